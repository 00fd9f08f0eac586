/** The tables in ClickHouse: what the sink asks of them, in SQL. One engine a shard. */
import type { Engine } from './engine.ts';
import { quoted } from './engine.ts';
import { StoreMismatch } from './resume.ts';
import { TABLES } from './rows.ts';
import type { Hint, Mark, Note, Place, Position, SourceMark, Stored, TableStore } from './table-store.ts';
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
    async stored(places) {
      await Promise.all(engines.map((engine, shard) => checkPins(engine, shard, engines.length)));
      const noted = await ask<Omit<Hint, 'marks'> & { marks: [string, number, number, number][] }>(() => `SELECT incarnation, ${PLACE}, max(p.position) AS position, argMax(toUnixTimestamp64Milli(p.appendedAt), p.position) AS appendedAt, `
        + `argMax(arrayZip(p.\`marks.topic\`, p.\`marks.partition\`, p.\`marks.offset\`, p.\`marks.index\`), p.position) AS marks FROM ${at('positions')} AS p WHERE ${anyOf(places)} GROUP BY incarnation, topic, partition`);
      const hints = noted.map((hint): Hint => ({ ...hint, marks: hint.marks.map(([topic, partition, offset, index]) => ({ topic, partition, offset, index })) }));
      const rows = await ask<Stored>(() => TABLES.map(({ name, topics }) =>
        `SELECT ${quoted(name)} AS table, incarnation, ${PLACE}, max(logOffset) AS last FROM ${at(name)} WHERE ${anyOf(places.filter(({ topic }) => topics.includes(topic)), hints)} GROUP BY ALL`).join(' UNION ALL '));
      return { rows, hints };
    },
    async marks(incarnation, table, below) {
      const found = await Promise.all([...Map.groupBy(below, ({ partition }) => shardOf(partition))].map(([engine, positions]) => engine.read<{ topic: string; partition: number; sourceTopic: string; sourcePartition: number; last: [number, number] }>(
        `SELECT ${PLACE}, sourceTopic, sourcePartition, max((sourceOffset, sourceIndex)) AS last FROM ${at(table)} WHERE incarnation = ${quoted(incarnation)} AND (${positions.map(before).join(' OR ')}) GROUP BY ALL`)));
      return found.flat().map(({ topic, partition, sourceTopic, sourcePartition, last: [offset, index] }): SourceMark => ({ place: { topic, partition }, mark: { topic: sourceTopic, partition: sourcePartition, offset, index } }));
    },
    insert: (piece) => (engines[piece.shard] as Engine).insert(at(piece.table), piece),
    async hint(incarnation, notes) {
      for (const [engine, own] of Map.groupBy(notes, ({ partition }) => shardOf(partition))) {
        await engine.command(`INSERT INTO ${at('positions')} (incarnation, logTopic, logPartition, position, appendedAt, \`marks.topic\`, \`marks.partition\`, \`marks.offset\`, \`marks.index\`) `
          + `SETTINGS async_insert = 0 VALUES ${own.map((note) => noteRow(incarnation, note)).join(', ')}`);
      }
    },
  };
}

function noteRow(incarnation: string, { topic, partition, position, appendedAt = 0, marks = [] }: Note): string {
  const list = (of: (mark: Mark) => string | number) => `[${marks.map(of).join(', ')}]`;
  return `(${quoted(incarnation)}, ${quoted(topic)}, ${partition}, ${position}, fromUnixTimestamp64Milli(${appendedAt}, 'UTC'), ${list((m) => quoted(m.topic))}, ${list((m) => m.partition)}, ${list((m) => m.offset)}, ${list((m) => m.index)})`;
}

/** Another reader may hold a record for older than the one who noted the hint did: a leader's clock may have gone back (streams/kafka/log.ts). */
const SLACK_MS = 86_400_000;

/** Rows of these places, by topic. With hints, where all of a topic's places have one, only those of the days from the first of them on: what lies before is known. */
function anyOf(places: readonly Place[], hints: readonly Hint[] = []): string {
  const topics = [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, own]) => {
    const from = Math.min(...own.map(({ partition }) => hints.find((hint) => hint.topic === topic && hint.partition === partition)?.appendedAt ?? 0));
    const late = from > 0 ? ` AND appendedAt >= fromUnixTimestamp64Milli(${Math.max(0, from - SLACK_MS)}, 'UTC')` : '';
    return `(logTopic = ${quoted(topic)} AND logPartition IN (${own.map(({ partition }) => partition).join(', ')})${late})`;
  });
  return topics.length > 0 ? `(${topics.join(' OR ')})` : '0';
}

const before = ({ topic, partition, position }: Position): string => `(logTopic = ${quoted(topic)} AND logPartition = ${partition} AND logOffset < ${position})`;

/** With another number of shards rows would be looked for where they are not, and written again. */
async function checkPins(engine: Engine, shard: number, shards: number): Promise<void> {
  if (shards === 1) return;
  const [strange] = await engine.read<{ partition: number }>(`SELECT logPartition AS partition FROM ${localName('positions', engine.cluster)} WHERE logPartition % ${shards} != ${shard} LIMIT 1`);
  if (!strange) return;
  throw new StoreMismatch(`shard ${shard + 1} of ${shards} holds rows of partition ${strange.partition}, which belongs to shard ${strange.partition % shards + 1}. Likely the number or the order of shards in `
    + 'remote_servers was changed. Expected: both stay as they were when the tables were filled. Next: put them back, or fill a new cluster from the log.');
}
