/** ClickHouse as the sink needs it: in this process (chdb.ts), a server, or one shard of a cluster (server.ts). */
import type { Piece, Slices } from './table-store.ts';

export interface Engine {
  /** '' = a single server. Says how tables are called (tables.ts). */
  readonly cluster: string;
  /** A word for this process among those that write to the tables; '' where no other can: then there is nothing to lock and nobody to take over from. */
  readonly owner: string;
  /** Rows as they lie in the tables, without FINAL. */
  read<T>(query: string): Promise<T[]>;
  command(query: string): Promise<void>;
  /** Into a table by the name under which its rows lie. */
  insert(name: string, piece: Piece): Promise<void>;
  /** As TableStore.claim. */
  claim(incarnation: string, slices: Slices): Promise<void>;
  close(): Promise<void>;
}

/** One block of one partition (ClickHouse refuses more): one part, which is there whole or not at all. Without deduplication, which could swallow the retry after a kill. */
export const INSERT = {
  async_insert: 0, insert_deduplicate: 0, max_partitions_per_insert_block: '1', throw_on_max_partitions_per_insert_block: 1, max_threads: 1, max_insert_threads: '1',
  max_insert_block_size: '1000000', min_insert_block_size_rows: '1000000', min_insert_block_size_bytes: '1000000000',
} as const;

/** `source`: where ClickHouse finds the block. Columns are named, so that a newer table may have more. */
export function insertSql(name: string, { columns }: Piece, source: (structure: string) => string): string {
  const structure = columns.map((c) => `\`${c.name}\` ${c.type}`).join(', ');
  return `INSERT INTO ${name} (${columns.map((c) => `\`${c.name}\``).join(', ')}) SELECT * FROM ${source(quoted(structure))}`;
}

export const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
