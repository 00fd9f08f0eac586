/** What screening remembers of one order: what its documents said (as far as the match and the facts need it) and what they were given credit for. */
import type { DocumentType, Envelope, Fixed5, IdCheck, Person } from '../../schemas/trade/envelope.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import type { MatchCode, MatchState } from '../../schemas/risk/fact.ts';
import { CONTENT } from './content.ts';
import { NOTHING, type Given } from './given.ts';

export interface KeptPerson { id: string; idCheck: IdCheck; name: string; phone: string; address: string; shingles: Uint8Array }
export interface KeptLine { barcode: string; hs: string; country: string; quantity: Fixed5; total: Fixed5 }

/** One document as the match sees it. Fields that a type lacks are 0, '' or empty. */
export interface Kept {
  orderNo: string;
  platform: string;
  seller: string;
  appTime: number;
  /** Payment: payTime. Else the appTime of the first version. */
  doneTime: number;
  goodsValue: Fixed5;
  freight: Fixed5;
  insurance: Fixed5;
  discount: Fixed5;
  tax: Fixed5;
  /** paid of an order, amount of a payment. */
  amount: Fixed5;
  currencyCode: string;
  grossWeight: Fixed5;
  netWeight: Fixed5;
  buyer: KeptPerson;
  consignee: KeptPerson;
  lines: KeptLine[];
  /** Parties named, by role. */
  parties: { role: string; code: string }[];
  mode: string;
  /** Codes that tell the zone, best first: areaCode, agentCode, customs office, seller. */
  places: { kind: 'party' | 'office'; code: string }[];
}

/** What stands behind a slot and is seldom looked at: kept as bytes until it is. */
export interface Content {
  eventId: string;
  eventTime: number;
  origin: string;
  /** Null where the document was deleted (appType 3). */
  kept: Kept | null;
  given: Given;
}

/** One document of an order. Its content is encoded once and decoded only when a match, a fact or an amendment asks for it. */
export class Slot {
  readonly type: SlotType;
  readonly documentKey: string;
  readonly appTime: number;
  /** A second `new` document arrived under another guid while this one stood. */
  twice: boolean;
  #content: Content | undefined;
  #bytes: Buffer | undefined;

  constructor(head: { type: SlotType; documentKey: string; appTime: number; twice: boolean }, content: Content | Buffer) {
    this.type = head.type;
    this.documentKey = head.documentKey;
    this.appTime = head.appTime;
    this.twice = head.twice;
    if (Buffer.isBuffer(content)) this.#bytes = content;
    else this.#content = content;
  }

  /** Not to be changed. */
  get content(): Content {
    this.#content ??= CONTENT.fromBuffer(this.#bytes as Buffer) as Content;
    return this.#content;
  }

  get bytes(): Buffer {
    this.#bytes ??= CONTENT.toBuffer(this.#content);
    return this.#bytes;
  }

  get kept(): Kept | null {
    return this.content.kept;
  }
}
/** The documents of the match. */
export const SLOT_TYPES = ['order', 'payment', 'waybill', 'declaration'] as const;
export type SlotType = (typeof SLOT_TYPES)[number];

export interface Dossier {
  slots: Slot[];
  /** Everything taken, see seen.ts. */
  seen: string;
  zone: string;
  firstArrival: number;
  lastArrival: number;
  revision: number;
  state: MatchState;
  codes: MatchCode[];
  /** The last match emitted, as JSON of its documents and findings: an unchanged one is not emitted again. */
  result: string;
  matchGiven: Given;
  noticed: boolean;
  expired: boolean;
  returnStatus: number;
  origin: string;
  /** Next deadline, epoch ms. */
  due: number;
}

/** Documents that wait for the declaration which names their order, in Confluent wire format. Keyed by their own number. */
export interface Link { orderKey: string; waiting: { type: DocumentType; origin: string; bytes: Buffer }[]; seen: string; given: Record<string, Given>; due: number }

/** A closed dossier: enough to know a repeat and to refuse a change by name. */
export interface Closed { closedAt: number; state: MatchState; seen: string; due: number }

export const emptyDossier = (arrival: number, origin: string): Dossier => ({
  slots: [], seen: '', zone: 'none', firstArrival: arrival, lastArrival: arrival, revision: 0, state: 'PENDING', codes: [], result: '', matchGiven: NOTHING,
  noticed: false, expired: false, returnStatus: 0, origin, due: 0,
});

const person = (p: Person): KeptPerson => ({
  id: p.idToken, idCheck: p.idCheck, name: p.nameToken, phone: p.phoneToken, address: p.addressToken,
  // Copied: a view would keep the whole batch that it was read from in memory.
  shingles: Buffer.from(p.addressShingles),
});
const NOBODY: KeptPerson = { id: '', idCheck: 'missing', name: '', phone: '', address: '', shingles: Buffer.alloc(0) };

/** What is kept of a document. Nothing in clear is here: persons came as tokens. */
export function keep(type: SlotType, body: Envelope): Kept {
  switch (type) {
    case 'order': return keepOrder(body as Order);
    case 'payment': return keepPayment(body as Payment);
    case 'waybill': return keepWaybill(body as Waybill);
    case 'declaration': return keepDeclaration(body as Declaration);
  }
}

function keepOrder(d: Order): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, goodsValue: d.goodsValue, freight: d.freight, insurance: 0,
    discount: d.discount, tax: d.tax, amount: d.paid, currencyCode: d.currencyCode, grossWeight: 0, netWeight: 0, buyer: person(d.buyer), consignee: person(d.consignee),
    lines: d.lines.map((l) => ({ barcode: l.barcode, hs: '', country: l.country, quantity: l.quantity, total: l.total })),
    parties: [{ role: 'platform', code: d.platformCode }, { role: 'seller', code: d.sellerCode }], mode: '', places: [{ kind: 'party', code: d.sellerCode }],
  };
}

function keepPayment(d: Payment): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: '', appTime: d.appTime, doneTime: d.payTime || d.appTime, goodsValue: 0, freight: 0, insurance: 0, discount: 0, tax: 0, amount: d.amount,
    currencyCode: d.currencyCode, grossWeight: 0, netWeight: 0, buyer: person(d.payer), consignee: NOBODY, lines: [], parties: [{ role: 'payment', code: d.payCode }], mode: '', places: [],
  };
}

function keepWaybill(d: Waybill): Kept {
  return {
    orderNo: d.orderNo, platform: '', seller: '', appTime: d.appTime, doneTime: d.appTime, goodsValue: 0, freight: d.freight, insurance: d.insurance, discount: 0, tax: 0, amount: 0,
    currencyCode: d.currencyCode, grossWeight: d.weight, netWeight: 0, buyer: NOBODY, consignee: person(d.consignee), lines: [], parties: [{ role: 'carrier', code: d.carrierCode }], mode: '', places: [],
  };
}

function keepDeclaration(d: Declaration): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, goodsValue: 0, freight: d.freight, insurance: d.insurance, discount: 0, tax: 0, amount: 0,
    currencyCode: d.currencyCode, grossWeight: d.grossWeight, netWeight: d.netWeight, buyer: person(d.buyer), consignee: person(d.consignee),
    lines: d.lines.map((l) => ({ barcode: l.barcode, hs: l.hs, country: l.country, quantity: l.quantity, total: l.total })),
    parties: [{ role: 'platform', code: d.platformCode }, { role: 'seller', code: d.sellerCode }, { role: 'carrier', code: d.carrierCode }, { role: 'agent', code: d.agentCode }, { role: 'guarantor', code: d.guarantorCode }],
    mode: d.tradeMode, places: [{ kind: 'party', code: d.areaCode }, { kind: 'party', code: d.agentCode }, { kind: 'office', code: d.customsCode }, { kind: 'party', code: d.sellerCode }],
  };
}
