import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Feature } from '../../language/ruleset.ts';
import { Feeds } from '../../processors/assessment/feeds.ts';
import { addGap, newRhythm, type Rhythm, seen, usualQuiet } from '../../processors/assessment/rhythm.ts';
import { MapState } from '../../streams/state.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const T0 = 2900 * WEEK;

/** The definition: of all gaps that ended in this week and the last, the least step that is exceeded in so small a share of the time. */
function naive(gaps: readonly { gap: number; at: number }[], quantile: number): number {
  const week = Math.floor((gaps.at(-1)?.at ?? 0) / WEEK);
  const kept = gaps.filter(({ at }) => Math.floor(at / WEEK) >= week - 1).map(({ gap }) => gap);
  const all = kept.reduce((sum, gap) => sum + gap, 0);
  for (let step = 0; ; step++) {
    const edge = SECOND * 2 ** (step / 2);
    if (kept.reduce((sum, gap) => sum + Math.max(0, gap - edge), 0) <= (1 - quantile) * all) return edge;
  }
}

const gapOf = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 * HOUR }), fc.integer({ min: 0, max: 3 * DAY }), fc.constantFrom(1000, 2000, 4000, 64_000));

describe('what is usual', () => {
  test('is what its definition says, whatever the gaps and however many weeks pass', () => {
    fc.assert(fc.property(fc.array(gapOf, { minLength: 1, maxLength: 200 }), fc.constantFrom(0.5, 0.9, 0.99), (gaps, quantile) => {
      let at = T0;
      let rhythm = newRhythm(at);
      const told: { gap: number; at: number }[] = [];
      for (const gap of gaps) {
        at += gap;
        addGap(rhythm, gap, at);
        told.push({ gap, at });
        // As it lies in the state.
        rhythm = JSON.parse(JSON.stringify(rhythm)) as Rhythm;
      }
      expect(usualQuiet(rhythm, quantile)).toBeCloseTo(naive(told, quantile), 6);
      expect(seen(rhythm)).toBe(told.filter(({ at: when }) => Math.floor(when / WEEK) >= Math.floor(at / WEEK) - 1).reduce((sum, { gap }) => sum + gap, 0));
    }), { numRuns: 150 });
  });
});

const feature = (part: Partial<Feature> = {}): Feature => ({
  id: 'quiet', kind: 'silence', window: { kind: 'event', ms: 0, unit: '', resolutionMs: 0, text: 'event' }, subjectType: 'feed', quantile: 0.99, weeks: 8, madFloor: 0, leastExcess: 0, expectedGapMinutes: 1, margin: 2, over: 0, reachMs: 0, growsOnly: false, summed: true, ...part,
});

/** A feed that sends `every` ms for `days`, more seldom by night; then nothing. Returns what is said of it afterwards. */
function feedOf(every: (at: number) => number, days: number, outages: readonly number[] = []) {
  const state = new MapState();
  const feeds = new Feeds(state.table('feeds'), state.table('gaps'));
  let last = T0;
  for (let at = T0; at < T0 + days * DAY; at += every(at)) {
    if (outages.some((from) => at >= from && at < from + 3 * HOUR)) continue;
    feeds.heard(feature(), 's/order', at, 'live', '');
    last = at;
  }
  return (minutes: number, of = feature()) => feeds.silence(of, 's/order', last + minutes * MINUTE);
}
const dayAndNight = (day: number, night: number) => (at: number) => (at % DAY < 6 * HOUR ? night : day);

describe('a feed is measured by itself', () => {
  test('one that sends all the time is silent after the stated gap', () => {
    const silentFor = feedOf(() => 4 * SECOND, 0.2);
    expect([silentFor(0.9), silentFor(6), silentFor(61)]).toEqual([0, 5, 60]);
  });
  test('one that sends four times an hour, and once an hour by night, is not silent by night, and is after hours', () => {
    const silentFor = feedOf(dayAndNight(15 * MINUTE, HOUR), 12);
    expect(silentFor(100)).toBe(0);
    expect(silentFor(6 * 60)).toBeGreaterThan(60);
  });
  test('one whose rhythm is not known yet is not judged, neither seldom nor new ones', () => {
    expect(feedOf(() => 4 * SECOND, 0.005)(60)).toBeUndefined();
    expect(feedOf(() => 20 * MINUTE, 1.5)(300)).toBeUndefined();
    expect(feedOf(() => 3 * MINUTE, 0.8)(300)).toBeUndefined();
    expect(feedOf(() => 3 * MINUTE, 1.2)(300)).toBeGreaterThan(200);
    expect(feedOf(() => 4 * SECOND, 0.005)(0.5)).toBe(0);
  });
  test('outages that were told teach nothing: the next is told as soon', () => {
    const calm = feedOf(() => 4 * SECOND, 3);
    const troubled = feedOf(() => 4 * SECOND, 3, [T0 + 1.2 * DAY, T0 + 1.6 * DAY, T0 + 2.3 * DAY]);
    expect(troubled(20)).toBe(calm(20));
  });
  test('a feed that slows down is silent no more after a while', () => {
    const silentFor = feedOf((at) => (at < T0 + 3 * DAY ? 20 * SECOND : 20 * MINUTE), 20);
    expect(silentFor(30)).toBe(0);
  });
  test('without a quantile the stated gap holds, as ever', () => {
    const state = new MapState();
    const feeds = new Feeds(state.table('feeds'), state.table('gaps'));
    const stated = feature({ quantile: 0, expectedGapMinutes: 5 });
    feeds.heard(stated, 'f', T0, 'live', '');
    expect([feeds.silence(stated, 'f', T0 + 4 * MINUTE), feeds.silence(stated, 'f', T0 + 15 * MINUTE)]).toEqual([0, 10]);
    expect(feeds.expectation(stated, 'f')).toBe('');
  });
  test('learns the same through a restart', () => {
    const state = new MapState();
    let feeds = new Feeds(state.table('feeds'), state.table('gaps'));
    const whole = new MapState();
    const unbroken = new Feeds(whole.table('feeds'), whole.table('gaps'));
    let at = T0;
    for (let i = 0; i < 3000; i++) {
      at += (i % 7) * 3 * SECOND;
      feeds.heard(feature(), 'f', at, 'live', '');
      unbroken.heard(feature(), 'f', at, 'live', '');
      if (i % 500 === 0) feeds = new Feeds(state.table('feeds'), state.table('gaps'));
    }
    expect(feeds.silence(feature(), 'f', at + HOUR)).toBe(unbroken.silence(feature(), 'f', at + HOUR));
    expect(feeds.expectation(feature(), 'f')).toMatch(/^beyond 1\.0 min, learned from \d/);
  });
});
