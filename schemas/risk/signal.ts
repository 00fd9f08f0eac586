/** What screening tells assessment: which subjects an event touched, with which numbers. Only fields that some rule uses. */

/** product: HS10|origin (a barcode on orders) · hs6: HS6|origin · route: departure country → customs office · document: an order or a declaration · stage: carrier|milestone · zoneHs4: zone|HS4. */
export const SUBJECT_TYPES = ['buyer', 'payer', 'payment', 'phone', 'address', 'seller', 'platform', 'carrier', 'product', 'route', 'feed', 'operator', 'zone', 'country', 'hs4', 'device',
  'guarantor', 'vehicle', 'parcel', 'agent', 'hs6', 'currency', 'document', 'batch', 'stage', 'zoneHs4'] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];

export interface Contribution {
  /** Feature id: hash of the feature's definition. */
  feature: string;
  /** +1, or −1 where an amendment or a deletion takes back what was given. */
  sign: number;
  value: number;
  /** What is counted apart: the distinct value, or the share holder of top share and HHI. '' where the feature needs none. */
  item: string;
}

/** What several events gave one feature in one bucket of its window, what was taken back counted off: their sum, or of a percentile how often this value came. */
export interface Sum {
  feature: string;
  /** Latest window time among them. */
  at: number;
  item: string;
  value: number;
  /** How many entries more: negative where more was taken back than given, 0 where values alone changed. */
  n: number;
}

export interface Signal {
  /** Position of this entry within its journal record's outputs. */
  index: number;
  subjectType: SubjectType;
  subjectId: string;
  /** Zone of the order at that moment: four or six digits, or 'none'. */
  zone: string;
  /** Window time: event time clamped to [arrival − 24 h, arrival + 5 min]. */
  at: number;
  /** The document behind it: evidence. */
  eventId: string;
  orderKey: string;
  origin: string;
  late: boolean;
  contributions: Contribution[];
  /** Of subjects that many events concern: told once a tick, then zone, document and order are those of the last event and there are no contributions. */
  sums: Sum[];
  /** Rules whose gate could not be evaluated for this event. */
  errors: string[];
}

/** All signals of one journal record for one target partition. */
export interface Signals { entries: Signal[] }
