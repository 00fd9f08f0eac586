/** What screening remembers of one order: what its documents said (as far as the match and the facts need it) and what they were given credit for. */
import { FIXED5, type DocumentType, type Envelope, type Fixed5, type IdCheck, type Person } from '../../schemas/trade/envelope.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { RawPayment } from '../../schemas/trade/raw-payment.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { Reversal } from '../../schemas/trade/reversal.ts';
import type { TaxBill } from '../../schemas/trade/tax-bill.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import type { MatchCode, MatchState } from '../../schemas/risk/fact.ts';
import { CONTENT } from './content.ts';
import { NOTHING, type Given } from './given.ts';

export interface KeptPerson { id: string; idCheck: IdCheck; name: string; phone: string; address: string; shingles: Uint8Array }
export interface KeptLine { lineNo: number; barcode: string; hs: string; country: string; quantity: Fixed5; total: Fixed5 }

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
  exported: boolean;
  /** Reversal: cancel, return, or `answer` (customs' word on it). Tax bill: bill or status. Raw payment: the payment's key. */
  kind: string;
  /** Customs' status of an answer or a tax bill; of a raw payment, how many orders were paid. */
  status: number;
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
/** What an order's dossier holds: the documents of the match, and what takes them back or is compared with them. */
export const SLOT_TYPES = ['order', 'payment', 'waybill', 'declaration', 'reversal', 'tax-bill', 'raw-payment'] as const;
export type SlotType = (typeof SLOT_TYPES)[number];
/** The documents of the match; they alone make facts. */
export const MATCHED_TYPES = ['order', 'payment', 'waybill', 'declaration'] as const;
export type MatchedType = (typeof MATCHED_TYPES)[number];
export const isMatched = (type: SlotType): type is MatchedType => (MATCHED_TYPES as readonly string[]).includes(type);

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
  /** When customs released the declaration and when the parcel was signed for; 0 = not yet. */
  releasedAt: number;
  deliveredAt: number;
  /** The time for the raw payment data is over. */
  rawDue: boolean;
}

/** Documents that wait for the declaration which names their order, in Confluent wire format. Keyed by their own number. */
export interface Link { orderKey: string; waiting: { type: DocumentType; origin: string; bytes: Buffer }[]; seen: string; given: Record<string, Given>; due: number }

/** A closed dossier: enough to know a repeat (see seen.ts) and to refuse a change by name. `rest`: the slimmed dossier, as long as a reversal may come; else empty. */
export interface Closed { closedAt: number; state: MatchState; seen: Buffer; due: number; rest: Buffer }

export const emptyDossier = (arrival: number, origin: string): Dossier => ({
  slots: [], seen: '', zone: 'none', firstArrival: arrival, lastArrival: arrival, revision: 0, state: 'PENDING', codes: [], result: '', matchGiven: NOTHING,
  noticed: false, expired: false, returnStatus: 0, origin, due: 0, releasedAt: 0, deliveredAt: 0, rawDue: false,
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
    case 'reversal': return keepReversal(body as Reversal);
    case 'tax-bill': return keepTaxBill(body as TaxBill);
    case 'raw-payment': return keepRawPayment(body as RawPayment);
  }
}

function keepOrder(d: Order): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, goodsValue: d.goodsValue, freight: d.freight, insurance: 0,
    discount: d.discount, tax: d.tax, amount: d.paid, currencyCode: d.currencyCode, grossWeight: 0, netWeight: 0, buyer: person(d.buyer), consignee: person(d.consignee),
    lines: d.lines.map((l) => ({ lineNo: l.lineNo, barcode: l.barcode, hs: '', country: l.country, quantity: l.quantity, total: l.total })),
    parties: [{ role: 'platform', code: d.platformCode }, { role: 'seller', code: d.sellerCode }], mode: '', places: [{ kind: 'party', code: d.sellerCode }],
    exported: d.direction === 'E', kind: '', status: 0,
  };
}

function keepPayment(d: Payment): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.payTime || d.appTime, goodsValue: 0, freight: 0, insurance: 0, discount: 0, tax: 0, amount: d.amount,
    currencyCode: d.currencyCode, grossWeight: 0, netWeight: 0, buyer: person(d.payer), consignee: NOBODY, lines: [], parties: [{ role: 'payment', code: d.payCode }], mode: '', places: [],
    exported: d.direction === 'E', kind: '', status: 0,
  };
}

function keepWaybill(d: Waybill): Kept {
  return {
    orderNo: d.orderNo, platform: '', seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, goodsValue: 0, freight: d.freight, insurance: d.insurance, discount: 0, tax: 0, amount: 0,
    currencyCode: d.currencyCode, grossWeight: d.weight, netWeight: 0, buyer: NOBODY, consignee: person(d.consignee), lines: [], parties: [{ role: 'carrier', code: d.carrierCode }], mode: '', places: [],
    exported: d.direction === 'E', kind: '', status: 0,
  };
}

function keepDeclaration(d: Declaration): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, goodsValue: 0, freight: d.freight, insurance: d.insurance, discount: 0, tax: 0, amount: 0,
    currencyCode: d.lines[0]?.currencyCode ?? '', grossWeight: d.grossWeight, netWeight: d.netWeight, buyer: person(d.buyer), consignee: person(d.consignee),
    lines: d.lines.map((l) => ({ lineNo: l.lineNo, barcode: l.barcode, hs: declaredHs(d, l.hs), country: l.country, quantity: l.quantity, total: l.total })),
    parties: [{ role: 'platform', code: d.platformCode }, { role: 'seller', code: d.sellerCode }, { role: 'carrier', code: d.carrierCode }, { role: 'agent', code: d.agentCode }, { role: 'guarantor', code: d.guarantorCode }],
    mode: d.tradeMode, places: [{ kind: 'party', code: d.areaCode }, { kind: 'party', code: d.agentCode }, { kind: 'office', code: d.customsCode }, { kind: 'party', code: d.sellerCode }],
    exported: d.direction === 'E', kind: '', status: 0,
  };
}

/** Of a simplified export list (statisticsFlag A) only the first four digits are declared. */
export const declaredHs = (d: Pick<Declaration, 'direction' | 'statisticsFlag'>, hs: string): string => (d.direction === 'E' && d.statisticsFlag === 'A' ? hs.slice(0, 4) : hs);

const EMPTY: Kept = {
  orderNo: '', platform: '', seller: '', appTime: 0, doneTime: 0, goodsValue: 0, freight: 0, insurance: 0, discount: 0, tax: 0, amount: 0, currencyCode: '', grossWeight: 0, netWeight: 0,
  buyer: NOBODY, consignee: NOBODY, lines: [], parties: [], mode: '', places: [], exported: false, kind: '', status: 0,
};

const keepReversal = (d: Reversal): Kept => ({
  ...EMPTY, orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, exported: d.direction === 'E', kind: d.kind,
  lines: d.lines.map((l) => ({ lineNo: l.lineNo, barcode: '', hs: l.hs, country: '', quantity: l.quantity, total: 0 })),
});

/** Customs' word on a reversal stands beside it, so that either may come first. */
export const keepAnswer = (d: Receipt): Kept => ({ ...EMPTY, appTime: d.appTime, doneTime: d.appTime, kind: 'answer', status: d.returnStatus });

/** A line's total is the sum of its taxes. */
const keepTaxBill = (d: TaxBill): Kept => ({
  ...EMPTY, appTime: d.appTime, doneTime: d.appTime, kind: d.kind, status: d.status, tax: d.customsTax + d.valueAddedTax + d.consumptionTax,
  lines: d.lines.map((l) => ({ lineNo: l.lineNo, barcode: '', hs: l.hs, country: '', quantity: FIXED5, total: l.customsTax + l.valueAddedTax + l.consumptionTax })),
});

const keepRawPayment = (d: RawPayment): Kept => ({
  ...EMPTY, orderNo: d.orderNo, platform: d.platformCode, appTime: d.appTime, doneTime: d.tradingTime || d.appTime, amount: d.total, currencyCode: d.currencyCode,
  kind: `${d.payCode}|${d.transactionId}`, status: d.orders,
});

/** Without persons and all that only a match asks for: what facts and reversals need. Platform and seller are left where the order's key and the order itself tell them. */
export const keepSlim = (type: SlotType, k: Kept, seller: string): Kept => ({
  ...EMPTY, seller: type !== 'order' && k.seller === seller ? '' : k.seller, appTime: k.appTime, doneTime: k.doneTime, amount: k.amount, grossWeight: k.grossWeight, exported: k.exported, kind: k.kind, status: k.status,
  mode: k.mode, lines: k.lines.map((l) => ({ ...l, barcode: '' })), buyer: type === 'order' ? { ...NOBODY, id: k.buyer.id } : NOBODY,
});
