/** Rows gathered for one flush, cut so that each piece is one INSERT: one table, one month of append time, whole records. */
import type { ClickHouseClient } from '@clickhouse/client';
import type { LogRecord } from '../../streams/log.ts';
import type { Table } from './rows.ts';

/** Synchronous, in one block of one partition (ClickHouse refuses more), without deduplication tokens (they could swallow the retry after a kill). */
const SETTINGS = 'async_insert = 0, insert_deduplicate = 0, max_partitions_per_insert_block = 1, throw_on_max_partitions_per_insert_block = 1, max_insert_threads = 1, input_format_parallel_parsing = 0, max_insert_block_size = 1000000, '
  + 'min_insert_block_size_rows = 1000000, min_insert_block_size_bytes = 1000000000, input_format_null_as_default = 0';

interface Piece { table: Table; month: number; rows: string[] }

export class Batch {
  readonly #pieces = new Map<string, Piece>();
  #rows = 0;
  #chars = 0;
  #month = { index: 0, from: 0, to: 0 };

  get rows(): number { return this.#rows; }
  get chars(): number { return this.#chars; }

  add(table: Table, record: LogRecord): void {
    const month = this.#monthOf(record.appendedAt);
    const key = `${month} ${table.name}`;
    let piece = this.#pieces.get(key);
    if (!piece) this.#pieces.set(key, piece = { table, month, rows: [] });
    const text = JSON.stringify(table.row(record));
    piece.rows.push(text);
    this.#rows += 1;
    this.#chars += text.length;
  }

  /** Earlier months first: so the offsets of one table and topic partition go in in their order, and its maximum is true after any kill. */
  async insert(client: ClickHouseClient): Promise<void> {
    const pieces = [...this.#pieces.values()].sort((a, b) => a.month - b.month);
    for (const { table, rows } of pieces) {
      await client.command({ query: `INSERT INTO fenghuo.${table.name} (${table.columns.map((c) => `\`${c}\``).join(', ')}) SETTINGS ${SETTINGS} FORMAT JSONCompactEachRow\n${rows.join('\n')}` });
    }
    this.clear();
  }

  clear(): void {
    this.#pieces.clear();
    this.#rows = 0;
    this.#chars = 0;
  }

  #monthOf(ms: number): number {
    if (ms < this.#month.from || ms >= this.#month.to) {
      const date = new Date(ms);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      this.#month = { index: year * 12 + month, from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
    }
    return this.#month.index;
  }
}
