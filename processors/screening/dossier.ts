/** What screening remembers of one order: what its documents said (as far as the match and the facts need it) and what they were given credit for. */
import type { DocumentType, Envelope, Fixed5, IdCheck, Person } from '../../schemas/trade/envelope.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import type { MatchCode, MatchState } from '../../schemas/risk/fact.ts';
import { NOTHING, type Given } from './given.ts';

export interface KeptPerson { id: string; idCheck: IdCheck; name: string; phone: string; address: string; shingles: Uint8Array }
export interface KeptLine { barcode: string; hs: string; country: string; quantity: Fixed5; total: Fixed5 }

/** One document as the match sees it. Fields that a type lacks are 0, '' or empty. */
export interface Kept {
  orderNo: string;
  platform: string;
  seller: string;
  appTime: number;
  /** Payment: payTime. Else appTime. */
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

export interface Slot {
  type: Exclude<DocumentType, 'receipt'>;
  documentKey: string;
  eventId: string;
  appTime: number;
  eventTime: number;
  arrival: number;
  origin: string;
  /** Null where the document was deleted (appType 3). */
  kept: Kept | null;
  given: Given;
  /** A second `new` document arrived under another guid while this one stood. */
  twice: boolean;
}

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
  /** Digest of the last match emitted, so that an unchanged one is not emitted again. */
  digest: string;
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
  slots: [], seen: '', zone: 'none', firstArrival: arrival, lastArrival: arrival, revision: 0, state: 'PENDING', codes: [], digest: '', matchGiven: NOTHING,
  noticed: false, expired: false, returnStatus: 0, origin, due: 0,
});

const person = (p: Person): KeptPerson => ({
  id: p.idToken, idCheck: p.idCheck, name: p.nameToken, phone: p.phoneToken, address: p.addressToken,
  // Copied: a view would keep the whole batch that it was read from in memory.
  shingles: Buffer.from(p.addressShingles),
});
const NOBODY: KeptPerson = { id: '', idCheck: 'missing', name: '', phone: '', address: '', shingles: Buffer.alloc(0) };

/** What is kept of a document. Nothing in clear is here: persons came as tokens. */
export function keep(type: Slot['type'], body: Envelope): Kept {
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
