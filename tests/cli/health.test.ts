/** A process without a gateway tells of the stages that it runs: how far behind, since when the first record waits, what they counted, how long flushes took. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { serveHealth } from '../../cli/health.ts';
import { MeasuredStages } from '../../cli/measured.ts';
import { membersOf } from '../../cli/members.ts';
import { readRuleSource } from '../../cli/rule-source.ts';
import type { Readiness } from '../../processors/readiness.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { SharedLog } from '../streams/owned.ts';
import { CONFIG, order, payment } from '../trade.ts';

const MINUTE = 60_000;
const source = readRuleSource('');
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => { for (const end of ends.reverse()) await end(); });
const sleep = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

test('lag, the oldest unread record, counters and flushes of the stages of this process', async () => {
  let ahead = -2 * MINUTE;
  const log = new EmbeddedLog({ file: join(mkdtempSync(join(tmpdir(), 'fenghuo-health-')), 'log.sqlite'), now: () => Date.now() + ahead, partitions: () => 1 });
  await log.ensureTopics();
  const measured = new MeasuredStages(log);
  let stuck = true;
  const members = (names: Parameters<typeof membersOf>[0], shared: ReturnType<SharedLog['owner']>) => membersOf(names, {
    log: shared, membership: { join: async (_group, _topic, owner) => { owner.gained([0]); return { leave: () => owner.lost([0]) }; } }, artifacts: new Artifacts(shared), config: CONFIG, signatures: undefined,
    given: { files: source.files, seeds: source.tables, folder: {} }, now: () => Date.now() + ahead, clock: () => performance.now(), sleep, tell: () => undefined, flushEveryMs: 1, count: measured.count, flushed: measured.flushed,
  });
  const shared = new SharedLog(log);
  const hosts = [...members(['intake'], shared.owner()), ...members(['screening'], shared.owner((call) => (call === 'commit' && stuck ? 'before' : 'none')))];
  measured.hosts = hosts;
  for (const host of hosts) await host.start();
  ends.push(async () => { for (const host of hosts) await host.stop(); await log.close(); });
  const health = await serveHealth({ status: () => measured.status(), unread: () => measured.unread(), counts: measured.counts, onFlush: (hear) => measured.onFlush(hear), storeTrouble: () => undefined, storeLag: async () => ({}), logTrouble: async () => undefined }, { host: '127.0.0.1', port: 0, version: '0' });
  ends.push(() => health.stop());
  const text = async (path: string): Promise<string> => (await fetch(health.address + path)).text();
  const value = async (name: string, labels: string): Promise<number> => Number((await text('/metrics')).split('\n').find((line) => line.startsWith(`${name}{${labels}`))?.split(' ').at(-1) ?? Number.NaN);

  const sealed = Buffer.from([order({ appTime: '20261101120000' }), payment({ payTime: '20261101120000', appTime: '20261101120000' }), payment({ amountPaid: -1 })].map((one) => JSON.stringify(one)).join('\n'));
  await log.append('intake.orders.v1', 0, [{ type: 'original', key: '', eventTime: 0, arrival: 0, source: { topic: 'http', partition: 0, offset: 0, index: 0 },
    body: { feed: 'tester', form: '', origin: '', sealed, sealKeyId: '', at: 0, backfill: '', allowReference: false, replayOf: '', verified: false, operator: '', repaired: [] } }]);
  await expect.poll(() => value('fenghuo_stage_events_total', 'stage="intake",name="accepted"'), { timeout: 20_000 }).toBe(2);
  expect(await text('/metrics')).toMatch(/fenghuo_stage_events_total\{stage="intake",name="rejected_\w+"\} 1/);
  expect(await value('fenghuo_flush_pause_seconds_count', 'stage="intake"')).toBeGreaterThan(0);

  // It measures no disk, so it must not seem to have a full one; of its memory it tells what it may use.
  expect(await text('/metrics')).not.toContain('fenghuo_disk_');
  expect(Number(/^fenghuo_memory_limit_bytes (\S+)$/m.exec(await text('/metrics'))?.[1])).toBeGreaterThan(1e8);

  // Screening can't commit: what it has not read has waited since it was appended.
  ahead = 0;
  const place = 'stage="screening",topic="journal.v1",partition="0"';
  await expect.poll(() => value('fenghuo_stage_lag_records', place), { timeout: 20_000 }).toBeGreaterThan(2);
  expect(await value('fenghuo_stage_oldest_unread_seconds', place)).toBeGreaterThanOrEqual(120);
  const waiting = async () => (JSON.parse(await text('/readyz')) as Readiness).stages.find(({ stage }) => stage === 'screening');
  expect(await waiting()).toMatchObject({ topic: 'journal.v1', partition: 0, state: 'trouble', waitingMs: expect.toSatisfy((ms: number) => ms >= 2 * MINUTE) });
  stuck = false;
  await expect.poll(async () => (await waiting())?.waitingMs, { timeout: 20_000 }).toBeLessThan(MINUTE);

  // What another process has by now, this one says nothing of any more.
  measured.hosts = [];
  expect(await text('/metrics')).not.toMatch(/fenghuo_stage_(lag_records|position|oldest_unread_seconds)\{/);
}, 60_000);
