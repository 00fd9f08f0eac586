/**
 * What the rules cost: microseconds of one core for each event of the simulator's mix, in screening's gates and in assessment's windows, of all rules together and of each rule alone. Alone a rule pays for what it
 * shares with others, so the parts add up to more than the whole.
 */
import { randomBytes } from 'node:crypto';
import { readRuleSource } from '../cli/rule-source.ts';
import { compile } from '../language/compile.ts';
import type { EventView, RuleSet, RuleSource } from '../language/ruleset.ts';
import { assessment } from '../processors/assessment/stage.ts';
import { createIntake } from '../processors/intake/intake.ts';
import { intakeTables } from '../processors/intake/tables.ts';
import { screening } from '../processors/screening/stage.ts';
import type { RecordType } from '../schemas/registry.ts';
import type { Signal, Signals } from '../schemas/risk/signal.ts';
import type { LogRecord } from '../streams/log.ts';
import { MapState } from '../streams/state.ts';
import { createTraffic } from '../simulator/traffic.ts';

export interface RuleCost { rule: string; gates: number; windows: number; given: number }
export interface RulesCost { events: number; rules: number; all: RuleCost; each: RuleCost[] }

interface Seen { view: EventView; at: number }
/** What one record told assessment; without entries it is a tick. */
interface Told { at: number; entries: Signal[] }
interface Traffic { seen: Seen[]; told: Told[] }
const TICK_MS = 1000;
/** As many as where latency is measured: how much the tick sums depends on it. */
const PER_SECOND = 2_000;

/** Costs in µs an event; `given`: contributions and sums told an event. */
export function rulesCost(seed: number, events: number, say: (line: string) => void): RulesCost {
  const source = readRuleSource('');
  const recorded = record(source, seed, events);
  const whole = compiled(source);
  const running = whole.rules.filter((rule) => rule.status === 'live' || rule.status === 'shadow');
  const all = costOf('all', whole, recorded, events);
  say(`${running.length} rules together: gates ${all.gates.toFixed(1)} µs, windows ${all.windows.toFixed(1)} µs an event; each alone …`);
  const each = running.map(({ id }) => costOf(id, compiled(only(source, id.replace(/@.*/, ''))), recorded, events)).sort((a, b) => b.gates + b.windows - a.gates - a.windows);
  return { events, rules: running.length, all, each };
}

function compiled(source: RuleSource): RuleSet {
  const result = compile(source);
  if (!result.ok) throw new Error(result.findings.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'));
  return result.ruleSet;
}

const only = ({ files, tables }: RuleSource, id: string): RuleSource => ({ files: { 'parameters.yaml': files['parameters.yaml'] as string, [`${id}.yaml`]: files[`${id}.yaml`] as string }, tables });

/** Every event that the gates see, in order, and the signals that come of it: the simulator's documents through intake and screening. */
function record(source: RuleSource, seed: number, events: number): Traffic {
  const seen: Seen[] = [];
  const told: Told[] = [];
  const set = compiled(source);
  const step = openStage(screening(() => {
    const fresh = compile(source);
    return fresh.ok ? { ...fresh, ruleSet: { ...fresh.ruleSet, screen: (view, at, give, fail) => (seen.push({ view: structuredClone(view), at }), fresh.ruleSet.screen(view, at, give, fail)) } } : fresh;
  }), JSON.stringify(source), 'journal.v1', (type, body, at) => {
    if (type === 'tick') told.push({ at, entries: [] });
    else if (type === 'signals') told.push({ at, entries: structuredClone((body as Signals).entries) });
  });
  const intake = createIntake({ linkageKey: randomBytes(32), sealKey: randomBytes(32), sealKeyId: 'bench', ...intakeTables(source.tables) });
  step('control', 'rule-set', { name: 'rule-set', version: set.version, hash: set.hash, by: 'bench' }, 0);
  const start = Date.parse('2026-11-02T10:00:00+08:00');
  const traffic = createTraffic({ seed, start, ordersPerSecond: PER_SECOND / 13, episodes: true });
  let taken = 0;
  for (let at = start; taken < events; at += TICK_MS) {
    for (const { event } of traffic.next(at)) {
      const result = intake.take({ bytes: Buffer.from(JSON.stringify(event)), form: 'json', sender: 'bench', origin: 'simulated', backfill: '', allowReference: true, replayOf: '' }, at);
      for (const one of result.taken) {
        taken++;
        step(one.type, one.key, one.body, at, one.eventTime);
        for (const alias of one.aliases) step('alias', alias.foreignKey, alias, at, one.eventTime);
      }
    }
    step('tick', 'http', { intake: 'http', time: at }, at);
  }
  return { seen, told };
}

type Apply = (type: RecordType, key: string, body: unknown, arrival: number, eventTime?: number) => void;

/** A stage in memory; what it sends back into its own input follows at once, what it sends on is heard. */
function openStage(stage: ReturnType<typeof screening>, artifact: string, input: string, hear: (type: RecordType, body: unknown, arrival: number) => void = () => undefined): Apply {
  const waiting: LogRecord[] = [];
  let offset = 0;
  const recordOf = (type: RecordType, key: string, body: unknown, arrival: number, eventTime = arrival): LogRecord => ({
    topic: input, partition: 0, offset: offset++, appendedAt: arrival, incarnation: '', type, key, eventTime, arrival, body, bytes: new Uint8Array(0), source: { topic: 'http', partition: 0, offset, index: 0 },
  });
  const step = stage.open({
    partition: 0, state: new MapState(), partitions: () => 1, artifact: () => artifact, count: () => undefined,
    emit: ({ topic, type, key, eventTime, arrival, body }) => { if (topic === 'journal.v1') waiting.push(recordOf(type, key, body, arrival, eventTime)); else hear(type, body, arrival); },
  });
  return (...args) => {
    step.apply(recordOf(...args));
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) step.apply(next);
  };
}

/** Of five rounds after two to warm up, the middle one. */
function cpuMicros(work: () => void): number {
  const rounds: number[] = [];
  for (let round = -2; round < 5; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) rounds.push(user + system);
  }
  return rounds.sort((a, b) => a - b)[2] as number;
}

/** Gates run over the recorded views, windows over the recorded signals: what was taken back and given anew, and what was summed, as it is in earnest. */
function costOf(rule: string, set: RuleSet, { seen, told }: Traffic, events: number): RuleCost {
  const gates = () => { for (const { view, at } of seen) set.screen(view, at, () => undefined, () => undefined); };
  const gateMicros = cpuMicros(gates);
  const { records, given } = signalsOf(set, told);
  const windows = () => {
    const step = openStage(assessment(() => ({ ok: true, ruleSet: set, tables: { versions: {} } as never, advice: [] })), '{"files":{},"tables":{}}', 'signals.v1');
    step('control', 'rule-set', { name: 'rule-set', version: set.version, hash: set.hash, by: 'bench' }, 0);
    for (const { at, entries } of records) {
      if (entries.length === 0) step('tick', 'bench', { intake: 'bench', time: at }, at);
      else step('signals', '', { entries }, at);
    }
  };
  return { rule, gates: gateMicros / events, windows: cpuMicros(windows) / events, given: given / events };
}

/** What of the recorded signals concerns these rules. */
function signalsOf(set: RuleSet, told: readonly Told[]): { records: Told[]; given: number } {
  const mine = ({ feature }: { feature: string }): boolean => set.feature(feature) !== undefined;
  const records: Told[] = [];
  let given = 0;
  for (const { at, entries } of told) {
    const kept = entries.map((entry) => ({ ...entry, contributions: entry.contributions.filter(mine), sums: entry.sums.filter(mine), errors: [] })).filter(({ contributions, sums }) => contributions.length + sums.length > 0);
    for (const { contributions, sums } of kept) given += contributions.length + sums.length;
    if (entries.length === 0 || kept.length > 0) records.push({ at, entries: kept });
  }
  return { records, given };
}

export const ruleLines = ({ rules, all, each }: RulesCost): string[] => [
  `${rules} rules              ${(all.gates + all.windows).toFixed(1)} µs of one core an event: gates ${all.gates.toFixed(1)}, windows ${all.windows.toFixed(1)} (${all.given.toFixed(1)} told an event)`,
  ...each.map(({ rule, gates, windows, given }) => `  ${rule.padEnd(40)} gates ${gates.toFixed(2)}, windows ${windows.toFixed(2)} (${given.toFixed(2)} told)`),
];
