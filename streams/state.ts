/**
 * A stage's keyed state of one partition: Maps with a list of changed keys, flushed as text or bytes, so that any adapter can keep it.
 * A table that rests (many keys, seldom touched again) keeps only the stored form after a flush and decodes on the next use: a hundred thousand orders
 * are then as many small buffers instead of object graphs that the garbage collector walks. Where the adapter offers a place outside of memory (rest.ts), values that nobody
 * touched for a round of the pass go there once the partition holds more than `roomBytes`, and come back with their next change. No output depends on where a value is.
 */
import type { StateChange, StateFlush, StateValue } from './log.ts';
import { NEVER, type Rest } from './rest.ts';
import type { Codec, KeyedState, StateTable } from './stage.ts';
import { secondOf, Timers } from './timers.ts';

/** Keys that a pass writes again with each flush, at least. */
const SLICE = 500;
/** What a key costs in memory beside its value. */
const ENTRY_BYTES = 200;

const json: Codec<unknown> = { encode: (value) => JSON.stringify(value), decode: (stored) => JSON.parse(stored as string) as unknown };

/** `touched`: changed since the pass came by. */
interface Stored { value: StateValue; due: number; touched: boolean }

class MapTable<V> implements StateTable<V> {
  /** Decoded values: all of a plain table, the recently used of one that rests. */
  readonly #live = new Map<string, V>();
  readonly #stored = new Map<string, Stored>();
  /** With the deadline that a key was last given; NaN: deleted, or told as due. */
  readonly #changed = new Map<string, number>();
  readonly #timers = new Timers();
  readonly #codec: Codec<V>;
  readonly #rests: boolean;
  readonly #rest: Rest | undefined;
  bytes = 0;
  /** Keys that came into memory since the last flush began. */
  came = 0;

  constructor(codec: Codec<V> | undefined, rest: Rest | undefined) {
    this.#codec = codec ?? (json as Codec<V>);
    this.#rests = codec?.rests === true;
    this.#rest = this.#rests ? rest : undefined;
  }

  get(key: string): V | undefined {
    const live = this.#live.get(key);
    if (live !== undefined || !this.#rests) return live;
    const stored = this.#stored.get(key)?.value ?? this.#resting(key);
    if (stored === undefined) return undefined;
    const value = this.#codec.decode(stored);
    this.#live.set(key, value);
    return value;
  }

  /** A changed key that is not live was deleted; until the flush it still lies at rest. */
  #resting(key: string): StateValue | undefined {
    return this.#changed.has(key) ? undefined : this.#rest?.get(key);
  }

  set(key: string, value: V): void {
    this.#live.set(key, value);
    const due = this.#codec.due?.(value) ?? 0;
    // Most sets change no deadline: then it stands among the timers already.
    if (this.#changed.get(key) === due) return;
    this.#changed.set(key, due);
    if (this.#codec.due && this.#stored.get(key)?.due !== due) this.#timers.set(key, due);
  }

  delete(key: string): void {
    const known = this.#live.delete(key);
    if (this.#drop(key) || known || this.#rest?.has(key)) this.#changed.set(key, Number.NaN);
  }

  due(now: number, limit = Number.POSITIVE_INFINITY): [key: string, due: number][] {
    const { due } = this.#codec;
    if (!due) throw new Error('this table has no deadlines: its codec has no `due`');
    const second = Math.floor(now / 1000);
    const fired: [string, number][] = [];
    for (const [key, at] of this.#timers.fire(second)) if (this.#dueNow(key) === at) fired.push([key, at]);
    for (const [key, stored] of this.#rest?.due(second) ?? []) if (!this.#changed.has(key)) fired.push([key, due(this.#codec.decode(stored))]);
    fired.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    // Of those at rest the rest is told again after the next flush.
    for (const [key, at] of fired.slice(limit)) if (this.#dueNow(key) === at) this.#timers.set(key, at);
    const told = fired.slice(0, limit);
    for (const [key] of told) this.#told(key);
    return told;
  }

  /** Its timer is gone: the next set must make one, whatever the deadline. */
  #told(key: string): void {
    const stored = this.#stored.get(key);
    if (stored) stored.due = Number.NaN;
    if (this.#changed.has(key)) this.#changed.set(key, Number.NaN);
  }

  /** Of a key in memory. */
  #dueNow(key: string): number | undefined {
    const live = this.#live.get(key);
    return live === undefined ? this.#stored.get(key)?.due : this.#codec.due?.(live);
  }

  *entries(): IterableIterator<[string, V]> {
    yield* this.#live.entries();
    for (const [key, { value }] of this.#stored) if (!this.#live.has(key)) yield [key, this.#codec.decode(value)];
    for (const [key, value] of this.#rest?.entries() ?? []) if (!this.#live.has(key) && !this.#changed.has(key)) yield [key, this.#codec.decode(value)];
  }

  get size(): number {
    let size = this.#stored.size + (this.#rest?.size ?? 0);
    for (const key of this.#live.keys()) if (!this.#stored.has(key) && !this.#rest?.has(key)) size++;
    if (this.#rest) for (const key of this.#changed.keys()) if (!this.#live.has(key) && this.#rest.has(key)) size--;
    return size;
  }

  get changes(): number {
    return this.#changed.size;
  }

  restore(key: string, stored: StateValue): void {
    const value = this.#codec.decode(stored);
    const due = this.#codec.due?.(value) ?? 0;
    if (this.#codec.due) this.#timers.set(key, due);
    if (this.#rests) this.#keep(key, stored, due, false);
    else this.#live.set(key, value);
  }

  #keep(key: string, value: StateValue, due: number, touched: boolean): void {
    const old = this.#stored.get(key);
    this.bytes += value.length - (old ? old.value.length : -ENTRY_BYTES);
    // In place: a key that moved to the end of the Map would hold up the pass.
    if (old) Object.assign(old, { value, due, touched });
    else {
      this.#stored.set(key, { value, due, touched });
      this.came++;
    }
  }

  #drop(key: string): boolean {
    const stored = this.#stored.get(key);
    if (!stored) return false;
    this.bytes -= stored.value.length + ENTRY_BYTES;
    return this.#stored.delete(key);
  }

  /** Every key in memory once, with its stored form; keys that are set while it runs may come or not. Null: what was not touched since the last round went to rest. */
  *pass(crowded: () => boolean): IterableIterator<[string, StateValue | null]> {
    if (!this.#rests) for (const [key, value] of this.#live) yield [key, this.#codec.encode(value)];
    for (const [key, stored] of this.#stored) {
      const goes = this.#rest !== undefined && !stored.touched && crowded();
      stored.touched = false;
      if (goes) this.#settle(key, stored);
      yield [key, goes ? null : stored.value];
    }
  }

  #settle(key: string, { value, due }: Stored): void {
    this.#drop(key);
    if (this.#codec.due) this.#timers.drop(key, due);
    this.#rest?.put(key, value, this.#codec.due ? Math.min(secondOf(due), NEVER) : NEVER);
  }

  flush(into: (key: string, value: StateValue | null) => void): void {
    for (const key of this.#changed.keys()) {
      const live = this.#live.get(key);
      const value = live === undefined ? null : this.#codec.encode(live);
      if (!this.#stored.has(key)) this.#rest?.take(key);
      if (this.#rests && live !== undefined && value !== null) this.#keep(key, value, this.#codec.due?.(live) ?? 0, true);
      into(key, value);
    }
    this.#changed.clear();
    if (this.#rests) this.#live.clear();
  }
}

export interface StateOptions {
  /** Where values of a table may rest outside of memory; omitted: all stay in memory. */
  rest?: (table: string) => Rest | undefined;
  /** Above this, values that nobody touches go to rest. */
  roomBytes?: number;
}

/** Keys are stored as `table/key`. */
export class MapState implements KeyedState {
  readonly #options: StateOptions;
  readonly #tables = new Map<string, MapTable<unknown>>();
  /** Restored entries of tables that the stage has not asked for yet. */
  readonly #waiting = new Map<string, Map<string, StateValue>>();
  #pass: IterableIterator<[string, StateValue | null]> | undefined;

  constructor(options: StateOptions = {}) {
    this.#options = options;
  }

  table<V>(name: string, codec?: Codec<V>): StateTable<V> {
    const known = this.#tables.get(name);
    if (known) return known as unknown as MapTable<V>;
    const table = new MapTable<V>(codec, codec?.rests ? this.#options.rest?.(name) : undefined);
    for (const [key, stored] of this.#waiting.get(name) ?? []) table.restore(key, stored);
    this.#waiting.delete(name);
    this.#tables.set(name, table as unknown as MapTable<unknown>);
    return table;
  }

  restore(storedKey: string, stored: StateValue | null): void {
    const slash = storedKey.indexOf('/');
    const name = storedKey.slice(0, slash);
    let waiting = this.#waiting.get(name);
    if (!waiting) this.#waiting.set(name, (waiting = new Map()));
    if (stored === null) waiting.delete(storedKey.slice(slash + 1));
    else waiting.set(storedKey.slice(slash + 1), stored);
  }

  get changedKeys(): number {
    let n = 0;
    for (const table of this.#tables.values()) n += table.changes;
    return n;
  }

  #crowded = (): boolean => {
    let bytes = 0;
    for (const table of this.#tables.values()) bytes += table.bytes;
    return bytes > (this.#options.roomBytes ?? Number.POSITIVE_INFINITY);
  };

  /** The changed keys since the last call and a slice of the pass over all keys in memory, `offset` being the last input offset that they have applied. */
  takeFlush(offset: number): Omit<StateFlush, 'position'> {
    const changes: StateChange[] = [];
    let came = 0;
    for (const [name, table] of this.#tables) {
      table.flush((key, value) => changes.push({ key: `${name}/${key}`, value, offset }));
      came += table.came;
      table.came = 0;
    }
    const begins = this.#pass === undefined;
    this.#pass ??= this.#all();
    // Where it is crowded, more must leave than came: the pass comes by each key twice before it goes.
    const until = changes.length + Math.max(this.#crowded() ? 2 * came + SLICE : SLICE, changes.length >> 2);
    while (changes.length < until) {
      const next = this.#pass.next();
      if (next.done) {
        this.#pass = undefined;
        break;
      }
      changes.push({ key: next.value[0], value: next.value[1], offset });
    }
    return { changes, pass: { begins, ends: this.#pass === undefined } };
  }

  *#all(): IterableIterator<[string, StateValue | null]> {
    for (const [name, table] of this.#tables) for (const [key, value] of table.pass(this.#crowded)) yield [`${name}/${key}`, value];
  }
}
