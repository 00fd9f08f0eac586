/** What /readyz says is what is: nothing hinders a healthy system, each hindrance is named with part, reason, figures and words in both languages. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { compileOnce } from '../../language/compile-once.ts';
import { createMetrics } from '../../gateway/metrics.ts';
import { measure } from '../../gateway/health.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { here } from '../../processors/intake/service.ts';
import { screening } from '../../processors/screening/stage.ts';
import { CATCHING_UP, FREE_BYTES, HINDRANCES, type Measured, readiness, STORE_BEHIND, STUCK_MS, WAITING_MS } from '../../processors/readiness.ts';
import type { StageStatus } from '../../processors/pipeline.ts';
import { FakeStore } from '../gateway/doubles.ts';
import { smallSource } from '../language/sources.ts';
import { CONFIG, order } from '../trade.ts';

const NOW = 1_000_000;
const stage = (over: Partial<StageStatus> = {}): StageStatus => ({ stage: 'screening', topic: 'journal.v1', partition: 1, position: 5, end: 5, lastProgressAt: NOW, time: NOW, phase: 'running', ...over });
const measured = (over: Partial<Measured> = {}): Measured => ({ now: NOW, stages: [stage()], trouble: undefined, storeLag: { 'journal.v1': 3 }, storeTrouble: undefined, operationsLag: 0, oldestWaiting: undefined, disk: { free: FREE_BYTES, size: 9e12 }, ...over });

test('nothing hinders a healthy system, busy or idle', () => {
  expect(readiness(measured({ stages: [stage(), stage({ end: 5 + CATCHING_UP - 1 }), stage({ lastProgressAt: 0 })], oldestWaiting: NOW - WAITING_MS }))).toMatchObject({ ready: true, hindrances: [] });
});

test.each<[string, Partial<Measured>, object, RegExp]>([
  ['restoring', { stages: [stage({ phase: 'restoring', end: 900 })] }, { part: 'stage', state: 'restoring', stage: 'screening', partition: 1, blocks: true }, /screening, partition 1: its state is being restored/],
  ['catching up', { stages: [stage({ end: 5 + CATCHING_UP })] }, { part: 'stage', state: 'catching-up', lag: CATCHING_UP, blocks: true }, /catching up, 10000 records/],
  ['stuck', { stages: [stage({ end: 6, lastProgressAt: NOW - STUCK_MS - 1 })] }, { part: 'stage', state: 'stuck', lag: 1, sinceMs: STUCK_MS + 1, blocks: true }, /no progress for 60 s/],
  ['a partition that failed', { stages: [stage({ phase: 'waiting', trouble: new Error('the broker went') })] }, { part: 'stage', state: 'trouble', blocks: true }, /tried again: the broker went/],
  ['a pipeline that failed', { trouble: new Error('the disk is full') }, { part: 'pipeline', state: 'trouble', blocks: true, partition: -1 }, /the disk is full/],
  ['no store', { storeLag: undefined }, { part: 'store', state: 'no-answer', blocks: true }, /does not answer/],
  ['a store that takes no rows', { storeTrouble: new Error('it takes no rows (TOO_MANY_PARTS), 2 attempts so far') }, { part: 'store', state: 'trouble', blocks: true }, /not filled: .*TOO_MANY_PARTS/],
  ['a store behind', { storeLag: { a: STORE_BEHIND - 1, b: 1 } }, { part: 'store', state: 'behind', lag: STORE_BEHIND, blocks: false }, /100000 records behind/],
  ['a table on its way', { operationsLag: 2 }, { part: 'operations', state: 'behind', lag: 2, blocks: false }, /2 record\(s\) of intake\.operations\.v1/],
  ['a sender that waits', { oldestWaiting: NOW - WAITING_MS - 1 }, { part: 'intake', state: 'waiting', blocks: true }, /waited 10 s/],
  ['a disk nearly full', { disk: { free: FREE_BYTES - 1, size: 9e12 } }, { part: 'disk', state: 'nearly-full', blocks: false }, /only 2\.0 GB/],
])('%s', (_name, over, expected, words) => {
  const { ready, hindrances } = readiness(measured(over));
  expect(hindrances).toMatchObject([expected]);
  expect([ready, hindrances[0]?.words]).toEqual([!hindrances[0]?.blocks, { en: expect.stringMatching(words), zh: expect.stringMatching(/\p{Script=Han}/u) }]);
});

test('ready exactly where nothing blocks; a lag never hides behind another', () => {
  const status = fc.record({ phase: fc.constantFrom('restoring', 'running', 'waiting'), end: fc.nat(50_000), position: fc.nat(50_000), lastProgressAt: fc.integer({ min: 0, max: NOW }) }, { requiredKeys: ['end', 'position', 'lastProgressAt'] });
  fc.assert(fc.property(fc.array(status, { maxLength: 5 }), fc.nat(3 * FREE_BYTES), fc.nat(20_000), (stages, free, waited) => {
    const given = measured({ stages: stages.map((one, partition) => stage({ ...(one as Partial<StageStatus>), partition })), disk: { free, size: 9e12 }, oldestWaiting: NOW - waited });
    const state = readiness(given);
    expect(state.ready).toBe(state.hindrances.every(({ blocks }) => !blocks));
    expect(state.stages.map(({ lag }) => lag)).toEqual(stages.map(({ end, position }) => Math.max(0, end - position)));
    expect(state.hindrances.filter(({ part }) => part === 'stage').map(({ partition }) => partition)).toEqual(state.stages.filter(({ state: one }) => one !== 'running').map(({ partition }) => partition));
    for (const { state: one } of state.hindrances) expect(HINDRANCES).toContain(one);
  }));
});

test('a real pipeline tells its restore, its flushes and who waits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-ready-'));
  const intake = createIntake(CONFIG);
  const pipeline = new EmbeddedPipeline({ file: join(folder, 'log.sqlite'), intake: here(intake), stages: [screening(compileOnce)], maxQueued: 1_000, maxIntakeBytes: 1 << 20, maxBatch: 10, flushEveryMs: 1, flushKeys: 1 });
  afterAll(() => pipeline.stop());
  const watched = { pipeline, store: new FakeStore(), operations: { lag: async () => 4 }, dataFolder: folder };
  const metrics = createMetrics(watched);
  await pipeline.start();
  const { files, tables } = smallSource();
  await pipeline.publishRules({ files, tables }, 'v', 'test');
  const answer = pipeline.submit({ bytes: JSON.stringify(order()), form: 'json', sender: 's', origin: 'live', backfill: '', allowReference: false, replayOf: '' });
  expect(pipeline.oldestWaiting()).toBeGreaterThan(0);
  await answer;
  expect(pipeline.oldestWaiting()).toBeUndefined();
  const ready = readiness(await measure(watched));
  expect(ready.stages.map(({ stage: name, state }) => `${name} ${state}`)).toEqual(['screening running', 'screening running']);
  expect(ready.hindrances).toMatchObject([{ part: 'operations', lag: 4 }]);
  const text = await metrics.text();
  expect(text).toMatch(/fenghuo_flush_pause_seconds_count\{stage="screening"\} [1-9]/);
  for (const line of ['fenghuo_ready 1', 'fenghuo_hindrances{part="operations",state="behind"} 1', 'fenghuo_operations_lag_records 4', 'fenghuo_oldest_submission_seconds 0', 'fenghuo_stage_restore_seconds{stage="screening",partition="0"}']) expect(text).toContain(line);
  expect(Number(/^fenghuo_disk_free_bytes (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
});
