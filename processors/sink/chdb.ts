/** ClickHouse inside this process, in one folder. chDB binds one folder per process, and one process per folder. */
import { closeSync, openSync, rmSync, writevSync } from 'node:fs';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { Session } from 'chdb';
import { createChdbConnection } from 'chdb/connection';
import { INSERT, insertSql, quoted, type Engine } from './engine.ts';
import { block } from './native.ts';
import { READER } from './reading.ts';
import type { Piece } from './table-store.ts';

/** The engine shares two cores and the memory with the pipeline. */
const ENGINE = ['--max_server_memory_usage=1500000000', '--mark_cache_size=67108864', '--primary_index_cache_size=67108864', '--background_pool_size=2',
  '--background_schedule_pool_size=2', '--max_thread_pool_size=64'];

const READERS = 4;
const SETTINGS = Object.entries(INSERT).map(([name, value]) => `${name} = ${value}`).join(', ');

export interface ChdbEngine extends Engine {
  /** Writes and changes tables. */
  writer: ClickHouseClient;
  /** Read-only for good: settings of a chDB connection stick to it. Several, because a connection runs one query at a time. */
  readers: ClickHouseClient[];
}

/** `scratch`: a file that may be written over: rows on their way, since a statement carries text only. `more`: further arguments of ClickHouse. */
export async function openChdb(folder: string, scratch = `${folder}.rows`, more: string[] = []): Promise<ChdbEngine> {
  const session = new Session(folder, { connectionArgs: [...ENGINE, ...more] });
  const connect = () => createClient({ connection: createChdbConnection({ path: folder }) } as Parameters<typeof createClient>[0]);
  const writer = connect();
  const readers = Array.from({ length: READERS }, connect);
  await writer.command({ query: 'CREATE DATABASE IF NOT EXISTS fenghuo' });
  await writer.command({ query: 'SELECT 1', clickhouse_settings: { max_threads: 2, output_format_json_quote_64bit_integers: 0 } });
  for (const reader of readers) {
    await reader.command({ query: 'USE fenghuo' });
    await reader.command({ query: 'SELECT 1', clickhouse_settings: READER });
  }
  /** There is one scratch file. */
  let inserting: Promise<unknown> = Promise.resolve();
  async function insert(name: string, piece: Piece): Promise<void> {
    try {
      write(scratch, block(piece.columns, piece.rows));
      await writer.command({ query: `${insertSql(name, piece, (structure) => `file(${quoted(scratch)}, 'Native', ${structure})`)} SETTINGS ${SETTINGS}` });
    } finally {
      rmSync(scratch, { force: true });
    }
  }
  return {
    writer, readers, cluster: '', owner: '',
    read: async <T>(query: string) => (await writer.query({ query, format: 'JSONEachRow' })).json<T>() as Promise<T[]>,
    command: async (query) => { await writer.command({ query }); },
    insert(name, piece) {
      const next = inserting.then(() => insert(name, piece));
      inserting = next.catch(() => undefined);
      return next;
    },
    claim: async () => undefined,
    close: async () => {
      for (const reader of readers) await reader.close();
      await writer.close();
      session.close();
    },
  };
}

function write(file: string, buffers: Buffer[]): void {
  const to = openSync(file, 'w', 0o600);
  try {
    const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    const written = writevSync(to, buffers);
    if (written !== length) throw new Error(`only ${written} of ${length} bytes fitted in ${file}. Likely NOT_ENOUGH_SPACE on its disk. Next: free space there`);
  } finally {
    closeSync(to);
  }
}
