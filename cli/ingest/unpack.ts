/** Files as they lie on disk → what is in them: gzip and zip are unpacked as streams, within limits. Nothing is written to disk. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { CommandError, EXIT } from '../exit.ts';
import type { Bytes } from './bytes.ts';
import { peek } from './bytes.ts';

/** One stream of documents. `name` tells the form, and where it was found: `archive.zip:orders.csv`. */
export interface Part { name: string; bytes: Bytes }
/** `read` hears of bytes taken from disk, `skipped` of entries that hold no documents. */
export interface Hear { read(bytes: number): void; skipped(name: string, why: string): void }

export interface UnpackLimits { bytes: number; ratio: number; entries: number }
export const LIMITS: UnpackLimits = { bytes: 8 * 2 ** 30, ratio: 200, entries: 100_000 };
/** Below this a good ratio harms nobody: repeated lines pack well. */
const RATIO_FROM = 16 << 20;
const WORKBOOK: UnpackLimits = { bytes: 512 << 20, ratio: 200, entries: 5_000 };
const HEAD = 64 << 10;

const ARCHIVE = /\.(zip|gz|tgz|7z|rar|tar|bz2|xz|zst)$/i;
export const DOCUMENTS = /\.(xml|json|ndjson|jsonl|csv|tsv|xlsx)$/i;

const refuse = (message: string): never => { throw new CommandError(EXIT.refused, message); };

export async function* partsOf(name: string, hear: Hear, limits: UnpackLimits = LIMITS): AsyncGenerator<Part> {
  const other = /\.(tgz|tar\.gz|7z|rar|tar|bz2|xz|zst)$/i.exec(name)?.[1];
  if (other) refuse(`${name}: archives of the kind .${other} are not read; expected .zip, or .gz of one file`);
  if (/\.zip$/i.test(name)) return yield* zipped(name, hear, limits);
  const counted = count(name === '-' ? process.stdin : createReadStream(name, { highWaterMark: 1 << 18 }), hear.read);
  const peeked = await peek(counted, HEAD);
  const [a, b] = peeked.head;
  if (a === 0x1f && b === 0x8b) return yield { name: /\.gz$/i.test(name) ? name.slice(0, -3) : name, bytes: gunzipped(name, peeked, limits) };
  if (/\.gz$/i.test(name)) refuse(`${name} is no gzip file: expected its two marking bytes, given others. Rename it, or pack it anew`);
  if (name === '-' && peeked.head.subarray(0, 4).equals(PK)) refuse('A zip archive cannot be read from standard input, since its list stands at its end: give the file by name');
  yield { name, bytes: peeked };
}

const PK = Buffer.from('PK\x03\x04');

async function* count(bytes: Bytes, read: (n: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    read(chunk.length);
    yield chunk;
  }
}

async function* gunzipped(name: string, packed: Bytes, limits: UnpackLimits): AsyncGenerator<Uint8Array> {
  const guard = new Guard(name, limits);
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  pipeline(Readable.from(count(packed, (n) => { guard.packed += n; })), gunzip, () => {});
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      guard.unpacked(chunk.length);
      yield chunk;
    }
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
    refuse(`${name} cannot be unpacked (${(error as Error).message}): the file is cut short or damaged. Copy it again`);
  } finally {
    gunzip.destroy();
  }
}

/** Stops a bomb by what has really come out, whatever the archive says of itself. */
class Guard {
  packed: number;
  #out = 0;
  readonly #name: string;
  readonly #limits: UnpackLimits;
  constructor(name: string, limits: UnpackLimits, packed = 0) {
    this.#name = name;
    this.#limits = limits;
    this.packed = packed;
  }

  unpacked(bytes: number): void {
    this.#out += bytes;
    const { bytes: most, ratio } = this.#limits;
    if (this.#out > most) refuse(`${this.#name} unpacks to more than ${most} bytes: it may be a bomb. Expected less in one archive; split it`);
    if (this.#out > RATIO_FROM && this.#out > ratio * Math.max(1, this.packed)) refuse(`${this.#name} unpacks to more than ${ratio} times its size: it may be a bomb. If it is good, unpack it yourself and send the files`);
  }
}

async function* zipped(name: string, hear: Hear, limits: UnpackLimits): AsyncGenerator<Part> {
  const zip = await inWords(name, yauzl.openPromise(name, OPTIONS));
  // Entries may overlap: what they claim to be packed is no measure, the file is.
  const guard = new Guard(name, limits, (await stat(name)).size);
  try {
    if (zip.entryCount > limits.entries) refuse(`${name} holds ${zip.entryCount} entries: expected at most ${limits.entries}; split it`);
    for await (const entry of entriesOf(name, zip)) {
      const inner = nameOf(entry);
      const whole = `${name}:${inner}`;
      if (inner.endsWith('/')) continue;
      if (entry.isEncrypted()) refuse(`${whole} is encrypted: expected a plain archive. Unpack it with its password and send the files`);
      if (ARCHIVE.test(inner)) refuse(`${whole} is an archive in an archive, which is not read: unpack ${name} and send what is in it`);
      if (/(^|\/)(\.|__MACOSX\/)/.test(inner) || !DOCUMENTS.test(inner)) hear.skipped(whole, `not a kind of file that is read (${extname(inner) || basename(inner)})`);
      else yield { name: whole, bytes: unzipped(name, zip, entry, guard, hear) };
    }
  } finally {
    zip.close();
  }
}

/** Names are decoded here: Chinese Windows writes them in GBK and does not say so. */
const OPTIONS = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true } as const;

function nameOf({ fileName }: yauzl.Entry): string {
  const bytes = fileName as unknown as Buffer;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

async function* entriesOf(name: string, zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (let left = zip.entryCount; left > 0; left--) {
    const entry = await inWords(name, new Promise<yauzl.Entry>((resolve, reject) => {
      zip.removeAllListeners('entry').removeAllListeners('error').once('entry', resolve).once('error', reject).readEntry();
    }));
    yield entry;
  }
}

async function* unzipped(name: string, zip: yauzl.ZipFile, entry: yauzl.Entry, guard: Guard, hear: Hear): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
      guard.unpacked(chunk.length);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    refuse(`${name}:${nameOf(entry)} cannot be unpacked (${(error as Error).message}): the archive is damaged. Copy it again`);
  } finally {
    hear.read(entry.compressedSize);
  }
}

async function inWords<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    return refuse(`${name} cannot be read as a zip archive (${(error as Error).message}): expected a whole .zip file. Copy it again`);
  }
}

/** A workbook is a zip archive that its reader unpacks into memory: it is unpacked once before, to see that it is no bomb. */
export async function checkWorkbook(name: string, bytes: Buffer): Promise<void> {
  if (bytes.subarray(0, 4).toString('hex') === 'd0cf11e0') refuse(`${name} is an old Excel file (.xls), or one with a password: expected .xlsx. Open it and save it as .xlsx or CSV`);
  const zip = await inWords(name, yauzl.fromBufferPromise(bytes, OPTIONS));
  const guard = new Guard(name, WORKBOOK, bytes.length);
  if (zip.entryCount > WORKBOOK.entries) refuse(`${name} holds ${zip.entryCount} parts: expected at most ${WORKBOOK.entries}, as a workbook has`);
  for await (const entry of entriesOf(name, zip)) {
    for await (const chunk of unzipped(name, zip, entry, guard, { read() {}, skipped() {} })) void chunk;
  }
}
