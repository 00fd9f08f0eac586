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

/** Keys that a pass writes again with each flush, at least. */
const SLICE = 500;

const json: Codec<unknown> = { encode: (value) => JSON.stringify(value), decode: (stored) => JSON.parse(stored as string) as unknown };

type Into = (key: string, value: StateValue | null) => void;

interface Table<V> extends StateTable<V> {
  readonly changes: number;
  /** True where the log itself keeps what is flushed. */
  readonly kept: boolean;
  restore(key: string, stored: StateValue): void;
  flush(into: Into): void;
  stored(): Iterable<[key: string, value: StateValue]>;
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

  restore(key: string, stored: StateValue): void {
    this.#values.set(key, this.#codec.decode(stored));
  }

  flush(into: Into): void {
    for (const key of this.#changed) {
      const value = this.#values.get(key);
      into(key, value === undefined ? null : this.#codec.encode(value));
    }
    this.#changed.clear();
  }

  *stored(): Iterable<[string, StateValue]> {
    for (const [key, value] of this.#values) yield [key, this.#codec.encode(value)];
  }
}

/** A value that was used since the last flush, decoded; undefined: deleted. `second`: its deadline's, once it has changed. */
interface Held<V> { readonly key: string; value: V | undefined; second: number | undefined }

class RestingTable<V> implements Table<V> {
  readonly #held = new Map<string, Held<V>>();
  /** In the order of their first change. */
  #changed: Held<V>[] = [];
  /** No deadline of a changed key is earlier: most change several times before one passes, so they are looked through once it has. */
  #soonest = NEVER;
  /** Of unchanged keys that `due` was told of and left for its next call. */
  readonly #timers = new Timers();
  readonly #codec: Codec<V>;
  readonly #rest: Rest;
  readonly kept: boolean;

  constructor(codec: Codec<V>, kept: Rest | undefined) {
    this.#codec = codec;
    this.#rest = kept ?? new MemoryRest();
    this.kept = kept !== undefined;
  }

  get(key: string): V | undefined {
    const held = this.#held.get(key);
    if (held) return held.value;
    const stored = this.#rest.get(key);
    return stored === undefined ? undefined : this.#hold(key, this.#codec.decode(stored)).value;
  }

  #hold(key: string, value: V | undefined): Held<V> {
    const held: Held<V> = { key, value, second: undefined };
    this.#held.set(key, held);
    return held;
  }

  set(key: string, value: V): void {
    const held = this.#held.get(key) ?? this.#hold(key, value);
    held.value = value;
    this.#change(held, this.#second(value));
  }

  delete(key: string): void {
    const held = this.#held.get(key) ?? this.#hold(key, undefined);
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
    for (const { key, second = NEVER } of this.#changed) {
      if (second <= now) passed.add(key);
      else if (second < this.#soonest) this.#soonest = second;
    }
  }

  *entries(): IterableIterator<[string, V]> {
    for (const { key, value } of this.#held.values()) if (value !== undefined) yield [key, value];
    for (const [key, stored] of this.#rest.entries()) if (!this.#held.has(key)) yield [key, this.#codec.decode(stored)];
  }

  get size(): number {
    let { size } = this.#rest;
    for (const { key, value } of this.#changed) size += Number(value !== undefined) - Number(this.#rest.has(key));
    return size;
  }

  get changes(): number {
    return this.#changed.length;
  }

  restore(key: string, stored: StateValue): void {
    this.#rest.put(key, stored, this.#second(this.#codec.decode(stored)));
  }

  flush(into: Into): void {
    for (const { key, value: live, second = NEVER } of this.#changed) {
      const value = live === undefined ? null : this.#codec.encode(live);
      if (value === null) this.#rest.take(key);
      else this.#rest.put(key, value, second);
      if (!this.kept) into(key, value);
    }
    this.#changed = [];
    this.#soonest = NEVER;
    this.#held.clear();
  }

  stored(): Iterable<[string, StateValue]> {
    return this.#rest.entries();
  }
}

/** The key may be a person's token: only its length is told. */
function restoreInto(table: Table<unknown>, name: string, key: string, stored: StateValue): void {
  try {
    table.restore(key, stored);
  } catch (cause) {
    throw new LogError('CORRUPT', `the stored state cannot be read (table ${name}, a key of ${key.length} characters, ${stored.length} stored): ${cause instanceof Error ? cause.message.slice(0, 200) : 'unknown reason'}. Likely another build wrote it, or it was cut`, cause);
  }
}

/** Keys are stored as `table/key`. */
export class MapState implements KeyedState {
  readonly #rest: ((table: string) => Rest) | undefined;
  readonly #tables = new Map<string, Table<unknown>>();
  /** Restored entries of tables that the stage has not asked for yet. */
  readonly #waiting = new Map<string, Map<string, StateValue>>();
  #pass: Iterator<[string, StateValue]> | undefined;

  /** `rest`: the log's place for a table; omitted: all stay in memory. */
  constructor(rest?: (table: string) => Rest) {
    this.#rest = rest;
  }

  table<V>(name: string, codec?: Codec<V>): StateTable<V> {
    const known = this.#tables.get(name);
    if (known) return known as unknown as StateTable<V>;
    const table: Table<V> = codec?.rests ? new RestingTable<V>(codec, this.#rest?.(name)) : new PlainTable<V>(codec ?? (json as Codec<V>));
    for (const [key, stored] of this.#waiting.get(name) ?? []) restoreInto(table as unknown as Table<unknown>, name, key, stored);
    this.#waiting.delete(name);
    this.#tables.set(name, table as unknown as Table<unknown>);
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

  /**
   * The changed keys since the last call that the log does not keep by itself and, where it does not compact, a slice of the pass over all such keys, `offset` being the last input offset that they
   * have applied.
   */
  takeFlush(offset: number, compacts = false): Omit<StateFlush, 'position'> {
    const changes: StateChange[] = [];
    for (const [name, table] of this.#tables) table.flush((key, value) => changes.push({ key: `${name}/${key}`, value, offset }));
    if (compacts) return { changes, pass: { begins: false, ends: false } };
    const begins = this.#pass === undefined;
    this.#pass ??= this.#all();
    const until = changes.length + Math.max(SLICE, changes.length >> 2);
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

  *#all(): Iterator<[string, StateValue]> {
    for (const [name, table] of this.#tables) if (!table.kept) for (const [key, value] of table.stored()) yield [`${name}/${key}`, value];
  }
}
