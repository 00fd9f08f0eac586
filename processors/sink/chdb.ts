/** ClickHouse inside this process, in one folder. chDB binds one folder per process, and one process per folder. */
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { Session } from 'chdb';
import { createChdbConnection } from 'chdb/connection';

/** The engine shares two cores and the memory with the pipeline. */
const ENGINE = ['--max_server_memory_usage=1500000000', '--mark_cache_size=67108864', '--primary_index_cache_size=67108864', '--background_pool_size=2',
  '--background_schedule_pool_size=2', '--max_thread_pool_size=64'];

/** Limits of every query of the reading connection. `readonly` stands last: after it no setting can be changed, by us or by a user's SQL. */
const READER = { final: 1, max_threads: 2, max_memory_usage: '1000000000', max_execution_time: 15, max_result_rows: '100000', max_result_bytes: '67108864', result_overflow_mode: 'throw',
  max_ast_elements: '10000', max_query_size: '262144', output_format_json_quote_64bit_integers: 0, readonly: '1' } as const;

const READERS = 4;

export interface Engine {
  /** Writes and changes tables. */
  writer: ClickHouseClient;
  /** Read-only for good: settings of a chDB connection stick to it. Several, because a connection runs one query at a time. */
  readers: ClickHouseClient[];
  close(): Promise<void>;
}

export async function openChdb(folder: string): Promise<Engine> {
  const session = new Session(folder, { connectionArgs: ENGINE });
  const connect = () => createClient({ connection: createChdbConnection({ path: folder }) } as Parameters<typeof createClient>[0]);
  const writer = connect();
  const readers = Array.from({ length: READERS }, connect);
  await writer.command({ query: 'CREATE DATABASE IF NOT EXISTS fenghuo' });
  await writer.command({ query: 'SELECT 1', clickhouse_settings: { max_threads: 2, output_format_json_quote_64bit_integers: 0 } });
  for (const reader of readers) {
    await reader.command({ query: 'USE fenghuo' });
    await reader.command({ query: 'SELECT 1', clickhouse_settings: READER });
  }
  return {
    writer, readers,
    close: async () => {
      for (const reader of readers) await reader.close();
      await writer.close();
      session.close();
    },
  };
}
