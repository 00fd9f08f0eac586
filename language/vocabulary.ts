/**
 * Every name that a gate or a measure may use, with its CEL type. screening/view.ts fills exactly these; the checker refuses every other name.
 * Money in yuan, weight in kg, quantity in pieces (double). Strings are '' where not given. Codes are as sent, countries ISO alpha-3.
 */
import type { EventName } from './ruleset.ts';

export type CelType = 'double' | 'string' | 'bool' | 'list<string>';
export type Fields = Readonly<Record<string, CelType>>;

/** `event`: type is the message type; hour 0–23 and weekday 1–7 (Monday 1) in Asia/Shanghai. */
export const COMMON: Fields = { type: 'string', feed: 'string', origin: 'string', zone: 'string', platform: 'string', seller: 'string', late: 'bool', appType: 'double', hour: 'double', weekday: 'double' };

const party = (prefix: string): Fields => ({ [`${prefix}IdCheck`]: 'string', [`${prefix}Minor`]: 'bool', [`${prefix}IdRun`]: 'bool', [`${prefix}NameScreen`]: 'string', [`${prefix}District`]: 'string' });

export const EVENTS: Readonly<Record<EventName, Fields>> = {
  order: {
    key: 'string', orderNo: 'string', platform: 'string', seller: 'string', goodsValue: 'double', freight: 'double', discount: 'double', tax: 'double', paid: 'double',
    /** goodsValue + freight: the basis of the limits before the declaration gives the insurance. */
    dutiable: 'double', currency: 'string', lineCount: 'double', payTransaction: 'string', ...party('buyer'), buyerIsConsignee: 'bool',
  },
  payment: { key: 'string', orderKey: 'string', payCode: 'string', platform: 'string', amount: 'double', currency: 'string', ...party('payer') },
  waybill: { key: 'string', carrier: 'string', weight: 'double', freight: 'double', packages: 'double', wordScore: 'double', word: 'string', consigneeDistrict: 'string' },
  declaration: {
    key: 'string', orderKey: 'string', platform: 'string', seller: 'string', agent: 'string', customs: 'string', mode: 'string', country: 'string', value: 'double', freight: 'double', insurance: 'double',
    grossWeight: 'double', netWeight: 'double', lineCount: 'double', ...party('buyer'),
  },
  receipt: { key: 'string', answers: 'string', status: 'double', platform: 'string', seller: 'string', customs: 'string' },
  match: {
    orderKey: 'string', state: 'string', decided: 'bool', codes: 'list<string>', documents: 'list<string>', platform: 'string', seller: 'string', paid: 'double', amount: 'double',
    hasOrder: 'bool', hasPayment: 'bool', hasWaybill: 'bool', hasDeclaration: 'bool', returnStatus: 'double',
  },
  operation: { kind: 'string', messageType: 'string', code: 'string', operator: 'string' },
};

/** `line`: of an order and of a declaration. hs, hs4 and hs2 are '' on an order's lines. */
export const LINES: Readonly<Partial<Record<EventName, Fields>>> = {
  order: { name: 'string', model: 'string', barcode: 'string', quantity: 'double', price: 'double', total: 'double', country: 'string', wordScore: 'double', word: 'string' },
  declaration: { name: 'string', model: 'string', barcode: 'string', hs: 'string', hs2: 'string', hs4: 'string', hs6: 'string', quantity: 'double', price: 'double', total: 'double', country: 'string', wordScore: 'double', word: 'string' },
};
