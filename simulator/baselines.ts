/** What is usual: orders per zone and hour of the week, from the simulated rate. Sent once, so that a shock can be told on the first day. */
import { rhythm } from './clock.ts';
import type { Universe, Zone } from './parties.ts';

export interface BaselineEvent {
  type: 'baseline'; rule: string; feature: string; subjectType: 'zone'; subjectId: string; median: number[]; mad: number[]; label: string;
}

export const VOLUME_RULE = { rule: 'market/order-surge', feature: 'surge' };
/** Beyond the scatter of chance, hours differ by about 8 % from week to week. */
const WEEKLY_SCATTER = 0.08;
/** The rule takes a MAD of at least this share of the median (madFloor). */
export const MAD_FLOOR = 0.1;
/** MAD of a normal variable is 0.6745 standard deviations. */
const MAD_OF_SIGMA = 0.6745;

export function usualHour(universe: Universe, zone: Zone, ordersPerSecond: number, hourOfWeek: number): { median: number; mad: number } {
  const expected = (ordersPerSecond * 3600 * rhythm(hourOfWeek) * zone.weight) / universe.byWeight.total;
  const sigma = Math.sqrt(expected + (WEEKLY_SCATTER * expected) ** 2);
  return { median: round(expected), mad: round(MAD_OF_SIGMA * sigma) };
}

const round = (x: number): number => Math.round(x * 100) / 100;

export function baselines(universe: Universe, ordersPerSecond: number): BaselineEvent[] {
  const hours = Array.from({ length: 168 }, (_, hour) => hour);
  return universe.zones.map((zone) => {
    const usual = hours.map((hour) => usualHour(universe, zone, ordersPerSecond, hour));
    return { type: 'baseline', ...VOLUME_RULE, subjectType: 'zone', subjectId: zone.code, median: usual.map((u) => u.median), mad: usual.map((u) => u.mad), label: 'simulated' };
  });
}
