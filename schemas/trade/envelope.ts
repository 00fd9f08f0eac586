/** What every trade document carries after intake, whatever its message. Times are epoch milliseconds (UTC). */

/** Integer of 0.00001: yuan for money, kilogram for weight, pieces for quantity. The wire form is N19,5 (CEB), so the sum is exact. */
export type Fixed5 = number;
export const FIXED5 = 100_000;

/** The business documents of the journal. The first four make an order's match; a receipt answers any of the others. */
export const DOCUMENT_TYPES = ['order', 'payment', 'waybill', 'declaration', 'receipt', 'tracking', 'reading', 'reversal', 'manifest', 'tax-bill', 'raw-payment', 'observation'] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

export type Origin = 'live' | 'simulated' | 'backfill';
/** Import or export. */
export type Direction = 'I' | 'E';
/** 1 new, 2 change, 3 delete: as the CEB messages number them. */
export type AppType = 1 | 2 | 3;

export interface Envelope {
  /** hash(message type, business key, appType, guid): the same id with the same content is a repeat. */
  eventId: string;
  guid: string;
  appType: AppType;
  /** The submission time written in the message (a receipt: its returnTime). */
  appTime: number;
  /** payTime of a payment, returnTime of a receipt, else appTime, else arrival. Never more than 5 minutes after arrival. */
  eventTime: number;
  /** When intake read its clock for this record. */
  arrival: number;
  /** True where eventTime is more than 24 h before arrival: counted and shown, its window time is clamped. */
  late: boolean;
  /** The document's own number, with its issuer: `ebpCode|orderNo`, `payCode|payTransactionId`, `logisticsCode|logisticsNo`, `agentCode|copNo`. */
  documentKey: string;
  /** `ebpCode|orderNo`, or '' where the document names no order. */
  orderKey: string;
  /** One sender's stream of one message type, e.g. `simulator/order`. */
  feed: string;
  origin: Origin;
  /** The backfill's id, or ''. */
  backfill: string;
  /** True on the copy that screening forwarded to the order's partition. */
  forwarded: boolean;
  /** hash of the normalised content without arrival, feed and source: tells a repeat from a reused guid. */
  contentHash: string;
  /** The message carried an XML signature; where certificates are configured, one that is valid (a failed one is an operation). */
  signed: boolean;
  /** JSON of unknown extra fields and free texts, sealed with AES-256-GCM; null where there were none. */
  sealed: Uint8Array | null;
  sealKeyId: string;
}

/** ID-card check at intake (GB 11643). `other-type`: the buyer's idType is not 1, so nothing could be checked. */
export const ID_CHECKS = ['valid', 'bad-checksum', 'bad-date', 'masked', 'malformed', 'other-type', 'missing'] as const;
export type IdCheck = (typeof ID_CHECKS)[number];

/** Sanctions screening of the name at intake. A miss against an incomplete list is `not-checked`. */
export const NAME_SCREENS = ['hit', 'miss', 'not-checked', 'missing'] as const;
export type NameScreen = (typeof NAME_SCREENS)[number];

/** A natural person, as later stages may know them: tokens, masks and derived flags, nothing in clear (law 6). '' = not given. */
export interface Person {
  accountToken: string;
  idToken: string;
  idMasked: string;
  idCheck: IdCheck;
  /** Under 18 on the event's day. */
  minor: boolean;
  /** The serial part of the ID is a run (111, 123): a sign of an invented number. */
  idRun: boolean;
  nameToken: string;
  nameMasked: string;
  nameScreen: NameScreen;
  phoneToken: string;
  phoneMasked: string;
  addressToken: string;
  /** Six-digit administrative division, or ''. */
  district: string;
  /** Keyed 32-bit hashes of the normalised address's character pairs, sorted, unique, little endian: similarity = set overlap. */
  addressShingles: Uint8Array;
  /** The address is one of a pick-up point or a locker: many people's. */
  pickup: boolean;
  /** How near the name is to a sanctioned one: 0–1, 1 = the same. */
  nameScore: number;
}

export const NOBODY: Readonly<Person> = Object.freeze({
  accountToken: '', idToken: '', idMasked: '', idCheck: 'missing', minor: false, idRun: false, nameToken: '', nameMasked: '',
  nameScreen: 'missing', phoneToken: '', phoneMasked: '', addressToken: '', district: '',
  // A Buffer: avsc writes no other kind of bytes.
  addressShingles: Buffer.alloc(0), pickup: false, nameScore: 0,
});
