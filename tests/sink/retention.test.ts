import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChdb, type ChdbEngine } from '../../processors/sink/chdb.ts';
import { factsKeptFrom, retain } from '../../processors/sink/retention.ts';
import { rollUp } from '../../processors/sink/rollup.ts';
import { createSink } from '../../processors/sink/sink.ts';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import type { EmbeddedLog } from '../../streams/embedded/log.ts';
import { drain, newFolder, newLog, remove, select } from './fixture.ts';
import * as sample from './samples.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20, 12);
const folder = newFolder();
let now = START;
let engine: ChdbEngine;
let log: EmbeddedLog;

beforeAll(async () => {
  engine = await openChdb(join(folder, 'store'));
  await migrate(engine);
  log = await newLog(folder, () => now);
});
afterAll(async () => {
  await engine.close();
  await log.close();
  remove(folder);
});
const sink = () => createSink({ log, store: clickHouseTables([engine]), report: () => undefined });
const days = async (table: string) => (await select<{ day: string }>(engine.writer, `SELECT DISTINCT toString(toYYYYMMDD(appendedAt)) AS day FROM fenghuo.${table} ORDER BY day`)).map(({ day }) => day);
const sums = () => select(engine.writer, 'SELECT toString(hour) AS hour, sum(documents) AS n FROM fenghuo.facts_hourly GROUP BY hour ORDER BY hour');

test('over its bytes the oldest days go, after their sums were made; the newest rows of each source stay, and the sink goes on without a gap', async () => {
  for (let day = 0; day < 5; day++) {
    now = START + day * DAY;
    await log.append('facts.v1', 0, Array.from({ length: 50 }, (_, i) => sample.entry('fact', sample.fact(i, { eventTime: now }), day * 100 + i)));
    // A source that falls silent after the first day, and one after the second.
    if (day === 0) await log.append('levels.v1', 0, [sample.entry('level', sample.level, 1)]);
    if (day === 1) await log.append('facts.v1', 1, [sample.entry('fact', sample.fact(1, { eventTime: now }), 1, { partition: 1 })]);
    await drain(sink());
  }
  await rollUp(engine, now);
  const before = await sums();
  expect(before).toHaveLength(4); // the open hour is not among them
  const { bytes } = await retain(engine, 1e12, now);
  expect((await retain(engine, bytes, now)).dropped).toEqual([]);

  expect((await retain(engine, bytes - 1, now)).dropped).toEqual([{ table: 'facts', partition: '20261120' }]);
  const { dropped, over } = await retain(engine, 1, now);
  expect(dropped).toEqual([{ table: 'facts', partition: '20261122' }, { table: 'facts', partition: '20261123' }]);
  expect(over).toBe(true);
  expect(await days('facts')).toEqual(['20261121', '20261124']);
  expect(await days('levels')).toEqual(['20261120']);
  expect(await select(engine.writer, 'SELECT name, toString(keptFrom) AS keptFrom FROM fenghuo.retention FINAL')).toEqual([{ name: 'facts', keptFrom: '2026-11-24 00:00:00' }]);

  // A late fact of a day whose rows are gone does not undo its sums.
  now += 1_000;
  await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(99, { eventTime: START }), 900)]);
  const last = sink();
  await drain(last);
  expect(last.counts()).toMatchObject({ rows: 1, repeats: 0 });
  await rollUp(engine, now + 2 * 3_600_000, await factsKeptFrom(engine));
  expect((await sums()).slice(0, 4)).toEqual(before);
});
