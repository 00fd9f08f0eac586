/** robustZ over 24 hours compares with the same hours of the same weekday of earlier weeks, and equals a naive reckoning of the same, with late events, take-backs and restarts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Hours } from '../../processors/assessment/windows/history.ts';
import { DAY, HOUR } from '../../language/span.ts';
import { TextReader, TextWriter } from '../../processors/assessment/windows/text.ts';
import { feature, sliding } from './rule-set.ts';

const MONDAY = Date.parse('2026-09-07T00:00:00+08:00');
const median = (list: number[]): number => {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** Median and MAD of the spans that end with this hour of earlier weeks, as far as they are known. */
function usual(given: readonly number[], hour: number, span: number, weeks: number, since: number): { median: number; mad: number } | undefined {
  const samples: number[] = [];
  for (let week = 1; week <= weeks; week++) {
    const last = hour - week * 168;
    if (last - span + 1 < since) break;
    samples.push(given.filter((at) => Math.floor(at / HOUR) <= last && Math.floor(at / HOUR) > last - span).length);
  }
  if (samples.length === 0) return undefined;
  const centre = median(samples);
  return { median: centre, mad: median(samples.map((s) => Math.abs(s - centre))) };
}

const step = fc.record({ hours: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 200 }) }, fc.integer({ min: -24, max: 3 })), takeBack: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat()), restore: fc.boolean() });

test.each([[1], [24]])('over %i hours', (span) => {
  const f = feature('robustZ', 'zone', 'z', { window: sliding(span * HOUR), weeks: 8 });
  fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
    let hours = new Hours();
    const given: number[] = [];
    let now = MONDAY;
    let since = Number.POSITIVE_INFINITY;
    for (const { hours: by, takeBack, restore } of steps) {
      const taken = takeBack === undefined ? undefined : given[takeBack % Math.max(1, given.length)];
      const at = taken ?? now + by * HOUR + 600_000;
      if (taken === undefined) {
        given.push(at);
        now = Math.max(now, at);
      } else given.splice(given.indexOf(at), 1);
      since = Math.min(since, Math.floor(at / HOUR));
      hours.give(at, taken === undefined ? 1 : -1, f.weeks);
      const [hour, share] = [Math.floor(now / HOUR), (now / HOUR) % 1];
      const [before, here] = [usual(given, hour - 1, span, f.weeks, since), usual(given, hour, span, f.weeks, since)];
      const centre = hours.centre(f, now, Number.NEGATIVE_INFINITY, undefined);
      const expected = before && here ? before.median + share * (here.median - before.median) : (here ?? before)?.median;
      if (expected === undefined) expect(centre).toBeUndefined();
      else expect(centre?.median).toBeCloseTo(expected, 9);
      if (!restore) continue;
      const out = new TextWriter();
      hours.write(out);
      hours = Hours.read(new TextReader(out.take()));
    }
  }), { numRuns: 150 });
});

test('a quiet Sunday is no shock where Sundays are quiet', () => {
  const f = feature('robustZ', 'zone', 'z', { window: sliding(DAY), weeks: 8 });
  const hours = new Hours();
  for (let day = 0; day < 63; day++) for (let n = 0; n < (day % 7 === 6 ? 10 : 100); n++) hours.give(MONDAY + day * DAY + n * 60_000, 1, 8);
  const at = (day: number) => hours.centre(f, MONDAY + day * DAY + DAY - 1, Number.NEGATIVE_INFINITY, undefined)?.median;
  expect([at(62), at(61)]).toEqual([10, 100]);
});
