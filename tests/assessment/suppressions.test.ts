import { describe, expect, test } from 'vitest';
import { assessment } from '../../processors/assessment/stage.ts';
import type { Compile, Tables } from '../../language/ruleset.ts';
import type { Alert, Level, Suppression, Tally } from '../../schemas/risk/alert.ts';
import type { LogRecord } from '../../streams/log.ts';
import { type HarnessOptions, type HarnessResult, record, runStage } from '../stage-harness.ts';
import { artifactsOf, compileOf, control, event, feature, HOUR, MINUTE, rule, ruleSet, T0, tick } from './rule-set.ts';

const burst = rule({ id: 'financial/burst', features: { n: feature('count', 'seller', 'n') }, bands: { blue: 1, yellow: 5, orange: 8, red: 12 } });
const other = rule({ id: 'transaction/other', features: { m: feature('count', 'seller', 'm') }, bands: { blue: 1 } });
const shadow = rule({ id: 'market/trial', features: { s: feature('count', 'seller', 's') }, bands: { blue: 1 }, status: 'shadow' });
const SET = ruleSet('A', [burst, other, shadow]);
const GONE = ruleSet('B', [other]);

const run = (records: LogRecord[], options: HarnessOptions = {}): HarnessResult =>
  runStage(assessment(compileOf(SET, GONE)), records, { partitions: { 'journal.v1': 1, 'signals.v1': 1, 'assessments.v1': 1 }, artifacts: artifactsOf('A', 'B'), ...options });
const suppression = (part: Partial<Suppression> = {}, at = T0): LogRecord => {
  const body: Suppression = { id: 'p1', ruleId: 'financial/burst', subjectType: '', subjectId: '', zone: '', upTo: 'orange', begins: T0, ends: T0 + HOUR, reason: 'known test', author: 'ann', approver: 'bob', at, ...part };
  return record({ type: 'suppression', arrival: at, source: { topic: 'journal.v1', partition: 0, offset: 0, index: 0 }, body });
};
const given = [control('A'), tick(T0)];
const orders = (n: number, start = T0 + MINUTE, name = 'e', give = 'n', more: object = {}): LogRecord[] => Array.from({ length: n }, (_, i) => event(start + i * 1000, `${name}${i}`, { give: [{ feature: give }], ...more }));
const ticks = (start: number, end: number, every = MINUTE): LogRecord[] => Array.from({ length: Math.floor((end - start) / every) }, (_, i) => tick(start + (i + 1) * every));
const life = (result: HarnessResult): string[] => result.outputs.filter((o) => o.type === 'alert').map((o) => o.body as Alert).map((a) => `${a.revision} ${a.change} ${a.grade} ${a.status}${a.heldBy && ` by ${a.heldBy}`}${a.score === 0 ? ' closed' : ''}`);
const HELD = ['1 raised blue held by p1'];

describe('what a suppression holds', () => {
  test.each<[string, Partial<Suppression>, string[]]>([
    ['its rule', {}, HELD],
    ['another rule', { ruleId: 'transaction/other' }, ['1 raised blue live']],
    ['its subject', { ruleId: '', subjectType: 'seller', subjectId: 's1' }, HELD],
    ['its subject, of whatever type', { ruleId: '', subjectId: 's1' }, HELD],
    ['a subject of another type', { subjectType: 'platform', subjectId: 's1' }, ['1 raised blue live']],
    ['another subject', { subjectType: 'seller', subjectId: 's2' }, ['1 raised blue live']],
    ['its zone', { ruleId: '', zone: '4401' }, HELD],
    ['another zone', { zone: '3301' }, ['1 raised blue live']],
    ['what comes before it begins', { begins: T0 + 10 * MINUTE }, ['1 raised blue live']],
    ['what comes after its end', { ends: T0 + 1 }, ['1 raised blue live']],
  ])('%s', (_what, part, expected) => expect(life(run([...given, suppression(part), ...orders(1)]))).toEqual(expected));

  test('counted in the tally, in no level; a worse grade than it says breaks through', () => {
    const result = run([...given, suppression({ upTo: 'yellow' }), ...orders(8), tick(T0 + 10 * MINUTE)]);
    expect(life(result)).toEqual([...HELD, '2 escalated yellow held by p1', '3 escalated orange live']);
    expect(result.outputs.filter((o) => o.type === 'tally').reduce((sum, o) => sum + (o.body as Tally).suppressed, 0)).toBe(2);
    expect(result.outputs.filter((o) => o.type === 'level').map((o) => (o.body as Level).grade)).toEqual(['orange']);
  });
  test('a shadow alert stays one', () => expect(life(run([...given, suppression({ ruleId: '', zone: '4401' }), ...orders(1, T0 + MINUTE, 'e', 's')]))).toEqual(['1 raised blue shadow']));
});

describe('the allow list', () => {
  const allowed: Tables['allowed'] = (rule, type, id, at) => rule !== 'transaction/other' && type === 'seller' && id === 's1' && at < T0 + 30 * MINUTE;
  const compile: Compile = (source) => {
    const compiled = compileOf(SET, GONE)(source);
    return compiled.ok ? { ...compiled, tables: { ...compiled.tables, allowed } } : compiled;
  };
  const listed = (records: LogRecord[]): string[] => life(runStage(assessment(compile), records, { partitions: { 'journal.v1': 1, 'signals.v1': 1, 'assessments.v1': 1 }, artifacts: artifactsOf('A', 'B') }));
  test.each<[string, LogRecord[], string[]]>([
    ['holds alerts on a subject', orders(1), ['1 raised blue held by allow-list']],
    ['of its rule', orders(1, T0 + MINUTE, 'e', 'm'), ['1 raised blue live']],
    ['while it is valid', orders(1, T0 + 40 * MINUTE), ['1 raised blue live']],
    ['but red breaks through', orders(12).slice(-12), ['1 raised blue held by allow-list', '2 escalated yellow held by allow-list', '3 escalated orange held by allow-list', '4 escalated red live']],
    ['and no other subject', orders(1, T0 + MINUTE, 'e', 'n', { subjectId: 's2' }), ['1 raised blue live']],
  ])('%s', (_what, records, expected) => expect(listed([...given, ...records])).toEqual(expected));
});

describe('its end', () => {
  test('tells of the open alerts that it held, once', () => {
    expect(life(run([...given, suppression({ ends: T0 + 5 * MINUTE }), ...orders(1), ...ticks(T0 + MINUTE, T0 + 8 * MINUTE)]))).toEqual([...HELD, '2 raised blue live']);
  });
  test('may come early: the same id, ended now', () => {
    expect(life(run([...given, suppression(), ...orders(1), suppression({ ends: T0 + 2 * MINUTE }, T0 + 2 * MINUTE)]))).toEqual([...HELD, '2 raised blue live']);
  });
  test('tells nothing while another one holds', () => {
    expect(life(run([...given, suppression(), suppression({ id: 'p2', ruleId: '', zone: '4401' }), ...orders(1), suppression({ ends: T0 + 2 * MINUTE }, T0 + 2 * MINUTE)]))).toEqual(HELD);
  });
  test('tells nothing of what was over before', () => {
    const over = [...given, suppression({ ends: T0 + 3 * HOUR }), ...orders(1), event(T0 + 2 * MINUTE, 'e0', { at: T0 + MINUTE, give: [{ feature: 'n', sign: -1 }] }), ...ticks(T0 + MINUTE, T0 + 4 * HOUR, 10 * MINUTE)];
    expect(life(run(over))).toEqual([...HELD, '2 withdrawn blue held by p1 closed']);
  });
});

describe('an alert that officers know of', () => {
  test('is held from its next revision on, and told again when it is over', () => {
    const records = [...given, ...orders(1), suppression({ begins: T0 + 2 * MINUTE, ends: T0 + 9 * HOUR }, T0 + 2 * MINUTE), ...orders(4, T0 + 3 * MINUTE, 'x'), ...ticks(T0 + 3 * MINUTE, T0 + 3 * HOUR, 10 * MINUTE)];
    expect(life(run(records))).toEqual(['1 raised blue live', '2 escalated yellow held by p1', '3 eased yellow live closed']);
  });
  test('is told as withdrawn when its rule goes', () => {
    const records = [...given, ...orders(1), suppression({ begins: T0 + 2 * MINUTE }, T0 + 2 * MINUTE), ...orders(4, T0 + 3 * MINUTE, 'x'), control('B', T0 + 10 * MINUTE), ...ticks(T0 + 10 * MINUTE, T0 + 40 * MINUTE)];
    expect(life(run(records)).at(-1)).toMatch(/withdrawn yellow live closed/);
  });
});

test('in force at its place: a replay gives the same bytes, also across restarts after every record', () => {
  const records = [...given, ...orders(1), suppression({ begins: T0, ends: T0 + 20 * MINUTE }), ...orders(6, T0 + 2 * MINUTE, 'x'), ...orders(2, T0 + 3 * MINUTE, 'y', 'm'), suppression({ id: 'p2', ruleId: '', zone: '4401', ends: T0 + 15 * MINUTE }), ...ticks(T0 + 3 * MINUTE, T0 + 90 * MINUTE)];
  const once = JSON.stringify(run(records).outputs);
  for (const restoreEvery of [1, 4]) expect(JSON.stringify(run(records, { restoreEvery }).outputs)).toBe(once);
});
