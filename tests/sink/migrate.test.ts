import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../processors/sink/engine.ts';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { openServer } from '../../processors/sink/server.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../../processors/sink/settings.ts';
import { createSink } from '../../processors/sink/sink.ts';
import { inForm, steps, type Step } from '../../processors/sink/tables.ts';
import { drain, newFolder, newLog, remove, select } from './fixture.ts';
import { startFront, type Front } from './front.ts';
import * as sample from './samples.ts';

const folder = newFolder();
let front: Front;
const engines: Engine[] = [];
const ledger = () => select(front.engine.writer, 'SELECT version, checksum FROM fenghuo.migrations FINAL ORDER BY version');
const ran = (words: string) => front.requests.filter(({ sql }) => sql.includes(words)).length;

const today = steps();
const next = (sql: string): Step => steps([`-- version ${today.length + 1}\n${sql}`, ...today.slice(1).map(({ version }) => `-- version ${version}\nCREATE TABLE IF NOT EXISTS a;`)]).at(-1) as Step;
const tomorrow = [...today, next("ALTER TABLE fenghuo.facts ADD COLUMN IF NOT EXISTS carrier LowCardinality(String) DEFAULT 'unsaid', ADD COLUMN IF NOT EXISTS share Decimal(19, 5) AFTER carrier;\nCREATE TABLE IF NOT EXISTS fenghuo.carriers (code String) ENGINE = MergeTree ORDER BY code;")];

async function server(): Promise<Engine> {
  const [engine] = await openServer(clickHouseSettings({ CLICKHOUSE_URL: front.url }, []) as ClickHouseSettings);
  engines.push(engine as Engine);
  return engine as Engine;
}

beforeAll(async () => { front = await startFront({ folder: join(folder, 'store') }); });
beforeEach(async () => {
  front.fault = () => undefined;
  front.requests.length = 0;
  await front.engine.writer.command({ query: 'DROP DATABASE IF EXISTS fenghuo SYNC' });
});
afterAll(async () => {
  for (const engine of engines) await engine.close();
  await front.close();
  remove(folder);
});

test('a version is applied once, and noted', async () => {
  const engine = await server();
  expect(await migrate(engine)).toBe(today.length);
  expect(await ledger()).toEqual(today.map(({ version, checksum }) => ({ version, checksum })));
  front.requests.length = 0;
  await migrate(engine);
  expect(ran('fenghuo.orders (')).toBe(0);
});

test('beside a sink of the version before: it goes on, and what it writes has the new columns\' defaults', async () => {
  const engine = await server();
  await migrate(engine);
  const log = await newLog(join(folder, 'log'), () => sample.AT);
  const old = createSink({ log, store: clickHouseTables([engine]), report: () => undefined, flushMs: 5 });
  await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(0), 0)]);
  await old.start();
  await migrate(await server(), tomorrow);
  await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(1), 1)]);
  while ((await old.lag())['facts.v1'] !== 0) await sleep(10);
  await old.stop();
  expect(old.counts()).toMatchObject({ rows: 2, retries: 0 });
  expect(await select(front.engine.writer, 'SELECT logOffset, carrier, toString(share) AS share FROM fenghuo.facts ORDER BY logOffset')).toEqual([{ logOffset: 0, carrier: 'unsaid', share: '0' }, { logOffset: 1, carrier: 'unsaid', share: '0' }]);
  await drain(createSink({ log, store: clickHouseTables([engine]), report: () => undefined }));
  await log.close();
});

test('of two migrators at once one does the work; one that was stopped on its way is done again', async () => {
  const [a, b] = [await server(), await server()];
  await Promise.all([migrate(a, tomorrow), migrate(b, tomorrow)]);
  expect(ran('ADD COLUMN IF NOT EXISTS carrier')).toBe(1);
  expect(ran('CREATE TABLE fenghuo.migrating')).toBeGreaterThanOrEqual(2);
  expect(await ledger()).toHaveLength(tomorrow.length);

  const later = [...tomorrow, { ...next('ALTER TABLE fenghuo.facts ADD COLUMN IF NOT EXISTS more UInt8;\nALTER TABLE fenghuo.facts ADD COLUMN IF NOT EXISTS most UInt8;'), version: tomorrow.length + 1 }];
  front.fault = ({ sql }) => (sql.includes(' most UInt8') ? 'cut-before' : undefined);
  await expect(migrate(a, later)).rejects.toThrow(/does not answer/);
  expect(await ledger()).toHaveLength(tomorrow.length);
  front.fault = () => undefined;
  await migrate(b, later);
  expect(await ledger()).toHaveLength(later.length);
});

test('a lock that a killed migrator left is waited for, then broken', async () => {
  const engine = await server();
  await migrate(engine);
  await engine.command('CREATE TABLE fenghuo.migrating (at UInt8) ENGINE = Memory');
  await migrate(engine, tomorrow, 1);
  expect(await ledger()).toHaveLength(tomorrow.length);
  expect(await select(front.engine.writer, "SELECT count() AS n FROM system.tables WHERE database = 'fenghuo' AND name = 'migrating'")).toEqual([{ n: 0 }]);
});

describe('what cannot be right is refused', () => {
  test('tables newer than the program', async () => {
    const engine = await server();
    await migrate(engine, tomorrow);
    await expect(migrate(engine)).rejects.toThrow(new RegExp(`tables are of version ${tomorrow.length}, this program knows versions up to ${today.length}\\. .* Next: run that version or a later one`));
  });

  test('a version that was changed after it had been applied', async () => {
    const engine = await server();
    await migrate(engine, tomorrow);
    await expect(migrate(engine, [...today, next('ALTER TABLE fenghuo.facts ADD COLUMN IF NOT EXISTS another UInt8;')])).rejects.toThrow(/was applied with checksum \w{16}, this program's has \w{16}.*add a version/);
  });

  test.each(['ALTER TABLE fenghuo.facts DROP COLUMN zone', 'ALTER TABLE fenghuo.facts ADD COLUMN IF NOT EXISTS a UInt8, DROP COLUMN zone', 'ALTER TABLE fenghuo.facts MODIFY COLUMN zone String', 'ALTER TABLE fenghuo.facts ADD COLUMN zone2 String',
    'DROP TABLE fenghuo.facts', 'TRUNCATE TABLE fenghuo.facts', 'CREATE TABLE fenghuo.x (a UInt8) ENGINE = MergeTree ORDER BY a', 'INSERT INTO fenghuo.facts SELECT * FROM fenghuo.facts'])('a step that would disturb others: %s', (sql) => {
    expect(() => next(sql)).toThrow(/Expected CREATE TABLE IF NOT EXISTS, or ALTER TABLE/);
  });

  test('a gap in the numbers', () => {
    expect(() => steps(['-- version 3\nCREATE TABLE IF NOT EXISTS fenghuo.a (b UInt8) ENGINE = MergeTree ORDER BY b;'])).toThrow(/version 3 follows version 1; expected version 2/);
  });
});

test('in a cluster a column goes to both tables, an index to the local one', () => {
  expect(inForm('ALTER TABLE fenghuo.facts ADD COLUMN IF NOT EXISTS a Decimal(19, 5) AFTER b, ADD INDEX IF NOT EXISTS i a TYPE minmax', 'c')).toEqual([
    "ALTER TABLE fenghuo.facts_local ON CLUSTER 'c' ADD COLUMN IF NOT EXISTS a Decimal(19, 5) AFTER b, ADD INDEX IF NOT EXISTS i a TYPE minmax", "ALTER TABLE fenghuo.facts ON CLUSTER 'c' ADD COLUMN IF NOT EXISTS a Decimal(19, 5) AFTER b"]);
});
