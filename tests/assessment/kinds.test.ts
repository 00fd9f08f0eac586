/** Kinds that keep more than a sum: each equals a naive oracle on random streams with late events, take-backs and restarts; at the bound it says so. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Feature, FeatureKind, Window as Span } from '../../language/ruleset.ts';
import { absence, type Given as Counted, intervalCv, type Oracle, psi, sequence, startOf } from '../language/naive-kinds.ts';
import { align, DAY, HOUR, oldestSlot } from '../../language/span.ts';
import { type PackedWindow, Window } from '../../processors/assessment/windows/window.ts';

interface Given extends Counted { id: string }

const T0 = Date.UTC(2026, 4, 31, 10);
const sliding = (ms: number): Span => ({ kind: 'sliding', ms, unit: '', resolutionMs: 0, text: `${ms} ms` });
const MONTH: Span = { kind: 'calendar', ms: DAY, unit: 'month', resolutionMs: 0, text: 'calendar month' };
const feature = (kind: FeatureKind, window: Span, reachMs = 0): Feature => ({
  id: kind, kind, window, subjectType: 'seller', quantile: 0.5, weeks: 8, madFloor: 0.05, leastExcess: 0, expectedGapMinutes: 0, margin: 1, over: 0, reachMs, growsOnly: false, summed: false,
});
interface Step { by: number; value: number; item: string; takeBack: number | undefined; restore: boolean }
/** In quarters of an hour, so that many events lie just on a bound, and now and then some milliseconds beside one. */
const QUARTER = HOUR / 4;
const stepOf = (most: number, value: fc.Arbitrary<number>): fc.Arbitrary<Step> => fc.record({
  by: fc.tuple(fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: most }) }, fc.integer({ min: -3 * most, max: 3 * most })), fc.constantFrom(0, 0, 0, -1, 1)).map(([n, beside]) => n * QUARTER + beside), value, item: fc.constantFrom('a', 'b', 'c', 'd'),
  takeBack: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat()), restore: fc.boolean(),
});

/** Gives and takes back, asking after each. `hear` is told of both in turn. */
function run(f: Feature, steps: readonly Step[], expected: (all: readonly Given[], end: number) => number, hear: (g: Given, sign: 1 | -1, end: number) => void = () => {}): void {
  let window = new Window(f, { entries: 1000 });
  const all: Given[] = [];
  let now = T0;
  for (const [i, s] of steps.entries()) {
    const place = s.takeBack === undefined ? -1 : s.takeBack % Math.max(1, all.length);
    const taken = all[place];
    if (taken) {
      all.splice(place, 1);
      hear(taken, -1, now);
      window.takeBack(taken.at, taken.value, taken.item, taken.id);
    } else {
      const g = { at: now + s.by, value: s.value, item: s.item, id: `e${i}` };
      now = Math.max(now, g.at);
      all.push(g);
      hear(g, 1, now);
      window.give(g.at, g.value, g.item, g.id);
    }
    expect(window.value()).toBeCloseTo(expected(all, window.end), 6);
    if (s.restore) window = new Window(f, { entries: 1000 }, JSON.parse(JSON.stringify(window.pack())) as PackedWindow);
  }
}

const STEPPING = stepOf(4, fc.constantFrom(1, 1, 2, 3));
const MEASURES = stepOf(12, fc.integer({ min: 0, max: 10_000 }).map((n) => n / 100));
const CASES: [string, Oracle, Feature[], fc.Arbitrary<Step>][] = [
  ['intervalCv', intervalCv, [feature('intervalCv', sliding(DAY)), feature('intervalCv', MONTH)], MEASURES],
  ['sequence', sequence, [feature('sequence', sliding(DAY), HOUR), feature('sequence', sliding(2 * HOUR), 5 * HOUR), feature('sequence', MONTH, HOUR)], STEPPING],
  ['absence', absence, [feature('absence', sliding(DAY), HOUR), feature('absence', sliding(2 * HOUR), 5 * HOUR), feature('absence', MONTH, HOUR)], STEPPING],
  ['psi', psi, [feature('psi', sliding(HOUR), 6 * HOUR), feature('psi', sliding(DAY), 7 * DAY)], MEASURES],
];

describe('own forms equal a naive oracle', () => {
  test.each(CASES)('%s', (_, oracle, features, step) => {
    fc.assert(fc.property(fc.constantFrom(...features), fc.array(step, { minLength: 1, maxLength: 60 }), (f, steps) => run(f, steps, (all, end) => oracle(f, all, end))), { numRuns: 120 });
  });

  /** The oracle of first appearances keeps, by item, what stands since the item was last unknown. */
  test.each(['firstSeen', 'newShare'] as const)('%s', (kind) => {
    const spans = [[sliding(DAY), 3 * DAY], [sliding(2 * HOUR), DAY], [MONTH, 60 * DAY]] as const;
    fc.assert(fc.property(fc.constantFrom(...spans), fc.array(MEASURES, { minLength: 1, maxLength: 60 }), ([span, remember], steps) => {
      const f = feature(kind, span, remember);
      const items = new Map<string, { times: number[]; first: number }>();
      const weights: Given[] = [];
      const lasts = new Map<string, number>();
      run(f, steps, (_all, end) => {
        const from = startOf(span, end);
        const alive = [...items].filter(([item]) => (lasts.get(item) ?? 0) >= end - remember);
        if (!alive.some(([, { first }]) => first < from)) return 0;
        const fresh = [...items].filter(([, { first }]) => first >= from).map(([item]) => item);
        if (kind === 'firstSeen') return fresh.length;
        const inside = weights.filter((g) => (span.kind === 'calendar' ? g.at >= from : align(g.at, HOUR) >= oldestSlot(span, HOUR, end)));
        const sum = (list: readonly Given[]) => list.reduce((a, g) => a + g.value, 0);
        return sum(inside) > 0 ? sum(inside.filter((g) => fresh.includes(g.item))) / sum(inside) : 0;
      }, (g, sign, end) => {
        if (sign < 0) {
          const place = weights.findIndex((w) => w.id === g.id);
          if (place >= 0) weights.splice(place, 1);
          const seen = items.get(g.item);
          if (!seen || g.at < seen.first || (lasts.get(g.item) ?? 0) < end - remember) return;
          seen.times.pop();
          if (seen.times.length === 0) items.delete(g.item);
          return;
        }
        if (g.at < end && g.at < startOf(span, end) - remember) return;
        weights.push(g);
        const seen = (lasts.get(g.item) ?? 0) >= end - remember ? items.get(g.item) : undefined;
        if (seen) {
          seen.times.push(g.at);
          seen.first = Math.min(seen.first, g.at);
          lasts.set(g.item, Math.max(lasts.get(g.item) ?? 0, g.at));
        } else {
          items.set(g.item, { times: [g.at], first: g.at });
          lasts.set(g.item, g.at);
        }
      });
    }), { numRuns: 120 });
  });
});

describe('at the bound', () => {
  const LIMIT = 200;
  const bounded = (f: Feature, n: number, give: (i: number) => Omit<Given, 'id'>): { window: Window; reached: number; given: Given[] } => {
    let reached = 0;
    const window = new Window(f, { entries: LIMIT, reached: () => reached++ });
    const given = Array.from({ length: n }, (_, i) => ({ ...give(i), id: `e${i}` }));
    for (const g of given) window.give(g.at, g.value, g.item, g.id);
    return { window, reached, given };
  };
  test.each(['sequence', 'absence'] as const)('%s is estimated from a sample of the items, keeps no more than the limit, and says so', (kind) => {
    const f = feature(kind, sliding(DAY), HOUR);
    const { window, reached, given } = bounded(f, 4000, (i) => ({ at: T0 + i * 10_000, value: kind === 'sequence' && i % 2 === 1 ? 2 : 1, item: `order ${i >> 1}` }));
    const exact = (kind === 'sequence' ? sequence : absence)(f, given, window.end);
    expect(Math.abs(window.value() - exact) / exact).toBeLessThan(0.3);
    expect(window.approximation()).toMatch(/sample of 1\/\d+ of the items/);
    expect(reached).toBeGreaterThan(0);
    expect(window.pack().length).toBeLessThan(LIMIT * 40);
    window.advance(T0 + 10 * DAY);
    expect([window.value(), window.approximation()]).toEqual([0, '']);
  });
  test('what was answered leaves first: few absences among many orders are counted exactly', () => {
    const f = feature('absence', sliding(DAY), HOUR);
    const { window, reached } = bounded(f, 4000, (i) => ({ at: T0 + i * 10_000, value: i % 2 === 1 && i % 200 !== 1 ? 2 : 1, item: i % 200 === 1 ? `alone ${i}` : `order ${i >> 1}` }));
    window.advance(T0 + 4000 * 10_000 + HOUR);
    // Of every hundred orders one has no answer, and one more stands alone.
    expect([window.value(), window.approximation(), reached]).toEqual([40, '', 0]);
    expect(window.pack().length).toBeLessThan(LIMIT * 40);
  });
  test('steps of one item: the oldest leave', () => {
    const { window } = bounded(feature('sequence', sliding(DAY), HOUR), 1000, (i) => ({ at: T0 + i * 1000, value: 1 + (i % 2), item: '' }));
    expect([window.value(), window.approximation()]).toEqual([LIMIT / 2, `sequence, the newest ${LIMIT} steps`]);
  });
  test('intervalCv looks at the newest events', () => {
    const { window, reached } = bounded(feature('intervalCv', sliding(DAY)), 1000, (i) => ({ at: T0 + i * 1000 + (i < 500 ? (i * 7919) % 700 : 0), value: 1, item: '' }));
    expect([window.value(), window.approximation(), reached]).toEqual([0, `intervalCv of the newest ${LIMIT} events`, 1]);
  });
  test('first appearances are estimated from a sample', () => {
    const { window } = bounded(feature('firstSeen', sliding(HOUR), DAY), 4000, (i) => ({ at: T0 + i * 3600, value: 1, item: `item ${i}` }));
    expect(window.value()).toBeGreaterThan(600);
    expect(window.value()).toBeLessThan(1500);
    expect(window.approximation()).toMatch(/firstSeen of a sample/);
  });
  test('items of a mix are folded', () => {
    const { window } = bounded(feature('psi', sliding(HOUR), DAY), 4000, (i) => ({ at: T0 + i * 3600, value: 1, item: `item ${i % 400}` }));
    expect(window.approximation()).toContain('folded');
    expect(window.value()).toBeLessThan(0.5);
  });
});
