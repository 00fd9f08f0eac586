/**
 * The Avro schema of every record type. A new field is added at the end with `added(type, default)`; none is removed, moved or retyped (docs/compatibility.md).
 * A changed schema is frozen by `npx fenghuo standards --release`. Money, weight and quantity are longs of 0.00001; times are longs of epoch milliseconds.
 */
import type { RecordType } from './registry.ts';

type Schema = string | { type: string; [k: string]: unknown } | Schema[];
/** A field that came after its record was released: bytes of older releases are read with the default. */
interface Added { added: Schema; default: unknown }
export const added = (type: Schema, byDefault: unknown): Added => ({ added: type, default: byDefault });
type Fields = Record<string, Schema | Added>;
const isAdded = (given: Schema | Added): given is Added => typeof given === 'object' && 'added' in given;
const fields = (spec: Fields) => Object.entries(spec).map(([name, given]) => (isAdded(given) ? { name, type: given.added, default: given.default } : { name, type: given }));
const record = (name: string, spec: Fields): Schema => ({ type: 'record', name, namespace: 'fenghuo', fields: fields(spec) });
const list = (items: Schema): Schema => ({ type: 'array', items });
const strings = (names: string): Record<string, Schema> => Object.fromEntries(names.split(' ').map((n) => [n, 'string']));
const longs = (names: string): Record<string, Schema> => Object.fromEntries(names.split(' ').map((n) => [n, 'long']));

const person = record('Person', {
  ...strings('accountToken idToken idMasked idCheck'), minor: 'boolean', idRun: 'boolean',
  ...strings('nameToken nameMasked nameScreen phoneToken phoneMasked addressToken district'), addressShingles: 'bytes', pickup: added('boolean', false), nameScore: added('double', 0),
});

const envelope = {
  ...strings('eventId guid'), appType: 'int', ...longs('appTime eventTime arrival'), late: 'boolean',
  ...strings('documentKey orderKey feed origin backfill'), forwarded: 'boolean', contentHash: 'string', signed: 'boolean',
  sealed: ['null', 'bytes'], sealKeyId: 'string',
} satisfies Record<string, Schema>;

const alert: Schema = record('Alert', {
  alertId: 'string', revision: 'int', change: 'string', ruleId: 'string', ruleVersion: 'int', ...strings('ruleSet category grade'), score: 'double',
  subject: record('AlertSubject', strings('type id')), ...strings('zone window'), ...longs('eventTime detectedAt firstSeen lastSeen count'),
  documents: list('string'), reason: record('Reason', strings('en zh')),
  evidence: record('Evidence', {
    values: { type: 'map', values: 'double' }, threshold: 'double', events: list('string'), lowerBound: 'boolean', approximation: 'string', tables: list('string'),
    formula: added('string', ''), formulas: added({ type: 'map', values: 'string' }, {}), parameters: added({ type: 'map', values: 'double' }, {}), bands: added({ type: 'map', values: 'double' }, {}),
    support: added(record('Support', { feature: 'string', min: 'double' }), { feature: '', min: 0 }),
  }),
  action: record('Action', strings('en zh')), ...strings('status origin'), heldBy: added('string', ''),
  explanation: added(record('Explanation', strings('en zh')), { en: '', zh: '' }),
});

export const AVRO: Record<RecordType, Schema> = {
  order: record('Order', {
    ...envelope, ...strings('orderNo platformCode platformName sellerCode sellerName'), ...longs('goodsValue freight discount tax paid'),
    ...strings('currency currencyCode'), buyer: person, consignee: 'fenghuo.Person', ...strings('payCode payTransactionId batchNumbers'),
    lines: list(record('OrderLine', {
      lineNo: 'int', ...strings('itemNo name model barcode unit'), ...longs('quantity price total'),
      ...strings('currency currencyCode country countryCode'), wordScore: 'double', word: 'string',
    })),
    direction: 'string',
  }),
  payment: record('Payment', {
    ...envelope, ...strings('payCode payName transactionId orderNo platformCode platformName'), payer: person, amount: 'long',
    ...strings('currency currencyCode'), payTime: 'long', ...strings('direction sellerCode'),
  }),
  waybill: record('Waybill', {
    ...envelope, ...strings('carrierCode carrierName waybillNo masterBill orderNo'), ...longs('freight insurance'), ...strings('currency currencyCode'),
    weight: 'long', packages: 'int', consignee: person, wordScore: 'double', word: 'string', ...strings('direction sellerCode sellerName'),
  }),
  declaration: record('Declaration', {
    ...envelope, ...strings('orderNo platformCode platformName sellerCode sellerName carrierCode carrierName waybillNo copNo preNo invtNo guarantorCode accountBook direction'),
    declTime: 'long', ...strings('customsCode portCode'), ieDate: 'long', buyer: person, consignee: 'fenghuo.Person',
    ...strings('agentCode agentName areaCode areaName tradeMode trafMode trafNo voyageNo masterBill licenseNo country countryCode'),
    ...longs('freight insurance'), ...strings('currency currencyCode'), packages: 'int', ...longs('grossWeight netWeight'),
    lines: list(record('DeclarationLine', {
      lineNo: 'int', ...strings('recordNo itemNo itemName hs name model barcode country countryCode currency currencyCode'),
      quantity: 'long', unit: 'string', quantity1: 'long', unit1: 'string', quantity2: 'long', unit2: 'string', ...longs('price total'),
      wordScore: 'double', word: 'string',
    })),
    ...strings('siteCode statisticsFlag ownerCode ownerName warehouseCode warehouseName destinationPort packageNo freightFlag insuranceFlag freightCurrencyCode insuranceCurrencyCode'),
  }),
  receipt: record('Receipt', {
    ...envelope, answers: 'string', returnStatus: 'int', returnTime: 'long',
    ...strings('platformCode sellerCode orderNo payCode transactionId carrierCode waybillNo customsCode agentCode copNo preNo invtNo'),
    ...strings('direction operatorCode listNo'), part: 'int', ...strings('messageType messageId'),
  }),
  operation: record('Operation', {
    ...strings('kind feed messageType code operator origin'), at: 'long', letter: added('string', ''), eventId: added('string', ''), fields: added(list('string'), []),
  }),
  tick: record('Tick', { intake: 'string', time: 'long' }),
  control: record('Control', strings('name version hash by')),
  alias: record('Alias', strings('foreignKey orderKey by')),
  baseline: record('Baseline', { ...strings('rule feature subjectType subjectId'), median: list('double'), mad: list('double'), label: 'string' }),
  artifact: record('Artifact', { ...strings('name version hash content'), by: added('string', '') }),
  signals: record('Signals', {
    entries: list(record('Signal', {
      index: 'int', ...strings('subjectType subjectId zone'), at: 'long', ...strings('eventId orderKey origin'), late: 'boolean',
      contributions: list(record('Contribution', { feature: 'string', sign: 'int', value: 'double', item: 'string' })), errors: list('string'),
      sums: added(list(record('Sum', { feature: 'string', at: 'long', item: 'string', value: 'double', n: 'int' })), []),
    })),
  }),
  fact: record('Fact', {
    kind: 'string', sign: 'int', ...strings('orderKey eventId zone platform seller country hs4 mode'), ...longs('amount weight quantity eventTime'), origin: 'string',
  }),
  match: record('Match', {
    orderKey: 'string', revision: 'int', ...strings('state zone platform seller'), documents: list('string'), codes: list('string'),
    findings: list(record('Finding', { ...strings('code outcome left right detail'), detailZh: added('string', '') })), returnStatus: 'int', origin: 'string', at: 'long', delivered: added('long', 0),
  }),
  alert,
  level: record('Level', {
    subject: record('LevelSubject', strings('type id')), ...strings('category grade'), score: 'double', reasons: list('string'), zone: 'string', at: 'long',
    before: added('string', ''), escalated: added('boolean', false), parts: added(list(record('LevelPart', { rule: 'string', weight: 'double', score: 'double', open: 'boolean' })), []),
    reason: added(record('LevelReason', strings('en zh')), { en: '', zh: '' }),
  }),
  tally: record('Tally', { rule: 'string', ...longs('evaluated blue yellow orange red error warming suppressed at') }),
  'dead-letter': record('DeadLetter', { ...strings('id reason path message feed messageType form'), sealed: 'bytes', ...strings('sealKeyId replayOf origin'), at: 'long', backfill: added('string', '') }),
  // What the scaled-out gateway and parties on Kafka write to intake.*: the sender's bytes, sealed.
  original: record('Original', {
    ...strings('feed form origin'), sealed: 'bytes', sealKeyId: 'string', at: 'long', backfill: added('string', ''), allowReference: added('boolean', false), replayOf: added('string', ''), verified: added('boolean', false),
    operator: added('string', ''), repaired: added(list('string'), []),
  }),
  tracking: record('Tracking', {
    ...envelope, ...strings('carrierCode carrierName waybillNo code codeGiven place'), ...longs('lat lon'), ...strings('vehicle sealNo'), weight: 'long', ...strings('orderNo platformCode'),
  }),
  reading: record('Reading', {
    ...envelope, deviceId: 'string', sequence: 'long', ...strings('carrierCode waybillNo vehicle'), ...longs('lat lon speed temperature humidity shock'), seal: 'string', battery: 'long',
  }),
  reversal: record('Reversal', {
    ...envelope, ...strings('kind direction orderNo platformCode platformName sellerCode sellerName carrierCode carrierName waybillNo copNo preNo invtNo customsCode agentCode agentName'),
    buyer: person, lines: list(record('ReversalLine', { lineNo: 'int', ...strings('hs name'), quantity: 'long', unit: 'string' })),
  }),
  manifest: record('Manifest', {
    ...envelope, ...strings('kind direction customsCode copNo preNo listNo operatorCode operatorName siteCode agentCode agentName sellerCode sellerName declarantCode carrierCode carrierName'),
    ...strings('trafMode trafName voyageNo masterBill domesticTrafNo unloadPlace'), ...longs('grossWeight netWeight leaveTime startTime endTime'), ...strings('entryId entryState'),
    parts: 'int', part: 'int', lines: list(record('ManifestLine', { lineNo: 'int', ...strings('waybillNo packageNo invtNo hs') })),
  }),
  'tax-bill': record('TaxBill', {
    ...envelope, kind: 'string', returnTime: 'long', ...strings('invtNo taxNo'), ...longs('customsTax valueAddedTax consumptionTax'), status: 'int',
    ...strings('summaryNo guarantorCode sellerCode carrierCode agentCode customsCode orderNo waybillNo'),
    lines: list(record('TaxLine', { lineNo: 'int', hs: 'string', ...longs('taxPrice customsTax valueAddedTax consumptionTax') })),
  }),
  'raw-payment': record('RawPayment', {
    ...envelope, ...strings('sessionId orderNo platformCode payCode transactionId'), total: 'long', ...strings('currency currencyCode'), orders: 'int', ...strings('verifiedBy payType'),
    ...longs('tradingTime serviceTime'), ...strings('recipientCode recipientName recipientToken'), hasRequest: 'boolean', hasResponse: 'boolean', certNo: 'string', hasSignature: 'boolean',
  }),
  observation: record('Observation', { ...envelope, ...strings('kind subjectType subjectId'), value: 'long', ...strings('unit source number item expected privateToken zone') }),
  verdict: record('Verdict', {
    alertId: 'string', revision: 'int', ruleId: 'string', ruleVersion: 'int', ...strings('category grade status zone verdict reason officer'), ...longs('raisedAt at'),
  }),
  suppression: record('Suppression', { ...strings('id ruleId subjectType subjectId zone upTo'), ...longs('begins ends'), ...strings('reason author approver'), at: 'long' }),
  gap: record('Gap', { stage: 'string', ...longs('from to') }),
  command: record('Command', strings('id name by args')),
  answer: record('Answer', strings('id result')),
};
