/**
 * Entries counted apart by item: distinct, top share, concentration (HHI). Distinct is exact up to a limit of items, beyond it a distinct sample
 * (Gibbons 2001): only items whose hash falls into the 2^−level part are kept, each with its count. Unlike HyperLogLog a sample can give back, so windows
 * still slide and take-backs stay exact on what is kept.
 */
import { keyHash } from '../../../streams/log.ts';
import type { TextReader, TextWriter } from './text.ts';
import { type Aggregate, toFixed5 } from './totals.ts';

interface Cell { n: number; sum: number }

/** FNV's low bits are weak for short keys: mixed as in MurmurHash3. */
function mixed(item: string): number {
  let h = keyHash(item);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const sampled = (item: string, level: number): boolean => level === 0 || mixed(item) % 2 ** level === 0;

export class Items implements Aggregate {
  n = 0;
  detail = 0;
  #total = 0;
  /** Sum of squares: a bigint, as squares of sums leave the exact doubles. */
  #squares = 0n;
  #top = 0;
  #topKnown = true;
  readonly #squared: boolean;
  readonly #cells = new Map<string, Cell>();

  constructor(squared: boolean) {
    this.#squared = squared;
  }

  add(value: number, item: string): void {
    this.#change(item, 1, toFixed5(value));
  }

  remove(value: number, item: string): boolean {
    if (sampled(item, this.detail) ? !this.#cells.has(item) : this.n === 0) return false;
    this.#change(item, -1, -toFixed5(value));
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

  #change(item: string, n: number, sum: number): void {
    this.n += n;
    if (!sampled(item, this.detail)) return;
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
    if (this.#squared) this.#squares += BigInt(after) * BigInt(after) - BigInt(before) * BigInt(before);
    if (after >= this.#top) this.#top = after;
    else if (before === this.#top) this.#topKnown = false;
  }

  over(limit: number): boolean {
    return this.#cells.size > limit;
  }

  coarsen(detail: number): void {
    this.detail = detail;
    for (const item of this.#cells.keys()) if (!sampled(item, detail)) this.#cells.delete(item);
  }

  distinct(): number {
    return this.#cells.size * 2 ** this.detail;
  }

  /** Standard error of a distinct sample, as a share: 1/√(items kept). */
  error(): number {
    return this.detail === 0 ? 0 : 1 / Math.sqrt(Math.max(1, this.#cells.size));
  }

  topShare(): number {
    if (!this.#topKnown) {
      this.#top = 0;
      for (const cell of this.#cells.values()) if (cell.sum > this.#top) this.#top = cell.sum;
      this.#topKnown = true;
    }
    return this.#total > 0 ? this.#top / this.#total : 0;
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

  static read(squared: boolean, from: TextReader): Items {
    const items = new Items(squared);
    const n = from.number();
    items.detail = from.number();
    for (let left = from.number(); left > 0; left--) items.#change(from.text(), from.number(), from.number());
    items.n = n;
    return items;
  }
}
