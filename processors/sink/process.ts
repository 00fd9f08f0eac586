/** The store's process: owns chDB, fills it from the log, answers queries of its parent. Arguments: the data folder, the tables' bytes at most (0 = no limit), where the log is. Ends when its parent does. */
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { openEmbeddedReader, type LogReader } from '../../streams/embedded/reader.ts';
import type { KafkaSettings } from '../../streams/kafka/settings.ts';
import { openChdb, type ChdbEngine } from './chdb.ts';
import { clickHouseTables } from './clickhouse.ts';
import { createGuard, type Guard } from './guard.ts';
import type { LogPlace, Reply, Request } from './messages.ts';
import { HOUSE_MS, keepHouse } from './house.ts';
import { migrate } from './migrate.ts';
import { readRows } from './reading.ts';
import { createSink, type Sink } from './sink.ts';
import { PUBLISHED } from './tables.ts';

/** The log keeps what is not in the tables yet. */
const KEPT_MS = 2_000;

const tell = (reply: Reply): void => {
  if (process.connected) process.send?.(reply);
};
const report = (level: 'warn' | 'error', message: string): void => tell({ kind: 'report', level, message });
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Running { engine: ChdbEngine; readers: { client: ClickHouseClient; busy: number }[]; guard: Guard; sink: Sink; log: LogReader }

async function open(dataFolder: string, where: LogPlace): Promise<Running> {
  const folder = join(dataFolder, 'store');
  mkdirSync(folder, { recursive: true });
  const engine = await openChdb(folder, scratchFile(dataFolder)).catch((error) => {
    throw new Error(`the store in ${folder} does not open: ${words(error)}. Likely another process holds it, or it is damaged. `
      + 'Next: stop the other process; or move the folder away, the store is then filled again from the log.', { cause: error });
  });
  await migrate(engine);
  const log = where === 'kafka' ? await openKafka() : await openLog(join(dataFolder, 'log', 'log.sqlite'));
  const sink = createSink({ log, store: clickHouseTables([engine]), report });
  await sink.start();
  return { engine, readers: engine.readers.map((client) => ({ client, busy: 0 })), guard: await createGuard(engine.writer, PUBLISHED), sink, log };
}

/** ClickHouse would take these characters of a path for a pattern. */
const scratchFile = (dataFolder: string): string => join(/[*?{}]/.test(dataFolder) ? mkdtempSync(join(tmpdir(), 'fenghuo-')) : resolve(dataFolder), 'store.rows');

/** The parent makes the log; it may still be at it. */
async function openLog(file: string): Promise<LogReader> {
  for (let tries = 0; ; tries++) {
    try {
      if (existsSync(file)) return openEmbeddedReader(file);
      if (tries === 100) throw new Error(`no log at ${file}. Expected the file that the pipeline makes at its start. Next: look at the pipeline's own errors.`);
    } catch (error) {
      if (tries >= 100) throw error;
    }
    await sleep(100);
  }
}

/** As the parent reached it: by the environment. */
async function openKafka(): Promise<LogReader> {
  const { readKafkaSettings } = await import('../../streams/kafka/settings.ts');
  const { KafkaLog } = await import('../../streams/kafka/log.ts');
  return KafkaLog.open(readKafkaSettings(process.env, []) as KafkaSettings);
}

async function answer(running: Running, request: Request): Promise<string> {
  if (request.kind === 'query') return query(running, request);
  return JSON.stringify(request.kind === 'lag' ? await running.sink.lag() : await stop(running));
}

async function query({ guard, readers }: Running, { sql, params, options }: Request & { kind: 'query' }): Promise<string> {
  const reader = readers.reduce((least, one) => (one.busy < least.busy ? one : least));
  reader.busy += 1;
  return readRows(guard, reader.client, { sql, params, byUser: options.readonly === true, maxRows: options.maxRows }).finally(() => { reader.busy -= 1; });
}

async function stop({ sink, engine, log }: Running): Promise<null> {
  await sink.stop();
  await log.close();
  await engine.close();
  return null;
}

/** Threads started from here on inherit it: the pipeline's answers come before the tables when both want the same core. */
const NICE = 5;

async function main(dataFolder: string, maxBytes: number, where: LogPlace): Promise<void> {
  setPriority(NICE);
  // Whoever stops the parent by Ctrl-C signals the whole group: only the parent decides when the store ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('disconnect', end);
  const running = await open(dataFolder, where);
  running.sink.stopped.catch((error) => fail(error));
  const house = setInterval(() => keepHouse(running.engine, maxBytes, report), HOUSE_MS);
  const telling = setInterval(() => tell({ kind: 'kept', positions: running.sink.kept(), trouble: running.sink.trouble?.message ?? '' }), KEPT_MS);
  process.on('message', (request: Request) => {
    if (request.kind === 'stop') for (const timer of [house, telling]) clearInterval(timer);
    answer(running, request).then((json) => tell({ kind: 'answer', id: request.id, json }), (error) => {
      tell({ kind: 'refusal', id: request.id, name: error instanceof Error ? error.name : 'Error', message: words(error) });
    });
  });
  tell({ kind: 'ready' });
}

/**
 * At once. An ordinary exit runs ClickHouse's own ending, which waits for the queries that still run, and has been seen to wait for ever: it then held the folder's lock against
 * the next start. Nothing is lost by a kill: the tables are the checkpoint.
 */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function fail(error: unknown): void {
  tell({ kind: 'failed', message: words(error) });
  setTimeout(end, 100); // the message must be out
}

main(process.argv[2] as string, Number(process.argv[3] ?? 0), (process.argv[4] ?? 'embedded') as LogPlace).catch(fail);
