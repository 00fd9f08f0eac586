/** Which table a record belongs to and its row there. Pure; the order of the cells is the order of `columns`. */
import type { RecordType } from '../../schemas/registry.ts';
import type { Alert, DeadLetter, Level, Tally } from '../../schemas/risk/alert.ts';
import type { Fact, Match, MatchFinding } from '../../schemas/risk/fact.ts';
import type { Operation } from '../../schemas/risk/journal.ts';
import type { Declaration, DeclarationLine } from '../../schemas/trade/declaration.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import type { Order, OrderLine } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import type { LogRecord } from '../../streams/log.ts';
import { base64, column, fixed, flag, instant, nested, person, plain, time, type Cell, type Column } from './columns.ts';

export interface Table {
  name: string;
  /** System columns first. */
  columns: readonly string[];
  /** Topics that feed it, and the one record type that it takes from them. */
  topics: readonly string[];
  type: RecordType;
  row(record: LogRecord): Cell[];
}

const SYSTEM = ['incarnation', 'logTopic', 'logPartition', 'logOffset', 'sourceTopic', 'sourcePartition', 'sourceOffset', 'sourceIndex', 'appendedAt'];

function table<B>(name: string, type: RecordType, topics: readonly string[], columns: Column<B>[]): Table {
  const cells = columns.map((c) => c.cell);
  const row = (record: LogRecord): Cell[] => {
    const { source } = record;
    const body = record.body as B;
    const out: Cell[] = [record.incarnation, record.topic, record.partition, record.offset, source.topic, source.partition, source.offset, source.index, instant(record.appendedAt)];
    for (const cell of cells) out.push(cell(body));
    return out;
  };
  return { name, type, topics, columns: [...SYSTEM, ...columns.map((c) => c.name)], row };
}

/** What every trade document carries. */
const envelope = <B extends Envelope>(): Column<B>[] => [
  ...plain<Envelope>('eventId', 'guid', 'appType'), ...time<Envelope>('appTime', 'eventTime', 'arrival'),
  ...plain<Envelope>('late', 'documentKey', 'orderKey', 'feed', 'origin', 'backfill'), ...flag<Envelope>('forwarded'),
  ...plain<Envelope>('contentHash', 'signed'), column<Envelope>('sealed', (b) => base64(b.sealed)), ...plain<Envelope>('sealKeyId'),
];

const orders = table<Order>('orders', 'order', ['journal.v1'], [
  ...envelope<Order>(), ...plain<Order>('orderNo', 'platformCode', 'platformName', 'sellerCode', 'sellerName'),
  ...fixed<Order>('goodsValue', 'freight', 'discount', 'tax', 'paid'), ...plain<Order>('currency', 'currencyCode'),
  ...person<Order>('buyer', (b) => b.buyer), ...person<Order>('consignee', (b) => b.consignee), ...plain<Order>('payCode', 'payTransactionId', 'batchNumbers'),
  ...nested<Order, OrderLine>('lines', (b) => b.lines, [
    ...plain<OrderLine>('lineNo', 'itemNo', 'name', 'model', 'barcode', 'unit'), ...fixed<OrderLine>('quantity', 'price', 'total'),
    ...plain<OrderLine>('currency', 'currencyCode', 'country', 'countryCode', 'wordScore', 'word'),
  ]),
]);

const payments = table<Payment>('payments', 'payment', ['journal.v1'], [
  ...envelope<Payment>(), ...plain<Payment>('payCode', 'payName', 'transactionId', 'orderNo', 'platformCode', 'platformName'),
  ...person<Payment>('payer', (b) => b.payer), ...fixed<Payment>('amount'), ...plain<Payment>('currency', 'currencyCode'), ...time<Payment>('payTime'),
]);

const waybills = table<Waybill>('waybills', 'waybill', ['journal.v1'], [
  ...envelope<Waybill>(), ...plain<Waybill>('carrierCode', 'carrierName', 'waybillNo', 'masterBill', 'orderNo'), ...fixed<Waybill>('freight', 'insurance'),
  ...plain<Waybill>('currency', 'currencyCode'), ...fixed<Waybill>('weight'), ...plain<Waybill>('packages'),
  ...person<Waybill>('consignee', (b) => b.consignee), ...plain<Waybill>('wordScore', 'word'),
]);

const declarations = table<Declaration>('declarations', 'declaration', ['journal.v1'], [
  ...envelope<Declaration>(),
  ...plain<Declaration>('orderNo', 'platformCode', 'platformName', 'sellerCode', 'sellerName', 'carrierCode', 'carrierName', 'waybillNo', 'copNo', 'preNo', 'invtNo',
    'guarantorCode', 'accountBook', 'direction'),
  ...time<Declaration>('declTime'), ...plain<Declaration>('customsCode', 'portCode'), ...time<Declaration>('ieDate'),
  ...person<Declaration>('buyer', (b) => b.buyer), ...person<Declaration>('consignee', (b) => b.consignee),
  ...plain<Declaration>('agentCode', 'agentName', 'areaCode', 'areaName', 'tradeMode', 'trafMode', 'trafNo', 'voyageNo', 'masterBill', 'licenseNo', 'country', 'countryCode'),
  ...fixed<Declaration>('freight', 'insurance'), ...plain<Declaration>('currency', 'currencyCode', 'packages'), ...fixed<Declaration>('grossWeight', 'netWeight'),
  ...nested<Declaration, DeclarationLine>('lines', (b) => b.lines, [
    ...plain<DeclarationLine>('lineNo', 'recordNo', 'itemNo', 'itemName', 'hs', 'name', 'model', 'barcode', 'country', 'countryCode', 'currency', 'currencyCode'),
    ...fixed<DeclarationLine>('quantity'), ...plain<DeclarationLine>('unit'), ...fixed<DeclarationLine>('quantity1'), ...plain<DeclarationLine>('unit1'),
    ...fixed<DeclarationLine>('quantity2'), ...plain<DeclarationLine>('unit2'), ...fixed<DeclarationLine>('price', 'total'), ...plain<DeclarationLine>('wordScore', 'word'),
  ]),
]);

const receipts = table<Receipt>('receipts', 'receipt', ['journal.v1'], [
  ...envelope<Receipt>(), ...plain<Receipt>('answers', 'returnStatus'), ...time<Receipt>('returnTime'),
  ...plain<Receipt>('platformCode', 'sellerCode', 'orderNo', 'payCode', 'transactionId', 'carrierCode', 'waybillNo', 'customsCode', 'agentCode', 'copNo', 'preNo', 'invtNo'),
]);

const operations = table<Operation>('operations', 'operation', ['journal.v1'], [
  ...plain<Operation>('kind', 'feed', 'messageType', 'code', 'operator', 'origin'), ...time<Operation>('at'),
]);

const facts = table<Fact>('facts', 'fact', ['facts.v1'], [
  ...plain<Fact>('kind', 'sign', 'orderKey', 'eventId', 'zone', 'platform', 'seller', 'country', 'hs4', 'mode'), ...fixed<Fact>('amount', 'weight', 'quantity'),
  ...time<Fact>('eventTime'), ...plain<Fact>('origin'),
]);

const matches = table<Match>('matches', 'match', ['facts.v1'], [
  ...plain<Match>('orderKey', 'revision', 'state', 'zone', 'platform', 'seller', 'documents', 'codes'),
  ...nested<Match, MatchFinding>('findings', (b) => b.findings, plain<MatchFinding>('code', 'outcome', 'left', 'right', 'detail')),
  ...plain<Match>('returnStatus', 'origin'), ...time<Match>('at'),
]);

const ALERT_TOPICS = ['alerts.market.v1', 'alerts.transaction.v1', 'alerts.financial.v1', 'alerts.technical.v1', 'alerts.public-security.v1', 'held.v1'];
const alertRevisions = table<Alert>('alert_revisions', 'alert', ALERT_TOPICS, [
  ...plain<Alert>('alertId', 'revision', 'change', 'ruleId', 'ruleVersion', 'ruleSet', 'category', 'grade', 'score'),
  column('subjectType', (b) => b.subject.type), column('subjectId', (b) => b.subject.id), ...plain<Alert>('zone', 'window'),
  ...time<Alert>('eventTime', 'detectedAt', 'firstSeen', 'lastSeen'), ...plain<Alert>('count', 'documents'),
  column('reasonEn', (b) => b.reason.en), column('reasonZh', (b) => b.reason.zh), column('evidence', (b) => JSON.stringify(b.evidence)),
  column('actionEn', (b) => b.action.en), column('actionZh', (b) => b.action.zh), ...plain<Alert>('status', 'origin'),
]);

const levels = table<Level>('levels', 'level', ['levels.v1'], [
  column('subjectType', (b) => b.subject.type), column('subjectId', (b) => b.subject.id), ...plain<Level>('category', 'grade', 'score', 'reasons', 'zone'), ...time<Level>('at'),
]);

const tallies = table<Tally>('tallies', 'tally', ['assessments.v1'], [
  ...plain<Tally>('rule', 'evaluated', 'blue', 'yellow', 'orange', 'red', 'error', 'warming', 'suppressed'), ...time<Tally>('at'),
]);

const deadLetters = table<DeadLetter>('dead_letters', 'dead-letter', ['dead-letters.v1'], [
  ...plain<DeadLetter>('id', 'reason', 'path', 'message', 'feed', 'messageType', 'form'), column('sealed', (b) => base64(b.sealed)),
  ...plain<DeadLetter>('sealKeyId', 'replayOf', 'origin'), ...time<DeadLetter>('at'),
]);

export const TABLES: readonly Table[] = [orders, payments, waybills, declarations, receipts, operations, facts, matches, alertRevisions, levels, tallies, deadLetters];

/** Every topic that the sink reads. */
export const SUNK_TOPICS: readonly string[] = [...new Set(TABLES.flatMap((t) => t.topics))];

/** The table of a record type of one topic; undefined for what the sink passes over (ticks, controls, aliases, baselines). */
export const tablesOf = (topic: string): Map<RecordType, Table> => new Map(TABLES.filter((t) => t.topics.includes(topic)).map((t) => [t.type, t]));
