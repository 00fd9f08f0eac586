/** Invented records: reserved codes, no real person. Values are chosen to be hard on the tables (extremes, quotes, Chinese). */
import type { Entry, Source } from '../../streams/log.ts';
import { type Alert, type DeadLetter, type Level, NO_GROUNDS, type Suppression, type Tally, type Verdict } from '../../schemas/risk/alert.ts';
import type { Fact, Match } from '../../schemas/risk/fact.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import { NOBODY, type Envelope, type Person } from '../../schemas/trade/envelope.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import { NOWHERE, type Tracking } from '../../schemas/trade/tracking.ts';
import type { Observation } from '../../schemas/trade/observation.ts';
import { ABSENT, type Reading } from '../../schemas/trade/reading.ts';
import type { Reversal } from '../../schemas/trade/reversal.ts';
import type { Manifest } from '../../schemas/trade/manifest.ts';
import type { TaxBill } from '../../schemas/trade/tax-bill.ts';
import type { RawPayment } from '../../schemas/trade/raw-payment.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';

export const AT = Date.UTC(2026, 10, 23, 6, 30, 15, 7);
/** The greatest long that avsc takes. */
export const MOST = 9_007_199_254_740_990;

export const person: Person = { ...NOBODY, accountToken: 'acc', idToken: 'tok"en', idMasked: '3***************2X', idCheck: 'bad-checksum', minor: true, nameToken: 'n1', nameMasked: '测*', nameScreen: 'miss',
  phoneToken: 'p1', phoneMasked: '1**********', addressToken: 'a1', district: '330106', addressShingles: Buffer.from([1, 2, 3, 4]), pickup: true, nameScore: 0.5 };

export const envelope = (n: number): Envelope => ({ eventId: `event-${n}`, guid: `guid-${n}`, appType: 1, appTime: AT - 1000, eventTime: AT, arrival: AT + 1, late: false, documentKey: `SIM|${n}`,
  orderKey: `SIM0000001|${n}`, feed: 'simulator/order', origin: 'simulated', backfill: '', forwarded: false, contentHash: 'h', signed: true, sealed: null, sealKeyId: '' });

export const order = (n: number): Order => ({ ...envelope(n), orderNo: String(n), platformCode: 'SIM0000001', platformName: '模拟平台', sellerCode: 'SIM0000002', sellerName: 'a\tb\n\\c\'"', goodsValue: 12_345_678,
  freight: 1, discount: 0, tax: 100_000, paid: MOST, currency: 'CNY', currencyCode: '142', buyer: person, consignee: NOBODY, payCode: 'SIM0000003', payTransactionId: `T${n}`, batchNumbers: '',
  lines: [1, 2].map((lineNo) => ({ lineNo, itemNo: `i${lineNo}`, name: '奶粉', model: '900g', barcode: '无', unit: '011', quantity: 200_000, price: 6_172_839, total: 12_345_678, currency: 'CNY', currencyCode: '142',
    country: 'JPN', countryCode: '116', wordScore: 0.25, word: '' })), direction: 'I' });

export const payment = (n: number): Payment => ({ ...envelope(n), payCode: 'SIM0000003', payName: 'pay', transactionId: `T${n}`, orderNo: String(n), platformCode: 'SIM0000001', platformName: 'p', payer: person,
  amount: 12_445_679, currency: 'CNY', currencyCode: '142', payTime: AT, direction: 'I', sellerCode: '' });

export const waybill = (n: number): Waybill => ({ ...envelope(n), carrierCode: 'SIM0000004', carrierName: 'c', waybillNo: `W${n}`, masterBill: '', orderNo: '', freight: 0, insurance: 0, currency: 'CNY',
  currencyCode: '142', weight: 123_456, packages: 1, consignee: person, wordScore: 0, word: '', direction: 'I', sellerCode: '', sellerName: '', forwarded: true, sealed: Buffer.from([255, 0, 1]), sealKeyId: 'k1' });

export const declaration = (n: number): Declaration => ({ ...envelope(n), orderNo: String(n), platformCode: 'SIM0000001', platformName: 'p', sellerCode: 'SIM0000002', sellerName: 's', carrierCode: 'SIM0000004', carrierName: 'c',
  waybillNo: `W${n}`, copNo: `C${n}`, preNo: '', invtNo: '', guarantorCode: '', accountBook: '', direction: 'I', declTime: AT, customsCode: '2925', portCode: '2225', ieDate: AT - 86_400_000 * 365 * 100, buyer: person, consignee: person,
  agentCode: '3301SIM001', agentName: 'a', areaCode: '3301SIM002', areaName: 'z', tradeMode: '1210', trafMode: '2', trafNo: '', voyageNo: '', masterBill: '', licenseNo: '', country: 'JPN', countryCode: '116', freight: 0, insurance: 0,
  currency: 'CNY', currencyCode: '142', packages: 1, grossWeight: 123_456, netWeight: 90_000,
  lines: [{ lineNo: 1, recordNo: '', itemNo: 'i1', itemName: '奶粉', hs: '1901101000', name: '奶粉', model: '900g', barcode: '', country: 'JPN', countryCode: '116', currency: 'CNY', currencyCode: '142', quantity: 200_000, unit: '011',
    quantity1: 180_000, unit1: '035', quantity2: 0, unit2: '', price: 6_172_839, total: 12_345_678, wordScore: 0, word: '' }],
  siteCode: '292501', statisticsFlag: '', ownerCode: '', ownerName: '', warehouseCode: '', warehouseName: '', destinationPort: '', packageNo: '', freightFlag: '', insuranceFlag: '', freightCurrencyCode: '', insuranceCurrencyCode: '' });

export const receipt = (n: number): Receipt => ({ ...envelope(n), answers: 'declaration', returnStatus: -621_001, returnTime: AT + 5, platformCode: '', sellerCode: '', orderNo: '', payCode: '', transactionId: '', carrierCode: '', waybillNo: '',
  customsCode: '2925', agentCode: '3301SIM001', copNo: `C${n}`, preNo: 'P', invtNo: 'I', direction: 'I', operatorCode: '', listNo: '', part: 0, messageType: '', messageId: '' });

export const tracking = (n: number): Tracking => ({ ...envelope(n), carrierCode: 'SIM0000004', carrierName: 'c', waybillNo: `W${n}`, code: 'DEPART', codeGiven: 'EMC', place: 'CNNGB', lat: 2_987_654, lon: NOWHERE, vehicle: '', sealNo: 'S1', weight: 0, orderNo: '', platformCode: '' });

export const observation = (n: number): Observation => ({ ...envelope(n), kind: 'complaint', subjectType: 'seller', subjectId: 'SIMS1', value: -150_000, unit: 'points', source: '12315', number: `C${n}`, item: 'JPN', expected: '', privateToken: 't', zone: '3301' });
export const reading = (n: number): Reading => ({ ...envelope(n), deviceId: 'SIMDEV1', sequence: n, carrierCode: '', waybillNo: '', vehicle: 'V', lat: -3_000_001, lon: 12_100_000, speed: ABSENT, temperature: -1_850_000, humidity: ABSENT, shock: 0, seal: 'open', battery: 5_000_000 });

export const reversal = (n: number): Reversal => ({ ...envelope(n), kind: 'return', direction: 'I', orderNo: String(n), platformCode: 'SIM0000001', platformName: 'p', sellerCode: 's', sellerName: '', carrierCode: 'c', carrierName: '', waybillNo: `W${n}`, copNo: `R${n}`, preNo: '', invtNo: 'I1',
  customsCode: '2925', agentCode: 'a', agentName: '', buyer: person, lines: [{ lineNo: 1, hs: '1901101000', name: '奶粉', quantity: 100_000, unit: '011' }] });

export const manifest = (n: number): Manifest => ({ ...envelope(n), kind: 'departure', direction: 'E', customsCode: '2925', copNo: `C${n}`, preNo: '', listNo: '', operatorCode: '', operatorName: '', siteCode: '292501', agentCode: '', agentName: '', sellerCode: '', sellerName: '', declarantCode: '',
  carrierCode: 'SIM0000004', carrierName: 'c', trafMode: '5', trafName: 'SIMAIR', voyageNo: 'SI1', masterBill: 'B1', domesticTrafNo: '', unloadPlace: '', grossWeight: 100_000, netWeight: 0, leaveTime: AT, startTime: 0, endTime: 0, entryId: '', entryState: '', parts: 2, part: 1,
  lines: [1, 2].map((lineNo) => ({ lineNo, waybillNo: `W${lineNo}`, packageNo: '', invtNo: `I${lineNo}`, hs: '' })) });

export const taxBill = (n: number): TaxBill => ({ ...envelope(n), kind: 'bill', returnTime: AT, invtNo: `I${n}`, taxNo: `T${n}`, customsTax: 0, valueAddedTax: 910_000, consumptionTax: 1, status: 1, summaryNo: '', guarantorCode: 'g', sellerCode: 's', carrierCode: 'c', agentCode: 'a', customsCode: '2925',
  orderNo: String(n), waybillNo: `W${n}`, lines: [{ lineNo: 1, hs: '1901101000', taxPrice: 10_000_000, customsTax: 0, valueAddedTax: 910_000, consumptionTax: 1 }] });

export const rawPayment = (n: number): RawPayment => ({ ...envelope(n), sessionId: 'x', orderNo: String(n), platformCode: 'SIM0000001', payCode: 'SIM0000003', transactionId: `T${n}`, total: MOST, currency: 'CNY', currencyCode: '142', orders: 2, verifiedBy: '1', payType: '1', tradingTime: AT,
  serviceTime: AT + 1, recipientCode: 'r', recipientName: '', recipientToken: 'tok', hasRequest: true, hasResponse: false, certNo: 'c1', hasSignature: true });

export const fact = (n: number, over: Partial<Fact> = {}): Fact => ({ kind: 'order', sign: 1, orderKey: `SIM0000001|${n}`, eventId: `event-${n}`, zone: '3301', platform: 'SIM0000001', seller: 'SIM0000002', country: 'JPN', hs4: '1901', mode: '1210',
  amount: 12_345_678, weight: 90_000, quantity: 200_000, eventTime: AT, origin: 'simulated', ...over });

export const match = (n: number): Match => ({ orderKey: `SIM0000001|${n}`, revision: 3, state: 'MISMATCHED', zone: '3301', platform: 'SIM0000001', seller: 'SIM0000002', documents: ['order', 'payment'], codes: ['AMOUNT_DIFF', 'MISSING_DOC'],
  findings: [{ code: 'AMOUNT_DIFF', outcome: 'fail', left: '123.45678', right: '124.45679', detail: 'paid', detailZh: '支付金额' }], returnStatus: 0, origin: 'simulated', at: AT, delivered: AT });

export const alert = (n: number, over: Partial<Alert> = {}): Alert => ({ alertId: `alert-${n}`, revision: 1, change: 'raised', ruleId: 'transaction/split-orders', ruleVersion: 1, ruleSet: 'hash', category: 'transaction', grade: 'red', score: 0.93,
  subject: { type: 'buyer', id: 'tok' }, zone: '3301', window: '24h', eventTime: AT, detectedAt: AT + 20, firstSeen: AT, lastSeen: AT, count: 3, documents: [`SIM0000001|${n}`], reason: { en: 'split', zh: '拆单' },
  evidence: { values: { count: 7 }, threshold: 5, events: ['event-1'], lowerBound: false, approximation: '', tables: [], ...NO_GROUNDS }, action: { en: 'check', zh: '核查' }, status: 'live', origin: 'simulated', heldBy: '', explanation: { en: 'Seen', zh: '所见' }, ...over });

export const level: Level = { subject: { type: 'zone', id: '3301' }, category: 'transaction', grade: '', score: 0, reasons: ['r'], zone: '3301', at: AT, before: 'blue', escalated: false, parts: [{ rule: 'r', weight: 0.5, score: 0.25, open: false }], reason: { en: 'Lowered', zh: '降级' } };
export const tally: Tally = { rule: 'transaction/split-orders', evaluated: 10, blue: 1, yellow: 2, orange: 3, red: 4, error: 5, warming: 6, suppressed: 7, at: AT };
export const verdict: Verdict = { alertId: 'alert-1', revision: 2, ruleId: 'transaction/split-orders', ruleVersion: 1, category: 'transaction', grade: 'red', status: 'live', zone: '3301', verdict: 'false', reason: '自提点', officer: 'ann', raisedAt: AT - 60_000, at: AT };
export const suppression: Suppression = { id: 'p1', ruleId: '', subjectType: 'seller', subjectId: 's', zone: '3301', upTo: 'orange', begins: AT, ends: AT + 3_600_000, reason: 'known', author: 'ann', approver: 'bob', at: AT };
export const deadLetter: DeadLetter = { id: 'd1', reason: 'FIELD_MISSING', path: 'items[0].qty', message: 'm', feed: 'f', messageType: 'order', form: 'json', sealed: Buffer.from([1, 2, 250]), sealKeyId: 'k', replayOf: '', origin: 'live', at: AT };

export const entry = (type: Entry['type'], body: unknown, offset: number, source: Partial<Source> = {}): Entry =>
  ({ type, key: 'k', eventTime: AT, arrival: AT, source: { topic: 'http', partition: 0, offset, index: 0, ...source }, body });
