/** Answers questions to the tables: within limits, read-only, and a user's SQL only after the guard. */
import type { ClickHouseClient } from '@clickhouse/client';
import type { Guard } from './guard.ts';

/** Limits of every query of a reading connection. `readonly` stands last: after it no setting can be changed, by us or by a user's SQL. */
export const READER = { final: 1, max_threads: 2, max_memory_usage: '1000000000', max_execution_time: 15, max_result_rows: '100000', max_result_bytes: '67108864', result_overflow_mode: 'throw',
  max_ast_elements: '10000', max_query_size: '262144', output_format_json_quote_64bit_integers: 0, readonly: '1' } as const;

const DEFAULT_ROWS = 100_000;

export interface Question { sql: string; params: Record<string, unknown>; byUser: boolean; maxRows?: number; signal?: AbortSignal }

/** As a JSON array. The text of ClickHouse is passed on without being read. */
export async function readRows(guard: Guard, client: ClickHouseClient, { sql, params, byUser, maxRows = DEFAULT_ROWS, signal }: Question): Promise<string> {
  if (byUser) await guard.check(sql, params, client);
  const result = await client.query({ query: sql, query_params: params, format: 'JSONEachRow', abort_signal: signal });
  const lines = (await result.text()).split('\n').filter((line) => line !== '');
  if (lines.length > maxRows) throw new Error(`the query gives ${lines.length} rows, at most ${maxRows} are taken. Next: add LIMIT, or aggregate.`);
  return `[${lines.join(',')}]`;
}
