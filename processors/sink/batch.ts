/** Rows gathered for one flush, cut so that each piece is one INSERT: one table, one day of append time, whole records. */
import { closeSync, openSync, rmSync, writevSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { upToDate } from '../../schemas/registry.ts';
import type { LogRecord } from '../../streams/log.ts';
import { transcript, writeTime, type Column, type Transcript } from './columns.ts';
import { block, Bytes, writeCount, writeInt, writeText } from './native.ts';
import type { Table } from './rows.ts';

/** Synchronous, in one block of one partition (ClickHouse refuses more), without deduplication tokens (they could swallow the retry after a kill). */
const SETTINGS = 'async_insert = 0, insert_deduplicate = 0, max_partitions_per_insert_block = 1, throw_on_max_partitions_per_insert_block = 1, max_threads = 1, max_insert_threads = 1, '
  + 'max_insert_block_size = 1000000, min_insert_block_size_rows = 1000000, min_insert_block_size_bytes = 1000000000';

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
class Piece {
  readonly table: Table;
  readonly day: number;
  rows = 0;
  readonly #origin = new Origin();
  readonly #body: Transcript;
  readonly #columns: Column[];

  constructor(table: Table, day: number, types: ReadonlyMap<string, string>) {
    this.table = table;
    this.day = day;
    this.#body = transcript(table.type, types);
    this.#columns = [...this.#origin.columns, ...this.#body.columns];
  }

  add(record: LogRecord): void {
    this.#origin.take(record);
    this.#body.take(upToDate(record.bytes));
    this.rows += 1;
  }

  /** `file`: ClickHouse inside this process reads the block from there, since a statement carries text only. */
  insert(file: string): string {
    const buffers = block(this.#columns, this.rows);
    const to = openSync(file, 'w', 0o600);
    try {
      const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
      const written = writevSync(to, buffers);
      if (written !== length) throw new Error(`only ${written} of ${length} bytes fitted in ${file}. Likely NOT_ENOUGH_SPACE on its disk. Next: free space there`);
    } finally {
      closeSync(to);
    }
    const structure = this.#columns.map((c) => `\`${c.name}\` ${c.type}`).join(', ');
    return `INSERT INTO fenghuo.${this.table.name} (${this.#columns.map((c) => `\`${c.name}\``).join(', ')}) SELECT * FROM file(${quoted(file)}, 'Native', ${quoted(structure)}) SETTINGS ${SETTINGS}`;
  }

  clear(): void {
    this.rows = 0;
    for (const { parts } of this.#columns) for (const part of parts) part.at = 0;
  }
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

/** The columns of each table with their types. */
export type TableTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

export class Batch {
  readonly #types: TableTypes;
  readonly #scratch: string;
  readonly #pieces = new Map<string, Piece>();
  #rows = 0;
  #bytes = 0;
  #day = { index: 0, from: 0, to: 0 };

  /** `scratch`: a file that may be written over, in a folder of the sink's own. */
  constructor(types: TableTypes, scratch: string) {
    this.#types = types;
    this.#scratch = scratch;
  }

  get rows(): number { return this.#rows; }
  get bytes(): number { return this.#bytes; }

  add(table: Table, record: LogRecord): void {
    const day = this.#dayOf(record.appendedAt);
    const key = `${day} ${table.name}`;
    let piece = this.#pieces.get(key);
    if (!piece) this.#pieces.set(key, piece = new Piece(table, day, this.#types.get(table.name) ?? new Map()));
    piece.add(record);
    this.#rows += 1;
    this.#bytes += record.bytes.length;
  }

  /** Earlier days first: so the offsets of one table and topic partition go in in their order, and its maximum is true after any kill. */
  async insert(client: ClickHouseClient): Promise<void> {
    const pieces = [...this.#pieces.values()].filter((piece) => piece.rows > 0).sort((a, b) => a.day - b.day);
    try {
      for (const piece of pieces) await client.command({ query: piece.insert(this.#scratch) });
    } finally {
      rmSync(this.#scratch, { force: true });
    }
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
