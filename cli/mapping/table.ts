/** Bytes of a CSV or Excel file → header and rows of cells. CSV streams; a workbook is read whole, within limits. */
import { pipeline, Readable } from 'node:stream';
import { parse, type CsvError, type InfoRecord } from 'csv-parse';
import { parse as parseAll } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/node';
import { CommandError, EXIT } from '../exit.ts';
import { gather, type Bytes, type Peeked } from '../ingest/bytes.ts';
import { checkWorkbook } from '../ingest/unpack.ts';
import { ExcelNumber, textOf, type Cell } from './cells.ts';
import { columnsOf, letters, matches, plainName } from './columns.ts';
import type { Encoding, Mapping } from './form.ts';

/** `row` counts from 1 as a spreadsheet shows it; a CSV record over several lines is one row. */
export interface Row { row: number; cells: Cell[] }
export interface Table { header: string[]; rows: AsyncIterable<Row> }

/** Above this a record is a quote that was never closed. */
const MOST_RECORD = 1 << 20;
const WORKBOOK_BYTES = 64 << 20;
/** The header is looked for in so many rows. */
const HEADER_ROWS = 20;
const DELIMITERS = [',', '\t', ';', '|'];

export async function readTable(name: string, peeked: Peeked, form: 'csv' | 'xlsx', mapping: Mapping): Promise<Table> {
  const rows = form === 'csv' ? csvRows(name, peeked, mapping) : sheetRows(name, await gather(name, peeked, WORKBOOK_BYTES, 'Save the sheet as CSV, which is read as a stream'), mapping);
  return form === 'csv' && peeked.head.length === 0 ? refuse(`${name} is empty: expected a header row and rows under it`) : withHeader(name, rows, mapping);
}

const refuse = (message: string): never => { throw new CommandError(EXIT.refused, message); };

/** Title rows above the header are passed over: the header is the row that names most columns of the mapping. */
async function withHeader(name: string, all: AsyncIterable<Row>, mapping: Mapping): Promise<Table> {
  const rows = all[Symbol.asyncIterator]();
  const first: Row[] = [];
  const wantedRows = typeof mapping.header === 'number' ? mapping.header : HEADER_ROWS;
  for (let next = await rows.next(); !next.done; next = await rows.next()) {
    first.push(next.value);
    if (mapping.header === 'none' || next.value.row >= wantedRows) break;
  }
  if (first.length === 0) refuse(`${name} has no row with text: expected a header row and rows under it`);
  const at = mapping.header === 'none' ? -1 : mapping.header === 'auto' ? headerAt(first, mapping) : first.findIndex(({ row }) => row === mapping.header);
  if (at < 0 && mapping.header !== 'none') refuse(`${name}: row ${mapping.header} is empty or beyond the end; expected the column names there (\`file.header\` in the mapping)`);
  const header = mapping.header === 'none' ? (first[0] as Row).cells.map((_, i) => letters(i)) : (first[at] as Row).cells.map(textOf);
  async function* rest(): AsyncGenerator<Row> {
    yield* first.slice(at + 1);
    for (let next = await rows.next(); !next.done; next = await rows.next()) yield next.value;
  }
  while (header.length > 0 && header.at(-1) === '') header.pop();
  return { header, rows: rest() };
}

function headerAt(rows: readonly Row[], mapping: Mapping): number {
  const wanted = wantedBy(mapping);
  let best = 0;
  let most = 0;
  for (const [i, { cells }] of rows.entries()) {
    const n = matches(wanted, cells.map(textOf));
    if (n > most) [best, most] = [i, n];
  }
  return best;
}

const wantedBy = (mapping: Mapping): Set<string> => new Set(columnsOf(mapping).map(plainName));

async function* csvRows(name: string, peeked: Peeked, mapping: Mapping): AsyncGenerator<Row> {
  const encoding = mapping.encoding === 'auto' ? encodingOf(peeked.head) : mapping.encoding;
  const delimiter = mapping.delimiter || delimiterOf(new TextDecoder(encoding).decode(peeked.head), mapping);
  const parser = parse({ delimiter, relax_column_count: true, relax_quotes: true, skip_empty_lines: false, info: true, max_record_size: MOST_RECORD });
  // Whatever ends it comes out of the parser.
  pipeline(Readable.from(decoded(peeked, encoding)), parser, () => {});
  let row = 0;
  try {
    for await (const { record } of parser as AsyncIterable<{ info: InfoRecord; record: string[] }>) {
      row++;
      if (record.some((cell) => cell.trim() !== '')) yield { row, cells: record };
    }
  } catch (error) {
    throw worded(name, row, error as CsvError, encoding, mapping);
  } finally {
    parser.destroy();
  }
}

async function* decoded(bytes: Bytes, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** `read`: rows that came before; the parser may be further on than what it has handed over. */
function worded(name: string, read: number, error: CsvError, encoding: string, mapping: Mapping): Error {
  const row = Math.max(read, Number(error.records ?? 0)) + 1;
  if (error instanceof CommandError) return error;
  if (error instanceof TypeError && /encoded data/.test(error.message)) {
    const next = mapping.encoding === 'auto' ? `it begins as ${encoding}; say what it is in the mapping (file: { encoding: gb18030 }), or save it as UTF-8` : `the mapping says ${encoding}; try another \`file.encoding\` (auto finds UTF-8, UTF-16 and GB18030)`;
    return new CommandError(EXIT.refused, `${name}: bytes after row ${read} that are no ${encoding}: ${next}`);
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE') {
    return new CommandError(EXIT.refused, `${name}: row ${row} has no end: expected at most ${MOST_RECORD} characters in a row and every " closed by another; a " inside a quoted cell is written twice`);
  }
  if (error.code?.startsWith('CSV_')) return new CommandError(EXIT.refused, `${name}: row ${row} cannot be read as CSV (${error.code}): expected cells apart by one delimiter, and quotes around a cell that holds it; check \`file.delimiter\``);
  return error;
}

/** By its mark, its zero bytes, or whether it is UTF-8; else what Chinese spreadsheets save. */
export function encodingOf(head: Uint8Array): Exclude<Encoding, 'auto'> {
  const [a, b] = head;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const even = head.subarray(0, 1000).filter((byte, i) => byte === 0 && i % 2 === 0).length;
  const odd = head.subarray(0, 1000).filter((byte, i) => byte === 0 && i % 2 === 1).length;
  if (even + odd > 10) return odd > even ? 'utf-16le' : 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}

/** The one under which some row names most columns of the mapping; where none does, the one that parts the first row most. */
export function delimiterOf(head: string, mapping: Mapping): string {
  const wanted = wantedBy(mapping);
  let best = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const rows = parseAll(head, { delimiter, to: HEADER_ROWS, relax_column_count: true, relax_quotes: true, skip_records_with_error: true }) as string[][];
    const score = Math.max(0, ...rows.map((row) => matches(wanted, row) * 1000 + Math.min(row.length, 999)));
    if (score > most) [best, most] = [delimiter, score];
  }
  return best;
}

async function* sheetRows(name: string, bytes: Buffer, mapping: Mapping): AsyncGenerator<Row> {
  await checkWorkbook(name, bytes);
  let data: Cell[][];
  try {
    data = await readSheet(bytes, mapping.sheet, { parseNumber: (stored) => new ExcelNumber(stored), trim: false }) as unknown as Cell[][];
  } catch (error) {
    const { message } = error as Error;
    if (/not found/i.test(message) || (error as Error).name === 'SheetNotFoundError') throw new CommandError(EXIT.refused, `${name}: ${message.replace(/\.$/, '')}. Expected the sheet that \`file.sheet\` names: ${JSON.stringify(mapping.sheet)}`);
    throw new CommandError(EXIT.refused, `${name} cannot be read as an Excel workbook (${message}): expected .xlsx as Excel saves it. Open it and save it as .xlsx or CSV`);
  }
  for (const [i, cells] of data.entries()) if (cells.some((cell) => textOf(cell) !== '')) yield { row: i + 1, cells };
}
