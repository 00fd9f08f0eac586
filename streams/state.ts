/** A stage's keyed state of one partition: Maps with a list of changed keys. Flushed as text or bytes, so that any adapter can keep it. */
import type { StateChange, StateValue } from './log.ts';
import type { Codec, KeyedState, StateTable } from './stage.ts';

const json: Codec<unknown> = { encode: (value) => JSON.stringify(value), decode: (stored) => JSON.parse(stored as string) as unknown };

class MapTable<V> implements StateTable<V> {
  readonly map = new Map<string, V>();
  readonly changed = new Set<string>();
  readonly codec: Codec<V>;
  constructor(codec: Codec<V>) {
    this.codec = codec;
  }
  get(key: string): V | undefined { return this.map.get(key); }
  set(key: string, value: V): void {
    this.map.set(key, value);
    this.changed.add(key);
  }
  delete(key: string): void {
    if (this.map.delete(key)) this.changed.add(key);
  }
  entries(): IterableIterator<[string, V]> { return this.map.entries(); }
  get size(): number { return this.map.size; }
}

/** Keys are stored as `table/key`. */
export class MapState implements KeyedState {
  readonly #tables = new Map<string, MapTable<unknown>>();
  /** Restored entries of tables that the stage has not asked for yet. */
  readonly #waiting = new Map<string, [string, StateValue][]>();

  table<V>(name: string, codec?: Codec<V>): StateTable<V> {
    const known = this.#tables.get(name);
    if (known) return known as MapTable<V>;
    const table = new MapTable<V>(codec ?? (json as Codec<V>));
    for (const [key, stored] of this.#waiting.get(name) ?? []) table.map.set(key, table.codec.decode(stored));
    this.#waiting.delete(name);
    this.#tables.set(name, table as MapTable<unknown>);
    return table;
  }

  restore(storedKey: string, stored: StateValue): void {
    const slash = storedKey.indexOf('/');
    const name = storedKey.slice(0, slash);
    const waiting = this.#waiting.get(name) ?? [];
    if (waiting.length === 0) this.#waiting.set(name, waiting);
    waiting.push([storedKey.slice(slash + 1), stored]);
  }

  get changedKeys(): number {
    let n = 0;
    for (const table of this.#tables.values()) n += table.changed.size;
    return n;
  }

  /** The changed keys since the last call, `offset` being the last input offset that they have applied. */
  takeChanges(offset: number): StateChange[] {
    const changes: StateChange[] = [];
    for (const [name, table] of this.#tables) {
      for (const key of table.changed) {
        const value = table.map.get(key);
        changes.push({ key: `${name}/${key}`, value: value === undefined ? null : table.codec.encode(value), offset });
      }
      table.changed.clear();
    }
    return changes;
  }
}
