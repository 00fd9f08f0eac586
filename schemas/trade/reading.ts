import type { Envelope, Fixed5 } from './envelope.ts';

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

/** Below every temperature there is. */
export const ABSENT = -100_000_000;
