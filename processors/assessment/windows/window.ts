/**
 * One window of one feature for one subject. It ends at the latest window time seen (never earlier again) and counts what lies in (end − length, end],
 * or in its aligned buckets. Event-exact up to `limit` entries, in buckets above, exact again once empty. Values without entries are 0.
 */
import type { Feature } from '../../../language/ruleset.ts';
import { aggregateFor } from './aggregate.ts';
import { Buckets } from './buckets.ts';
import { Drift } from './drift.ts';
import { Entries } from './entries.ts';
import type { Form } from './form.ts';
import type { Items } from './items.ts';
import { CELLS } from './items.ts';
import { Latest } from './latest.ts';
import type { Moments } from './moments.ts';
import { Seen } from './seen.ts';
import { coarseWidth, coveredFrom, DAY, oldestSlot } from '../../../language/span.ts';
import { Steps } from './steps.ts';
import { TextReader, TextWriter } from './text.ts';
import { Times } from './times.ts';
import { type Aggregate, FIXED, type Totals } from './totals.ts';
import { RELATIVE_ERROR, type Values } from './values.ts';

/** How many entries (or items, or values) are kept exactly. `reached` hears of each window that comes to its bound. */
export interface Limit { entries: number; reached?: () => void }
export type PackedWindow = string;

/** How a stored window begins: what follows is of that form, or the one form of its kind. */
const ENTRIES = 0;
const BUCKETS = 1;
const OWN = 2;

/** Buckets from the start: a calendar unit, or the declared resolution. 0 = event-exact. */
function declaredWidth(feature: Feature): number {
  if (feature.window.kind === 'calendar') return DAY;
  return feature.window.resolutionMs;
}

/** The form of a kind that has one of its own. */
function ownForm(feature: Feature, limit: Limit): Form | undefined {
  switch (feature.kind) {
    case 'last': return new Latest();
    case 'intervalCv': return new Times(limit);
    case 'sequence': case 'absence': return new Steps(feature, limit);
    case 'firstSeen': case 'newShare': return new Seen(feature, limit);
    case 'psi': return new Drift(feature, limit);
    default: return undefined;
  }
}

function readOwn(feature: Feature, limit: Limit, from: TextReader, end: number): Form {
  switch (feature.kind) {
    case 'intervalCv': return Times.read(limit, from);
    case 'sequence': case 'absence': return Steps.read(feature, limit, from, end);
    case 'firstSeen': case 'newShare': return Seen.read(feature, limit, from, end);
    case 'psi': return Drift.read(feature, limit, from, end);
    default: return Latest.read(from);
  }
}

export class Window {
  end = 0;
  readonly #feature: Feature;
  readonly #limit: Limit;
  /** One of the two is there. */
  #counted: Entries | Buckets | undefined;
  readonly #own: Form | undefined;

  constructor(feature: Feature, limit: Limit, stored?: PackedWindow | TextReader) {
    this.#feature = feature;
    this.#limit = limit;
    if (stored === undefined) {
      this.#own = ownForm(feature, limit);
      if (!this.#own) this.#counted = this.#fresh();
      return;
    }
    const from = typeof stored === 'string' ? new TextReader(stored) : stored;
    this.end = from.number();
    const form = from.number();
    if (form === OWN) this.#own = readOwn(feature, limit, from, this.end);
    else this.#counted = form === BUCKETS ? Buckets.read(feature, limit, from) : Entries.read(aggregateFor(feature), from, this.end);
  }

  #fresh(): Entries | Buckets {
    const width = declaredWidth(this.#feature);
    return width > 0 ? new Buckets(this.#feature, width, this.#limit) : new Entries(aggregateFor(this.#feature));
  }

  give(at: number, given: number, item: string, id: string): void {
    this.advance(at);
    if (at < this.end && at < this.#oldest() - this.#feature.reachMs) return;
    // A least value is the largest of the negatives.
    const value = this.#feature.kind === 'min' ? -given : given;
    const counted = this.#counted;
    if (!counted) this.#own?.give(at, value, item, id);
    else if (counted instanceof Buckets) counted.give(at, value, item);
    else {
      counted.give(at, value, item, id);
      if (counted.length > this.#limit.entries) this.#toBuckets(counted);
    }
  }

  /** What several events of one bucket gave together: only windows that are made of buckets from the start. */
  sums(at: number, value: number, item: string, n: number): void {
    if (n > 0) this.advance(at);
    if (at < this.end && at < this.#oldest() - this.#feature.reachMs) return;
    (this.#counted as Buckets | undefined ?? (this.#own as Drift)).sums(at, value, item, n);
  }

  /** Earliest time that counts. */
  #oldest(): number {
    const width = this.#counted instanceof Buckets ? this.#counted.width : this.#own && !(this.#own instanceof Latest) && this.#feature.window.kind !== 'calendar' ? 0 : declaredWidth(this.#feature);
    return width > 0 ? oldestSlot(this.#feature.window, width, this.end) : this.end - this.#feature.window.ms + 1;
  }

  #toBuckets(entries: Entries): void {
    this.#limit.reached?.();
    const buckets = new Buckets(this.#feature, coarseWidth(this.#feature.window), this.#limit);
    entries.each((at, value, item) => buckets.give(at, value, item));
    buckets.expire(this.end);
    this.#counted = buckets;
  }

  /** `at` is the window time of what was given. What was never given, or has left the window, changes nothing. */
  takeBack(at: number, given: number, item: string, id: string): void {
    const value = this.#feature.kind === 'min' ? -given : given;
    if (this.#counted instanceof Buckets) this.#counted.takeBack(at, value, item);
    else if (this.#counted) this.#counted.takeBack(value, item, id);
    else this.#own?.takeBack(at, value, item, id);
  }

  advance(at: number): void {
    if (at <= this.end) return;
    this.end = at;
    if (this.#counted instanceof Entries) this.#counted.expire(at - this.#feature.window.ms);
    else if (this.#counted) this.#counted.expire(at);
    else this.#own?.advance(at, this.#oldest());
    if (this.empty && this.#counted instanceof Buckets) this.#counted = this.#fresh();
  }

  get empty(): boolean {
    return (this.#counted?.total.n ?? this.#own?.n) === 0;
  }

  value(): number {
    const form = this.#counted;
    if (!form) return this.#own?.value() ?? 0;
    if (form.total.n === 0) return 0;
    switch (this.#feature.kind) {
      case 'sum': return (form.total as Totals).sum / FIXED;
      case 'avg': return (form.total as Totals).sum / FIXED / form.total.n;
      case 'stddev': return (form.total as Moments).deviation();
      case 'distinct': return (form.total as Items).distinct();
      case 'itemsOver': return (form.total as Items).itemsOver();
      case 'topShare': return (form.total as Items).topShare();
      case 'topSum': return (form.total as Items).topSum() / FIXED;
      case 'hhi': return (form.total as Items).hhi();
      case 'max': return form instanceof Buckets ? form.max() : (form.total as Values).max();
      case 'min': return 0 - (form instanceof Buckets ? form.max() : (form.total as Values).max());
      case 'percentile': return (form.total as Values).quantile(this.#feature.quantile);
      default: return form.total.n;
    }
  }

  /** When this window's value will change by time alone and grow: the next deadline of an absence. Infinity where it never does. */
  nextHit(): number {
    return this.#own instanceof Steps && this.#feature.kind === 'absence' ? this.#own.nextHit() : Number.POSITIVE_INFINITY;
  }

  /** From when on records must be known for this window to be complete. */
  coveredFrom(): number {
    return coveredFrom(this.#feature.window, this.end);
  }

  /** How the value differs from an event-exact one, or ''. */
  approximation(): string {
    const counted = this.#counted;
    if (this.#own) return this.#own.said();
    if (!(counted instanceof Buckets) || this.#feature.window.kind === 'calendar') return this.#sketch();
    const width = counted.width >= 60_000 ? `${Math.round(counted.width / 60_000)} min` : `${Math.round(counted.width / 1000)} s`;
    return [`${this.#feature.kind} over ${this.#feature.window.text} in aligned buckets of ${width}`, this.#sketch()].filter(Boolean).join('; ');
  }

  #sketch(): string {
    const total: Aggregate | undefined = this.#counted?.total;
    if (!total || total.detail === 0) return '';
    const { kind } = this.#feature;
    if (kind === 'distinct' || kind === 'itemsOver') return `${kind} sample 1/${2 ** total.detail}, standard error ${((total as Items).error() * 100).toFixed(1)} %`;
    if (kind === 'topShare' || kind === 'topSum' || kind === 'hhi') return `items folded into ${CELLS} cells`;
    return `DDSketch, relative error ${RELATIVE_ERROR * 100} %`;
  }

  /** The end comes first: it tells when the window may be forgotten. */
  write(out: TextWriter): void {
    out.number(this.end);
    out.number(this.#own ? OWN : this.#counted instanceof Buckets ? BUCKETS : ENTRIES);
    if (this.#own) this.#own.write(out);
    else this.#counted?.write(out, this.end);
  }

  pack(): PackedWindow {
    const out = new TextWriter();
    this.write(out);
    return out.take();
  }
}
