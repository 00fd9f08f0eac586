import { type Direction, type Envelope, type Fixed5, NOBODY, type Person } from './envelope.ts';
import type { z } from 'zod';
import { contract, type Derive, type RawPerson } from './contract.ts';
import { amount, appType, code, guid, key, letter, lines, submitted, text, time, whole } from './fields.ts';
import { LARGEST } from './fixed5.ts';

export interface OrderLine {
  lineNo: number;
  itemNo: string;
  name: string;
  model: string;
  barcode: string;
  /** Customs unit code, e.g. 011. */
  unit: string;
  quantity: Fixed5;
  price: Fixed5;
  total: Fixed5;
  /** ISO 4217, or '' where the customs code is unknown. */
  currency: string;
  currencyCode: string;
  /** Origin: ISO 3166 alpha-3, or ''. */
  country: string;
  countryCode: string;
  /** Prohibited-word score 0..1 over name, model and description, and the word that gave it. */
  wordScore: number;
  word: string;
}

/** CEB311, and 303 (export: goodsValue is FOB, no person is named, and currency may be any). Money in 0.00001 yuan, or of that currency. */
export interface Order extends Envelope {
  orderNo: string;
  platformCode: string;
  platformName: string;
  sellerCode: string;
  sellerName: string;
  goodsValue: Fixed5;
  freight: Fixed5;
  discount: Fixed5;
  tax: Fixed5;
  /** acturalPaid (the official misspelling). An export order states none: then goods and freight, which is what is owed. */
  paid: Fixed5;
  currency: string;
  currencyCode: string;
  buyer: Person;
  consignee: Person;
  payCode: string;
  payTransactionId: string;
  batchNumbers: string;
  lines: OrderLine[];
  direction: Direction;
}

const line = {
  gnum: whole(0, 9999), itemNo: code(60), itemName: text(250), gmodel: text(510), itemDescribe: text(1000), barCode: code(50), unit: code(3),
  qty: amount(true), price: amount(true), totalPrice: amount(true), currency: code(3), country: code(3), note: text(1000),
};

/** The wire form of CEB311: OrderHead with its OrderList as `items`. */
export const ORDER = contract({
  head: (needed) => ({
    guid: guid(), appType: appType(), appTime: time(), appStatus: code(3), orderType: letter(1), orderNo: key(60, true), ebpCode: key(18, true), ebpName: text(100),
    ebcCode: code(18, needed), ebcName: text(100), goodsValue: amount(needed), freight: amount(), discount: amount(), taxTotal: amount(), acturalPaid: amount(needed),
    currency: code(3), buyerRegNo: code(60), buyerName: text(100), buyerTelephone: code(30), buyerIdType: code(2), buyerIdNumber: code(60), payCode: code(18), payName: text(100),
    payTransactionId: code(60), batchNumbers: code(100), consignee: text(100), consigneeTelephone: code(50), consigneeAddress: text(200), consigneeDistrict: code(6),
    note: text(1000), items: lines(line, needed),
  }),
  line, free: ['note'], lineFree: ['itemDescribe', 'note'],
});
type OrderWire = z.output<typeof ORDER.whole>;

function orderLine(sent: OrderWire['items'][number], index: number, at: number, derive: Derive): OrderLine {
  const found = derive.words(sent.itemName, sent.gmodel, sent.itemDescribe);
  return {
    lineNo: sent.gnum || index + 1, itemNo: sent.itemNo, name: sent.itemName, model: sent.gmodel, barcode: sent.barCode, unit: sent.unit,
    quantity: sent.qty, price: sent.price, total: sent.totalPrice, currency: derive.currency(sent.currency, at), currencyCode: sent.currency,
    country: derive.country(sent.country, at), countryCode: sent.country, wordScore: found.score, word: found.word,
  };
}

export function normaliseOrder(sent: OrderWire, envelope: Envelope, derive: Derive): Order {
  const buying: RawPerson = {
    account: sent.buyerRegNo, idType: sent.buyerIdType, idNumber: sent.buyerIdNumber, name: sent.buyerName, phone: sent.buyerTelephone, address: '', district: '',
  };
  const receiving: RawPerson = {
    account: '', idType: '', idNumber: '', name: sent.consignee, phone: sent.consigneeTelephone, address: sent.consigneeAddress, district: sent.consigneeDistrict,
  };
  const buyer = derive.person(buying, envelope.eventTime);
  return {
    eventId: envelope.eventId, guid: envelope.guid, appType: envelope.appType, appTime: envelope.appTime, eventTime: envelope.eventTime, arrival: envelope.arrival,
    late: envelope.late, documentKey: envelope.documentKey, orderKey: envelope.orderKey, feed: envelope.feed, origin: envelope.origin, backfill: envelope.backfill,
    forwarded: envelope.forwarded, contentHash: envelope.contentHash, signed: envelope.signed, sealed: envelope.sealed, sealKeyId: envelope.sealKeyId,
    orderNo: sent.orderNo, platformCode: sent.ebpCode, platformName: sent.ebpName, sellerCode: sent.ebcCode, sellerName: sent.ebcName,
    goodsValue: sent.goodsValue, freight: sent.freight, discount: sent.discount, tax: sent.taxTotal, paid: sent.acturalPaid,
    currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency, buyer,
    consignee: derive.person(receiving, envelope.eventTime, { raw: buying, person: buyer }),
    payCode: sent.payCode, payTransactionId: sent.payTransactionId, batchNumbers: sent.batchNumbers,
    lines: sent.items.map((item, index) => orderLine(item, index, envelope.eventTime, derive)), direction: 'I',
  };
}

const exportLine = {
  gnum: whole(0, 9999), itemNo: code(60), itemName: text(250), itemDescribe: text(1000), barCode: code(50), unit: code(3), currency: code(3), qty: amount(true),
  price: amount(true), totalPrice: amount(true), note: text(1000),
};

/** The wire form of CEB303. */
export const EXPORT_ORDER = contract({
  head: (needed) => ({
    ...submitted(), orderType: letter(1), orderNo: key(60, true), ebpCode: key(18, true), ebpName: text(100), ebcCode: code(18, needed), ebcName: text(100),
    goodsValue: amount(needed), freight: amount(), currency: code(3), note: text(1000), items: lines(exportLine, needed),
  }),
  line: exportLine, free: ['note'], lineFree: ['itemDescribe', 'note'],
});

export function normaliseExportOrder(sent: z.output<typeof EXPORT_ORDER.whole>, envelope: Envelope, derive: Derive): Order {
  return {
    ...envelope, orderNo: sent.orderNo, platformCode: sent.ebpCode, platformName: sent.ebpName, sellerCode: sent.ebcCode, sellerName: sent.ebcName, goodsValue: sent.goodsValue,
    freight: sent.freight, discount: 0, tax: 0, paid: Math.min(sent.goodsValue + sent.freight, LARGEST), currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency, buyer: NOBODY,
    consignee: NOBODY, payCode: '', payTransactionId: '', batchNumbers: '',
    lines: sent.items.map((item, index) => orderLine({ ...item, gmodel: '', country: '' }, index, envelope.eventTime, derive)), direction: 'E',
  };
}
