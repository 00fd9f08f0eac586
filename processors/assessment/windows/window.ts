/**
 * One window of one feature for one subject. It ends at the latest window time seen (never earlier again) and counts what lies in (end − length, end],
 * or in its aligned buckets. Event-exact up to `limit` entries, in buckets above, exact again once empty. Values without entries are 0.
 */
import type { Feature } from '../../../language/ruleset.ts';
import { aggregateFor } from './aggregate.ts';
import { Buckets } from './buckets.ts';
import { Entries } from './entries.ts';
import type { Items } from './items.ts';
import { Latest } from './latest.ts';
import { coarseWidth, coveredFrom, DAY, oldestSlot } from './span.ts';
import { TextReader, TextWriter } from './text.ts';
import { type Aggregate, FIXED, type Totals } from './totals.ts';
import { RELATIVE_ERROR, type Values } from './values.ts';

/** How many entries (or items, or values) are kept exactly. */
export interface Limit { entries: number }
export type PackedWindow = string;

const ENTRIES = 0;
const BUCKETS = 1;
const LATEST = 2;

/** Buckets from the start: a calendar unit, or the declared resolution. 0 = event-exact. */
function declaredWidth(feature: Feature): number {
  if (feature.window.kind === 'calendar') return DAY;
  return feature.window.resolutionMs;
}

export class Window {
  end = 0;
  readonly #feature: Feature;
  readonly #limit: Limit;
  #form: Entries | Buckets | Latest;

  constructor(feature: Feature, limit: Limit, stored?: PackedWindow | TextReader) {
    this.#feature = feature;
    this.#limit = limit;
    this.#form = stored === undefined ? this.#fresh() : this.#read(typeof stored === 'string' ? new TextReader(stored) : stored);
  }

  #fresh(): Entries | Buckets | Latest {
    const width = declaredWidth(this.#feature);
    if (this.#feature.kind === 'last') return new Latest();
    return width > 0 ? new Buckets(this.#feature, width, this.#limit) : new Entries(aggregateFor(this.#feature.kind));
  }

  #read(from: TextReader): Entries | Buckets | Latest {
    this.end = from.number();
    const form = from.number();
    if (form === LATEST) return Latest.read(from);
    if (form === BUCKETS) return Buckets.read(this.#feature, this.#limit, from);
    return Entries.read(aggregateFor(this.#feature.kind), from, this.end);
  }

  give(at: number, value: number, item: string, id: string): void {
    this.advance(at);
    const form = this.#form;
    if (at < this.end && at < this.#oldest()) return;
    if (form instanceof Latest) form.give(at, value, id);
    else if (form instanceof Buckets) form.give(at, value, item);
    else {
      form.give(at, value, item, id);
      if (form.length > this.#limit.entries) this.#toBuckets(form);
    }
  }

  /** Earliest time that counts. */
  #oldest(): number {
    const width = this.#form instanceof Buckets ? this.#form.width : declaredWidth(this.#feature);
    return width > 0 ? oldestSlot(this.#feature.window, width, this.end) : this.end - this.#feature.window.ms + 1;
  }

  #toBuckets(entries: Entries): void {
    const buckets = new Buckets(this.#feature, coarseWidth(this.#feature.window), this.#limit);
    entries.each((at, value, item) => buckets.give(at, value, item));
    buckets.expire(this.end);
    this.#form = buckets;
  }

  /** `at` is the window time of what was given. What was never given, or has left the window, changes nothing. */
  takeBack(at: number, value: number, item: string, id: string): void {
    if (this.#form instanceof Latest) this.#form.takeBack(value, id);
    else if (this.#form instanceof Buckets) this.#form.takeBack(at, value, item);
    else this.#form.takeBack(value, item, id);
  }

  advance(at: number): void {
    if (at <= this.end) return;
    this.end = at;
    if (this.#form instanceof Entries) this.#form.expire(at - this.#feature.window.ms);
    else if (this.#form instanceof Buckets) this.#form.expire(at);
    else this.#form.expire(this.#oldest());
    if (this.empty && this.#form instanceof Buckets) this.#form = this.#fresh();
  }

  get empty(): boolean {
    return (this.#form instanceof Latest ? this.#form.n : this.#form.total.n) === 0;
  }

  value(): number {
    const form = this.#form;
    if (form instanceof Latest) return form.value();
    if (form.total.n === 0) return 0;
    switch (this.#feature.kind) {
      case 'sum': return (form.total as Totals).sum / FIXED;
      case 'distinct': return (form.total as Items).distinct();
      case 'topShare': return (form.total as Items).topShare();
      case 'hhi': return (form.total as Items).hhi();
      case 'max': return form instanceof Buckets ? form.max() : (form.total as Values).max();
      case 'percentile': return (form.total as Values).quantile(this.#feature.quantile);
      default: return form.total.n;
    }
  }

  /** From when on records must be known for this window to be complete. */
  coveredFrom(): number {
    return coveredFrom(this.#feature.window, this.end);
  }

  /** How the value differs from an event-exact one, or ''. */
  approximation(): string {
    if (!(this.#form instanceof Buckets) || this.#feature.window.kind === 'calendar') return this.#sketch();
    const width = this.#form.width >= 60_000 ? `${Math.round(this.#form.width / 60_000)} min` : `${Math.round(this.#form.width / 1000)} s`;
    return [`${this.#feature.kind} over ${this.#feature.window.text} in aligned buckets of ${width}`, this.#sketch()].filter(Boolean).join('; ');
  }

  #sketch(): string {
    const total: Aggregate | undefined = this.#form instanceof Latest ? undefined : this.#form.total;
    if (!total || total.detail === 0) return '';
    if (this.#feature.kind === 'distinct') return `distinct sample 1/${2 ** total.detail}, standard error ${((total as Items).error() * 100).toFixed(1)} %`;
    return `DDSketch, relative error ${RELATIVE_ERROR * 100} %`;
  }

  /** The end comes first: it tells when the window may be forgotten. */
  write(out: TextWriter): void {
    const form = this.#form;
    out.number(this.end);
    out.number(form instanceof Latest ? LATEST : form instanceof Buckets ? BUCKETS : ENTRIES);
    form.write(out, this.end);
  }

  pack(): PackedWindow {
    const out = new TextWriter();
    this.write(out);
    return out.take();
  }
}
