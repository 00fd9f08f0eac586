/**
 * ClickHouse's Native format, written straight from Avro bytes: a block is its columns one after the other, each a run of plain values. No object is made of a
 * record and no text of a number: that was four fifths of the sink's JavaScript, and reading text a third of ClickHouse's share.
 */

/** A growing run of bytes. Its memory is used again for the next block. */
export class Bytes {
  buffer: Buffer = Buffer.allocUnsafeSlow(1 << 10);
  at = 0;

  /** The buffer, with room for `bytes` more. */
  room(bytes: number): Buffer {
    if (this.at + bytes > this.buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.at + bytes));
      this.buffer.copy(grown, 0, 0, this.at);
      this.buffer = grown;
    }
    return this.buffer;
  }

  written(): Buffer {
    return this.buffer.subarray(0, this.at);
  }
}

/** A place in Avro bytes. `low` and `high` are the halves of the last long read: a double does not hold all of its 64 bits. */
export interface Tap { bytes: Uint8Array; at: number; low: number; high: number }

export function readLong(tap: Tap): void {
  const { bytes } = tap;
  let at = tap.at;
  let byte = bytes[at++] as number;
  let low = byte & 127;
  let high = 0;
  for (let shift = 7; byte > 127; shift += 7) {
    byte = bytes[at++] as number;
    const bits = byte & 127;
    if (shift < 28) low |= bits << shift;
    else if (shift > 28) high |= bits << (shift - 32);
    else {
      low |= bits << 28;
      high = bits >>> 4;
    }
  }
  const sign = -(low & 1);
  tap.at = at;
  tap.low = ((low >>> 1) | (high << 31)) ^ sign;
  tap.high = (high >>> 1) ^ sign;
}

/** A count or a length. */
export function readCount(tap: Tap): number {
  readLong(tap);
  return tap.high * 4_294_967_296 + (tap.low >>> 0);
}

export function skipBytes(tap: Tap): void {
  const length = readCount(tap);
  tap.at += length;
}

/** Below this a loop beats the call that copies. */
const SHORT = 64;

/** An Avro string as a ClickHouse String: the length in another varint, the same bytes. */
export function copyText(tap: Tap, to: Bytes): void {
  const length = readCount(tap);
  const { bytes, at } = tap;
  const end = at + length;
  if (length < 0 || end > bytes.length) throw new Error(`a string of ${length} bytes at byte ${at} of a record of ${bytes.length} bytes: the record is damaged, or of another schema`);
  const buffer = to.room(length + 5);
  let next = writeLength(buffer, to.at, length);
  if (length <= SHORT) for (let i = at; i < end; i++) buffer[next++] = bytes[i] as number;
  else {
    buffer.set(bytes.subarray(at, end), next);
    next += length;
  }
  to.at = next;
  tap.at = end;
}

function writeLength(buffer: Buffer, at: number, length: number): number {
  let rest = length;
  while (rest > 127) {
    buffer[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

export function writeText(text: string, to: Bytes): void {
  const length = Buffer.byteLength(text);
  const buffer = to.room(length + 5);
  const at = writeLength(buffer, to.at, length);
  to.at = at + buffer.write(text, at, 'utf8');
}

/** `bytes` low bytes (1, 2, 4) of an integer. */
export function writeInt(value: number, bytes: number, to: Bytes): void {
  const buffer = to.room(bytes);
  for (let i = 0, rest = value; i < bytes; i++, rest >>= 8) buffer[to.at++] = rest & 255;
}

/** The halves of a 64-bit integer. */
export function writeLong(low: number, high: number, to: Bytes): void {
  writeInt(low, 4, to);
  writeInt(high, 4, to);
}

/** A count, an offset: never negative, below 2 ** 53. */
export function writeCount(value: number, to: Bytes): void {
  writeLong(value | 0, Math.floor(value / 4_294_967_296), to);
}

/** The buffers of one block, in the order of the format. */
export function block(columns: readonly { name: string; type: string; parts: readonly Bytes[] }[], rows: number): Buffer[] {
  const out: Buffer[] = [];
  const head = new Bytes();
  head.at = writeLength(head.room(10), 0, columns.length);
  head.at = writeLength(head.room(5), head.at, rows);
  out.push(head.written());
  for (const { name, type, parts } of columns) {
    const title = new Bytes();
    writeText(name, title);
    writeText(type, title);
    out.push(title.written(), ...parts.map((part) => part.written()));
  }
  return out;
}
