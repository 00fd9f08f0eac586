import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../streams/log.ts';
import type { EmbeddedLog } from '../../streams/embedded/log.ts';
import { openChdb, type ChdbEngine } from '../../processors/sink/chdb.ts';
import { StoreMismatch } from '../../processors/sink/resume.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import { createSink, type Sink } from '../../processors/sink/sink.ts';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { join } from 'node:path';
import { drain, newFolder, newLog, remove, select } from './fixture.ts';
import * as sample from './samples.ts';
import { storeContract } from './store-contract.ts';

const folder = newFolder();
let engine: ChdbEngine;
let reader: ClickHouseClient;
let log: EmbeddedLog;
let now = sample.AT;
const reports: string[] = [];
const sink = (over: Partial<Parameters<typeof createSink>[0]> = {}): Sink =>
  createSink({ log, store: clickHouseTables([engine]), report: (_, message) => reports.push(message), flushMs: 5, ...over });

beforeAll(async () => {
  engine = await openChdb(join(folder, 'store'));
  reader = engine.readers[0] as ClickHouseClient;
  await migrate(engine);
});
/** Earlier builds did not note their versions. */
async function migrateFromEarlier(): Promise<void> {
  await engine.writer.command({ query: 'DROP TABLE fenghuo.migrations' });
  await migrate(engine);
}
let logs = 0;
beforeEach(async () => {
  for (const name of [...TABLES.map((t) => t.name), 'positions']) await engine.writer.command({ query: `TRUNCATE TABLE fenghuo.${name}` });
  now = sample.AT;
  log = await newLog(join(folder, `log-${++logs}`), () => now);
});
afterAll(async () => {
  await engine.close();
  remove(folder);
});

storeContract('chDB', async () => ({ open: () => clickHouseTables([engine]), fences: false }));

describe('rows', () => {
  test('no row and no hint of how far it is stands in the store before the log has its records on the disk', async () => {
    const store = clickHouseTables([engine]);
    let asked = 0;
    let durable = false;
    const reading = { ...store, insert: (...args: Parameters<typeof store.insert>) => { expect(durable).toBe(true); return store.insert(...args); }, hint: (...args: Parameters<typeof store.hint>) => { expect(durable).toBe(true); return store.hint(...args); } };
    const slow = { incarnation: log.incarnation, partitions: log.partitions.bind(log), read: async (...args: Parameters<typeof log.read>) => { durable = false; return log.read(...args); }, bounds: log.bounds.bind(log), durable: async () => { await sleep(20); durable = true; asked++; } };
    await log.append('journal.v1', 1, [sample.entry('order', sample.order(1), 1)]);
    await drain(sink({ log: slow, store: reading, idleHintMs: 0 }));
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(reports).toEqual([]);
    expect(await select(reader, 'SELECT orderKey FROM fenghuo.orders')).toHaveLength(1);
  });

  test('every table takes its record and gives it back exactly', async () => {
    const journal: [Entry['type'], unknown][] = [['order', sample.order(1)], ['payment', sample.payment(1)], ['waybill', sample.waybill(1)], ['declaration', sample.declaration(1)], ['receipt', sample.receipt(1)], ['tracking', sample.tracking(1)],
      ['reading', sample.reading(1)], ['reversal', sample.reversal(1)], ['manifest', sample.manifest(1)], ['tax-bill', sample.taxBill(1)], ['raw-payment', sample.rawPayment(1)], ['observation', sample.observation(1)],
      ['operation', { kind: 'rejected', feed: 'f', messageType: 'order', code: 'FIELD_MISSING', operator: '', origin: 'live', at: sample.AT }], ['verdict', sample.verdict], ['suppression', sample.suppression], ['tick', { intake: 'http', time: 1 }]];
    await log.append('journal.v1', 1, journal.map(([type, body], i) => sample.entry(type, body, i)));
    await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(1), 1), sample.entry('match', sample.match(1), 1, { index: 1 })]);
    await log.append('alerts.transaction.v1', 0, [sample.entry('alert', sample.alert(1), 1)]);
    await log.append('held.v1', 0, [sample.entry('alert', sample.alert(2, { status: 'held', heldBy: 'p1' }), 1)]);
    await log.append('levels.v1', 0, [sample.entry('level', sample.level, 1)]);
    await log.append('assessments.v1', 0, [sample.entry('tally', sample.tally, 1), sample.entry('alert', sample.alert(3), 2)]);
    await log.append('dead-letters.v1', 0, [sample.entry('dead-letter', sample.deadLetter, 1)]);
    await drain(sink());

    const [order] = await select(reader, 'SELECT *, toString(paid) AS paidText, toUnixTimestamp64Milli(eventTime) AS ms, `lines.total` AS totals FROM fenghuo.orders');
    expect(order).toMatchObject({ orderKey: 'SIM0000001|1', goodsValue: 123.45678, freight: 0.00001, paidText: '90071992547.4099', ms: sample.AT, sellerName: 'a\tb\n\\c\'"', signed: true, late: false, forwarded: 0,
      buyerIdToken: 'tok"en', buyerMinor: true, buyerNameMasked: '测*', consigneeIdCheck: 'missing', 'lines.name': ['奶粉', '奶粉'], totals: [123.45678, 123.45678], sealed: '', sourceTopic: 'http', logOffset: 0, logTopic: 'journal.v1', logPartition: 1 });
    expect(await select(reader, 'SELECT sealed, forwarded, weight FROM fenghuo.waybills')).toEqual([{ sealed: '/wAB', forwarded: 1, weight: 1.23456 }]);
    expect(await select(reader, 'SELECT ieDate, netWeight, `lines.hs` AS hs FROM fenghuo.declarations')).toEqual([{ ieDate: '1970-01-01 00:00:00.000', netWeight: 0.9, hs: ['1901101000'] }]);
    expect(await select(reader, 'SELECT lat, lon, temperature, speed, sequence FROM fenghuo.readings')).toEqual([{ lat: -30.00001, lon: 121, temperature: -18.5, speed: -1000, sequence: 1 }]);
    expect(await select(reader, 'SELECT kind, subjectType, value, privateToken FROM fenghuo.observations')).toEqual([{ kind: 'complaint', subjectType: 'seller', value: -1.5, privateToken: 't' }]);
    expect(await select(reader, 'SELECT part, parts, `lines.invtNo` AS lists FROM fenghuo.manifests')).toEqual([{ part: 1, parts: 2, lists: ['I1', 'I2'] }]);
    expect(await select(reader, 'SELECT minute, hour, amount, sign FROM fenghuo.facts')).toEqual([{ minute: '2026-11-23 06:30:00', hour: '2026-11-23 06:00:00', amount: 123.45678, sign: 1 }]);
    expect(await select(reader, 'SELECT codes, `findings.left` AS l FROM fenghuo.matches')).toEqual([{ codes: ['AMOUNT_DIFF', 'MISSING_DOC'], l: ['123.45678'] }]);
    expect(await select(reader, 'SELECT alertId, status, JSONExtractFloat(evidence, \'values\', \'count\') AS n, reasonZh, minute FROM fenghuo.alert_revisions ORDER BY alertId')).toEqual([
      { alertId: 'alert-1', status: 'live', n: 7, reasonZh: '拆单', minute: '2026-11-23 06:30:00' }, { alertId: 'alert-2', status: 'held', n: 7, reasonZh: '拆单', minute: '2026-11-23 06:30:00' }]);
    for (const { name } of TABLES) expect(await select(reader, `SELECT count() > 0 AS there FROM fenghuo.${name}`), name).toEqual([{ there: 1 }]);
    expect(await select(reader, "SELECT alertId, heldBy FROM fenghuo.alert_revisions WHERE heldBy != ''")).toEqual([{ alertId: 'alert-2', heldBy: 'p1' }]);
    expect(await select(reader, 'SELECT verdict, reason, officer, dateDiff(\'second\', raisedAt, at) AS took FROM fenghuo.verdicts')).toEqual([{ verdict: 'false', reason: '自提点', officer: 'ann', took: 60 }]);
    expect(await select(reader, 'SELECT id, upTo, approver, dateDiff(\'minute\', begins, ends) AS minutes FROM fenghuo.suppressions')).toEqual([{ id: 'p1', upTo: 'orange', approver: 'bob', minutes: 60 }]);
    expect(await select(reader, 'SELECT sealed FROM fenghuo.dead_letters')).toEqual([{ sealed: 'AQL6' }]);
  });

  test('money of every size is exact', async () => {
    const amounts = [0, 1, -1, 99_999, 100_000, -12_345_678, 999_999_999_999_999, 1_000_000_000_000_001, -1_000_000_000_000_001, sample.MOST, -(2 ** 52)];
    await log.append('facts.v1', 0, amounts.map((amount, i) => sample.entry('fact', sample.fact(i, { amount }), i)));
    await drain(sink());
    const rows = await select<{ a: string }>(reader, 'SELECT toString(toInt64(amount * 100000)) AS a FROM fenghuo.facts ORDER BY logOffset');
    expect(rows.map((r) => r.a)).toEqual(amounts.map((a) => String(a)));
  });

  test('texts of every length and lists of every size stay with their row', async () => {
    const finding = (detail: string) => ({ code: 'AMOUNT_DIFF' as const, outcome: 'fail' as const, left: '', right: '', detail, detailZh: detail });
    const details = [[], ['a'.repeat(63)], ['', '奶'.repeat(60), 'b'.repeat(20_000)], [], ['c'.repeat(64), 'd'.repeat(128)]];
    await log.append('facts.v1', 0, details.map((texts, i) => sample.entry('match', { ...sample.match(i), findings: texts.map(finding), documents: [] }, i)));
    await drain(sink());
    const rows = await select<{ d: string[]; n: number }>(reader, 'SELECT `findings.detail` AS d, length(documents) AS n FROM fenghuo.matches ORDER BY logOffset');
    expect(rows.map((row) => row.d)).toEqual(details);
    expect(await select(reader, "SELECT count() AS parts FROM system.parts WHERE database = 'fenghuo' AND table = 'matches' AND active")).toEqual([{ parts: 1 }]);
  });
});

test('of each subject and category the newest level stands, also in a store of an earlier build', async () => {
  const now = () => select(reader, 'SELECT subjectId, category, grade FROM fenghuo.levels_now FINAL ORDER BY subjectId, category');
  const level = (id: string, category: string, grade: string) => ({ ...sample.level, subject: { type: 'zone', id }, category, grade });
  await log.append('levels.v1', 0, [level('3301', 'market', 'red'), level('3301', 'financial', 'blue'), level('3301', 'market', 'blue')].map((body, i) => sample.entry('level', body, i)));
  await drain(sink());
  await log.append('levels.v1', 0, [level('3301', 'financial', ''), level('4401', 'market', 'orange')].map((body, i) => sample.entry('level', body, 3 + i)));
  await drain(sink());
  const expected = [{ subjectId: '3301', category: 'financial', grade: '' }, { subjectId: '3301', category: 'market', grade: 'blue' }, { subjectId: '4401', category: 'market', grade: 'orange' }];
  expect(await now()).toEqual(expected);
  expect(await select(reader, 'SELECT count() AS n FROM fenghuo.levels')).toEqual([{ n: 5 }]);
  await engine.writer.command({ query: 'DROP TABLE fenghuo.levels_now' });
  for (const column of ['before', 'escalated', 'parts.rule', 'parts.weight', 'parts.score', 'parts.open', 'reasonEn', 'reasonZh']) await engine.writer.command({ query: `ALTER TABLE fenghuo.levels DROP COLUMN \`${column}\`` });
  await migrateFromEarlier();
  expect(await now()).toEqual(expected);
  await log.append('levels.v1', 0, [sample.entry('level', level('4401', 'market', 'red'), 5)]);
  await drain(sink());
  expect((await now()).at(-1)).toEqual({ subjectId: '4401', category: 'market', grade: 'red' });
});

test('a table of a store that knew no Chinese texts gets their column, its rows stay', async () => {
  await log.append('facts.v1', 0, [sample.entry('match', sample.match(0), 0)]);
  await drain(sink());
  await engine.writer.command({ query: 'ALTER TABLE fenghuo.matches DROP COLUMN `findings.detailZh`' });
  await migrateFromEarlier();
  await log.append('facts.v1', 0, [sample.entry('match', sample.match(1), 1)]);
  await drain(sink());
  expect(await select(reader, 'SELECT `findings.detail` AS en, `findings.detailZh` AS zh FROM fenghuo.matches ORDER BY logOffset')).toEqual([{ en: ['paid'], zh: [''] }, { en: ['paid'], zh: ['支付金额'] }]);
});

describe('law 3', () => {
  test('a batch over a day boundary is cut there, and goes on after a restart without loss or repeat', async () => {
    now = Date.UTC(2026, 10, 30, 23, 59, 59, 900);
    await log.append('facts.v1', 0, [0, 1].map((n) => sample.entry('fact', sample.fact(n), n)));
    now = Date.UTC(2026, 11, 1);
    await log.append('facts.v1', 0, [2, 3].map((n) => sample.entry('fact', sample.fact(n), n)));
    await drain(sink());
    expect(await select(engine.writer, "SELECT partition, sum(rows) AS n FROM system.parts WHERE table = 'facts' AND database = 'fenghuo' AND active GROUP BY partition ORDER BY partition")).toEqual([{ partition: '20261130', n: 2 }, { partition: '20261201', n: 2 }]);
    await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(4), 4)]);
    await drain(sink());
    expect(await select(reader, 'SELECT logOffset FROM fenghuo.facts ORDER BY logOffset')).toEqual([0, 1, 2, 3, 4].map((logOffset) => ({ logOffset })));
  });

  test('repeats are dropped by their source, before and after a restart; other source partitions have their own mark', async () => {
    const facts = (from: number, to: number, over = {}) => Array.from({ length: to - from }, (_, i) => sample.entry('fact', sample.fact(from + i), from + i, over));
    await log.append('facts.v1', 0, [...facts(0, 4), ...facts(2, 6)]);
    const first = sink();
    await drain(first);
    expect(first.counts()).toMatchObject({ rows: 6, repeats: 2 });
    await log.append('facts.v1', 0, [...facts(4, 7), ...facts(0, 2, { partition: 1 })]);
    const second = sink();
    await drain(second);
    expect(second.counts()).toMatchObject({ rows: 3, repeats: 2 });
    expect(await select(reader, 'SELECT sourcePartition, sourceOffset FROM fenghuo.facts ORDER BY logOffset')).toEqual(
      [[0, 0], [0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [0, 6], [1, 0], [1, 1]].map(([sourcePartition, sourceOffset]) => ({ sourcePartition, sourceOffset })));
  });

  test('a table that lost its part of a batch gets it, though a table of the same topic partition is ahead', async () => {
    await log.append('journal.v1', 0, [sample.entry('order', sample.order(0), 0), sample.entry('payment', sample.payment(1), 1), sample.entry('order', sample.order(2), 2), sample.entry('payment', sample.payment(0), 1)]);
    await drain(sink());
    await engine.writer.command({ query: 'TRUNCATE TABLE fenghuo.payments' });
    await engine.writer.command({ query: 'TRUNCATE TABLE fenghuo.positions' });
    await engine.writer.command({ query: `INSERT INTO fenghuo.positions (incarnation, logTopic, logPartition, position) VALUES ('${log.incarnation}', 'journal.v1', 0, 1)` });
    const second = sink();
    await drain(second);
    expect(second.counts()).toMatchObject({ rows: 1, repeats: 1 });
    expect(await select(reader, 'SELECT logOffset FROM fenghuo.payments')).toEqual([{ logOffset: 1 }]);
    expect(await select(reader, 'SELECT logOffset FROM fenghuo.orders ORDER BY logOffset')).toEqual([{ logOffset: 0 }, { logOffset: 2 }]);
  });

  test('another log, or a log that ends too early, is an error that says what to do', async () => {
    await log.append('facts.v1', 0, [0, 1, 2].map((n) => sample.entry('fact', sample.fact(n), n)));
    await drain(sink());
    const other = await newLog(join(folder, 'other'), () => now);
    await expect(sink({ log: other }).start()).rejects.toThrow(/holds rows of log .* Next: put the log back/s);
    const short = { incarnation: log.incarnation, read: other.read.bind(other), bounds: other.bounds.bind(other), partitions: other.partitions.bind(other) };
    await expect(sink({ log: short }).start()).rejects.toThrow(/facts\.v1 partition 0: the store has records up to offset 2, but the log ends at 0/);
    await expect(sink({ log: short }).start()).rejects.toThrow(StoreMismatch);
  });

  test('a refused batch is tried again until it is in, and never skipped', async () => {
    await log.append('levels.v1', 0, [sample.entry('level', sample.level, 0)]);
    await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(0), 0)]);
    await engine.writer.command({ query: 'RENAME TABLE fenghuo.levels TO fenghuo.levels_away' });
    const running = sink({ retryMs: 10 });
    await expect(running.start()).rejects.toThrow(/levels/);
    await engine.writer.command({ query: 'RENAME TABLE fenghuo.levels_away TO fenghuo.levels' });
    await engine.writer.command({ query: "ALTER TABLE fenghuo.levels ADD CONSTRAINT closed CHECK zone = 'nowhere'" });
    await running.start();
    await expect.poll(() => reports.join('\n'), { timeout: 5000 }).toMatch(/the store refused a batch \(attempt 4\): .*Nothing is lost.* next attempt in 0\.08 s/);
    expect(running.trouble?.message).toMatch(/^it takes no rows \(VIOLATED_CONSTRAINT\), \d+ attempts so far$/);
    await engine.writer.command({ query: 'ALTER TABLE fenghuo.levels DROP CONSTRAINT closed' });
    await expect.poll(() => select(engine.writer, 'SELECT (SELECT count() FROM fenghuo.levels) AS levels, (SELECT count() FROM fenghuo.facts) AS facts'), { timeout: 5000 }).toEqual([{ levels: 1, facts: 1 }]);
    await expect.poll(() => running.trouble).toBeUndefined();
    await running.stop();
    expect(running.counts().retries).toBeGreaterThanOrEqual(4);
  });
});
