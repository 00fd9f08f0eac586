/**
 * The tables as schemas/tables defines them, for one server or for a cluster. In a cluster the rows of a table lie in `NAME_local`, replicated within its shard, and `NAME` reads all shards.
 * Not run here for want of ZooKeeper and several servers: Replicated engines and ON CLUSTER (ClickHouse's parser takes them; tests/sink/cluster.test.ts).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Engine } from './engine.ts';
import { TABLES } from './rows.ts';

const folder = new URL('../../schemas/tables/', import.meta.url);

/** Tables that `POST /v1/query` may read. */
export const PUBLISHED: readonly string[] = [...TABLES.map((t) => t.name), 'facts_hourly', 'positions', 'retention', 'migrations', 'owners'];

/** What brings the tables from the version before to this one. Each statement may run again. */
export interface Step { version: number; statements: string[]; checksum: string }

/** Beside CREATE TABLE, what a later version may do to a table that a running sink writes to. */
const ADDITIVE = /^(CREATE TABLE IF NOT EXISTS |ALTER TABLE fenghuo\.\w+ (ADD (COLUMN|INDEX) IF NOT EXISTS [^,]+(\([^()]*\)[^,]*)*(, )?)+$)/;

/**
 * Version 1 is the tables themselves. A file's later statements stand below a line `-- version N`, beside the definition, which has the new columns already: a fresh store makes the newest
 * shape at once. So the checksum of version 1 leaves the columns out, which `migrate` compares one by one.
 */
export function steps(texts: readonly string[] = files()): Step[] {
  const found = new Map<number, string[]>();
  for (const text of texts) {
    const parts = ['1', ...text.split(/^-- version (\d+).*$/m)];
    for (let at = 0; at < parts.length; at += 2) {
      const version = Number(parts[at]);
      found.set(version, [...(found.get(version) ?? []), ...statementsOf(parts[at + 1] as string)]);
    }
  }
  const versions = [...found.keys()].sort((a, b) => a - b);
  return versions.map((version, i) => {
    if (version !== i + 1) throw new Error(`schemas/tables: version ${version} follows version ${i}; expected version ${i + 1}`);
    const statements = found.get(version) as string[];
    const other = version === 1 ? undefined : statements.find((statement) => !ADDITIVE.test(statement));
    if (other) throw new Error(`schemas/tables: version ${version} would do \`${other.slice(0, 100)}\`. Expected CREATE TABLE IF NOT EXISTS, or ALTER TABLE … ADD COLUMN IF NOT EXISTS only: sinks of the version before go on inserting.`);
    const told = version === 1 ? statements.map((statement) => statement.replace(/^(CREATE TABLE IF NOT EXISTS \S+) .*$/, '$1')) : statements;
    return { version, statements, checksum: createHash('sha256').update(told.join('\n')).digest('hex').slice(0, 16) };
  });
}

function files(): string[] {
  const shared = (name: string) => statementsOf(readFileSync(new URL(`shared/${name}.sql`, folder), 'utf8'))[0] as string;
  const [source, envelope] = [shared('source'), shared('envelope')];
  return readdirSync(folder).filter((file) => file.endsWith('.sql')).sort().map((file) => readFileSync(new URL(file, folder), 'utf8').replace('{source}', source).replace('{envelope}', envelope));
}

const statementsOf = (text: string): string[] => text.replace(/^\s*--.*$/gm, '').split(';').map((statement) => statement.trim().replace(/\s+/g, ' ')).filter((statement) => statement !== '');

/** What a table is called where its rows lie. */
export const localName = (table: string, cluster: string): string => `fenghuo.${table}${cluster === '' || SCRATCH.test(table) ? '' : '_local'}`;
/** Tables where something is worked out before it is put in place: of one server alone. */
const SCRATCH = /_next/;

const CREATE = /^CREATE TABLE IF NOT EXISTS fenghuo\.(\w+) (\(.*\)) ENGINE = (\w*MergeTree)(?:\((\w+)\))? (.*)$/;
const ALTER = /^ALTER TABLE fenghuo\.(\w+) (.*)$/;

/** A statement of schemas/tables for this cluster; '' = one server, where it stands as it is. */
export function inForm(statement: string, cluster: string): string[] {
  if (cluster === '') return [statement];
  const [, altered, change = ''] = ALTER.exec(statement) ?? [];
  if (altered) {
    // Distributed tables have columns, and no indexes.
    const columns = change.split(/, (?=ADD )/).filter((part) => part.startsWith('ADD COLUMN')).join(', ');
    return [`ALTER TABLE ${localName(altered, cluster)} ON CLUSTER '${cluster}' ${change}`, ...(columns === '' ? [] : [`ALTER TABLE fenghuo.${altered} ON CLUSTER '${cluster}' ${columns}`])];
  }
  const [, name, columns, engine, version, rest] = CREATE.exec(statement) ?? [];
  // What fills a table of an earlier build: clusters are younger.
  if (!name) return [];
  if (SCRATCH.test(name)) return [`CREATE TABLE IF NOT EXISTS fenghuo.${name} ON CLUSTER '${cluster}' ${columns} ENGINE = ${engine} ${rest}`];
  const replicated = `Replicated${engine}('/clickhouse/tables/{shard}/fenghuo/${name}', '{replica}'${version ? `, ${version}` : ''})`;
  return [
    `CREATE TABLE IF NOT EXISTS ${localName(name, cluster)} ON CLUSTER '${cluster}' ${columns} ENGINE = ${replicated} ${(rest as string).replace('non_replicated_deduplication_window', 'replicated_deduplication_window')}`,
    `CREATE TABLE IF NOT EXISTS fenghuo.${name} ON CLUSTER '${cluster}' AS ${localName(name, cluster)} ENGINE = Distributed('${cluster}', 'fenghuo', '${name}_local')`,
  ];
}

/** Columns of each table with their types, as the store has them. */
export async function columnTypes(engine: Pick<Engine, 'read'>): Promise<Map<string, Map<string, string>>> {
  const types = new Map<string, Map<string, string>>();
  for (const { table, name, type } of await engine.read<{ table: string; name: string; type: string }>("SELECT table, name, type FROM system.columns WHERE database = 'fenghuo'")) {
    const columns = types.get(table) ?? new Map<string, string>();
    types.set(table, columns.set(name, type));
  }
  return types;
}
