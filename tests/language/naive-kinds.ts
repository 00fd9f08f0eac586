/** Naive oracles of the kinds that keep more than a sum: everything is kept, and counted anew for each question. */
import type { Feature } from '../../language/ruleset.ts';
import { align, calendarStart } from '../../language/span.ts';

/** In the order in which they came. */
export interface Given { at: number; value: number; item: string }

export const startOf = (span: Feature['window'], end: number): number => (span.kind === 'calendar' ? calendarStart(end, span.unit) : end - span.ms + 1);

export type Oracle = (feature: Feature, given: readonly Given[], end: number) => number;
const byItem = (given: readonly Given[]): Given[][] => [...Map.groupBy(given, (g) => g.item).values()].map((list) => list.map((g, i) => ({ g, i })).sort((a, b) => a.g.at - b.g.at || a.i - b.i).map(({ g }) => g));

export const intervalCv: Oracle = ({ window }, given, end) => {
  const times = given.map((g) => g.at).filter((at) => at >= startOf(window, end)).sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, i) => at - (times[i] as number));
  if (gaps.length < 2) return 1;
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  return mean === 0 ? 0 : Math.sqrt(gaps.reduce((a, gap) => a + (gap - mean) ** 2, 0) / gaps.length) / mean;
};
/** 1 first, 2 then, 3 without. */
export const sequence: Oracle = ({ window, reachMs }, given, end) => byItem(given).reduce((sum, list) => sum + list.filter((g, i) => {
  const before = list[i - 1];
  return g.value === 2 && before?.value === 1 && g.at - before.at <= reachMs && g.at >= startOf(window, end);
}).length, 0);
export const absence: Oracle = ({ window, reachMs }, given, end) => byItem(given).reduce((sum, list) => sum + list.filter((g, i) => {
  const due = g.at + reachMs;
  return g.value === 1 && due <= end && due >= startOf(window, end) && !list.some((other, j) => j > i && other.value !== 1 && other.at <= due);
}).length, 0);
export const psi: Oracle = ({ window, reachMs }, given, end) => {
  const width = window.ms / 4;
  const edge = align(end - window.ms, width) + width;
  const from = align(end - window.ms - reachMs, width) + width;
  const slots = given.map((g) => ({ ...g, at: align(g.at, width) }));
  const [now, then] = [slots.filter((g) => g.at >= edge), slots.filter((g) => g.at >= from && g.at < edge)];
  if (now.length === 0 || then.length === 0) return 0;
  const share = (list: readonly Given[], item: string) => Math.max(0.0001, list.filter((g) => g.item === item).length / list.length);
  return [...new Set([...now, ...then].map((g) => g.item))].reduce((sum, item) => sum + (share(now, item) - share(then, item)) * Math.log(share(now, item) / share(then, item)), 0);
};

/** Of what stands. An item that was seen before the window is not new; a subject that was not seen before has nothing new. */
export const firstSeen: Oracle = ({ window, reachMs, kind }, given, end) => {
  const from = startOf(window, end);
  const known = given.filter((g) => g.at >= end - reachMs);
  const old = new Set(known.filter((g) => g.at < from).map((g) => g.item));
  if (old.size === 0) return 0;
  const inside = known.filter((g) => g.at >= from);
  const fresh = inside.filter((g) => !old.has(g.item));
  if (kind === 'firstSeen') return new Set(fresh.map((g) => g.item)).size;
  const sum = (list: readonly Given[]) => list.reduce((all, g) => all + g.value, 0);
  return sum(inside) > 0 ? sum(fresh) / sum(inside) : 0;
};
