/**
 * The port between the stages and whatever keeps the records: SQLite embedded, Kafka scaled out. Its unit is a batch.
 * Invariants that every adapter keeps (tests/streams/log-contract.ts runs them on each):
 *  - offsets of a partition increase, start at 0 and may have gaps (Kafka's transactions and compaction leave them); after a record the next to ask for is `offset + 1`;
 *  - `appendedAt` never decreases along a partition;
 *  - what `append` or `commit` resolved is durable, all of it or (after an error) to be read back before going on;
 *  - a group's position never passes outputs or state that are not durable;
 *  - once `claim` has resolved, no commit of an earlier owner can move state or position, nor add to a published topic. Its outputs to other topics may still come: readers drop them by their source.
 */
import type { RecordType } from '../schemas/registry.ts';
import type { Rest } from './rest.ts';

/** Where an entry comes from: never a sender. `http` is the gateway's own sequence. */
export interface Source {
  topic: string;
  partition: number;
  offset: number;
  index: number;
}

/** An entry to append. `body` is encoded with the Avro schema of `type`. */
export interface Entry {
  type: RecordType;
  key: string;
  /** Epoch ms. */
  eventTime: number;
  arrival: number;
  source: Source;
  readonly body: unknown;
  /** The body in Confluent wire format, where it has been made already. */
  readonly bytes?: Uint8Array;
}

export interface LogRecord<B = unknown> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch ms, non-decreasing along the partition. */
  readonly appendedAt: number;
  readonly incarnation: string;
  readonly type: RecordType;
  readonly key: string;
  readonly eventTime: number;
  readonly arrival: number;
  readonly source: Source;
  /** Decoded on first use, or handed over by the appending stage of the same process. Never to be changed by a reader. */
  readonly body: B;
  /** Confluent wire format. */
  readonly bytes: Uint8Array;
}

export interface Output extends Omit<Entry, 'source'> {
  topic: string;
  /** Omitted: by hash of the key. */
  partition?: number;
  source: Source;
}

/** One changed key of a stage's state. `value` null = deleted. `offset` is the input offset that the value has applied. */
export interface StateChange {
  /** `table/key`. */
  key: string;
  value: StateValue | null;
  /** The last input offset that it has applied. */
  offset: number;
  /** Of a resting table's value the second of its deadline (NEVER: none): so it can be put to rest before anybody can decode it. */
  dueSecond?: number;
}
export type StateValue = string | Uint8Array;

export interface Commit {
  group: string;
  topic: string;
  partition: number;
  outputs: Output[];
  /** Present where state is flushed with this commit: then `position` (the next offset to read) moves with it. */
  state?: StateFlush;
}

export interface StateFlush {
  changes: StateChange[];
  position: number;
  /**
   * A pass writes every key that is flushed this way again, a slice with each flush. When it ends, what was flushed before it began is no longer needed: that is how an adapter without
   * compaction of its own keeps its state short. A small state begins and ends a pass with every flush.
   */
  pass: { begins: boolean; ends: boolean };
}

export interface Log {
  /** Random id written when the log was created. */
  readonly incarnation: string;
  /**
   * A commit that has state and no outputs may be under way while the owner reads on and commits what comes behind it; two of them are never begun at once. Such a log drops replaced state by itself: no pass need
   * write it again.
   */
  readonly flushesBeside?: true;
  ensureTopics(): Promise<void>;
  partitions(topic: string): number;
  /** Appends at the ordering point. Resolves to the offset of the first entry. Inside `together` it is durable when that resolves. */
  append(topic: string, partition: number, entries: Entry[]): Promise<number>;
  /** Up to `limit` records, the first at or after `offset`; empty where none has come yet. Throws LogError OUT_OF_RANGE where the log starts later or ends earlier than `offset`. */
  read(topic: string, partition: number, offset: number, limit: number): Promise<LogRecord[]>;
  /**
   * Epoch ms: nothing that is to be read from `offset` on was there before it, as the last `read` there that came back empty can tell; 0 = it can't. Omitted where a read finds all that was there when it was asked.
   */
  emptyAt?(topic: string, partition: number, offset: number): number;
  bounds(topic: string, partition: number): Promise<{ start: number; end: number }>;
  /** A new owner calls it before it reads position and state. Where a log has one process only, there is nothing to settle. */
  claim(group: string, topic: string, partition: number): Promise<void>;
  position(group: string, topic: string, partition: number): Promise<number>;
  /** Every flushed change in order: of one key the last one holds. */
  restore(group: string, topic: string, partition: number): AsyncIterable<StateChange>;
  /** Where the values of a resting table are: durable with each flush, or a copy of what the flushes hold. Omitted by adapters that have no such place: there all state is in memory. Asked for once `restore` has ended. */
  rest?(group: string, topic: string, partition: number, table: string): Rest;
  /** Throws away the copy of its state that this process keeps, so that the next `restore` gives all of it from the log; true where what was restored had come from one. */
  forget?(group: string, topic: string, partition: number): boolean;
  commit(commit: Commit): Promise<void>;
  /** All appends and commits inside become durable at once where the adapter can; elsewhere it just runs `work`. */
  together<T>(work: () => Promise<T>): Promise<T>;
  /** A small durable value beside the positions (http sequence, key ids). */
  note(name: string): Promise<string | undefined>;
  setNote(name: string, value: string): Promise<void>;
  close(): Promise<void>;
}

/** 32-bit FNV-1a over UTF-16 units: stable for the life of a topic version. */
export function keyHash(key: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

export const partitionOf = (key: string, partitions: number): number => (partitions === 1 ? 0 : keyHash(key) % partitions);
