import type { z } from 'zod';
import { contract } from './contract.ts';
import type { Envelope, Fixed5 } from './envelope.ts';
import { amount, code, key, guid, localTime, measure, submitted, text, time, zone } from './fields.ts';
import { milestoneOf } from './milestones.ts';
import { parseInstant } from './time.ts';

/** A latitude or longitude that was not given: 0 is a place. */
export const NOWHERE = 100_000_000;

/** One milestone of a parcel: CEB513 (whose only status is S, signed for), or what carriers tell with their own contract. */
export interface Tracking extends Envelope {
  carrierCode: string;
  carrierName: string;
  waybillNo: string;
  /** Milestone of schemas/trade/milestones.ts, e.g. DEPART; '' where the sender's code is none. */
  code: string;
  /** The code as sent. */
  codeGiven: string;
  /** UN/LOCODE, or ''. */
  place: string;
  /** Degrees × 100,000; NOWHERE where not given. */
  lat: Fixed5;
  lon: Fixed5;
  vehicle: string;
  sealNo: string;
  weight: Fixed5;
  /** Order and declaration of the parcel, where the sender names them. */
  orderNo: string;
  platformCode: string;
}

/** The wire form of CEB513, without a head of its own. */
export const WAYBILL_STATUS = contract({
  head: (needed) => ({
    ...submitted(), logisticsCode: key(18, true), logisticsName: text(100), logisticsNo: key(60, true), logisticsStatus: key(20, true), logisticsTime: time(needed), note: text(1000),
  }),
  free: ['note'],
});

export function normaliseWaybillStatus(sent: z.output<typeof WAYBILL_STATUS.whole>, envelope: Envelope): Tracking {
  return {
    ...envelope, carrierCode: sent.logisticsCode, carrierName: sent.logisticsName, waybillNo: sent.logisticsNo, code: milestoneOf(sent.logisticsStatus),
    codeGiven: sent.logisticsStatus, place: '', lat: NOWHERE, lon: NOWHERE, vehicle: '', sealNo: '', weight: 0, orderNo: '', platformCode: '',
  };
}

/** The wire form of a carrier's milestone, our own. `code` is ours, an EMSEVT event or S; `tz` is the zone of an eventTime that has none. */
export const TRACKING = contract({
  head: () => ({
    guid: guid(), code: key(20, true), logisticsCode: key(18, true), logisticsNo: key(60, true), eventTime: localTime(true), tz: zone(), unlocode: code(5), lat: measure(-90, 90, NOWHERE),
    lon: measure(-180, 180, NOWHERE), carrier: text(100), vehicle: code(60), sealNo: code(60), weight: amount(), orderNo: key(60), ebpCode: key(18), note: text(1000),
  }),
  free: ['note'],
});
type TrackingWire = z.output<typeof TRACKING.whole>;

/** Never 0, which would mean that no time was sent. */
export const milestoneTime = (sent: Pick<TrackingWire, 'eventTime' | 'tz'>): number => parseInstant(sent.eventTime, sent.tz) || -1;

export function normaliseTracking(sent: TrackingWire, envelope: Envelope): Tracking {
  return {
    ...envelope, carrierCode: sent.logisticsCode, carrierName: sent.carrier, waybillNo: sent.logisticsNo, code: milestoneOf(sent.code), codeGiven: sent.code,
    place: sent.unlocode.toUpperCase(), lat: sent.lat, lon: sent.lon, vehicle: sent.vehicle, sealNo: sent.sealNo, weight: sent.weight, orderNo: sent.orderNo, platformCode: sent.ebpCode,
  };
}
