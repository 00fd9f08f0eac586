/** Brings the store's tables to the shape that this version writes. Each statement of schemas/tables may run again. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { TABLES } from './rows.ts';

const folder = new URL('../../schemas/tables/', import.meta.url);

/** Tables that `POST /v1/query` may read. */
export const PUBLISHED: readonly string[] = [...TABLES.map((t) => t.name), 'facts_hourly', 'positions', 'retention'];

export function statements(): string[] {
  return readdirSync(folder).filter((file) => file.endsWith('.sql')).sort().flatMap((file) => readFileSync(new URL(file, folder), 'utf8')
    .replace(/^\s*--.*$/gm, '').split(';').map((statement) => statement.trim()).filter((statement) => statement !== ''));
}

export async function migrate(client: ClickHouseClient): Promise<void> {
  await client.command({ query: 'CREATE DATABASE IF NOT EXISTS fenghuo' });
  for (const query of statements()) await client.command({ query });
  const stored = await columnTypes(client);
  for (const { name, columns } of TABLES) {
    const missing = columns.filter((column) => !stored.get(name)?.has(column));
    if (missing.length > 0) {
      throw new Error(`table fenghuo.${name} lacks the columns ${missing.join(', ')}: it was made by another version of Fenghuo. Expected what schemas/tables/${name}.sql says. `
        + 'Next: run the version that made it, or move the store folder away; the store is then filled again from the log.');
    }
  }
}

/** Columns of each table with their types, as the store has them. */
export async function columnTypes(client: ClickHouseClient): Promise<Map<string, Map<string, string>>> {
  const result = await client.query({ query: "SELECT table, name, type FROM system.columns WHERE database = 'fenghuo'", format: 'JSONEachRow' });
  const types = new Map<string, Map<string, string>>();
  for (const { table, name, type } of await result.json<{ table: string; name: string; type: string }>()) {
    const columns = types.get(table) ?? new Map<string, string>();
    types.set(table, columns.set(name, type));
  }
  return types;
}
