/** The tables as the sink sees them: the port between its logic and wherever they are. */
import type { Column } from './columns.ts';

/** One partition of a topic. */
export interface Place { topic: string; partition: number }
export interface Position extends Place { position: number }

/** Who owns slice n of N owns of each topic the partitions whose number leaves n when divided by N. */
export interface Slices { which: readonly number[]; of: number }

/** The greatest offset of a partition whose row a table holds. */
export interface Stored extends Place { table: string; incarnation: string; last: number }
/** The greatest source of a source partition whose record was taken. */
export interface Mark { topic: string; partition: number; offset: number; index: number }
/** The same, of the rows that a table holds of a place. */
export interface SourceMark { place: Place; mark: Mark }
/** Where to start reading: all before it is in the tables. With when the last record before it was appended, and the marks there; omitted or empty = not noted. */
export interface Note extends Position { appendedAt?: number; marks?: readonly Mark[] }
export interface Hint extends Note { incarnation: string }

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
  /** Rows before a place's hint may be left out: what lies there is known. */
  stored(places: readonly Place[]): Promise<{ rows: Stored[]; hints: Hint[] }>;
  marks(incarnation: string, table: string, below: readonly Position[]): Promise<SourceMark[]>;
  /** All of it is in when this resolves, and after an error either all or nothing. Rejects where another owner has claimed a slice of its rows. */
  insert(piece: Piece): Promise<void>;
  hint(incarnation: string, notes: readonly Note[]): Promise<void>;
}
