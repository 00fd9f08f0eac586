/** The sink and the gateway's queries over HTTP: the client's own code, and ClickHouse behind it. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serverStore, type ServerStore } from '../../processors/sink/server-store.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../../processors/sink/settings.ts';
import type { EmbeddedLog } from '../../streams/embedded/log.ts';
import type { Entry } from '../../streams/log.ts';
import { drain, newFolder, newLog, remove, select } from './fixture.ts';
import { startFront, type Front } from './front.ts';
import * as sample from './samples.ts';

const folder = newFolder();
let front: Front;
let log: EmbeddedLog;
let settings: ClickHouseSettings;
const reports: string[] = [];
const stores: ServerStore[] = [];

function open(over: Partial<Parameters<typeof serverStore>[0]> = {}): ServerStore {
  const made = serverStore({ settings, log, report: (_, message) => reports.push(message), sink: { flushMs: 5 }, ...over });
  stores.push(made);
  return made;
}

beforeAll(async () => {
  front = await startFront({ folder: join(folder, 'store') });
  const problems: string[] = [];
  settings = clickHouseSettings({ CLICKHOUSE_URL: front.url }, problems) as ClickHouseSettings;
  expect(problems).toEqual([]);
});
let logs = 0;
beforeEach(async () => {
  log = await newLog(join(folder, `log-${++logs}`), () => sample.AT);
});
afterEach(async () => {
  front.fault = () => undefined;
  front.letGo();
  for (const { store, sink } of stores.splice(0)) {
    await sink.stop().catch(() => undefined);
    await store.stop();
  }
  for (const name of [...TABLES.map((t) => t.name), 'positions']) await front.engine.writer.command({ query: `TRUNCATE TABLE IF EXISTS fenghuo.${name}` });
  await log.close();
});
afterAll(async () => {
  await front.close();
  remove(folder);
});

test('every table takes its record, and the gateway reads it back', async () => {
  const journal: [Entry['type'], unknown][] = [['order', sample.order(1)], ['payment', sample.payment(1)], ['waybill', sample.waybill(1)], ['declaration', sample.declaration(1)], ['receipt', sample.receipt(1)], ['tracking', sample.tracking(1)],
    ['reading', sample.reading(1)], ['reversal', sample.reversal(1)], ['manifest', sample.manifest(1)], ['tax-bill', sample.taxBill(1)], ['raw-payment', sample.rawPayment(1)], ['observation', sample.observation(1)],
    ['operation', { kind: 'rejected', feed: 'f', messageType: 'order', code: 'FIELD_MISSING', operator: '', origin: 'live', at: sample.AT }], ['verdict', sample.verdict], ['suppression', sample.suppression], ['tick', { intake: 'http', time: 1 }]];
  await log.append('journal.v1', 1, journal.map(([type, body], i) => sample.entry(type, body, i)));
  await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(1), 1), sample.entry('match', sample.match(1), 1, { index: 1 })]);
  await log.append('alerts.transaction.v1', 0, [sample.entry('alert', sample.alert(1, { subject: { type: 'buyer', id: "o'x\t\\" } }), 1)]);
  await log.append('levels.v1', 0, [sample.entry('level', sample.level, 1)]);
  await log.append('assessments.v1', 0, [sample.entry('tally', sample.tally, 1)]);
  await log.append('dead-letters.v1', 0, [sample.entry('dead-letter', sample.deadLetter, 1)]);
  const { store, sink } = open();
  await drain(sink);
  for (const { name } of TABLES) expect(await select(front.engine.writer, `SELECT count() AS n FROM fenghuo.${name}`), name).toEqual([{ n: 1 }]);
  expect(await store.query('SELECT sellerName, goodsValue, `lines.name` AS names FROM orders', {}, { readonly: true })).toEqual([{ sellerName: 'a\tb\n\\c\'"', goodsValue: 123.45678, names: ['奶粉', '奶粉'] }]);
  expect(await store.query('SELECT alertId FROM alert_revisions WHERE subjectId = {id:String} AND category IN {c:Array(String)}', { id: "o'x\t\\", c: ['transaction'] }, { readonly: true })).toEqual([{ alertId: 'alert-1' }]);
  expect(Object.values(await store.lag()).reduce((a, b) => a + b)).toBe(0);
  await log.append('facts.v1', 1, [sample.entry('fact', sample.fact(2), 2)]);
  expect((await store.lag())['facts.v1']).toBe(1);
  await expect(store.query('SELECT * FROM system.settings', {}, { readonly: true })).rejects.toThrow(/the table system\.settings\. Expected one of fenghuo\.orders/);
  await expect(store.query('SELECT * FROM facts_local', {}, { readonly: true })).rejects.toThrow(/the table facts_local/);
  await expect(store.query('SELECT zonne FROM facts', {}, { readonly: true })).rejects.toThrow(/zonne/);
  await expect(store.query('INSERT INTO fenghuo.retention (name) VALUES (1)')).rejects.toThrow(/readonly/i);
  await expect(store.query('SELECT number FROM numbers(200)', {}, { maxRows: 10 })).rejects.toThrow(/at most 10 are taken/);
});
