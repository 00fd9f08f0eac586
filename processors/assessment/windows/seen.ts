/**
 * What is seen for the first time: firstSeen counts such items, newShare is their share of the weight in the window. An item is new while its first appearance lies in the window; it is forgotten when
 * it was not seen for `remember`. A subject that itself is new has nothing new. Items beyond the limit are sampled by their hash.
 */
import type { Feature } from '../../../language/ruleset.ts';
import { Buckets } from './buckets.ts';
import type { Form } from './form.ts';
import { type Items, sampled } from './items.ts';
import { HOUR, oldestSlot } from '../../../language/span.ts';
import type { TextReader, TextWriter } from './text.ts';
import { lowerBound } from './values.ts';
import type { Limit } from './window.ts';

/** `n` appearances, since the first one of them: take-backs of earlier ones are of an item that was forgotten. */
interface Cell { n: number; first: number; last: number }

const widthOf = ({ window }: Feature): number => window.resolutionMs || HOUR;

export class Seen implements Form {
  readonly #feature: Feature;
  readonly #limit: Limit;
  readonly #cells = new Map<string, Cell>();
  /** First appearances, ascending. */
  readonly #firsts: number[] = [];
  /** Weights in the window; only for newShare. */
  #weights: Buckets | undefined;
  #level = 0;
  #end = 0;
  #from = 0;

  constructor(feature: Feature, limit: Limit, weights?: Buckets) {
    this.#feature = feature;
    this.#limit = limit;
    this.#weights = feature.kind === 'newShare' ? (weights ?? new Buckets(feature, widthOf(feature), limit)) : undefined;
  }

  get n(): number {
    return this.#cells.size;
  }

  give(at: number, value: number, item: string): void {
    if (this.#weights && at >= oldestSlot(this.#feature.window, this.#weights.width, this.#end)) this.#weights.give(at, value, item);
    if (!sampled(item, this.#level)) return;
    const cell = this.#cells.get(item);
    if (!cell || this.#isForgotten(cell)) {
      if (cell) this.#drop(item, cell);
      this.#cells.set(item, { n: 1, first: at, last: at });
      this.#insert(at);
    } else {
      cell.n++;
      cell.last = Math.max(cell.last, at);
      if (at < cell.first) {
        this.#remove(cell.first);
        cell.first = at;
        this.#insert(at);
      }
    }
    if (this.#cells.size > this.#limit.entries) this.#bound();
  }

  #isForgotten(cell: Cell): boolean {
    return cell.last < this.#end - this.#feature.reachMs;
  }

  #insert(first: number): void {
    this.#firsts.splice(lowerBound(this.#firsts, first), 0, first);
  }

  #remove(first: number): void {
    this.#firsts.splice(lowerBound(this.#firsts, first), 1);
  }

  #drop(item: string, cell: Cell): void {
    this.#remove(cell.first);
    this.#cells.delete(item);
  }

  #bound(): void {
    for (const [item, cell] of this.#cells) if (this.#isForgotten(cell)) this.#drop(item, cell);
    if (this.#cells.size <= this.#limit.entries) return;
    this.#limit.reached?.();
    while (this.#cells.size > this.#limit.entries) {
      this.#level++;
      for (const [item, cell] of this.#cells) if (!sampled(item, this.#level)) this.#drop(item, cell);
    }
  }

  takeBack(at: number, value: number, item: string): void {
    this.#weights?.takeBack(at, value, item);
    const cell = this.#cells.get(item);
    if (!cell || at < cell.first || this.#isForgotten(cell)) return;
    if (--cell.n === 0) this.#drop(item, cell);
  }

  advance(end: number, from: number): void {
    this.#end = end;
    this.#from = from;
    this.#weights?.expire(end);
  }

  value(): number {
    if (!this.#isKnown()) return 0;
    if (!this.#weights) return (this.#firsts.length - lowerBound(this.#firsts, this.#from)) * 2 ** this.#level;
    const weights = this.#weights.total as Items;
    let share = 0;
    for (const [item, { first }] of this.#cells) if (first >= this.#from) share += weights.shareOf(item);
    // The items' sample may be smaller than that of the weights.
    return share * 2 ** Math.max(0, this.#level - weights.detail);
  }

  /** Whether the subject was seen before this window; the oldest stand first. */
  #isKnown(): boolean {
    for (const cell of this.#cells.values()) if (cell.first < this.#from && !this.#isForgotten(cell)) return true;
    return false;
  }

  said(): string {
    return this.#level > 0 ? `${this.#feature.kind} of a sample of 1/${2 ** this.#level} of the items` : '';
  }

  write(out: TextWriter): void {
    out.number(this.#from);
    out.number(this.#level);
    out.number(this.#cells.size);
    for (const [item, { n, first, last }] of this.#cells) {
      out.text(item);
      out.number(n);
      out.number(first);
      out.number(last - first);
    }
    this.#weights?.write(out);
  }

  static read(feature: Feature, limit: Limit, from: TextReader, end: number): Seen {
    const start = from.number();
    const level = from.number();
    const cells: [string, Cell][] = [];
    for (let left = from.number(); left > 0; left--) {
      const item = from.text();
      const n = from.number();
      const first = from.number();
      cells.push([item, { n, first, last: first + from.number() }]);
    }
    const seen = new Seen(feature, limit, feature.kind === 'newShare' ? Buckets.read(feature, limit, from) : undefined);
    seen.#from = start;
    seen.#level = level;
    seen.#end = end;
    for (const [item, cell] of cells) {
      seen.#cells.set(item, cell);
      seen.#firsts.push(cell.first);
    }
    seen.#firsts.sort((a, b) => a - b);
    return seen;
  }
}
