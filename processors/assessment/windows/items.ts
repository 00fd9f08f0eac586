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

interface Cell { n: number; sum: number }

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
  readonly #cells = new Map<string, Cell>();

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
    if (cell === undefined ? this.n === 0 : !this.#cells.has(cell)) return false;
    this.#change(item, -1, -toFixed5(value));
    return true;
  }

  /** As in Totals. */
  sums(value: number, item: string, n: number): boolean {
    const cell = this.#cellOf(item);
    const has = cell === undefined ? this.n : (this.#cells.get(cell)?.n ?? 0);
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
    for (const [item, cell] of other.#cells) this.#change(item, sign * cell.n, sign * cell.sum);
    this.n = n;
  }

  #change(given: string, n: number, sum: number): void {
    this.n += n;
    const item = this.#cellOf(given);
    if (item === undefined) return;
    const cell = this.#cells.get(item);
    const before = cell ? cell.sum : 0;
    const gone = cell !== undefined && cell.n + n <= 0;
    const after = gone ? 0 : before + sum;
    if (!cell) this.#cells.set(item, { n, sum: after });
    else if (gone) this.#cells.delete(item);
    else {
      cell.n += n;
      cell.sum = after;
    }
    this.#total += after - before;
    this.#over += Number(after >= this.#bar && !gone) - Number(cell !== undefined && before >= this.#bar);
    if (this.#squared) this.#squares += BigInt(after) * BigInt(after) - BigInt(before) * BigInt(before);
    if (after >= this.#top) this.#top = after;
    else if (before === this.#top) this.#topKnown = false;
  }

  over(limit: number): boolean {
    return this.#cells.size > limit && (this.#samples || this.detail === 0);
  }

  coarsen(detail: number): void {
    if (detail === this.detail) return;
    const cells = [...this.#cells];
    const { n } = this;
    this.detail = detail;
    this.#cells.clear();
    this.#total = 0;
    this.#squares = 0n;
    this.#top = 0;
    this.#over = 0;
    this.#topKnown = true;
    for (const [item, cell] of cells) this.#change(item, cell.n, cell.sum);
    this.n = n;
  }

  itemsOver(): number {
    return this.#over * 2 ** this.detail;
  }

  /** Items and how many entries each has. */
  *counts(): Generator<[item: string, n: number]> {
    for (const [item, { n }] of this.#cells) yield [item, n];
  }

  countOf(item: string): number {
    return this.#cells.get(this.#cellOf(item) ?? '')?.n ?? 0;
  }

  /** The part of the whole that an item has, as far as it is kept. */
  shareOf(item: string): number {
    return this.#total > 0 ? (this.#cells.get(item)?.sum ?? 0) / this.#total : 0;
  }

  distinct(): number {
    return this.#cells.size * 2 ** this.detail;
  }

  /** Standard error of a distinct sample, as a share: 1/√(items kept). */
  error(): number {
    return this.detail === 0 ? 0 : 1 / Math.sqrt(Math.max(1, this.#cells.size));
  }

  topShare(): number {
    return this.#total > 0 ? this.topSum() / this.#total : 0;
  }

  /** The largest sum of one item, in 0.00001. */
  topSum(): number {
    if (!this.#topKnown) {
      this.#top = 0;
      for (const cell of this.#cells.values()) if (cell.sum > this.#top) this.#top = cell.sum;
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
    out.number(this.#cells.size);
    for (const [item, cell] of this.#cells) {
      out.text(item);
      out.number(cell.n);
      out.number(cell.sum);
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
