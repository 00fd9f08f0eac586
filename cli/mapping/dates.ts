/** Times as tables write them → Beijing time as customs writes it, YYYYMMDDhhmmss. */
import { isDate } from '../../schemas/trade/time.ts';

interface Clock { year: number; month: number; day: number; hour: number; minute: number; second: number; zone: string | undefined }

const BEIJING_MS = 8 * 3_600_000;
const FIXED: Record<string, number> = { 'Asia/Shanghai': BEIJING_MS, UTC: 0, Z: 0 };
const OFFSET = /^([+-])(\d\d):?(\d\d)$/;

export function isZone(zone: string): boolean {
  if (zone in FIXED || OFFSET.test(zone)) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** Year first: any other order could be read in two ways, so it needs a format. */
const YEAR_FIRST = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:时点](\d{1,2})(?:分|[:分](\d{1,2})秒?)?(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const DIGITS = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:\d{3})?)?$/;
const TOKENS: Record<string, string> = {
  YYYY: '(?<year>\\d{4})', MM: '(?<month>\\d\\d)', M: '(?<month>\\d{1,2})', DD: '(?<day>\\d\\d)', D: '(?<day>\\d{1,2})', HH: '(?<hour>\\d\\d)', H: '(?<hour>\\d{1,2})', hh: '(?<hour>\\d\\d)', h: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d\\d)', m: '(?<minute>\\d{1,2})', ss: '(?<second>\\d\\d)', s: '(?<second>\\d{1,2})', SSS: '\\d{3}', A: '(?<half>AM|PM|am|pm|上午|下午)', Z: '(?<zone>Z|[+-]\\d\\d:?\\d\\d)',
};
const TOKEN = /YYYY|MM|M|DD|D|HH|H|hh|h|mm|m|ss|s|SSS|A|Z/g;
const patterns = new Map<string, RegExp>();

export function formatProblem(format: string): string {
  if (format === 'epoch' || format === 'epoch-ms') return '';
  const tokens: string[] = format.match(TOKEN) ?? [];
  const twice = tokens.find((token, i) => tokens.findIndex((other) => other[0] === token[0]) !== i);
  if (twice) return `\`${twice[0]}\` stands in it twice`;
  const missing = ['YYYY', 'M', 'D'].filter((part) => !tokens.some((token) => token[0] === part[0]));
  return missing.length > 0 ? `expected a year (YYYY), a month (M or MM) and a day (D or DD); ${missing.join(', ')} is missing` : '';
}

function patternOf(format: string): RegExp {
  let pattern = patterns.get(format);
  if (!pattern) {
    let last = 0;
    let source = '';
    const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
    for (const match of format.matchAll(TOKEN)) {
      source += literal(format.slice(last, match.index)) + (TOKENS[match[0]] as string);
      last = match.index + match[0].length;
    }
    patterns.set(format, (pattern = new RegExp(`^${source}${literal(format.slice(last))}$`)));
  }
  return pattern;
}

function clockOf(text: string, format: string | undefined): Clock | undefined {
  const match = format === undefined ? YEAR_FIRST.exec(text) ?? DIGITS.exec(text) : patternOf(format).exec(text);
  if (!match) return undefined;
  const parts = format === undefined ? { year: match[1], month: match[2], day: match[3], hour: match[4], minute: match[5], second: match[6], zone: match[7] } : match.groups ?? {};
  const { half } = parts as { half?: string };
  const hour = Number(parts.hour ?? 0);
  if (half && (hour < 1 || hour > 12)) return undefined;
  const of24 = half ? (hour % 12) + (/^(PM|pm|下午)$/.test(half) ? 12 : 0) : hour;
  return { year: Number(parts.year), month: Number(parts.month), day: Number(parts.day), hour: of24, minute: Number(parts.minute ?? 0), second: Number(parts.second ?? 0), zone: parts.zone };
}

/** Excel's dates have no zone and come as if they were UTC; its fractions of a day are no exact seconds. */
function clockOfDate(date: Date): Clock {
  const at = new Date(Math.round(date.getTime() / 1000) * 1000);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds(), zone: undefined };
}

function instantOf(c: Clock, zone: string): number | undefined {
  const local = Date.UTC(c.year, c.month - 1, c.day, c.hour, c.minute, c.second);
  const offset = OFFSET.exec(zone);
  const fixed = offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000 : FIXED[zone];
  if (fixed !== undefined) return local - fixed;
  try {
    // An hour that the clocks skip is no time; of one that comes twice the first counts.
    const wall = Temporal.PlainDateTime.from({ year: c.year, month: c.month, day: c.day, hour: c.hour, minute: c.minute, second: c.second });
    const zoned = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
    return zoned.toPlainDateTime().equals(wall) ? zoned.epochMilliseconds : undefined;
  } catch {
    return undefined;
  }
}

/** Customs writes them in its answers, and several answers to one document differ in nothing else. */
const MILLISECONDS = /^\d{14}(\d{3})$/;
const beijing = (at: number): string => new Date(at + BEIJING_MS).toISOString().replace(/\D/g, '').slice(0, 14);

/** undefined: no such time. A zone written in the text beats `zone`. */
export function toBeijing(given: string | Date, format: string | undefined, zone: string): string | undefined {
  if (typeof given === 'string' && (format === 'epoch' || format === 'epoch-ms')) {
    const at = /^\d{1,14}$/.test(given) ? Number(given) * (format === 'epoch' ? 1000 : 1) : Number.NaN;
    return at <= 253_402_300_799_000 ? beijing(at) : undefined;
  }
  const clock = typeof given === 'string' ? clockOf(given, format) : Number.isNaN(given.getTime()) ? undefined : clockOfDate(given);
  if (!clock || !isDate(clock.year, clock.month, clock.day) || clock.hour > 23 || clock.minute > 59 || clock.second > 59) return undefined;
  const at = instantOf(clock, clock.zone ?? zone);
  return at === undefined ? undefined : beijing(at) + (typeof given === 'string' && format === undefined ? MILLISECONDS.exec(given)?.[1] ?? '' : '');
}
