/**
 * The tables in memory, as ClickHouse behaves: an insert is one block; what of it lies in one partition of the table is in whole or not at all, several partitions are several such parts, and a
 * failure may fall between them. A claim turns away inserts of earlier owners, also those that come late. It reads the blocks that the sink really writes.
 */
import { steps } from '../../processors/sink/tables.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import type { Column } from '../../processors/sink/columns.ts';
import type { Hint, Note, Piece, Place, Position, Slices, SourceMark, Stored, TableStore, TableTypes } from '../../processors/sink/table-store.ts';
import { DIRECT, type Link } from './world.ts';

/** One row: its columns but the lists. */
export type Row = Readonly<Record<string, string | number>>;

export interface StoreOptions {
  /** What PARTITION BY cuts by, ms. */
  partitionMs?: number;
  /** Throws while the store is out of reach. */
  reach?: () => void;
}

const DAY_MS = 86_400_000;
const at = (topic: unknown, partition: unknown): string => `${topic}/${partition}`;

export class ModelTables {
  readonly rows = new Map<string, Row[]>(TABLES.map(({ name }) => [name, []]));
  readonly hints = new Map<string, Hint>();
  readonly partitionMs: number;
  readonly reach: () => void;
  /** The last claim, and by slice the claim that holds it. */
  claims = 0;
  readonly owners = new Map<number, number>();

  constructor({ partitionMs = DAY_MS, reach = () => undefined }: StoreOptions = {}) {
    this.partitionMs = partitionMs;
    this.reach = reach;
  }
}

export class ModelStore implements TableStore {
  readonly shards = 1;
  readonly #tables: ModelTables;
  readonly #link: Link;
  /** How many slices there are, and by slice the claim under which this process inserts. */
  #of = 1;
  readonly #claimed = new Map<number, number>();

  constructor(tables: ModelTables, link: Link = DIRECT) {
    this.#tables = tables;
    this.#link = link;
  }

  async types(): Promise<TableTypes> {
    return TYPES;
  }

  async claim(_incarnation: string, { which, of }: Slices): Promise<void> {
    const claim = await this.#link.request(`store: claim slices ${which.join()} of ${of}`, () => {
      this.#tables.reach();
      for (const slice of which) this.#tables.owners.set(slice, this.#tables.claims + 1);
      return ++this.#tables.claims;
    });
    this.#of = of;
    for (const slice of which) this.#claimed.set(slice, claim);
  }

  stored(places: readonly Place[]): Promise<{ rows: Stored[]; hints: Hint[] }> {
    return this.#ask('store: what it holds', () => {
      const asked = new Set(places.map(({ topic, partition }) => at(topic, partition)));
      const rows = new Map<string, Stored>();
      for (const [table, held] of this.#tables.rows) {
        for (const row of held) {
          const [topic, partition, last] = [String(row.logTopic), Number(row.logPartition), Number(row.logOffset)];
          if (!asked.has(at(topic, partition))) continue;
          const known = rows.get(`${table} ${at(topic, partition)}`);
          if (!known || known.last < last) rows.set(`${table} ${at(topic, partition)}`, { table, incarnation: String(row.incarnation), topic, partition, last });
        }
      }
      return { rows: [...rows.values()], hints: [...this.#tables.hints.values()].filter(({ topic, partition }) => asked.has(at(topic, partition))) };
    });
  }

  marks(incarnation: string, table: string, below: readonly Position[]): Promise<SourceMark[]> {
    return this.#ask(`store: marks of ${table}`, () => {
      const marks = new Map<string, SourceMark>();
      for (const row of this.#tables.rows.get(table) ?? []) {
        const [offset, index] = [Number(row.sourceOffset), Number(row.sourceIndex)];
        if (row.incarnation !== incarnation || !below.some((p) => p.topic === row.logTopic && p.partition === row.logPartition && Number(row.logOffset) < p.position)) continue;
        const name = `${at(row.logTopic, row.logPartition)} ${at(row.sourceTopic, row.sourcePartition)}`;
        const known = marks.get(name)?.mark;
        if (known && (known.offset > offset || (known.offset === offset && known.index >= index))) continue;
        marks.set(name, { place: { topic: String(row.logTopic), partition: Number(row.logPartition) }, mark: { topic: String(row.sourceTopic), partition: Number(row.sourcePartition), offset, index } });
      }
      return [...marks.values()];
    });
  }

  /** The parts of a block come in no order that its rows would tell: the later one first is the worse. */
  async insert(piece: Piece): Promise<void> {
    const { table } = piece;
    const block = rowsOf(piece);
    const parts = [...Map.groupBy(block, (row) => Math.floor(Number(row.appendedAt) / this.#tables.partitionMs))].sort(([a], [b]) => b - a);
    const claims = new Map(block.map(({ logPartition }) => [Number(logPartition) % this.#of, this.#claimed.get(Number(logPartition) % this.#of)]));
    for (const [i, [, part]] of parts.entries()) {
      await this.#link.request(`store: insert ${part.length} into ${table}${parts.length > 1 ? `, part ${i + 1} of ${parts.length}` : ''}`, () => {
        this.#tables.reach();
        for (const [slice, claim] of claims) if (this.#tables.owners.get(slice) !== claim) throw new Error(`slice ${slice} belongs to a later owner`);
        this.#tables.rows.get(table)?.push(...part);
      });
    }
  }

  hint(incarnation: string, notes: readonly Note[]): Promise<void> {
    const told = notes.map((note): Hint => ({ incarnation, ...note }));
    return this.#link.request('store: hint', () => {
      this.#tables.reach();
      for (const hint of told) {
        const known = this.#tables.hints.get(at(hint.topic, hint.partition));
        if (!known || known.position < hint.position) this.#tables.hints.set(at(hint.topic, hint.partition), hint);
      }
    });
  }

  #ask<T>(what: string, answer: () => T): Promise<T> {
    return this.#link.ask(what, () => {
      this.#tables.reach();
      return answer();
    });
  }
}

// --- the Native format ------------------------------------------------------------------------------------------------------------------------

export function rowsOf({ rows, columns }: Piece): Row[] {
  const read = columns.map((column) => ({ name: column.name, values: readColumn(column, rows) })).filter(({ values }) => values.length > 0);
  return Array.from({ length: rows }, (_, i): Row => Object.fromEntries(read.map(({ name, values }) => [name, values[i] as string | number])));
}

/** None of a list. */
function readColumn({ type, parts: [bytes] }: Column, rows: number): (string | number)[] {
  const reader = readerOf(type);
  if (!reader || !bytes) return [];
  const from = { bytes: bytes.buffer, at: 0 };
  return Array.from({ length: rows }, () => reader(from));
}

type Reader = (from: { bytes: Buffer; at: number }) => string | number;

const fixed = (width: number, read: (bytes: Buffer, at: number) => number): Reader => (from) => {
  const value = read(from.bytes, from.at);
  from.at += width;
  return value;
};
const text: Reader = (from) => {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = from.bytes[from.at++] as number;
    length |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  from.at += length;
  return from.bytes.toString('utf8', from.at - length, from.at);
};
const READERS: Readonly<Record<string, Reader>> = {
  String: text, Bool: fixed(1, (b, i) => b.readUInt8(i)), UInt8: fixed(1, (b, i) => b.readUInt8(i)), Int8: fixed(1, (b, i) => b.readInt8(i)), UInt16: fixed(2, (b, i) => b.readUInt16LE(i)), Int16: fixed(2, (b, i) => b.readInt16LE(i)),
  UInt32: fixed(4, (b, i) => b.readUInt32LE(i)), Int32: fixed(4, (b, i) => b.readInt32LE(i)), UInt64: fixed(8, (b, i) => Number(b.readBigUInt64LE(i))), Int64: fixed(8, (b, i) => Number(b.readBigInt64LE(i))),
  Float64: fixed(8, (b, i) => b.readDoubleLE(i)), 'Decimal(19, 5)': fixed(16, (b, i) => Number(b.readBigInt64LE(i))),
};
const readerOf = (type: string): Reader | undefined => READERS[type] ?? (type.startsWith('DateTime64') ? READERS.Int64 : undefined);

// --- the columns, as schemas/tables says them ---------------------------------------------------------------------------------------------------

/** The parts of a list that no bracket holds together. */
function split(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= list.length; i++) {
    if (list[i] === '(') depth++;
    else if (list[i] === ')') depth--;
    else if (i === list.length || (list[i] === ',' && depth === 0)) {
      parts.push(list.slice(from, i).trim());
      from = i + 1;
    }
  }
  return parts;
}

function columnsOf(definition: string): [name: string, type: string][] {
  const [, name = '', nested, type = ''] = /^`?([\w.]+)`? (?:Nested ?\((.*)\)|(\w+(?:\([^()]*(?:\([^()]*\))?[^()]*\))?))/.exec(definition) ?? [];
  return nested === undefined ? [[name, type]] : split(nested).flatMap(columnsOf).map(([item, of]): [string, string] => [`${name}.${item}`, `Array(${of})`]);
}

const TYPES: TableTypes = new Map((steps()[0]?.statements ?? []).flatMap((statement): [string, Map<string, string>][] => {
  const [, table = '', columns = ''] = /^CREATE TABLE IF NOT EXISTS fenghuo\.(\w+) \((.*)\) ENGINE/.exec(statement) ?? [];
  return table === '' ? [] : [[table, new Map(split(columns).filter((column) => !/^(INDEX|PROJECTION) /.test(column)).flatMap(columnsOf))]];
}));
