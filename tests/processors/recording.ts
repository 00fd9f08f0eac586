/** A day of simulated traffic as the pipeline takes it live, on a log of its own; what warning published or held is kept as it was appended. */
import { join } from 'node:path';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compileOnce } from '../../language/compile-once.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { here } from '../../processors/intake/service.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { CATEGORIES } from '../../schemas/risk/alert.ts';
import { Campaign, leisureOf } from '../../simulator/episodes/campaign.ts';
import { createTraffic } from '../../simulator/traffic.ts';
import type { LogRecord, Output } from '../../streams/log.ts';
import { CONFIG } from '../trade.ts';

export const HOUR = 3_600_000;
export const START = Date.parse('2026-11-05T00:00:00+08:00');
export const source: RuleSource = readRuleSource('');
export const SPLIT = 'transaction/split-orders';
/** With another lowest band, and a new version. */
export const changed = (blue: number, version = 3): string => (source.files[`${SPLIT}.yaml`] as string).replace(/^version: \d+/m, `version: ${version}`).replace(/^bands: \{ blue: [\d.]+/m, `bands: { blue: ${blue}`);

const STEP_MS = 300_000;
/** What is planted: some of each kind of subject and window. */
const PLANTED = new Set([SPLIT, 'transaction/annual-quota', 'transaction/undervaluation', 'financial/payment-reused', 'public-security/prohibited-goods', 'technical/reject-rate']);

/** What of an alert record stays wherever it is read again. */
export const bytesOf = ({ topic, key, eventTime, arrival, source: { offset, index }, bytes }: { topic: string; key: string; eventTime: number; arrival: number; source: Output['source']; bytes: Uint8Array }): string =>
  `${topic} ${key} ${eventTime} ${arrival} ${offset}.${index} ${Buffer.from(bytes).toString('base64')}`;

export async function record(folder: string, { hours, partitions, seed = 11, ordersPerSecond = 0.003 }: { hours: number; partitions: number; seed?: number; ordersPerSecond?: number }): Promise<{ pipeline: EmbeddedPipeline; alerts: string[] }> {
  let now = START;
  const pipeline = new EmbeddedPipeline({
    file: join(folder, 'log', 'log.sqlite'), intake: here(createIntake(CONFIG)), stages: [screening(compileOnce), assessment(compileOnce), warning(compileOnce)],
    maxQueued: 1e9, maxIntakeBytes: 1e12, maxBatch: 1e6, flushEveryMs: 1e12, flushKeys: 16_000, now: () => now, ...(partitions === 1 && { partitions: () => 1 }),
  });
  const alerts: string[] = [];
  pipeline.subscribe([...CATEGORIES.map((category) => `alerts.${category}.v1`), 'held.v1'], (records: LogRecord[]) => { for (const one of records) alerts.push(bytesOf(one)); });
  await pipeline.start();
  await pipeline.publishRules(source, 'first', 'test');
  const traffic = createTraffic({ seed, start: START, ordersPerSecond, episodes: true, leisure: leisureOf(hours * HOUR), programme: new Campaign(seed, START, hours * HOUR, PLANTED) });
  for (let until = START + STEP_MS; until <= START + hours * HOUR; until += STEP_MS) {
    // In the middle the rules change: what is recorded holds both sets.
    if (until === START + (hours / 2) * HOUR) await pipeline.publishRules({ ...source, files: { ...source.files, [`${SPLIT}.yaml`]: changed(1.2) } }, 'second', 'test');
    const answers = traffic.next(until).map(({ at, event }) => {
      now = at;
      return pipeline.submit({ bytes: JSON.stringify([event]), form: 'json', sender: 'simulator', origin: 'simulated', backfill: '', allowReference: true, replayOf: '' });
    });
    now = until;
    await Promise.all(answers);
  }
  return { pipeline, alerts };
}
