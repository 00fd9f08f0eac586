/** The event-exact form of a window: every entry, by time, in one flat array (four places an entry: a window of one event stays small). */
import type { TextReader, TextWriter } from './text.ts';
import type { Aggregate } from './totals.ts';

type Flat = (number | string)[];
const STRIDE = 4;
/** Spent places at the front are cut off only now and then: an eviction costs O(1) on average. */
const CUT_AT = 256;

export class Entries {
  readonly total: Aggregate;
  #flat: Flat = [];
  #head = 0;

  constructor(total: Aggregate) {
    this.total = total;
  }

  get length(): number {
    return (this.#flat.length - this.#head) / STRIDE;
  }

  give(at: number, value: number, item: string, id: string): void {
    const flat = this.#flat;
    if (flat.length === 0) this.#flat = [at, value, item, id];
    else if ((flat[flat.length - STRIDE] as number) <= at) flat.push(at, value, item, id);
    else flat.splice(this.#after(at), 0, at, value, item, id);
    this.total.add(value, item);
  }

  /** Place of the first entry later than `at`. */
  #after(at: number): number {
    let low = this.#head / STRIDE;
    let high = this.#flat.length / STRIDE;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#flat[middle * STRIDE] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low * STRIDE;
  }

  takeBack(value: number, item: string, id: string): void {
    const flat = this.#flat;
    for (let i = flat.length - STRIDE; i >= this.#head; i -= STRIDE) {
      if (flat[i + 3] !== id || flat[i + 1] !== value || flat[i + 2] !== item) continue;
      flat.splice(i, STRIDE);
      this.total.remove(value, item);
      return;
    }
  }

  /** Drops what is at or before `limit`. */
  expire(limit: number): void {
    const flat = this.#flat;
    while (this.#head < flat.length && (flat[this.#head] as number) <= limit) {
      this.total.remove(flat[this.#head + 1] as number, flat[this.#head + 2] as string);
      this.#head += STRIDE;
    }
    if (this.#head === flat.length) this.#flat = [];
    else if (this.#head >= CUT_AT && this.#head * 2 >= flat.length) this.#flat = flat.slice(this.#head);
    else return;
    this.#head = 0;
  }

  each(take: (at: number, value: number, item: string) => void): void {
    for (let i = this.#head; i < this.#flat.length; i += STRIDE) take(this.#flat[i] as number, this.#flat[i + 1] as number, this.#flat[i + 2] as string);
  }

  /** Times are written as their distance to the window's end: mostly a small number. */
  write(out: TextWriter, end: number): void {
    const flat = this.#flat;
    out.number(this.length);
    for (let i = this.#head; i < flat.length; i += STRIDE) {
      out.number(end - (flat[i] as number));
      out.number(flat[i + 1] as number);
      out.text(flat[i + 2] as string);
      out.id(flat[i + 3] as string);
    }
  }

  static read(total: Aggregate, from: TextReader, end: number): Entries {
    const entries = new Entries(total);
    const flat = entries.#flat;
    for (let left = from.number(); left > 0; left--) {
      const at = end - from.number();
      const value = from.number();
      const item = from.text();
      flat.push(at, value, item, from.id());
      total.add(value, item);
    }
    return entries;
  }
}
