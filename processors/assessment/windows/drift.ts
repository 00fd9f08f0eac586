/**
 * How far the mix of items in the window has drifted from that of the time before it (`against`): the population stability index Σ(p − q)·ln(p / q). Both are made of the same aligned buckets; an item of
 * one side only counts with the least share there.
 */
import type { Feature } from '../../../language/ruleset.ts';
import type { Form } from './form.ts';
import { Items } from './items.ts';
import { align } from '../../../language/span.ts';
import type { TextReader, TextWriter } from './text.ts';
import type { Limit } from './window.ts';

/** Shares below this say nothing, and a logarithm needs more than 0. */
const LEAST = 0.0001;
/** A mix is of few items; more are folded together. */
const MOST_ITEMS = 256;

interface Part { start: number; items: Items }

export class Drift implements Form {
  readonly #limit: Limit;
  readonly #width: number;
  readonly #length: number;
  readonly #reach: number;
  /** Ascending by start. */
  readonly #parts: Part[] = [];
  readonly #recent = new Items('psi');
  readonly #before = new Items('psi');
  /** Where the window begins: parts from here on are recent. */
  #edge = Number.NEGATIVE_INFINITY;
  /** What begins before this counts no more. */
  #oldest = Number.NEGATIVE_INFINITY;

  constructor({ window, reachMs }: Feature, limit: Limit) {
    this.#limit = limit;
    this.#width = window.resolutionMs || Math.ceil(window.ms / 4);
    this.#length = window.ms;
    this.#reach = reachMs;
  }

  get n(): number {
    return this.#parts.length;
  }

  #sideOf(start: number): Items {
    return start >= this.#edge ? this.#recent : this.#before;
  }

  give(at: number, value: number, item: string): void {
    this.sums(at, value, item, 1);
  }

  /** What several entries gave together. */
  sums(at: number, value: number, item: string, n: number): void {
    const start = align(at, this.#width);
    if (start < this.#oldest) return;
    let place = this.#parts.length;
    while (place > 0 && (this.#parts[place - 1] as Part).start > start) place--;
    let part = this.#parts[place - 1];
    if (part?.start !== start) {
      if (n <= 0) return;
      part = { start, items: new Items('psi') };
      part.items.coarsen(this.#recent.detail);
      this.#parts.splice(place, 0, part);
    }
    if (!part.items.sums(value, item, n)) return;
    this.#sideOf(start).sums(value, item, n);
    if (part.items.n === 0) this.#parts.splice(this.#parts.indexOf(part), 1);
    if (this.#recent.detail > 0 || !(this.#recent.over(MOST_ITEMS) || this.#before.over(MOST_ITEMS))) return;
    this.#limit.reached?.();
    for (const items of [this.#recent, this.#before, ...this.#parts.map((one) => one.items)]) items.coarsen(1);
  }

  takeBack(at: number, value: number, item: string): void {
    const start = align(at, this.#width);
    const place = this.#parts.findIndex((part) => part.start === start);
    const items = this.#parts[place]?.items;
    if (!items?.remove(value, item)) return;
    this.#sideOf(start).remove(value, item);
    if (items.n === 0) this.#parts.splice(place, 1);
  }

  #edgeAt(end: number, length: number): number {
    return align(end - length, this.#width) + this.#width;
  }

  advance(end: number): void {
    const edge = this.#edgeAt(end, this.#length);
    if (edge === this.#edge) return;
    for (const { start, items } of this.#parts) {
      if (start < this.#edge || start >= edge) continue;
      this.#recent.unmerge(items);
      this.#before.merge(items);
    }
    this.#edge = edge;
    this.#oldest = this.#edgeAt(end, this.#length + this.#reach);
    let gone = 0;
    while (gone < this.#parts.length && (this.#parts[gone] as Part).start < this.#oldest) this.#before.unmerge((this.#parts[gone++] as Part).items);
    this.#parts.splice(0, gone);
    if (this.#parts.length === 0) for (const side of [this.#recent, this.#before]) side.coarsen(0);
  }

  value(): number {
    const [now, then] = [this.#recent, this.#before];
    if (now.n === 0 || then.n === 0) return 0;
    let index = 0;
    const term = (a: number, b: number): number => {
      const p = Math.max(LEAST, a / now.n);
      const q = Math.max(LEAST, b / then.n);
      return (p - q) * Math.log(p / q);
    };
    for (const [item, n] of now.counts()) index += term(n, then.countOf(item));
    for (const [item, n] of then.counts()) if (now.countOf(item) === 0) index += term(0, n);
    return index;
  }

  said(): string {
    const minutes = Math.max(1, Math.round(this.#width / 60_000));
    return `psi in aligned buckets of ${minutes} min${this.#recent.detail > 0 ? ', items folded' : ''}`;
  }

  write(out: TextWriter): void {
    out.number(this.#recent.detail);
    out.number(this.#parts.length);
    for (const { start, items } of this.#parts) {
      out.number(start);
      items.write(out);
    }
  }

  static read(feature: Feature, limit: Limit, from: TextReader, end: number): Drift {
    const drift = new Drift(feature, limit);
    const detail = from.number();
    for (const side of [drift.#recent, drift.#before]) side.coarsen(detail);
    drift.#edge = drift.#edgeAt(end, drift.#length);
    drift.#oldest = drift.#edgeAt(end, drift.#length + drift.#reach);
    for (let left = from.number(); left > 0; left--) {
      const part = { start: from.number(), items: Items.read('psi', from) };
      drift.#parts.push(part);
      drift.#sideOf(part.start).merge(part.items);
    }
    return drift;
  }
}
