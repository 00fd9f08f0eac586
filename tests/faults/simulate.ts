/** One seed from its first step to the verdict. */
import type { Alert, DeadLetter, Level } from '../../schemas/risk/alert.ts';
import type { Fact } from '../../schemas/risk/fact.ts';
import type { Control } from '../../schemas/risk/journal.ts';
import type { LogRecord } from '../../streams/log.ts';
import { TOPICS } from '../../streams/topics.ts';
import { againstFolds, once } from './fold.ts';
import { IntakePlant } from './intake-plant.ts';
import type { ModelBroker } from './model-log.ts';
import { counted, differences, eventDifferences, revisionGaps, summed } from './naive.ts';
import { AS_BUILT, Plant, STAGES, type Wiring } from './plant.ts';
import { againstRules } from './naive-alerts.ts';
import { againstRows } from './rows.ts';
import { ruleSetOf } from './rules.ts';
import type { World } from './world.ts';

export interface Outcome { seed: number; problems: string[]; steps: number; /** What came of the traffic, counted. */ came: ReadonlyMap<string, number>; strikes: ReadonlyMap<string, number>; awaits: World['awaits']; trace: readonly string[] }

export async function simulate(seed: number, wiring: Wiring = AS_BUILT, traced = false): Promise<Outcome> {
  const plant = new Plant(seed, wiring);
  const { world } = plant;
  world.traced = traced;
  const problems: string[] = [];
  try {
    await plant.run();
    problems.push(...againstFolds(plant.broker, STAGES), ...againstMaps(plant), ...againstRules(plant.broker, ruleSetOf));
  } catch (error) {
    for (let why: unknown = error; why instanceof Error; why = why.cause) problems.push(why.message);
  }
  return { seed, problems, came: cameOf(plant.broker), steps: world.steps, strikes: world.strikesBy, awaits: world.awaits, trace: world.trace };
}

/** Intake's own world. */
export async function simulateIntake(seed: number, traced = false): Promise<Outcome> {
  const plant = new IntakePlant(seed);
  const { world } = plant;
  world.traced = traced;
  const problems: string[] = [];
  try {
    await plant.run();
    problems.push(...(await plant.problems()));
  } catch (error) {
    for (let why: unknown = error; why instanceof Error; why = why.cause) problems.push(`intake: ${why.message}`);
  }
  return { seed, problems, came: new Map(), steps: world.steps, strikes: world.strikesBy, awaits: world.awaits, trace: world.trace };
}

function all(broker: ModelBroker, topic: string): LogRecord[] {
  return Array.from({ length: broker.partitions(topic) }, (_, p) => once(broker.part(topic, p).records, [])).flat();
}

const bodies = <T>(records: readonly LogRecord[], type: LogRecord['type']): T[] => records.filter((record) => record.type === type).map(({ body }) => body as T);

function cameOf(broker: ModelBroker): Map<string, number> {
  const came = new Map<string, number>();
  const count = (what: string): void => void came.set(what, (came.get(what) ?? 0) + 1);
  for (const { name } of TOPICS.filter(({ name: topic }) => topic.startsWith('alerts.') || topic === 'held.v1')) for (const { change, status } of bodies<Alert>(all(broker, name), 'alert')) count(status === 'live' ? `alert ${change}` : `alert ${status}`);
  for (const { before, grade } of bodies<Level>(all(broker, 'levels.v1'), 'level')) count(before === '' ? 'level begins' : grade === '' ? 'level ends' : 'level changes');
  for (const { reason } of bodies<DeadLetter>(all(broker, 'dead-letters.v1'), 'dead-letter')) count(reason);
  if (bodies<Control>(all(broker, 'signals.v1'), 'control').length > broker.partitions('signals.v1') * broker.partitions('journal.v1')) count('other rules');
  return came;
}

const DOCUMENT_TABLES = ['orders', 'payments', 'waybills', 'declarations', 'receipts'];

function againstMaps({ broker, tables, sent }: Plant): string[] {
  const journal = all(broker, 'journal.v1');
  const cells = counted(journal, all(broker, 'dead-letters.v1'));
  const alerts = TOPICS.filter(({ name }) => name.startsWith('alerts.') || name === 'held.v1').flatMap(({ name }) => bodies<Alert>(all(broker, name), 'alert'));
  return [
    ...eventDifferences('journal', sent, journal),
    ...differences('facts', cells, summed(bodies<Fact>(all(broker, 'facts.v1'), 'fact'))),
    ...revisionGaps('alert topics', alerts),
    ...eventDifferences('tables', sent, DOCUMENT_TABLES.flatMap((table) => (tables.rows.get(table) ?? []).map((row) => ({ type: table, body: row })))),
    ...againstRows(broker, tables, cells),
  ];
}

/** How to see it again. */
export const alone = (seed: number): string => `seed ${seed}; alone and with its trace: npm run faults -- --seed ${seed}`;

/** The first of these seeds that fails, with such a problem. */
export async function firstFailure(from: number, to: number, wiring: Wiring, each: (outcome: Outcome) => void = () => undefined, problem = /./): Promise<Outcome | undefined> {
  for (let seed = from; seed <= to; seed++) {
    const outcome = await simulate(seed, wiring);
    each(outcome);
    if (outcome.problems.some((one) => problem.test(one))) return outcome;
  }
  return undefined;
}
