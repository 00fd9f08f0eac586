/** Beijing time as customs writes it, and the day and night of buyers. China has had one zone without summer time since 1992. */
const OFFSET = 8 * 3_600_000;
const DAY = 86_400_000;
const two = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));

let cachedDay = Number.NaN;
let cachedText = '';

function dayText(day: number): string {
  if (day !== cachedDay) {
    const date = new Date(day * DAY);
    cachedDay = day;
    cachedText = `${date.getUTCFullYear()}${two[date.getUTCMonth() + 1]}${two[date.getUTCDate()]}`;
  }
  return cachedText;
}

/** `YYYYMMDDhhmmss`, Beijing time, of epoch milliseconds. */
export function stamp14(ms: number): string {
  const local = Math.floor(ms + OFFSET);
  const day = Math.floor(local / DAY);
  const second = Math.floor((local - day * DAY) / 1000);
  return `${dayText(day)}${two[Math.floor(second / 3600)]}${two[Math.floor(second / 60) % 60]}${two[second % 60]}`;
}

/** Receipts carry milliseconds: `YYYYMMDDhhmmssSSS`. */
export const stamp17 = (ms: number): string => `${stamp14(ms)}${String(Math.floor(ms) % 1000).padStart(3, '0')}`;

/** `YYYYMMDD`, Beijing time. */
export const stamp8 = (ms: number): string => dayText(Math.floor((ms + OFFSET) / DAY));

/** What is left of the Beijing day, ms. */
export const untilMidnight = (ms: number): number => DAY - ((ms + OFFSET) % DAY);

/** Share of the mean rate by hour of the day: low before dawn, a lunch bump, the peak after dinner. The mean over the day is 1. */
const BY_HOUR = [0.62, 0.38, 0.25, 0.2, 0.2, 0.27, 0.45, 0.7, 0.95, 1.15, 1.28, 1.25, 1.2, 1.15, 1.15, 1.15, 1.12, 1.1, 1.15, 1.4, 1.75, 1.9, 1.65, 1.58];
/** Monday first: week-ends are a little busier. */
const BY_WEEKDAY = [0.96, 0.96, 0.97, 0.98, 1.0, 1.07, 1.06];
const MEAN = (BY_HOUR.reduce((a, b) => a + b) / 24) * (BY_WEEKDAY.reduce((a, b) => a + b) / 7);

/** By the hour of the week, 0 = Monday 00:00 Beijing time. */
export const rhythm = (hourOfTheWeek: number): number =>
  ((BY_HOUR[hourOfTheWeek % 24] as number) * (BY_WEEKDAY[Math.floor(hourOfTheWeek / 24)] as number)) / MEAN;
