import { describe, expect, test } from 'vitest';
import { assessment } from '../../processors/assessment/stage.ts';
import { hourOfWeek } from '../../language/span.ts';
import type { Alert, Level, Tally } from '../../schemas/risk/alert.ts';
import type { Baseline } from '../../schemas/risk/journal.ts';
import type { LogRecord } from '../../streams/log.ts';
import { type Emitted, type HarnessOptions, type HarnessResult, record, runStage } from '../stage-harness.ts';
import { artifactsOf, compileOf, control, DAY, entry, event, feature, HOUR, MINUTE, rule, ruleSet, signals, T0, tick } from './rule-set.ts';

const burst = rule({ id: 'financial/burst', features: { n: feature('count', 'seller', 'n') }, bands: { blue: 3, yellow: 5, orange: 8, red: 12 } });
const price = rule({ id: 'transaction/price', features: { gap: feature('value', 'seller', 'gap') }, bands: { blue: 0.2, yellow: 0.35, orange: 0.5, red: 0.7 } });
const share = rule({
  id: 'financial/share', features: { bad: feature('count', 'platform', 'bad'), all: feature('count', 'platform', 'all') }, bands: { blue: 0.1, red: 0.5 }, growsOnly: false,
  support: { feature: 'all', min: 10 }, value: (v) => (v.get('bad') as number) / (v.get('all') as number),
});
const silence = rule({ id: 'technical/silence', features: { quiet: feature('silence', 'feed', 'quiet', { expectedGapMinutes: 5, quantile: 0 }) }, bands: { blue: 5, red: 60 }, affectsFeed: true, easeAfterMs: MINUTE });
const surge = rule({ id: 'market/surge', features: { z: feature('robustZ', 'zone', 'z') }, bands: { blue: 3, red: 8 }, growsOnly: false });
const SET = ruleSet('A', [burst, price, share, silence, surge]);

const PARTITIONS = { 'journal.v1': 1, 'signals.v1': 1, 'assessments.v1': 2 };
const run = (records: LogRecord[], options: HarnessOptions = {}, sets = [SET]): HarnessResult =>
  runStage(assessment(compileOf(...sets)), records, { partitions: PARTITIONS, artifacts: artifactsOf(...sets.map((s) => s.hash), 'broken'), ...options });
const bodies = <T>(result: HarnessResult, type: Emitted['type']): T[] => result.outputs.filter((o) => o.type === type).map((o) => o.body as T);
const life = (result: HarnessResult, rule = ''): string[] =>
  bodies<Alert>(result, 'alert').filter((a) => a.ruleId.includes(rule)).map((a) => `${a.revision} ${a.change} ${a.grade} ${a.count}${a.score === 0 ? ' closed' : ''}`);
const ticks = (start: number, end: number, every = MINUTE): LogRecord[] => Array.from({ length: Math.floor((end - start) / every) }, (_, i) => tick(start + (i + 1) * every));
const orders = (n: number, start = T0, gap = 1000, name = 'e'): LogRecord[] => Array.from({ length: n }, (_, i) => event(start + i * gap, `${name}${i}`, { give: [{ feature: 'n' }] }));
const priced = (at: number, id: string, value: number, sign = 1): LogRecord => event(at, id, { give: [{ feature: 'gap', value, sign }] });
const given = [control('A'), tick(T0)];

describe('the life of an alert', () => {
  const table: [name: string, records: LogRecord[], expected: string[]][] = [
    ['below the lowest band nothing happens', orders(2), []],
    ['raised at the lowest band', orders(3), ['1 raised blue 1']],
    ['a worse grade breaks through the cooldown', orders(8), ['1 raised blue 1', '2 escalated yellow 3', '3 escalated orange 6']],
    ['growth is told once per cooldown', [...orders(4), ...orders(1, T0 + 11 * MINUTE, 1, 'x')], ['1 raised blue 1', '2 escalated yellow 3']],
    ['growth that waited is told when the cooldown ends', [...orders(4), ...ticks(T0, T0 + 11 * MINUTE)], ['1 raised blue 1', '2 updated blue 2']],
    ['without growth nothing is told', [...orders(3), ...ticks(T0, T0 + 30 * MINUTE)], ['1 raised blue 1']],
    ['closed when the window has stayed empty', [...orders(3), ...ticks(T0, T0 + 70 * MINUTE)], ['1 raised blue 1', '2 eased blue 1 closed']],
    ['lowered first where a lower grade remains', [...orders(5), ...orders(4, T0 + 50 * MINUTE, 1000, 'late'), ...ticks(T0 + 51 * MINUTE, T0 + 67 * MINUTE)],
      ['1 raised blue 1', '2 escalated yellow 3', '3 updated yellow 4', '4 escalated orange 6', '5 updated orange 7', '6 eased blue 7']],
    ['the same event withdrawn closes it at once', [...orders(3), event(T0 + MINUTE, 'e1', { at: T0 + 1000, give: [{ feature: 'n', sign: -1 }] })], ['1 raised blue 1', '2 withdrawn blue 1 closed']],
    ['an amendment within one record is no withdrawal', [...orders(3), signals(T0 + MINUTE,
      entry({ at: T0 + 1000, eventId: 'e1', give: [{ feature: 'n', sign: -1 }] }), entry({ at: T0 + MINUTE, eventId: 'e1b', give: [{ feature: 'n' }] }))], ['1 raised blue 1']],
    ['each event of a per-event rule is judged', [priced(T0, 'a', 0.1), priced(T0 + 1, 'b', 0.3), priced(T0 + 2, 'c', 0.25), priced(T0 + 3, 'd', 0.8)], ['1 raised blue 1', '2 escalated red 3']],
    ['the worst line of an event counts', [event(T0, 'a', { give: [{ feature: 'gap', value: 0.1 }, { feature: 'gap', value: 0.75 }, { feature: 'gap', value: 0.3 }] })], ['1 raised red 1']],
    ['a per-event alert closes by time', [priced(T0, 'a', 0.3), ...ticks(T0, T0 + 6 * MINUTE)], ['1 raised blue 1', '2 eased blue 1 closed']],
    ['a per-event alert closes when its only event is withdrawn', [priced(T0, 'a', 0.3), priced(T0 + 1, 'a', 0.3, -1)], ['1 raised blue 1', '2 withdrawn blue 1 closed']],
    ['but not while another event stands', [priced(T0, 'a', 0.3), priced(T0 + 1, 'b', 0.3), priced(T0 + 2, 'a', 0.3, -1)], ['1 raised blue 1']],
  ];
  test.each(table)('%s', (_name, records, expected) => {
    expect(life(run([...given, ...records]))).toEqual(expected);
  });

  test('after a close the same grade is suppressed during the cooldown, a worse one is not', () => {
    const closed = [priced(T0, 'a', 0.3), ...ticks(T0, T0 + 6 * MINUTE)];
    const again = run([...given, ...closed, priced(T0 + 7 * MINUTE, 'b', 0.3), tick(T0 + 7 * MINUTE)]);
    expect(life(again)).toEqual(['1 raised blue 1', '2 eased blue 1 closed']);
    expect(bodies<Tally>(again, 'tally').reduce((sum, t) => sum + t.suppressed, 0)).toBe(1);
    expect(life(run([...given, ...closed, priced(T0 + 7 * MINUTE, 'b', 0.8)]))).toHaveLength(3);
    expect(life(run([...given, ...closed, ...ticks(T0 + 6 * MINUTE, T0 + 20 * MINUTE), priced(T0 + 20 * MINUTE, 'b', 0.3)]))).toHaveLength(3);
  });

  test('after a withdrawal nothing is suppressed; what the same event opens again is another alert', () => {
    const result = run([...given, priced(T0, 'a', 0.3), priced(T0 + 1, 'a', 0.3, -1), priced(T0 + 2, 'a', 0.4), priced(T0 + 3, 'a', 0.4, -1), priced(T0 + 4, 'b', 0.4)]);
    expect(life(result)).toEqual(['1 raised blue 1', '2 withdrawn blue 1 closed', '1 raised yellow 1', '2 withdrawn yellow 1 closed', '1 raised yellow 1']);
    expect(new Set(bodies<Alert>(result, 'alert').map(({ alertId }) => alertId)).size).toBe(3);
  });

  test('an alert says what made it', () => {
    const [alert] = bodies<Alert>(run([...given, ...orders(3)]), 'alert');
    expect(alert).toMatchObject({
      ruleId: 'financial/burst', ruleSet: 'A', category: 'financial', subject: { type: 'seller', id: 's1' }, zone: '4401', window: '1h', eventTime: T0 + 2000, detectedAt: T0 + 2000,
      documents: ['P|e2'], reason: { en: 'financial/burst 3 of n' }, evidence: { values: { n: 3, value: 3 }, threshold: 3, events: ['e2'], lowerBound: false, approximation: '' }, status: 'live',
    });
    expect(alert?.alertId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a backfill has its own windows, and its alerts are held', () => {
    const old = orders(3).map((r) => ({ ...r, body: { entries: (r.body as { entries: object[] }).entries.map((e) => ({ ...e, origin: 'backfill' })) } }));
    const result = run([...given, ...orders(2), ...old]);
    expect(bodies<Alert>(result, 'alert').map((a) => [a.status, a.origin, a.count])).toEqual([['held', 'backfill', 1]]);
    expect(bodies<Level>(result, 'level')).toEqual([]);
  });

  describe('a backfill of last year', () => {
    const YEAR = 365 * DAY;
    /** Arrives at `arrival`, tells of a moment a year before. */
    const old = (arrival: number, id: string, at = arrival - YEAR): LogRecord => signals(arrival, entry({ at, eventId: id, origin: 'backfill', give: [{ feature: 'n' }] }));
    const raised = (records: LogRecord[], options: HarnessOptions = {}) => bodies<Alert>(run([...given, ...records], options), 'alert').map((a) => [a.change, a.status, a.count, a.firstSeen]);
    const amid = (n: number): LogRecord[] => ticks(T0 + n * 1000, T0 + n * 1000 + 10_000, 1000);

    test('its windows go by its own time, whatever ours does meanwhile', () => {
      const three = [old(T0, 'a'), ...amid(1), old(T0 + 11_000, 'b'), ...amid(12), old(T0 + 30_000, 'c')];
      expect(raised(three)).toEqual([['raised', 'held', 1, T0 + 30_000 - YEAR]]);
      const apart = [old(T0, 'a'), old(T0 + 1, 'b', T0 - YEAR + 2 * HOUR), old(T0 + 2, 'c', T0 - YEAR + 4 * HOUR)];
      expect(raised(apart)).toEqual([]);
    });

    test('time that passes with us neither eases its alerts nor empties its windows', () => {
      const hour = ticks(T0 + 3, T0 + 70 * MINUTE);
      expect(raised([old(T0, 'a'), old(T0 + 1, 'b'), old(T0 + 2, 'c'), ...hour, old(T0 + 71 * MINUTE, 'd', T0 - YEAR + 3), old(T0 + 71 * MINUTE + 1, 'e', T0 - YEAR + 4)]))
        .toEqual([['raised', 'held', 1, T0 + 2 - YEAR], ['updated', 'held', 2, T0 + 2 - YEAR], ['escalated', 'held', 3, T0 + 2 - YEAR]]);
    });

    test('two days after its last event it is forgotten, and what comes then begins anew; a restart at any place changes nothing', () => {
      const later = T0 + 3 * DAY;
      const records = [old(T0, 'a'), old(T0 + 1, 'b'), ...ticks(T0, later, HOUR), old(later, 'c', T0 - YEAR + 2), old(later + 1, 'd', T0 - YEAR + 3), old(later + 2, 'e', T0 - YEAR + 4), ...ticks(later + 3, later + 5 * HOUR, HOUR)];
      const expected = [['raised', 'held', 1, T0 + 4 - YEAR]];
      expect(raised(records)).toEqual(expected);
      for (const restoreEvery of [1, 2, 7]) expect(raised(records, { restoreEvery })).toEqual(expected);
      const end = run([...given, ...records, ...ticks(later + DAY, later + 4 * DAY, HOUR)]);
      expect([...end.state.keys()].filter((key) => key.includes('~'))).toEqual([]);
    });

    test('live windows are untouched, and a feed that sends old data is not heard of', () => {
      const live = orders(3, T0 + 1000);
      // An id says where its event is told: the same places in both.
      const alone = bodies<Alert>(run([...given, tick(T0), tick(T0), ...live]), 'alert');
      const both = bodies<Alert>(run([...given, old(T0 + 1, 'x'), old(T0 + 2, 'y'), ...live]), 'alert');
      expect(both).toEqual(alone);
      const heard = signals(T0, entry({ subjectType: 'feed', subjectId: 'f', origin: 'backfill', give: [{ feature: 'quiet' }] }));
      expect(life(run([...given, heard, ...ticks(T0, T0 + 3 * HOUR)]), 'silence')).toEqual([]);
      const summed = signals(T0, entry({ subjectType: 'feed', subjectId: 'f', origin: 'backfill', give: [], sums: [{ feature: 'quiet', at: T0, item: '', value: 1, n: 1 }] }));
      const result = run([...given, summed, tick(T0 + 2_000)]);
      expect(bodies<Tally>(result, 'tally').filter((t) => t.rule === 'technical/silence' && t.evaluated > 0)).toEqual([]);
    });
  });
});

describe('what cannot be judged is counted', () => {
  const tallied = (result: HarnessResult, name: string): Tally | undefined => bodies<Tally>(result, 'tally').find((t) => t.rule === name);
  test('before the first rule set', () => {
    const result = run([...orders(2), tick(T0 + MINUTE)]);
    expect(tallied(result, 'rule-set')).toMatchObject({ error: 2 });
    expect(result.counts.signal_without_rules).toBe(2);
  });
  test('a gate that failed', () => {
    expect(tallied(run([...given, signals(T0, entry({ give: [], errors: ['financial/burst'] })), tick(T0 + 2000)]), 'financial/burst')).toMatchObject({ error: 1, evaluated: 0 });
  });
  test('a rule set that does not compile: the one in force stays', () => {
    const result = run([...given, control('broken'), ...orders(3)]);
    expect([result.counts.rule_set_refused, life(result).length]).toEqual([1, 1]);
  });
  test('too little support gives no grade', () => {
    const bad = (n: number): LogRecord[] => Array.from({ length: n }, (_, i) => event(T0 + i, `b${i}`, { subjectType: 'platform', give: [{ feature: 'bad' }, { feature: 'all' }] }));
    expect(life(run([...given, ...bad(9)]))).toEqual([]);
    expect(life(run([...given, ...bad(10)]))).toEqual(['1 raised red 1']);
  });
  test('where records are missing windows are not whole: what only grows is a lower bound, the rest warms up', () => {
    const H = ruleSet('H', [burst, rule({ id: 'market/spread', features: { h: feature('hhi', 'seller', 'h') }, bands: { blue: 1 } })]);
    const gap = (at: number): LogRecord => record({ type: 'gap', arrival: at, source: { topic: 'signals.v1', partition: 0, offset: 9, index: 0 }, body: { stage: 'assessment', from: 3, to: 10 } });
    const give = [{ feature: 'n' }, { feature: 'h', item: 'x' }];
    const some = (start: number, name: string): LogRecord[] => [0, 1, 2].map((i) => event(start + i, `${name}${i}`, { give }));
    const outcome = (...records: LogRecord[]) => {
      const result = run([control('H'), tick(T0), ...records, tick(T0 + DAY)], { restoreEvery: 1 }, [H]);
      return bodies<Alert>(result, 'alert').filter((a) => a.change === 'raised').map((a) => [a.ruleId, a.evidence.lowerBound]);
    };
    expect(outcome(...some(T0, 'a'))).toEqual([['market/spread', false], ['financial/burst', false]]);
    expect(outcome(gap(T0), ...some(T0, 'a'))).toEqual([['financial/burst', true]]);
    // Once the windows lie behind it, all is as it was.
    expect(outcome(gap(T0), ...some(T0 + 3 * HOUR, 'a'))).toEqual([['market/spread', false], ['financial/burst', false]]);
  });
  test('a rule whose history the log does not reach warms up, or fires as a lower bound', () => {
    const B = ruleSet('B', [burst, rule({ ...specOf(burst), id: 'financial/new', features: { m: feature('count', 'seller', 'm') } }), rule({ id: 'market/new', features: { h: feature('hhi', 'seller', 'h') }, bands: { blue: 1 } })]);
    const start = T0 + DAY;
    const give = [{ feature: 'm' }, { feature: 'h', item: 'x' }];
    const records = [tick(start), control('B', start), ...[0, 1, 2, 3].map((i) => event(start + i, `e${i}`, { give })), tick(start + MINUTE)];
    const result = run([...given, ...records], {}, [SET, B]);
    expect(bodies<Alert>(result, 'alert').map((a) => [a.ruleId, a.evidence.lowerBound])).toEqual([['financial/new', true]]);
    expect(tallied(result, 'market/new')).toMatchObject({ evaluated: 4, warming: 4 });
    expect(tallied(result, 'financial/new')).toMatchObject({ evaluated: 4, warming: 2, blue: 2 });
    const later = event(start + 2 * HOUR, 'z', { give });
    expect(bodies<Alert>(run([...given, ...records, later], {}, [SET, B]), 'alert').at(-1)).toMatchObject({ ruleId: 'market/new', evidence: { lowerBound: false } });
  });
});

const specOf = ({ evaluate: _e, explain: _x, features: _f, bands, ...rest }: typeof burst) => ({ ...rest, bands: Object.fromEntries(bands.map((b) => [b.grade, b.from])) });

describe('the rule set in force', () => {
  test('switches when the control record has come from every journal partition, and is handed on then', () => {
    const two = { partitions: { ...PARTITIONS, 'journal.v1': 2 } };
    const first = run([control('A', T0, 0), ...orders(3)], two);
    expect([life(first), bodies(first, 'control')]).toEqual([[], []]);
    const both = run([control('A', T0, 0), control('A', T0, 1), ...orders(3)], two);
    expect([life(both).length, both.outputs.filter((o) => o.type === 'control').map((o) => o.partition)]).toEqual([1, [0, 1]]);
  });
  test('a threshold may change while its window stays', () => {
    const strict = ruleSet('B', [rule({ ...specOf(burst), features: { n: feature('count', 'seller', 'n') }, bands: { red: 4 } })]);
    expect(life(run([...given, ...orders(2), control('B'), ...orders(2, T0 + 10_000, 1, 'x')], {}, [SET, strict]))).toEqual(['1 raised red 1']);
  });
  test('an alert of a rule that is gone is withdrawn', () => {
    const other = ruleSet('B', [price]);
    expect(life(run([...given, ...orders(3), control('B'), ...ticks(T0, T0 + 10 * MINUTE)], {}, [SET, other]))).toEqual(['1 raised blue 1', '2 withdrawn blue 1 closed']);
  });
});

describe('time', () => {
  test('is the least of the partitions, goes on only forwards, and is told to every partition', () => {
    const two = { partitions: { ...PARTITIONS, 'journal.v1': 2 } };
    const result = run([tick(T0, 0), tick(T0 + 5000, 1), tick(T0 + 3000, 0), tick(T0 + 2000, 0)], two);
    expect(result.outputs.map((o) => [o.type, o.partition, (o.body as { time: number }).time - T0])).toEqual([['tick', 0, 0], ['tick', 1, 0], ['tick', 0, 3000], ['tick', 1, 3000]]);
  });
  const heard = (at: number): LogRecord => event(at, `h${at}`, { subjectType: 'feed', subjectId: 'sim/order', zone: '', give: [{ feature: 'quiet' }] });
  test('a silent feed is told of on every partition, and is eased once it speaks again', () => {
    const result = run([...given, heard(T0), ...ticks(T0, T0 + 11 * MINUTE), heard(T0 + 11 * MINUTE), ...ticks(T0 + 11 * MINUTE, T0 + 14 * MINUTE, 10_000)]);
    const told = result.outputs.filter((o) => o.type === 'alert').map((o) => [o.partition, (o.body as Alert).change, (o.body as Alert).score > 0, ((o.body as Alert).detectedAt - T0) / MINUTE]);
    expect(told).toEqual([[0, 'raised', true, 10], [1, 'raised', true, 10], [0, 'eased', false, 12], [1, 'eased', false, 12]]);
  });
  test('time in which nobody listened is no silence', () => {
    expect(life(run([...given, heard(T0), tick(T0 + 9 * HOUR), ...ticks(T0 + 9 * HOUR, T0 + 9 * HOUR + 9 * MINUTE)]))).toEqual([]);
    expect(life(run([...given, heard(T0), tick(T0 + 9 * HOUR), ...ticks(T0 + 9 * HOUR, T0 + 9 * HOUR + 10 * MINUTE)]))).toEqual(['1 raised blue 1', '1 raised blue 1']);
  });
});

describe('robust z', () => {
  const zone = (at: number, id: string): LogRecord => event(at, id, { subjectType: 'zone', subjectId: '4401', give: [{ feature: 'z' }] });
  const many = (n: number, at = T0): LogRecord[] => Array.from({ length: n }, (_, i) => zone(at + i, `${at} ${i}`));
  const baseline = record({ type: 'baseline', arrival: T0, body: { rule: 'market/surge', feature: 'z', subjectType: 'zone', subjectId: '4401', median: Array(168).fill(10), mad: Array(168).fill(2), label: 'simulated' } });
  test('without any history it warms up', () => {
    const result = run([...given, ...many(50), tick(T0 + MINUTE)]);
    expect([life(result), bodies<Tally>(result, 'tally')[0]?.warming]).toEqual([[], 50]);
  });
  test.each([['before', [baseline, ...given]], ['after', [...given, baseline]]] as const)('a baseline %s the rule set counts as history', (_name, start) => {
    expect(life(run([...start, ...many(18)]))).toEqual([]);
    // z = (19 − 10) / (1.4826 · 2) = 3.04
    expect(life(run([...start, ...many(19)]))).toEqual(['1 raised blue 1']);
  });
  test('a surplus of less than leastExcess is no surge, however unusual', () => {
    const demanding = ruleSet('A', [rule({ id: 'market/surge', features: { z: feature('robustZ', 'zone', 'z', { leastExcess: 10 }) }, bands: { blue: 3, red: 8 }, growsOnly: false })]);
    expect(life(run([baseline, ...given, ...many(19)], {}, [demanding]))).toEqual([]);
    expect(life(run([baseline, ...given, ...many(20)], {}, [demanding]))).toEqual(['1 raised blue 1']);
  });
  test('a baseline stands in until half of the weeks are known', () => {
    const early = [control('A', T0 - 40 * DAY), baseline, ...many(1, T0 - 7 * DAY)];
    expect(life(run([...early, ...many(18)]))).toEqual([]);
    expect(life(run([...early, ...many(19)]))).toEqual(['1 raised blue 1']);
  });
  test('earlier weeks count as soon as half of them are known', () => {
    const late = T0 + HOUR - 100;
    const weeks = [4, 3, 2, 1].flatMap((w) => many(10 + w, late - w * 7 * DAY));
    const early = [control('A', T0 - 40 * DAY), ...weeks];
    expect(life(run([...early, ...many(16, late)]))).toEqual([]);
    // median of 11..14 = 12.5, MAD 1: z = (17 − 12.5) / 1.4826 = 3.04
    expect(life(run([...early, ...many(17, late)]))).toEqual(['1 raised blue 1']);
  });
  test('the last hour is compared with what is usual for the parts of both hours that it lies in', () => {
    // 40 are usual before ten o'clock, 10 from then on: at ten past, 35 are.
    const falling = { ...(baseline.body as Baseline), median: Array.from({ length: 168 }, (_, hour) => (hour === hourOfWeek(T0 - 1) ? 40 : 10)) };
    const start = [record({ type: 'baseline', arrival: T0 - HOUR, body: falling }), ...given];
    expect(life(run([...start, ...many(38, T0 + 10 * MINUTE)]))).toEqual([]);
    expect(life(run([...start, ...many(38, T0 + 50 * MINUTE)]))).not.toEqual([]);
  });
});

describe('level of a subject', () => {
  const levels = (result: HarnessResult): unknown[] => bodies<Level>(result, 'level').map((l) => [l.subject.id, l.grade, Number(l.score.toFixed(3)), l.reasons]);
  test('joins the open alerts, fades with what is closed', () => {
    const result = run([...given, ...orders(3), priced(T0 + MINUTE, 'p', 0.5), ...ticks(T0 + MINUTE, T0 + 70 * MINUTE), tick(T0 + 26 * HOUR)]);
    const both = ['financial/burst', 'transaction/price'];
    expect(levels(result)).toEqual([['s1', 'blue', 0.25, ['financial/burst']], ['s1', 'orange', 0.813, both], ['s1', 'yellow', 0.531, both], ['s1', 'blue', 0.289, both], ['s1', '', 0.15, both]]);
  });
  test('forgets what a rule had open when it goes to shadow', () => {
    const kept = (status: 'live' | 'shadow') => rule({ id: 'financial/x', status, features: { v: feature('value', 'seller', 'financial/x') }, bands: { blue: 1 } });
    const sets = [ruleSet('L', [kept('live')]), ruleSet('S', [kept('shadow')])];
    const result = run([control('L'), event(T0, 'e', { give: [{ feature: 'financial/x', value: 1 }] }), control('S'), ...ticks(T0 + MINUTE, T0 + 20 * MINUTE)], {}, sets);
    expect(levels(result)).toEqual([['s1', 'blue', 0.25, ['financial/x']], ['s1', '', 0, []]]);
  });
  test('three rules of two categories are one grade worse', () => {
    const more = ['financial/a', 'financial/b', 'market/c'].map((id) => rule({ id, features: { v: feature('value', 'seller', id) }, bands: { blue: 1, red: 1000 }, weight: 0.4 }));
    const set = ruleSet('M', more);
    const result = run([control('M'), ...more.map((r, i) => event(T0 + i, `e${i}`, { give: [{ feature: r.id, value: 1 }] }))], {}, [set]);
    expect(levels(result)).toEqual([['s1', 'yellow', 0.271, ['financial/a', 'financial/b', 'market/c']]]);
  });
});

test('a replay gives the same outputs, byte for byte, also across restarts', () => {
  let seed = 7;
  const random = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
  const records: LogRecord[] = [...given];
  for (let i = 0; i < 3000; i++) {
    const at = T0 + i * 3000;
    const subjectId = `s${random(6)}`;
    if (i % 2 === 0) records.push(tick(at));
    const gives = [{ feature: 'n' }, { feature: 'gap', value: random(100) / 120 }];
    records.push(signals(at, entry({ at: at - random(2 * HOUR), eventId: `e${i}`, orderKey: `P|${i}`, subjectId, give: gives }),
      entry({ at, eventId: `e${i}`, subjectType: 'platform', subjectId: 'p', give: random(10) ? [{ feature: 'all' }] : [{ feature: 'all' }, { feature: 'bad' }] }),
      entry({ at, eventId: `e${i}`, subjectType: 'zone', subjectId: `z${random(3)}`, give: [{ feature: 'z' }] })));
    if (random(9) === 0) records.push(signals(at, entry({ at, eventId: `e${i}`, subjectId, give: gives.map((g) => ({ ...g, sign: -1 })) })));
    if (random(40) === 0) records.push(event(at, `h${i}`, { subjectType: 'feed', subjectId: `f${random(2)}/order`, give: [{ feature: 'quiet' }] }));
  }
  const once = JSON.stringify(run(records).outputs);
  expect(JSON.stringify(run(records).outputs)).toBe(once);
  expect(once.length).toBeGreaterThan(10_000);
  for (const restoreEvery of [1000, 137]) expect(JSON.stringify(run(records, { restoreEvery }).outputs) === once).toBe(true);
});
