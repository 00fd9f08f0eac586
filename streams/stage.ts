/** What a stage is: a pure step over the records of one partition. No clock, no I/O, no randomness (law 1). */
import type { RecordType } from '../schemas/registry.ts';
import type { LogRecord, StateValue } from './log.ts';

export interface StateTable<V> {
  get(key: string): V | undefined;
  /** Also call it after changing a value in place: it marks the key for the next flush. */
  set(key: string, value: V): void;
  delete(key: string): void;
  /** Every entry. Of a table that rests this reads what may be millions of rows: for the rare cases only. */
  entries(): IterableIterator<[string, V]>;
  /**
   * Keys whose deadline's second has passed at `now`, in (deadline, key) order, at most `limit`. Each must then be deleted or set with another deadline before the next
   * record. Only of tables whose codec tells deadlines.
   */
  due(now: number, limit?: number): [key: string, due: number][];
  readonly size: number;
}

/**
 * How a table's values are stored: as text or as bytes. `rests`: after a flush only the stored form is kept, outside of memory where the log can, and a value is
 * decoded on its next use; the stage must then hold no reference to a value from one record to the next. `due`: a value's deadline, epoch ms.
 */
export interface Codec<V> { encode(value: V): StateValue; decode(stored: StateValue): V; rests?: boolean; due?(value: V): number }

export interface KeyedState {
  /** Values are stored as JSON unless a codec is given. Table names are part of the stored key: choose once. */
  table<V>(name: string, codec?: Codec<V>): StateTable<V>;
}

export interface StageContext {
  readonly partition: number;
  readonly state: KeyedState;
  /** Number of partitions of a topic. */
  partitions(topic: string): number;
  /** Content of an artifact by its hash; the runner has it before it hands on the control record. */
  artifact(hash: string): string;
  /** Source is the record in hand; its index counts up by itself. `partition` omitted: by hash of key. */
  emit(output: { topic: string; partition?: number; key: string; type: RecordType; eventTime: number; arrival: number; body: unknown }): void;
  /** Counters only, for /metrics: never read back. */
  count(name: string, by?: number): void;
}

export interface Step { apply(record: LogRecord): void }

export interface Stage {
  name: string;
  input: string;
  outputs: readonly string[];
  /** Called after state is restored. */
  open(context: StageContext): Step;
}
