import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Feature, FeatureKind, Window as Span } from '../../language/ruleset.ts';
import { calendarStart, DAY, HOUR } from '../../language/span.ts';
import { type PackedWindow, Window } from '../../processors/assessment/windows/window.ts';

/** The oracle keeps everything and counts it anew for each question. */
interface Given { at: number; value: number; item: string; id: string }

const T0 = Date.UTC(2026, 4, 31, 10);
const sliding = (ms: number, resolutionMs = 0): Span => ({ kind: 'sliding', ms, unit: '', resolutionMs, text: `${ms} ms` });
const calendar = (unit: 'day' | 'month' | 'year'): Span => ({ kind: 'calendar', ms: DAY, unit, resolutionMs: 0, text: `calendar ${unit}` });
const feature = (kind: FeatureKind, window: Span): Feature => ({
  id: `${kind} ${window.text}`, kind, window, subjectType: 'seller', quantile: 0.9, weeks: 8, madFloor: 0.05, leastExcess: 0, expectedGapMinutes: 0, margin: 1, over: 500, reachMs: 0, growsOnly: false, summed: false,
});

function oracleValue(kind: FeatureKind, given: readonly Given[]): number {
  if (given.length === 0) return 0;
  const values = given.map((g) => g.value).sort((a, b) => a - b);
  const byItem = new Map<string, number>();
  for (const g of given) byItem.set(g.item, (byItem.get(g.item) ?? 0) + Math.round(g.value * 1e5));
  const total = given.reduce((sum, g) => sum + Math.round(g.value * 1e5), 0);
  const shares = [...byItem.values()].map((sum) => (total > 0 ? sum / total : 0));
  switch (kind) {
    case 'sum': return total / 1e5;
    case 'distinct': return byItem.size;
    case 'topShare': return Math.max(...shares);
    case 'hhi': return shares.reduce((sum, share) => sum + share * share, 0) * 1e4;
    case 'topSum': return Math.max(...byItem.values()) / 1e5;
    case 'itemsOver': return [...byItem.values()].filter((sum) => sum >= 500 * 1e5).length;
    case 'avg': return total / 1e5 / given.length;
    case 'min': return values[0] as number;
    case 'stddev': {
      const mean = total / 1e5 / given.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / given.length);
    }
    case 'max': return values.at(-1) as number;
    case 'percentile': return values[Math.max(1, Math.ceil(0.9 * values.length)) - 1] as number;
    case 'last': return given.reduce((latest, g) => (g.at >= latest.at ? g : latest)).value;
    default: return given.length;
  }
}

class Oracle {
  end = 0;
  given: Given[] = [];
  readonly span: Span;
  constructor(span: Span) {
    this.span = span;
  }
  give(g: Given): void {
    this.end = Math.max(this.end, g.at);
    if (this.#counts(g.at)) this.given.push(g);
  }
  takeBack(g: Given): void {
    const place = this.given.findLastIndex((o) => o.id === g.id && o.value === g.value && o.item === g.item);
    if (place >= 0) this.given.splice(place, 1);
  }
  #counts(at: number): boolean {
    const { span, end } = this;
    if (span.kind === 'calendar') return calendarStart(at, span.unit) === calendarStart(end, span.unit);
    if (span.resolutionMs === 0) return at > end - span.ms;
    const aligned = (t: number): number => Math.floor((t + 8 * HOUR) / span.resolutionMs);
    return aligned(at) > aligned(end - span.ms);
  }
  read(): Given[] {
    this.given = this.given.filter((g) => this.#counts(g.at));
    return this.given;
  }
}

const SPANS = [sliding(HOUR), sliding(DAY), sliding(3 * DAY, HOUR), sliding(30 * DAY, DAY), calendar('day'), calendar('month'), calendar('year')];
const KINDS = ['count', 'sum', 'distinct', 'max', 'last', 'topShare', 'hhi', 'percentile', 'avg', 'min', 'stddev', 'topSum', 'itemsOver'] as const;
/** Steps forward of up to two days, back of up to one: late and out of order. */
const step = fc.record({
  by: fc.oneof(fc.integer({ min: -DAY, max: 2 * DAY }), fc.integer({ min: -HOUR, max: HOUR })),
  value: fc.oneof(fc.integer({ min: 0, max: 500_000 }).map((n) => n / 100), fc.constantFrom(250, 500)), item: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  takeBack: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat()), restore: fc.boolean(),
});

describe('windows equal a naive oracle of the same alignment', () => {
  for (const kind of KINDS) {
    test(kind, () => {
      fc.assert(fc.property(fc.constantFrom(...SPANS), fc.array(step, { minLength: 1, maxLength: 60 }), (span, steps) => {
        const f = feature(kind, span);
        let window = new Window(f, { entries: 1000 });
        const oracle = new Oracle(span);
        const all: Given[] = [];
        let now = T0;
        for (const [i, s] of steps.entries()) {
          const taken = s.takeBack === undefined ? undefined : all[s.takeBack % Math.max(1, all.length)];
          if (taken) {
            all.splice(all.indexOf(taken), 1);
            oracle.read();
            oracle.takeBack(taken);
            window.takeBack(taken.at, taken.value, taken.item, taken.id);
          } else {
            const g = { at: now + s.by, value: s.value, item: s.item, id: `e${i}` };
            now = Math.max(now, g.at);
            all.push(g);
            oracle.give(g);
            window.give(g.at, g.value, g.item, g.id);
          }
          expect(window.value()).toBeCloseTo(oracleValue(kind, oracle.read()), 6);
          if (s.restore) window = new Window(f, { entries: 1000 }, JSON.parse(JSON.stringify(window.pack())) as PackedWindow);
        }
      }), { numRuns: 150 });
    });
  }
});

describe('above the limit of entries', () => {
  const filled = (kind: FeatureKind, n: number, limit: number, items = 3000): { window: Window; oracle: Oracle } => {
    const window = new Window(feature(kind, sliding(DAY)), { entries: limit });
    const oracle = new Oracle(sliding(DAY, DAY / 96));
    for (let i = 0; i < n; i++) {
      const g = { at: T0 + i * 60_000, value: 1 + ((i * 7919) % 1000), item: `item ${(i * 31) % items}`, id: `e${i}` };
      window.give(g.at, g.value, g.item, g.id);
      oracle.give(g);
    }
    return { window, oracle };
  };
  test.each([['count'], ['sum'], ['avg'], ['stddev'], ['topShare'], ['topSum'], ['hhi']] as const)('%s counts in aligned buckets of length / 96', (kind) => {
    const { window, oracle } = filled(kind, 5000, 1000, 300);
    expect(window.value()).toBeCloseTo(oracleValue(kind, oracle.read()), 6);
    expect(window.approximation()).toContain('aligned buckets of 15 min');
  });
  test('a percentile stays within 1 %, and says so', () => {
    const { window, oracle } = filled('percentile', 5000, 500);
    const exact = oracleValue('percentile', oracle.read());
    expect(Math.abs(window.value() - exact) / exact).toBeLessThan(0.0101);
    expect(window.approximation()).toContain('DDSketch, relative error 1 %');
  });
  test.each([['topShare'], ['topSum'], ['hhi']] as const)('%s folds more items than the limit into cells: never too low, and not much too high', (kind) => {
    const { window, oracle } = filled(kind, 5000, 1000);
    const exact = oracleValue(kind, oracle.read());
    expect(window.value()).toBeGreaterThanOrEqual(exact);
    expect(window.value()).toBeLessThan(kind === 'hhi' ? exact + 40 : exact * 6);
    expect(window.approximation()).toContain('items folded into 1024 cells');
    for (const g of [...oracle.given]) window.takeBack(g.at, g.value, g.item, g.id);
    expect(window.value()).toBe(0);
  });
  test('a minimum stays exact', () => {
    const { window, oracle } = filled('min', 5000, 500);
    expect(window.value()).toBe(oracleValue('min', oracle.read()));
  });
  test('a maximum stays exact', () => {
    const { window, oracle } = filled('max', 5000, 500);
    expect(window.value()).toBe(oracleValue('max', oracle.read()));
  });
  test('distinct is estimated from a sample, gives back, and names its error', () => {
    const { window, oracle } = filled('distinct', 5000, 500);
    const exact = oracleValue('distinct', oracle.read());
    expect(Math.abs(window.value() - exact) / exact).toBeLessThan(0.15);
    expect(window.approximation()).toMatch(/distinct sample 1\/\d+, standard error \d\.\d %/);
    for (const g of [...oracle.given]) window.takeBack(g.at, g.value, g.item, g.id);
    expect(window.value()).toBe(0);
  });
  test('an emptied window is exact again', () => {
    const { window } = filled('count', 2000, 1000);
    window.give(T0 + 90 * DAY, 1, '', 'new');
    expect([window.value(), window.approximation()]).toEqual([1, '']);
  });
  test('the coarse forms survive their text', () => {
    for (const kind of KINDS) {
      const { window } = filled(kind, 3000, 400);
      const again = new Window(feature(kind, sliding(DAY)), { entries: 400 }, JSON.parse(JSON.stringify(window.pack())) as PackedWindow);
      expect([again.value(), again.approximation()]).toEqual([window.value(), window.approximation()]);
    }
  });
});

test('calendar windows turn at midnight in Shanghai', () => {
  const window = new Window(feature('sum', calendar('year')), { entries: 10 });
  const newYear = Date.UTC(2026, 11, 31, 16);
  window.give(newYear - 1, 100, '', 'old');
  expect(window.value()).toBe(100);
  window.give(newYear, 7, '', 'new');
  expect(window.value()).toBe(7);
  window.give(newYear - 1, 50, '', 'late');
  expect(window.value()).toBe(7);
});

test('an event-exact window leaves out what is exactly its length old', () => {
  const window = new Window(feature('count', sliding(HOUR)), { entries: 10 });
  window.give(T0, 1, '', 'a');
  window.advance(T0 + HOUR - 1);
  expect(window.value()).toBe(1);
  window.advance(T0 + HOUR);
  expect(window.value()).toBe(0);
});
