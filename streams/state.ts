/**
 * A stage's keyed state of one partition: Maps with a list of changed keys, flushed as text or bytes, so that any adapter can keep it.
 * A table that rests (many keys, seldom touched again) keeps only the stored form after a flush and decodes on the next use: a million orders
 * are then a million small buffers instead of object graphs that the garbage collector walks.
 */
import type { StateChange, StateFlush, StateValue } from './log.ts';
import type { Codec, KeyedState, StateTable } from './stage.ts';

/** Keys that a pass writes again with each flush, at least. */
const SLICE = 500;

const json: Codec<unknown> = { encode: (value) => JSON.stringify(value), decode: (stored) => JSON.parse(stored as string) as unknown };

class MapTable<V> implements StateTable<V> {
  /** Decoded values: all of a plain table, the recently used of one that rests. */
  readonly #live = new Map<string, V>();
  readonly #stored = new Map<string, StateValue>();
  readonly #changed = new Set<string>();
  readonly #codec: Codec<V>;
  readonly #rests: boolean;

  constructor(codec: Codec<V> | undefined) {
    this.#codec = codec ?? (json as Codec<V>);
    this.#rests = codec?.rests === true;
  }

  get(key: string): V | undefined {
    const live = this.#live.get(key);
    if (live !== undefined || !this.#rests) return live;
    const stored = this.#stored.get(key);
    if (stored === undefined) return undefined;
    const value = this.#codec.decode(stored);
    this.#live.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#live.set(key, value);
    this.#changed.add(key);
  }

  delete(key: string): void {
    const known = this.#live.delete(key);
    if (this.#stored.delete(key) || known) this.#changed.add(key);
  }

  *entries(): IterableIterator<[string, V]> {
    yield* this.#live.entries();
    for (const [key, stored] of this.#stored) if (!this.#live.has(key)) yield [key, this.#codec.decode(stored)];
  }

  get size(): number {
    if (!this.#rests) return this.#live.size;
    let size = this.#stored.size;
    for (const key of this.#live.keys()) if (!this.#stored.has(key)) size++;
    return size;
  }

  get changes(): number {
    return this.#changed.size;
  }

  restore(key: string, stored: StateValue): void {
    if (this.#rests) this.#stored.set(key, stored);
    else this.#live.set(key, this.#codec.decode(stored));
  }

  /** Every key once, with its stored form; keys that are set while it runs may come or not. */
  *all(): IterableIterator<[string, StateValue]> {
    if (this.#rests) yield* this.#stored.entries();
    else for (const [key, value] of this.#live) yield [key, this.#codec.encode(value)];
  }

  flush(into: (key: string, value: StateValue | null) => void): void {
    for (const key of this.#changed) {
      const live = this.#live.get(key);
      const value = live === undefined ? null : this.#codec.encode(live);
      if (this.#rests && value !== null) this.#stored.set(key, value);
      into(key, value);
    }
    this.#changed.clear();
    if (this.#rests) this.#live.clear();
  }
}

/** Keys are stored as `table/key`. */
export class MapState implements KeyedState {
  readonly #tables = new Map<string, MapTable<unknown>>();
  /** Restored entries of tables that the stage has not asked for yet. */
  readonly #waiting = new Map<string, Map<string, StateValue>>();
  #pass: IterableIterator<[string, StateValue]> | undefined;

  table<V>(name: string, codec?: Codec<V>): StateTable<V> {
    const known = this.#tables.get(name);
    if (known) return known as unknown as MapTable<V>;
    const table = new MapTable<V>(codec);
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

  /** The changed keys since the last call and a slice of the pass over all keys, `offset` being the last input offset that they have applied. */
  takeFlush(offset: number): Omit<StateFlush, 'position'> {
    const changes: StateChange[] = [];
    for (const [name, table] of this.#tables) table.flush((key, value) => changes.push({ key: `${name}/${key}`, value, offset }));
    const begins = this.#pass === undefined;
    this.#pass ??= this.#all();
    const until = changes.length + Math.max(changes.length >> 2, SLICE);
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

  *#all(): IterableIterator<[string, StateValue]> {
    for (const [name, table] of this.#tables) for (const [key, value] of table.all()) yield [`${name}/${key}`, value];
  }
}
