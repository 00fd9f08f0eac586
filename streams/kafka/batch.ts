/**
 * Kafka's record batch (magic 2), written and read without an object for each header, varint or long: kafkajs' own codec takes 7–10 µs a record with a header, this one a tenth of it.
 * Beside that, kafkajs lets a record of an aborted transaction through where two of them begin before the first offset that is fetched; here they are told apart by their spans.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { crc32c } from './crc32c.ts';

export interface RawRecord { key: Buffer | null; value: Uint8Array | null; header: string }

export interface ReadRecord {
  offset: number;
  /** Append time, epoch ms. */
  time: number;
  key: Buffer | null;
  value: Buffer | null;
  /** Of header `fenghuo`; '' = none. */
  header: string;
  /** Of header `sender`, by which parties name themselves; '' = none. */
  sender: string;
}

export interface ProducerIdentity { id: bigint; epoch: number; transactional: boolean }

const HEADER = Buffer.from('fenghuo');
const SENDER = Buffer.from('sender');
const OVERHEAD = 61;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

const zigzag = (value: number): number => (value << 1) ^ (value >> 31);
const varintSize = (value: number): number => {
  const z = zigzag(value) >>> 0;
  return z < 0x80 ? 1 : z < 0x4000 ? 2 : z < 0x200000 ? 3 : z < 0x10000000 ? 4 : 5;
};

function writeVarint(target: Buffer, at: number, value: number): number {
  let z = zigzag(value) >>> 0;
  while (z >= 0x80) {
    target[at++] = (z & 0x7f) | 0x80;
    z >>>= 7;
  }
  target[at++] = z;
  return at;
}

function writeBytes(target: Buffer, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(target, at, -1);
  const start = writeVarint(target, at, bytes.length);
  target.set(bytes, start);
  return start + bytes.length;
}

const bytesSize = (bytes: Uint8Array | null): number => (bytes === null ? 1 : varintSize(bytes.length) + bytes.length);
/** Headers are written in ASCII. */
const headersSize = (header: string): number => (header === '' ? 1 : 1 + bytesSize(HEADER) + varintSize(header.length) + header.length);
const bodySize = ({ key, value, header }: RawRecord, delta: number): number => 2 + varintSize(delta) + bytesSize(key) + bytesSize(value) + headersSize(header);

/** About what a record takes in a batch. */
const sizeOf = (record: RawRecord): number => bodySize(record, 0) + 5;

/** One batch is no larger: below what topics take (topics.ts), and quick to send. A record that is larger goes alone. */
export const BATCH_BYTES = 900_000;

/** Records are asked for as their piece is. */
export function* cut(records: Iterable<RawRecord>): Generator<{ records: RawRecord[]; bytes: number }, undefined> {
  let piece = { records: [] as RawRecord[], bytes: 0 };
  for (const record of records) {
    const size = sizeOf(record);
    if (piece.records.length > 0 && piece.bytes + size > BATCH_BYTES) {
      yield piece;
      piece = { records: [], bytes: 0 };
    }
    piece.records.push(record);
    piece.bytes += size;
  }
  if (piece.records.length > 0) yield piece;
}

export function encodeBatch(records: readonly RawRecord[], producer: ProducerIdentity, sequence: number, now: number): Buffer {
  let size = OVERHEAD;
  for (const [i, record] of records.entries()) size += bodySize(record, i) + 5;
  const b = Buffer.allocUnsafe(size);
  let at = OVERHEAD;
  for (const [i, record] of records.entries()) {
    at = writeVarint(b, at, bodySize(record, i));
    b[at++] = 0; // attributes
    b[at++] = 0; // timestamp delta
    at = writeVarint(b, at, i);
    at = writeBytes(b, at, record.key);
    at = writeBytes(b, at, record.value);
    at = writeVarint(b, at, record.header === '' ? 0 : 1);
    if (record.header !== '') {
      at = writeBytes(b, at, HEADER);
      at = writeVarint(b, at, record.header.length);
      at += b.write(record.header, at, 'latin1');
    }
  }
  b.writeBigInt64BE(0n, 0); // base offset
  b.writeInt32BE(at - 12, 8);
  b.writeInt32BE(-1, 12); // leader epoch
  b[16] = 2; // magic
  b.writeInt16BE(producer.transactional ? TRANSACTIONAL : 0, 21);
  b.writeInt32BE(records.length - 1, 23);
  b.writeBigInt64BE(BigInt(now), 27);
  b.writeBigInt64BE(BigInt(now), 35);
  b.writeBigInt64BE(producer.id, 43);
  b.writeInt16BE(producer.epoch, 51);
  b.writeInt32BE(sequence, 53);
  b.writeInt32BE(records.length, 57);
  b.writeUInt32BE(crc32c(b, 21, at), 17);
  return b.subarray(0, at);
}

export interface AbortedTransaction { producerId: bigint; firstOffset: number }

/** Records of whole batches from `from` on that belong to no aborted transaction, and the offset after the last whole batch. */
export function decodeBatches(set: Buffer, from: number, aborted: readonly AbortedTransaction[], into: ReadRecord[]): number {
  const begins = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<bigint>();
  let next = from;
  let at = 0;
  while (at + OVERHEAD <= set.length) {
    const end = at + 12 + set.readInt32BE(at + 8);
    if (end > set.length) break; // Cut by the limit of the fetch.
    if (set[at + 16] !== 2) throw new Error(`a record batch of format ${set[at + 16]}; only format 2 (Kafka 0.11 or newer) is read`);
    const base = Number(set.readBigInt64BE(at));
    if (crc32c(set, at + 21, end) !== set.readUInt32BE(at + 17)) throw new Error(`the record batch at offset ${base} does not match its checksum: damaged on a broker's disk or on the way`);
    const last = base + set.readInt32BE(at + 23);
    const attributes = set.readInt16BE(at + 21);
    const producerId = set.readBigInt64BE(at + 43);
    while (begins.length > 0 && (begins[0] as AbortedTransaction).firstOffset <= last) open.add((begins.shift() as AbortedTransaction).producerId);
    if ((attributes & CONTROL) !== 0) open.delete(producerId);
    else if (!((attributes & TRANSACTIONAL) !== 0 && open.has(producerId))) decodeRecords(set, at, end, base, from, into);
    next = Math.max(next, last + 1);
    at = end;
  }
  return next;
}

/** Of one batch. A varint is read by a cursor that the closure keeps: no pair is made for each. */
function decodeRecords(set: Buffer, start: number, end: number, base: number, from: number, into: ReadRecord[]): void {
  const attributes = set.readInt16BE(start + 21);
  const logAppendTime = (attributes & 0x08) !== 0;
  const firstTime = Number(set.readBigInt64BE(start + 27));
  const maxTime = Number(set.readBigInt64BE(start + 35));
  const b = decompress(attributes & 0x07, set.subarray(start + OVERHEAD, end));
  const reader = new Reader(b);
  for (let n = set.readInt32BE(start + 57); n > 0; n--) {
    const length = reader.varint();
    const after = reader.at + length;
    reader.at++; // attributes
    const timeDelta = reader.varlong();
    const offset = base + reader.varint();
    if (offset >= from) into.push(reader.record(offset, logAppendTime ? maxTime : firstTime + timeDelta));
    reader.at = after;
  }
}

class Reader {
  readonly #b: Buffer;
  at = 0;

  constructor(b: Buffer) {
    this.#b = b;
  }

  varint(): number {
    let z = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#b[this.at++] as number;
      z |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (z >>> 1) ^ -(z & 1);
    }
  }

  /** Up to 2^53: time deltas. */
  varlong(): number {
    let z = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#b[this.at++] as number;
      z += (byte & 0x7f) * factor;
      if (byte < 0x80) return z % 2 === 0 ? z / 2 : -(z + 1) / 2;
    }
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const bytes = this.#b.subarray(this.at, this.at + length);
    this.at += length;
    return bytes;
  }

  /** The rest of a record: key, value, and of its headers the two that are known here. */
  record(offset: number, time: number): ReadRecord {
    const record: ReadRecord = { offset, time, key: this.bytes(), value: this.bytes(), header: '', sender: '' };
    for (let n = this.varint(); n > 0; n--) {
      const name = this.varint();
      const nameAt = this.at;
      this.at += name;
      const length = Math.max(this.varint(), 0);
      if (this.#is(HEADER, nameAt, name)) record.header = this.#b.toString('latin1', this.at, this.at + length);
      else if (this.#is(SENDER, nameAt, name)) record.sender = this.#b.toString('utf8', this.at, this.at + length);
      this.at += length;
    }
    return record;
  }

  #is(word: Buffer, at: number, length: number): boolean {
    return length === word.length && this.#b.compare(word, 0, length, at, at + length) === 0;
  }
}

function decompress(codec: number, bytes: Buffer): Buffer {
  if (codec === 0) return bytes;
  if (codec === 1) return gunzipSync(bytes);
  if (codec === 4) return zstdDecompressSync(bytes);
  throw new Error(`a record batch compressed with ${codec === 2 ? 'snappy' : codec === 3 ? 'lz4' : `codec ${codec}`}; none, gzip and zstd are read. Set compression.type=zstd on the topic: the broker then stores batches so, whatever senders use`);
}
