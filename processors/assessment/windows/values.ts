/**
 * Entries by size: max and percentiles. Exact (sorted values) up to a limit, beyond it a DDSketch (Masson, Rim, Lee 2019): counts in buckets of
 * logarithmic width, so any percentile is within 1 % of a value that was given. Counts can be given back. `max` stays exact unless the maximum itself is taken back.
 */
import type { TextReader, TextWriter } from './text.ts';
import type { Aggregate, Summable } from './totals.ts';

export const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
const TINY = 1e-9;
/** Keeps the index of any positive double above TINY positive, so that 0 is zero and −i mirrors i. */
const SHIFT = 1100;

function bucketOf(value: number): number {
  const size = Math.abs(value);
  if (size < TINY) return 0;
  const index = Math.ceil(Math.log(size) / LOG_GAMMA) + SHIFT;
  return value > 0 ? index : -index;
}

/** The value whose relative distance to both ends of the bucket is equal. */
function valueOf(bucket: number): number {
  if (bucket === 0) return 0;
  const size = (2 * GAMMA ** (Math.abs(bucket) - SHIFT)) / (GAMMA + 1);
  return bucket > 0 ? size : -size;
}

const upperEnd = (bucket: number): number => (bucket === 0 ? TINY : bucket > 0 ? GAMMA ** (bucket - SHIFT) : -(GAMMA ** (-bucket - SHIFT - 1)));

/** First place in the ascending `sorted` that is not below `value`. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Values implements Aggregate, Summable {
  n = 0;
  detail = 0;
  /** Values while exact, else the buckets in use: ascending. */
  #sorted: number[] = [];
  /** Counts by bucket; only in a sketch. */
  readonly #counts = new Map<number, number>();
  #max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.n++;
    if (value > this.#max) this.#max = value;
    if (this.detail === 0) this.#insert(value);
    else this.#changeBucket(bucketOf(value), 1);
  }

  #insert(value: number): void {
    const last = this.#sorted.length - 1;
    if (last < 0 || (this.#sorted[last] as number) <= value) this.#sorted.push(value);
    else this.#sorted.splice(lowerBound(this.#sorted, value), 0, value);
  }

  remove(value: number): boolean {
    if (this.detail > 0) {
      if (!this.#counts.has(bucketOf(value))) return false;
      this.#changeBucket(bucketOf(value), -1);
    } else {
      const place = lowerBound(this.#sorted, value);
      if (this.#sorted[place] !== value) return false;
      this.#sorted.splice(place, 1);
    }
    this.n--;
    if (value >= this.#max) this.#lowerMax();
    return true;
  }

  #lowerMax(): void {
    const last = this.#sorted[this.#sorted.length - 1];
    if (last === undefined) this.#max = Number.NEGATIVE_INFINITY;
    else this.#max = this.detail === 0 ? last : Math.min(this.#max, upperEnd(last));
  }

  #changeBucket(bucket: number, by: number): void {
    const before = this.#counts.get(bucket) ?? 0;
    if (before === 0) this.#insert(bucket);
    if (before + by > 0) this.#counts.set(bucket, before + by);
    else {
      this.#counts.delete(bucket);
      this.#sorted.splice(lowerBound(this.#sorted, bucket), 1);
    }
  }

  /** As in Totals, of one value. */
  sums(value: number, _item: string, n: number): boolean {
    if (this.#countOf(value) + n < 0) return false;
    for (let i = 0; i < n; i++) this.add(value);
    for (let i = 0; i > n; i--) this.remove(value);
    return true;
  }

  #countOf(value: number): number {
    if (this.detail > 0) return this.#counts.get(bucketOf(value)) ?? 0;
    const first = lowerBound(this.#sorted, value);
    let end = first;
    while (this.#sorted[end] === value) end++;
    return end - first;
  }

  merge(other: Values): void {
    this.n += other.n;
    if (other.#max > this.#max) this.#max = other.#max;
    if (this.detail === 0) for (const value of other.#sorted) this.#insert(value);
    else for (const [bucket, count] of other.#counts) this.#changeBucket(bucket, count);
  }

  /** Leaves `max` to the owner, who knows the other parts. */
  unmerge(other: Values): void {
    this.n -= other.n;
    if (this.detail === 0) for (const value of other.#sorted) this.#sorted.splice(lowerBound(this.#sorted, value), 1);
    else for (const [bucket, count] of other.#counts) this.#changeBucket(bucket, -count);
  }

  over(limit: number): boolean {
    return this.detail === 0 && this.n > limit;
  }

  coarsen(detail: number): void {
    if (detail === 0 || this.detail > 0) return;
    const values = this.#sorted;
    this.detail = 1;
    this.#sorted = [];
    for (const value of values) this.#changeBucket(bucketOf(value), 1);
  }

  /** −Infinity where there is none. Of a whole that lost parts only the exact form is right: ask the parts. */
  max(): number {
    return this.detail === 0 ? (this.#sorted[this.#sorted.length - 1] ?? Number.NEGATIVE_INFINITY) : this.#max;
  }

  /** Nearest rank. 0 where nothing is counted. */
  quantile(q: number): number {
    if (this.n === 0) return 0;
    const rank = Math.max(1, Math.ceil(q * this.n));
    if (this.detail === 0) return this.#sorted[rank - 1] as number;
    let seen = 0;
    for (const bucket of this.#sorted) {
      seen += this.#counts.get(bucket) as number;
      if (seen >= rank) return valueOf(bucket);
    }
    return 0;
  }

  write(out: TextWriter): void {
    out.number(this.n);
    out.number(this.detail);
    out.number(this.n === 0 ? 0 : this.#max);
    out.number(this.#sorted.length);
    for (const place of this.#sorted) {
      out.number(place);
      if (this.detail > 0) out.number(this.#counts.get(place) as number);
    }
  }

  static read(from: TextReader): Values {
    const values = new Values();
    const n = from.number();
    values.detail = from.number();
    const max = from.number();
    for (let left = from.number(); left > 0; left--) {
      if (values.detail === 0) values.#sorted.push(from.number());
      else values.#changeBucket(from.number(), from.number());
    }
    values.n = n;
    values.#max = n === 0 ? Number.NEGATIVE_INFINITY : max;
    return values;
  }
}
