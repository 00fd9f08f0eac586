import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aggregateSql, type DIMENSIONS } from '../../processors/sink/aggregates.ts';
import { openChdb, type ChdbEngine } from '../../processors/sink/chdb.ts';
import { createGuard, type Guard } from '../../processors/sink/guard.ts';
import { rollUp } from '../../processors/sink/rollup.ts';
import { createSink } from '../../processors/sink/sink.ts';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { PUBLISHED } from '../../processors/sink/tables.ts';
import { drain, newFolder, newLog, remove, select } from './fixture.ts';
import * as sample from './samples.ts';

const folder = newFolder();
const outfile = join(folder, 'out.csv');
let engine: ChdbEngine;
let reader: ClickHouseClient;
let guard: Guard;

beforeAll(async () => {
  engine = await openChdb(join(folder, 'store'));
  reader = engine.readers[0] as ClickHouseClient;
  await migrate(engine);
  await migrate(engine);
  guard = await createGuard(engine.writer, PUBLISHED);
  const log = await newLog(folder, () => sample.AT);
  const fact = (n: number, over: Parameters<typeof sample.fact>[1]) => sample.entry('fact', sample.fact(n, over), n);
  await log.append('facts.v1', 0, [fact(0, {}), fact(1, { zone: '4403', eventTime: sample.AT + 3_600_000 }), fact(2, { sign: -1 }), fact(3, { amount: 1 }), fact(4, { kind: 'payment' })]);
  await log.append('alerts.transaction.v1', 0, [sample.entry('alert', sample.alert(0), 0)]);
  await drain(createSink({ log, store: clickHouseTables([engine]), report: () => undefined }));
});
afterAll(async () => {
  await engine.close();
  remove(folder);
});

describe('a user may read the published tables', () => {
  test.each<[string, Record<string, unknown>?]>([
    ['SELECT zone, count() AS orders FROM orders GROUP BY zone ORDER BY orders DESC LIMIT 10'.replaceAll('zone', 'platformCode')],
    ['SELECT ruleId, grade, count() FROM alert_revisions GROUP BY ALL'],
    ['with t as (select zone, sumIf(amount, sign > 0) as a from fenghuo.facts group by zone) select * from t join levels l on t.zone = l.zone order by a desc'],
    ["select * from (select orderKey from matches where has(codes, 'AMOUNT_DIFF') and state in ('MISMATCHED', 'EXPIRED')) as bad left join orders using orderKey"],
    ['select arrayMap((n, q) -> concat(n, toString(q)), `lines.name`, `lines.quantity`) from orders where orderKey = {key:String}', { key: "x'y" }],
    ['select name, q from orders array join `lines.name` as name, `lines.quantity` as q'],
    ['select toStartOfFiveMinutes(eventTime) t, quantile(0.99)(paid), uniqExact(buyerIdToken), case when paid > 5 then 1 else 0 end c from orders where eventTime > now() - interval 1 day group by t, c having count() > 0'],
    ['select case zone when \'a\' then 1 else 2 end, cast(amount as String), amount::Float64, if(sign = 1, null, \'settings; \' ), row_number() over (partition by zone order by eventTime) from facts'.replace('; ', ' ')],
    ['(select zone from facts) union all (select zone from levels)'],
    ['select count() from facts where zone in (select zone from levels) and exists (select 1 from orders)'],
    ['select max(at) from tallies where at between today() - 1 and now() and rule like \'%format%\' and extract(rule, \'a\') = \'\''],
    ['select * except (evidence) from alert_revisions limit 1 by alertId'], ['with recursive n as (select 1 as x union all select x + 1 from n where x < 3) select * from n, (select 2 as y) as b'], ['SHOW TABLES'], ['DESCRIBE TABLE facts_hourly'],
  ])('%s', async (sql, params = {}) => {
    await guard.check(sql, params, reader);
    await select(reader, sql, params);
  });
});

describe('a user reaches nothing else', () => {
  test.each([
    "SELECT file('/etc/hostname')", "SELECT * FROM file('/etc/hostname', 'LineAsString')", "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", "SELECT * FROM s3('http://127.0.0.1:1/b', 'CSV')",
    "SELECT * FROM remote('127.0.0.1', system.one)", "SELECT * FROM executable('id', 'TSV', 'a String')", "SELECT * FROM merge('system', 'tables')", 'SELECT * FROM system.settings', 'SELECT * FROM `system`.`settings`',
    'SELECT * FROM information_schema.tables', 'SELECT 1 WHERE 1 IN system.one', 'SELECT 1 WHERE 1 IN (system.one)', 'SELECT * FROM (SELECT * FROM system.one) AS orders', 'WITH orders AS (SELECT * FROM system.one) SELECT * FROM orders',
    'SELECT * FROM view(SELECT * FROM system.one)', 'SELECT * FROM (EXPLAIN SELECT 1)', 'SELECT 1; SELECT * FROM system.one', 'SELECT 1; DROP TABLE fenghuo.orders', `SELECT 1 INTO OUTFILE '${outfile}'`,
    `SELECT 1 INTO/**/OUTFILE '${outfile}'`, "SELECT columns('orderKey') APPLY(file) FROM orders", "SELECT * APPLY file FROM orders", 'DROP TABLE fenghuo.orders',
    'INSERT INTO fenghuo.levels (zone) VALUES (1)', "INSERT INTO FUNCTION file('x.csv') SELECT 1", 'ALTER TABLE fenghuo.orders DELETE WHERE 1', 'SET readonly = 0', 'SYSTEM SHUTDOWN', "ATTACH DATABASE x", 'SELECT sleep(3)',
    "SELECT getSetting('max_threads')", "SELECT dictGet('a', 'b', 1)", "SELECT joinGet('a', 'b', 1)", "SELECT getServerSetting('path')", 'SELECT * FROM facts_hourly_next', "SELECT * FROM '/etc/hostname'",
    'SELECT * FROM {t:Identifier}', 'SELECT hostName()', "SELECT aiGenerate('x')", "SELECT hasColumnInTable('system', 'tables', 'name')", 'DESCRIBE TABLE system.one', 'SHOW TABLES FROM system', "SELECT 'a' AS system, system.one.dummy FROM system.one",
    "SELECT * FROM fenghuo.orders AS a, (SELECT * FROM system.one) AS b", 'SELECT * FROM system.one AS one', 'SELECT 1 AS x, (SELECT count() FROM system.tables AS x)', "SELECT * FROM loop(system.one)", 'SELECT * FROM dictionary(a)',
    "SELECT 1 AS tables FROM system.tables", 'WITH system AS (SELECT 1) SELECT * FROM system.tables',
  ])('%s', async (sql) => {
    await expect(guard.check(sql, { t: 'system.one' }, reader)).rejects.toThrow(/is refused: it uses|Syntax error/);
    expect(existsSync(outfile)).toBe(false);
  });

  test('the connection itself writes nothing and keeps its limits', async () => {
    for (const sql of ['CREATE TABLE fenghuo.x (a Int8) ENGINE = Memory', 'DROP TABLE fenghuo.orders', 'SET readonly = 0', 'SET max_execution_time = 0']) await expect(reader.command({ query: sql }), sql).rejects.toThrow(/readonly/);
    for (const sql of ['SELECT 1 SETTINGS max_execution_time = 0', 'SELECT 1 FORMAT CSV', "SELECT * FROM '/etc/hostname'", 'SELECT 1) UNION ALL (SELECT 2']) await expect(select(reader, sql), sql).rejects.toThrow();
    await expect(select(reader, 'SELECT number FROM numbers(200000)')).rejects.toThrow(/max rows/);
  });
});

describe('sums', () => {
  test('by every dimension, minute and hour', async () => {
    const ask = async (by: (typeof DIMENSIONS)[number], bucket: 'minute' | 'hour') => {
      const { sql, params } = aggregateSql({ by, bucket, from: sample.AT, to: sample.AT + 7_200_000 });
      await guard.check(sql, params, reader);
      return select(reader, sql, params);
    };
    expect(await ask('zone', 'hour')).toEqual([
      { bucket: '2026-11-23 06:00:00', zone: '3301', documents: 1, amount: 0.00001, quantity: 2, weight: 0.9 },
      { bucket: '2026-11-23 07:00:00', zone: '4403', documents: 1, amount: 123.45678, quantity: 2, weight: 0.9 }]);
    for (const by of ['platform', 'country', 'hs4'] as const) expect(await ask(by, 'minute'), by).toHaveLength(2);
    expect(await ask('category', 'minute')).toEqual([{ bucket: '2026-11-23 06:30:00', category: 'transaction', raised: 1, escalated: 0, red: 1, alerts: 1 }]);
  });

  test('hourly sums hold closed hours only, and computing them again changes nothing', async () => {
    const all = 'SELECT hour, kind, zone, documents, amount FROM fenghuo.facts_hourly ORDER BY ALL';
    expect(await rollUp(engine, sample.AT + 3_600_000)).toEqual(['20261123']);
    const first = [{ hour: '2026-11-23 06:00:00', kind: 'order', zone: '3301', documents: 1, amount: 0.00001 }, { hour: '2026-11-23 06:00:00', kind: 'payment', zone: '3301', documents: 1, amount: 123.45678 }];
    expect(await select(reader, all)).toEqual(first);
    await rollUp(engine, sample.AT + 3_600_000);
    expect(await select(reader, all)).toEqual(first);
    await rollUp(engine, sample.AT + 7_200_000);
    expect(await select(reader, all)).toHaveLength(3);
  });
});
