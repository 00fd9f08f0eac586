/** The sample of what others observe sets off the rules that docs/observations.md names. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compileOnce as compile } from '../../language/compile-once.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { here } from '../../processors/intake/service.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { type Alert, CATEGORIES } from '../../schemas/risk/alert.ts';
import { CONFIG } from '../trade.ts';

test('examples/observations.json', async () => {
  const alerts: Alert[] = [];
  const pipeline = new EmbeddedPipeline({
    file: join(mkdtempSync(join(tmpdir(), 'fenghuo-observed-')), 'log.sqlite'), intake: here(createIntake(CONFIG)), stages: [screening(compile), assessment(compile), warning(compile)],
    maxQueued: 1_000, maxIntakeBytes: 1 << 20, maxBatch: 100, flushEveryMs: 1e9, flushKeys: 1e9, now: () => Date.parse('2026-11-20T14:00:00+08:00'),
  });
  pipeline.subscribe(CATEGORIES.map((category) => `alerts.${category}.v1`), (records) => { for (const { body } of records) alerts.push(body as Alert); });
  await pipeline.start();
  await pipeline.publishRules(readRuleSource(''), 'test', 'test');
  const bytes = readFileSync(new URL('../../examples/observations.json', import.meta.url));
  expect(await pipeline.submit({ bytes, form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '' })).toMatchObject({ rejected: [] });
  await pipeline.stop();
  expect(alerts.map(({ ruleId, grade, subject }) => `${ruleId} ${grade} ${subject.id}`).sort()).toEqual(['financial/double-pledge red 3301SIP001|SIM-PLEDGED-1', 'financial/third-country-receipts orange 3301SIM001', 'market/currency-move yellow USD']);
});
