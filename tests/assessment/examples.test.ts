import { describe, expect, test } from 'vitest';
import { compile } from '../../language/compile.ts';
import { type ExampleRun, runExamples } from '../../language/examples.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { type Alert, GRADES, type Grade, type Tally } from '../../schemas/risk/alert.ts';
import type { LogRecord } from '../../streams/log.ts';
import { treeSource } from '../language/sources.ts';
import { record, runStage } from '../stage-harness.ts';
import { control, entry, MINUTE, signals, tick } from './rule-set.ts';

/** Every revision that the run in hand gave. */
const alerts: Alert[] = [];

/** Judges an example by the stage itself: what the tally of its last moment says of each rule. Ticks come each minute, as silence counts only time that was watched. */
function byTheStage(run: ExampleRun): ReadonlyMap<string, Grade | undefined> {
  let now = (run.signals[0]?.at ?? run.until) - 2000;
  const records: LogRecord[] = [control('tree', now), ...baselines(run)];
  const passTo = (at: number): void => {
    for (; now + MINUTE < at && at - now < 400 * MINUTE; now += MINUTE) records.push(tick(now + MINUTE));
    if (at > now) records.push(tick(at));
    now = Math.max(now, at);
  };
  for (const [i, signal] of run.signals.entries()) {
    passTo(signal.at);
    records.push(signals(signal.at, entry({ at: signal.at, eventId: `e${i}`, subjectType: signal.subjectType, subjectId: signal.subjectId, zone: signal.zone, give: signal.contributions })));
  }
  passTo(run.until);
  passTo(run.until + 1000);
  const result = runStage(assessment(() => compiled), records, { partitions: { 'journal.v1': 1, 'assessments.v1': 1 }, artifacts: { tree: '{}' }, restoreEvery: 50 });
  alerts.push(...result.outputs.filter((o) => o.type === 'alert').map((o) => o.body as Alert));
  const last = new Map((result.outputs.filter((o) => o.type === 'tally') as { body: Tally }[]).filter(({ body }) => body.at >= run.until).map(({ body }) => [body.rule, body]));
  const graded = (rule: string): Grade | undefined => GRADES.findLast((grade) => (last.get(rule)?.[grade] ?? 0) > 0);
  const subjects = run.signals.flatMap((s) => run.ruleSet.rules.map((rule): [string, Grade | undefined] => [`${rule.id}|${s.subjectType}|${s.subjectId}`, graded(rule.id)]));
  return new Map(subjects);
}

const baselines = (run: ExampleRun): LogRecord[] => run.baselines.map(({ feature, subjectId, median, mad }) =>
  record({ type: 'baseline', body: { rule: '', feature, subjectType: 'zone', subjectId, median: Array(168).fill(median), mad: Array(168).fill(mad), label: 'example' } }));

const compiled = compile(treeSource());

/** What anyone can do with an alert in hand and nothing else: the formula over its values and parameters, then the bands. */
function byHand({ evidence: { values, formula, formulas, parameters, bands, support } }: Alert): { value: number; grade: Grade | undefined; threshold: number | undefined } {
  const { value: _told, ...features } = values;
  for (const name of Object.keys(formulas)) delete features[name];
  const functions = { ratio: (a: number, b: number) => a / b, abs: Math.abs, ln: Math.log, min: Math.min, max: Math.max, rateAtLeast };
  const supported = support.feature === '' || (values[support.feature] as number) >= support.min;
  const names: Record<string, unknown> = { ...features, ...functions, parameters };
  const reckon = (source: string): unknown => new Function(...Object.keys(names), `return ${source}`)(...Object.values(names));
  for (const [name, of] of Object.entries(formulas)) names[name] = reckon(of);
  const value = supported ? (reckon(formula) as number) : 0;
  const grade = GRADES.findLast((g) => bands[g] !== undefined && value >= bands[g]);
  return { value, grade, threshold: grade && bands[grade] };
}
/** Wilson's lower bound. */
function rateAtLeast(part: number, whole: number, z: number): number {
  const p = Math.min(1, part / whole);
  return Math.max(0, (p + (z * z) / whole / 2 - z * Math.sqrt((p * (1 - p)) / whole + (z * z) / whole / (4 * whole))) / (1 + (z * z) / whole));
}

describe('the examples of the rules, judged by assessment', () => {
  test('the rules of the tree compile', () => {
    expect(compiled.ok ? [] : compiled.findings.slice(0, 3)).toEqual([]);
  });
  const rules = compiled.ok ? compiled.ruleSet.rules.map((rule): [string, typeof rule] => [rule.id, rule]) : [];
  test.each(rules)('%s', (_id, rule) => {
    if (!compiled.ok) throw new Error('compiled above');
    alerts.length = 0;
    expect(runExamples(compiled.ruleSet, rule, byTheStage).filter((result) => !result.ok)).toEqual([]);
    if (rule.status !== 'live' && rule.status !== 'shadow') return;
    const own = alerts.filter(({ ruleId, change }) => ruleId === rule.id && (change === 'raised' || change === 'escalated'));
    expect(own.length).toBeGreaterThan(0);
    for (const alert of own) {
      expect(byHand(alert)).toEqual({ value: alert.evidence.values.value, grade: alert.grade, threshold: alert.evidence.threshold });
      for (const text of Object.values(alert.explanation)) for (const said of [alert.evidence.formula, `${alert.ruleId}`, alert.ruleSet, alert.window, alert.documents.at(-1) ?? '']) expect(text).toContain(said);
    }
  });
});
