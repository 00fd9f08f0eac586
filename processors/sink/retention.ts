/**
 * Keeps the tables within their bytes: whole days (the tables' partitions) are dropped, oldest first, after their sums by the hour were computed. A day stays where it holds the newest row of any
 * log partition or of any source: resuming reads those (law 3). In a cluster each shard keeps its own house: a log partition's rows lie in one.
 */
import type { Engine } from './engine.ts';
import { TABLES } from './rows.ts';
import { localName } from './tables.ts';

const DAY = 86_400_000;
/** A day's last facts may come in hours of the next; sums of a day are recomputed only where all its facts are there. */
const MARGIN_DAYS = 2;

interface Part { table: string; partition: string; bytes: number }
export interface Retained { bytes: number; dropped: { table: string; partition: string }[]; /** Above the limit, and nothing more may go. */ over: boolean }

export async function retain(engine: Engine, maxBytes: number, now: number): Promise<Retained> {
  const at = (table: string) => localName(table, engine.cluster);
  const parts = await engine.read<Part>("SELECT table, partition, toUInt64(sum(bytes_on_disk)) AS bytes FROM system.parts WHERE database = 'fenghuo' AND active GROUP BY table, partition ORDER BY partition");
  let bytes = parts.reduce((sum, part) => sum + Number(part.bytes), 0);
  const dropped: Retained['dropped'] = [];
  const names = new Map(TABLES.map(({ name }) => [at(name), name]));
  const candidates = parts.filter(({ table, partition }) => names.has(`fenghuo.${table}`) && endOf(partition) <= now).sort((a, b) => endOf(a.partition) - endOf(b.partition));
  for (const { table: where, partition, bytes: size } of candidates) {
    if (bytes <= maxBytes) break;
    const table = names.get(`fenghuo.${where}`) as string;
    if (await holdsNewest(engine, at(table), partition)) continue;
    await engine.command(`INSERT INTO ${at('retention')} SETTINGS async_insert = 0 VALUES ('${table}', toDateTime(${endOf(partition) / 1000}, 'UTC'), toDateTime64('${(now / 1000).toFixed(3)}', 3, 'UTC'))`);
    await engine.command(`ALTER TABLE ${at(table)} DROP PARTITION ${partition}`);
    bytes -= Number(size);
    dropped.push({ table, partition });
  }
  return { bytes, dropped, over: bytes > maxBytes };
}

/** Days before this (epoch ms) may lack facts: their sums stay as they were computed. 0 = none was ever dropped. */
export async function factsKeptFrom(engine: Engine): Promise<number> {
  const [row] = await engine.read<{ at: number; n: number }>(`SELECT toUInt32(max(keptFrom)) AS at, toUInt32(count()) AS n FROM ${localName('retention', engine.cluster)} WHERE name = 'facts'`);
  return Number(row?.n) === 0 ? 0 : Number(row?.at) * 1000 + (MARGIN_DAYS - 1) * DAY;
}

/** True where some log partition or source has no later row than those of this partition. */
async function holdsNewest(engine: Engine, table: string, partition: string): Promise<boolean> {
  const places = 'logTopic, logPartition, sourceTopic, sourcePartition';
  const [row] = await engine.read<{ left: number }>(`SELECT toUInt32(count()) AS left FROM (SELECT DISTINCT ${places} FROM ${table} WHERE _partition_id = '${partition}') AS here `
    + `LEFT ANTI JOIN (SELECT DISTINCT ${places} FROM ${table} WHERE _partition_id > '${partition}') AS later USING (${places})`);
  return Number(row?.left) > 0;
}

/** 20261123, or 202611 in a store that was made when partitions were months: when it is over, epoch ms. */
function endOf(partition: string): number {
  const [year, month, day] = [partition.slice(0, 4), partition.slice(4, 6), partition.slice(6, 8)].map(Number) as [number, number, number];
  return partition.length === 8 ? Date.UTC(year, month - 1, day + 1) : Date.UTC(year, month, 1);
}
