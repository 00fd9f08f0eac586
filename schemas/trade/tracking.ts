import type { Envelope, Fixed5 } from './envelope.ts';

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

/** A latitude or longitude that was not given: 0 is a place. */
export const NOWHERE = 100_000_000;
