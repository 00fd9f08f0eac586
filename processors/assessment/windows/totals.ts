/** What a window knows of the entries it counts. All kinds can give back, so that entries leave and take-backs are exact. */

import type { TextReader, TextWriter } from './text.ts';

export interface Aggregate {
  /** Entries counted. */
  readonly n: number;
  /** 0 = exact; grows as entries are kept in less detail. */
  readonly detail: number;
  add(value: number, item: string): void;
  /** False where no such entry is counted: then nothing changed. */
  remove(value: number, item: string): boolean;
  merge(other: this): void;
  unmerge(other: this): void;
  /** True where more is kept than `limit` allows: the owner then calls `coarsen` on the whole and on its parts. */
  over(limit: number): boolean;
  coarsen(detail: number): void;
  write(out: TextWriter): void;
}

/** Sums are integers of 0.00001, hence exact and the same in any order. */
export const FIXED = 100_000;
export const toFixed5 = (value: number): number => Math.round(value * FIXED);

/** Aggregates that can also take what several entries give together: their sum, or of values the same value `n` times. */
export interface Summable { readonly n: number; sums(value: number, item: string, n: number): boolean }

export class Totals implements Aggregate, Summable {
  n = 0;
  sum = 0;
  readonly detail = 0;

  add(value: number): void {
    this.n++;
    this.sum += toFixed5(value);
  }
  remove(value: number): boolean {
    if (this.n === 0) return false;
    this.n--;
    this.sum -= toFixed5(value);
    return true;
  }
  /** False where more would be taken back than is there: it was never given, or has left. */
  sums(value: number, _item: string, n: number): boolean {
    if (this.n + n < 0) return false;
    this.n += n;
    this.sum += toFixed5(value);
    return true;
  }
  merge(other: Totals): void {
    this.n += other.n;
    this.sum += other.sum;
  }
  unmerge(other: Totals): void {
    this.n -= other.n;
    this.sum -= other.sum;
  }
  over(): boolean {
    return false;
  }
  coarsen(): void {}
  write(out: TextWriter): void {
    out.number(this.n);
    out.number(this.sum);
  }
  static read(from: TextReader): Totals {
    const totals = new Totals();
    totals.n = from.number();
    totals.sum = from.number();
    return totals;
  }
}
