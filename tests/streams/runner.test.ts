import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Artifacts } from '../../streams/artifacts.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import type { Commit } from '../../streams/log.ts';
import { PartitionRunner, RepeatFilter, type Mark } from '../../streams/runner.ts';
import type { Codec, Stage } from '../../streams/stage.ts';
import { entry } from './log-contract.ts';

/** Emits a running count of the records of each key. */
const counting: Stage = {
  name: 'counting', input: 'journal.v1', outputs: ['facts.v1'],
  open: ({ state, emit }) => {
    const counts = state.table<number>('count');
    return {
      apply: (record) => {
        const count = (counts.get(record.key) ?? 0) + 1;
        counts.set(record.key, count);
        emit({ topic: 'facts.v1', partition: 0, key: `${record.key}${count}`, type: 'tick', eventTime: 0, arrival: 0, body: { intake: record.key, time: count } });
      },
    };
  },
};

/** The same, with its counts at rest. */
const rests: Stage = { ...counting, open: (context) => counting.open({ ...context, state: { table: (name) => context.state.table(name, { rests: true, encode: String, decode: Number } as unknown as Codec<never>) } }) };

const file = () => join(mkdtempSync(join(tmpdir(), 'fenghuo-runner-')), 'log.sqlite');
async function runner(log: EmbeddedLog, stage: Stage, flushKeys: number): Promise<PartitionRunner> {
  const made = new PartitionRunner(stage, 0, log, new Artifacts(log), { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys, clock: () => 0 });
  await made.start();
  return made;
}
const emitted = async (log: EmbeddedLog) => (await log.read('facts.v1', 0, 0, 1_000)).map((r) => r.key);

test('given a crash after outputs and before state, the replay emits again and a filtering reader sees each output once', async () => {
  const path = file();
  const log = new EmbeddedLog({ file: path, now: () => 0 });
  await log.append('journal.v1', 0, ['a', 'b', 'a'].map((k) => entry(k)));
  const first = await runner(log, counting, 1_000); // never flushes state
  await first.advance(10);
  expect(await emitted(log)).toEqual(['a1', 'b1', 'a2']);

  const after = new EmbeddedLog({ file: path, now: () => 0 });
  const second = await runner(after, counting, 1);
  expect(second.position).toBe(0);
  await second.advance(10);
  expect(await emitted(after)).toEqual(['a1', 'b1', 'a2', 'a1', 'b1', 'a2']);

  const marks = new Map<string, Mark>();
  const filter = new RepeatFilter({ get: (k) => marks.get(k), set: (k, v) => void marks.set(k, v) });
  const seen = (await after.read('facts.v1', 0, 0, 100)).filter((r) => !filter.seen(r)).map((r) => r.key);
  expect(seen).toEqual(['a1', 'b1', 'a2']);

  const third = await runner(new EmbeddedLog({ file: path, now: () => 0 }), counting, 1);
  expect(third.position).toBe(3);
});

test('where outputs are durable with the records, a replay tells none of them again, and what comes behind goes on from its state; a stage that is new tells all', async () => {
  const path = file();
  const log = new EmbeddedLog({ file: path, now: () => 0 });
  const entries = ['a', 'b', 'a', 'c', 'a'].map((k) => entry(k));
  await log.append('journal.v1', 0, entries.slice(0, 1));
  await (await runner(log, counting, 1)).advance(10); // position 1, with its state
  await log.append('journal.v1', 0, entries.slice(1, 4));
  await (await runner(log, counting, 1_000)).advance(10); // outputs, and no state

  const after = new EmbeddedLog({ file: path, now: () => 0 });
  const restarted = async (stage: Stage) => {
    const made = new PartitionRunner(stage, 0, after, new Artifacts(after), { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys: 1_000, told: after.endOf('journal.v1', 0), clock: () => 0 });
    await made.start();
    return made;
  };
  const heir = await restarted(counting);
  expect(heir.position).toBe(1);
  await heir.advance(10);
  expect(await emitted(after)).toEqual(['a1', 'b1', 'a2', 'c1']);
  await after.append('journal.v1', 0, entries.slice(4));
  await heir.advance(10);
  expect((await emitted(after)).slice(4)).toEqual(['a3']);

  await (await restarted({ ...counting, name: 'new' })).advance(10);
  expect((await emitted(after)).slice(5)).toEqual(['a1', 'b1', 'a2', 'c1', 'a3']);
});

test('a record that its source sent twice is stepped once', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  const twice = entry('a');
  await log.append('journal.v1', 0, [twice, entry('b'), twice]);
  const run = await runner(log, counting, 1);
  await run.advance(10);
  expect(await emitted(log)).toEqual(['a1', 'b1']);
  expect(run.dropped).toBe(1);
});

test('a step that throws names stage and record, and the position stays before it', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  await log.append('journal.v1', 0, [entry('a')]);
  const broken: Stage = { ...counting, name: 'broken', open: () => ({ apply: () => { throw new Error('no such field'); } }) };
  const run = await runner(log, broken, 1);
  await expect(run.advance(10)).rejects.toThrow(/broken failed on journal.v1 partition 0 offset 0 \(tick/);
  expect(await log.position('broken', 'journal.v1', 0)).toBe(0);
});

test('a control record whose content is nowhere holds the partition with an error that names it', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  await log.append('journal.v1', 0, [{ ...entry('rule-set'), type: 'control', body: { name: 'rule-set', version: '1', hash: 'feed', by: 'test' } }]);
  const run = await runner(log, counting, 1);
  await expect(run.advance(10)).rejects.toThrow(/artifacts.v1 holds no content with hash feed/);
});

test('runners flush at their own turn of the time, however late a flush comes, and so never fall together', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  let now = 10_000;
  const made = await Promise.all([0, 0.5].map(async (flushTurn, i) => {
    const run = new PartitionRunner({ ...counting, name: `turn-${i}` }, 0, log, new Artifacts(log), { flushEveryMs: 1_000, flushKeys: 1e9, flushTurn, clock: () => now });
    await run.start();
    return run;
  }));
  const flushed: number[][] = [[], []];
  for (; now < 14_000; now += 130) {
    await log.append('journal.v1', 0, [entry('a')]);
    for (const [i, run] of made.entries()) {
      const before = await log.position(`turn-${i}`, 'journal.v1', 0);
      await run.advance(10);
      if ((await log.position(`turn-${i}`, 'journal.v1', 0)) !== before) flushed[i]?.push(now);
    }
  }
  // Each at its first look after its place on the grid: 0 or 500 ms into a second.
  expect(flushed.map((times) => times.map((at, i) => Math.floor((at - 11_000 - (times === flushed[1] ? -500 : 0)) / 1_000) - i))).toEqual([[0, 0, 0], [0, 0, 0, 0]]);
  expect(flushed[0]?.some((at) => flushed[1]?.includes(at))).toBe(false);
});

test('runners that flush by changed keys begin in turn, and so stay apart', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  const made = await Promise.all([0, 0.5].map(async (flushTurn, i) => {
    const run = new PartitionRunner({ ...counting, name: `turn-${i}` }, 0, log, new Artifacts(log), { flushEveryMs: 1_000, flushKeys: 11, flushTurn, clock: () => 0 });
    await run.start();
    return run;
  }));
  const flushed: number[][] = [[], []];
  for (let n = 1; n <= 30; n++) {
    await log.append('journal.v1', 0, [entry(`k${n}`)]); // with the mark of its source, one key more
    for (const [i, run] of made.entries()) {
      await run.advance(10);
      if ((await log.position(`turn-${i}`, 'journal.v1', 0)) === n) flushed[i]?.push(n);
    }
  }
  expect(flushed).toEqual([[10, 20, 30], [5, 15, 25]]);
});

test('where the log takes a flush beside, state is gathered between records and batches: what comes meanwhile is in the next flush, and a stop waits for all', async () => {
  const path = file();
  const log = new EmbeddedLog({ file: path, now: () => 0 });
  const flushes: [position: number, keys: string[]][] = [];
  const beside = new Proxy(log, { get: (target, name) => {
    if (name === 'flushesBeside') return true;
    if (name === 'rest') return undefined;
    const call: unknown = name === 'commit' ? (given: Commit) => {
      if (given.state) flushes.push([given.state.position, given.state.changes.map(({ key, value }) => `${key.replace('journal.v1/0', 'j')} ${String(value)}`)]);
      return target.commit(given);
    } : Reflect.get(target, name);
    return typeof call === 'function' ? call.bind(target) as unknown : call;
  } });
  await log.append('journal.v1', 0, ['a', 'b', 'c', 'b', 'a', 'd'].map((k) => entry(k)));
  const run = new PartitionRunner(rests, 0, beside, new Artifacts(beside), { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys: 3, gatherKeys: 1, clock: () => 0 });
  await run.start();
  await run.advance(3);
  expect(flushes, 'three keys take three turns').toEqual([]);
  await run.advance(2);
  expect(flushes.map(([position, keys]) => [position, keys.filter((key) => key.startsWith('count/')).sort()])).toEqual([[3, ['count/a 1', 'count/b 1', 'count/c 1']]]);
  await run.advance(1);
  await run.flush();
  expect(flushes.slice(1).map(([position, keys]) => [position, keys.filter((key) => key.startsWith('count/')).sort()])).toEqual([[6, ['count/a 2', 'count/b 2', 'count/d 1']]]);
  expect(await log.position('counting', 'journal.v1', 0)).toBe(6);
});

test('in the log\'s own file, too, a flush is of the state at its beginning, though its rows go there bit by bit', async () => {
  const path = file();
  const log = new EmbeddedLog({ file: path, now: () => 0 });
  await log.append('journal.v1', 0, ['a', 'b', 'c', 'b', 'a', 'd'].map((k) => entry(k)));
  const run = new PartitionRunner(rests, 0, log, new Artifacts(log), { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys: 3, gatherKeys: 1, clock: () => 0 });
  await run.start();
  await run.advance(3);
  expect([await log.position('counting', 'journal.v1', 0), await emitted(log)], 'three keys take three turns').toEqual([0, ['a1', 'b1', 'c1']]);
  await run.advance(2);
  expect([await log.position('counting', 'journal.v1', 0), await emitted(log)]).toEqual([3, ['a1', 'b1', 'c1', 'b2', 'a2']]);
  await run.advance(1);

  const after = new EmbeddedLog({ file: path, now: () => 0 });
  const again = await runner(after, rests, 1_000);
  await again.advance(10);
  expect((await emitted(after)).slice(6)).toEqual(['b2', 'a2', 'd1']);
});

test('where the log takes a flush beside, the stage goes on meanwhile, begins no other before its end, and does not outlive its failure', async () => {
  const log = new EmbeddedLog({ file: file(), now: () => 0 });
  const flushes: PromiseWithResolvers<void>[] = [];
  const commit = async (given: Commit): Promise<void> => {
    if (given.state) {
      expect(given.outputs, 'what a flush covers is durable before it').toEqual([]);
      flushes.push(Promise.withResolvers<void>());
      await flushes.at(-1)?.promise;
    }
    await log.commit(given);
  };
  const beside = new Proxy(log, { get: (target, name) => {
    if (name === 'flushesBeside') return true;
    const call: unknown = name === 'commit' ? commit : Reflect.get(target, name);
    return typeof call === 'function' ? call.bind(target) as unknown : call;
  } });
  await log.append('journal.v1', 0, ['a', 'b', 'c'].map((k) => entry(k)));
  const run = await runner(beside, counting, 1);
  await run.advance(1);
  expect([await emitted(log), await log.position('counting', 'journal.v1', 0), flushes.length]).toEqual([['a1'], 0, 1]);
  const second = run.advance(1);
  await expect.poll(() => emitted(log)).toEqual(['a1', 'b1']);
  expect(flushes.length).toBe(1);
  flushes[0]?.resolve();
  await second;
  expect([await log.position('counting', 'journal.v1', 0), flushes.length]).toEqual([1, 2]);
  flushes[1]?.reject(new Error('no answer'));
  await expect(run.advance(1)).rejects.toThrow('no answer');
  await expect(run.flush()).rejects.toThrow('no answer');
  expect(await log.position('counting', 'journal.v1', 0)).toBe(1);
});
