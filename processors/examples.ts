/** Judges a rule's examples with the stage that judges in earnest, on a state in memory: what passes here behaves so in production. */
import type { AlertState } from './assessment/alert-state.ts';
import { assessment } from './assessment/stage.ts';
import type { ExampleRun, Judge } from '../language/examples.ts';
import type { Tables } from '../language/ruleset.ts';
import { GRADES, type Alert, type Grade, type Tally } from '../schemas/risk/alert.ts';
import type { Baseline } from '../schemas/risk/journal.ts';
import type { RecordType } from '../schemas/registry.ts';
import type { LogRecord } from '../streams/log.ts';
import { MapState } from '../streams/state.ts';

/** Of a week. */
const HOURS = 168;
const SECOND = 1_000;
const MINUTE = 60_000;
/** Between two events; a year in minutes would be half a million. */
const MOST_TICKS = 1_000;

const worst = (tally: Tally): Grade | undefined => GRADES.findLast((grade) => tally[grade] > 0);

/**
 * An alert outlives the moment that it is raised for: it is eased only after a while. So what counts at the end is the last evaluation, which the tallies tell,
 * and for subjects that the last event did not touch their open alerts. Where an example ends in a tick, an alert whose value has been found low since counts
 * as none; the stage looks every ten minutes at most, so such a tick comes at least so long after. `tables` are those that the rule set was compiled with.
 */
export const stageJudge = (tables: Tables): Judge => (run) => {
  const grades = new Map<string, Grade | undefined>();
  const last = run.signals.at(-1)?.at;
  const touched = new Set(run.signals.filter(({ at }) => at === last).map(({ subjectType, subjectId }) => `${subjectType}|${subjectId}`));
  const hear = (type: RecordType, body: unknown): void => {
    if (type === 'alert') {
      const { ruleId, subject, score, grade } = body as Alert;
      // A closed alert, eased or withdrawn, has no score left.
      if (!touched.has(`${subject.type}|${subject.id}`)) grades.set(`${ruleId}|${subject.type}|${subject.id}`, score === 0 ? undefined : grade);
    } else if (type === 'tally' && (body as Tally).evaluated > 0) {
      grades.set(`${(body as Tally).rule}|last evaluation`, worst(body as Tally));
    }
  };
  const state = new MapState();
  const step = assessment(() => ({ ok: true, ruleSet: run.ruleSet, tables, advice: [] })).open({
    partition: 0, state, partitions: () => 1, artifact: () => '{}', count: () => {}, emit: ({ type, body }) => hear(type, body),
  });
  for (const record of recordsOf(run)) step.apply(record);
  if (last === undefined || run.until === last) return grades;
  for (const [, { open, below, alert }] of state.table<AlertState>('alerts').entries()) {
    if (open && below === 0) continue;
    grades.delete(`${alert.ruleId}|last evaluation`);
    grades.delete(`${alert.ruleId}|${alert.subject.type}|${alert.subject.id}`);
  }
  return grades;
};

function* recordsOf(run: ExampleRun): Generator<LogRecord> {
  let offset = 0;
  const record = (type: RecordType, at: number, body: unknown): LogRecord => ({
    type, body, topic: 'signals.v1', partition: 0, offset: offset++, appendedAt: at, incarnation: 'example', key: '', eventTime: at, arrival: at,
    source: { topic: 'journal.v1', partition: 0, offset, index: 0 }, bytes: new Uint8Array(0),
  });
  const start = run.signals[0]?.at ?? run.until;
  yield record('tick', start - 1, { intake: 'example', time: start - 1 });
  yield record('control', start - 1, { name: 'rule-set', version: run.ruleSet.version, hash: run.ruleSet.hash, by: 'example' });
  for (const { feature, subjectId, median, mad } of run.baselines) {
    const week = (value: number): number[] => new Array<number>(HOURS).fill(value);
    const body: Baseline = { rule: '', feature, subjectType: run.ruleSet.feature(feature)?.subjectType ?? '', subjectId, median: week(median), mad: week(mad), label: 'example' };
    yield record('baseline', start - 1, body);
  }
  let now = start - 1;
  function* passTo(until: number): Generator<LogRecord> {
    const step = Math.max(MINUTE, (until - now) / MOST_TICKS);
    while (now < until) {
      now = Math.min(until, Math.ceil(now + step));
      yield record('tick', now, { intake: 'example', time: now });
    }
  }
  for (const [index, signal] of run.signals.entries()) {
    yield* passTo(signal.at - 1);
    const entry = { ...signal, index: 0, eventId: `e${index}`, orderKey: `example|${index}`, origin: 'simulated', late: false, errors: [], sums: [] };
    yield record('signals', signal.at, { entries: [entry] });
  }
  yield* passTo(run.until);
  // The stage counts once a second: this makes it tell of the last evaluations.
  yield record('tick', run.until + SECOND, { intake: 'example', time: run.until + SECOND });
}
