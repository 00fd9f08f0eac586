/** What every event has for rules, whatever its kind. */
import type { Scalar } from '../../language/ruleset.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';

type Row = Record<string, Scalar>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const shanghaiHours = (at: number): number => Math.floor(at / HOUR) + 8;

/** Variable `event`: what every event has. */
export function common(type: string, d: Pick<Envelope, 'feed' | 'origin' | 'late' | 'appType'> & Partial<Pick<Envelope, 'appTime' | 'arrival'>>, zone: string, platform: string, seller: string, at: number, direction = '', mode = ''): Row {
  const hours = shanghaiHours(at);
  // 1970-01-01 was a Thursday.
  return { type, feed: d.feed, origin: d.origin, zone, platform, seller, late: d.late, appType: d.appType, direction, mode, skewMinutes: Math.abs((d.arrival ?? 0) - (d.appTime ?? d.arrival ?? 0)) / MINUTE, hour: hours % 24, weekday: ((Math.floor(hours / 24) + 3) % 7) + 1 };
}
