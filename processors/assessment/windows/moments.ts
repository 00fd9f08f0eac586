/** Sum and sum of squares, exact as integers of 0.00001: what leaves takes away just what it brought. */
import type { TextReader, TextWriter } from './text.ts';
import { type Aggregate, FIXED, toFixed5 } from './totals.ts';

export class Moments implements Aggregate {
  n = 0;
  readonly detail = 0;
  #sum = 0;
  /** A bigint, as squares leave the exact doubles. */
  #squares = 0n;

  add(value: number): void {
    this.#change(1, toFixed5(value), 1n);
  }
  remove(value: number): boolean {
    if (this.n === 0) return false;
    this.#change(-1, toFixed5(value), -1n);
    return true;
  }
  #change(n: number, value: number, sign: bigint): void {
    this.n += n;
    this.#sum += n * value;
    this.#squares += sign * BigInt(value) * BigInt(value);
  }
  merge(other: Moments): void {
    this.n += other.n;
    this.#sum += other.#sum;
    this.#squares += other.#squares;
  }
  unmerge(other: Moments): void {
    this.n -= other.n;
    this.#sum -= other.#sum;
    this.#squares -= other.#squares;
  }
  over(): boolean {
    return false;
  }
  coarsen(): void {}

  /** Of the whole population: √(Σ(x − mean)² / n). */
  deviation(): number {
    if (this.n === 0) return 0;
    const n = BigInt(this.n);
    const variance = n * this.#squares - BigInt(this.#sum) * BigInt(this.#sum);
    return Math.sqrt(Number(variance)) / this.n / FIXED;
  }

  write(out: TextWriter): void {
    out.number(this.n);
    out.number(this.#sum);
    out.text(this.#squares.toString());
  }
  static read(from: TextReader): Moments {
    const moments = new Moments();
    moments.n = from.number();
    moments.#sum = from.number();
    moments.#squares = BigInt(from.text());
    return moments;
  }
}
