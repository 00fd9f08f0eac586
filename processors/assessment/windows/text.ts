/**
 * How windows are stored: numbers and texts as one short ASCII text. Times, counts and sums are whole numbers of few digits, event ids come again in each window
 * of a subject: a third of the same in JSON, and nothing is built on the way. A number is groups of six bits, lowest first, 64 marking that more follow.
 */
import { FIXED } from './totals.ts';

/** First characters that are no whole number: 0.00001s follow, or decimal text. */
const FRACTION = 62;
const DECIMAL = 63;
/** In place of an id: the same as the last one. No text begins so: an empty one is never wide. */
const AGAIN = 1;
const SIZE_CHARS = 5;
/** JavaScript's shifts end at 32 bits. */
const LOW_BITS = 2 ** 30;

export class TextWriter {
  #buffer = Buffer.allocUnsafe(1 << 14);
  #at = 0;
  #lastId = '';

  take(): string {
    const text = this.#buffer.toString('latin1', 0, this.#at);
    this.#at = 0;
    this.#lastId = '';
    return text;
  }

  #room(chars: number): void {
    if (this.#at + chars <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + chars));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }

  number(value: number): void {
    this.#room(16);
    if (Number.isSafeInteger(value) && value >= 0) return this.#groups(value);
    const fraction = Math.round(value * FIXED);
    const exact = fraction >= 0 && Number.isSafeInteger(fraction) && fraction / FIXED === value;
    this.#buffer[this.#at++] = exact ? FRACTION : DECIMAL;
    if (exact) this.#groups(fraction);
    else this.text(String(value));
  }

  #groups(value: number): void {
    const buffer = this.#buffer;
    let at = this.#at;
    let rest = value;
    if (rest >= LOW_BITS) {
      let low = rest % LOW_BITS;
      rest = (rest - low) / LOW_BITS;
      for (let i = 0; i < 5; i++, low >>= 6) buffer[at++] = (low & 63) | 64;
      while (rest > 63) {
        buffer[at++] = (rest & 63) | 64;
        rest = Math.floor(rest / 64);
      }
    } else {
      // A first group of 62 or 63 would read as a mark.
      if (rest >= FRACTION) do {
        buffer[at++] = (rest & 63) | 64;
        rest >>= 6;
      } while (rest > 63);
    }
    buffer[at++] = rest;
    this.#at = at;
  }

  text(text: string): void {
    const { length } = text;
    const begun = this.#at;
    this.number(length * 2);
    this.#room(length);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return this.#wide(text, begun);
      buffer[at++] = unit;
    }
    this.#at = at;
  }

  /** Not ASCII: unit by unit. */
  #wide(text: string, begun: number): void {
    this.#at = begun;
    this.number(text.length * 2 + 1);
    for (let i = 0; i < text.length; i++) this.number(text.charCodeAt(i));
  }

  /** A text that is likely the same as the last one. */
  id(text: string): void {
    if (text === this.#lastId && text !== '') return this.number(AGAIN);
    this.text(text);
    this.#lastId = text;
  }

  /** What is written until `end` can be passed over by a reader. */
  begin(): number {
    this.#room(SIZE_CHARS);
    this.#at += SIZE_CHARS;
    return this.#at;
  }

  end(begun: number): void {
    let size = this.#at - begun;
    for (let i = begun - SIZE_CHARS; i < begun; i++, size >>= 6) this.#buffer[i] = size & 63;
  }
}

export class TextReader {
  readonly #text: string;
  #at = 0;
  #lastId = '';

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  number(): number {
    const first = this.#text.charCodeAt(this.#at);
    if (first < FRACTION) {
      this.#at++;
      return first;
    }
    if (first > DECIMAL) return this.#groups();
    this.#at++;
    return first === FRACTION ? this.#groups() / FIXED : Number(this.text());
  }

  #groups(): number {
    const text = this.#text;
    let value = 0;
    let scale = 1;
    let group = text.charCodeAt(this.#at++);
    for (; group > 63; group = text.charCodeAt(this.#at++)) {
      value += (group - 64) * scale;
      scale *= 64;
    }
    return value + group * scale;
  }

  text(): string {
    return this.#textOf(this.number());
  }

  #textOf(size: number): string {
    const length = size >> 1;
    if (size % 2 === 0) return this.#text.slice(this.#at, (this.#at += length));
    let text = '';
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.number());
    return text;
  }

  id(): string {
    const size = this.number();
    if (size !== AGAIN) this.#lastId = this.#textOf(size);
    return this.#lastId;
  }

  /** Length of what follows, up to its `end`. */
  size(): number {
    let size = 0;
    for (let i = SIZE_CHARS - 1; i >= 0; i--) size = (size << 6) | this.#text.charCodeAt(this.#at + i);
    this.#at += SIZE_CHARS;
    return size;
  }

  get place(): number {
    return this.#at;
  }

  goTo(place: number): void {
    this.#at = place;
  }
}
