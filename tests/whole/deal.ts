/** The four documents of one synthetic order and the forms in which senders write them. Division 990000 exists nowhere, phones begin with 100, party codes with 9999. */
import { checkDigit } from '../../processors/intake/identity.ts';
import { stamp14, stamp8 } from '../../simulator/clock.ts';
import { Random } from '../../simulator/random.ts';
import { documentXml, messageXml } from '../intake/fixtures.ts';

export type Fields = Record<string, unknown>;
export interface Deal { order: Fields; payment: Fields; waybill: Fields; declaration: Fields }
export type Name = keyof Deal;
export const NAMES: readonly Name[] = ['order', 'payment', 'waybill', 'declaration'];

/** What must never be seen again in clear. */
export const NAME = '烽试验客';
export const OTHER_NAME = '燧试验客';
export const PHONE = '10098761234';
export const ADDRESS = '虚构省无名市烟墩路77号5幢1204室';
export const ID = '99000019850611273'.concat(checkDigit('99000019850611273'));
export const OTHER_ID = '99000019790305216'.concat(checkDigit('99000019790305216'));
export const ACCOUNT = 'whole-test-account';
export const REMARK = '请交给门房老者';

export const EBP = '9999971001';
const SELLER = '9999971002';
const AGENT = '9999971005';
const DAY = 86_400_000;
const guidOf = (n: number, document: number): string => `22222222-BBBB-4BBB-8BBB-${String(n).padStart(8, '0')}${String(document).padStart(4, '0')}`;

/** Order `n`, by default 90 days old. Each of `more` changes one document. */
export function deal(n: number, more: { [K in Name]?: Fields } = {}, age = 90 * DAY): Deal {
  // On the minute, for an age of days: adding some seconds to the digits of a stamp gives a stamp.
  const now = Date.now() - age;
  const at = age >= DAY ? now - (now % 60_000) : now;
  const orderNo = `W-${n}`;
  const person = { buyerIdType: '1', buyerIdNumber: ID, buyerName: NAME, buyerTelephone: PHONE };
  const line = { gnum: 1, itemNo: 'SKU1', itemName: '奶粉', gmodel: '800g', barCode: '9400000000000', currency: '142', country: '609', qty: '1', price: '199.90', totalPrice: '199.90' };
  return {
    order: {
      type: 'order', guid: guidOf(n, 1), appType: '1', appTime: stamp14(at), appStatus: '2', orderType: 'I', orderNo, ebpCode: EBP, ebpName: '测试平台', ebcCode: SELLER, ebcName: '测试商家',
      goodsValue: '199.90', freight: '10', discount: '0', taxTotal: '19.1009', acturalPaid: '229.0009', currency: '142', buyerRegNo: ACCOUNT, ...person, payCode: '9999971003', payName: '测试支付',
      payTransactionId: `P-${n}`, consignee: NAME, consigneeTelephone: PHONE, consigneeAddress: ADDRESS, consigneeDistrict: '990101', note: REMARK, items: [{ ...line, unit: '122' }], ...more.order,
    },
    payment: {
      type: 'payment', guid: guidOf(n, 2), appType: '1', appTime: stamp14(at + 5_000), payCode: '9999971003', payName: '测试支付', payTransactionId: `P-${n}`, orderNo, ebpCode: EBP, payerIdType: '1',
      payerIdNumber: ID, payerName: NAME, telephone: PHONE, amountPaid: '229.0009', currency: '142', payTime: stamp14(at + 4_000), ...more.payment,
    },
    waybill: {
      type: 'waybill', guid: guidOf(n, 3), appType: '1', appTime: stamp14(at + 8_000), logisticsCode: '9999971004', logisticsName: '测试物流', logisticsNo: `B-${n}`, freight: '10', insuredFee: '0',
      currency: '142', weight: '1.05', packNo: '1', goodsInfo: '奶粉', consingee: NAME, consigneeAddress: ADDRESS, consigneeTelephone: PHONE, ...more.waybill,
    },
    declaration: {
      type: 'declaration', guid: guidOf(n, 4), appType: '1', appTime: stamp14(at + 12_000), orderNo, ebpCode: EBP, ebcCode: SELLER, logisticsNo: `B-${n}`, logisticsCode: '9999971004', copNo: `C-${n}`,
      assureCode: SELLER, emsNo: 'H1', ieFlag: 'I', declTime: stamp8(at), customsCode: '2900', portCode: '2900', ieDate: stamp8(at), ...person, consigneeAddress: ADDRESS, agentCode: AGENT,
      agentName: '测试代理', areaCode: '3301W60001', tradeMode: '1210', trafMode: '4', country: '142', freight: '10', insuredFee: '0', currency: '142', wrapType: '2', packNo: '1', grossWeight: '1.05',
      netWeight: '0.8', items: [{ ...line, itemRecordNo: '1', gcode: '1901101000', gname: '奶粉', qty1: '0.8', unit: '122', unit1: '035' }], ...more.declaration,
    },
  };
}

const CEB: Record<Name, { number: number; element: string }> = {
  order: { number: 311, element: 'Order' }, payment: { number: 411, element: 'Payment' }, waybill: { number: 511, element: 'Logistics' }, declaration: { number: 621, element: 'Inventory' },
};
export const SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/><ds:SignatureValue>AA==</ds:SignatureValue></ds:Signature>';

/** The same fields in another order. */
function shuffled(fields: Fields, seed: number): Fields {
  const random = new Random(seed);
  return Object.fromEntries(Object.entries(fields).map((entry) => ({ entry, at: random.next() })).sort((a, b) => a.at - b.at).map(({ entry }) => entry));
}

/** One CEB message with one document or several of a kind. */
export function xml(name: Name, documents: Fields[], prefix: string, tail = ''): string {
  const { number, element } = CEB[name];
  return messageXml(number, documents.map((fields, i) => documentXml(element, shuffled(fields, i + number), prefix)).join(''), prefix, tail);
}

/** As the interface description shows JSON bodies: head and list, every number as text. */
export function nested(name: Name, fields: Fields): string {
  const { type: _type, items, ...head } = fields;
  const text = (o: Fields): Fields => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, String(v)]));
  const element = CEB[name].element.toLowerCase();
  const list = Array.isArray(items) ? { [`${element}List`]: (items as Fields[]).map(text) } : {};
  return JSON.stringify({ [element]: { [`${element}Head`]: text(head), ...list }, guid: fields.guid, version: '1.0', baseTransfer: { copCode: '9999971001', copName: '测试', dxpMode: 'DXP', dxpId: 'DXPENT0000000001', note: '' } });
}
