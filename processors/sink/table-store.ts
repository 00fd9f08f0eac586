/** The tables as the sink sees them: the port between its logic and wherever they are. */
import type { Column } from './columns.ts';

/** One partition of a topic. */
export interface Place { topic: string; partition: number }
export interface Position extends Place { position: number }

/** Who owns slice n of N owns of each topic the partitions whose number leaves n when divided by N. */
export interface Slices { which: readonly number[]; of: number }

/** The greatest offset of a partition whose row a table holds. */
export interface Stored extends Place { table: string; incarnation: string; last: number }
/** A hint of where to start reading: all before it is in the tables. */
export interface Hint extends Position { incarnation: string }
/** The greatest source whose row a table holds below a position. */
export interface SourceMark extends Place { sourceTopic: string; sourcePartition: number; offset: number; index: number }

/** The rows of one INSERT: one table, one day of append time, one shard, whole records. */
export interface Piece {
  readonly table: string;
  readonly shard: number;
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** The columns of each table with their ClickHouse types. */
export type TableTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface TableStore {
  /** A partition's rows lie in the shard that its number leaves when divided by this. */
  readonly shards: number;
  types(): Promise<TableTypes>;
  /** From now on no insert of an earlier owner of these slices succeeds, and none of its runs any more: what `stored` then answers stays true. */
  claim(incarnation: string, slices: Slices): Promise<void>;
  stored(slices: Slices): Promise<{ rows: Stored[]; hints: Hint[] }>;
  marks(incarnation: string, table: string, below: readonly Position[]): Promise<SourceMark[]>;
  /** All of it is in when this resolves, and after an error either all or nothing. Rejects where another owner has claimed a slice of its rows. */
  insert(piece: Piece): Promise<void>;
  hint(incarnation: string, positions: readonly Position[]): Promise<void>;
}
