/** The coarse form of a window: one aggregate per aligned bucket, and one over all of them. A calendar window is a single bucket. */
import type { Feature } from '../../../language/ruleset.ts';
import { aggregateFor, readAggregate } from './aggregate.ts';
import { oldestSlot, slotOf } from '../../../language/span.ts';
import type { TextReader, TextWriter } from './text.ts';
import type { Aggregate, Summable } from './totals.ts';
import type { Values } from './values.ts';
import type { Limit } from './window.ts';

export class Buckets {
  readonly width: number;
  readonly total: Aggregate;
  readonly #feature: Feature;
  readonly #limit: Limit;
  /** Ascending. */
  readonly #starts: number[] = [];
  readonly #parts: Aggregate[] = [];

  constructor(feature: Feature, width: number, limit: Limit) {
    this.#feature = feature;
    this.width = width;
    this.#limit = limit;
    this.total = aggregateFor(feature);
  }

  give(at: number, value: number, item: string): void {
    this.#part(slotOf(this.#feature.window, this.width, at)).add(value, item);
    this.total.add(value, item);
    if (this.total.over(this.#limit.entries)) this.#coarsen();
  }

  /** What several entries of one bucket gave together. */
  sums(at: number, value: number, item: string, n: number): void {
    const start = slotOf(this.#feature.window, this.width, at);
    if (n <= 0 && !this.#starts.includes(start)) return;
    const part = this.#part(start) as Aggregate & Summable;
    if (!part.sums(value, item, n)) return;
    (this.total as Aggregate & Summable).sums(value, item, n);
    if (part.n === 0) this.#drop(this.#starts.indexOf(start));
    if (this.total.over(this.#limit.entries)) this.#coarsen();
  }

  #drop(place: number): void {
    this.#starts.splice(place, 1);
    this.#parts.splice(place, 1);
  }

  #coarsen(): void {
    const detail = this.total.detail + 1;
    if (detail === 1) this.#limit.reached?.();
    this.total.coarsen(detail);
    for (const part of this.#parts) part.coarsen(detail);
  }

  #part(start: number): Aggregate {
    let place = this.#starts.length;
    while (place > 0 && (this.#starts[place - 1] as number) > start) place--;
    if (place > 0 && this.#starts[place - 1] === start) return this.#parts[place - 1] as Aggregate;
    const part = aggregateFor(this.#feature);
    part.coarsen(this.total.detail);
    if (place === this.#starts.length) {
      this.#starts.push(start);
      this.#parts.push(part);
    } else {
      this.#starts.splice(place, 0, start);
      this.#parts.splice(place, 0, part);
    }
    return part;
  }

  takeBack(at: number, value: number, item: string): void {
    const place = this.#starts.indexOf(slotOf(this.#feature.window, this.width, at));
    const part = this.#parts[place];
    if (!part?.remove(value, item)) return;
    this.total.remove(value, item);
    if (part.n === 0) this.#drop(place);
  }

  expire(end: number): void {
    if (this.#starts.length === 0) return;
    const oldest = oldestSlot(this.#feature.window, this.width, end);
    let gone = 0;
    while (gone < this.#starts.length && (this.#starts[gone] as number) < oldest) this.total.unmerge(this.#parts[gone++] as Aggregate);
    if (gone === 0) return;
    this.#starts.splice(0, gone);
    this.#parts.splice(0, gone);
  }

  max(): number {
    if (this.total.detail === 0) return (this.total as Values).max();
    return this.#parts.reduce((max, part) => Math.max(max, (part as Values).max()), Number.NEGATIVE_INFINITY);
  }

  write(out: TextWriter): void {
    out.number(this.width);
    out.number(this.total.detail);
    out.number(this.#starts.length);
    for (let i = 0; i < this.#starts.length; i++) {
      out.number(this.#starts[i] as number);
      (this.#parts[i] as Aggregate).write(out);
    }
  }

  static read(feature: Feature, limit: Limit, from: TextReader): Buckets {
    const buckets = new Buckets(feature, from.number(), limit);
    buckets.total.coarsen(from.number());
    for (let left = from.number(); left > 0; left--) {
      const start = from.number();
      const part = readAggregate(feature, from);
      buckets.#starts.push(start);
      buckets.#parts.push(part);
      buckets.total.merge(part);
    }
    return buckets;
  }
}
