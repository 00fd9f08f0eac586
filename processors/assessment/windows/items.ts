/**
 * Entries counted apart by item: distinct, top share, concentration (HHI), the largest sum of one item, items whose sum reaches a number. Exact up to a limit of items. Beyond it what counts items
 * (distinct, itemsOver) is a distinct sample (Gibbons 2001): only items whose hash falls into the 2^−level part are kept, each with its count and sum; what compares sums folds the items by
 * their hash into cells, whose shares are a little too high. Unlike HyperLogLog both can give back, so windows still slide and take-backs stay exact on what is kept.
 */
import type { FeatureKind } from '../../../language/ruleset.ts';
import { keyHash } from '../../../streams/log.ts';
import type { TextReader, TextWriter } from './text.ts';
import { type Aggregate, type Summable, toFixed5 } from './totals.ts';

/** No item begins so. */
const FOLDED = '\u0000';

/** FNV's low bits are weak for short keys: mixed as in MurmurHash3. */
function mixed(item: string): number {
  let h = keyHash(item);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const sampled = (item: string, level: number): boolean => level === 0 || mixed(item) % 2 ** level === 0;

/** Into so many cells items are folded. */
export const CELLS = 1024;
/** Kinds that count items; all others compare their sums. */
const COUNTING: readonly FeatureKind[] = ['distinct', 'itemsOver', 'newShare'];

export class Items implements Aggregate, Summable {
  n = 0;
  detail = 0;
  #total = 0;
  /** Sum of squares: a bigint, as squares of sums leave the exact doubles. */
  #squares = 0n;
  #top = 0;
  #topKnown = true;
  #over = 0;
  readonly #squared: boolean;
  readonly #samples: boolean;
  /** From this sum on an item is over. */
  readonly #bar: number;
  /** By item the place of its count and its sum: a busy subject has thousands of items in each bucket, and an object for each would take three times as much. */
  readonly #places = new Map<string, number>();
  #counts: number[] = [];
  #sums: number[] = [];
  /** Places that nothing has any more. */
  #free: number[] = [];

  constructor(kind: FeatureKind, over = 0) {
    this.#squared = kind === 'hhi';
    this.#samples = COUNTING.includes(kind);
    this.#bar = kind === 'itemsOver' ? toFixed5(over) : Number.POSITIVE_INFINITY;
  }

  /** The cell that an item is kept in, undefined where it is in no sample. */
  #cellOf(item: string): string | undefined {
    if (this.detail === 0) return item;
    if (this.#samples) return sampled(item, this.detail) ? item : undefined;
    return item.startsWith(FOLDED) ? item : FOLDED + (mixed(item) % CELLS);
  }

  add(value: number, item: string): void {
    this.#change(item, 1, toFixed5(value));
  }

  remove(value: number, item: string): boolean {
    const cell = this.#cellOf(item);
    if (cell === undefined ? this.n === 0 : !this.#places.has(cell)) return false;
    this.#change(item, -1, -toFixed5(value));
    return true;
  }

  /** As in Totals. */
  sums(value: number, item: string, n: number): boolean {
    const cell = this.#cellOf(item);
    const has = cell === undefined ? this.n : this.#count(cell);
    if (has + n < 0 || (n <= 0 && has === 0)) return false;
    this.#change(item, n, toFixed5(value));
    return true;
  }

  merge(other: Items): void {
    this.#mergeAll(other, 1);
  }

  unmerge(other: Items): void {
    this.#mergeAll(other, -1);
  }

  #mergeAll(other: Items, sign: number): void {
    const n = this.n + sign * other.n;
    for (const [item, place] of other.#places) this.#change(item, sign * (other.#counts[place] as number), sign * (other.#sums[place] as number));
    this.n = n;
  }

  #change(given: string, n: number, sum: number): void {
    this.n += n;
    const item = this.#cellOf(given);
    if (item === undefined) return;
    const place = this.#places.get(item);
    const before = place === undefined ? 0 : (this.#sums[place] as number);
    const count = place === undefined ? n : (this.#counts[place] as number) + n;
    const gone = place !== undefined && count <= 0;
    const after = gone ? 0 : before + sum;
    if (gone) {
      this.#places.delete(item);
      this.#free.push(place);
    } else this.#put(item, place, count, after);
    this.#total += after - before;
    this.#over += Number(after >= this.#bar && !gone) - Number(place !== undefined && before >= this.#bar);
    if (this.#squared) this.#squares += BigInt(after) * BigInt(after) - BigInt(before) * BigInt(before);
    if (after >= this.#top) this.#top = after;
    else if (before === this.#top) this.#topKnown = false;
  }

  #put(item: string, known: number | undefined, count: number, sum: number): void {
    const place = known ?? this.#free.pop() ?? this.#counts.length;
    if (known === undefined) this.#places.set(item, place);
    this.#counts[place] = count;
    this.#sums[place] = sum;
  }

  #count(cell: string): number {
    const place = this.#places.get(cell);
    return place === undefined ? 0 : (this.#counts[place] as number);
  }

  over(limit: number): boolean {
    return this.#places.size > limit && (this.#samples || this.detail === 0);
  }

  coarsen(detail: number): void {
    if (detail === this.detail) return;
    const cells = [...this.#places];
    const { n } = this;
    const [counts, sums] = [this.#counts, this.#sums];
    this.detail = detail;
    this.#places.clear();
    [this.#counts, this.#sums, this.#free] = [[], [], []];
    this.#total = 0;
    this.#squares = 0n;
    this.#top = 0;
    this.#over = 0;
    this.#topKnown = true;
    for (const [item, place] of cells) this.#change(item, counts[place] as number, sums[place] as number);
    this.n = n;
  }

  itemsOver(): number {
    return this.#over * 2 ** this.detail;
  }

  /** Items and how many entries each has. */
  *counts(): Generator<[item: string, n: number]> {
    for (const [item, place] of this.#places) yield [item, this.#counts[place] as number];
  }

  countOf(item: string): number {
    return this.#count(this.#cellOf(item) ?? '');
  }

  /** The part of the whole that an item has, as far as it is kept. */
  shareOf(item: string): number {
    const place = this.#places.get(item);
    return this.#total > 0 && place !== undefined ? (this.#sums[place] as number) / this.#total : 0;
  }

  distinct(): number {
    return this.#places.size * 2 ** this.detail;
  }

  /** Standard error of a distinct sample, as a share: 1/√(items kept). */
  error(): number {
    return this.detail === 0 ? 0 : 1 / Math.sqrt(Math.max(1, this.#places.size));
  }

  topShare(): number {
    return this.#total > 0 ? this.topSum() / this.#total : 0;
  }

  /** The largest sum of one item, in 0.00001. */
  topSum(): number {
    if (!this.#topKnown) {
      this.#top = 0;
      for (const place of this.#places.values()) if ((this.#sums[place] as number) > this.#top) this.#top = this.#sums[place] as number;
      this.#topKnown = true;
    }
    return this.#top;
  }

  /** Σ share² × 10⁴: 10,000 = a single holder. */
  hhi(): number {
    if (this.#total <= 0) return 0;
    const total = BigInt(this.#total);
    return Number((this.#squares * 1_000_000_000_000n) / (total * total)) / 1e8;
  }

  write(out: TextWriter): void {
    out.number(this.n);
    out.number(this.detail);
    out.number(this.#places.size);
    for (const [item, place] of this.#places) {
      out.text(item);
      out.number(this.#counts[place] as number);
      out.number(this.#sums[place] as number);
    }
  }

  static read(kind: FeatureKind, from: TextReader, over = 0): Items {
    const items = new Items(kind, over);
    const n = from.number();
    items.detail = from.number();
    for (let left = from.number(); left > 0; left--) items.#change(from.text(), from.number(), from.number());
    items.n = n;
    return items;
  }
}
