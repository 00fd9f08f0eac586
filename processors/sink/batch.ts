/** Rows gathered for one flush, cut so that each piece is one INSERT: one table, one day of append time, one shard, whole records. */
import { upToDate } from '../../schemas/registry.ts';
import type { LogRecord } from '../../streams/log.ts';
import { transcript, writeTime, type Column, type Transcript } from './columns.ts';
import { Bytes, writeCount, writeInt, writeText } from './native.ts';
import type { Table } from './rows.ts';
import type { Piece, TableStore, TableTypes } from './table-store.ts';

const DAY_MS = 86_400_000;

/** The columns that tell where a row comes from. */
class Origin {
  readonly #names = new Map<string, Buffer>();
  readonly #texts = { incarnation: new Bytes(), logTopic: new Bytes(), sourceTopic: new Bytes() };
  readonly #numbers = { logPartition: new Bytes(), logOffset: new Bytes(), sourcePartition: new Bytes(), sourceOffset: new Bytes(), sourceIndex: new Bytes(), appendedAt: new Bytes() };
  readonly columns: Column[];

  constructor() {
    const t = this.#texts;
    const n = this.#numbers;
    this.columns = [
      { name: 'incarnation', type: 'String', parts: [t.incarnation] }, { name: 'logTopic', type: 'String', parts: [t.logTopic] },
      { name: 'logPartition', type: 'UInt16', parts: [n.logPartition] }, { name: 'logOffset', type: 'UInt64', parts: [n.logOffset] },
      { name: 'sourceTopic', type: 'String', parts: [t.sourceTopic] }, { name: 'sourcePartition', type: 'UInt16', parts: [n.sourcePartition] },
      { name: 'sourceOffset', type: 'UInt64', parts: [n.sourceOffset] }, { name: 'sourceIndex', type: 'UInt32', parts: [n.sourceIndex] },
      { name: 'appendedAt', type: "DateTime64(3, 'UTC')", parts: [n.appendedAt] },
    ];
  }

  take(record: LogRecord): void {
    const { source } = record;
    this.#name(record.incarnation, this.#texts.incarnation);
    this.#name(record.topic, this.#texts.logTopic);
    this.#name(source.topic, this.#texts.sourceTopic);
    writeInt(record.partition, 2, this.#numbers.logPartition);
    writeCount(record.offset, this.#numbers.logOffset);
    writeInt(source.partition, 2, this.#numbers.sourcePartition);
    writeCount(source.offset, this.#numbers.sourceOffset);
    writeInt(source.index, 4, this.#numbers.sourceIndex);
    writeTime(record.appendedAt, this.#numbers.appendedAt);
  }

  /** The same few names stand in every row. */
  #name(name: string, to: Bytes): void {
    let known = this.#names.get(name);
    if (!known) {
      const text = new Bytes();
      writeText(name, text);
      this.#names.set(name, known = text.written());
    }
    to.room(known.length).set(known, to.at);
    to.at += known.length;
  }
}

/** One INSERT in the making. */
class Gathered implements Piece {
  readonly table: string;
  readonly day: number;
  readonly shard: number;
  readonly columns: readonly Column[];
  rows = 0;
  readonly #origin = new Origin();
  readonly #body: Transcript;

  constructor(table: Table, day: number, shard: number, types: ReadonlyMap<string, string>) {
    this.table = table.name;
    this.day = day;
    this.shard = shard;
    this.#body = transcript(table.type, types);
    this.columns = [...this.#origin.columns, ...this.#body.columns];
  }

  add(record: LogRecord): void {
    this.#origin.take(record);
    this.#body.take(upToDate(record.bytes));
    this.rows += 1;
  }

  clear(): void {
    this.rows = 0;
    for (const { parts } of this.columns) for (const part of parts) part.at = 0;
  }
}

export class Batch {
  readonly #types: TableTypes;
  readonly #shards: number;
  readonly #pieces = new Map<string, Gathered>();
  #rows = 0;
  #bytes = 0;
  #day = { index: 0, from: 0, to: 0 };

  constructor(types: TableTypes, shards: number) {
    this.#types = types;
    this.#shards = shards;
  }

  get rows(): number { return this.#rows; }
  get bytes(): number { return this.#bytes; }

  add(table: Table, record: LogRecord): void {
    const day = this.#dayOf(record.appendedAt);
    const shard = record.partition % this.#shards;
    const key = `${day} ${shard} ${table.name}`;
    let piece = this.#pieces.get(key);
    if (!piece) this.#pieces.set(key, piece = new Gathered(table, day, shard, this.#types.get(table.name) ?? new Map()));
    piece.add(record);
    this.#rows += 1;
    this.#bytes += record.bytes.length;
  }

  /**
   * Earlier days of a table first: so the offsets of one table and topic partition go in in their order, and its maximum is true after any kill. Tables go side by side.
   * When this settles, nothing is on its way any more.
   */
  async insert(store: Pick<TableStore, 'insert'>): Promise<void> {
    const pieces = [...this.#pieces.values()].filter((piece) => piece.rows > 0).sort((a, b) => a.day - b.day);
    const settled = await Promise.allSettled([...Map.groupBy(pieces, ({ table, shard }) => `${table} ${shard}`).values()].map(async (days) => {
      for (const piece of days) await store.insert(piece);
    }));
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    this.clear();
  }

  /** Memory of tables that had rows is kept for their next ones. */
  clear(): void {
    for (const [key, piece] of this.#pieces) {
      if (piece.rows === 0) this.#pieces.delete(key);
      else piece.clear();
    }
    this.#rows = 0;
    this.#bytes = 0;
  }

  #dayOf(ms: number): number {
    if (ms < this.#day.from || ms >= this.#day.to) {
      const index = Math.floor(ms / DAY_MS);
      this.#day = { index, from: index * DAY_MS, to: (index + 1) * DAY_MS };
    }
    return this.#day.index;
  }
}
