/**
 * The documents of one order, from the store: those that name it, and those that name its waybill or its declaration list. The latter may stand in their tables twice, as they
 * came and forwarded to the order: one is shown.
 */
import type { Store } from '../processors/sink/store.ts';
import type { Bilingual } from '../schemas/risk/alert.ts';
import { MILESTONES, type MilestoneCode } from '../schemas/trade/milestones.ts';
import { documentOf, type Row } from './rows.ts';

export const DOCUMENT_TABLES = ['orders', 'payments', 'waybills', 'declarations', 'receipts', 'tracking', 'reversals', 'manifests', 'tax_bills', 'raw_payments', 'readings'] as const;
export type Documents = Record<(typeof DOCUMENT_TABLES)[number], Row[]>;

const OWN = 'orderKey = {orderKey:String}';
const or = (condition: string): string => `(${OWN} OR (orderKey = '' AND ${condition}))`;
const BY_LIST = or('invtNo IN {lists:Array(String)}');
const WAYBILL = "concat(carrierCode, '|', waybillNo) IN {waybills:Array(String)}";

/** The version in force of each document: the latest appTime, then the later offset. */
const inForce = (table: string, where: string, number = 'documentKey', columns = '*'): string =>
  `SELECT ${columns} FROM fenghuo.${table} WHERE ${where} ORDER BY appTime DESC, logOffset DESC LIMIT 1 BY ${number} LIMIT 100`;

/** A receipt is an event of its own, so all are shown. Those that name no order stand under the number of their document, or of its list. */
const RECEIPTS = `SELECT * FROM fenghuo.receipts WHERE ${or('(documentKey IN {numbers:Array(String)} OR invtNo IN {lists:Array(String)})')} ORDER BY returnTime, logOffset LIMIT 1 BY eventId LIMIT 200`;

/** Of a list of thousands, the lines of this order alone: the others are other people's. */
const LINES = ['lineNo', 'waybillNo', 'packageNo', 'invtNo', 'hs'].map((name) => `\`lines.${name}\``).join(', ');
const ITS_LINES = `* EXCEPT (${LINES}), length(lines.lineNo) AS lineCount, CAST(arrayFilter(line -> has({parcels:Array(String)}, line.2) OR has({lists:Array(String)}, line.4),
  arrayZip(${LINES})) AS Array(Tuple(lineNo Int32, waybillNo String, packageNo String, invtNo String, hs String))) AS its`;
const NAMES_IT = 'hasAny(lines.invtNo, {lists:Array(String)}) OR (hasAny(lines.waybillNo, {parcels:Array(String)}) AND carrierCode IN {carriers:Array(String)})';
const MANIFESTS = inForce('manifests', NAMES_IT, 'kind, documentKey', ITS_LINES);

/** A device tells of a parcel every few minutes: the latest readings are shown. */
const READINGS = `SELECT * FROM fenghuo.readings WHERE ${WAYBILL} ORDER BY eventTime DESC LIMIT 1 BY documentKey LIMIT 50`;

const given = (rows: Row[], ...columns: string[]): string[] => [...new Set(rows.map((row) => columns.map((column) => String(row[column])).join('|')))].filter((key) => !/^\||\|$|^$/.test(key));

export async function readDocuments(store: Store, orderKey: string): Promise<Documents> {
  const read = async (sql: string, params: Record<string, unknown> = {}): Promise<Row[]> => (await store.query<Row>(sql, { orderKey, ...params })).map(documentOf);
  const own = (table: string): Promise<Row[]> => read(inForce(table, OWN));
  const [orders, payments, waybills, declarations, reversed, answered, raw_payments] = await Promise.all([
    own('orders'), own('payments'), own('waybills'), own('declarations'), own('reversals'), read(`SELECT DISTINCT invtNo FROM fenghuo.receipts WHERE ${OWN} LIMIT 100`), own('raw_payments'),
  ]);
  const carried = [...waybills, ...declarations];
  const keys = {
    waybills: given(carried, 'carrierCode', 'waybillNo'), parcels: given(carried, 'waybillNo'), carriers: given(carried, 'carrierCode'),
    lists: given([...declarations, ...reversed, ...answered], 'invtNo'), numbers: given([...payments, ...waybills, ...reversed], 'documentKey'),
  };
  const [receipts, tracking, reversals, manifests, tax_bills, readings] = await Promise.all([
    read(RECEIPTS, keys), read(inForce('tracking', or(WAYBILL)), keys), read(inForce('reversals', BY_LIST, 'kind, documentKey'), keys), read(MANIFESTS, keys),
    read(inForce('tax_bills', BY_LIST, 'kind, documentKey'), keys), read(READINGS, keys),
  ]);
  return { orders, payments, waybills, declarations, receipts, tracking: tracking.map(named).sort(byTime), reversals, manifests: manifests.map(({ its, ...manifest }) => ({ ...manifest, lines: its })), tax_bills, raw_payments, readings };
}

const byTime = (a: Row, b: Row): number => Number(a.eventTime) - Number(b.eventTime);

/** With the milestone's name in both languages; an unknown code speaks for itself. */
function named(row: Row): Row {
  const code = String(row.code);
  const name: Bilingual = Object.hasOwn(MILESTONES, code) ? MILESTONES[code as MilestoneCode].name : { en: String(row.codeGiven), zh: String(row.codeGiven) };
  return { ...row, name };
}
