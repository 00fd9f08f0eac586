import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EmbeddedLog, type EmbeddedLogOptions } from '../../streams/embedded/log.ts';
import { TOPICS } from '../../streams/topics.ts';
import { entry } from './log-contract.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

class Clocked {
  now = 0;
  readonly file = join(mkdtempSync(join(tmpdir(), 'fenghuo-retention-')), 'log.sqlite');
  readonly log: EmbeddedLog;
  constructor(options: Partial<EmbeddedLogOptions> = {}) {
    this.log = new EmbeddedLog({ file: this.file, now: () => this.now, ...options });
  }
  append = (topic: string, bytes: number, partition = 0): Promise<number> => this.log.append(topic, partition, [entry('k'.repeat(bytes))]);
  start = async (topic: string): Promise<number> => (await this.log.bounds(topic, 0)).start;
  prune() {
    let turns = 0;
    for (; ;) {
      const turn = this.log.prune();
      if (!turn.more || ++turns > 1_000) return turn;
    }
  }
}

test('every topic keeps its hours and its last batch', async () => {
  const topics = TOPICS.filter(({ compacted }) => !compacted);
  for (const { name, retentionHours } of topics) {
    expect(retentionHours, name).toBeGreaterThan(0);
    if (name.startsWith('intake.')) expect(retentionHours, name).toBeLessThanOrEqual(72);
  }
  const clocked = new Clocked();
  for (let day = 0; day < 4; day++) {
    clocked.now = day * DAY;
    await clocked.log.together(async () => { for (const { name } of topics) await clocked.append(name, 10); });
  }
  for (const hours of [72, 168]) {
    clocked.now = hours * HOUR + 1.5 * DAY;
    clocked.prune();
    for (const { name, retentionHours } of topics) expect(await clocked.start(name), name).toBe(retentionHours === hours ? 2 : retentionHours < hours ? 3 : 0);
  }
  clocked.now += 365 * DAY;
  clocked.prune();
  for (const { name } of topics) expect(await clocked.log.bounds(name, 0)).toEqual({ start: 3, end: 4 });
});

test('over its bytes the oldest of all topics goes first, in turns, until it fits; contents named by control records stay', async () => {
  const clocked = new Clocked({ maxBytes: 200_000 });
  await clocked.append('artifacts.v1', 20_000);
  for (let i = 0; i < 200; i++) {
    clocked.now = i * 1_000;
    await clocked.append(i % 3 === 0 ? 'facts.v1' : 'journal.v1', 1_000);
  }
  const { bytes } = clocked.prune();
  expect(bytes).toBeLessThanOrEqual(200_000);
  expect(bytes).toBeGreaterThan(190_000);
  expect(await clocked.log.bounds('artifacts.v1', 0)).toEqual({ start: 0, end: 1 });
  // The same age is left of both.
  expect(Math.abs(await clocked.start('journal.v1') - 2 * await clocked.start('facts.v1'))).toBeLessThanOrEqual(2);
});

test('what a reader has still to read stays, whatever its age and the limit; who holds it is named', async () => {
  const clocked = new Clocked({ maxBytes: 5_000, readers: { store: ['facts.v1'] } });
  for (let i = 0; i < 30; i++) await clocked.append('facts.v1', 1_000);
  clocked.now = 100 * DAY;
  expect(clocked.prune().held?.message).toMatch(/^the log in .* holds 0\.00 GB, 0\.00 GB are allowed \(FENGHUO_LOG_BYTES\), but store has read facts\.v1 partition 0 only up to offset 0: what is unread is never dropped.*Next:/);
  expect(await clocked.start('facts.v1')).toBe(0);
  clocked.log.reads('store', 'facts.v1', 0, 12);
  expect(clocked.prune().held?.code).toBe('HELD');
  expect(await clocked.start('facts.v1')).toBe(12);
  expect(await clocked.log.position('stage', 'facts.v1', 0)).toBe(0); // a stage that reads the same, from the beginning
  clocked.log.reads('store', 'facts.v1', 0, 30);
  clocked.prune();
  expect(await clocked.start('facts.v1')).toBe(12);
  await clocked.log.commit({ group: 'stage', topic: 'facts.v1', partition: 0, outputs: [], state: { changes: [], position: 30, pass: { begins: false, ends: false } } });
  expect(clocked.prune().held).toBeUndefined();
  expect(await clocked.log.bounds('facts.v1', 0)).toEqual({ start: 29, end: 30 });
});

test('given any appends, readings and clocks, no reader ever finds a gap, and no more is kept than must be', async () => {
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), bytes: fc.integer({ min: 1, max: 900 }), partition: fc.nat(1) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), partition: fc.nat(1), share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.nat(60) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('prune' as const) }) },
  );
  await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 50 }), async (actions) => {
    const clocked = new Clocked({ maxBytes: 3_000, readers: { store: ['journal.v1'] } });
    const at = [0, 0];
    for (const a of actions) {
      if (a.do === 'append') await clocked.append('journal.v1', a.bytes, a.partition);
      else if (a.do === 'wait') clocked.now += a.hours * HOUR;
      else if (a.do === 'read') {
        const { start, end } = await clocked.log.bounds('journal.v1', a.partition);
        expect(start).toBeLessThanOrEqual(at[a.partition] as number);
        at[a.partition] = Math.max(at[a.partition] as number, Math.floor(a.share * end));
        clocked.log.reads('store', 'journal.v1', a.partition, at[a.partition] as number);
      } else {
        const { bytes, held } = clocked.prune();
        const bounds = [await clocked.log.bounds('journal.v1', 0), await clocked.log.bounds('journal.v1', 1)];
        for (const [p, { start }] of bounds.entries()) expect(start).toBeLessThanOrEqual(at[p] as number);
        const free = bounds.some(({ start, end }, p) => start < (at[p] as number) && start < end - 1);
        if (bytes > 3_000) expect(free).toBe(false);
        if (held) expect(bytes).toBeGreaterThan(3_000);
      }
    }
    await clocked.log.close();
  }), { numRuns: 20 });
}, 60_000);

test('the file becomes small again', async () => {
  const clocked = new Clocked({ maxBytes: 1_000_000 });
  for (let i = 0; i < 25; i++) await clocked.log.append('journal.v1', 0, Array.from({ length: 100 }, () => entry('k'.repeat(50_000))));
  await clocked.log.close();
  const grown = statSync(clocked.file).size;
  expect(grown).toBeGreaterThan(120e6);
  const again = new EmbeddedLog({ file: clocked.file, now: () => 0, maxBytes: 1_000_000 });
  for (let i = 0; i < 80; i++) again.prune();
  await again.close();
  expect(statSync(clocked.file).size).toBeLessThan(75e6);
}, 60_000);
