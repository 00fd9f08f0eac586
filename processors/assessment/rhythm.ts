/**
 * How long a feed is usually quiet, learned from its own gaps of the last one to two weeks. Time counts, not messages: a quantile of 0.99 is the quiet that was exceeded in
 * one part of a hundred of all time, so that the few long gaps of the nights weigh as much as the many short ones of the days. Gaps are kept by size, in steps of √2 from a
 * second on: exact at each step, bounded in room, and added in no time.
 */
const WEEK = 7 * 86_400_000;
const SHORTEST_MS = 1000;
/** Up to 2²¹ seconds, 24 days. */
const STEPS = 43;
const edge = (step: number): number => SHORTEST_MS * 2 ** (step / 2);
/** The last step at or below the gap; −1 for what is shorter than a second. */
const stepOf = (gap: number): number => (gap < SHORTEST_MS ? -1 : Math.min(STEPS - 1, Math.floor(2 * Math.log2(gap / SHORTEST_MS))));

/** `counts` and `sums` (ms) by step; `all`: the sum of all gaps. */
interface Gaps { all: number; counts: number[]; sums: number[] }
/** As it is kept: the week (since 1970) that is being filled, and the one before it. */
export interface Rhythm { week: number; now: Gaps; before: Gaps }

const none = (): Gaps => ({ all: 0, counts: [], sums: [] });
export const newRhythm = (at: number): Rhythm => ({ week: Math.floor(at / WEEK), now: none(), before: none() });

/** A gap that ended `at`. */
export function addGap(rhythm: Rhythm, gap: number, at: number): void {
  const week = Math.floor(at / WEEK);
  if (week > rhythm.week) {
    rhythm.before = week === rhythm.week + 1 ? rhythm.now : none();
    rhythm.now = none();
    rhythm.week = week;
  }
  const { now } = rhythm;
  now.all += gap;
  const step = stepOf(gap);
  while (now.counts.length <= step) {
    now.counts.push(0);
    now.sums.push(0);
  }
  if (step < 0) return;
  now.counts[step] = (now.counts[step] as number) + 1;
  now.sums[step] = (now.sums[step] as number) + gap;
}

/** All time that was seen, ms. */
export const seen = ({ now, before }: Rhythm): number => now.all + before.all;

/** The least step, in ms, that the quiet exceeded in at most (1 − quantile) of the time. */
export function usualQuiet(rhythm: Rhythm, quantile: number): number {
  const { now, before } = rhythm;
  const allowed = (1 - quantile) * seen(rhythm);
  let count = 0;
  let sum = 0;
  for (let step = Math.max(now.counts.length, before.counts.length) - 1; step >= 0; step--) {
    count += (now.counts[step] ?? 0) + (before.counts[step] ?? 0);
    sum += (now.sums[step] ?? 0) + (before.sums[step] ?? 0);
    if (sum - count * edge(step) > allowed) return edge(step + 1);
  }
  return SHORTEST_MS;
}
