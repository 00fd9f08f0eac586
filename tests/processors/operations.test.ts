/** Reference tables by topic: they end where those of the other doors end, each record once, whatever ends the process in between. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileOnceSteps } from '../../language/compile-once.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { createSeal } from '../../processors/intake/seal.ts';
import { here } from '../../processors/intake/service.ts';
import { Operations, OPERATIONS } from '../../processors/operations.ts';
import { Reference } from '../../processors/reference.ts';
import type { DeadLetter } from '../../schemas/risk/alert.ts';
import type { Operation } from '../../schemas/risk/journal.ts';
import type { LogRecord } from '../../streams/log.ts';
import { smallSource } from '../language/sources.ts';
import { CONFIG } from '../trade.ts';

const { files, tables } = smallSource({}, { 'words.csv': '# version: 1, complete: false, source: t\nword,score\nivory,1\n' });
const words = (version: string, ...rows: string[]): string => `# version: ${version}, complete: false, source: t\nword,score\n${rows.map((row) => `${row}\n`).join('')}`;
const file = (): string => join(mkdtempSync(join(tmpdir(), 'fenghuo-operations-')), 'log.sqlite');
const seal = createSeal(CONFIG.sealKey, CONFIG.sealKeyId);

interface Run { pipeline: EmbeddedPipeline; reference: Reference; operations: Operations; trouble: Error[] }
async function open(path: string, folder: Record<string, string> = {}): Promise<Run> {
  const trouble: Error[] = [];
  const pipeline = new EmbeddedPipeline({ file: path, intake: here(createIntake(CONFIG)), stages: [], maxQueued: 1_000, maxIntakeBytes: 1 << 20, maxBatch: 10, flushEveryMs: 1e9, flushKeys: 1e9, onTrouble: (error) => trouble.push(error) });
  await pipeline.start();
  const reference = new Reference(pipeline, compileOnceSteps);
  expect(await reference.start(files, tables, folder)).toEqual([]);
  const operations = new Operations(pipeline, reference, seal, (error) => trouble.push(error));
  return { pipeline, reference, operations, trouble };
}
const position = ({ pipeline }: Run): Promise<number> => pipeline.log.position('reference', OPERATIONS, 0);
async function settled(run: Run): Promise<void> {
  const { end } = await run.pipeline.log.bounds(OPERATIONS, 0);
  while (await position(run) < end) await new Promise((resolve) => { setTimeout(resolve, 5); });
  await run.pipeline.write(async () => undefined); // whoever waited for what came before has heard of it
}
const all = async ({ pipeline }: Run, topic: string): Promise<LogRecord[]> => {
  const records: LogRecord[] = [];
  for (let p = 0; p < pipeline.log.partitions(topic); p++) {
    const { start, end } = await pipeline.log.bounds(topic, p);
    for (let at = start; at < end;) {
      const read = await pipeline.log.read(topic, p, at, 100);
      records.push(...read);
      at += read.length;
    }
  }
  return records;
};
const history = async ({ reference }: Run) => (await reference.history('words', 10)).map(({ version, by, added, changed, removed }) => [version, by, added, changed, removed]);
const inForce = async ({ reference }: Run) => (await reference.list()).find((t) => t.table === 'words');
/** Without a good end. */
const kill = async ({ pipeline }: Run): Promise<void> => { await pipeline.log.close(); };
const end = async ({ pipeline, operations }: Run): Promise<void> => { await operations.stop(); await pipeline.stop(); };

const NEXT = words('2', 'ivory,0.9', 'horn,1');
const doors: Record<string, (run: Run, text: string) => Promise<unknown>> = {
  folder: () => Promise.resolve(), // given at start
  http: ({ reference }, text) => reference.load('words', text, 'office', false),
  topic: async (run, text) => { await run.operations.put('words', text, 'office'); await settled(run); },
};

describe('every door ends in the same place', () => {
  test.each(Object.keys(doors))('%s: the same edition, difference and history', async (door) => {
    const run = await open(file(), door === 'folder' ? { 'words.csv': NEXT } : {});
    await run.operations.start();
    await doors[door]?.(run, NEXT);
    const by = door === 'folder' ? 'folder' : 'office';
    expect(await inForce(run)).toMatchObject({ version: '2', by, rows: 2, complete: false });
    expect(await history(run)).toEqual([['2', by, 1, 1, 0], ['1', 'start', 1, 0, 0]]);
    expect((await run.reference.text('words', undefined))?.text).toBe(NEXT);
    await end(run);
  });

  test.each<[string, string, string, string, RegExp]>([
    ['a bad row', words('2', 'ivory,2'), 'TABLE_REFUSED', 'words.csv:3', /^words.csv:3 score: expected a number from 0 to 1, given `2`/],
    ['a name that stood for other rows', words('1', 'horn,1'), 'VERSION_TAKEN', 'words.csv:1', /version 1 was put in force before with other rows/],
    ['another encoding', words('2', 'x\uFFFD,1'), 'TABLE_REFUSED', 'words.csv:3', /expected UTF-8/],
  ])('%s is refused by each with the same words; by topic it is a dead letter and an operation', async (_what, text, code, path, says) => {
    const run = await open(file());
    await run.operations.start();
    const told = await run.reference.load('words', text, 'office', false);
    expect(told).toMatchObject({ ok: false, code });
    await doors['topic']?.(run, text);
    expect((await inForce(run))?.version).toBe('1');
    const letter = (await all(run, 'dead-letters.v1')).map((r) => r.body as DeadLetter);
    expect(letter).toMatchObject([{ reason: code, path, feed: 'office/reference', messageType: 'reference', form: 'csv' }]);
    expect(letter[0]?.message).toMatch(says);
    if (!told.ok) expect(letter[0]?.message).toContain(told.findings[0]?.message);
    expect(seal.unseal(letter[0]?.sealed as Uint8Array).toString()).toBe(text);
    expect((await all(run, 'journal.v1')).filter((r) => r.type === 'operation').map((r) => r.body as Operation)).toMatchObject([{ kind: 'rejected', feed: 'office/reference', messageType: 'reference', code }]);
    await end(run);
  });

  test('an unknown table and a record of another kind are refused; what stands behind them is taken', async () => {
    const run = await open(file());
    await run.operations.start();
    await run.operations.put('colours', NEXT, 'office');
    await run.pipeline.write(async ({ log, entry }) => { await log.append(OPERATIONS, 0, [entry('tick', 'tick', { intake: 'x', time: 1 })]); });
    await run.operations.put('words', NEXT, '');
    await settled(run);
    expect((await all(run, 'dead-letters.v1')).map((r) => r.body as DeadLetter).map(({ reason, feed }) => [reason, feed])).toEqual([['UNKNOWN_TABLE', 'office/reference'], ['UNKNOWN_TYPE', 'unknown/reference']]);
    expect(await inForce(run)).toMatchObject({ version: '2', by: '()' });
    await end(run);
  });

  test('the same content again is no new edition, by whatever door; nobody takes the installation’s names', async () => {
    const run = await open(file());
    await run.operations.start();
    await doors['topic']?.(run, NEXT);
    await doors['http']?.(run, NEXT);
    await doors['topic']?.(run, NEXT);
    expect(await history(run)).toHaveLength(2);
    await run.operations.put('words', words('3', 'horn,1'), 'start');
    await settled(run);
    expect((await inForce(run))?.by).toBe('(start)');
    await end(run);
  });
});

describe('whatever ends the process', () => {
  const later = words('3', 'tusk,1');
  const good = [['3', 'b', 1, 0, 2], ['2', 'a', 1, 1, 0], ['1', 'start', 1, 0, 0]];

  test('before anything was read: the next start reads it', async () => {
    const path = file();
    const first = await open(path);
    await first.operations.put('words', NEXT, 'a');
    await first.operations.put('words', later, 'b');
    await kill(first);
    const again = await open(path);
    expect(await position(again)).toBe(0);
    await again.operations.start();
    await settled(again);
    expect(await history(again)).toEqual(good);
    await end(again);
  });

  test('between the edition and what follows: nothing is put in force twice, nor over what came since', async () => {
    const path = file();
    const first = await open(path);
    // The process ends at the first commit after the edition's.
    const { write } = first.pipeline;
    let writes = 0;
    first.pipeline.write = async (...args) => {
      if (++writes === 3) await new Promise(() => undefined); // put, edition, and then no more
      return write.apply(first.pipeline, args);
    };
    await first.operations.start();
    await first.operations.put('words', NEXT, 'a');
    while (writes < 3) await new Promise((resolve) => { setTimeout(resolve, 5); });
    expect((await inForce(first))?.version).toBe('2');
    await kill(first);
    const again = await open(path, { 'words.csv': later });
    expect(await inForce(again)).toMatchObject({ version: '3', by: 'folder' });
    await again.operations.start();
    await settled(again);
    await again.operations.put('words', words('4', 'claw,1'), 'c');
    await settled(again);
    expect((await history(again)).map(([version]) => version)).toEqual(['4', '3', '2', '1']);
    await end(again);
  });

  test.each(['journal.v1', 'dead-letters.v1', 'artifacts.v1'])('a commit that fails at %s is tried again, and each record counts once', async (topic) => {
    const run = await open(file());
    await run.operations.put('words', words('bad', 'x,9'), 'a');
    await run.operations.put('words', NEXT, 'a');
    const { log } = run.pipeline;
    const append = log.append.bind(log);
    log.append = async (to, ...rest) => {
      if (to !== topic) return append(to, ...rest);
      log.append = append;
      await append(to, ...rest);
      throw new Error('the disk said no');
    };
    await run.operations.start();
    await settled(run);
    expect(run.trouble.map((error) => error.message)).toContain('the disk said no');
    expect((await history(run)).map(([version]) => version)).toEqual(['2', '1']);
    expect(await all(run, 'dead-letters.v1')).toHaveLength(1);
    await end(run);
  });
});
