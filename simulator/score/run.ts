/**
 * Scores the rules: labelled episodes and look-alikes amid honest traffic go through the same intake, pipeline and stages as in earnest, on an embedded log in a temporary
 * folder, under a clock that is turned by hand. The same seed gives the same alerts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Compile, RuleSource } from '../../language/ruleset.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake, type IntakeConfig } from '../../processors/intake/intake.ts';
import { loadSignatures } from '../../processors/intake/signature.ts';
import { normaliseAddress, normalisePhone } from '../../processors/intake/person.ts';
import { here } from '../../processors/intake/service.ts';
import { intakeTables } from '../../processors/intake/tables.ts';
import { createTokens, type Tokens } from '../../processors/intake/tokens.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { type Alert, CATEGORIES } from '../../schemas/risk/alert.ts';
import type { Operation } from '../../schemas/risk/journal.ts';
import { baselines } from '../baselines.ts';
import { Campaign, leisureOf } from '../episodes/campaign.ts';
import { HOUR, type Subject } from '../episodes/episode.ts';
import type { Document } from '../documents.ts';
import { SENDER } from '../episodes/technical.ts';
import { loadUniverse, type Universe } from '../parties.ts';
import { type Besides, createTraffic, type Past, type Planted, type Traffic } from '../traffic.ts';
import { type Raised, type RuleScore, score } from './score.ts';
import { createSigner, type Signer } from './signing.ts';

export interface ScoreOptions {
  seed: number;
  days: number;
  ordersPerSecond: number;
  /** Ids of live rules, in the order of the figures. */
  rules: readonly string[];
  source: RuleSource;
  compile: Compile;
  /** After each step of virtual time; 0–1. */
  progress?: (share: number) => void;
}
export type { RuleScore };
export interface Scored { seed: number; rules: RuleScore[] }
export interface Run { scored: Scored; planted: Planted[]; raised: Alert[] }

const DAY = 86_400_000;
/** Stage time moves in such steps; arrivals keep their own time. */
const STEP_MS = 20_000;
/** Thursday 2026-11-05 08:00 Beijing time: after every date from which a sample table holds. */
const START = Date.UTC(2026, 10, 5, 0);
/** Nothing here is secret: the people are invented. */
const KEY = new Uint8Array(32).fill(7);

export async function runScore(options: ScoreOptions): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-score-'));
  try {
    return await runIn(folder, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, options: ScoreOptions): Promise<Run> {
  const prepared = prepare(options);
  let now = prepared.past[0]?.at ?? START;
  const signer = options.rules.includes('technical/signature-failures') ? createSigner(START - DAY, START + (options.days + 1) * DAY) : undefined;
  const signatures = await loadSignatures(signer && { mode: 'record', certificates: signer.certificates });
  // There is one rule set in a run: its stages' partitions share what it compiles to.
  let compiled: ReturnType<Compile> | undefined;
  const compile: Compile = (source) => (compiled ??= options.compile(source));
  const pipeline = new EmbeddedPipeline({
    file: join(folder, 'log.sqlite'), intake: here(createIntake(intakeConfig(options.source), signatures)), stages: [screening(compile), assessment(compile), warning(compile)],
    maxQueued: 1e9, maxIntakeBytes: 1e12, maxBatch: 1e6, flushEveryMs: 1e12, flushKeys: 16_000, now: () => now,
  });
  const raised: Alert[] = [];
  pipeline.subscribe(CATEGORIES.map((category) => `alerts.${category}.v1`), (records) => { for (const { body } of records) raised.push(body as Alert); });
  await pipeline.start();
  await pipeline.publishRules(options.source, 'score', 'score');
  const planted = await drive(pipeline, (at) => { now = at; }, options, prepared, signer);
  await pipeline.stop();
  return { scored: { seed: options.seed, rules: score(options.rules, planted, raised as Raised[]) }, planted, raised };
}

interface Prepared { universe: Universe; added: Besides; traffic: Traffic; past: readonly Past[] }

/** What episodes add to the traffic, and what they need to have come before it, is known once it was made: the same seed makes it again. */
function prepare({ seed, days, ordersPerSecond, rules }: ScoreOptions): Prepared {
  const universe = loadUniverse();
  const totalMs = days * DAY;
  const create = (besides?: Besides) => createTraffic({ seed, start: START, ordersPerSecond, episodes: true, further: true, ...(besides && { besides }), leisure: leisureOf(totalMs), programme: new Campaign(seed, START, totalMs, new Set(rules)) }, universe);
  const first = create();
  const added = addedBy(first, totalMs);
  return { universe, added, traffic: create(added), past: first.history.length === 0 ? [] : historyOf(create(added), totalMs) };
}

function historyOf(traffic: Traffic, totalMs: number): Past[] {
  for (let until = START; until <= START + totalMs; until += HOUR) traffic.next(until);
  return [...traffic.history].sort((a, b) => a.at - b.at);
}

async function drive(pipeline: EmbeddedPipeline, setClock: (at: number) => void, { days, ordersPerSecond, progress }: ScoreOptions, { universe, added, traffic, past }: Prepared, signer: Signer | undefined): Promise<Planted[]> {
  const totalMs = days * DAY;
  const submit = (bytes: string, form: 'json' | 'xml' = 'json') => pipeline.submit({ bytes, form, sender: SENDER, origin: 'simulated', backfill: '', allowReference: true, replayOf: '' });
  // The weeks before, an hour at a time: the stages are told of no time between, so that nobody is silent in it.
  for (const [until, hour] of Map.groupBy(past, ({ at }) => Math.ceil(at / HOUR) * HOUR)) {
    const answers = hour.map(({ at, event }) => {
      setClock(at);
      return submit(JSON.stringify([event]));
    });
    setClock(until);
    await Promise.all(answers);
  }
  setClock(START);
  await submit(JSON.stringify(baselines(universe, ordersPerSecond + added.usual)));
  for (let until = START + STEP_MS; until <= START + totalMs; until += STEP_MS) {
    const answers: Promise<unknown>[] = [];
    for (const { at, event, signed } of traffic.next(until)) {
      setClock(at);
      if (event['type'] === 'operation') {
        pipeline.note(operationOf(event, at));
        continue;
      }
      answers.push(signed && signer ? submit(signer.sign(event, signed), 'xml') : submit(JSON.stringify([event])));
    }
    // All of a step lie in one cycle of the pipeline, which then tells its stages the time.
    setClock(until);
    await Promise.all(answers);
    progress?.((until - START) / totalMs);
  }
  return inTokens(traffic.planted, createTokens(KEY));
}

/** What the gateway tells of its readers. */
const operationOf = (event: Document, at: number): Operation => ({ kind: 'sensitive-read', feed: '', messageType: String(event['messageType']), code: '', operator: String(event['operator']), origin: 'simulated', at });

/** Orders that episodes add. History knows such days, so what is usual holds them too, but for those that are meant to move a zone. */
function addedBy(traffic: Traffic, totalMs: number): Besides {
  let usual = 0;
  const hourly: number[] = [];
  for (let until = START + HOUR; until < START + totalMs + HOUR; until += HOUR) {
    const orders = traffic.next(Math.min(until, START + totalMs)).filter(({ event, episode }) => event['type'] === 'order' && episode !== undefined);
    hourly.push(orders.length);
    usual += orders.filter(({ episode }) => !episode?.startsWith('market/')).length;
  }
  return { usual: (usual * 1000) / totalMs, hourly };
}

const intakeConfig = (source: RuleSource): IntakeConfig => ({ linkageKey: KEY, sealKey: KEY, sealKeyId: 'score', ...intakeTables(source.tables) });

/** Alerts name people by tokens: so do the labels, from here on. */
function inTokens(planted: readonly Planted[], tokens: Tokens): Planted[] {
  const one = ({ type, id }: Subject): Subject => ({ type, id: type === 'buyer' || type === 'payer' ? tokens.token('id', id.toUpperCase()) : type === 'address' ? tokens.token('address', normaliseAddress(id)) : type === 'phone' ? tokens.token('phone', normalisePhone(id)) : id });
  return planted.map((p) => ({ ...p, subjects: p.subjects.map(one), also: p.also.map(({ rule, subjects }) => ({ rule, subjects: subjects.map(one) })) }));
}
