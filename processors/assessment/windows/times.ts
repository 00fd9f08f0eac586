/** When events came, for their rhythm: the coefficient of variation of the gaps between them. Beyond the limit the newest are kept, and it says so. */
import type { Form } from './form.ts';
import type { TextReader, TextWriter } from './text.ts';
import { lowerBound } from './values.ts';
import type { Limit } from './window.ts';

/** The gaps of events that come by chance have this spread: with less than two gaps nothing is known of a rhythm. */
const BY_CHANCE = 1;

export class Times implements Form {
  readonly #limit: Limit;
  /** Ascending. */
  readonly #times: number[] = [];
  #cut = false;
  /** NaN: to be computed. */
  #value = Number.NaN;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  get n(): number {
    return this.#times.length;
  }

  give(at: number): void {
    this.#times.splice(lowerBound(this.#times, at), 0, at);
    if (this.#times.length > this.#limit.entries) {
      this.#times.shift();
      if (!this.#cut) this.#limit.reached?.();
      this.#cut = true;
    }
    this.#value = Number.NaN;
  }

  takeBack(at: number): void {
    const place = lowerBound(this.#times, at);
    if (this.#times[place] !== at) return;
    this.#times.splice(place, 1);
    this.#value = Number.NaN;
  }

  advance(_end: number, from: number): void {
    const gone = lowerBound(this.#times, from);
    if (gone === 0) return;
    this.#times.splice(0, gone);
    this.#value = Number.NaN;
    if (this.#times.length === 0) this.#cut = false;
  }

  value(): number {
    if (Number.isNaN(this.#value)) this.#value = this.#variation();
    return this.#value;
  }

  #variation(): number {
    const gaps = this.#times.length - 1;
    if (gaps < 2) return BY_CHANCE;
    const mean = ((this.#times[gaps] as number) - (this.#times[0] as number)) / gaps;
    if (mean === 0) return 0;
    let squares = 0;
    for (let i = 1; i <= gaps; i++) squares += ((this.#times[i] as number) - (this.#times[i - 1] as number) - mean) ** 2;
    return Math.sqrt(squares / gaps) / mean;
  }

  said(): string {
    return this.#cut ? `intervalCv of the newest ${this.#limit.entries} events` : '';
  }

  write(out: TextWriter): void {
    out.number(this.#cut ? 1 : 0);
    out.number(this.#times.length);
    let before = 0;
    for (const at of this.#times) {
      out.number(at - before);
      before = at;
    }
  }

  static read(limit: Limit, from: TextReader): Times {
    const times = new Times(limit);
    times.#cut = from.number() === 1;
    let at = 0;
    for (let left = from.number(); left > 0; left--) times.#times.push((at += from.number()));
    return times;
  }
}
