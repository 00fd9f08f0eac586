/** What is told summed once a tick comes to the same as what is told one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Feature, FeatureKind } from '../../language/ruleset.ts';
import { inBuckets, parseWindow } from '../../language/windows.ts';
import { type Limit, Window } from '../../processors/assessment/windows/window.ts';
import { Sums } from '../../processors/screening/sums.ts';
import { MapState } from '../../streams/state.ts';

const T0 = Date.parse('2026-11-02T10:00:00+08:00');
const MINUTE = 60_000;
const frame = { zone: '3301', orderKey: 'o', origin: 'live', late: false };

function featureOf(kind: FeatureKind, window: string): Feature {
  const parsed = parseWindow(window, undefined);
  if (typeof parsed === 'string') throw new Error(parsed);
  return { id: 'f', kind, window: inBuckets(parsed, kind), subjectType: 'zone', quantile: 0.5, weeks: 8, madFloor: 0.05, leastExcess: 0, expectedGapMinutes: 0, margin: 1, over: 500, reachMs: kind === 'psi' ? 7 * 1440 * MINUTE : 0, growsOnly: false, summed: true };
}

/** Minutes since T0, a value, an item; `back`: an earlier one is taken back instead. `tick`: the sums go out. */
const step = fc.record({ minute: fc.integer({ min: -90, max: 240 }), value: fc.integer({ min: 0, max: 400 }), item: fc.constantFrom('a', 'b', 'c', 'd'), back: fc.boolean(), tick: fc.boolean() });

test.each(['count', 'sum', 'avg', 'distinct', 'topShare', 'hhi', 'topSum', 'itemsOver', 'robustZ', 'psi', 'percentile'] as const)('%s', (kind) => {
  fc.assert(fc.property(fc.constantFrom('15m', '1h', '24h', '7d', 'calendar day'), fc.array(step, { maxLength: 60 }), (length, steps) => {
    if (kind === 'psi' && length.startsWith('calendar')) return;
    const feature = featureOf(kind, length);
    const limit: Limit = { entries: 300 };
    const [single, summed] = [new Window(feature, limit), new Window(feature, limit)];
    const state = new MapState();
    let sums = new Sums(state);
    sums.use(() => feature);
    const given: { at: number; value: number; item: string }[] = [];
    for (const { minute, value, item, back, tick } of [...steps, { minute: 0, value: 0, item: 'a', back: true, tick: true }]) {
      const taken = back ? given.pop() : undefined;
      const one = taken ?? { at: T0 + minute * MINUTE, value, item };
      if (taken) single.takeBack(one.at, one.value, one.item, 'e');
      else if (!back) single.give(one.at, one.value, one.item, 'e');
      if (!back) given.push(one);
      if (taken || !back) sums.add(frame, { at: one.at, eventId: 'e' }, { subjectType: 'zone', subjectId: '3301', feature: 'f', value: one.value, item: one.item }, taken ? -1 : 1);
      if (!tick) {
        // A restart: what waits for the tick is state.
        sums = new Sums(state);
        sums.use(() => feature);
        continue;
      }
      for (const signal of sums.take()) for (const sum of signal.sums) summed.sums(sum.at, sum.value, sum.item, sum.n);
      // What was given and taken back between two ticks never reached it.
      summed.advance(single.end);
      expect(summed.value()).toBeCloseTo(single.value(), 8);
    }
  }), { numRuns: 200 });
});

test('more is taken back than was given: it was never given, and nothing changes', () => {
  const window = new Window(featureOf('percentile', '1h'), { entries: 300 });
  window.sums(T0, 5, '', 1);
  window.sums(T0, 5, '', -2);
  expect(window.value()).toBe(5);
  window.sums(T0, 5, '', -1);
  expect(window.value()).toBe(0);
});
