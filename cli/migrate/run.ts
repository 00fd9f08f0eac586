/** One folder to Kafka and ClickHouse, in an order that any end leaves to be taken up again: nothing at the target counts before the note that says so, and the folder itself is only read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ChdbEngine, openChdb } from '../../processors/sink/chdb.ts';
import { checkTarget, compareTables, copyTables, sizeOf, type Sizes } from '../../processors/sink/copy.ts';
import { migrate as migrateTables } from '../../processors/sink/migrate.ts';
import { connect, openServer } from '../../processors/sink/server.ts';
import type { ClickHouseSettings } from '../../processors/sink/settings.ts';
import { KafkaLog } from '../../streams/kafka/log.ts';
import type { KafkaSettings } from '../../streams/kafka/settings.ts';
import { CommandError, EXIT } from '../exit.ts';
import { type Folder, openFolder } from './folder.ts';
import { compareLogs, copyRecords, copyState } from './log.ts';
import { MIGRATION, type Migration, migrationOf, MOVED } from './mark.ts';

export interface MigrateOptions {
  data: string;
  kafka: KafkaSettings;
  /** Omitted: the tables stay where they are, and the sink fills new ones from what the log still holds. */
  clickHouse: ClickHouseSettings | undefined;
  dryRun: boolean;
  /** `done` of `of` in this step; `of` 0: not known before. */
  progress: (step: Step, done: number, of: number) => void;
}
export type Step = 'records' | 'state' | 'tables' | 'compare';

export interface Carried { incarnation: string; records: number; notes: string[]; tables: Sizes | undefined; partitions: number; /** It had been done before. */ before: boolean }

export async function migrateFolder({ data, kafka, clickHouse, dryRun, progress }: MigrateOptions): Promise<Carried> {
  const folder = await openFolder(data);
  const undo: (() => Promise<void>)[] = [() => folder.close()];
  try {
    const place = await folder.log.note(MOVED);
    if (place !== undefined && place !== placeOf(kafka)) throw new CommandError(EXIT.refused, `${data} goes on at ${place} since it was migrated; a folder is carried over once. Nothing was done. Next: \`fenghuo run\` there.`);
    const store = await openStore(data);
    if (store) undo.push(() => store.close());
    const records = folder.spans.reduce((n, { start, end }) => n + end - start, 0);
    const carried: Carried = { incarnation: folder.log.incarnation, records, notes: Object.keys(folder.notes), tables: store && clickHouse && await sizeOf(store), partitions: folder.log.partitions('journal.v1'), before: false };
    if (dryRun) return carried;
    // Tables first: a server that can't be used is told before anything stands on Kafka.
    const server = store && clickHouse ? await openTarget(clickHouse, folder) : undefined;
    if (server) undo.push(() => server.close());
    const log = await openLog(kafka, folder);
    undo.push(() => log.close());
    const moved = (): Promise<void> => folder.log.setNote(MOVED, placeOf(kafka));
    if ((await migrationOf(log))?.state === 'done') {
      await moved();
      return { ...carried, before: true };
    }
    const tell = (step: Step, of: number) => {
      let done = 0;
      return (more: number): void => progress(step, done += more, of);
    };
    await log.ensureTopics();
    await copyRecords(folder, log, tell('records', records));
    await copyState(folder, log, tell('state', 0));
    if (store && server) await copyTables(store, server.engine, server.client, tell('tables', carried.tables?.rows ?? 0));
    await compareLogs(folder, log, tell('compare', records));
    if (store && server) await compareTables(store, server.engine);
    await log.setNote(MIGRATION, JSON.stringify({ fingerprint: folder.fingerprint, state: 'done' } satisfies Migration));
    await moved();
    return carried;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

const placeOf = ({ brokers, prefix }: KafkaSettings): string => `${brokers.join(',')} ${prefix}`.trim();

async function openStore(data: string): Promise<ChdbEngine | undefined> {
  const folder = join(data, 'store');
  if (!existsSync(folder)) return undefined;
  const engine = await openChdb(folder);
  await migrateTables(engine);
  return engine;
}

interface Target { engine: Awaited<ReturnType<typeof openServer>>[number]; client: ReturnType<typeof connect>; close(): Promise<void> }

async function openTarget(settings: ClickHouseSettings, { log }: Folder): Promise<Target> {
  if (settings.cluster !== '') throw new CommandError(EXIT.refused, `CLICKHOUSE_CLUSTER is ${settings.cluster}, but tables are copied to a single server only. Next: --no-tables leaves them in the folder's store; the sink then fills the cluster from what the log still holds (a week at most).`);
  const engines = await openServer(settings);
  const [engine] = engines as [Target['engine']];
  const client = connect({ url: settings.urls[0] as URL, login: settings.writer, tls: settings.tls });
  const close = async (): Promise<void> => { await client.close(); await engine.close(); };
  try {
    await migrateTables(engine);
    await checkTarget(engine, log.incarnation);
    return { engine, client, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A new log there is this one from its first word on; one that is there must be the same migration, broken off. */
async function openLog(kafka: KafkaSettings, { data, log: from, partitions, notes, fingerprint }: Folder): Promise<KafkaLog> {
  const begun: Migration = { fingerprint, state: 'begun' };
  const log = await KafkaLog.open(kafka, { beginning: { incarnation: from.incarnation, partitions, notes: { ...notes, [MIGRATION]: JSON.stringify(begun) } } });
  const where = `Kafka at ${kafka.brokers.join(', ')}${kafka.prefix && ` (KAFKA_PREFIX ${kafka.prefix})`}`;
  const known = await migrationOf(log);
  const problem = log.incarnation !== from.incarnation ? `${where} holds another log (${log.incarnation}; the folder's is ${from.incarnation}). Expected none. Nothing was written there. Next: take another KAFKA_PREFIX, or delete that log's topics`
    : known?.fingerprint !== fingerprint && known?.state !== 'done' ? `${where} holds the beginning of a migration of ${data} as it was before: it has gone on since, and what was copied then is not right any more. Next: delete the topics of this KAFKA_PREFIX, or take another, and run the migration again`
      : undefined;
  if (problem === undefined) return log;
  await log.close();
  throw new CommandError(EXIT.refused, `${problem}.`);
}
