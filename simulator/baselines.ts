/** What is usual: orders per zone and hour of the week, from the simulated rate. Sent once, so that a shock can be told on the first day. */
import { hourOfWeek } from '../language/span.ts';
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
/** It takes no fewer orders more than usual for a surge (surgeLeastOrders): by night that is the harder of its conditions. */
export const LEAST_SURPLUS = 20;
/** MAD of a normal variable is 0.6745 standard deviations. */
const MAD_OF_SIGMA = 0.6745;

/** Orders of an hour. */
export interface Usual { median: number; mad: number }

export function usualHour(universe: Universe, zone: Zone, ordersPerSecond: number, hour: number): Usual {
  const expected = (ordersPerSecond * 3600 * rhythm(hour) * zone.weight) / universe.byWeight.total;
  const sigma = Math.sqrt(expected + (WEEKLY_SCATTER * expected) ** 2);
  return { median: round(expected), mad: round(MAD_OF_SIGMA * sigma) };
}

const HOUR = 3_600_000;

/** Of the 60 minutes before `at`, which lie in two hours of the clock: as much of each as they cover, as the rule takes it. By night one hour may have half as much as the one before. */
export function usualBefore(universe: Universe, zone: Zone, ordersPerSecond: number, at: number): Usual {
  const [before, here] = [at - HOUR, at].map((within) => usualHour(universe, zone, ordersPerSecond, hourOfWeek(within))) as [Usual, Usual];
  const share = (at % HOUR) / HOUR;
  return { median: before.median + share * (here.median - before.median), mad: before.mad + share * (here.mad - before.mad) };
}

const round = (x: number): number => Math.round(x * 100) / 100;

export function baselines(universe: Universe, ordersPerSecond: number): BaselineEvent[] {
  const hours = Array.from({ length: 168 }, (_, hour) => hour);
  return universe.zones.map((zone) => {
    const usual = hours.map((hour) => usualHour(universe, zone, ordersPerSecond, hour));
    return { type: 'baseline', ...VOLUME_RULE, subjectType: 'zone', subjectId: zone.code, median: usual.map((u) => u.median), mad: usual.map((u) => u.mad), label: 'simulated' };
  });
}
