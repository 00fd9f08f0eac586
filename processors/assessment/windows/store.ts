/**
 * All windows of a partition, by subject; `~` and its generation part a backfill's from those of live events. Between flushes a subject is an object, then a short text:
 * most subjects are not seen again for hours. Hence nothing here outlives a record but keys.
 */
import type { Feature } from '../../../language/ruleset.ts';
import type { Baseline } from '../../../schemas/risk/journal.ts';
import type { Contribution, Sum } from '../../../schemas/risk/signal.ts';
import type { StageContext, StateTable } from '../../../streams/stage.ts';
import { Hours, robustZ } from './history.ts';
import { DAY, forgetAfter, HOUR } from '../../../language/span.ts';
import { type Slot, SubjectWindows } from './subject.ts';
import { type Limit, Window } from './window.ts';

/** Subjects looked at per tick, at most: a sweep never holds up events. */
const SWEEP = 2000;
/** A backfill from which nothing has come for so long is over: its windows and open alerts are forgotten. */
export const BACKFILL_REST_MS = 2 * DAY;

export interface Subject { backfill: boolean; id: string }

/** The subject in hand: what one record asks is mostly of the same subject several times. */
interface Hand { type: string; id: string; backfill: boolean; key: string; windows: SubjectWindows | undefined; marked: boolean }
/** `generation` counts backfills that were over; `last` is the hour in which something of one arrived. */
interface Backfill { generation: number; last: number }
const NOBODY: Hand = { type: '', id: '', backfill: false, key: '', windows: undefined, marked: false };

/** A subject with an absence that is not due yet. */
export interface Waiting { due: number; type: string; id: string; zone: string; origin: string }

export class WindowStore {
  readonly #table: StateTable<SubjectWindows>;
  #hand: Hand = NOBODY;
  #features: (id: string) => Feature | undefined = () => undefined;
  /** By `feature id|subject id`. */
  #baselines = new Map<string, Baseline>();
  /** Shared with every window, so that a new limit holds for old and restored windows alike. */
  readonly #limit: Limit;
  readonly #waiting: StateTable<Waiting>;
  readonly #backfills: StateTable<Backfill>;
  #backfill: Backfill;

  constructor(context: StageContext) {
    this.#limit = { entries: 0, reached: () => context.count('window_bound_reached') };
    this.#waiting = context.state.table<Waiting>('absences', { rests: true, due: ({ due }) => due, encode: (waiting) => JSON.stringify(waiting), decode: (stored) => JSON.parse(typeof stored === 'string' ? stored : Buffer.from(stored).toString()) as Waiting });
    this.#backfills = context.state.table<Backfill>('backfill');
    this.#backfill = this.#backfills.get('backfill') ?? { generation: 0, last: 0 };
    this.#table = context.state.table<SubjectWindows>('subjects', {
      rests: true, due: ({ forget }) => forget, encode: (windows) => windows.pack(), decode: (stored) => new SubjectWindows(typeof stored === 'string' ? stored : Buffer.from(stored).toString('latin1')),
    });
  }

  /** The rule set in force. Where it is a new one, windows of features that it does not define are dropped; after a restart there are none. */
  use(features: (id: string) => Feature | undefined, baselines: Map<string, Baseline>, changed: boolean): void {
    this.release();
    this.#features = features;
    this.#baselines = baselines;
    if (!changed) return;
    for (const [key, windows] of this.#table.entries()) {
      let unknown = false;
      windows.ends((id) => { unknown ||= features(id) === undefined; });
      if (unknown) this.#drop(key, windows, (slot) => features(slot.feature) === undefined);
    }
  }

  #drop(key: string, windows: SubjectWindows, gone: (slot: Slot) => boolean): void {
    windows.open(this.#features, this.#limit);
    windows.drop(gone);
    this.#keep(key, windows);
  }

  #keep(key: string, windows: SubjectWindows): void {
    if (windows.empty) return this.#table.delete(key);
    windows.forget = isBackfill(key) ? this.#restUntil() : Infinity;
    if (!isBackfill(key)) windows.ends((id, end) => { windows.forget = Math.min(windows.forget, forgetAt(this.#features(id) as Feature, end)); });
    this.#table.set(key, windows);
  }

  limit(entries: number): void {
    this.#limit.entries = entries;
  }

  /** Between two records: the state may rest, and what was in hand is stored. */
  release(): void {
    this.#hand = NOBODY;
  }

  /** `key` as in `use`. */
  baseline(key: string, baseline: Baseline): void {
    this.#baselines.set(key, baseline);
    const bar = key.indexOf('|');
    const feature = this.#features(key.slice(0, bar));
    if (feature) this.#take(feature, { id: key.slice(bar + 1), backfill: false }).windows?.find(feature.id)?.hours?.forget();
  }

  /**
   * Something of a backfill arrived. Its windows follow its own time, so that the stage's says nothing of when they are over; after a rest new ones begin
   * under a new generation, whether or not the old ones are swept already.
   */
  backfilled(arrival: number): void {
    const { generation, last } = this.#backfill;
    const hour = Math.floor(arrival / HOUR) * HOUR;
    if (hour <= last) return;
    this.#backfill = { generation: arrival > this.#restUntil() ? generation + 1 : generation, last: hour };
    this.#backfills.set('backfill', this.#backfill);
  }

  #restUntil(): number {
    return this.#backfill.last + BACKFILL_REST_MS;
  }

  contribute(feature: Feature, subject: Subject, at: number, eventId: string, given: Contribution): void {
    const hand = this.#take(feature, subject);
    const slot = hand.windows?.find(feature.id) ?? this.#create(hand, feature, at);
    if (given.sign > 0) slot.window.give(at, given.value, given.item, eventId);
    else slot.window.takeBack(at, given.value, given.item, eventId);
    slot.hours?.give(at, given.sign > 0 ? 1 : -1, feature.weeks);
    this.#mark(hand);
  }

  sum(feature: Feature, subject: Subject, { at, value, item, n }: Sum): void {
    const hand = this.#take(feature, subject);
    const slot = hand.windows?.find(feature.id) ?? this.#create(hand, feature, at);
    slot.window.sums(at, value, item, n);
    slot.hours?.give(at, n, feature.weeks);
    this.#mark(hand);
  }

  #create(hand: Hand, feature: Feature, at: number): Slot {
    hand.windows ??= new SubjectWindows('');
    const slot: Slot = { feature: feature.id, window: new Window(feature, this.#limit), hours: feature.kind === 'robustZ' ? new Hours() : undefined };
    hand.windows.add(slot);
    hand.windows.forget = Math.min(hand.windows.forget, hand.backfill ? this.#restUntil() : forgetAt(feature, at));
    return slot;
  }

  #take(feature: Feature, { id, backfill }: Subject): Hand {
    const hand = this.#hand;
    const type = feature.subjectType;
    if (hand.id === id && hand.type === type && hand.backfill === backfill) return hand;
    const key = backfill ? `${type}~${this.#backfill.generation}~${id}` : `${type}|${id}`;
    const windows = this.#table.get(key);
    windows?.open(this.#features, this.#limit);
    return (this.#hand = { type, id, backfill, key, windows, marked: false });
  }

  #mark(hand: Hand): void {
    if (hand.marked || !hand.windows) return;
    this.#table.set(hand.key, hand.windows);
    hand.marked = true;
  }

  /** The subject's window, brought to `at`; undefined where it has none. */
  at(feature: Feature, subject: Subject, at: number): Window | undefined {
    return this.#slotAt(feature, subject, at)?.window;
  }

  #slotAt(feature: Feature, subject: Subject, at: number): Slot | undefined {
    const hand = this.#take(feature, subject);
    const slot = hand.windows?.find(feature.id);
    if (slot && at > slot.window.end) {
      slot.window.advance(at);
      this.#mark(hand);
    }
    return slot;
  }

  /** Subjects whose absences have come due, in (deadline, key) order; each is told once. */
  overdue(now: number): Waiting[] {
    this.release();
    return this.#waiting.due(now, SWEEP).map(([key]) => {
      const waiting = this.#waiting.get(key) as Waiting;
      this.#waiting.delete(key);
      return waiting;
    });
  }

  /** Sees to it that the subject is judged when this window next grows by time alone. A deadline that is answered before is looked at in vain, once. */
  awaitHit(feature: Feature, subject: Subject, zone: string, origin: string): void {
    const hand = this.#take(feature, subject);
    const at = hand.windows?.find(feature.id)?.window.nextHit() ?? Number.POSITIVE_INFINITY;
    if (at === Number.POSITIVE_INFINITY || subject.backfill) return;
    const known = this.#waiting.get(hand.key);
    if (!known || at < known.due) this.#waiting.set(hand.key, { due: at, type: hand.type, id: hand.id, zone, origin });
  }

  /** robustZ: undefined = warming, as there is nothing to compare with. */
  z(feature: Feature, subject: Subject, at: number, knownFrom: number): number | undefined {
    const slot = this.#slotAt(feature, subject, at);
    if (!slot) return 0;
    const baseline = subject.backfill || this.#baselines.size === 0 ? undefined : this.#baselines.get(`${feature.id}|${subject.id}`);
    const centre = slot.hours?.centre(feature, slot.window.end, knownFrom, baseline);
    return centre && robustZ(slot.window, centre, feature);
  }

  /** Forgets windows that no event can reach any more. No output depends on when that happens. */
  sweep(now: number): void {
    this.release();
    for (const [key] of this.#table.due(now, SWEEP)) this.#forget(key, now);
  }

  #forget(key: string, now: number): void {
    if (isBackfill(key)) return this.#forgetBackfill(key, now);
    const windows = this.#table.get(key);
    if (!windows) return;
    windows.open(this.#features, this.#limit);
    windows.drop(({ feature, window }) => forgetAt(this.#features(feature) as Feature, window.end) <= now);
    this.#keep(key, windows);
  }

  #forgetBackfill(key: string, now: number): void {
    const over = !key.includes(`~${this.#backfill.generation}~`) || now > this.#restUntil();
    const windows = this.#table.get(key);
    if (over || !windows) return this.#table.delete(key);
    windows.open(this.#features, this.#limit);
    windows.forget = this.#restUntil() + HOUR;
    this.#table.set(key, windows);
  }

  /** Subjects. */
  get size(): number {
    return this.#table.size;
  }
}

/** Subject types are plain words: what stands before the first sign of a key tells whose it is. */
const isBackfill = (key: string): boolean => /^[\w-]+~/.test(key);

function forgetAt(feature: Feature, end: number): number {
  return forgetAfter(feature.window, end) + feature.reachMs + (feature.kind === 'robustZ' ? feature.weeks * 168 * HOUR : 0);
}
