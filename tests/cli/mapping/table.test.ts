import { describe, expect, test } from 'vitest';
import { preview, previewLines } from '../../../cli/mapping/preview.ts';
import { encodingOf } from '../../../cli/mapping/table.ts';
import { placeOf } from '../../../cli/mapping/rows.ts';
import { workbook, type XlsxCell } from '../ingest/workbook.ts';
import { mappingOf, readAll } from './read.ts';

const PAYMENT = mappingOf(`type: payment
fields:
  payCode: { constant: SIMPAY0001 }
  payTransactionId: 流水号
  orderNo: [订单编号, orderNo]
  amountPaid: 金额
  payerName: [姓名, payerName]
  payTime: [时间, payTime]`);
const documents = async (given: string | Uint8Array, mapping = PAYMENT, options = {}) => (await readAll(given, mapping, options)).documents.map((d) => d.document);
const doc = (payTransactionId: string, amountPaid: string, more = {}) => ({ type: 'payment', payCode: 'SIMPAY0001', payTransactionId, amountPaid, ...more });

/** GB18030 bytes of the texts below: Node encodes UTF-8 only. */
const GBK = Buffer.from('c1f7cbaebac52cbdf0b6ee2cd0d5c3fb0d0a54312c312e352cd5c5c8fd0d0a', 'hex');

describe('what a file holds', () => {
  const text = '流水号,金额,姓名\r\nT1,1.5,张三\r\n';
  const expected = [doc('T1', '1.5', { payerName: '张三' })];
  test.each<[string, string | Uint8Array]>([
    ['UTF-8', text], ['UTF-8 with a mark', `\ufeff${text}`], ['GB18030', GBK], ['UTF-16 with a mark', Buffer.from(`\ufeff${text}`, 'utf16le')], ['UTF-16 without', Buffer.from(`${text}T2,2,x\r\n`, 'utf16le')],
    ['UTF-16, the other end first', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()], ['tabs', text.replaceAll(',', '\t')], ['semicolons', text.replaceAll(',', ';')], ['bars', text.replaceAll(',', '|')],
    ['no last line break', text.trimEnd()], ['Unix lines', text.replaceAll('\r', '')], ['blank rows', `\r\n,,\r\n${text}\r\n,,\r\n`], ['title rows above', `2026年8月 交易明细,,\r\n导出人：小烽,,\r\n${text}`],
    ['a title with many commas', `甲,乙,丙,丁,戊,己\r\n${text}`], ['quotes', text.replace('张三', '"张三"')], ['other columns and another order', '仓库,姓名,金额,流水号\n3,张三,1.5,T1\n'],
  ])('%s', async (_name, given) => {
    for (const size of [1, 7, 100_000]) expect((await documents(given, PAYMENT, { size })).slice(0, 1), `in pieces of ${size}`).toEqual(expected);
  });
  test('quotes: a delimiter, a line break, a quote within', async () => {
    expect(await documents('流水号,金额,姓名\n"T,1","1,234.50","a ""b""\nc"\nT2,5,d\n')).toEqual([doc('T,1', '1234.50', { payerName: 'a "b"\nc' }), doc('T2', '5', { payerName: 'd' })]);
  });
  test('rows are counted as a spreadsheet does', async () => {
    const { documents: all } = await readAll('标题,,\n流水号,金额,姓名\n\n"T\n1",1,a\nT2,2,b\n', PAYMENT);
    expect(all.map((d) => d.row)).toEqual([4, 5]);
  });
  test('no header: columns by letter', async () => {
    const mapping = mappingOf('type: payment\nfile: { header: none }\nfields: { payCode: { constant: SIMPAY0001 }, payTransactionId: A, amountPaid: C }');
    expect(await documents('T1,x,1\nT2,y,2\n', mapping)).toEqual([doc('T1', '1'), doc('T2', '2')]);
  });
  test('bytes are cut anywhere', () => expect(encodingOf(Buffer.from('流水号').subarray(0, 8))).toBe('utf-8'));
});

describe('what is wrong is said with place and next step', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['an empty file', '', /^orders.csv is empty: expected a header row/], ['only blank rows', '\n,,\n', /no row with text/], ['another file', 'a,b\n1,2\n', /header does not fit[\s\S]*column 流水号 for payTransactionId \(required\)[\s\S]*the header has: a, b/],
    ['a quote without end', `流水号,金额\nT1,"1\n${'x'.repeat(2 << 20)}`, /row 2 has no end: .*written twice/], ['bytes that are no UTF-8 later on', Buffer.concat([Buffer.from(`流水号,金额\n${'T,1\n'.repeat(30_000)}`), GBK]), /bytes after row \d+ that are no utf-8: .*encoding: gb18030/],
  ])('%s', async (_name, given, said) => { await expect(readAll(given, PAYMENT)).rejects.toThrow(said); });

  test('a header row that is not there', async () => {
    await expect(readAll('流水号,金额\n', mappingOf('type: payment\nfile: { header: 5 }\nfields: { payCode: { constant: x }, payTransactionId: 流水号, amountPaid: 金额 }'))).rejects.toThrow(/row 5 is empty or beyond the end/);
  });
  test('ragged rows, bad cells: the row is refused, the next one is read', async () => {
    const { documents: all } = await readAll('流水号,金额,时间\nT1,1\nT2,2,x,y\nT3,3,31/1/2026\nT4,4,2026-01-31\n', PAYMENT);
    expect(all.map((d) => d.faults.map((f) => `${f.row} ${f.column} ${f.message}`))).toEqual([
      [expect.stringMatching(/^2 .*expected 3 cells.*given: 2/)], [expect.stringMatching(/^3 .*given: 4/), expect.stringMatching(/^3 时间/)], [expect.stringMatching(/^4 时间 expected a time with the year first/)], []]);
  });
  test('columns that nothing uses are listed', async () => expect((await readAll('流水号,金额,仓库\nT1,1,x\n', PAYMENT)).warnings).toEqual(['orders.csv: columns that the mapping does not use: 仓库']));
});

const ORDER = (items: string): string => `type: order
fields: { orderNo: 订单, ebpCode: { constant: SIMEBP }, ebcCode: { constant: SIMEBC }, goodsValue: 总价, acturalPaid: 实付, note: [备注, note] }
items: ${items}`;
const LINE = 'fields: { itemName: 品名, qty: 数量, price: 单价, totalPrice: 小计 }';

describe('lines of an order', () => {
  const rows = mappingOf(ORDER(`{ rows: [orderNo], ${LINE} }`));
  const head = '订单,总价,实付,备注,品名,数量,单价,小计\n';
  const item = (itemName: string, qty: string) => ({ itemName, qty, price: '1', totalPrice: qty });
  test('as several rows with one number, or empty cells under it', async () => {
    const all = await documents(`${head}A,3,3,,a,1,1,1\nA,3,3,,b,2,1,2\nB,5,5,n,c,5,1,5\n,,,,d,6,1,6\nC,1,1,,e,1,1,1\n`, rows);
    expect(all.map((d) => [d.orderNo, d.note, d.items])).toEqual([['A', undefined, [item('a', '1'), item('b', '2')]], ['B', 'n', [item('c', '5'), item('d', '6')]], ['C', undefined, [item('e', '1')]]]);
  });
  test('rows of one order that differ, or stand apart, are refused by both rows', async () => {
    const { documents: all } = await readAll(`${head}A,3,3,,a,1,1,1\nA,3,4,,b,2,1,2\nB,5,5,,c,5,1,5\nA,3,3,,d,1,1,1\n`, rows);
    expect(all.map((d) => d.faults.map((f) => `${f.row} ${f.column}: ${f.message}`))).toEqual([[expect.stringMatching(/^3 实付: expected the same in every row.*row 2/)], [], [expect.stringMatching(/^5 : the same orderNo as in row 2.*sort the file/)]]);
  });
  test('a key that never changes does not gather the whole file', async () => {
    const { documents: [one, ...others] } = await readAll(head + 'A,3,3,,a,1,1,1\n'.repeat(5_000), rows);
    expect([others, (one!.document.items as object[]).length, one!.faults.map((f) => `${f.row} ${f.message}`)]).toEqual([[], 1_000, [expect.stringMatching(/^1002 expected at most 1000 rows of one document.*`items.rows`/)]]);
  });
  test('as numbered columns; groups that are empty are no lines', async () => {
    const numbered = mappingOf(ORDER('{ columns: 3, fields: { itemName: "品名{n}", qty: "数量{n}", price: "单价{n}", totalPrice: "小计{n}" } }'));
    const header = `订单,总价,实付,${[1, 2, 3].map((n) => `品名${n},数量${n},单价${n},小计${n}`).join(',')}\n`;
    const { documents: all } = await readAll(`${header}A,3,3,a,1,1,1,,,,,b,2,1,2\nB,1,1,c,1,1,1,,,,,,,,\n`, numbered);
    expect(all.map((d) => d.document.items)).toEqual([[item('a', '1'), item('b', '2')], [item('c', '1')]]);
    expect(placeOf(all[0]!, 'items[1].qty')).toBe('row 2, column 数量3');
  });
  test('a field of a document has its place in the file', async () => {
    const { documents: [a] } = await readAll(`${head}A,3,3,,a,1,1,1\nA,3,3,,b,2,1,2\n`, rows);
    expect([placeOf(a!, 'acturalPaid'), placeOf(a!, 'items[1].qty'), placeOf(a!, 'items'), placeOf(a!, 'buyerName')]).toEqual(['row 2, column 实付', 'row 3, column 数量', 'row 2', 'row 2']);
  });
});

describe('Excel', () => {
  const cells: XlsxCell[][] = [['2026年8月 交易明细', null, null, null], [], ['流水号', '金额', '时间', '姓名'], [{ n: '123' }, { formula: 'A1*2', value: '1.5' }, { date: 46237.427083333336 }, '张三'], ['T2', { n: '19.899999999999999' }, '2026-08-03 09:00', null]];
  test('a sheet with a merged title, dates, formulas and numbers', async () => {
    const { documents: all, warnings } = await readAll(workbook({ 明细: cells, 说明: [['x']] }, ['A1:D1']), PAYMENT, { name: 'p.xlsx' });
    expect(all.map((d) => d.document)).toEqual([doc('123', '1.5', { payerName: '张三', payTime: '20260803101500' }), doc('T2', '19.9', { payTime: '20260803090000' })]);
    expect(all.map((d) => [d.row, d.faults])).toEqual([[4, []], [5, []]]);
    expect(warnings).toEqual([expect.stringMatching(/column 流水号: stored as numbers: leading zeros/)]);
  });
  test('a sheet by name or number; one that is not there', async () => {
    const bytes = workbook({ first: [['x']], 明细: cells });
    const of = (sheet: string) => readAll(bytes, { ...PAYMENT, sheet: /^\d/.test(sheet) ? Number(sheet) : sheet }, { name: 'p.xlsx' });
    expect((await of('明细')).documents).toHaveLength(2);
    expect((await of('2')).documents).toHaveLength(2);
    await expect(of('明细表')).rejects.toThrow(/Available sheets: first, 明细.*`file.sheet` names: "明细表"/);
  });
  test.each<[string, Uint8Array, RegExp]>([
    ['no workbook', Buffer.from('PK\x03\x04 no zip'), /p.xlsx cannot be read as a zip archive/], ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old Excel file \(.xls\)/],
  ])('%s', async (_name, bytes, said) => { await expect(readAll(bytes, PAYMENT, { name: 'p.xlsx' })).rejects.toThrow(said); });
});

describe('--dry-run', () => {
  async function* of(text: string, mapping = PAYMENT) { yield* (await readAll(text, mapping)).documents; }
  test('shows how the first rows are read, and lists what is wrong in the whole file', async () => {
    const text = `流水号,金额,姓名,时间\n${'T1,1.5,张三,2026-01-31\n'.repeat(5)},2,李四,\nT7,x,王五,31/1/2026\n`;
    const seen = await preview('p.csv', of(text), PAYMENT);
    expect([seen.documents, seen.wrong, seen.shown.map((s) => s.row)]).toEqual([7, 2, [2, 3, 4]]);
    expect(seen.problems.map((p) => `${p.place}: ${p.path}: ${p.message}`)).toEqual([
      expect.stringMatching(/^row 7, column 流水号: payTransactionId: expected a code.*given: nothing/), expect.stringMatching(/^row 8, column 时间: payTime: .*year first/), expect.stringMatching(/^row 8, column 金额: amountPaid: expected a decimal number/)]);
    const said = previewLines(seen).join('\n');
    expect(said).toMatch(/payTime +时间 +2026-01-31 +20260131000000/);
    for (const name of ['张三', '李四', '王五']) expect(said).not.toContain(name);
  });
});
