import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compileOnce as compile } from '../../language/compile-once.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake, type Submission } from '../../processors/intake/intake.ts';
import { here, type IntakeService } from '../../processors/intake/service.ts';
import { intakeThread } from '../../processors/intake/thread.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { RepeatFilter, type Mark } from '../../streams/runner.ts';
import type { LogRecord } from '../../streams/log.ts';
import { TOPICS } from '../../streams/topics.ts';
import { CONFIG, declaration, order, payment, waybill } from '../trade.ts';

const source = readRuleSource('');
const stages = [screening(compile), assessment(compile), warning(compile)];
const folder = (): string => mkdtempSync(join(tmpdir(), 'fenghuo-pipeline-'));
const submission = (...documents: Record<string, unknown>[]): Submission => ({ bytes: JSON.stringify(documents), form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '' });

async function open(data: string, over: { intake?: IntakeService; flushEveryMs?: number; maxQueued?: number; now?: () => number; onTrouble?: (error: Error) => void; sync?: () => Promise<void> } = {}): Promise<EmbeddedPipeline> {
  const pipeline = new EmbeddedPipeline({
    file: join(data, 'log.sqlite'), intake: here(createIntake(CONFIG)), stages, maxQueued: 1_000, maxIntakeBytes: 1 << 20, maxBatch: 100, flushEveryMs: 1e9, flushKeys: 1e9, ...over,
  });
  await pipeline.start();
  await pipeline.publishRules(source, 'test', 'test');
  return pipeline;
}

/** Everything in a topic as a reader with a repeat filter takes it. */
async function taken(pipeline: EmbeddedPipeline, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let partition = 0; partition < pipeline.log.partitions(topic); partition++) {
    const marks = new Map<string, Mark>();
    const filter = new RepeatFilter({ get: (key) => marks.get(key), set: (key, mark) => void marks.set(key, mark) });
    const { start, end } = await pipeline.log.bounds(topic, partition);
    for (let at = start; at < end;) {
      const batch = await pipeline.log.read(topic, partition, at, 1_000);
      records.push(...batch.filter((r) => !filter.seen(r)));
      at += batch.length;
    }
  }
  return records;
}
const until = async (what: () => boolean): Promise<void> => { while (!what()) await new Promise((resolve) => { setTimeout(resolve, 5); }); };
const matches = async (pipeline: EmbeddedPipeline): Promise<string[]> => (await taken(pipeline, 'facts.v1')).filter((r) => r.type === 'match').map((r) => (r.body as { state: string }).state);

test('an answered submission is durable: without a good end, the next start has it and goes on', async () => {
  const data = folder();
  const first = await open(data);
  expect(await first.submit(submission(order(), payment()))).toMatchObject({ accepted: 2, rejected: [] });
  first.log.close(); // as a kill would: no state was ever flushed
  const second = await open(data);
  expect(await second.submit(submission(declaration(), waybill()))).toMatchObject({ accepted: 2 });
  expect((await matches(second)).at(-1)).toBe('MATCHED');
  expect(await taken(second, 'journal.v1').then((r) => r.filter((x) => x.type === 'order').length)).toBe(1);
  await second.stop();
});

test('a replay after a crash appends outputs again, and a reader takes each once', async () => {
  const data = folder();
  const first = await open(data);
  await first.submit(submission(order(), payment(), waybill(), declaration()));
  const once = await matches(first);
  first.log.close();
  const second = await open(data);
  const rows = (await second.log.bounds('facts.v1', 0)).end + (await second.log.bounds('facts.v1', 1)).end;
  expect(await matches(second)).toEqual(once);
  expect(rows).toBeGreaterThan((await taken(second, 'facts.v1')).length);
  await second.stop();
});

test('once its state was flushed, a replay tells nothing again, and what comes goes on from it', async () => {
  const data = folder();
  const first = await open(data);
  await first.submit(submission(order()));
  await first.stop(); // flushes
  const second = await open(data);
  await second.submit(submission(payment(), waybill()));
  const ends = (pipeline: EmbeddedPipeline) => TOPICS.flatMap(({ name }) => Array.from({ length: pipeline.log.partitions(name) }, (_, partition) => `${name}/${partition} ${pipeline.log.endOf(name, partition)}`));
  const before = ends(second);
  second.log.close();
  const third = await open(data);
  expect(third.status().some(({ stage, position }) => stage === 'screening' && position > 0)).toBe(true);
  expect(ends(third)).toEqual(before);
  await third.submit(submission(declaration()));
  expect((await matches(third)).at(-1)).toBe('MATCHED');
  await third.stop();
});

test('after a stop in good order nothing is replayed', async () => {
  const data = folder();
  const first = await open(data);
  await first.submit(submission(order(), payment()));
  const before = (await first.log.bounds('facts.v1', 0)).end + (await first.log.bounds('facts.v1', 1)).end;
  await first.stop();
  const second = await open(data);
  expect((await second.log.bounds('facts.v1', 0)).end + (await second.log.bounds('facts.v1', 1)).end).toBe(before);
  await second.stop();
});

test('a commit that fails is told to its sender, and the next one goes through', async () => {
  const data = folder();
  const troubles: string[] = [];
  const pipeline = await open(data, { onTrouble: (error) => troubles.push(error.message) });
  const commit = pipeline.log.written.bind(pipeline.log);
  pipeline.log.written = async (work) => {
    pipeline.log.written = commit;
    return commit(async () => {
      await work();
      throw new Error('the disk said no');
    });
  };
  await expect(pipeline.submit(submission(order()))).rejects.toThrow('the disk said no');
  expect(troubles[0]).toContain('the disk said no');
  expect(await pipeline.submit(submission(order()))).toMatchObject({ accepted: 1 });
  expect((await taken(pipeline, 'journal.v1')).filter((r) => r.type === 'order')).toHaveLength(1);
  expect(pipeline.trouble).toBeUndefined();
  await pipeline.stop();
});

test('while what stands in the log cannot be read back, nothing more is taken: no stage passes over a record', async () => {
  const data = folder();
  const troubles: string[] = [];
  const pipeline = await open(data, { flushEveryMs: 0, onTrouble: (error) => troubles.push(error.message) });
  const [written, restore] = [pipeline.log.written.bind(pipeline.log), pipeline.log.restore.bind(pipeline.log)];
  pipeline.log.written = async (work) => {
    pipeline.log.written = written;
    return written(async () => {
      await work();
      throw new Error('the disk said no');
    });
  };
  let unreadable = 2;
  pipeline.log.restore = (...of) => {
    if (unreadable-- > 0) throw new Error('the disk cannot be read');
    return restore(...of);
  };
  const refused = pipeline.submit(submission(order({ orderNo: 'A' })));
  await expect(refused).rejects.toThrow('the disk said no');
  const sent = await Promise.all(['B', 'C', 'D'].map((orderNo) => pipeline.submit(submission(order({ orderNo })))));
  expect(sent.map(({ accepted }) => accepted)).toEqual([1, 1, 1]);
  expect(troubles.filter((told) => told.includes('cannot be read'))).toHaveLength(2);
  const orders = (await taken(pipeline, 'facts.v1')).filter((r) => r.type === 'fact');
  expect(orders).toHaveLength(3);
  await pipeline.stop();
});

test('nobody is answered or told before the disk has it; if it fails, the batch behind is refused as well, and what was answered or told stands once', async () => {
  const data = folder();
  const trouble: Error[] = [];
  let sync = (): Promise<void> => Promise.resolve();
  const pipeline = await open(data, { sync: () => sync(), onTrouble: (error) => trouble.push(error) });
  const told: string[] = [];
  pipeline.subscribe(['journal.v1'], (records) => { for (const { type, key } of records) if (type === 'order') told.push(key); });
  const keys = ['A', 'B', 'C', 'D'];
  const outcomes: string[] = [];
  const send = (orderNo: string) => pipeline.submit(submission(order({ orderNo }))).then(() => outcomes.push(`${orderNo} taken`), () => outcomes.push(`${orderNo} refused`));
  const held: PromiseWithResolvers<void>[] = [];
  sync = () => {
    held.push(Promise.withResolvers<void>());
    return (held.at(-1) as (typeof held)[0]).promise;
  };
  const first = send('A');
  await until(() => held.length === 1);
  const second = send('B');
  await until(() => pipeline.status().some(({ stage, topic, end, position }) => stage === 'screening' && topic === 'journal.v1' && end === position && pipeline.queueDepth === 0));
  expect([outcomes, told, held.length]).toEqual([[], [], 1]);
  held[0]?.reject(new Error('EIO: i/o error, fdatasync'));
  sync = () => Promise.resolve();
  await Promise.all([first, second]);
  expect(outcomes.toSorted()).toEqual(['A refused', 'B refused']);
  await until(() => pipeline.trouble === undefined && trouble.length > 0);
  expect(trouble[0]?.message).toMatch(/bring a batch to the disk.*EIO/);
  for (const orderNo of keys) await send(orderNo);
  expect(outcomes.slice(2)).toEqual(keys.map((orderNo) => `${orderNo} taken`));
  const journalled = (of: EmbeddedPipeline) => taken(of, 'journal.v1').then((records) => records.filter(({ type }) => type === 'order').map(({ key }) => key).toSorted());
  expect(await journalled(pipeline)).toEqual(told.toSorted());
  expect(told.map((key) => key.split('|').at(-1)).toSorted()).toEqual(['A', 'A', 'B', 'C', 'D']); // A came twice, and was in the file the first time
  await pipeline.stop();
  const again = await open(data);
  expect(await journalled(again)).toEqual(told.toSorted());
  await again.stop();
});

test('a full queue answers BUSY, and what waited is taken', async () => {
  const pipeline = await open(folder(), { maxQueued: 1 });
  const waiting = pipeline.submit(submission(order(), payment()));
  await Promise.resolve(); // intake has answered, the cycle has not begun
  await expect(pipeline.submit(submission(waybill()))).rejects.toMatchObject({ code: 'BUSY' });
  expect(await waiting).toMatchObject({ accepted: 2 });
  await pipeline.stop();
});

test('no tick passes a submission that intake still has in hand', async () => {
  let now = 1_800_000_000_000;
  const intake = here(createIntake(CONFIG));
  let letGo = (): void => undefined;
  const slow: IntakeService = { ...intake, take: async (s, at) => { await new Promise<void>((resolve) => { letGo = resolve; }); return intake.take(s, at); } };
  const pipeline = await open(folder(), { intake: slow, now: () => now });
  const arrival = now;
  const answer = pipeline.submit(submission(order()));
  now += 5_000;
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  letGo();
  await answer;
  for (const record of (await taken(pipeline, 'journal.v1')).filter((r) => r.type === 'order')) {
    const before = (await taken(pipeline, 'journal.v1')).filter((r) => r.type === 'tick' && r.partition === record.partition && r.offset < record.offset);
    expect(before.every((r) => (r.body as { time: number }).time <= arrival)).toBe(true);
  }
  await pipeline.stop();
});

test('the same rule set is published once; another one is put in force on every partition', async () => {
  const data = folder();
  const pipeline = await open(data);
  const controls = async () => (await taken(pipeline, 'journal.v1')).filter((r) => r.type === 'control').length;
  expect(await controls()).toBe(2);
  await pipeline.publishRules(source, 'test', 'test');
  expect(await controls()).toBe(2);
  await pipeline.publishRules({ ...source, tables: { ...source.tables, 'words.csv': `${source.tables['words.csv']}# another word\n` } }, 'test-2', 'test');
  expect(await controls()).toBe(4);
  await pipeline.stop();
});

test('intake in a thread gives what intake here gives: bodies, bytes, aliases, refusals, in order', async () => {
  const thread = intakeThread(CONFIG);
  const near = here(createIntake(CONFIG));
  const now = Date.parse('2026-11-02T12:00:00+08:00');
  const given = [submission(order(), payment()), submission(waybill(), declaration(), { type: 'order' }), { ...submission(), bytes: '{' }, { ...submission(order()), bytes: Buffer.from(JSON.stringify(order())) }];
  const far = await Promise.all(given.map((s) => thread.take(structuredClone(s), now)));
  const plain = ({ sealed: _, ...body }: Record<string, unknown>) => body; // sealing draws its own random numbers
  for (const [i, s] of given.entries()) {
    const expected = await near.take(s, now);
    expect(await thread.answer(structuredClone(s), now)).toEqual(await near.answer(s, now));
    expect(far[i]?.unreadable).toBe(expected.unreadable);
    expect(far[i]?.accepted.map((a) => [a.type, a.key, a.eventId, a.orderKey, a.eventTime, a.aliases, plain(a.body as never)])).toEqual(
      expected.accepted.map((a) => [a.type, a.key, a.eventId, a.orderKey, a.eventTime, a.aliases, plain(a.body as never)]));
    expect(far[i]?.rejected.map((r) => [r.index, r.code, r.path, Buffer.isBuffer(r.deadLetter.sealed)])).toEqual(expected.rejected.map((r) => [r.index, r.code, r.path, true]));
  }
  await thread.stop();
});

test('a lag is told with each tick while it lasts, in the journal, and once when it is over', async () => {
  let now = Date.UTC(2026, 10, 20, 4);
  const intake = here(createIntake(CONFIG));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => { release = resolve; });
  const pipeline = await open(folder(), { now: () => now, intake: { ...intake, take: (...given) => held.then(() => intake.take(...given)) } });
  const lags = async (): Promise<number[]> => (await taken(pipeline, 'journal.v1')).filter((r) => r.type === 'observation').map((r) => (r.body as { value: number }).value / 100_000);
  const answer = pipeline.submit(submission(order()));
  for (const seconds of [12, 3]) {
    now += seconds * 1000;
    await pipeline.write(async () => undefined);
  }
  expect(await lags()).toEqual([12, 15]);
  release();
  await answer;
  now += 2000;
  await pipeline.write(async () => undefined);
  now += 2000;
  await pipeline.write(async () => undefined);
  expect(await lags()).toEqual([12, 15, 0]);
  await pipeline.stop();
});
