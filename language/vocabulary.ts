/**
 * Every name that a gate or a measure may use, with its CEL type. screening/view.ts fills exactly these; the checker refuses every other name.
 * Money in yuan, weight in kg, quantity in pieces (double). Strings are '' where not given. Codes are as sent, countries ISO alpha-3.
 */
import type { EventName } from './ruleset.ts';

export type CelType = 'double' | 'string' | 'bool' | 'list<string>';
export type Fields = Readonly<Record<string, CelType>>;

/**
 * `event`: type is the message type; direction I, E or '' where the event has none; mode is the trade mode as far as the order's declaration told it; skewMinutes: between the sender's clock and arrival;
 * hour 0–23 and weekday 1–7 (Monday 1) in Asia/Shanghai.
 */
export const COMMON: Fields = { type: 'string', feed: 'string', origin: 'string', zone: 'string', platform: 'string', seller: 'string', late: 'bool', appType: 'double', direction: 'string', mode: 'string', skewMinutes: 'double', hour: 'double', weekday: 'double' };

/** Of a natural person only flags and tokens: `buyer` is the token of the ID number (else of the account), `buyerNameScore` how near the name is to a sanctioned one, 0–1. */
const party = (prefix: string): Fields => ({ [prefix]: 'string', [`${prefix}NameScore`]: 'double', [`${prefix}IdCheck`]: 'string', [`${prefix}Minor`]: 'bool', [`${prefix}IdRun`]: 'bool', [`${prefix}NameScreen`]: 'string', [`${prefix}District`]: 'string' });

export const EVENTS: Readonly<Record<EventName, Fields>> = {
  order: {
    key: 'string', orderNo: 'string', platform: 'string', seller: 'string', goodsValue: 'double', freight: 'double', discount: 'double', tax: 'double', paid: 'double',
    /** goodsValue + freight: the basis of the limits before the declaration gives the insurance. */
    dutiable: 'double', currency: 'string', lineCount: 'double', payTransaction: 'string', ...party('buyer'), buyerIsConsignee: 'bool', phone: 'string', address: 'string',
    /** The address is one of a pick-up point: many people's. */
    pickup: 'bool', batch: 'string',
  },
  payment: { key: 'string', orderKey: 'string', payCode: 'string', platform: 'string', seller: 'string', amount: 'double', currency: 'string', ...party('payer'), phone: 'string' },
  waybill: { key: 'string', carrier: 'string', weight: 'double', freight: 'double', packages: 'double', wordScore: 'double', word: 'string', consigneeDistrict: 'string', seller: 'string', address: 'string', pickup: 'bool' },
  declaration: {
    key: 'string', orderKey: 'string', platform: 'string', seller: 'string', agent: 'string', customs: 'string', mode: 'string', country: 'string', value: 'double', freight: 'double', insurance: 'double',
    grossWeight: 'double', netWeight: 'double', lineCount: 'double', ...party('buyer'), address: 'string', pickup: 'bool', hasLicence: 'bool', transport: 'string', guarantor: 'string', carrier: 'string', currency: 'string',
  },
  receipt: { key: 'string', answers: 'string', status: 'double', platform: 'string', seller: 'string', customs: 'string', /** Between the document's sending and this answer; hasWait false where the document is not known here. */ waitMinutes: 'double', hasWait: 'bool' },
  /** taxOwed: what the guarantor still answers for; 0 once the bill is summarised or the order was taken back. */
  match: {
    orderKey: 'string', state: 'string', decided: 'bool', codes: 'list<string>', documents: 'list<string>', platform: 'string', seller: 'string', paid: 'double', amount: 'double',
    hasOrder: 'bool', hasPayment: 'bool', hasWaybill: 'bool', hasDeclaration: 'bool', returnStatus: 'double', guarantor: 'string', taxOwed: 'double', buyer: 'string',
  },
  operation: { kind: 'string', messageType: 'string', code: 'string', operator: 'string' },
  /** Judged with its order, anew at each of customs' answers: kind cancel or return; state asked, agreed, refused. value: declared; back: how much of it this one asks back. */
  reversal: { key: 'string', orderKey: 'string', kind: 'string', state: 'string', platform: 'string', seller: 'string', value: 'double', back: 'double', released: 'bool', daysAfterRelease: 'double' },
  /** kind bill, or status (then amounts are 0); status 1 generated, 2 summarised, 3 void. */
  tax: {
    key: 'string', orderKey: 'string', kind: 'string', status: 'double', total: 'double', customsTax: 'double', valueAddedTax: 'double', consumptionTax: 'double', guarantor: 'string', seller: 'string',
    agent: 'string', customs: 'string',
  },
  rawPayment: { key: 'string', orderKey: 'string', platform: 'string', payCode: 'string', total: 'double', orders: 'double', signed: 'bool' },
  /** A scan beside the parcel's last one: reversed where the milestones may not follow so; mode air where the way between them may be flown, else road; seen: milestones before it; weightBefore and sealBefore: as told last before it, 0 and '' where never; previous: the last milestone before it. */
  tracking: {
    key: 'string', carrier: 'string', code: 'string', codeGiven: 'string', place: 'string', vehicle: 'string', sealNo: 'string', weight: 'double', sealBefore: 'string', weightBefore: 'double', hasPrevious: 'bool', minutesSincePrevious: 'double',
    km: 'double', kmh: 'double', reversed: 'bool', mode: 'string', seen: 'list<string>', previous: 'string', parcel: 'string',
  },
  /** A reading beside the device's last one: excursionMinutes since then out of the cold chain's range (0 where it never was within); sealOpened: closed before, open now; lat and lon in degrees. */
  reading: {
    key: 'string', device: 'string', carrier: 'string', vehicle: 'string', hasTemperature: 'bool', temperature: 'double', humidity: 'double', shock: 'double', speed: 'double', battery: 'double',
    hasPosition: 'bool', lat: 'double', lon: 'double', seal: 'string', sealOpened: 'bool', hasPrevious: 'bool', minutesSincePrevious: 'double', coldChain: 'bool', excursionMinutes: 'double',
  },
  /** A part of a list as it comes; or, overdue, the list at its deadline with the number of missing parts. */
  manifest: {
    key: 'string', kind: 'string', customs: 'string', carrier: 'string', seller: 'string', agent: 'string', part: 'double', parts: 'double', lineCount: 'double', missing: 'double', overdue: 'bool',
    duplicate: 'bool', contradictory: 'bool',
  },
  /** What someone outside saw of a subject: item is what it is counted by (a bank, a country), expected what the item should have been, private the token of a device, an account, an address. */
  observation: {
    key: 'string', kind: 'string', subjectType: 'string', subject: 'string', value: 'double', unit: 'string', source: 'string', item: 'string', expected: 'string', private: 'string',
  },
  /** A subject of this document is on the block list; the event has no other subject. */
  listed: { document: 'string', subjectType: 'string' },
};

/** `line`: of an order and of a declaration. hs, hs4 and hs2 are '' on an order's lines. */
export const LINES: Readonly<Partial<Record<EventName, Fields>>> = {
  order: { name: 'string', model: 'string', barcode: 'string', itemNo: 'string', unit: 'string', currency: 'string', quantity: 'double', price: 'double', total: 'double', country: 'string', wordScore: 'double', word: 'string' },
  declaration: { name: 'string', model: 'string', barcode: 'string', itemNo: 'string', recordNo: 'string', unit: 'string', currency: 'string', hs: 'string', hs2: 'string', hs4: 'string', hs6: 'string', quantity: 'double', price: 'double', total: 'double', country: 'string', wordScore: 'double', word: 'string' },
};
