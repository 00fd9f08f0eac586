/** What an officer sees in the first minute of a simulation, at whatever hour: the real intake and stages under a clock that is turned by hand. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compile } from '../../language/compile.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { here } from '../../processors/intake/service.ts';
import { loadSignatures } from '../../processors/intake/signature.ts';
import { intakeTables } from '../../processors/intake/tables.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { type Alert, CATEGORIES } from '../../schemas/risk/alert.ts';
import { baselines } from '../../simulator/baselines.ts';
import { loadUniverse } from '../../simulator/parties.ts';
import { createTraffic } from '../../simulator/traffic.ts';

const RATE = 20;
const universe = loadUniverse();
const source = readRuleSource('');
const rules = compile(source);
const KEY = new Uint8Array(32).fill(7);

async function firstMinute(seed: number, start: number): Promise<Set<string>> {
  let now = start;
  const pipeline = new EmbeddedPipeline({
    file: join(mkdtempSync(join(tmpdir(), 'fenghuo-opening-')), 'log.sqlite'), intake: here(createIntake({ linkageKey: KEY, sealKey: KEY, sealKeyId: 'test', ...intakeTables(source.tables) }, await loadSignatures(undefined))),
    stages: [screening(() => rules), assessment(() => rules), warning(() => rules)], maxQueued: 1e9, maxIntakeBytes: 1e12, maxBatch: 1e6, flushEveryMs: 1e12, flushKeys: 1e9, now: () => now,
  });
  const raised = new Set<string>();
  pipeline.subscribe(CATEGORIES.map((category) => `alerts.${category}.v1`), (records) => { for (const { body } of records) raised.add((body as Alert).ruleId); });
  await pipeline.start();
  await pipeline.publishRules(source, 'test', 'test');
  const submit = (events: unknown[]) => pipeline.submit({ bytes: JSON.stringify(events), form: 'json', sender: 'simulator', origin: 'simulated', backfill: '', allowReference: true, replayOf: '' });
  await submit(baselines(universe, RATE));
  const traffic = createTraffic({ seed, start, ordersPerSecond: RATE, episodes: true, further: true }, universe);
  for (; now < start + 60_000; now += 1_000) await submit(traffic.next(now + 1_000).map(({ event }) => event));
  await pipeline.stop();
  return raised;
}

test.each([
  // Traffic falls by a third from the hour before: what is usual is that of both, as the rule takes it.
  ['at 02:04 in China', Date.UTC(2026, 10, 26, 18, 4)], ['at 10:04', Date.UTC(2026, 10, 27, 2, 4)],
])('alerts of all five categories come within a minute, the surge of a zone among them, %s', async (_, start) => {
  for (const seed of [1, 4, 5]) {
    const raised = [...await firstMinute(seed, start)];
    expect(raised).toContain('market/order-surge');
    expect(new Set(raised.map((rule) => rule.split('/')[0]))).toEqual(new Set(CATEGORIES));
  }
});
