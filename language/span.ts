/** Where a window begins. Sliding windows are event-exact (width 0) or made of aligned buckets; calendar windows follow Asia/Shanghai (UTC+8, no daylight saving). */
import type { Window } from './ruleset.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const SHANGHAI = 8 * HOUR;

/** Start of the aligned bucket that holds `at`; days begin at midnight in Shanghai. */
export const align = (at: number, width: number): number => Math.floor((at + SHANGHAI) / width) * width - SHANGHAI;

/** 0 = Monday 00:00–01:00 in Shanghai. 1970-01-05 was a Monday. */
export const hourOfWeek = (at: number): number => {
  const hours = Math.floor((at + SHANGHAI) / HOUR) - 4 * 24;
  return ((hours % 168) + 168) % 168;
};

export function calendarStart(at: number, unit: Window['unit']): number {
  if (unit === 'day' || unit === '') return align(at, DAY);
  const local = new Date(at + SHANGHAI);
  return Date.UTC(local.getUTCFullYear(), unit === 'month' ? local.getUTCMonth() : 0, 1) - SHANGHAI;
}

/** Width of the buckets that an event-exact window turns into above its limit of entries. */
export const coarseWidth = (window: Window): number => Math.max(1, Math.ceil(window.ms / 96));

/** Bucket that holds `at`: its start. */
export const slotOf = (window: Window, width: number, at: number): number => (window.kind === 'calendar' ? calendarStart(at, window.unit) : align(at, width));

/** Start of the oldest bucket that a window ending at `end` counts: the first after the one that holds `end − length`. */
export const oldestSlot = (window: Window, width: number, end: number): number =>
  window.kind === 'calendar' ? calendarStart(end, window.unit) : align(end - window.ms, width) + width;

/** From when on records must be known for the window to be complete. */
export const coveredFrom = (window: Window, end: number): number => (window.kind === 'calendar' ? calendarStart(end, window.unit) : end - window.ms);

/** After this moment no event, late by at most a day, can fall into a window that ended at `end`, nor be shut out by it. */
export function forgetAfter(window: Window, end: number): number {
  const length = window.kind === 'calendar' ? { day: 1, month: 31, year: 366, '': 1 }[window.unit] * DAY : window.ms;
  return end + length + 2 * DAY;
}
