/** A deal's documents as flat JSON with customs' own field names, spelt as customs spells them. */
import { stamp14, stamp17, stamp8 } from './clock.ts';
import type { Deal, Line } from './deal.ts';
import { mix } from './random.ts';

export type Document = Record<string, unknown>;
export type DocumentName = 'order' | 'payment' | 'waybill' | 'declaration';

const HEX = Array.from({ length: 65_536 }, (_, i) => i.toString(16).toUpperCase().padStart(4, '0'));
const half = (word: number, high: boolean): string => HEX[high ? word >>> 16 : word & 0xffff] as string;

/** 36 characters, upper case. Derived from the deal and the document, so that it does not depend on when it is asked for. */
export function guid(seed: number, dealNumber: number, documentNumber: number): string {
  const a = mix(mix(seed, dealNumber), documentNumber);
  const b = mix(a, 1);
  const c = mix(dealNumber, b);
  const d = mix(c, documentNumber);
  return `${half(a, true)}${half(a, false)}-${half(b, true)}-${half(b, false)}-${half(c, true)}-${half(c, false)}${half(d, true)}${half(d, false)}`;
}

const barcodes = new Map<string, string>();
/** GS1 keeps 20–29 for use inside a company, so the number can be no product's. */
export function barcode(hs: string): string {
  let known = barcodes.get(hs);
  if (known === undefined) {
    const body = `20${hs}`;
    const sum = [...body].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
    known = body + ((10 - (sum % 10)) % 10);
    barcodes.set(hs, known);
  }
  return known;
}

export const yuan = (fen: number): number => fen / 100;
export const kilos = (grams: number): number => grams / 1000;

export function order(deal: Deal, id: string, appType = '1', appTime = deal.at + (deal.made.order ?? 0)): Document {
  const { buyer, consignee } = deal;
  return {
    type: 'order', guid: id, appType, appTime: stamp14(appTime), appStatus: '2', orderType: 'I', orderNo: deal.orderNo,
    ebpCode: deal.platform.code, ebpName: deal.platform.name, ebcCode: deal.seller.code, ebcName: deal.seller.name,
    goodsValue: yuan(deal.goodsFen), freight: yuan(deal.freightFen), discount: yuan(deal.discountFen), taxTotal: yuan(deal.taxFen), acturalPaid: yuan(deal.paidFen), currency: '142',
    buyerRegNo: buyer.account, buyerName: buyer.name, buyerTelephone: buyer.phone, buyerIdType: '1', buyerIdNumber: buyer.idNumber,
    payCode: deal.payment.code, payName: deal.payment.name, payTransactionId: deal.payTransactionId,
    consignee: consignee.name, consigneeTelephone: consignee.phone, consigneeAddress: consignee.address, consigneeDistrict: consignee.district,
    items: deal.lines.map(orderLine),
  };
}

const orderLine = ({ good, countryCode, quantity, priceFen }: Line, i: number): Document => ({
  gnum: i + 1, itemNo: `SIM${good.hs}`, itemName: good.name, gmodel: good.model, barCode: barcode(good.hs), unit: good.unit, qty: quantity,
  price: yuan(priceFen), totalPrice: yuan(quantity * priceFen), currency: '142', country: countryCode,
});

export function payment(deal: Deal, id: string): Document {
  const { payer } = deal;
  const made = deal.at + (deal.made.payment ?? 0);
  return {
    type: 'payment', guid: id, appType: '1', appTime: stamp14(made), appStatus: '2', payCode: deal.payment.code, payName: deal.payment.name,
    payTransactionId: deal.payTransactionId, orderNo: deal.orderNo, ebpCode: deal.platform.code, ebpName: deal.platform.name,
    payerIdType: '1', payerIdNumber: payer.idNumber, payerName: payer.name, telephone: payer.phone, amountPaid: yuan(deal.amountPaidFen), currency: '142', payTime: stamp14(made),
  };
}

export function waybill(deal: Deal, id: string): Document {
  const { receiver } = deal;
  const document: Document = {
    type: 'waybill', guid: id, appType: '1', appTime: stamp14(deal.at + (deal.made.waybill ?? 0)), appStatus: '2',
    logisticsCode: deal.carrier.code, logisticsName: deal.carrier.name, logisticsNo: deal.logisticsNo, freight: yuan(deal.freightFen), insuredFee: 0, currency: '142',
    weight: kilos(deal.waybillGrams), packNo: 1, goodsInfo: deal.goodsInfo ?? deal.lines.map((line) => line.good.name).join('、'),
    consignee: receiver.name, consigneeAddress: receiver.address, consigneeTelephone: receiver.phone,
  };
  if (deal.waybillNamesOrder) document['orderNo'] = deal.orderNo;
  if (deal.waybillNamesOrder) document['ebpCode'] = deal.platform.code;
  return document;
}

export function declaration(deal: Deal, id: string): Document {
  const { buyer, zone } = deal;
  const bonded = deal.mode === '1210';
  const made = deal.at + (deal.made.declaration ?? 0);
  return {
    type: 'declaration', guid: id, appType: '1', appTime: stamp14(made), appStatus: '2', orderNo: deal.orderNo, ebpCode: deal.platform.code, ebpName: deal.platform.name,
    ebcCode: deal.seller.code, ebcName: deal.seller.name, logisticsNo: deal.logisticsNo, logisticsCode: deal.carrier.code, logisticsName: deal.carrier.name, copNo: deal.copNo,
    assureCode: deal.guarantor.code, emsNo: bonded ? `T${zone.customsCode}SIM${zone.code}` : '', ieFlag: 'I', declTime: stamp8(made), customsCode: zone.customsCode,
    portCode: zone.customsCode, ieDate: stamp8(made), buyerIdType: '1', buyerIdNumber: buyer.idNumber, buyerName: buyer.name, buyerTelephone: buyer.phone,
    consigneeAddress: deal.consignee.address, agentCode: zone.agent.code, agentName: zone.agent.name, areaCode: bonded ? zone.agent.code : '', areaName: bonded ? zone.agent.name : '',
    tradeMode: deal.mode, trafMode: bonded ? '4' : '5', trafNo: bonded ? '' : 'SIMAIR', voyageNo: bonded ? '' : `SI${deal.number % 1000}`,
    billNo: bonded ? '' : `SIMB${stamp8(made)}${deal.number % 97}`,
    // Bonded goods leave from inside China: customs wants 142 there, not the origin.
    country: bonded ? '142' : (deal.lines[0]?.countryCode ?? ''), freight: yuan(deal.freightFen), insuredFee: 0, currency: '142', wrapType: '2', packNo: 1,
    grossWeight: kilos(deal.grossGrams), netWeight: kilos(deal.netGrams), items: deal.lines.map((line, i) => declarationLine(line, i, bonded)),
  };
}

const declarationLine = ({ good, countryCode, quantity, priceFen }: Line, i: number, bonded: boolean): Document => ({
  gnum: i + 1, itemRecordNo: bonded ? `R${good.hs}` : '', itemNo: `SIM${good.hs}`, itemName: good.name, gcode: good.hs, gname: good.name, gmodel: good.model, barCode: barcode(good.hs),
  country: countryCode, tradeCountry: countryCode, currency: '142', qty: quantity, unit: good.unit, qty1: Math.max(1, Math.round(quantity * good.netKg * 1000)) / 1000, unit1: '035',
  price: yuan(priceFen), totalPrice: yuan(quantity * priceFen),
});

export const INFO: Readonly<Record<number, string>> = { 2: '电子口岸申报中', 120: '海关入库', 300: '人工审核', 500: '查验', 800: '放行', 899: '结关', 100: '海关退单' };

/** Customs' answer to one document. Its own guid: each answer is a message. */
export function receipt(deal: Deal, answers: DocumentName, status: number, at: number, id: string): Document {
  const head: Document = { type: `${answers}-receipt`, guid: id };
  if (answers === 'order') Object.assign(head, { ebpCode: deal.platform.code, ebcCode: deal.seller.code, orderNo: deal.orderNo });
  if (answers === 'payment') Object.assign(head, { payCode: deal.payment.code, payTransactionId: deal.payTransactionId });
  if (answers === 'waybill') Object.assign(head, { logisticsCode: deal.carrier.code, logisticsNo: deal.logisticsNo });
  if (answers === 'declaration') Object.assign(head, declarationKeys(deal));
  return Object.assign(head, { returnStatus: String(status), returnTime: stamp17(at), returnInfo: INFO[status] ?? '' });
}

/** preNo = B + date + 9 digits; invtNo = customs office + year + I + 9 digits. */
export function declarationKeys(deal: Deal): Document {
  const day = stamp8(deal.at);
  return {
    customsCode: deal.zone.customsCode, ebpCode: deal.platform.code, ebcCode: deal.seller.code, agentCode: deal.zone.agent.code, copNo: deal.copNo,
    preNo: `B${day}${deal.serial}`, invtNo: `${deal.zone.customsCode}${day.slice(0, 4)}I${deal.serial}`,
  };
}
