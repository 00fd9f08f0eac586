/** The tables in ClickHouse: what the sink asks of them, in SQL. One engine a shard. */
import type { Engine } from './engine.ts';
import { quoted } from './engine.ts';
import { StoreMismatch } from './resume.ts';
import { TABLES } from './rows.ts';
import type { Hint, Position, Slices, SourceMark, Stored, TableStore } from './table-store.ts';
import { columnTypes, localName } from './tables.ts';

const PLACE = 'logTopic AS topic, logPartition AS partition';

export function clickHouseTables(engines: readonly Engine[]): TableStore {
  const [first] = engines as [Engine];
  const at = (table: string) => localName(table, first.cluster);
  const shardOf = (partition: number): Engine => engines[partition % engines.length] as Engine;
  /** Asks every shard that has partitions of these slices. */
  async function ask<T>(query: (engine: Engine) => string): Promise<T[]> {
    return (await Promise.all(engines.map((engine) => engine.read<T>(query(engine))))).flat();
  }

  return {
    shards: engines.length,
    types: () => columnTypes(first),
    async claim(incarnation, slices) {
      for (const engine of engines) await engine.claim(incarnation, slices);
    },
    async stored(slices) {
      await Promise.all(engines.map((engine, shard) => checkPins(engine, shard, engines.length)));
      const rows = await ask<Stored>(() => TABLES.map(({ name }) =>
        `SELECT ${quoted(name)} AS table, incarnation, ${PLACE}, max(logOffset) AS last FROM ${at(name)} WHERE ${owned(slices)} GROUP BY ALL`).join(' UNION ALL '));
      const hints = await ask<Hint>(() => `SELECT incarnation, ${PLACE}, max(p.position) AS position FROM ${at('positions')} AS p WHERE ${owned(slices)} GROUP BY ALL`);
      return { rows: rows.map((row) => ({ ...row, partition: Number(row.partition), last: Number(row.last) })), hints: hints.map((row) => ({ ...row, partition: Number(row.partition), position: Number(row.position) })) };
    },
    async marks(incarnation, table, below) {
      const found = await Promise.all([...Map.groupBy(below, ({ partition }) => shardOf(partition))].map(([engine, positions]) => engine.read<SourceMark & { last: [number, number] }>(
        `SELECT ${PLACE}, sourceTopic, sourcePartition, max((sourceOffset, sourceIndex)) AS last FROM ${at(table)} WHERE incarnation = ${quoted(incarnation)} AND (${positions.map(before).join(' OR ')}) GROUP BY ALL`)));
      return found.flat().map(({ last, ...place }) => ({ ...place, partition: Number(place.partition), sourcePartition: Number(place.sourcePartition), offset: Number(last[0]), index: Number(last[1]) }));
    },
    insert: (piece) => (engines[piece.shard] as Engine).insert(at(piece.table), piece),
    async hint(incarnation, positions) {
      for (const [engine, own] of Map.groupBy(positions, ({ partition }) => shardOf(partition))) {
        await engine.command(`INSERT INTO ${at('positions')} SETTINGS async_insert = 0 VALUES ${own.map((p) => `(${quoted(incarnation)}, ${quoted(p.topic)}, ${p.partition}, ${p.position})`).join(', ')}`);
      }
    },
  };
}

const owned = ({ which, of }: Slices): string => `logPartition % ${of} IN (${which.join(', ')})`;
const before = ({ topic, partition, position }: Position): string => `(logTopic = ${quoted(topic)} AND logPartition = ${partition} AND logOffset < ${position})`;

/** With another number of shards rows would be looked for where they are not, and written again. */
async function checkPins(engine: Engine, shard: number, shards: number): Promise<void> {
  if (shards === 1) return;
  const [strange] = await engine.read<{ partition: number }>(`SELECT logPartition AS partition FROM ${localName('positions', engine.cluster)} WHERE logPartition % ${shards} != ${shard} LIMIT 1`);
  if (!strange) return;
  throw new StoreMismatch(`shard ${shard + 1} of ${shards} holds rows of partition ${strange.partition}, which belongs to shard ${strange.partition % shards + 1}. Likely the number or the order of shards in `
    + 'remote_servers was changed. Expected: both stay as they were when the tables were filled. Next: put them back, or fill a new cluster from the log.');
}
