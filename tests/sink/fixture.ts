/** A data folder with a real embedded log and, in this process, a real chDB. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import type { Sink } from '../../processors/sink/sink.ts';

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'fenghuo-sink-'));
export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

export async function newLog(folder: string, now: () => number): Promise<EmbeddedLog> {
  const log = new EmbeddedLog({ file: join(folder, 'log', 'log.sqlite'), now });
  await log.ensureTopics();
  return log;
}

export async function select<T = Record<string, unknown>>(client: ClickHouseClient, query: string, params: Record<string, unknown> = {}): Promise<T[]> {
  return (await client.query({ query, query_params: params, format: 'JSONEachRow' })).json<T>() as Promise<T[]>;
}

/** Runs the sink until it has read everything, then stops it, which flushes. */
export async function drain(sink: Sink): Promise<void> {
  await sink.start();
  while (Object.values(await sink.lag()).some((behind) => behind > 0)) await sleep(10);
  await sink.stop();
}
