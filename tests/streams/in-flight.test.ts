/** A batch is written, the disk has it a moment later, and the next one is gathered meanwhile: whatever ends the process or fails then. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { NEVER } from '../../streams/timers.ts';
import { Disk, found, Works } from './in-flight.ts';
import { entry } from './log-contract.ts';
import { modelAt, tablesOf } from './state-writer.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'fenghuo-flight-'));
const numbers = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i));

async function expectWhole(file: string, least: number, most: number): Promise<void> {
  const { position, journal, facts, orders } = await found(file);
  expect(position).toBeGreaterThanOrEqual(least);
  expect(position).toBeLessThanOrEqual(most);
  expect([journal, facts]).toEqual([numbers(position), numbers(position)]);
  expect(orders).toEqual(modelAt(position));
}

test('given any batches, syncs that fail, batches gathered behind them and power cuts: what was answered is there, what is there is whole, and each is told once', async () => {
  const round = fc.record({ behind: fc.boolean(), fails: fc.boolean(), share: fc.double({ min: 0, max: 1, noNaN: true }) });
  await fc.assert(fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
    const data = folder();
    const works = new Works(join(data, 'log.sqlite'));
    const { disk, log, told } = works;
    let cuts = 0;
    let answered = 0;
    const cut = async (share: number, most: number): Promise<void> => {
      const to = join(data, `cut${cuts++}`);
      works.cut(to, share);
      await expectWhole(to, answered, most);
    };
    await works.restore();
    for (const { behind, fails, share } of rounds) {
      const before = told.length;
      const { durable } = await works.batch();
      const written = works.n;
      const bytes = disk.size;
      const next = behind ? works.batch() : undefined;
      next?.catch(() => undefined);
      await turn();
      // Read as if it were on the disk, and by nobody told or answered; the one behind it is not even written.
      for (let at = 0; at < works.n; at++) expect((await log.read('journal.v1', 0, at, 1))[0]?.key).toBe(String(at));
      expect([told.length, disk.held, disk.size]).toEqual([before, 1, bytes]);
      if (!behind) expect(new Map(tablesOf(works.state).orders.entries())).toEqual(modelAt(works.n));
      await cut(share, written);
      if (fails) {
        disk.fail();
        await expect(durable).rejects.toThrow(/log\.sqlite.*bring a batch to the disk/);
        if (next) await expect(next).rejects.toThrow(/bring a batch to the disk/);
        await expect(log.append('journal.v1', 0, [entry('no')])).rejects.toThrow(/bring a batch to the disk/);
        log.reset();
        disk.safe = 0; // what was there is in the database
        await works.restore();
        answered = written; // by whoever asks the log
        expect(works.n).toBe(written);
      } else {
        disk.letGo();
        await durable;
        answered = written;
        if (next) {
          const second = await next;
          await turn();
          disk.letGo();
          await second.durable;
          answered++;
        }
      }
      expect(told).toEqual(numbers(answered));
      await cut(share, works.n);
    }
    await log.close();
  }), { numRuns: 12 });
}, 60_000);

test('kill -9 with one batch in flight and one behind it: all parts of the one are there, nothing of the other', async () => {
  const file = join(folder(), 'log.sqlite');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'in-flight.ts'), file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout, 'data') as [Buffer];
  expect(String(said)).toBe('10 told, 1 in flight\n');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await expectWhole(file, 11, 11);
});

test('rows are read while their write is in flight, moved ones too', async () => {
  const file = join(folder(), 'log.sqlite');
  const disk = new Disk(file);
  const log = new EmbeddedLog({ file, now: () => 0, roomBytes: 1, sync: disk.sync });
  const rest = log.rest('stage', 'journal.v1', 0, 'rows');
  const model = new Map<string, string>();
  for (let round = 0; round < 12; round++) {
    // All but a few of each round's keys come again in the next, so that segments wear out and what is left of them moves.
    for (let i = 0; i < 1_000; i++) {
      const key = `k${i < 950 ? i : `${round}.${i}`}`;
      rest.put(key, `${round}.${i}`, NEVER);
      model.set(key, `${round}.${i}`);
    }
    const { durable } = await log.written(() => log.commit({ group: 'stage', topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [], position: round, pass: { begins: false, ends: false } } }));
    expect(new Map(rest.entries())).toEqual(model);
    await turn();
    disk.letGo();
    await durable;
  }
  await log.close();
});
