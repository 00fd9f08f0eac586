/** Values by key and day. One map entry a key; a key's rows lie together by their beginning and are halved, so that a hundred months of rates cost seven looks. */
import { byKey, type Table } from './read.ts';

export class Dated<V> {
  readonly #groups = new Map<string, number>();
  /** Where each group's rows begin; one more at the end. */
  readonly #starts: Uint32Array;
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  readonly #values: V[];

  /** Rows of one key must not overlap: reading refuses such a table. */
  constructor(keys: readonly string[], from: Float64Array, to: Float64Array, valueOf: (row: number) => V, rows: readonly number[] = byKey(keys, from)) {
    this.#from = Float64Array.from(rows, (row) => from[row] as number);
    this.#to = Float64Array.from(rows, (row) => to[row] as number);
    this.#values = rows.map(valueOf);
    const starts: number[] = [];
    for (const [i, row] of rows.entries()) {
      if (i > 0 && keys[row] === keys[rows[i - 1] as number]) continue;
      this.#groups.set(keys[row] as string, starts.length);
      starts.push(i);
    }
    this.#starts = Uint32Array.from([...starts, rows.length]);
  }

  static of<V>(table: Table, valueOf: (row: number) => V): Dated<V> {
    return new Dated(table.keys, table.from, table.to, valueOf, table.sorted);
  }

  at(key: string, at: number): V | undefined {
    const group = this.#groups.get(key);
    return group === undefined ? undefined : this.inForce(group, at);
  }

  /** Where a key's rows are. */
  group(key: string): number | undefined {
    return this.#groups.get(key);
  }

  inForce(group: number, at: number): V | undefined {
    let low = this.#starts[group] as number;
    let high = (this.#starts[group + 1] as number) - 1;
    // The last row that has begun.
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#from[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return at >= (this.#from[low] as number) && at < (this.#to[low] as number) ? this.#values[low] : undefined;
  }

  /** Whether the key is listed at all, on whatever day. */
  has(key: string): boolean {
    return this.#groups.has(key);
  }
}

/** Codes whose prefixes are remembered, at most: whoever sends events could else fill the memory. */
const MOST = 20_000;
/** Rows of a code's prefixes, longest first. */
interface Found { before: string; groups: readonly number[] }

/** By the longest prefix in force. Of a code that was asked for before, the rows are known; of another only lengths that occur are looked up: at most nine for HS codes. */
export class Prefixed<V> {
  readonly #dated: Dated<V>;
  readonly #lengths: number[];
  readonly #found = new Map<string, Found>();

  /** The prefix is the last part of the key; `before` is what stands before it, with its separator. */
  constructor(table: Table, prefixAt: number, valueOf: (row: number) => V) {
    this.#dated = Dated.of(table, valueOf);
    this.#lengths = [...new Set(table.cells.map((row) => (row[prefixAt] as string).length))].sort((a, b) => b - a);
  }

  at(before: string, code: string, at: number): V | undefined {
    const key = before === '' ? code : before + code;
    const known = this.#found.get(key);
    const { groups } = known?.before === before ? known : this.#find(key, before, code);
    for (let i = 0; i < groups.length; i++) {
      const value = this.#dated.inForce(groups[i] as number, at);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #find(key: string, before: string, code: string): Found {
    const groups: number[] = [];
    for (const length of this.#lengths) {
      const group = length > code.length ? undefined : this.#dated.group(before + code.slice(0, length));
      if (group !== undefined) groups.push(group);
    }
    const found: Found = { before, groups };
    if (this.#found.size >= MOST) this.#found.clear();
    this.#found.set(key, found);
    return found;
  }
}
