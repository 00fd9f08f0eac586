/** Durations and windows as rules write them. */
import type { FeatureKind, Window } from './ruleset.ts';

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const HOUR = UNIT_MS.h;
const DAY = UNIT_MS.d;
/** Nominal lengths, for easing and expiry: the bounds of a calendar window are found in Asia/Shanghai, not from these. */
const CALENDAR_MS = { day: DAY, month: 31 * DAY, year: 366 * DAY } as const;

/** `15m`, `24h`, `30d` in milliseconds, or undefined. */
export function duration(text: unknown): number | undefined {
  const match = typeof text === 'string' ? /^([1-9]\d{0,4})(s|m|h|d)$/.exec(text) : null;
  return match ? Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS] : undefined;
}

export const EVENT_WINDOW: Window = { kind: 'event', ms: 0, unit: '', resolutionMs: 0, text: 'event' };
/** Silence looks at the last event only, however long ago it was. */
export const SILENCE_WINDOW: Window = { kind: 'event', ms: 0, unit: '', resolutionMs: 0, text: 'since the last event' };

/** Widths of aligned buckets up to a day. */
const WIDTHS = [HOUR, 30 * UNIT_MS.m, 15 * UNIT_MS.m, 10 * UNIT_MS.m, 5 * UNIT_MS.m, UNIT_MS.m, 30_000, 10_000, 1000] as const;
/** Buckets of a summed window, at least. */
const LEAST_BUCKETS = 90;

/** A window in aligned buckets even where it would be event-exact: some ninety of them; a mix (psi) is compared by quarters. */
export function inBuckets(window: Window, kind: FeatureKind): Window {
  if (window.kind !== 'sliding' || window.resolutionMs > 0) return window;
  const resolutionMs = kind === 'psi' ? window.ms / 4 : (WIDTHS.find((width) => window.ms % width === 0 && window.ms / width >= LEAST_BUCKETS) ?? 1000);
  return { ...window, resolutionMs };
}

/** The window, or the reason why it is none. Up to 24 h exact; above it aligned buckets of 1 h up to 30 d, of 1 d beyond. */
export function parseWindow(text: unknown, resolution: unknown): Window | string {
  if (text === 'event') return EVENT_WINDOW;
  const calendar = typeof text === 'string' ? /^calendar (day|month|year)$/.exec(text) : null;
  const ms = calendar ? CALENDAR_MS[calendar[1] as keyof typeof CALENDAR_MS] : duration(text);
  if (ms === undefined) return `expected a length such as 15m, 1h, 24h, 7d, 30d, or \`calendar day|month|year\`, given \`${String(text)}\``;
  const given = resolution === undefined ? undefined : duration(resolution);
  if (resolution !== undefined && (given === undefined || given > ms || ms % given !== 0))
    return `resolution must be a duration that divides the window, given \`${String(resolution)}\``;
  const standard = ms <= DAY ? 0 : ms <= 30 * DAY ? HOUR : DAY;
  const unit = calendar ? (calendar[1] as 'day' | 'month' | 'year') : '';
  return { kind: calendar ? 'calendar' : 'sliding', ms, unit, resolutionMs: given ?? standard, text: String(text) };
}

/** Kinds that may look at the lines of one event alone. */
const OF_EVENT: readonly FeatureKind[] = ['count', 'sum', 'max', 'min'];

/** What is wrong with this kind over this window, or ''. */
export function windowMisfit(kind: FeatureKind, window: Window): string {
  if (kind === 'value') return window.kind === 'event' ? '' : 'kind value looks at the event alone: leave the window out, or write `event`';
  if (kind === 'silence') return window === SILENCE_WINDOW ? '' : 'kind silence has no window: leave it out';
  if (window.kind === 'event') return OF_EVENT.includes(kind) ? '' : `kind ${kind} needs a window, e.g. 24h`;
  if (kind === 'robustZ' && (window.kind !== 'sliding' || (window.ms !== HOUR && window.ms !== DAY)))
    return 'kind robustZ compares with the same hours of earlier weeks: its window is 1h or 24h';
  if (kind === 'psi' && window.kind !== 'sliding') return 'kind psi compares a sliding window with the time before it, e.g. 24h';
  return '';
}
