/** Every statement of the risk dashboard on a real store, filled by simulated traffic through the real stages. Grafana's macros are written out as its plugin does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chosen } from '../../dashboards/model.ts';
import { RISK_DASHBOARD } from '../../dashboards/risk.ts';
import { startStore, type StoreProcess } from '../../processors/sink/spawn.ts';
import { CATEGORIES, type Verdict } from '../../schemas/risk/alert.ts';
import { beijing, order, payment, waybill } from '../trade.ts';
import { HOUR, record, START } from '../processors/recording.ts';

const HOURS = 8;
const folder = mkdtempSync(join(tmpdir(), 'fenghuo-dashboards-'));
let store: StoreProcess;
let zones: string[] = [];

beforeAll(async () => {
  const { pipeline } = await record(folder, { hours: HOURS, partitions: 1, ordersPerSecond: 0.003 });
  const verdict: Verdict = { alertId: 'a', revision: 1, ruleId: 'r', ruleVersion: 1, category: 'transaction', grade: 'red', status: 'live', zone: '3301', verdict: 'confirmed', reason: 'r', officer: 'ann', raisedAt: START, at: START + HOUR };
  await pipeline.journal({ type: 'verdict', key: 'a', body: verdict });
  // An order that was paid wrongly.
  const time = { appTime: beijing(START + HOUR), payTime: beijing(START + HOUR) };
  for (const document of [order(time), payment({ ...time, amountPaid: 1 }), waybill(time)]) await pipeline.submit({ bytes: JSON.stringify(document), form: 'json', sender: 'p', origin: 'simulated', backfill: '', allowReference: false, replayOf: '' });
  // A document that cannot be taken, so that there is a letter.
  await pipeline.submit({ bytes: '{"type":"order"}', form: 'json', sender: 'p', origin: 'simulated', backfill: '', allowReference: false, replayOf: '' });
  await pipeline.stop();
  store = await startStore({ dataFolder: folder });
  while (Object.values(await store.lag()).some((behind) => behind > 0)) await sleep(50);
}, 60_000);
afterAll(async () => {
  await store?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(',');
const written = (sql: string): string => sql
  .replace(/\$__timeFilter\((\w+)\)/g, `($1 >= toDateTime(${START / 1000}) AND $1 <= toDateTime(${(START + HOURS * HOUR) / 1000 + 60}))`)
  .replace(/\$__timeInterval\((\w+)\)/g, 'toStartOfInterval(toDateTime($1), INTERVAL 600 second)')
  .replaceAll(chosen('category'), quoted(CATEGORIES)).replaceAll(chosen('zone'), quoted(zones));

test('every panel and every variable gives rows of its kind', async () => {
  for (const { name, sql } of RISK_DASHBOARD.variables) if (sql && name === 'zone') zones = (await store.query<{ zone: string }>(written(sql))).map((row) => row.zone);
  expect(zones.length).toBeGreaterThan(0);
  for (const { title, kind, queries } of RISK_DASHBOARD.panels) {
    for (const { sql = '' } of queries) {
      expect(written(sql), title).not.toContain('$');
      const rows = await store.query<Record<string, unknown>>(written(sql));
      expect([title, rows.length > 0]).toEqual([title, true]);
      if (kind === 'timeseries') expect([title, String(rows[0]?.['time'])]).toEqual([title, expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)]);
      if (kind === 'stat') expect([title, rows.length, Object.keys(rows[0] as object).length]).toEqual([title, 1, 1]);
      if (kind === 'bars') expect([title, Object.values(rows[0] as object).map((value) => typeof value)]).toEqual([title, ['string', 'number']]);
    }
  }
}, 60_000);

test('the figures are those of the alerts', async () => {
  const ask = async (title: string) => store.query<Record<string, number>>(written(RISK_DASHBOARD.panels.find((panel) => panel.title.startsWith(title))?.queries[0]?.sql as string));
  const [{ alerts } = { alerts: 0 }] = await ask('Alerts raised');
  expect(alerts).toBeGreaterThan(0);
  expect((await ask('Alerts by category')).reduce((sum, row) => sum + Number(row['alerts']), 0)).toBe(alerts);
  expect(await ask('Precision')).toEqual([{ precision: 1 }]);
  expect(Number((await ask('Open dead letters'))[0]?.['letters'])).toBeGreaterThan(0);
});
