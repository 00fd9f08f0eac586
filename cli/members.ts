/** The stages of a scaled-out system that run in this process: hosts over whatever log and membership is given. */
import { compileOnce, compileOnceSteps } from '../language/compile-once.ts';
import { assessment } from '../processors/assessment/stage.ts';
import type { ArgsOf } from '../processors/commands/commands.ts';
import { OperationsPartition } from '../processors/commands/partition.ts';
import { IntakeEditions } from '../processors/intake/editions.ts';
import type { IntakeConfig } from '../processors/intake/intake.ts';
import { INTAKE, IntakePartition } from '../processors/intake/partition.ts';
import { createSeal } from '../processors/intake/seal.ts';
import type { Signatures } from '../processors/intake/signature.ts';
import { intakeNames } from '../processors/intake/ticks.ts';
import { OPERATIONS } from '../processors/operations.ts';
import { screening } from '../processors/screening/stage.ts';
import { warning } from '../processors/warning/stage.ts';
import type { Artifacts } from '../streams/artifacts.ts';
import { type Hosted, type HostOptions, StageHost, stageOf } from '../streams/host.ts';
import type { Log } from '../streams/log.ts';
import type { Membership } from '../streams/membership.ts';
import { Pace } from '../streams/pace.ts';
import type { Stage } from '../streams/stage.ts';
import { INTAKE_TOPICS } from '../streams/topics.ts';

export const STAGES = ['intake', 'screening', 'assessment', 'warning'] as const;
export type StageName = (typeof STAGES)[number];

export interface MemberOptions {
  log: Log;
  membership: Membership;
  artifacts: Artifacts;
  config: IntakeConfig;
  signatures: Signatures | undefined;
  given: ArgsOf<'start'>;
  /** Epoch ms. */
  now: () => number;
  /** Monotone ms. */
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
  tell: (line: string) => void;
  flushEveryMs?: number;
  flushKeys?: number;
  maxBatch?: number;
  count?: (stage: string, name: string, by: number) => void;
  flushed?: (stage: string, ms: number) => void;
}

const MADE: Record<Exclude<StageName, 'intake'>, () => Stage> = {
  screening: () => screening(compileOnce, intakeNames), assessment: () => assessment(compileOnce), warning: () => warning(compileOnce),
};
/** What comes in by several topics stays so close in time while it is caught up with. */
const AHEAD_MS = 5_000;

/** What is used again before a flush is not decoded anew for it, and more is replayed after a kill. A flush is gathered bit by bit. */
const FLUSH_KEYS = 16_000;
const MAX_BATCH = 500;

export function membersOf(names: readonly StageName[], options: MemberOptions): StageHost[] {
  return names.flatMap((name) => (name === 'intake' ? intakeHosts(options) : [stageHost(MADE[name](), options)]));
}

const hostOptions = ({ clock, sleep, maxBatch = MAX_BATCH, tell }: MemberOptions): HostOptions =>
  ({ clock, sleep, maxBatch, onTrouble: (error) => tell(`${error.message}${error.cause instanceof Error && error.cause.cause instanceof Error ? ` (${error.cause.cause.message})` : ''}`) });

function stageHost(stage: Stage, options: MemberOptions): StageHost {
  const { log, artifacts, membership, clock, count, flushed, flushEveryMs = 5_000, flushKeys = FLUSH_KEYS } = options;
  return new StageHost(stageOf(stage, log, artifacts, { clock, flushEveryMs, flushKeys, ...(count && { count }), ...(flushed && { flushed }) }), log, membership, hostOptions(options));
}

function intakeHosts(options: MemberOptions): StageHost[] {
  const { log, membership, artifacts, config, signatures, given, now, clock, tell, count, flushed, flushEveryMs = 5_000 } = options;
  const seal = createSeal(config.sealKey, config.sealKeyId);
  const editions = new IntakeEditions(artifacts, config, signatures);
  const pace = new Pace(AHEAD_MS);
  return INTAKE_TOPICS.map((topic) => {
    const hosted: Hosted = {
      name: INTAKE, input: topic,
      open: (partition, begin) => (topic === OPERATIONS
        ? new OperationsPartition({ log, artifacts, seal, compile: compileOnceSteps, given, now, clock, begin, tell })
        : new IntakePartition(topic, partition, { log, editions, seal, now, clock, flushEveryMs, begin, ...(count && { count }), ...(flushed && { flushed }) })),
    };
    return new StageHost(hosted, log, membership, { ...hostOptions(options), pace });
  });
}
