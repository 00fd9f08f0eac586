/** The cluster's form: its statements as ClickHouse parses them, Distributed tables over one shard, two shards that share the partitions. What needs ZooKeeper does not run here. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { aggregateSql } from '../../processors/sink/aggregates.ts';
import { factsKeptFrom, retain } from '../../processors/sink/retention.ts';
import { rollUp } from '../../processors/sink/rollup.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import { openServer } from '../../processors/sink/server.ts';
import { serverStore, type ServerStore } from '../../processors/sink/server-store.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../../processors/sink/settings.ts';
import { statsSql } from '../../processors/sink/stats.ts';
import { inForm, steps } from '../../processors/sink/tables.ts';
import type { EmbeddedLog } from '../../streams/embedded/log.ts';
import { clusterConfig } from './cluster-config.ts';
import { drain, newFolder, newLog, remove, select } from './fixture.ts';
import { startFront, type Front } from './front.ts';
import * as sample from './samples.ts';

const folder = newFolder();
let front: Front;
let other: ChildProcess;
let otherUrl: string;
let second: ClickHouseClient;
let log: EmbeddedLog;
let now = sample.AT;
const open: ServerStore[] = [];

const settingsFor = (cluster: string, ...urls: string[]): ClickHouseSettings => clickHouseSettings({ CLICKHOUSE_URL: urls.join(','), CLICKHOUSE_CLUSTER: cluster }, []) as ClickHouseSettings;
function storeOn(settings: ClickHouseSettings): ServerStore {
  const made = serverStore({ settings, log, report: () => undefined, sink: { flushMs: 5 } });
  open.push(made);
  return made;
}

beforeAll(async () => {
  other = fork(join(import.meta.dirname, 'front-process.ts'), [join(folder, 'second'), '1'], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  front = await startFront({ folder: join(folder, 'first'), engineArguments: clusterConfig(join(folder, 'first'), 0) });
  [otherUrl] = await once(other, 'message') as [string];
  second = createClient({ url: otherUrl, clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } });
});
let logs = 0;
async function newRun(): Promise<void> {
  log = await newLog(join(folder, `log-${++logs}`), () => now);
  for (const client of [front.engine.writer, second]) await client.command({ query: 'DROP DATABASE IF EXISTS fenghuo SYNC' });
}
afterEach(async () => {
  for (const { store, sink } of open.splice(0)) {
    await sink.stop().catch(() => undefined);
    await store.stop();
  }
  await log?.close();
});
afterAll(async () => {
  await second.close();
  other.kill('SIGKILL');
  await front.close();
  remove(folder);
});

test('ClickHouse parses every statement of a cluster', async () => {
  await newRun();
  const all = steps().flatMap(({ statements }) => statements.flatMap((statement) => inForm(statement, 'c-1.x')));
  expect(all.filter((sql) => sql.includes('Distributed('))).toHaveLength(TABLES.length + 5); // hourly sums, positions, retention, owners, migrations
  expect(all.filter((sql) => !sql.includes(" ON CLUSTER 'c-1.x'"))).toEqual([]);
  const replacing = all.find((sql) => sql.includes('fenghuo.orders_local'));
  expect(replacing).toMatch(/ENGINE = ReplicatedReplacingMergeTree\('\/clickhouse\/tables\/\{shard\}\/fenghuo\/orders', '\{replica\}', precedence\) PARTITION BY toYYYYMMDD\(appendedAt\) .* replicated_deduplication_window = 0/);
  const others = ["KILL QUERY ON CLUSTER 'c' WHERE startsWith(query_id, 'a') SYNC", 'SYSTEM SYNC REPLICA fenghuo.orders_local LIGHTWEIGHT', 'SELECT max(token) FROM fenghuo.owners_local SETTINGS select_sequential_consistency = 1',
    "CREATE TABLE fenghuo.migrating ON CLUSTER 'c' (at UInt8) ENGINE = Memory COMMENT 'x'", "DROP TABLE IF EXISTS fenghuo.migrating ON CLUSTER 'c' SYNC", "CREATE DATABASE IF NOT EXISTS fenghuo ON CLUSTER 'c'"];
  for (const sql of [...all, ...others]) expect(await text((await front.engine.writer.exec({ query: `EXPLAIN AST ${sql}` })).stream), sql).toMatch(/Query|SYSTEM/);
});

describe('one shard', () => {
  test('rows lie in local tables, the gateway reads the distributed ones; sums, retention and hourly sums are as on one server', async () => {
    await newRun();
    const settings = settingsFor('one', front.url);
    const { store, sink } = storeOn(settings);
    for (let day = 0; day < 3; day++) {
      now = sample.AT + day * 86_400_000;
      await log.append('facts.v1', 0, Array.from({ length: 20 }, (_, i) => sample.entry('fact', sample.fact(i, { eventTime: now }), day * 100 + i)));
    }
    await log.append('alerts.transaction.v1', 0, [1, 2].map((revision) => sample.entry('alert', sample.alert(1, { revision, change: revision === 1 ? 'raised' : 'escalated' }), revision)));
    await log.append('levels.v1', 0, ['red', 'blue'].map((grade, i) => sample.entry('level', { ...sample.level, grade }, i)));
    await log.append('journal.v1', 0, [0, 1].map((i) => sample.entry('order', sample.order(1), i)));
    await drain(sink);
    expect(await select(front.engine.writer, 'SELECT count() AS n FROM fenghuo.facts_local')).toEqual([{ n: 60 }]);
    expect(await store.query('SELECT count() AS n FROM facts', {}, { readonly: true })).toEqual([{ n: 60 }]);
    expect(await store.query('SELECT grade FROM levels_now', {}, { readonly: true })).toEqual([{ grade: 'blue' }]);
    expect(await store.query('SELECT logOffset FROM orders', {}, { readonly: true })).toEqual([{ logOffset: 0 }]);
    // The latest revision of each: a subquery over all shards within a query over all shards.
    expect(await store.query('SELECT revision FROM alert_revisions WHERE (alertId, revision) IN (SELECT alertId, max(revision) FROM alert_revisions GROUP BY alertId)', {}, { readonly: true })).toEqual([{ revision: 2 }]);
    const zones = aggregateSql({ by: 'zone', bucket: 'hour', from: sample.AT, to: sample.AT + 3_600_000 });
    expect(await store.query(zones.sql, zones.params, { readonly: true })).toMatchObject([{ zone: '3301', documents: 20 }]);
    expect(await store.query(statsSql, { since: 0 })).toMatchObject([{ rule: 'transaction/split-orders', alerts: 1, live: 1 }]);

    const [engine] = await openServer(settings);
    if (!engine) throw new Error('no engine');
    const hours = () => store.query('SELECT hour, documents FROM facts_hourly ORDER BY hour', {}, { readonly: true });
    await rollUp(engine, now + 2 * 3_600_000);
    const sums = await hours();
    expect(sums).toHaveLength(3);
    const { dropped } = await retain(engine, 1, now);
    expect(dropped).toEqual([{ table: 'facts', partition: '20261123' }, { table: 'facts', partition: '20261124' }]);
    await rollUp(engine, now + 2 * 3_600_000, await factsKeptFrom(engine));
    expect(await hours()).toEqual(sums);
    expect(await store.query('SELECT name, keptFrom FROM retention', {}, { readonly: true })).toEqual([{ name: 'facts', keptFrom: '2026-11-25 00:00:00' }]);
    await engine.close();
  });

  test('an address that is no replica, and a cluster that is not there, are named', async () => {
    await newRun();
    await expect(openServer(settingsFor('three', front.url))).rejects.toThrow(/knows no cluster three \(CLICKHOUSE_CLUSTER\); it knows one, two/);
    await expect(openServer(settingsFor('two', front.url))).rejects.toThrow(/no address .* is a replica of shard 2 of cluster two/);
  });
});

describe('two shards', () => {
  const facts = (partition: number, from: number, to: number) => log.append('facts.v1', partition, Array.from({ length: to - from }, (_, i) => sample.entry('fact', sample.fact(from + i), from + i, { partition })));
  const count = async (client: ClickHouseClient) => select(client, 'SELECT logPartition AS p, count() AS n, uniqExact(logOffset) AS different FROM fenghuo.facts_local GROUP BY p');

  beforeAll(() => { front.peers = [otherUrl]; });

  test('a partition lies in the shard of its number, whatever the order of the addresses; after one was away it goes on there', async () => {
    await newRun();
    await facts(0, 0, 30);
    await facts(1, 0, 20);
    const { sink } = storeOn(settingsFor('two', otherUrl, front.url));
    await drain(sink);
    expect(await count(front.engine.writer)).toEqual([{ p: 0, n: 30, different: 30 }]);
    expect(await count(second)).toEqual([{ p: 1, n: 20, different: 20 }]);
    await facts(0, 30, 40);
    await facts(1, 20, 40);
    let refused = 0;
    front.fault = ({ sql }) => (sql.includes('FORMAT Native') && refused++ < 2 ? 'unavailable' : undefined);
    await drain(storeOn(settingsFor('two', front.url, otherUrl)).sink);
    front.fault = () => undefined;
    expect(await count(front.engine.writer)).toEqual([{ p: 0, n: 40, different: 40 }]);
    expect(await count(second)).toEqual([{ p: 1, n: 40, different: 40 }]);
  });

  test('a number of shards that has changed is an error, not rows written again', async () => {
    await newRun();
    await facts(0, 0, 3);
    await facts(1, 0, 3);
    await drain(storeOn(settingsFor('one', front.url)).sink);
    await expect(storeOn(settingsFor('two', front.url, otherUrl)).sink.start()).rejects.toThrow(/shard 1 of 2 holds rows of partition 1, which belongs to shard 2.*put them back/);
  });
});
