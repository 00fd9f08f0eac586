/** Flat JSON documents of one consistent order, and the records that intake makes of them. Invented parties; the ID number is of no district that exists. */
import { createIntake, type IntakeConfig, type Taken } from '../processors/intake/intake.ts';
import { record } from './stage-harness.ts';
import type { LogRecord } from '../streams/log.ts';
import { readRuleSource } from '../cli/rule-source.ts';

export const T0 = Date.parse('2026-11-02T10:00:00+08:00');
const MINUTE = 60_000;

/** YYYYMMDDhhmmss in Beijing time. */
export const beijing = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

/** An 18-digit number with a right check digit (GB 11643) in the reserved district 990000. */
export function idNumber(serial: number, birth = '19900307'): string {
  const body = `990000${birth}${String(serial).padStart(3, '0')}`;
  const sum = [...body].reduce((s, digit, i) => s + Number(digit) * (2 ** (17 - i) % 11), 0);
  return body + '10X98765432'[sum % 11];
}

type Fields = Record<string, unknown>;
export const ORDER_KEY = '3301SIM001|NO-1';

export const order = (over: Fields = {}): Fields => ({
  type: 'order', guid: 'G-ORDER-1', appType: '1', appTime: beijing(T0), appStatus: '2', orderType: 'I', orderNo: 'NO-1', ebpCode: '3301SIM001', ebpName: '平台一', ebcCode: '3302SIM002', ebcName: '商家二',
  goodsValue: 200, freight: 10, discount: 0, taxTotal: 18.2, acturalPaid: 228.2, currency: '142', buyerRegNo: 'u1', buyerName: '测试甲', buyerTelephone: '19900001111', buyerIdType: '1',
  buyerIdNumber: idNumber(407), consignee: '测试甲', consigneeTelephone: '19900001111', consigneeAddress: '浙江省杭州市虚构区无名路一百二十三号四单元五零六室', consigneeDistrict: '330199',
  items: [{ gnum: 1, itemNo: 'I1', itemName: '面霜', gmodel: '50ml', barCode: '6900000000017', unit: '011', qty: 2, price: 100, totalPrice: 200, currency: '142', country: '116' }], ...over,
});

export const payment = (over: Fields = {}): Fields => ({
  type: 'payment', guid: 'G-PAY-1', appType: '1', appTime: beijing(T0 + MINUTE), payCode: '1101SIMP01', payName: '支付', payTransactionId: 'TX-1', orderNo: 'NO-1', ebpCode: '3301SIM001', ebpName: '平台一',
  payerIdType: '1', payerIdNumber: idNumber(407), payerName: '测试甲', telephone: '19900001111', amountPaid: 228.2, currency: '142', payTime: beijing(T0 + MINUTE), ...over,
});

export const waybill = (over: Fields = {}): Fields => ({
  type: 'waybill', guid: 'G-WAY-1', appType: '1', appTime: beijing(T0 + 2 * MINUTE), logisticsCode: '3301SIML01', logisticsName: '物流', logisticsNo: 'WB-1', billNo: 'B1', freight: 10, insuredFee: 0,
  currency: '142', weight: 0.6, packNo: 1, goodsInfo: '面霜', consignee: '测试甲', consigneeAddress: '浙江省杭州市虚构区无名路一百二十三号四单元五零六室', consigneeTelephone: '19900001111', ...over,
});

export const declaration = (over: Fields = {}): Fields => ({
  type: 'declaration', guid: 'G-DEC-1', appType: '1', appTime: beijing(T0 + 3 * MINUTE), orderNo: 'NO-1', ebpCode: '3301SIM001', ebpName: '平台一', ebcCode: '3302SIM002', ebcName: '商家二', logisticsNo: 'WB-1',
  logisticsCode: '3301SIML01', logisticsName: '物流', copNo: 'COP-1', ieFlag: 'I', declTime: '20261102', customsCode: '2900', portCode: '2900', ieDate: '20261102', buyerIdType: '1', buyerIdNumber: idNumber(407),
  buyerName: '测试甲', buyerTelephone: '19900001111', consigneeAddress: '浙江省杭州市虚构区无名路一百二十三号四单元五零六室', agentCode: '3303SIMA01', agentName: '报关', tradeMode: '9610', trafMode: '5',
  trafNo: 'F1', voyageNo: 'V1', billNo: 'B1', country: '116', freight: 10, insuredFee: 0, currency: '142', wrapType: '1', packNo: 1, grossWeight: 0.6, netWeight: 0.5,
  items: [{ gnum: 1, itemNo: 'I1', gcode: '3304990088', gname: '面霜', gmodel: '50ml', barCode: '6900000000017', country: '116', currency: '142', qty: 2, unit: '011', qty1: 0.5, unit1: '035', price: 100, totalPrice: 200 }],
  ...over,
});

export const declarationReceipt = (status: number, over: Fields = {}): Fields => ({
  type: 'declaration-receipt', guid: `G-REC-${status}`, customsCode: '2900', ebpCode: '3301SIM001', ebcCode: '3302SIM002', agentCode: '3303SIMA01', copNo: 'COP-1', preNo: 'B202611020000000001',
  invtNo: '29002026I000000001', returnStatus: String(status), returnTime: `${beijing(T0 + 4 * MINUTE)}000`, returnInfo: '放行', ...over,
});

const LIST = '29002026I000000001';
const ofList = { orderNo: 'NO-1', ebpCode: '3301SIM001', ebcCode: '3302SIM002', agentCode: '3303SIMA01', invtNo: LIST };

export const cancel = (over: Fields = {}): Fields => ({ type: 'cancel', guid: 'G-CAN-1', appType: '1', appTime: beijing(T0 + 10 * MINUTE), copNo: 'CAN-1', ...ofList, reason: '撤单', ...over });

/** Goods that go back: pieces of line 1, unless `over` says more. */
export const returned = (pieces: number, over: Fields = {}): Fields => ({
  type: 'return', guid: `G-RET-${pieces}`, appType: '1', appTime: beijing(T0 + 10 * MINUTE), copNo: 'RET-1', ...ofList, reason: '退货',
  items: [{ gnum: 1, gcode: '3304990088', gname: '面霜', qty: pieces, unit: '011' }], ...over,
});

/** Customs' word on a cancel or a return. */
export const reversalReceipt = (type: 'cancel' | 'return', status: number, over: Fields = {}): Fields => ({
  type: `${type}-receipt`, guid: `G-RR-${status}`, customsCode: '2900', agentCode: '3303SIMA01', copNo: type === 'cancel' ? 'CAN-1' : 'RET-1', invtNo: LIST, returnStatus: String(status),
  returnTime: `${beijing(T0 + 12 * MINUTE)}000`, returnInfo: '审结', ...over,
});

/** Taxes in yuan of line 1. */
export const taxBill = (vat: number, over: Fields = {}): Fields => ({
  type: 'tax-bill', guid: 'G-TAX-1', returnTime: `${beijing(T0 + 20 * MINUTE)}000`, invtNo: LIST, taxNo: 'TAX-1', customsTax: 0, valueAddedTax: vat, consumptionTax: 0, status: 1, ebcCode: '3302SIM002',
  logisticsCode: '3301SIML01', agentCode: '3303SIMA01', customsCode: '2900', orderNo: 'NO-1', logisticsNo: 'WB-1', items: [{ gnum: 1, gcode: '3304990088', taxPrice: 210, customsTax: 0, valueAddedTax: vat, consumptionTax: 0 }],
  ...over,
});

export const CONFIG: IntakeConfig = { linkageKey: Buffer.alloc(32, 1), sealKey: Buffer.alloc(32, 2), sealKeyId: 'test', words: [{ word: '象牙', score: 1 }], sanctions: { complete: false, names: [] } };

/** What intake takes of one document. Throws with the reason where it refuses it. */
export function take(document: Fields, arrival: number): Taken {
  const result = createIntake(CONFIG).take({ bytes: JSON.stringify(document), form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: true, replayOf: '' }, arrival);
  if (!result.taken[0]) throw new Error(`intake refused it: ${JSON.stringify(result.rejected.map(({ code, path, message }) => ({ code, path, message })))}`);
  return result.taken[0];
}

/** Journal records of partition 0 in the order given; ticks as numbers (epoch ms). */
export class Journal {
  readonly records: LogRecord[] = [];
  #sequence = 0;

  constructor() {
    this.add({ type: 'control', key: 'rule-set', arrival: 0, body: { name: 'rule-set', version: 't', hash: 'rules', by: 'test' } });
  }

  add(part: Partial<LogRecord> & Pick<LogRecord, 'type' | 'body'>): void {
    this.records.push(record({ topic: 'journal.v1', offset: this.records.length, source: { topic: 'http', partition: 0, offset: ++this.#sequence, index: 0 }, ...part }));
  }

  /** Records that screening forwarded, so far. */
  forwarded = 0;

  insert(offset: number, { type, key, eventTime, arrival, body, source }: Pick<LogRecord, 'type' | 'key' | 'eventTime' | 'arrival' | 'body' | 'source'>): void {
    this.forwarded++;
    this.records.splice(offset, 0, record({ topic: 'journal.v1', type, key, eventTime, arrival, body, source }));
    for (const [i, known] of this.records.entries()) this.records[i] = { ...known, offset: i };
  }

  document(document: Fields, arrival: number): this {
    const { type, key, eventTime, body, aliases } = take(document, arrival);
    this.add({ type, key, eventTime, arrival, body });
    for (const alias of aliases) this.add({ type: 'alias', key: alias.foreignKey, eventTime, arrival, body: alias });
    return this;
  }

  tick(time: number): this {
    this.add({ type: 'tick', key: 'http', eventTime: time, arrival: time, body: { intake: 'http', time } });
    return this;
  }
}

/** The rule set that ships, as an artifact under the hash `rules`. */
export const shippedRules = (): Record<string, string> => ({ rules: JSON.stringify(readRuleSource('')) });
