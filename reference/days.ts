/** Days in Asia/Shanghai (UTC+8 all year since 1992) as moments. */
const DAY = 86_400_000;
const EIGHT_HOURS = 28_800_000;

/** Start of the day `YYYY-MM-DD`; NaN where the text is no day of the calendar: 2026-02-31 would become one in March without a word. */
export function startOfDay(text: string): number {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return Number.NaN;
  const start = Date.parse(`${text}T00:00:00+08:00`);
  return dayOf(start) === text ? start : Number.NaN;
}
export const endOfDay = (text: string): number => startOfDay(text) + DAY;

/** '' for the open ends. */
export const dayOf = (at: number): string => (Number.isFinite(at) ? new Date(at + EIGHT_HOURS).toISOString().slice(0, 10) : '');
