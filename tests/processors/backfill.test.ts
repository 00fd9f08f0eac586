/** Older data through the whole pipeline: dossiers and facts are there, alerts are held, and what is live goes on as if nothing had come. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compile } from '../../language/compile.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { here } from '../../processors/intake/service.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import { CATEGORIES } from '../../schemas/risk/alert.ts';
import type { Fact } from '../../schemas/risk/fact.ts';
import type { LogRecord } from '../../streams/log.ts';
import { beijing, CONFIG, declaration, order, payment, T0, waybill } from '../trade.ts';

const source = readRuleSource('');
const DAY = 86_400_000;
const NOW = T0 + DAY;
const LAST_YEAR = T0 - 365 * DAY;
let open: EmbeddedPipeline[] = [];
afterEach(async () => { for (const pipeline of open.splice(0)) await pipeline.stop(); open = []; });

async function start(): Promise<EmbeddedPipeline> {
  const pipeline = new EmbeddedPipeline({
    file: join(mkdtempSync(join(tmpdir(), 'fenghuo-backfill-')), 'log.sqlite'), intake: here(createIntake(CONFIG)), stages: [screening(compile), assessment(compile), warning(compile)], maxQueued: 1_000,
    maxIntakeBytes: 1 << 20, maxBatch: 100, flushEveryMs: 1e9, flushKeys: 1e9, now: () => NOW,
  });
  open.push(pipeline);
  await pipeline.start();
  await pipeline.publishRules(source, 'test', 'test');
  return pipeline;
}

async function send(pipeline: EmbeddedPipeline, documents: object[], backfill = ''): Promise<void> {
  const result = await pipeline.submit({ bytes: JSON.stringify(documents), form: 'json', sender: 'tester', origin: backfill === '' ? 'live' : 'backfill', backfill, allowReference: false, replayOf: '' });
  expect(result).toMatchObject({ accepted: documents.length, rejected: [] });
}

async function read<T>(pipeline: EmbeddedPipeline, topics: readonly string[], type: LogRecord['type']): Promise<T[]> {
  const all: LogRecord[] = [];
  for (const topic of topics) {
    for (let partition = 0; partition < pipeline.log.partitions(topic); partition++) {
      const { start: from, end } = await pipeline.log.bounds(topic, partition);
      for (let at = from; at < end;) {
        const batch = await pipeline.log.read(topic, partition, at, 1_000);
        all.push(...batch);
        at += batch.length;
      }
    }
  }
  return all.filter((r) => r.type === type).map((r) => r.body as T);
}
const published = (p: EmbeddedPipeline) => read<Alert>(p, CATEGORIES.map((c) => `alerts.${c}.v1`), 'alert');
const held = (p: EmbeddedPipeline) => read<Alert>(p, ['held.v1'], 'alert');
const facts = (p: EmbeddedPipeline) => read<Fact>(p, ['facts.v1'], 'fact');

/** So many orders of one buyer within minutes, each below the single limit, together far above it. */
const split = (name: string, from: number, n = 4): object[] => Array.from({ length: n }, (_, i) => order({
  guid: `G-${name}-${i}`, orderNo: `${name}-${i}`, appTime: beijing(from + i * 60_000), goodsValue: 4_000, freight: 0, taxTotal: 0, acturalPaid: 4_000,
  items: [{ gnum: 1, itemNo: 'I1', itemName: '面霜', unit: '011', qty: 1, price: 4_000, totalPrice: 4_000, currency: '142', country: '116' }],
}));
const rules = (alerts: Alert[]): string[] => [...new Set(alerts.map((a) => a.ruleId))].sort();

test('alerts of a backfill are held, its dossiers and facts are there, and twice is once', async () => {
  const pipeline = await start();
  const at = (minutes: number): string => beijing(LAST_YEAR + minutes * 60_000);
  const matched = [order({ appTime: at(0) }), payment({ appTime: at(1), payTime: at(1) }), waybill({ appTime: at(2) }), declaration({ appTime: at(3), declTime: at(3).slice(0, 8), ieDate: at(3).slice(0, 8) })];
  const documents = [...matched, ...split('OLD', LAST_YEAR)];
  await send(pipeline, documents, 'year-2025');
  const first = { facts: await facts(pipeline), held: await held(pipeline), matches: await read<{ state: string; origin: string }>(pipeline, ['facts.v1'], 'match') };
  expect(await published(pipeline)).toEqual([]);
  expect(rules(first.held)).toContain('transaction/split-orders');
  expect(new Set(first.held.map((a) => `${a.status} ${a.origin}`))).toEqual(new Set(['held backfill']));
  expect(first.held.find((a) => a.ruleId === 'transaction/split-orders')?.firstSeen).toBeLessThan(LAST_YEAR + DAY);
  expect(first.matches).toContainEqual(expect.objectContaining({ state: 'MATCHED', origin: 'backfill' }));
  expect(new Set(first.facts.map((f) => f.origin))).toEqual(new Set(['backfill']));
  expect(first.facts.length).toBeGreaterThanOrEqual(5);

  await send(pipeline, documents, 'year-2025');
  expect(await facts(pipeline)).toEqual(first.facts);
  expect((await held(pipeline)).filter((a) => a.category !== 'technical')).toEqual(first.held);
  expect(await published(pipeline)).toEqual([]);
});

test('live windows are untouched: what is live raises the same with a backfill before it as without', async () => {
  const live = split('NEW', T0);
  const alone = await start();
  await send(alone, live);
  const both = await start();
  await send(both, split('OLD', LAST_YEAR, 3), 'year-2025');
  await send(both, split('NEAR', T0 - 60_000, 3), 'last-week');
  await send(both, live);
  // An id says where in the journal its event is told.
  const unnamed = async (p: EmbeddedPipeline) => (await published(p)).map((alert) => ({ ...alert, alertId: '' }));
  const wanted = await unnamed(alone);
  expect(rules(wanted as Alert[])).toContain('transaction/split-orders');
  expect(await unnamed(both)).toEqual(wanted);
});

test('a year of orders does not fall into the day before it is sent', async () => {
  const pipeline = await start();
  const yearly = Array.from({ length: 4 }, (_, i) => split(`Y${i}`, LAST_YEAR + i * 30 * DAY, 1)[0] as object);
  await send(pipeline, yearly, 'year-2025');
  expect(rules(await held(pipeline))).not.toContain('transaction/split-orders');
});
