/**
 * One synthetic document of every message, as flat JSON: reserved codes, no real person. Beside it what intake makes of it: the normalised fields that matter, the keys
 * by which it is known and joined, and where its event time comes from.
 */
import type { DocumentMessage } from '../../schemas/customs/messages.ts';
import { expect } from 'vitest';
import { declaration, ID, order, payment, waybill } from './fixtures.ts';

type Fields = Record<string, unknown>;
export interface Sample {
  fields: Fields;
  /** The journal's key: the order's, or the foreign key that it waits at. */
  key: string;
  documentKey: string;
  /** Foreign keys that it gives to its order. */
  aliases: string[];
  /** Beijing, YYYYMMDDhhmmss. */
  eventTime: string;
  body: Fields;
}

const EBP = '9999960001';
const EBC = '9999960002';
const PAY = '9999960003';
const CARRIER = '9999960004';
const AGENT = '9999960005';
const SITE = '9999960006';
const INVT_I = '29002026I000000001';
const INVT_E = '29002026E000000001';
const ORDER_KEY = `${EBP}|A-1001`;
const EXPORT_KEY = `${EBP}|E-2001`;

let guids = 100;
const submitted = (): Fields => ({ guid: `22222222-BBBB-4BBB-8BBB-000000000${guids++}`, appType: '1', appTime: '20261120113000', appStatus: '2' });
const answer = (): Fields => ({ guid: `33333333-CCCC-4CCC-8CCC-000000000${guids++}`, returnStatus: '120', returnTime: '20261120114500123', returnInfo: '测试甲的单证已入库' });
const APP = '20261120113000';
const RETURNED = '20261120114500';

const receiptOf = (answers: string, direction: string, more: Fields, key: string, documentKey: string, body: Fields = {}, aliases: string[] = []): Sample => ({
  fields: { ...answer(), ...more }, key, documentKey, aliases, eventTime: RETURNED, body: { answers, direction, returnStatus: 120, ...body },
});

const reversal = (): Fields => ({
  ...submitted(), customsCode: '2900', orderNo: 'A-1001', ebpCode: EBP, ebpName: '测试平台', ebcCode: EBC, ebcName: '测试商家', logisticsNo: 'W-1', logisticsCode: CARRIER, logisticsName: '测试物流',
  copNo: 'R-1', preNo: 'B202611200000000001', invtNo: INVT_I, buyerIdType: '1', buyerIdNumber: ID, buyerName: '测试甲', buyerTelephone: '10012345678', agentCode: AGENT, agentName: '测试代理',
  reason: '测试甲不想要了', note: '请放门卫处',
});
const reversalKeys = { key: ORDER_KEY, documentKey: `${AGENT}|R-1`, aliases: [`i:${INVT_I}`, `r:${AGENT}|R-1`], eventTime: APP };
const parcels = (...more: Fields[]): Fields[] => ['W-1', 'W-2'].map((logisticsNo, i) => ({ gnum: i + 1, logisticsNo, ...more[i] }));

export const rawBody = (): Fields => ({
  sessionID: 'S-1',
  payExchangeInfoHead: {
    guid: '44444444-DDDD-4DDD-8DDD-000000000001', initalRequest: `buyer=测试甲&id=${ID}`, initalResponse: 'ok 测试甲', ebpCode: EBP, payCode: PAY, payTransactionId: 'P-1', totalAmount: '458.0018',
    currency: '142', verDept: '3', payType: '1', tradingTime: '20261120115800', note: '请放门卫处',
  },
  payExchangeInfoLists: ['A-1001', 'A-1002'].map((orderNo) => ({
    orderNo, goodsInfo: [{ gname: '象牙白罐', itemLink: 'https://shop.invalid/1' }], recpAccount: 'tester01', recpCode: EBC, recpName: '测试商家',
  })),
  serviceTime: '1795147140000', certNo: 'CERT-1', signValue: 'c2lnbmVkIGJ5IHRlc3Rlcg==',
});

export const SAMPLES: Readonly<Record<DocumentMessage, Sample>> = {
  order: { fields: order(), key: ORDER_KEY, documentKey: ORDER_KEY, aliases: [], eventTime: '20261120115900', body: { direction: 'I', paid: 22_900_090 } },
  'order-receipt': receiptOf('order', 'I', { ebpCode: EBP, ebcCode: EBC, orderNo: 'A-1001' }, ORDER_KEY, ORDER_KEY),
  payment: { fields: payment(), key: ORDER_KEY, documentKey: `${PAY}|P-1`, aliases: [`p:${PAY}|P-1`], eventTime: '20261120115800', body: { direction: 'I', amount: 22_900_090 } },
  'payment-receipt': receiptOf('payment', 'I', { payCode: PAY, payTransactionId: 'P-1' }, `p:${PAY}|P-1`, `${PAY}|P-1`),
  waybill: { fields: waybill(), key: `w:${CARRIER}|W-1`, documentKey: `${CARRIER}|W-1`, aliases: [], eventTime: '20261120115910', body: { direction: 'I', weight: 105_000 } },
  'waybill-receipt': receiptOf('waybill', 'I', { logisticsCode: CARRIER, logisticsNo: 'W-1' }, `w:${CARRIER}|W-1`, `${CARRIER}|W-1`),
  'waybill-status': {
    fields: { ...submitted(), logisticsCode: CARRIER, logisticsName: '测试物流', logisticsNo: 'W-1', logisticsStatus: 'S', logisticsTime: '20261120112500', note: '测试甲签收' },
    key: `w:${CARRIER}|W-1`, documentKey: `${CARRIER}|W-1|S`, aliases: [], eventTime: '20261120112500',
    body: { code: 'DELIVERED', codeGiven: 'S', carrierName: '测试物流', lat: 100_000_000, appTime: Date.UTC(2026, 10, 20, 3, 30) },
  },
  'waybill-status-receipt': receiptOf('tracking', 'I', { logisticsCode: CARRIER, logisticsNo: 'W-1', logisticsStatus: 'S' }, `w:${CARRIER}|W-1`, `${CARRIER}|W-1|S`),
  declaration: {
    fields: { ...declaration(), invtNo: INVT_I }, key: ORDER_KEY, documentKey: `${AGENT}|C-1`, aliases: [`w:${CARRIER}|W-1`, `d:${AGENT}|C-1`, `i:${INVT_I}`], eventTime: '20261120115930',
    body: { direction: 'I', invtNo: INVT_I, grossWeight: 105_000 },
  },
  'declaration-receipt': receiptOf('declaration', 'I', { customsCode: '2900', ebpCode: EBP, ebcCode: EBC, agentCode: AGENT, copNo: 'C-1', preNo: 'B1', invtNo: INVT_I },
    `d:${AGENT}|C-1`, `${AGENT}|C-1`, { invtNo: INVT_I, customsCode: '2900' }),
  cancel: {
    fields: reversal(), ...reversalKeys,
    body: { kind: 'cancel', direction: 'I', invtNo: INVT_I, lines: [], buyer: { idCheck: 'valid', nameMasked: '测*', phoneMasked: '100****5678' } },
  },
  'cancel-receipt': receiptOf('cancel', 'I', { customsCode: '2900', agentCode: AGENT, ebpCode: EBP, ebcCode: EBC, copNo: 'R-1', preNo: 'B1', invtNo: INVT_I }, `i:${INVT_I}`, `${AGENT}|R-1`),
  return: {
    fields: { ...reversal(), items: [{ gnum: 1, gcode: '1901101000', gname: '奶粉', qty: '1', unit: '122', note: '请放门卫处' }] }, ...reversalKeys,
    body: { kind: 'return', direction: 'I', lines: [{ lineNo: 1, hs: '1901101000', name: '奶粉', quantity: 100_000, unit: '122' }], buyer: { idCheck: 'valid' } },
  },
  'return-receipt': receiptOf('return', 'I', { agentCode: AGENT, copNo: 'R-1', preNo: 'B1' }, `r:${AGENT}|R-1`, `${AGENT}|R-1`),
  'warehouse-entry': {
    fields: {
      ...submitted(), customsCode: '2900', copNo: 'M-1', preNo: '', rkdNo: 'RKD-1', operatorCode: SITE, operatorName: '测试监管场所', ieFlag: 'I', trafMode: '5', trafNo: 'XX001', voyageNo: 'XX001', billNo: 'B-1',
      logisticsCode: CARRIER, logisticsName: '测试物流', unloadLocation: '一号库', note: '请放门卫处', items: parcels({ note: '请放门卫处' }),
    },
    key: `m:${SITE}|M-1`, documentKey: `${SITE}|M-1|1`, aliases: [], eventTime: APP,
    body: { kind: 'warehouse-entry', direction: 'I', listNo: 'RKD-1', unloadPlace: '一号库', trafName: 'XX001', parts: 1, part: 1, lines: [{ lineNo: 1, waybillNo: 'W-1' }, { lineNo: 2, waybillNo: 'W-2' }] },
  },
  'warehouse-entry-receipt': receiptOf('warehouse-entry', 'I', { customsCode: '2900', operatorCode: SITE, copNo: 'M-1', preNo: 'B1', rkdNo: 'RKD-1' }, `m:${SITE}|M-1`, `${SITE}|M-1|1`,
    { operatorCode: SITE, listNo: 'RKD-1' }),
  'tax-bill': {
    fields: {
      guid: '55555555-EEEE-4EEE-8EEE-000000000001', returnTime: '20261120114500123', invtNo: INVT_I, taxNo: 'T-1', customsTax: '0', valueAddedTax: '18.19', consumptionTax: '0', status: '1', entDutyNo: '', note: '',
      assureCode: EBC, ebcCode: EBC, logisticsCode: CARRIER, agentCode: AGENT, customsCode: '2900', orderNo: 'A-1001', logisticsNo: 'W-1',
      items: [{ gnum: 1, gcode: '1901101000', taxPrice: '199.9', customsTax: '0', valueAddedTax: '18.19', consumptionTax: '0' }],
    },
    key: `w:${CARRIER}|W-1`, documentKey: 'T-1', aliases: [], eventTime: RETURNED,
    body: { kind: 'bill', status: 1, valueAddedTax: 1_819_000, orderNo: 'A-1001', guarantorCode: EBC, lines: [{ lineNo: 1, hs: '1901101000', taxPrice: 19_990_000 }] },
  },
  'tax-bill-status': {
    fields: { guid: '55555555-EEEE-4EEE-8EEE-000000000002', returnTime: '20261120114500123', invtNo: INVT_I, taxNo: 'T-1', status: '2', entDutyNo: 'J-1', assureCode: EBC },
    key: `i:${INVT_I}`, documentKey: 'T-1', aliases: [], eventTime: RETURNED, body: { kind: 'status', status: 2, summaryNo: 'J-1', lines: [] },
  },
  'export-order': {
    fields: {
      ...submitted(), orderType: 'E', orderNo: 'E-2001', ebpCode: EBP, ebpName: '测试平台', ebcCode: EBC, ebcName: '测试商家', goodsValue: '30.5', freight: '2', currency: '502', note: '请放门卫处',
      items: [{ gnum: 1, itemNo: 'SKU9', itemName: '手机壳', itemDescribe: '象牙白罐', barCode: '', unit: '011', currency: '502', qty: '2', price: '15.25', totalPrice: '30.5', note: '' }],
    },
    key: EXPORT_KEY, documentKey: EXPORT_KEY, aliases: [], eventTime: APP,
    body: { direction: 'E', goodsValue: 3_050_000, paid: 3_250_000, currency: 'USD', buyer: { idCheck: 'missing', idToken: '' }, lines: [{ name: '手机壳', quantity: 200_000, wordScore: 0.9 }] },
  },
  'export-order-receipt': receiptOf('order', 'E', { ebpCode: EBP, ebcCode: EBC, orderNo: 'E-2001' }, EXPORT_KEY, EXPORT_KEY),
  'export-payment': {
    fields: { ...submitted(), ebpCode: EBP, ebpName: '测试平台', ebcCode: EBC, ebcName: '测试商家', orderNo: 'E-2001', payCode: PAY, payName: '测试支付', payNo: 'C-9', charge: '32.5', currency: '502', accountingDate: '20261120112000', note: '' },
    key: EXPORT_KEY, documentKey: `${EBC}|E-2001|C-9`, aliases: [`p:${EBC}|E-2001|C-9`], eventTime: '20261120112000',
    body: { direction: 'E', transactionId: 'C-9', amount: 3_250_000, currency: 'USD', sellerCode: EBC, payTime: Date.UTC(2026, 10, 20, 3, 20), payer: { idCheck: 'missing' } },
  },
  'export-payment-receipt': receiptOf('payment', 'E', { ebcCode: EBC, orderNo: 'E-2001', payNo: 'C-9' }, `p:${EBC}|E-2001|C-9`, `${EBC}|E-2001|C-9`, { transactionId: 'C-9' }),
  'export-waybill': {
    fields: {
      ...submitted(), logisticsCode: CARRIER, logisticsName: '测试物流', logisticsNo: 'W-9', freight: '2', insuredFee: '0', currency: '502', grossWeight: '0.2', packNo: '1', goodsInfo: '象牙白罐', ebcCode: EBC,
      ebcName: '测试商家', ebcTelephone: '10012345678', note: '',
    },
    key: `w:${CARRIER}|W-9`, documentKey: `${CARRIER}|W-9`, aliases: [], eventTime: APP,
    body: { direction: 'E', weight: 20_000, sellerCode: EBC, sellerName: '测试商家', wordScore: 0.9, consignee: { nameToken: '' } },
  },
  'export-waybill-receipt': receiptOf('waybill', 'E', { logisticsCode: CARRIER, logisticsNo: 'W-9' }, `w:${CARRIER}|W-9`, `${CARRIER}|W-9`),
  arrival: {
    fields: {
      ...submitted(), customsCode: '2900', copNo: 'M-2', preNo: '', operatorCode: SITE, operatorName: '测试监管场所', loctNo: '290001', ieFlag: 'E', trafMode: '5', billNo: 'B-9', domesticTrafNo: '浙A00001',
      logisticsCode: CARRIER, logisticsName: '测试物流', msgCount: '2', msgSeqNo: '2', note: '请放门卫处', items: parcels({ totalPackageNo: 'PK-1' }),
    },
    key: `m:${SITE}|M-2`, documentKey: `${SITE}|M-2|2`, aliases: [], eventTime: APP,
    body: { kind: 'arrival', direction: 'E', siteCode: '290001', parts: 2, part: 2, domesticTrafNo: '浙A00001', lines: [{ waybillNo: 'W-1', packageNo: 'PK-1' }, { waybillNo: 'W-2' }] },
  },
  'arrival-receipt': receiptOf('arrival', 'E', { operatorCode: SITE, logisticsCode: CARRIER, preNo: 'B1', copNo: 'M-2', billNo: 'B-9', msgSeqNo: 2 }, `m:${SITE}|M-2`, `${SITE}|M-2|2`, { part: 2, operatorCode: SITE }),
  departure: {
    fields: {
      ...submitted(), customsCode: '2900', copNo: 'M-3', preNo: '', logisticsCode: CARRIER, logisticsName: '测试物流', trafMode: '5', trafName: 'XX001', voyageNo: 'XX001', billNo: 'B-9', leaveTime: '20261120200000',
      msgCount: '1', msgSeqNo: '1', note: '请放门卫处', items: parcels({ totalPackageNo: 'PK-1', note: '请放门卫处' }),
    },
    key: `m:${CARRIER}|M-3`, documentKey: `${CARRIER}|M-3|1`, aliases: [], eventTime: APP,
    body: { kind: 'departure', direction: 'E', carrierCode: CARRIER, leaveTime: Date.UTC(2026, 10, 20, 12), masterBill: 'B-9', lines: [{ waybillNo: 'W-1' }, { waybillNo: 'W-2' }] },
  },
  'departure-receipt': receiptOf('departure', 'E', { logisticsCode: CARRIER, copNo: 'M-3', preNo: 'B1', msgSeqNo: 1 }, `m:${CARRIER}|M-3`, `${CARRIER}|M-3|1`, { part: 1, carrierCode: CARRIER }),
  'export-declaration': {
    fields: {
      ...submitted(), customsCode: '2900', ebpCode: EBP, ebpName: '测试平台', orderNo: 'E-2001', logisticsCode: CARRIER, logisticsName: '测试物流', logisticsNo: 'W-9', copNo: 'C-9', preNo: '', invtNo: INVT_E,
      ieFlag: 'E', portCode: '2244', ieDate: '20261120', statisticsFlag: 'A', agentCode: AGENT, agentName: '测试代理', ebcCode: EBC, ebcName: '测试商家', ownerCode: 'NO', ownerName: '测试工厂', iacCode: '', iacName: '',
      emsNo: '', tradeMode: '9610', trafMode: '5', trafName: 'XX001', voyageNo: 'XX001', billNo: 'B-9', totalPackageNo: 'PK-1', loctNo: '290001', licenseNo: '', country: '502', POD: '3151', freight: '2', fCurrency: '502',
      fFlag: '3', insuredFee: '0', iCurrency: '502', iFlag: '3', wrapType: '2', packNo: '1', grossWeight: '0.2', netWeight: '0.15', note: '请放门卫处',
      items: [{ gnum: 1, itemNo: 'SKU9', itemRecordNo: '', itemName: '手机壳', gcode: '3926', gname: '手机壳', gmodel: '塑料', barCode: '无', country: '502', currency: '502', qty: '2', qty1: '0.15', qty2: '', unit: '011', unit1: '035', unit2: '', price: '15.25', totalPrice: '30.5', note: '' }],
    },
    key: EXPORT_KEY, documentKey: `${AGENT}|C-9`, aliases: [`w:${CARRIER}|W-9`, `d:${AGENT}|C-9`, `i:${INVT_E}`], eventTime: APP,
    body: {
      direction: 'E', statisticsFlag: 'A', ownerCode: 'NO', destinationPort: '3151', packageNo: 'PK-1', freightFlag: '3', freightCurrencyCode: '502', currency: 'USD', country: 'USA', trafNo: 'XX001', siteCode: '290001',
      lines: [{ hs: '3926', quantity1: 15_000, total: 3_050_000 }], buyer: { idCheck: 'missing' },
    },
  },
  'export-declaration-receipt': receiptOf('declaration', 'E', { customsCode: '2900', agentCode: AGENT, copNo: 'C-9', preNo: 'B1', invtNo: INVT_E, ebcCode: EBC, ebpCode: EBP, orderNo: 'E-2001', statisticsFlag: 'A' },
    EXPORT_KEY, `${AGENT}|C-9`, { invtNo: INVT_E }, [`i:${INVT_E}`]),
  'export-cancel': {
    fields: { ...submitted(), customsCode: '2900', copNo: 'R-9', preNo: '', invtNo: INVT_E, reason: '测试甲不想要了', agentCode: AGENT, agentName: '测试代理', ebcCode: EBC, ebcName: '测试商家', note: '请放门卫处' },
    key: `i:${INVT_E}`, documentKey: `${AGENT}|R-9`, aliases: [], eventTime: APP, body: { kind: 'cancel', direction: 'E', invtNo: INVT_E, sellerCode: EBC, buyer: { idCheck: 'missing' } },
  },
  'export-cancel-receipt': receiptOf('cancel', 'E', { agentCode: AGENT, copNo: 'R-9', preNo: 'B1', invtNo: INVT_E, msgSeqNo: 1 }, `i:${INVT_E}`, `${AGENT}|R-9`, { invtNo: INVT_E }),
  consolidation: {
    fields: {
      ...submitted(), customsCode: '2900', copNo: 'M-4', preNo: '', agentCode: AGENT, agentName: '测试代理', loctNo: '290001', trafMode: '5', trafName: 'XX001', voyageNo: 'XX001', billNo: 'B-9', domesticTrafNo: '',
      grossWeight: '0.4', logisticsCode: CARRIER, logisticsName: '测试物流', msgCount: '1', msgSeqNo: '1', note: '请放门卫处', items: parcels({ totalPackageNo: 'PK-1', invtNo: INVT_E, note: '' }),
    },
    key: `m:${AGENT}|M-4`, documentKey: `${AGENT}|M-4|1`, aliases: [], eventTime: APP,
    body: { kind: 'consolidation', direction: 'E', grossWeight: 40_000, agentCode: AGENT, lines: [{ waybillNo: 'W-1', invtNo: INVT_E }, { waybillNo: 'W-2', invtNo: '' }] },
  },
  'consolidation-receipt': receiptOf('consolidation', 'E', { agentCode: AGENT, logisticsCode: CARRIER, copNo: 'M-4', preNo: 'B1', billNo: 'B-9', msgSeqNo: 1 }, `m:${AGENT}|M-4`, `${AGENT}|M-4|1`, { part: 1 }),
  summary: {
    fields: {
      ...submitted(), customsCode: '2900', copNo: 'M-5', preNo: '', sumNo: 'SUM-1', agentCode: AGENT, agentName: '测试代理', ebcCode: EBC, ebcName: '测试商家', declAgentCode: AGENT, declAgentName: '测试代理',
      startTime: '20261101', endTime: '20261119', loctNo: '', summaryFlag: '1', itemNameFlag: '1', msgCount: '1', msgSeqNo: '1', note: '请放门卫处', items: [{ invtNo: INVT_E }],
    },
    key: `m:${AGENT}|M-5`, documentKey: `${AGENT}|M-5|1`, aliases: [], eventTime: APP,
    body: { kind: 'summary', listNo: 'SUM-1', declarantCode: AGENT, startTime: Date.UTC(2026, 9, 31, 16), lines: [{ lineNo: 1, invtNo: INVT_E, waybillNo: '' }] },
  },
  'summary-receipt': receiptOf('summary', 'E', { agentCode: AGENT, ebcCode: EBC, copNo: 'M-5', preNo: 'B1', sumNo: 'SUM-1', msgSeqNo: 1 }, `m:${AGENT}|M-5`, `${AGENT}|M-5|1`, { listNo: 'SUM-1' }),
  'summary-result': {
    fields: {
      guid: '66666666-FFFF-4FFF-8FFF-000000000001', customsCode: '2900', sumNo: 'SUM-1', opDate: '20261120114500123', declSeqNo: 'I20260000000001', decTmpNo: '', decPreNo: 'B2', entryId: '290020260000000001', decState: 'J',
      agentCode: AGENT, agentName: '测试代理', ebcCode: EBC, ebcName: '测试商家', declAgentCode: AGENT, declAgentName: '测试代理', grossWeight: '0.2', netWeight: '0.15', msgCount: '1', msgSeqNo: '1', note: '请放门卫处',
      items: [{ invtNo: INVT_E, logisticsNo: 'W-9', gnum: 1, gcode: '3926' }],
    },
    key: 'm:summary|SUM-1', documentKey: 'SUM-1|I20260000000001|1', aliases: [], eventTime: RETURNED,
    body: { kind: 'summary-result', listNo: 'SUM-1', preNo: 'B2', entryId: '290020260000000001', entryState: 'J', netWeight: 15_000, lines: [{ invtNo: INVT_E, waybillNo: 'W-9', hs: '3926' }] },
  },
  'format-error': {
    fields: { ...answer(), returnStatus: '-1', oriCopMsgId: 'MSG-1', oriMessageType: 'CEB311Message', oriBizMessage: `<Order><buyerName>测试甲</buyerName><buyerIdNumber>${ID}</buyerIdNumber></Order>` },
    key: 'f:MSG-1', documentKey: 'MSG-1', aliases: [], eventTime: RETURNED, body: { answers: 'message', direction: '', returnStatus: -1, messageType: 'CEB311Message', messageId: 'MSG-1' },
  },
  tracking: {
    fields: {
      code: 'EMC', logisticsCode: CARRIER, logisticsNo: 'W-1', eventTime: '2026-11-20T12:30:00+09:00', unlocode: 'jpnrt', lat: 35.772, lon: '140.3929', carrier: '测试航空', vehicle: 'XX001', sealNo: 'SEAL-1', weight: 1.05,
      note: '请放门卫处',
    },
    key: `w:${CARRIER}|W-1`, documentKey: `${CARRIER}|W-1|EMC|${Date.UTC(2026, 10, 20, 3, 30)}`, aliases: [], eventTime: APP,
    body: { code: 'DEPART', codeGiven: 'EMC', place: 'JPNRT', lat: 3_577_200, lon: 14_039_290, vehicle: 'XX001', sealNo: 'SEAL-1', weight: 105_000, carrierName: '测试航空', orderKey: '' },
  },
  reading: {
    fields: { deviceId: 'DEV-1', seq: 7, ts: 1_795_145_400_000, lat: '-33.86785', lon: 151.20732, speed: 0, tempC: -18.55, humidity: 41.2, shockG: 0.02, sealState: 'Open', battery: 88, logisticsCode: CARRIER, logisticsNo: 'W-1', vehicle: '浙A00001' },
    key: 's:DEV-1', documentKey: 'DEV-1|7', aliases: [], eventTime: APP,
    body: { sequence: 7, lat: -3_386_785, lon: 15_120_732, speed: 0, temperature: -1_855_000, seal: 'open', battery: 8_800_000, waybillNo: 'W-1', guid: 'DEV-1|7' },
  },
  observation: {
    fields: { kind: 'complaint', subjectType: 'Seller', subject: EBC, value: '-1.5', unit: 'points', at: 1_795_145_400_000, source: '12315', number: 'C-7', item: 'JPN', expected: 'KOR', private: '10.0.0.7', zone: '3301' },
    key: 'o:12315|C-7', documentKey: '12315|C-7', aliases: [], eventTime: APP,
    body: { subjectType: 'seller', subjectId: EBC, value: -150_000, item: 'JPN', expected: 'KOR', privateToken: expect.stringMatching(/^.{22}$/), zone: '3301' },
  },
  'raw-payment': {
    fields: {
      sessionID: 'S-1', guid: '44444444-DDDD-4DDD-8DDD-000000000009', initalRequest: `buyer=测试甲&id=${ID}`, initalResponse: '', ebpCode: EBP, payCode: PAY, payTransactionId: 'P-1', totalAmount: 229.0009, currency: '142', verDept: '3',
      payType: '1', tradingTime: '20261120115800', note: '请放门卫处', orderNo: 'A-1001', goodsInfo: [{ gname: '象牙白罐', itemLink: 'https://shop.invalid/1' }], recpAccount: 'tester01', recpCode: EBC, recpName: '测试商家',
      serviceTime: 1_795_147_140_000, certNo: 'CERT-1', signValue: 'c2lnbmVkIGJ5IHRlc3Rlcg==',
    },
    key: ORDER_KEY, documentKey: `${PAY}|P-1|A-1001`, aliases: [`p:${PAY}|P-1`], eventTime: '20261120115900',
    body: { total: 22_900_090, orders: 1, verifiedBy: '3', hasRequest: true, hasResponse: false, hasSignature: true, recipientName: '测试商家', tradingTime: Date.UTC(2026, 10, 20, 3, 58) },
  },
};
