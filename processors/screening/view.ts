/** An event as rules see it: exactly the names of language/vocabulary.ts, money in yuan, weight in kg. */
import type { EventView } from '../../language/ruleset.ts';
import type { SubjectType } from '../../schemas/risk/signal.ts';
import { FIXED5, type DocumentType, type Envelope } from '../../schemas/trade/envelope.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { RawPayment } from '../../schemas/trade/raw-payment.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { TaxBill } from '../../schemas/trade/tax-bill.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import type { Operation } from '../../schemas/risk/journal.ts';
import type { MatchResult } from './documents.ts';
import { modeOf, type Dossier, type MatchedType } from './dossier.ts';
import { declaredHs, type Kept } from './kept.ts';
import { rawPaymentView, taxView } from './view-after.ts';
import { common } from './view-common.ts';

/** Documents that are judged as they come. */
export type ViewedType = Extract<DocumentType, 'order' | 'payment' | 'waybill' | 'declaration' | 'receipt' | 'tax-bill' | 'raw-payment'>;

type Subjects = Partial<Record<SubjectType, string>>;

/** `mode`: the trade mode that the order's declaration told; its own document says it itself. */
export function viewOf(type: ViewedType, body: Envelope, zone: string, at: number, mode = ''): EventView {
  switch (type) {
    case 'order': return order(body as Order, zone, at);
    case 'payment': return payment(body as Payment, zone, at);
    case 'waybill': return waybill(body as Waybill, zone, at);
    case 'declaration': return declaration(body as Declaration, zone, at);
    case 'receipt': return receipt(body as Receipt, zone, at, mode);
    case 'tax-bill': return taxView(body as TaxBill, zone, at, mode);
    case 'raw-payment': return rawPaymentView(body as RawPayment, zone, at);
  }
}

function order(d: Order, zone: string, at: number): EventView {
  const b = d.buyer;
  return {
    name: 'order',
    common: common('order', d, zone, d.platformCode, d.sellerCode, at, d.direction),
    fields: {
      key: d.orderKey, orderNo: d.orderNo, platform: d.platformCode, seller: d.sellerCode, goodsValue: d.goodsValue / FIXED5, freight: d.freight / FIXED5, discount: d.discount / FIXED5,
      tax: d.tax / FIXED5, paid: d.paid / FIXED5, dutiable: (d.goodsValue + d.freight) / FIXED5, currency: d.currency, lineCount: d.lines.length,
      payTransaction: d.payTransactionId === '' ? '' : `${d.payCode}|${d.payTransactionId}`, buyerIdCheck: b.idCheck, buyerMinor: b.minor, buyerIdRun: b.idRun, buyerNameScreen: b.nameScreen,
      buyerDistrict: b.district, buyer: b.idToken || b.accountToken, buyerNameScore: b.nameScore, buyerIsConsignee: b.nameToken !== '' && b.nameToken === d.consignee.nameToken, phone: b.phoneToken,
      address: d.consignee.addressToken, pickup: d.consignee.pickup, batch: d.batchNumbers,
    },
    lines: d.lines.map((l) => ({
      name: l.name, model: l.model, barcode: l.barcode, itemNo: l.itemNo, unit: l.unit, currency: l.currency, quantity: l.quantity / FIXED5, price: l.price / FIXED5, total: l.total / FIXED5, country: l.country, wordScore: l.wordScore, word: l.word,
    })),
    subjects: {
      buyer: b.idToken || b.accountToken, phone: b.phoneToken, address: d.consignee.addressToken, seller: d.sellerCode, platform: d.platformCode, zone, feed: d.feed,
      payment: d.payTransactionId === '' ? '' : `${d.payCode}|${d.payTransactionId}`, document: d.orderKey, batch: d.batchNumbers,
    },
    lineSubjects: d.lines.map((l) => ({ product: l.barcode, country: l.country })),
  };
}

function payment(d: Payment, zone: string, at: number): EventView {
  const p = d.payer;
  return {
    name: 'payment',
    common: common('payment', d, zone, d.platformCode, d.sellerCode, at, d.direction),
    fields: {
      key: d.documentKey, orderKey: d.orderKey, payCode: d.payCode, platform: d.platformCode, seller: d.sellerCode, amount: d.amount / FIXED5, currency: d.currency, payerIdCheck: p.idCheck, payerMinor: p.minor, payerIdRun: p.idRun, payerNameScreen: p.nameScreen, payerDistrict: p.district, payer: p.idToken || p.nameToken, payerNameScore: p.nameScore, phone: p.phoneToken,
    },
    lines: [],
    subjects: { payer: p.idToken || p.nameToken, phone: p.phoneToken, payment: d.documentKey, platform: d.platformCode, seller: d.sellerCode, document: d.orderKey, zone, feed: d.feed },
    lineSubjects: [],
  };
}

function waybill(d: Waybill, zone: string, at: number): EventView {
  return {
    name: 'waybill',
    common: common('waybill', d, zone, '', d.sellerCode, at, d.direction),
    fields: {
      key: d.documentKey, carrier: d.carrierCode, weight: d.weight / FIXED5, freight: d.freight / FIXED5, packages: d.packages, wordScore: d.wordScore, word: d.word, consigneeDistrict: d.consignee.district, seller: d.sellerCode, address: d.consignee.addressToken, pickup: d.consignee.pickup,
    },
    lines: [],
    subjects: { carrier: d.carrierCode, seller: d.sellerCode, parcel: `${d.carrierCode}|${d.waybillNo}`, phone: d.consignee.phoneToken, address: d.consignee.addressToken, zone, feed: d.feed },
    lineSubjects: [],
  };
}

function declaration(d: Declaration, zone: string, at: number): EventView {
  const total = d.lines.reduce((sum, l) => sum + l.total, 0);
  const hs = d.lines.map((l) => declaredHs(d, l.hs));
  const b = d.buyer;
  return {
    name: 'declaration',
    common: common('declaration', d, zone, d.platformCode, d.sellerCode, at, d.direction, d.tradeMode),
    fields: {
      key: d.documentKey, orderKey: d.orderKey, platform: d.platformCode, seller: d.sellerCode, agent: d.agentCode, customs: d.customsCode, mode: d.tradeMode, country: d.country, value: total / FIXED5,
      freight: d.freight / FIXED5, insurance: d.insurance / FIXED5, grossWeight: d.grossWeight / FIXED5, netWeight: d.netWeight / FIXED5, lineCount: d.lines.length, buyerIdCheck: b.idCheck, buyerMinor: b.minor, buyerIdRun: b.idRun, buyerNameScreen: b.nameScreen, buyerDistrict: b.district,
      buyer: b.idToken || b.accountToken, buyerNameScore: b.nameScore, address: d.consignee.addressToken, pickup: d.consignee.pickup, hasLicence: d.licenseNo !== '', transport: d.trafMode, guarantor: d.guarantorCode,
      carrier: d.carrierCode, currency: d.currency,
    },
    lines: d.lines.map((l, i) => ({
      name: l.name, model: l.model, barcode: l.barcode, itemNo: l.itemNo, recordNo: l.recordNo, unit: l.unit, currency: l.currency, hs: hs[i] as string, hs2: l.hs.slice(0, 2), hs4: l.hs.slice(0, 4), hs6: hs[i]?.length === 4 ? '' : l.hs.slice(0, 6), quantity: l.quantity / FIXED5, price: l.price / FIXED5,
      total: l.total / FIXED5, country: l.country, wordScore: l.wordScore, word: l.word,
    })),
    subjects: {
      buyer: d.buyer.idToken, seller: d.sellerCode, platform: d.platformCode, carrier: d.carrierCode, zone, feed: d.feed,
      route: d.country !== '' && d.customsCode !== '' ? `${d.country}→${d.customsCode}` : '', address: d.consignee.addressToken, phone: d.buyer.phoneToken, agent: d.agentCode, document: d.documentKey, parcel: d.waybillNo === '' ? '' : `${d.carrierCode}|${d.waybillNo}`,
    },
    // What is known to four digits only is no product whose price could be told.
    lineSubjects: d.lines.map((l, i) => {
      const short = (hs[i]?.length ?? 0) <= 4;
      const hs4 = l.hs.slice(0, 4);
      return {
        product: short ? '' : `${l.hs}|${l.country}`, hs6: short ? '' : `${l.hs.slice(0, 6)}|${l.country}`, hs4, zoneHs4: zone === 'none' ? '' : `${zone}|${hs4}`, country: l.country, currency: l.currency,
      };
    }),
  };
}

function receipt(d: Receipt, zone: string, at: number, mode: string): EventView {
  return {
    name: 'receipt',
    common: common('receipt', d, zone, d.platformCode, d.sellerCode, at, d.direction, mode),
    fields: { key: d.documentKey, answers: d.answers, status: d.returnStatus, platform: d.platformCode, seller: d.sellerCode, customs: d.customsCode, waitMinutes: 0, hasWait: false },
    lines: [],
    subjects: { seller: d.sellerCode, platform: d.platformCode, carrier: d.carrierCode, agent: d.agentCode, zone, feed: d.feed },
    lineSubjects: [],
  };
}

export function operationView(d: Operation, at: number): EventView {
  return {
    name: 'operation',
    common: common(d.messageType, { feed: d.feed, origin: d.origin, late: false, appType: 1 }, 'none', '', '', at),
    fields: { kind: d.kind, messageType: d.messageType, code: d.code, operator: d.operator },
    lines: [],
    subjects: { feed: d.feed, operator: d.operator },
    lineSubjects: [],
  };
}

export function matchView(orderKey: string, dossier: Dossier, result: MatchResult, order: Kept | undefined, paid: number, at: number): EventView {
  const seller = order?.seller ?? '';
  const platform = orderKey.slice(0, orderKey.indexOf('|'));
  const has = (name: MatchedType) => result.documents.includes(name);
  const subjects: Subjects = { seller, platform, zone: dossier.zone, buyer: order?.buyer.id ?? '', guarantor: result.owed.guarantor };
  return {
    name: 'match',
    common: common('match', { feed: '', origin: dossier.origin as Envelope['origin'], late: false, appType: 1 }, dossier.zone, platform, seller, at, dossier.slots.some((s) => s.kept?.exported) ? 'E' : 'I', modeOf(dossier)),
    fields: {
      orderKey, state: result.state, decided: result.state === 'MATCHED' || result.state === 'MISMATCHED', codes: result.codes, documents: result.documents, platform, seller,
      paid: (order?.amount ?? 0) / FIXED5, amount: paid / FIXED5, hasOrder: has('order'), hasPayment: has('payment'), hasWaybill: has('waybill'), hasDeclaration: has('declaration'),
      returnStatus: dossier.returnStatus, guarantor: result.owed.guarantor, taxOwed: result.owed.tax / FIXED5, buyer: order?.buyer.id ?? '',
    },
    lines: [],
    subjects,
    lineSubjects: [],
  };
}
