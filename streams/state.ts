/**
 * A stage's keyed state of one partition. A plain table (few keys) is a Map; a table that rests (many keys, seldom touched again) keeps only the stored form after a flush and
 * decodes on the next use. Where the log offers a place for it (rest.ts), a flush puts the changed keys straight there and memory holds none of it for good. All else is
 * flushed as changed keys in stored form, which any adapter can keep, and written again by a pass. No output depends on where a value is.
 */
import { LogError } from './errors.ts';
import type { StateChange, StateFlush, StateValue } from './log.ts';
import { MemoryRest, type Rest } from './rest.ts';
import type { Codec, KeyedState, StateTable } from './stage.ts';
import { NEVER, secondOf, Timers } from './timers.ts';

/** A key of a resting table that was used so often since the last flush stays decoded: few are, and they are the large ones (a zone's windows, a platform's), which every flush would else decode anew. */
const HOT = 16;
/** Keys that a pass writes again with each flush, at least. */
const SLICE = 500;

const json: Codec<unknown> = { encode: (value) => JSON.stringify(value), decode: (stored) => JSON.parse(stored as string) as unknown };

type Into = (key: string, value: StateValue | null, dueSecond?: number) => void;

interface Table<V> extends StateTable<V> {
  readonly changes: number;
  /** True where the log itself keeps what is flushed. */
  readonly kept: boolean;
  /** null: deleted, where a copy may still have it. */
  restore(key: string, stored: StateValue | null): void;
  /** What has changed until now goes into a flush: at once, or with `gather`; what is used before its turn goes there first, as it is now. The last flush must be gathered. */
  begin(into: Into): void;
  /** Up to so many keys more of the flush that was begun; how many it were. Fewer: that was all. */
  gather(limit: number): number;
  stored(): Iterable<[key: string, value: StateValue]>;
}

/** A flush in the making, of the state as it was when it began. */
export interface Gathering {
  readonly pass: StateFlush['pass'];
  /** Complete once `some` says so. */
  readonly changes: StateChange[];
  /** Gathers up to so many more keys; true once there are no more. */
  some(keys: number): boolean;
}

class PlainTable<V> implements Table<V> {
  readonly #values = new Map<string, V>();
  readonly #changed = new Set<string>();
  readonly #codec: Codec<V>;
  readonly kept = false;

  constructor(codec: Codec<V>) {
    this.#codec = codec;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    this.#values.set(key, value);
    this.#changed.add(key);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#changed.add(key);
  }

  due(): [string, number][] {
    throw new Error('this table has no deadlines: only one that rests, with a codec that has `due`');
  }

  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  get size(): number {
    return this.#values.size;
  }

  get changes(): number {
    return this.#changed.size;
  }

  restore(key: string, stored: StateValue | null): void {
    if (stored === null) this.#values.delete(key);
    else this.#values.set(key, this.#codec.decode(stored));
  }

  /** All of it: they are few. */
  begin(into: Into): void {
    for (const key of this.#changed) {
      const value = this.#values.get(key);
      into(key, value === undefined ? null : this.#codec.encode(value));
    }
    this.#changed.clear();
  }

  gather(): number {
    return 0;
  }

  *stored(): Iterable<[string, StateValue]> {
    for (const [key, value] of this.#values) yield [key, this.#codec.encode(value)];
  }
}

/** A value that was used since the last flush or is hot, decoded; undefined: deleted. `uses`: since that flush. `second`: its deadline's, once it has changed. `pending`: the flush that was begun has yet to gather it. */
interface Held<V> { readonly key: string; value: V | undefined; second: number | undefined; pending: boolean; uses: number }

class RestingTable<V> implements Table<V> {
  readonly #held = new Map<string, Held<V>>();
  /** In the order of their first change. */
  #changed: Held<V>[] = [];
  /** What changed before the flush that was begun, and how far it has come. */
  #flushing: Held<V>[] = [];
  #gathered = 0;
  #into: Into = () => undefined;
  /** No deadline of a changed key is earlier: most change several times before one passes, so they are looked through once it has. */
  #soonest = NEVER;
  /** Of unchanged keys that `due` was told of and left for its next call. */
  readonly #timers = new Timers();
  readonly #name: string;
  readonly #codec: Codec<V>;
  readonly #rest: Rest;
  readonly kept: boolean;

  constructor(name: string, codec: Codec<V>, rest: Rest) {
    this.#name = name;
    this.#codec = codec;
    this.#rest = rest;
    this.kept = rest.holds;
  }

  get(key: string): V | undefined {
    const held = this.#used(key);
    if (held) return held.value;
    const stored = this.#rest.get(key);
    return stored === undefined ? undefined : this.#hold(key, this.#decode(key, stored)).value;
  }

  #hold(key: string, value: V | undefined): Held<V> {
    const held: Held<V> = { key, value, second: undefined, pending: false, uses: 1 };
    this.#held.set(key, held);
    return held;
  }

  /** Whoever asks may change it: a flush that waits for it takes it first. */
  #used(key: string): Held<V> | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    if (held.pending) this.#store(held);
    held.uses++;
    return held;
  }

  set(key: string, value: V): void {
    const held = this.#used(key) ?? this.#hold(key, value);
    held.value = value;
    this.#change(held, this.#second(value));
  }

  delete(key: string): void {
    const held = this.#used(key) ?? this.#hold(key, undefined);
    held.value = undefined;
    this.#change(held, NEVER);
  }

  #change(held: Held<V>, second: number): void {
    if (held.second === undefined) this.#changed.push(held);
    held.second = second;
    if (second < this.#soonest) this.#soonest = second;
  }

  #second(value: V): number {
    return this.#codec.due ? secondOf(this.#codec.due(value)) : NEVER;
  }

  due(now: number, limit = Number.POSITIVE_INFINITY): [key: string, due: number][] {
    const { due } = this.#codec;
    if (!due) throw new Error('this table has no deadlines: its codec has no `due`');
    const second = Math.floor(now / 1000);
    const passed = this.#timers.fire(second);
    for (const key of this.#rest.due(second)) passed.add(key);
    if (this.#soonest <= second) this.#look(second, passed);
    const fired: [string, number][] = [];
    for (const key of passed) {
      // A key that changed since has another deadline by now, or none.
      const value = this.get(key);
      if (value !== undefined && this.#second(value) <= second) fired.push([key, due(value)]);
    }
    fired.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    for (const [key, at] of fired.slice(limit)) {
      const left = this.#held.get(key);
      if (left?.second !== undefined) {
        this.#soonest = Math.min(this.#soonest, left.second);
        continue;
      }
      this.#timers.set(key, secondOf(at));
      this.#held.delete(key);
    }
    return fired.slice(0, limit);
  }

  #look(now: number, passed: Set<string>): void {
    this.#soonest = NEVER;
    for (const { key, second = NEVER } of this.#unstored()) {
      if (second <= now) passed.add(key);
      else if (second < this.#soonest) this.#soonest = second;
    }
  }

  *#unstored(): Iterable<Held<V>> {
    for (const held of this.#flushing) if (held.pending) yield held;
    yield* this.#changed;
  }

  *entries(): IterableIterator<[string, V]> {
    for (const held of this.#held.values()) {
      if (held.pending) this.#store(held);
      if (held.value !== undefined) yield [held.key, held.value];
    }
    for (const [key, stored] of this.#rest.entries()) if (!this.#held.has(key)) yield [key, this.#decode(key, stored)];
  }

  #decode(key: string, stored: StateValue): V {
    return readable(this.#name, key, stored, () => this.#codec.decode(stored));
  }

  get size(): number {
    let { size } = this.#rest;
    for (const { key, value } of this.#unstored()) size += Number(value !== undefined) - Number(this.#rest.has(key));
    return size;
  }

  get changes(): number {
    return this.#changed.length;
  }

  restore(key: string, stored: StateValue | null): void {
    if (stored === null) this.#rest.take(key);
    else this.#rest.put(key, stored, this.#second(this.#codec.decode(stored)));
  }

  begin(into: Into): void {
    this.#into = into;
    this.#flushing = this.#changed;
    this.#gathered = 0;
    this.#changed = [];
    for (const held of this.#flushing) held.pending = true;
    for (const held of this.#held.values()) if (!held.pending) this.#cool(held);
  }

  gather(limit: number): number {
    let n = 0;
    for (; n < limit && this.#gathered < this.#flushing.length; this.#gathered++) {
      const held = this.#flushing[this.#gathered] as Held<V>;
      if (!held.pending) continue;
      this.#store(held);
      this.#cool(held);
      n++;
    }
    if (this.#gathered === this.#flushing.length) this.#flushing = [];
    return n;
  }

  #cool(held: Held<V>): void {
    if (held.uses < HOT || held.value === undefined) this.#held.delete(held.key);
    else held.uses = 0;
  }

  #store(held: Held<V>): void {
    const { key, value: live, second = NEVER } = held;
    held.pending = false;
    held.second = undefined;
    const value = live === undefined ? null : this.#codec.encode(live);
    if (value === null) this.#rest.take(key);
    else this.#rest.put(key, value, second);
    if (!this.kept) this.#into(key, value, value === null ? undefined : second);
  }

  stored(): Iterable<[string, StateValue]> {
    return this.#rest.entries();
  }
}

/** The key may be a person's token: only its length is told. */
function readable<T>(name: string, key: string, stored: StateValue | null, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new LogError('CORRUPT', `the stored state cannot be read (table ${name}, a key of ${key.length} characters, ${stored?.length ?? 0} stored): ${cause instanceof Error ? cause.message.slice(0, 200) : 'unknown reason'}. Likely another build wrote it, or it was cut`, cause);
  }
}

/** Keys are stored as `table/key`. */
export class MapState implements KeyedState {
  readonly #place: (table: string) => Rest;
  readonly #rests = new Map<string, Rest>();
  readonly #tables = new Map<string, Table<unknown>>();
  /** Restored entries of tables that the stage has not asked for yet. */
  readonly #waiting = new Map<string, Map<string, StateValue | null>>();
  #pass: Iterator<[string, StateValue]> | undefined;

  /** `rest`: the log's place for a table; omitted: all stay in memory. */
  constructor(rest?: (table: string) => Rest) {
    this.#place = rest ?? (() => new MemoryRest());
  }

  #rest(table: string): Rest {
    let rest = this.#rests.get(table);
    if (!rest) this.#rests.set(table, (rest = this.#place(table)));
    return rest;
  }

  table<V>(name: string, codec?: Codec<V>): StateTable<V> {
    const known = this.#tables.get(name);
    if (known) return known as unknown as StateTable<V>;
    const table: Table<V> = codec?.rests ? new RestingTable<V>(name, codec, this.#rest(name)) : new PlainTable<V>(codec ?? (json as Codec<V>));
    // What rested in the build that wrote it, and does not in this one.
    if (!codec?.rests) for (const [key, stored] of this.#rests.get(name)?.entries() ?? []) readable(name, key, stored, () => table.restore(key, stored));
    for (const [key, stored] of this.#waiting.get(name) ?? []) readable(name, key, stored, () => table.restore(key, stored));
    this.#waiting.delete(name);
    this.#tables.set(name, table as unknown as Table<unknown>);
    return table;
  }

  /** One after the other, as they were flushed. What rests goes there at once; where that is not known (before its deadline was told, or not yet of a deleted key), and what does not, waits for the table. */
  restore({ key: storedKey, value: stored, dueSecond }: Omit<StateChange, 'offset'>): void {
    const slash = storedKey.indexOf('/');
    const name = storedKey.slice(0, slash);
    const key = storedKey.slice(slash + 1);
    if (dueSecond !== undefined || (stored === null && this.#rests.has(name))) {
      this.#waiting.get(name)?.delete(key);
      if (stored === null) this.#rest(name).take(key);
      else this.#rest(name).put(key, stored, dueSecond as number);
      return;
    }
    let waiting = this.#waiting.get(name);
    if (!waiting) this.#waiting.set(name, (waiting = new Map()));
    waiting.set(key, stored);
  }

  get changedKeys(): number {
    let n = 0;
    for (const table of this.#tables.values()) n += table.changes;
    return n;
  }

  /**
   * The changed keys since the last flush that the log does not keep by itself, `offset` being the last input offset that they have applied. One at a time. `pass`: in front of them a slice of the pass over all
   * such keys, for a log that does not drop replaced state by itself.
   */
  gather(offset: number, pass: boolean): Gathering {
    const changes: StateChange[] = [];
    const tables = [...this.#tables];
    const slice = pass ? this.#slice(changes, offset) : { begins: false, ends: false };
    for (const [name, table] of tables) table.begin((key, value, dueSecond) => changes.push(dueSecond === undefined ? { key: `${name}/${key}`, value, offset } : { key: `${name}/${key}`, value, offset, dueSecond }));
    return {
      changes, pass: slice,
      some: (keys) => {
        for (const [, table] of tables) if ((keys -= table.gather(keys)) <= 0) return false;
        return true;
      },
    };
  }

  #slice(changes: StateChange[], offset: number): StateFlush['pass'] {
    const begins = this.#pass === undefined;
    this.#pass ??= this.#all();
    let changed = 0;
    for (const table of this.#tables.values()) if (!table.kept) changed += table.changes;
    for (let left = Math.max(SLICE, changed >> 2); left > 0; left--) {
      const next = this.#pass.next();
      if (next.done) {
        this.#pass = undefined;
        break;
      }
      changes.push({ key: next.value[0], value: next.value[1], offset });
    }
    return { begins, ends: this.#pass === undefined };
  }

  *#all(): Iterator<[string, StateValue]> {
    for (const [name, table] of this.#tables) if (!table.kept) for (const [key, value] of table.stored()) yield [`${name}/${key}`, value];
  }
}
