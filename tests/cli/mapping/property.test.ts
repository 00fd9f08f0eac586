/** Random orders, written by a naive writer in any dialect, come back as the same flat documents. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mappingOf, readAll } from './read.ts';

interface Line { itemName: string; qty: string; price: string; totalPrice: string }
interface Order { orderNo: string; buyerName: string; acturalPaid: string; items: Line[] }

/** Outer spaces are trimmed, ="…" and '1 are spreadsheets' own: none of them is a value of its own. */
const text = fc.string({ unit: fc.constantFrom(...'ab1 ,;\t|"\'\n\r=中文商品é元🙂'.match(/./gsu)!), maxLength: 12 }).map((s) => s.replace(/[\r\n]+/g, '\n').trim()).filter((s) => !/^(="|['`]\d)/s.test(s));
const amount = fc.integer({ min: 0, max: 10_000_000 }).map((fen) => (fen / 100).toFixed(2));
const line = fc.record({ itemName: text, qty: fc.integer({ min: 1, max: 99 }).map(String), price: amount, totalPrice: amount });
const orders = fc.uniqueArray(fc.record({ orderNo: fc.stringMatching(/^[A-Z0-9]{1,20}$/), buyerName: text, acturalPaid: amount, items: fc.array(line, { minLength: 1, maxLength: 4 }) }), { selector: (o) => o.orderNo, minLength: 1, maxLength: 12 });
const dialect = fc.record({ delimiter: fc.constantFrom(',', ';', '\t', '|'), quoteAll: fc.boolean(), end: fc.constantFrom('\n', '\r\n'), mark: fc.boolean(), utf16: fc.boolean(), titles: fc.integer({ min: 0, max: 3 }), size: fc.integer({ min: 1, max: 4000 }), given: fc.boolean() });
type Dialect = Parameters<typeof write>[1];

function write(rows: string[][], { delimiter, quoteAll, end, mark, utf16, titles }: { delimiter: string; quoteAll: boolean; end: string; mark: boolean; utf16: boolean; titles: number }): Buffer {
  const cell = (value: string): string => (quoteAll || /["\r\n]/.test(value) || value.includes(delimiter) || [',', ';', '\t', '|'].some((d) => value.includes(d)) ? `"${value.replaceAll('"', '""')}"` : value);
  const body = [...Array.from({ length: titles }, (_, i) => [`标题 ${i}`]), ...rows].map((row) => row.map(cell).join(delimiter)).join(end);
  return Buffer.from((mark || utf16 ? '\ufeff' : '') + body + end, utf16 ? 'utf16le' : 'utf8');
}

const HEAD = '{ orderNo: 订单编号, ebpCode: { constant: SIMEBP }, ebcCode: { constant: SIMEBC }, goodsValue: { constant: "1" }, acturalPaid: 实付金额, buyerName: 买家姓名 }';
const FIELDS = ['itemName', 'qty', 'price', 'totalPrice'] as const;
const TITLES = ['商品名称', '数量', '单价', '小计'];
const mapping = (items: string, { delimiter, given }: { delimiter: string; given: boolean }) => mappingOf(`type: order\nfile: { delimiter: ${given ? JSON.stringify(delimiter) : 'auto'} }\nfields: ${HEAD}\nitems: ${items}`);
/** An empty cell is no field. */
const filled = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
const flat = ({ orderNo, buyerName, acturalPaid, items }: Order): object => ({ type: 'order', ebpCode: 'SIMEBP', ebcCode: 'SIMEBC', goodsValue: '1', items: items.map(filled), ...filled({ orderNo, buyerName, acturalPaid }) });

async function same(all: Order[], table: string[][], items: string, how: Dialect & { size: number; given: boolean }): Promise<void> {
  const { documents } = await readAll(write(table, how), mapping(items, how), { size: how.size });
  expect(documents.flatMap((d) => d.faults)).toEqual([]);
  expect(documents.map((d) => d.document)).toEqual(all.map(flat));
}

test('lines as several rows of one order number', () => fc.assert(fc.asyncProperty(orders, dialect, async (all, how) => {
  const rows = all.flatMap((o) => o.items.map((item) => [o.orderNo, o.acturalPaid, o.buyerName, ...FIELDS.map((f) => item[f])]));
  await same(all, [['订单编号', '实付金额', '买家姓名', ...TITLES], ...rows], `{ rows: [orderNo], fields: { ${FIELDS.map((f, i) => `${f}: ${TITLES[i]}`).join(', ')} } }`, how);
}), { numRuns: 60 }));

test('lines as numbered columns', () => fc.assert(fc.asyncProperty(orders, dialect, async (all, how) => {
  const groups = [1, 2, 3, 4];
  const rows = all.map((o) => [o.orderNo, o.acturalPaid, o.buyerName, ...groups.flatMap((n) => FIELDS.map((f) => o.items[n - 1]?.[f] ?? ''))]);
  await same(all, [['订单编号', '实付金额', '买家姓名', ...groups.flatMap((n) => TITLES.map((title) => title + n))], ...rows], `{ columns: 4, fields: { ${FIELDS.map((f, i) => `${f}: "${TITLES[i]}{n}"`).join(', ')} } }`, how);
}), { numRuns: 60 }));
