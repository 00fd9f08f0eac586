/** What a file holds and how it is sent: a customs message and a JSON document whole, NDJSON in batches of lines. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CommandError, EXIT } from './exit.ts';

export type Form = 'xml' | 'json' | 'ndjson';
/** One request's worth. `firstIndex` and `firstLine`: events and lines before it in the file, so that a rejection can be named by its place there. */
export interface Batch { body: string; form: Form; firstIndex: number; firstLine: number; bytes: number }
export interface SourceFile { name: string; bytes: number; form: Form; batches: AsyncGenerator<Batch> }

export const BATCH_LINES = 500;
/** Longer requests are cut earlier: the gateway limits a body (10 MB by default), and an answer should come soon. */
const BATCH_BYTES = 2_000_000;
export const CONTENT_TYPE: Record<Form, string> = { xml: 'application/xml', json: 'application/json', ndjson: 'application/x-ndjson' };

/** By `--as`, else the extension, else the first bytes. */
export function formOf(name: string, head: string, as: string | undefined): Form {
  const byExtension = /\.(xml|json|ndjson|jsonl)$/i.exec(name)?.[1]?.toLowerCase();
  const isLines = byExtension === 'ndjson' || byExtension === 'jsonl';
  if (as === 'ceb') return 'xml';
  if (as === 'json') return isLines || looksLikeLines(head) ? 'ndjson' : 'json';
  if (isLines) return 'ndjson';
  if (byExtension === 'xml') return 'xml';
  if (byExtension === 'json') return looksLikeLines(head) ? 'ndjson' : 'json';
  const first = head.replace(/^\ufeff/, '').trimStart()[0];
  if (first === '<') return 'xml';
  if (first === '{' || first === '[') return looksLikeLines(head) ? 'ndjson' : 'json';
  throw new CommandError(EXIT.usage, `${name}: cannot tell what it holds. Expected XML (<…) or JSON ({…, […), given ${first === undefined ? 'nothing' : 'something else at its start'}; say --as ceb or --as json.`);
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

/** `-` is standard input. Throws CommandError where the file cannot be read. */
export async function openSource(name: string, as: string | undefined): Promise<SourceFile> {
  const bytes = name === '-' ? 0 : await sizeOf(name);
  const stream = name === '-' ? process.stdin : createReadStream(name);
  stream.setEncoding('utf8');
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<string>;
  // A head of a few kilobytes tells the form; a pipe may hand over less at a time.
  let head = '';
  let ended = false;
  while (!ended && head.length < 4096) {
    const next = await chunks.next();
    ended = next.done === true;
    head += next.value ?? '';
  }
  const form = formOf(name, head, as);
  const rest = chain(head, chunks);
  return { name, bytes, form, batches: form === 'ndjson' ? lineBatches(rest) : wholeBatches(rest, form) };
}

async function sizeOf(name: string): Promise<number> {
  try {
    const found = await stat(name);
    if (found.isFile()) return found.size;
    throw new CommandError(EXIT.usage, `${name} is no file. Name the files in it, e.g. ${name}/*.xml`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(EXIT.usage, `${name} cannot be read: ${(error as Error).message}`);
  }
}

async function* chain(head: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield head.replace(/^\ufeff/, '');
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Blank lines stay, so that the gateway's line numbers fit; they count as no event. */
async function* lineBatches(chunks: AsyncIterable<string>): AsyncGenerator<Batch> {
  let batch: Batch = { body: '', form: 'ndjson', firstIndex: 0, firstLine: 0, bytes: 0 };
  let lines: string[] = [];
  let events = 0;
  const next = (): Batch => {
    const full = { ...batch, body: lines.join('\n') };
    batch = { ...batch, firstIndex: batch.firstIndex + events, firstLine: batch.firstLine + lines.length, bytes: 0 };
    lines = [];
    events = 0;
    return full;
  };
  for await (const line of linesOf(chunks)) {
    const length = Buffer.byteLength(line) + 1;
    if (lines.length === BATCH_LINES || (batch.bytes + length > BATCH_BYTES && lines.length > 0)) yield next();
    lines.push(line);
    batch.bytes += length;
    if (line.trim() !== '') events++;
  }
  if (events > 0 || batch.firstLine === 0) yield next();
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let open = '';
  for await (const chunk of chunks) {
    const parts = (open + chunk).split('\n');
    open = parts.pop() ?? '';
    yield* parts;
  }
  if (open !== '') yield open;
}

/** A JSON document is sent as it is written: parsing and writing it anew could change a number. Many events belong in NDJSON. */
async function* wholeBatches(chunks: AsyncIterable<string>, form: Form): AsyncGenerator<Batch> {
  let body = '';
  for await (const chunk of chunks) body += chunk;
  yield { body, form, firstIndex: 0, firstLine: 0, bytes: Buffer.byteLength(body) };
}
