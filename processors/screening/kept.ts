/** What is kept of a document, as far as the match, the facts and reversals need it. Nothing in clear is here: persons came as tokens. */
import { FIXED5, type Envelope, type Fixed5, type IdCheck, type Person } from '../../schemas/trade/envelope.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { RawPayment } from '../../schemas/trade/raw-payment.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { Reversal } from '../../schemas/trade/reversal.ts';
import type { TaxBill } from '../../schemas/trade/tax-bill.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import type { SlotType } from './dossier.ts';

/** `shingles`: in base64url, since they are seldom compared. */
export interface KeptPerson { id: string; idCheck: IdCheck; name: string; phone: string; address: string; shingles: string }
export interface KeptLine { lineNo: number; barcode: string; hs: string; country: string; quantity: Fixed5; total: Fixed5 }

export const PARTY_ROLES = ['platform', 'seller', 'payment', 'carrier', 'agent', 'guarantor'] as const;
export type PartyRole = (typeof PARTY_ROLES)[number];
export const PLACE_KINDS = ['party', 'office'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

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
  parties: { role: PartyRole; code: string }[];
  mode: string;
  /** Codes that tell the zone, best first: areaCode, agentCode, customs office, seller. */
  places: { kind: PlaceKind; code: string }[];
  exported: boolean;
  /** Customs' number of the list: of a declaration where it names one itself, of a reversal the list that it takes back. */
  list: string;
  /** Reversal: cancel, return, or `answer` (customs' word on it). Tax bill: bill or status. Raw payment: the payment's key. */
  kind: string;
  /** Customs' status of an answer or a tax bill; of a raw payment, how many orders were paid. */
  status: number;
}

const person = (p: Person): KeptPerson => ({
  id: p.idToken, idCheck: p.idCheck, name: p.nameToken, phone: p.phoneToken, address: p.addressToken,
  shingles: Buffer.from(p.addressShingles.buffer, p.addressShingles.byteOffset, p.addressShingles.length).toString('base64url'),
});
export const NOBODY: KeptPerson = { id: '', idCheck: 'missing', name: '', phone: '', address: '', shingles: '' };

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
    exported: d.direction === 'E', list: '', kind: '', status: 0,
  };
}

function keepPayment(d: Payment): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.payTime || d.appTime, goodsValue: 0, freight: 0, insurance: 0, discount: 0, tax: 0, amount: d.amount,
    currencyCode: d.currencyCode, grossWeight: 0, netWeight: 0, buyer: person(d.payer), consignee: NOBODY, lines: [], parties: [{ role: 'payment', code: d.payCode }], mode: '', places: [],
    exported: d.direction === 'E', list: '', kind: '', status: 0,
  };
}

function keepWaybill(d: Waybill): Kept {
  return {
    orderNo: d.orderNo, platform: '', seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, goodsValue: 0, freight: d.freight, insurance: d.insurance, discount: 0, tax: 0, amount: 0,
    currencyCode: d.currencyCode, grossWeight: d.weight, netWeight: 0, buyer: NOBODY, consignee: person(d.consignee), lines: [], parties: [{ role: 'carrier', code: d.carrierCode }], mode: '', places: [],
    exported: d.direction === 'E', list: '', kind: '', status: 0,
  };
}

function keepDeclaration(d: Declaration): Kept {
  return {
    orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, goodsValue: 0, freight: d.freight, insurance: d.insurance, discount: 0, tax: 0, amount: 0,
    currencyCode: d.lines[0]?.currencyCode ?? '', grossWeight: d.grossWeight, netWeight: d.netWeight, buyer: person(d.buyer), consignee: person(d.consignee),
    lines: d.lines.map((l) => ({ lineNo: l.lineNo, barcode: l.barcode, hs: declaredHs(d, l.hs), country: l.country, quantity: l.quantity, total: l.total })),
    parties: [{ role: 'platform', code: d.platformCode }, { role: 'seller', code: d.sellerCode }, { role: 'carrier', code: d.carrierCode }, { role: 'agent', code: d.agentCode }, { role: 'guarantor', code: d.guarantorCode }],
    mode: d.tradeMode, places: [{ kind: 'party', code: d.areaCode }, { kind: 'party', code: d.agentCode }, { kind: 'office', code: d.customsCode }, { kind: 'party', code: d.sellerCode }],
    exported: d.direction === 'E', list: d.invtNo, kind: '', status: 0,
  };
}

/** Of a simplified export list (statisticsFlag A) only the first four digits are declared. */
export const declaredHs = (d: Pick<Declaration, 'direction' | 'statisticsFlag'>, hs: string): string => (d.direction === 'E' && d.statisticsFlag === 'A' ? hs.slice(0, 4) : hs);

export const EMPTY: Kept = {
  orderNo: '', platform: '', seller: '', appTime: 0, doneTime: 0, goodsValue: 0, freight: 0, insurance: 0, discount: 0, tax: 0, amount: 0, currencyCode: '', grossWeight: 0, netWeight: 0,
  buyer: NOBODY, consignee: NOBODY, lines: [], parties: [], mode: '', places: [], exported: false, list: '', kind: '', status: 0,
};

const keepReversal = (d: Reversal): Kept => ({
  ...EMPTY, orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, appTime: d.appTime, doneTime: d.appTime, exported: d.direction === 'E', list: d.invtNo, kind: d.kind,
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
