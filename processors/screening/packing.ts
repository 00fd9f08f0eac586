/** Bytes one after another: whole numbers (exact as far as a double is), the small ones in one byte. Avro does not fit here: it knows no texts said once, and writes every empty field. */

import type { Fixed5 } from '../../schemas/trade/envelope.ts';

/** To be used again and again: from `begin` to `take`. */
export class Writer {
  #bytes = Buffer.allocUnsafe(8192);
  #at = 0;

  begin(): this {
    this.#at = 0;
    return this;
  }

  /** A copy of what was written since `begin`. */
  take(): Buffer {
    return Buffer.from(this.view());
  }

  /** The same bytes, until `begin`. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  /** Not negative. */
  whole(value: number): void {
    this.#room(8);
    while (value >= 128) {
      this.#bytes[this.#at++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#at++] = value;
  }

  /** The sign stands in the first byte: doubling, as zigzag does, would not be exact for the largest. */
  signed(value: number): void {
    this.#room(9);
    const size = Math.abs(value);
    this.#bytes[this.#at++] = (size % 64) | (value < 0 ? 64 : 0) | (size >= 64 ? 128 : 0);
    if (size >= 64) this.whole(Math.floor(size / 64));
  }

  /** Money, weights, pieces: mostly whole fen, grams and hundredths, so a thousand times the unit; then shorter. */
  fixed(value: Fixed5): void {
    this.#room(9);
    const round = value % 1000 === 0;
    const size = Math.abs(round ? value / 1000 : value);
    this.#bytes[this.#at++] = (size % 32) | (round ? 32 : 0) | (value < 0 ? 64 : 0) | (size >= 32 ? 128 : 0);
    if (size >= 32) this.whole(Math.floor(size / 32));
  }

  double(value: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.whole(value.length);
    this.rest(value);
  }

  /** As `bytes`, of a part of them. */
  part(value: Buffer, from: number, to: number): void {
    this.whole(to - from);
    this.#room(to - from);
    this.#at += value.copy(this.#bytes, this.#at, from, to);
  }

  /** Without its length: the last part. */
  rest(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  utf8(text: string): void {
    if (text === '') this.whole(0);
    else this.bytes(Buffer.from(text));
  }

  /** Text of its 64 characters, in 6 bits each; its reader must know how many there are. */
  base64url(text: string): void {
    const padded = text + 'AAA'.slice(0, -text.length & 3);
    const size = (padded.length / 4) * 3;
    this.whole(size);
    this.#room(size);
    this.#bytes.write(padded, this.#at, size, 'base64url');
    this.#at += size;
  }

  #room(size: number): void {
    if (this.#at + size > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], Math.max(2 * this.#bytes.length, this.#at + size));
  }
}

const NO_BYTES = Buffer.alloc(0);

export class Reader {
  readonly source: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.source = bytes;
    this.at = at;
  }

  whole(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.source[this.at++];
      if (byte === undefined) throw cut();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  signed(): number {
    const first = this.byte();
    const size = (first & 63) + (first & 128 ? 64 * this.whole() : 0);
    return first & 64 ? -size : size;
  }

  fixed(): Fixed5 {
    const first = this.byte();
    const size = ((first & 31) + (first & 128 ? 32 * this.whole() : 0)) * (first & 32 ? 1000 : 1);
    return first & 64 ? -size : size;
  }

  byte(): number {
    return this.source[this.at++] as number;
  }

  double(): number {
    this.at += 8;
    return this.source.readDoubleLE(this.at - 8);
  }

  /** A view, not a copy. */
  bytes(length = this.whole()): Buffer {
    if (length === 0) return NO_BYTES;
    this.at += length;
    return this.source.subarray(this.at - length, this.at);
  }

  utf8(): string {
    return this.#text('utf8');
  }

  base64url(): string {
    return this.#text('base64url');
  }

  #text(encoding: 'utf8' | 'base64url'): string {
    const from = this.skip();
    return from === this.at ? '' : this.source.toString(encoding, from, this.at);
  }

  /** Passes over bytes with their length in front; where they begin. They end where it then is. */
  skip(): number {
    const length = this.whole();
    this.at += length;
    if (this.at > this.source.length) throw cut();
    return this.at - length;
  }

  rest(): Buffer {
    return this.bytes(this.source.length - this.at);
  }
}

const cut = (): Error => new Error('what screening stored of an order ends too early: the data folder was cut or written by another build');

/** A value of a list as its place. Lists whose places are stored grow at their end only. */
export function placeIn<T>(list: readonly T[], value: T): number {
  const place = list.indexOf(value);
  if (place < 0) throw new Error(`${String(value)} cannot be stored: expected one of ${list.join(', ')}`);
  return place;
}
