/** Synthetic documents: division 990000 exists nowhere, phones begin with 100, party codes with 9999. */
import { createIntake, type IntakeResult, type Submission } from '../../processors/intake/intake.ts';
import { checkDigit } from '../../processors/intake/identity.ts';

export const NOW = Date.UTC(2026, 10, 20, 4); // 12:00 in Beijing
export const LINKAGE = Buffer.alloc(32, 7);

export const intake = createIntake({
  linkageKey: LINKAGE, sealKey: Buffer.alloc(32, 9), sealKeyId: 'test-key',
  words: [{ word: '象牙', score: 0.9 }, { word: 'gun', score: 0.6 }], sanctions: { complete: false, names: [{ name: 'Evil Person' }] },
});

export const idOf = (seventeen: string): string => seventeen + checkDigit(seventeen);
export const ID = idOf('99000019900307412');

export const order = (): Record<string, unknown> => ({
  type: 'order', guid: '11111111-AAAA-4AAA-8AAA-000000000001', appType: '1', appTime: '20261120115900', appStatus: '2', orderType: 'I', orderNo: 'A-1001', ebpCode: '9999960001',
  ebpName: '测试平台', ebcCode: '9999960002', ebcName: '测试商家', goodsValue: '199.90', freight: 10, discount: '0', taxTotal: '19.1009', acturalPaid: 229.0009, currency: '142',
  buyerRegNo: 'tester01', buyerName: '测试甲', buyerTelephone: '10012345678', buyerIdType: '1', buyerIdNumber: ID, payCode: '9999960003', payName: '测试支付',
  payTransactionId: 'P-1', batchNumbers: '', consignee: '测试甲', consigneeTelephone: '+86 100 1234 5678', consigneeAddress: '虚构省虚构市烽火路1号2幢303室', consigneeDistrict: '990101', note: '请放门卫处',
  items: [{ gnum: 1, itemNo: 'SKU1', itemName: '奶粉', gmodel: '800g', itemDescribe: '象牙白罐', barCode: '9400000000000', unit: '122', qty: '1', price: '199.90', totalPrice: '199.90', currency: '142', country: '609', note: '' }],
});
export const payment = (): Record<string, unknown> => ({
  type: 'payment', guid: '11111111-AAAA-4AAA-8AAA-000000000002', appType: '1', appTime: '20261120115905', payCode: '9999960003', payName: '测试支付', payTransactionId: 'P-1', orderNo: 'A-1001',
  ebpCode: '9999960001', payerIdType: '1', payerIdNumber: ID, payerName: '测试甲', telephone: '10012345678', amountPaid: '229.0009', currency: '142', payTime: '20261120115800', note: '',
});
export const waybill = (): Record<string, unknown> => ({
  type: 'waybill', guid: '11111111-AAAA-4AAA-8AAA-000000000003', appType: '1', appTime: '20261120115910', logisticsCode: '9999960004', logisticsName: '测试物流', logisticsNo: 'W-1', billNo: '',
  freight: '10', insuredFee: '0', currency: '142', weight: '1.05', packNo: '1', goodsInfo: '奶粉', consingee: '测试甲', consigneeAddress: '虚构省虚构市烽火路1号2幢303室', consigneeTelephone: '10012345678',
});
export const declaration = (): Record<string, unknown> => ({
  type: 'declaration', guid: '11111111-AAAA-4AAA-8AAA-000000000004', appType: '1', appTime: '20261120115930', orderNo: 'A-1001', ebpCode: '9999960001', ebcCode: '9999960002', logisticsNo: 'W-1',
  logisticsCode: '9999960004', copNo: 'C-1', preNo: '', invtNo: '', assureCode: '9999960002', emsNo: 'H1', ieFlag: 'I', declTime: '20261120115930', customsCode: '2900', portCode: '2900', ieDate: '20261120',
  buyerIdType: '1', buyerIdNumber: ID, buyerName: '测试甲', buyerTelephone: '10012345678', consigneeAddress: '虚构省虚构市烽火路1号2幢303室', agentCode: '9999960005', agentName: '测试代理', areaCode: '3301W60001',
  tradeMode: '1210', trafMode: '4', country: '142', freight: '10', insuredFee: '0', currency: '142', wrapType: '2', packNo: '1', grossWeight: '1.05', netWeight: '0.8',
  items: [{ gnum: 1, itemRecordNo: '1', itemNo: 'SKU1', itemName: '奶粉', gcode: '1901101000', gname: '奶粉', gmodel: '800g', barCode: '', country: '609', currency: '142', qty: '1', unit: '122', qty1: '0.8', unit1: '035', price: '199.9', totalPrice: '199.9' }],
});

export function submission(body: unknown, form: Submission['form'] = 'json', more: Partial<Submission> = {}): Submission {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return { bytes, form, sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '', ...more };
}
export const take = (body: unknown, form: Submission['form'] = 'json', more: Partial<Submission> = {}): IntakeResult => intake.take(submission(body, form, more), NOW);

/** The first record taken. */
export const bodyOf = <T>(result: IntakeResult): T => result.taken[0]?.body as T;

const escapeXml = (text: unknown): string => String(text).replace(/[<&>]/g, (c) => ({ '<': '&lt;', '&': '&amp;', '>': '&gt;' })[c] as string);
export const elements = (prefix: string, fields: Record<string, unknown>): string => Object.entries(fields).map(([name, value]) => `<${prefix}${name}>${escapeXml(value)}</${prefix}${name}>`).join('\n');

/** One document element of a CEB message, from flat fields. */
export function documentXml(element: string, fields: Record<string, unknown>, prefix: string): string {
  const { type: _type, items, ...head } = fields;
  const list = (Array.isArray(items) ? items : []).map((line) => `<${prefix}${element}List>${elements(prefix, line)}</${prefix}${element}List>`).join('');
  return `<${prefix}${element}><${prefix}${element}Head>${elements(prefix, head)}</${prefix}${element}Head>${list}</${prefix}${element}>`;
}
export function messageXml(number: number, documents: string, prefix: string, tail = ''): string {
  const declared = prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${prefix}CEB${number}Message guid="m-1" version="1.0" ${declared}="http://www.chinaport.gov.cn/ceb">${documents}
<${prefix}BaseTransfer><${prefix}copCode>9999960001</${prefix}copCode><${prefix}dxpMode>DXP</${prefix}dxpMode></${prefix}BaseTransfer>${tail}</${prefix}CEB${number}Message>`;
}
