/** All windows of a partition, by feature and subject. `~` parts a backfill's windows from those of live events. */
import type { Feature } from '../../../language/ruleset.ts';
import type { Baseline } from '../../../schemas/risk/journal.ts';
import type { Contribution } from '../../../schemas/risk/signal.ts';
import type { StageContext, StateTable } from '../../../streams/stage.ts';
import { Hours, type PackedHours, robustZ } from './history.ts';
import { forgetAfter, HOUR } from './span.ts';
import { type Limit, type PackedWindow, Window } from './window.ts';

/** A value is kept as text until its feature is known: the state is restored before the rule set. */
interface Slot { key: string; window: Window; hours: Hours | undefined }
type Packed = [PackedWindow, PackedHours | null];
type Stored = Slot | Packed;

const pack = (stored: Stored): Packed => (Array.isArray(stored) ? stored : [stored.window.pack(), stored.hours ? stored.hours.pack() : null]);

/** Windows looked at per tick, at most: a sweep never holds up events. */
const SWEEP = 2000;

export interface Subject { backfill: boolean; id: string }

export class WindowStore {
  readonly #table: StateTable<Stored>;
  /** Windows in use, by feature and subject: spares the hot path to join and hash the table's long keys. Filled from the table on first use. */
  readonly #index = new Map<string, Map<string, Slot>>();
  /** Keys by the hour in which they may be forgotten. Derived from the windows, never stored. */
  readonly #due = new Map<number, Set<string>>();
  #features: (id: string) => Feature | undefined = () => undefined;
  #baselines = new Map<string, Baseline>();
  /** Shared with every window, so that a new limit holds for old and restored windows alike. */
  readonly #limit: Limit = { entries: 0 };

  constructor(context: StageContext) {
    this.#table = context.state.table<Stored>('windows', { encode: (stored) => JSON.stringify(pack(stored)), decode: (text) => JSON.parse(text as string) as Packed });
  }

  /** A new rule set: windows of features that it does not define are dropped. `baselines` by `feature id|subject id`. */
  use(features: (id: string) => Feature | undefined, baselines: Map<string, Baseline>): void {
    this.#features = features;
    this.#baselines = baselines;
    this.#due.clear();
    this.#index.clear();
    for (const [key, stored] of this.#table.entries()) {
      const feature = features(featureOf(key));
      if (feature) this.#watch(key, forgetAt(feature, Array.isArray(stored) ? stored[0][0] : stored.window.end));
      else this.#table.delete(key);
    }
  }

  limit(entries: number): void {
    this.#limit.entries = entries;
  }

  baseline(key: string, baseline: Baseline): void {
    this.#baselines.set(key, baseline);
    const stored = this.#table.get(key);
    if (stored && !Array.isArray(stored)) stored.hours?.forget();
  }

  contribute(feature: Feature, subject: Subject, at: number, eventId: string, given: Contribution): void {
    const slot = this.#slot(feature, subject) ?? this.#create(feature, subject, at);
    if (given.sign > 0) slot.window.give(at, given.value, given.item, eventId);
    else slot.window.takeBack(at, given.value, given.item, eventId);
    slot.hours?.give(at, given.sign > 0 ? 1 : -1, feature.weeks);
    this.#table.set(slot.key, slot);
  }

  #create(feature: Feature, subject: Subject, at: number): Slot {
    const key = keyOf(feature, subject);
    this.#watch(key, forgetAt(feature, at));
    return this.#remember(feature, subject, { key, window: new Window(feature, this.#limit), hours: feature.kind === 'robustZ' ? new Hours() : undefined });
  }

  #slot(feature: Feature, subject: Subject): Slot | undefined {
    const known = this.#index.get(feature.id)?.get(indexed(subject));
    if (known) return known;
    const key = keyOf(feature, subject);
    const stored = this.#table.get(key);
    if (!stored) return undefined;
    const slot = Array.isArray(stored) ? { key, window: new Window(feature, this.#limit, stored[0]), hours: stored[1] ? Hours.unpack(stored[1]) : undefined } : stored;
    this.#table.set(key, slot);
    return this.#remember(feature, subject, slot);
  }

  #remember(feature: Feature, subject: Subject, slot: Slot): Slot {
    const slots = this.#index.get(feature.id);
    if (slots) slots.set(indexed(subject), slot);
    else this.#index.set(feature.id, new Map([[indexed(subject), slot]]));
    return slot;
  }

  /** The subject's window, brought to `at`; undefined where it has none. */
  at(feature: Feature, subject: Subject, at: number): Window | undefined {
    return this.#slotAt(feature, subject, at)?.window;
  }

  #slotAt(feature: Feature, subject: Subject, at: number): Slot | undefined {
    const slot = this.#slot(feature, subject);
    if (slot && at > slot.window.end) {
      slot.window.advance(at);
      this.#table.set(slot.key, slot);
    }
    return slot;
  }

  /** robustZ: undefined = warming, as there is nothing to compare with. */
  z(feature: Feature, subject: Subject, at: number, knownFrom: number): number | undefined {
    const slot = this.#slotAt(feature, subject, at);
    if (!slot) return 0;
    const centre = slot.hours?.centre(feature, slot.window.end, knownFrom, subject.backfill ? undefined : this.#baselines.get(slot.key));
    return centre && robustZ(slot.window, centre, feature);
  }

  #watch(key: string, at: number): void {
    const hour = Math.floor(at / HOUR);
    const keys = this.#due.get(hour);
    if (keys) keys.add(key);
    else this.#due.set(hour, new Set([key]));
  }

  /** Forgets windows that no event can reach any more. No output depends on when that happens. */
  sweep(now: number): void {
    let left = SWEEP;
    const hours = [...this.#due.keys()].filter((hour) => (hour + 1) * HOUR <= now).sort((a, b) => a - b);
    for (const hour of hours) {
      const keys = this.#due.get(hour) as Set<string>;
      for (const key of keys) {
        if (left-- === 0) return;
        keys.delete(key);
        const stored = this.#table.get(key);
        const feature = this.#features(featureOf(key));
        if (!stored || !feature) continue;
        const at = forgetAt(feature, Array.isArray(stored) ? stored[0][0] : stored.window.end);
        if (at <= now) this.#forget(key);
        else this.#watch(key, at);
      }
      this.#due.delete(hour);
    }
  }

  #forget(key: string): void {
    this.#table.delete(key);
    const feature = featureOf(key);
    this.#index.get(feature)?.delete(key[feature.length] === '~' ? key.slice(feature.length) : key.slice(feature.length + 1));
  }

  get size(): number {
    return this.#table.size;
  }
}

export const keyOf = (feature: Feature, subject: Subject): string => `${feature.id}${subject.backfill ? '~' : '|'}${subject.id}`;

/** Place in the index. A live subject whose id begins with `~` is none: ids are codes and tokens. */
const indexed = (subject: Subject): string => (subject.backfill ? `~${subject.id}` : subject.id);

function featureOf(key: string): string {
  for (let i = 0; i < key.length; i++) if (key[i] === '|' || key[i] === '~') return key.slice(0, i);
  return key;
}

function forgetAt(feature: Feature, end: number): number {
  return forgetAfter(feature.window, end) + (feature.kind === 'robustZ' ? feature.weeks * 168 * HOUR : 0);
}
