/** Times of customs messages: Beijing time without a zone, `YYYYMMDDhhmmss`, receipts with milliseconds (17 digits), dates with 8 digits. */

const BEIJING_MS = 8 * 3600_000;
const DAY_MS = 24 * 3600_000;
/** Customs' cross-border platform began in 2014: an earlier event is a wrong clock. */
export const EARLIEST = Date.UTC(2014, 0, 1) - BEIJING_MS;
export const MOST_AHEAD_MS = 5 * 60_000;
export const LATE_MS = 24 * 3600_000;

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for a day of the Gregorian calendar; month counts from 1. */
export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (DAYS[month - 1] as number)) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

function number(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** What writers of JSON and xs:dateTime send: `2026-01-31 08:00:00`, `2026/01/31`, `2026-01-31T00:00:00.000Z`, `…+08:00`. Without a zone it is Beijing time. */
const WRITTEN_OUT = /^(\d{4})([-/])(\d\d)\2(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{3})\d{0,6})?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Epoch ms, or undefined where the text is no such time. */
export function parseBeijing(given: string): number | undefined {
  const fifth = given.charCodeAt(4);
  return fifth === 45 || fifth === 47 ? parseWrittenOut(given) : parseDigits(given);
}

function parseWrittenOut(given: string): number | undefined {
  const found = WRITTEN_OUT.exec(given);
  if (found === null) return undefined;
  const [, year = '', , month = '', day = '', hour = '', minute = '', second = '', ms = '', zone] = found;
  const local = parseDigits(year + month + day + hour + minute + second + ms);
  const east = zone === undefined ? BEIJING_MS : parseZone(zone);
  return local === undefined || east === undefined ? undefined : local + BEIJING_MS - east;
}

function parseDigits(text: string): number | undefined {
  const length = text.length;
  if (length !== 14 && length !== 17 && length !== 8) return undefined;
  const year = number(text, 0, 4);
  const month = number(text, 4, 6);
  const day = number(text, 6, 8);
  const hour = length > 8 ? number(text, 8, 10) : 0;
  const minute = length > 8 ? number(text, 10, 12) : 0;
  const second = length > 8 ? number(text, 12, 14) : 0;
  const ms = length === 17 ? number(text, 14, 17) : 0;
  if (year < 1 || hour < 0 || minute < 0 || second < 0 || ms < 0 || hour > 23 || minute > 59 || second > 59 || !isDate(year, month, day)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - BEIJING_MS;
}

/** The day asked for last, since events of one time come together: start in epoch ms, and its calendar day. */
let dayStart = Number.NaN;
let day = 0;

/** Calendar day in Beijing as YYYYMMDD, a plain number: enough to compare ages. */
export function beijingDay(at: number): number {
  if (at >= dayStart && at < dayStart + DAY_MS) return day;
  const date = new Date(at + BEIJING_MS);
  dayStart = Math.floor((at + BEIJING_MS) / DAY_MS) * DAY_MS - BEIJING_MS;
  day = date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
  return day;
}

const ZONE = /(?:Z|([+-])(\d\d):?(\d\d))$/i;
const MOST_ZONE_MS = 14 * 3600_000;

/** `Z`, `+09:00` or `+0900` as ms east of Greenwich, or undefined where it is no zone. */
export function parseZone(text: string): number | undefined {
  const found = ZONE.exec(text);
  if (found?.index !== 0) return undefined;
  if (found[1] === undefined) return 0;
  const ms = (Number(found[2]) * 60 + Number(found[3])) * 60_000;
  return Number(found[3]) < 60 && ms <= MOST_ZONE_MS ? (found[1] === '-' ? -ms : ms) : undefined;
}

/**
 * Times of messages that are not customs': epoch ms (13 digits), a time with a zone offset, or one without, which is Beijing time unless `zone` (its own field) says
 * otherwise. Fractions of a second beyond the third digit are cut off. Epoch ms, or undefined.
 */
export function parseInstant(given: string, zone = ''): number | undefined {
  if (/^\d{13}$/.test(given)) return Number(given);
  const own = ZONE.exec(given);
  const text = (own ? given.slice(0, own.index) : given).replace(/(\.\d{1,9})$/, (fraction) => fraction.slice(0, 4).padEnd(4, '0'));
  const at = parseBeijing(text);
  const named = own?.[0] ?? zone;
  const east = named === '' ? BEIJING_MS : parseZone(named);
  return at === undefined || east === undefined ? undefined : at + BEIJING_MS - east;
}

/** `YYYYMMDDhhmmss`, with milliseconds where there are some. */
export function formatBeijing(at: number): string {
  const text = new Date(at + BEIJING_MS).toISOString().replace(/[-:T.Z]/g, '');
  return text.endsWith('000') ? text.slice(0, 14) : text;
}
