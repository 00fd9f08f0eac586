/** What a part holds and how it is sent: a customs message and a JSON document whole, NDJSON and rows of a table in batches of lines. */
import { bindColumns } from '../mapping/columns.ts';
import type { Mapping } from '../mapping/form.ts';
import { documentsOf, inRow, type Mapped } from '../mapping/rows.ts';
import { readTable } from '../mapping/table.ts';
import { CommandError, EXIT } from '../exit.ts';
import { gather, peek, type Bytes, type Peeked } from './bytes.ts';
import type { Part } from './unpack.ts';

export type Form = 'xml' | 'json' | 'ndjson';
export type Holds = Form | 'csv' | 'xlsx';
export interface Rejection { index: number; code: string; path: string; message: string }
/**
 * One request's worth. `firstIndex` and `firstLine`: events and lines before it in the file, so that a rejection can be named by its place there.
 * `refused` never leaves this machine; `documents` are those sent, where they come from a table.
 */
export interface Batch { body: Uint8Array; form: Form; firstIndex: number; firstLine: number; refused: Rejection[]; documents?: Mapped[] }
export interface Source { name: string; holds: Holds; batches: AsyncGenerator<Batch> }
export interface How { as?: string; mapping?: Mapping; warn(message: string): void }

export const BATCH_LINES = 500;
/** Longer requests are cut earlier: an answer should come soon. */
const BATCH_BYTES = 2_000_000;
/** What the gateway takes in one request. */
export const MOST_BYTES = 8 << 20;
const HEAD = 64 << 10;
const NEWLINE = 10;
export const CONTENT_TYPE: Record<Form, string> = { xml: 'application/xml', json: 'application/json', ndjson: 'application/x-ndjson' };

/** By `--as`, else the extension, else the first bytes. */
export function formOf(name: string, head: string, as: string | undefined): Holds {
  const byExtension = /\.(xml|json|ndjson|jsonl|csv|tsv|xlsx)$/i.exec(name)?.[1]?.toLowerCase();
  const isLines = byExtension === 'ndjson' || byExtension === 'jsonl';
  if (as === 'ceb') return 'xml';
  if (as === 'csv' || as === 'xlsx') return as;
  if (as === 'json') return isLines || looksLikeLines(head) ? 'ndjson' : 'json';
  if (isLines) return 'ndjson';
  if (byExtension === 'csv' || byExtension === 'tsv') return 'csv';
  if (byExtension === 'xml' || byExtension === 'xlsx') return byExtension;
  if (byExtension === 'json') return looksLikeLines(head) ? 'ndjson' : 'json';
  const first = head.replace(/^\ufeff/, '').trimStart()[0];
  if (first === '<') return 'xml';
  if (first === '{' || first === '[') return looksLikeLines(head) ? 'ndjson' : 'json';
  throw new CommandError(EXIT.usage, `${name}: cannot tell what it holds. Expected XML (<…) or JSON ({…, […), given ${first === undefined ? 'nothing' : 'something else at its start'}; say --as ceb, --as json, or --as csv with --map.`);
}

/** Several lines of which the first is a whole JSON object. */
function looksLikeLines(head: string): boolean {
  const [first, second] = head.replace(/^\ufeff/, '').trimStart().split(/\r?\n/, 2);
  if (!first?.startsWith('{') || !second?.trim().startsWith('{')) return false;
  try {
    JSON.parse(first);
    return true;
  } catch {
    return false;
  }
}

export const noMapping = (name: string): CommandError =>
  new CommandError(EXIT.usage, `${name} is a table: expected --map FILE, which says what column is what field; given none. \`npx fenghuo ingest --map-template order > map.yaml\` prints one to start from`);

export async function openSource({ name, bytes }: Part, how: How): Promise<Source> {
  const peeked = await peek(bytes, HEAD);
  const holds = formOf(name, peeked.head.subarray(0, 4096).toString('utf8'), how.as);
  if (holds === 'ndjson') return { name, holds, batches: lineBatches(peeked) };
  if (holds === 'xml' || holds === 'json') return { name, holds, batches: wholeBatches(name, peeked, holds) };
  if (!how.mapping) throw noMapping(name);
  return { name, holds, batches: rowBatches(openTable(name, peeked, holds, how.mapping, how.warn)) };
}

/** Documents of a table, from the header on. Throws where required columns are missing. */
export async function* openTable(name: string, peeked: Peeked, holds: 'csv' | 'xlsx', mapping: Mapping, warn: How['warn']): AsyncGenerator<Mapped> {
  const { header, rows } = await readTable(name, peeked, holds, mapping);
  const columns = bindColumns(mapping, header);
  if (columns.problems.length > 0) {
    throw new CommandError(EXIT.refused, `${name}: the header does not fit the mapping:\n${columns.problems.map((p) => `  ${p}`).join('\n')}\n  the header has: ${header.filter((h) => h !== '').join(', ')}`);
  }
  if (columns.unused.length > 0) warn(`${name}: columns that the mapping does not use: ${columns.unused.join(', ')}`);
  const told = new Set<string>();
  yield* documentsOf(rows, header.length, columns, mapping, (column, message) => {
    if (!told.has(column + message)) warn(`${name}: column ${column}: ${message}`);
    told.add(column + message);
  });
}

async function* rowBatches(documents: AsyncIterable<Mapped>): AsyncGenerator<Batch> {
  let batch: Batch & { documents: Mapped[] } = { body: NOTHING, form: 'ndjson', firstIndex: 0, firstLine: 0, refused: [], documents: [] };
  let lines: string[] = [];
  let length = 0;
  const next = (): Batch => {
    const full = { ...batch, body: Buffer.from(lines.join('\n')) };
    batch = { ...batch, refused: [], documents: [] };
    lines = [];
    length = 0;
    return full;
  };
  for await (const mapped of documents) {
    const [fault] = mapped.faults;
    if (fault) {
      const more = mapped.faults.length > 1 ? ` (and ${mapped.faults.length - 1} more in this document)` : '';
      batch.refused.push({ index: mapped.index, code: fault.code, path: fault.path, message: `${inRow(fault.row, fault.column)}: ${fault.message}${more}` });
    } else {
      const line = JSON.stringify(mapped.document);
      lines.push(line);
      length += Buffer.byteLength(line);
      batch.documents.push(mapped);
    }
    if (lines.length === BATCH_LINES || length > BATCH_BYTES || batch.refused.length === BATCH_LINES) yield next();
  }
  if (lines.length > 0 || batch.refused.length > 0) yield next();
}

const NOTHING = new Uint8Array(0);

/** Blank lines stay, so that the gateway's line numbers fit; they count as no event. */
async function* lineBatches(bytes: Bytes): AsyncGenerator<Batch> {
  let batch: Batch = { body: NOTHING, form: 'ndjson', firstIndex: 0, firstLine: 0, refused: [] };
  let lines: Uint8Array[] = [];
  let length = 0;
  let events = 0;
  const next = (): Batch => {
    const full = { ...batch, body: Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [LF, line]))) };
    batch = { ...batch, firstIndex: batch.firstIndex + events, firstLine: batch.firstLine + lines.length, refused: [] };
    lines = [];
    length = events = 0;
    return full;
  };
  for await (const line of linesOf(bytes)) {
    if (lines.length === BATCH_LINES || (length + line.length > BATCH_BYTES && lines.length > 0)) yield next();
    if (line.length > MOST_BYTES) {
      const number = batch.firstLine + lines.length + 1;
      if (lines.length > 0) yield next();
      batch.refused.push({ index: batch.firstIndex, code: 'TOO_LARGE', path: '', message: `expected at most ${MOST_BYTES} bytes in line ${number}; given: more. A line is one document; check that line breaks are there` });
      // Counted as one event and line that is not sent.
      yield { ...batch, body: NOTHING };
      batch = { ...batch, firstIndex: batch.firstIndex + 1, firstLine: batch.firstLine + 1, refused: [] };
      continue;
    }
    lines.push(line);
    length += line.length + 1;
    if (!isBlank(line)) events++;
  }
  if (events > 0 || batch.firstLine === 0) yield next();
}

const LF = Buffer.from('\n');
const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte === 32 || byte === 9 || byte === 13);

/** Of a line that is too long only so much is kept as shows it. */
async function* linesOf(bytes: Bytes): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = [];
  let length = 0;
  const add = (piece: Uint8Array): void => {
    if (length <= MOST_BYTES) open.push(piece);
    length += piece.length;
  };
  const close = (): Uint8Array => {
    const line = open.length === 1 ? (open[0] as Uint8Array) : Buffer.concat(open);
    open = [];
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      start = end + 1;
      yield close();
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield close();
}

/** A JSON document is sent as it is written: parsing and writing it anew could change a number. Many events belong in NDJSON. */
async function* wholeBatches(name: string, bytes: Bytes, form: Form): AsyncGenerator<Batch> {
  const body = await gather(name, bytes, MOST_BYTES, form === 'json' ? 'Write one document a line (NDJSON), which is sent in pieces' : 'Split the message into several');
  yield { body, form, firstIndex: 0, firstLine: 0, refused: [] };
}
