import type { z } from 'zod';
import { contract } from './contract.ts';
import type { Envelope, Fixed5 } from './envelope.ts';
import { code, guid, instant, key, measure, oneOf, whole } from './fields.ts';
import { LARGEST } from './fixed5.ts';
import { NOWHERE } from './tracking.ts';

/** Below every temperature there is. */
export const ABSENT = -100_000_000;

/** One reading of a device on a parcel or vehicle: temperature, position, seal. (deviceId, seq) is its number. What was not given is ABSENT. */
export interface Reading extends Envelope {
  deviceId: string;
  sequence: number;
  carrierCode: string;
  waybillNo: string;
  vehicle: string;
  /** Degrees × 100,000; NOWHERE where not given. */
  lat: Fixed5;
  lon: Fixed5;
  /** km/h, °C, % and g, × 100,000. */
  speed: Fixed5;
  temperature: Fixed5;
  humidity: Fixed5;
  shock: Fixed5;
  /** `closed`, `open`, or ''. */
  seal: string;
  /** %, × 100,000. */
  battery: Fixed5;
}

const SEAL_STATES = { closed: 'closed', intact: 'closed', locked: 'closed', open: 'open', opened: 'open', broken: 'open', unlocked: 'open' };

/** The wire form of a device's reading, our own. */
export const READING = contract({
  head: () => ({
    guid: guid(), deviceId: key(60, true), seq: whole(0, LARGEST, true), ts: instant(true), lat: measure(-90, 90, NOWHERE), lon: measure(-180, 180, NOWHERE),
    speed: measure(0, 3000, ABSENT), tempC: measure(-273.15, 1000, ABSENT), humidity: measure(0, 100, ABSENT), shockG: measure(0, 100_000, ABSENT), sealState: oneOf(SEAL_STATES),
    battery: measure(0, 100, ABSENT), logisticsCode: key(18), logisticsNo: key(60), vehicle: code(60),
  }),
});

export function normaliseReading(sent: z.output<typeof READING.whole>, envelope: Envelope): Reading {
  return {
    ...envelope, deviceId: sent.deviceId, sequence: sent.seq, carrierCode: sent.logisticsCode, waybillNo: sent.logisticsNo, vehicle: sent.vehicle, lat: sent.lat, lon: sent.lon,
    speed: sent.speed, temperature: sent.tempC, humidity: sent.humidity, shock: sent.shockG, seal: sent.sealState, battery: sent.battery,
  };
}
