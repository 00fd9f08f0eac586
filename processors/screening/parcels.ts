/** Parcels on their way: what a scan means beside the one before it. Scans that are older than the last are counted and change nothing: they were put in order too late. */
import { kilometres } from '../../reference/places.ts';
import { type MilestoneCode, mayFollow } from '../../schemas/trade/milestones.ts';
import { NOWHERE, type Tracking } from '../../schemas/trade/tracking.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { StateTable } from '../../streams/stage.ts';
import { DAY, frameOf, windowTime, type Screener } from './screener.ts';
import { trackingView, type Step } from './view-after.ts';

/** `seen`: `code@time;` of each scan, which also tells a repeat. Position is NOWHERE where the last scan had none; weight and seal are those that were told last (0 and '' before). */
export interface Parcel { code: string; seen: string; at: number; lat: number; lon: number; weight: number; sealNo: string; due: number }

const MINUTE = 60_000;
/** Between these a parcel may fly; on all other ways it goes by road. */
const TAKES_OFF: ReadonlySet<string> = new Set(['DEPART', 'TRANSIT_OUT']);
const LANDS: ReadonlySet<string> = new Set(['ARRIVE', 'TRANSIT_IN']);

export class Parcels {
  readonly #screener: Screener;
  readonly #parcels: StateTable<Parcel>;

  constructor(screener: Screener, parcels: StateTable<Parcel>) {
    this.#screener = screener;
    this.#parcels = parcels;
  }

  /** False where this scan came before. */
  take(record: LogRecord<Tracking>, orderKey: string): boolean {
    const { body } = record;
    const key = `${body.carrierCode}|${body.waybillNo}`;
    const parcel = this.#parcels.get(key) ?? { code: '', seen: '', at: 0, lat: NOWHERE, lon: NOWHERE, weight: 0, sealNo: '', due: 0 };
    // A deletion takes back what the order was told, not where the parcel was seen.
    if (body.appType === 3) return true;
    const scan = `${body.code || body.codeGiven}@${body.eventTime.toString(36)};`;
    if (parcel.seen.startsWith(scan) || parcel.seen.includes(`;${scan}`)) {
      this.#screener.repeat(record, body);
      return false;
    }
    const at = windowTime(body);
    this.#screener.give(trackingView(body, stepOf(parcel, body), at), at, body.eventId, { ...frameOf('none', body), orderKey });
    parcel.seen += scan;
    if (body.eventTime >= parcel.at) {
      parcel.at = body.eventTime;
      parcel.lat = body.lat;
      parcel.lon = body.lon;
      if (body.weight > 0) parcel.weight = body.weight;
      if (body.sealNo !== '') parcel.sealNo = body.sealNo;
      // A code that is no milestone tells where the parcel was, not how far its journey has come.
      if (body.code !== '') parcel.code = body.code;
    } else this.#screener.context.count('scansOutOfOrder');
    parcel.due = record.arrival + this.#screener.number('forgetParcelDays', record.arrival) * DAY;
    this.#parcels.set(key, parcel);
    return true;
  }

  expire(key: string, due: number): void {
    if (this.#parcels.get(key)?.due === due) this.#parcels.delete(key);
  }
}

export function stepOf(parcel: Parcel, body: Pick<Tracking, 'code' | 'lat' | 'lon' | 'eventTime'>): Step {
  const seen = [...new Set(parcel.seen.split(';').map((scan) => scan.slice(0, scan.indexOf('@'))).filter(Boolean))];
  const ordered = parcel.at !== 0 && body.eventTime >= parcel.at;
  const mode = TAKES_OFF.has(parcel.code) || LANDS.has(body.code) ? 'air' : 'road';
  const minutes = ordered ? (body.eventTime - parcel.at) / MINUTE : 0;
  const placed = ordered && parcel.lat !== NOWHERE && parcel.lon !== NOWHERE && body.lat !== NOWHERE && body.lon !== NOWHERE;
  const km = placed ? kilometres(parcel.lat, parcel.lon, body.lat, body.lon) : 0;
  const reversed = ordered && body.code !== '' && parcel.code !== '' && body.code !== parcel.code && !mayFollow(parcel.code as MilestoneCode, body.code as MilestoneCode);
  // Within one minute clocks tell nothing: a minute is the least.
  return { hasPrevious: ordered, minutes, km, kmh: km / Math.max(minutes / 60, 1 / 60), reversed, mode, seen, weightBefore: ordered ? parcel.weight : 0, sealBefore: ordered ? parcel.sealNo : '', previous: ordered ? parcel.code : '' };
}
