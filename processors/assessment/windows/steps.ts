/**
 * Sequence (A then B without C within D) and absence (A without B within D), by item. Per item the steps are kept in the order of their times, since one may come late or be taken back; what they
 * make are hits, whose times stand in one ascending list: a window's value is how many of them lie in it. Items beyond the limit are sampled by their hash.
 */
import type { Feature } from '../../../language/ruleset.ts';
import type { Form } from './form.ts';
import { sampled } from './items.ts';
import type { TextReader, TextWriter } from './text.ts';
import { lowerBound } from './values.ts';
import type { Limit } from './window.ts';

/** What a contribution's value says which step it is. */
export const STEP = { first: 1, next: 2, without: 3 } as const;

/** Times and steps of one item, two places a step. */
type Flat = number[];

/** Each `then` takes the nearest `first` before it that no other took and that no `without` has ended. */
export function completions(flat: Flat, within: number): number[] {
  const hits: number[] = [];
  let open = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < flat.length; i += 2) {
    const at = flat[i] as number;
    if (flat[i + 1] === STEP.first) open = at;
    else {
      if (flat[i + 1] === STEP.next && at - open <= within) hits.push(at);
      open = Number.NEGATIVE_INFINITY;
    }
  }
  return hits;
}

/** Deadlines of each `first` that neither a `then` nor a `without` followed in time. */
export function absences(flat: Flat, within: number): number[] {
  const hits: number[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (let i = flat.length - 2; i >= 0; i -= 2) {
    const at = flat[i] as number;
    if (flat[i + 1] !== STEP.first) next = at;
    else if (next - at > within) hits.push(at + within);
  }
  return hits;
}

/** Steps lie at odd places, behind their times. An answer that came before what it answers waits for it. */
const isAnswered = (flat: Flat, within: number): boolean => flat[1] === STEP.first && absences(flat, within).length === 0;

export class Steps implements Form {
  readonly #feature: Feature;
  readonly #limit: Limit;
  readonly #items = new Map<string, Flat>();
  /** Ascending. Those of items in hand before `#from` may still stand in it: they are not counted. */
  readonly #hits: number[] = [];
  #n = 0;
  #level = 0;
  #cut = false;
  #newest = 0;
  #end = 0;
  #from = 0;

  constructor(feature: Feature, limit: Limit) {
    this.#feature = feature;
    this.#limit = limit;
  }

  get n(): number {
    return this.#n;
  }

  #hitsOf(flat: Flat): number[] {
    return this.#feature.kind === 'sequence' ? completions(flat, this.#feature.reachMs) : absences(flat, this.#feature.reachMs);
  }

  /** Changes the steps of an item, and the hits that they make. */
  #change(item: string, flat: Flat, change: () => void): void {
    for (const hit of this.#hitsOf(flat)) this.#hits.splice(lowerBound(this.#hits, hit), 1);
    this.#n -= flat.length / 2;
    change();
    this.#n += flat.length / 2;
    for (const hit of this.#hitsOf(flat)) this.#hits.splice(lowerBound(this.#hits, hit), 0, hit);
    if (flat.length === 0) this.#items.delete(item);
  }

  give(at: number, step: number, item: string): void {
    if (!sampled(item, this.#level)) return;
    this.#newest = Math.max(this.#newest, at);
    let flat = this.#items.get(item);
    if (!flat) this.#items.set(item, (flat = []));
    const steps = flat;
    this.#change(item, steps, () => {
      let place = steps.length;
      while (place > 0 && (steps[place - 2] as number) > at) place -= 2;
      steps.splice(place, 0, at, step);
    });
    if (this.#n > this.#limit.entries) this.#bound(item, steps);
  }

  /** First what no longer matters, then what was answered in time (an absence that is none stays none, unless its answer is taken back), then every other item, then the oldest steps of this one. */
  #bound(item: string, flat: Flat): void {
    for (const [other, steps] of this.#items) this.#expire(other, steps);
    if (this.#feature.kind === 'absence' && this.#n > this.#limit.entries) for (const [other, steps] of this.#items) if (isAnswered(steps, this.#feature.reachMs)) this.#change(other, steps, () => steps.splice(0));
    const before = this.#level;
    while (this.#n > this.#limit.entries && this.#items.size > 1 && this.#level < 30) {
      this.#level++;
      for (const [other, steps] of this.#items) if (!sampled(other, this.#level)) this.#change(other, steps, () => steps.splice(0));
    }
    if (this.#level > before) this.#limit.reached?.();
    if (this.#n <= this.#limit.entries || !this.#items.has(item)) return;
    if (!this.#cut) this.#limit.reached?.();
    this.#cut = true;
    this.#change(item, flat, () => flat.splice(0, 2 * (this.#n + flat.length / 2 - this.#limit.entries)));
  }

  #expire(item: string, flat: Flat): void {
    let gone = 0;
    while (gone < flat.length && (flat[gone] as number) < this.#from - this.#feature.reachMs) gone += 2;
    if (gone > 0) this.#change(item, flat, () => flat.splice(0, gone));
  }

  takeBack(at: number, step: number, item: string): void {
    const flat = this.#items.get(item);
    for (let i = (flat?.length ?? 0) - 2; flat && i >= 0; i -= 2) {
      if (flat[i] !== at || flat[i + 1] !== step) continue;
      this.#change(item, flat, () => flat.splice(i, 2));
      return;
    }
  }

  advance(end: number, from: number): void {
    this.#end = end;
    this.#from = from;
    if (this.#newest < from - this.#feature.reachMs) this.#clear();
  }

  /** Nothing is left that matters: exact again. */
  #clear(): void {
    this.#items.clear();
    this.#hits.length = 0;
    this.#n = 0;
    this.#level = 0;
    this.#cut = false;
  }

  value(): number {
    const hits = lowerBound(this.#hits, this.#end + 1) - lowerBound(this.#hits, this.#from);
    return hits * 2 ** this.#level;
  }

  /** When an absence will count that counts not yet, or Infinity. */
  nextHit(): number {
    return this.#hits[lowerBound(this.#hits, this.#end + 1)] ?? Number.POSITIVE_INFINITY;
  }

  said(): string {
    const sample = this.#level > 0 ? `${this.#feature.kind} of a sample of 1/${2 ** this.#level} of the items` : '';
    return this.#cut ? `${sample || this.#feature.kind}, the newest ${this.#limit.entries} steps` : sample;
  }

  write(out: TextWriter): void {
    out.number(this.#from);
    out.number(this.#newest);
    out.number(this.#level);
    out.number(this.#cut ? 1 : 0);
    out.number(this.#items.size);
    for (const [item, flat] of this.#items) {
      out.text(item);
      out.number(flat.length);
      let before = 0;
      for (let i = 0; i < flat.length; i += 2) {
        out.number((flat[i] as number) - before);
        out.number(flat[i + 1] as number);
        before = flat[i] as number;
      }
    }
  }

  static read(feature: Feature, limit: Limit, from: TextReader, end: number): Steps {
    const steps = new Steps(feature, limit);
    steps.#end = end;
    steps.#from = from.number();
    steps.#newest = from.number();
    steps.#level = from.number();
    steps.#cut = from.number() === 1;
    for (let items = from.number(); items > 0; items--) {
      const flat: Flat = [];
      steps.#items.set(from.text(), flat);
      let at = 0;
      for (let left = from.number(); left > 0; left -= 2) flat.push((at += from.number()), from.number());
      steps.#n += flat.length / 2;
      steps.#hits.push(...steps.#hitsOf(flat));
    }
    steps.#hits.sort((a, b) => a - b);
    return steps;
  }
}
