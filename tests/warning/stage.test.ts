import { describe, expect, test } from 'vitest';
import { warning } from '../../processors/warning/stage.ts';
import { type Alert, type Grade, type Level, NO_GROUNDS } from '../../schemas/risk/alert.ts';
import type { RecordType } from '../../schemas/registry.ts';
import { type LogRecord, partitionOf } from '../../streams/log.ts';
import { artifactsOf, compileOf, feature, MINUTE, rule, ruleSet, T0 } from '../assessment/rule-set.ts';
import { type HarnessOptions, type HarnessResult, record, runStage } from '../stage-harness.ts';

const count = (id: string, dependsOnFeeds: string[] = []) => rule({ id, features: { n: feature('count', 'seller', id) }, bands: { blue: 1 }, dependsOnFeeds });
const SILENCE = rule({ id: 'technical/silence', features: { quiet: feature('silence', 'feed', 'quiet') }, bands: { blue: 5 }, affectsFeed: true, dependsOnFeeds: ['payment'] });
const SET = ruleSet('A', [count('financial/burst', ['payment']), count('market/surge'), count('financial/other'), SILENCE]);
const FREE = ruleSet('B', [count('financial/burst'), SILENCE]);
const SCORE: Record<Grade, number> = { blue: 0.25, yellow: 0.5, orange: 0.75, red: 1 };

const input = (type: RecordType, body: unknown, at: number, partition = 0): LogRecord =>
  record({ topic: 'assessments.v1', type, arrival: at, body, source: { topic: 'signals.v1', partition, offset: 0, index: 0 } });
const control = (hash = 'A', partition = 0): LogRecord => input('control', { name: 'rule-set', version: '1', hash, by: 'test' }, T0, partition);
const tick = (at: number, partition = 0): LogRecord => input('tick', { intake: 'assessment/0', time: at }, at, partition);
function alert(alertId: string, part: Partial<Alert> = {}, at = T0): LogRecord {
  const grade = part.grade ?? 'blue';
  const body: Alert = {
    alertId, revision: 1, change: 'raised', ruleId: 'financial/burst', ruleVersion: 1, ruleSet: 'A', category: 'financial', grade, score: SCORE[grade], subject: { type: 'seller', id: 's1' },
    zone: '4401', window: '1h', eventTime: at, detectedAt: at, firstSeen: at, lastSeen: at, count: 1, documents: [], reason: { en: '', zh: '' },
    evidence: { values: {}, threshold: 1, events: [], lowerBound: false, approximation: '', tables: [], ...NO_GROUNDS }, action: { en: '', zh: '' }, status: 'live', origin: 'live', heldBy: '', explanation: { en: '', zh: '' }, ...part,
  };
  return input('alert', body, at);
}
const silent = (score: number, revision = 1): LogRecord =>
  alert('K1', { ruleId: 'technical/silence', category: 'technical', subject: { type: 'feed', id: 'bank/payment' }, zone: 'none', score, revision, change: score ? 'raised' : 'eased' });

const run = (records: LogRecord[], options: HarnessOptions = {}): HarnessResult =>
  runStage(warning(compileOf(SET, FREE)), records, { partitions: { 'signals.v1': 1, 'assessments.v1': 1 }, artifacts: artifactsOf('A', 'B'), ...options });
const alerts = (result: HarnessResult): string[] =>
  result.outputs.filter((o) => o.type === 'alert').map((o) => `${o.topic} ${(o.body as Alert).alertId}.${(o.body as Alert).revision} ${(o.body as Alert).status}`);
const levels = (result: HarnessResult): unknown[] =>
  result.outputs.filter((o) => o.type === 'level').map((o) => [o.key, (o.body as Level).category, (o.body as Level).grade, Number((o.body as Level).score.toFixed(3)), ((o.body as Level).at - T0) / MINUTE]);

describe('where an alert goes', () => {
  test.each([
    ['live, to its category', alert('a'), ['alerts.financial.v1 a.1 live']],
    ['live, of another category', alert('a', { category: 'public-security' }), ['alerts.public-security.v1 a.1 live']],
    ['shadow, to held', alert('a', { status: 'shadow' }), ['held.v1 a.1 shadow']],
    ['backfill, to held', alert('a', { status: 'held', origin: 'backfill' }), ['held.v1 a.1 held']],
  ] as const)('%s', (_name, given, expected) => {
    expect(alerts(run([control(), given]))).toEqual(expected);
  });
  test('an alert that comes to every partition is published by the one that owns its zone', () => {
    const owner = partitionOf('none', 2);
    const on = (partition: number) => alerts(run([control(), silent(0.25)], { partition, partitions: { 'signals.v1': 1, 'assessments.v1': 2 } }));
    expect([on(owner), on(1 - owner)]).toEqual([['alerts.technical.v1 K1.1 live'], []]);
  });
  test('the level of a subject is passed on under its subject', () => {
    const level: Level = { subject: { type: 'seller', id: 's1' }, category: '', grade: 'red', score: 0.95, reasons: ['a'], zone: '4401', at: T0, before: '', escalated: true, parts: [{ rule: 'a', weight: 1, score: 0.95, open: true }], reason: { en: 'Raised', zh: '升级' } };
    const [out] = run([input('level', level, T0)]).outputs;
    expect([out?.topic, out?.key, out?.body]).toEqual(['levels.v1', 'seller|s1', level]);
  });
});

describe('a silent feed', () => {
  test('holds the alerts that depend on it, and only those; the latest revision goes out when it speaks again', () => {
    const result = run([control(), silent(0.25), alert('b'), alert('a'), alert('m', { ruleId: 'market/surge', category: 'market' }), alert('a', { revision: 2, change: 'escalated', grade: 'red' }), silent(0, 2)]);
    expect(alerts(result)).toEqual([
      'alerts.technical.v1 K1.1 live', 'held.v1 b.1 held', 'held.v1 a.1 held', 'alerts.market.v1 m.1 live', 'held.v1 a.2 held',
      'alerts.technical.v1 K1.2 live', 'alerts.financial.v1 a.2 live', 'alerts.financial.v1 b.1 live',
    ]);
  });
  test('of another message type holds nothing', () => {
    const other = alert('K1', { ruleId: 'technical/silence', category: 'technical', subject: { type: 'feed', id: 'bank/order' }, zone: 'none' });
    expect(alerts(run([control(), other, alert('a')]))).toEqual(['alerts.technical.v1 K1.1 live', 'alerts.financial.v1 a.1 live']);
  });
  test('in shadow holds nothing', () => {
    expect(alerts(run([control(), input('alert', { ...(silent(0.25).body as Alert), status: 'shadow' }, T0), alert('a')])).at(-1)).toBe('alerts.financial.v1 a.1 live');
  });
  test('releases what a new rule set no longer ties to it', () => {
    expect(alerts(run([control(), silent(0.25), alert('a'), control('B')])).at(-1)).toBe('alerts.financial.v1 a.1 live');
  });
  test('a held alert counts in no zone level before it is published', () => {
    expect(levels(run([control(), silent(0.25), alert('a', { grade: 'red' })]))).toEqual([]);
    expect(levels(run([control(), silent(0.25), alert('a', { grade: 'red' }), silent(0, 2)]))).toEqual([['zone|4401', 'financial', 'yellow', 0.5, 0]]);
  });
});

describe('level of a zone in a category', () => {
  const red = (id: string, ruleId = 'financial/burst', at = T0): LogRecord => alert(id, { grade: 'red', ruleId }, at);
  const closed = (id: string, at: number, ruleId = 'financial/burst'): LogRecord => alert(id, { grade: 'red', ruleId, score: 0, revision: 2, change: 'withdrawn' }, at);
  test('joins the worst grade of each rule; two alerts of one rule count once', () => {
    expect(levels(run([control(), red('a'), red('b'), red('c', 'financial/other')]))).toEqual([['zone|4401', 'financial', 'yellow', 0.5, 0], ['zone|4401', 'financial', 'orange', 0.75, 0]]);
  });
  test('rises at once, falls only after ten low minutes', () => {
    const records = [control(), tick(T0), red('a'), closed('a', T0 + MINUTE), tick(T0 + 10 * MINUTE), tick(T0 + 11 * MINUTE)];
    expect(levels(run(records))).toEqual([['zone|4401', 'financial', 'yellow', 0.5, 0], ['zone|4401', 'financial', '', 0, 11]]);
    expect(levels(run(records.slice(0, -1)))).toHaveLength(1);
  });
  test('an alert closed by time fades: halved each six hours', () => {
    const eased = alert('a', { grade: 'red', score: 0, revision: 2, change: 'eased' });
    expect(levels(run([control(), tick(T0), red('a'), eased, tick(T0 + 13 * 60 * MINUTE)]))).toEqual([
      ['zone|4401', 'financial', 'yellow', 0.5, 0], ['zone|4401', 'financial', 'blue', 0.25, 370], ['zone|4401', 'financial', '', 0.125, 730],
    ]);
  });
  test('what is no longer live counts no more', () => {
    const shadow = alert('a', { grade: 'red', revision: 2, change: 'updated', status: 'shadow' });
    expect(levels(run([control(), tick(T0), red('a'), shadow, tick(T0 + 10 * MINUTE)]))).toEqual([['zone|4401', 'financial', 'yellow', 0.5, 0], ['zone|4401', 'financial', '', 0, 10]]);
  });
  test('does not fall when the score comes back in between', () => {
    const records = [control(), tick(T0), red('a'), closed('a', T0 + MINUTE), red('b', 'financial/burst', T0 + 5 * MINUTE), tick(T0 + 12 * MINUTE), tick(T0 + 30 * MINUTE)];
    expect(levels(run(records))).toHaveLength(1);
  });
  test('falls from orange to what remains', () => {
    const records = [control(), red('a'), red('c', 'financial/other'), closed('c', T0, 'financial/other'), tick(T0 + 10 * MINUTE)];
    expect(levels(run(records)).at(-1)).toEqual(['zone|4401', 'financial', 'yellow', 0.5, 10]);
  });
  test('the time is the least of the assessments that tell it', () => {
    const two = { partitions: { 'signals.v1': 2, 'assessments.v1': 1 } };
    const records = [control(), control('A', 1), red('a'), closed('a', T0), tick(T0 + 20 * MINUTE, 0)];
    expect(levels(run(records, two))).toHaveLength(1);
    expect(levels(run([...records, tick(T0 + 15 * MINUTE, 1)], two))).toHaveLength(2);
  });
});

test('a replay gives the same outputs, also across restarts after every record', () => {
  const records = [control(), tick(T0), silent(0.25), alert('b'), alert('a', { grade: 'red' }), alert('m', { ruleId: 'market/surge', category: 'market', grade: 'red' }), silent(0, 2),
    alert('a', { score: 0, revision: 3 }), alert('m', { ruleId: 'market/surge', category: 'market', score: 0, revision: 2 }), tick(T0 + 9 * MINUTE), tick(T0 + 10 * MINUTE), tick(T0 + 20 * MINUTE)];
  const once = JSON.stringify(run(records).outputs);
  expect(JSON.parse(once)).toHaveLength(13);
  for (const restoreEvery of [1, 3]) expect(JSON.stringify(run(records, { restoreEvery }).outputs)).toBe(once);
});
