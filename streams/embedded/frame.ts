/**
 * A record as it lies in a batch: a fixed small header that can be read without Avro, the key, the value in Confluent wire format.
 *   u32 length of the rest · u8 type · u8 source name · u16 source partition · f64 source offset · u32 source index · f64 event time · f64 arrival · u16 key length · key · value
 */
import { decode, encodeInto, RECORD_TYPES, typeId, type RecordType } from '../../schemas/registry.ts';
import type { Entry, LogRecord, Source } from '../log.ts';
import type { Names } from './names.ts';

const HEADER = 4 + 1 + 1 + 2 + 8 + 4 + 8 + 8 + 2;

/** A growing buffer of frames. The memory is reused: `take` copies out. */
export class FrameWriter {
  #buffer = Buffer.allocUnsafe(1 << 20);
  #end = 0;
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  add(entry: Entry): void {
    const keyBytes = Buffer.byteLength(entry.key);
    this.#room(HEADER + keyBytes + 512);
    const at = this.#end;
    const valueAt = at + HEADER + keyBytes;
    const end = entry.bytes ? this.#copy(entry.bytes, valueAt) : this.#encode(entry, valueAt);
    const b = this.#buffer;
    b.writeUInt32LE(end - at - 4, at);
    b[at + 4] = typeId(entry.type);
    b[at + 5] = this.#names.id(entry.source.topic);
    b.writeUInt16LE(entry.source.partition, at + 6);
    b.writeDoubleLE(entry.source.offset, at + 8);
    b.writeUInt32LE(entry.source.index, at + 16);
    b.writeDoubleLE(entry.eventTime, at + 20);
    b.writeDoubleLE(entry.arrival, at + 28);
    b.writeUInt16LE(keyBytes, at + 36);
    b.write(entry.key, at + HEADER, 'utf8');
    this.#end = end;
  }

  #copy(bytes: Uint8Array, at: number): number {
    this.#room(at - this.#end + bytes.length);
    this.#buffer.set(bytes, at);
    return at + bytes.length;
  }

  #encode(entry: Entry, at: number): number {
    for (;;) {
      const end = encodeInto(entry.type, entry.body, this.#buffer, at);
      if (end > 0) return end;
      this.#room(this.#buffer.length - this.#end - end);
    }
  }

  take(): Buffer {
    const out = Buffer.from(this.#buffer.subarray(0, this.#end));
    this.#end = 0;
    return out;
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes));
    this.#buffer.copy(grown, 0, 0, this.#end);
    this.#buffer = grown;
  }
}

export interface Placed { topic: string; partition: number; appendedAt: number; incarnation: string }

/** A record read back from its bytes; the body is decoded on first use. */
class StoredRecord implements LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
  readonly incarnation: string;
  readonly type: RecordType;
  readonly key: string;
  readonly eventTime: number;
  readonly arrival: number;
  readonly source: Source;
  readonly bytes: Uint8Array;
  #body: unknown;

  constructor(frames: Buffer, at: number, end: number, offset: number, placed: Placed, names: Names) {
    this.topic = placed.topic;
    this.partition = placed.partition;
    this.offset = offset;
    this.appendedAt = placed.appendedAt;
    this.incarnation = placed.incarnation;
    this.type = RECORD_TYPES[(frames[at + 4] as number) - 1] as RecordType;
    this.source = { topic: names.name(frames[at + 5] as number), partition: frames.readUInt16LE(at + 6), offset: frames.readDoubleLE(at + 8), index: frames.readUInt32LE(at + 16) };
    this.eventTime = frames.readDoubleLE(at + 20);
    this.arrival = frames.readDoubleLE(at + 28);
    const keyEnd = at + HEADER + frames.readUInt16LE(at + 36);
    this.key = frames.toString('utf8', at + HEADER, keyEnd);
    this.bytes = frames.subarray(keyEnd, end);
  }

  get body(): unknown {
    this.#body ??= decode(this.bytes);
    return this.#body;
  }
}

/** Records of one stored batch from `offset` on. */
export function readFrames(frames: Buffer, base: number, offset: number, placed: Placed, names: Names, into: LogRecord[], limit: number): void {
  let at = 0;
  for (let current = base; at < frames.length && into.length < limit; current++) {
    const end = at + 4 + frames.readUInt32LE(at);
    if (current >= offset) into.push(new StoredRecord(frames, at, end, current, placed, names));
    at = end;
  }
}
