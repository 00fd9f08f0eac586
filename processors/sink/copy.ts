/**
 * The rows of one store into another of the same log: what the tables hold, and so the sink's checkpoint, is the same there. The unit is a partition of ClickHouse's (mostly a day): where
 * count and hash differ it is dropped at the target and copied anew, so a copy that was broken off is simply done again. Both are compared with FINAL: how far merges have come does not matter.
 */
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import type { ChdbEngine } from './chdb.ts';
import { INSERT, quoted, type Engine } from './engine.ts';
import { StoreMismatch } from './resume.ts';
import { TABLES } from './rows.ts';

/** What the new store makes itself: who owns what there, and which version its tables are of. Days of sums are made aside. */
const OWN = /^(owners|migrations|migrating|facts_hourly_next.*)$/;
/** Rows of one INSERT, about. */
const PIECE_ROWS = 100_000;

interface Column { name: string; type: string }
interface Copied { table: string; columns: readonly Column[]; replaces: boolean }
interface Part { part: string; rows: number; hash: string }

export interface Sizes { rows: number; bytes: number }

/** What there is to copy. */
export async function sizeOf(from: Pick<Engine, 'read'>): Promise<Sizes> {
  const [sizes] = await from.read<Sizes>(`SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE database = 'fenghuo' AND active AND NOT match(table, ${quoted(OWN.source)})`);
  return { rows: Number(sizes?.rows ?? 0), bytes: Number(sizes?.bytes ?? 0) };
}

/** The target may be empty, or hold what an earlier copy of this log has brought. */
export async function checkTarget(to: Pick<Engine, 'read'>, incarnation: string): Promise<void> {
  const strange = await to.read<{ table: string; other: string }>([...TABLES.map(({ name }) => name), 'positions', 'owners'].map((name) => `SELECT ${quoted(name)} AS table, any(incarnation) AS other FROM fenghuo.${name} WHERE incarnation != ${quoted(incarnation)} HAVING count() > 0`).join(' UNION ALL '));
  if (!strange[0]) return;
  throw new StoreMismatch(`table fenghuo.${strange[0].table} at CLICKHOUSE_URL holds rows of another log (${strange[0].other}; this one is ${incarnation}). Expected a server without rows of Fenghuo's. Nothing was written there. Next: name another server, or move its database fenghuo away.`);
}

/** Rows copied. `to`: a single server. `copied` is told rows as they are in place. */
export async function copyTables(from: ChdbEngine, to: Pick<Engine, 'read' | 'command'>, into: ClickHouseClient, copied: (rows: number) => void): Promise<number> {
  let rows = 0;
  for (const table of await tablesOf(from)) {
    const there = new Map((await partsOf(to, table)).map((one) => [one.part, one]));
    for (const part of await partsOf(from, table)) {
      if (!same(part, there.get(part.part))) {
        try {
          if (there.has(part.part)) await to.command(`ALTER TABLE fenghuo.${table.table} DROP PARTITION ID ${quoted(part.part)}`);
          await copyPart(from, into, table, part);
        } catch (cause) {
          throw new Error(`table fenghuo.${table.table}, partition ${part.part}, could not be copied to CLICKHOUSE_URL: ${(cause as Error).message.slice(0, 300)}. Its user must be allowed SELECT, INSERT, CREATE and ALTER on fenghuo.*, and its disk have room. Next: mend that and run the migration again: it goes on where it was.`, { cause });
        }
      }
      rows += part.rows;
      copied(part.rows);
    }
  }
  return rows;
}

/** Throws where a table at the target has not exactly the rows of the source. */
export async function compareTables(from: Engine, to: Pick<Engine, 'read'>): Promise<void> {
  for (const table of await tablesOf(from)) {
    const there = new Map((await partsOf(to, table)).map((one) => [one.part, one]));
    for (const part of await partsOf(from, table)) {
      const other = there.get(part.part);
      if (!same(part, other)) throw new StoreMismatch(`table fenghuo.${table.table}, partition ${part.part}: ${part.rows} rows with hash ${part.hash} in the folder, ${other ? `${other.rows} with ${other.hash}` : 'none'} at CLICKHOUSE_URL. Likely something else writes there. Next: stop it and run the migration again: what differs is copied anew.`);
      there.delete(part.part);
    }
    if (there.size > 0) throw new StoreMismatch(`table fenghuo.${table.table} at CLICKHOUSE_URL has partitions that the folder has not (${[...there.keys()].join(', ')}). Likely something else writes there. Next: empty the database fenghuo and run the migration again.`);
  }
}

const same = (one: Part, other: Part | undefined): boolean => other !== undefined && one.rows === other.rows && one.hash === other.hash;

async function tablesOf(from: Pick<Engine, 'read'>): Promise<Copied[]> {
  const columns = await from.read<Column & { table: string }>("SELECT table, name, type FROM system.columns WHERE database = 'fenghuo' AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY table, position");
  const engines = new Map((await from.read<{ name: string; engine: string }>("SELECT name, engine FROM system.tables WHERE database = 'fenghuo'")).map(({ name, engine }) => [name, engine]));
  return [...Map.groupBy(columns, ({ table }) => table)].filter(([table]) => !OWN.test(table)).map(([table, own]) => ({ table, columns: own, replaces: engines.get(table)?.startsWith('Replacing') === true }));
}

const named = (columns: readonly Column[]): string => columns.map(({ name }) => `\`${name}\``).join(', ');

const partsOf = (engine: Pick<Engine, 'read'>, { table, columns, replaces }: Copied): Promise<Part[]> => engine.read<Part>(
  `SELECT _partition_id AS part, count() AS rows, toString(sum(cityHash64(${named(columns)}))) AS hash FROM fenghuo.${table}${replaces ? ' FINAL' : ''} GROUP BY part ORDER BY part${replaces ? ' SETTINGS do_not_merge_across_partitions_select_final = 1' : ''}`);

/** By time of append where a table has it, so that no INSERT is far larger than memory allows. */
async function copyPart(from: ChdbEngine, into: ClickHouseClient, { table, columns }: Copied, { part }: Part): Promise<void> {
  const here = `_partition_id = ${quoted(part)}`;
  const timed = columns.some(({ name }) => name === 'appendedAt');
  const [span] = timed ? await from.read<{ n: number; first: number; last: number }>(`SELECT count() AS n, min(toUnixTimestamp64Milli(appendedAt)) AS first, max(toUnixTimestamp64Milli(appendedAt)) AS last FROM fenghuo.${table} WHERE ${here}`) : [];
  const pieces = Math.ceil(Number(span?.n ?? 1) / PIECE_ROWS);
  const step = span ? Math.ceil((Number(span.last) - Number(span.first) + 1) / pieces) : 0;
  for (let i = 0; i < pieces; i++) {
    const between = span ? ` AND toUnixTimestamp64Milli(appendedAt) >= ${Number(span.first) + i * step} AND toUnixTimestamp64Milli(appendedAt) < ${Number(span.first) + (i + 1) * step}` : '';
    const { stream } = await from.writer.exec({ query: `SELECT ${named(columns)} FROM fenghuo.${table} WHERE ${here}${between} FORMAT Native` });
    const rows = await buffer(stream);
    if (rows.length > 0) await insert(into, table, columns, rows);
  }
}

async function insert(into: ClickHouseClient, table: string, columns: readonly Column[], rows: Buffer): Promise<void> {
  const structure = quoted(columns.map(({ name, type }) => `\`${name}\` ${type}`).join(', '));
  const { stream } = await into.exec({ query: `INSERT INTO fenghuo.${table} (${named(columns)}) SELECT * FROM input(${structure}) FORMAT Native`, values: Readable.from([rows], { objectMode: false }), clickhouse_settings: INSERT });
  await stream.resume().toArray();
}
