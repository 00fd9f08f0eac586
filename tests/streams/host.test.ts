import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Artifacts } from '../../streams/artifacts.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { LogError } from '../../streams/errors.ts';
import { StageHost, stageOf } from '../../streams/host.ts';
import type { Log } from '../../streams/log.ts';
import { RepeatFilter, type Mark } from '../../streams/runner.ts';
import type { Stage } from '../../streams/stage.ts';
import { entry } from './log-contract.ts';
import { type Fault, SharedLog, ToldMembership } from './owned.ts';

/** Emits a running count of the records of each key, to the partition that it has itself. */
const counting: Stage = {
  name: 'counting', input: 'journal.v1', outputs: ['facts.v1'],
  open: ({ state, emit, partition }) => {
    const counts = state.table<number>('count');
    return {
      apply: (record) => {
        const count = (counts.get(record.key) ?? 0) + 1;
        counts.set(record.key, count);
        emit({ topic: 'facts.v1', partition, key: `${record.key}${count}`, type: 'tick', eventTime: 0, arrival: 0, body: { intake: record.key, time: count } });
      },
    };
  },
};

/** Waiting takes one turn of the event loop: what a test waits for is a condition, never a time. */
const sleep = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const until = async (what: () => boolean | Promise<boolean>): Promise<void> => { while (!(await what())) await sleep(); };

interface Around { shared: SharedLog; log: Log; troubles: string[] }
async function around(partitions = 2): Promise<Around> {
  const log = new EmbeddedLog({ file: join(mkdtempSync(join(tmpdir(), 'fenghuo-host-')), 'log.sqlite'), now: () => 0, partitions: () => partitions, sync: async () => undefined }); // waiting takes no time either
  await log.ensureTopics();
  return { shared: new SharedLog(log), log, troubles: [] };
}
function host({ shared, troubles }: Around, owned: readonly number[], { stage = counting, fault, flushKeys = 1, maxBatch = 3 }: { stage?: Stage; fault?: (call: string) => Fault; flushKeys?: number; maxBatch?: number } = {}) {
  const log = shared.owner(fault);
  const membership = new ToldMembership(owned);
  let now = 0;
  const made = new StageHost(stageOf(stage, log, new Artifacts(log), { flushEveryMs: 1e9, flushKeys, clock: () => now }), log, membership, { clock: () => now++, sleep, maxBatch, onTrouble: (error) => troubles.push(error.message) });
  return { made, membership };
}
async function taken(log: Log, partition: number): Promise<string[]> {
  const marks = new Map<string, Mark>();
  const filter = new RepeatFilter({ get: (k) => marks.get(k), set: (k, v) => void marks.set(k, v) });
  return (await log.read('facts.v1', partition, (await log.bounds('facts.v1', partition)).start, 100_000)).filter((r) => !filter.seen(r)).map((r) => r.key);
}
function counted(keys: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return keys.map((key) => { counts.set(key, (counts.get(key) ?? 0) + 1); return `${key}${counts.get(key)}`; });
}
const caughtUp = (made: StageHost, positions: number[]) => until(() => positions.every((end, p) => made.status().find((s) => s.partition === p)?.position === end));

test('what is gained runs, what is lost is flushed, and the next owner goes on there', async () => {
  const a = await around();
  const first = host(a, [0, 1], { flushKeys: 1e9 });
  await first.made.start();
  await a.log.append('journal.v1', 0, ['a', 'b', 'a', 'a'].map((k) => entry(k)));
  await a.log.append('journal.v1', 1, [entry('c')]);
  await caughtUp(first.made, [4, 1]);
  expect(first.made.status()).toMatchObject([{ stage: 'counting', topic: 'journal.v1', partition: 0, phase: 'running', position: 4, end: 4 }, { partition: 1, position: 1 }]);
  await first.membership.owner?.lost([0]);
  expect(first.made.status().map((s) => s.partition)).toEqual([1]);
  expect(await a.log.position('counting', 'journal.v1', 0)).toBe(4);
  const second = host(a, [0]);
  await second.made.start();
  await a.log.append('journal.v1', 0, [entry('a')]);
  await until(async () => (await taken(a.log, 0)).length === 5);
  expect(await taken(a.log, 0)).toEqual(['a1', 'b1', 'a2', 'a3', 'a4']);
  await Promise.all([first.made.stop(), second.made.stop()]);
  expect(a.troubles).toEqual([]);
});

test('an error throws the runner away: the next one begins at the committed position, and says what happened', async () => {
  const a = await around(1);
  let failing = 2;
  const run = host(a, [0], { fault: (call) => (call === 'commit' && failing-- > 0 ? 'after' : 'none') });
  await a.log.append('journal.v1', 0, ['a', 'b', 'a', 'a'].map((k) => entry(k)));
  await run.made.start();
  await until(() => a.troubles.length === 2 && run.made.status()[0]?.position === 4 && run.made.status()[0]?.trouble === undefined);
  expect(a.troubles[0]).toBe('counting: partition 0 of journal.v1: commit answered late. It begins anew at the committed position');
  expect(await taken(a.log, 0)).toEqual(['a1', 'b1', 'a2', 'a3']);
  await run.made.stop();
});

test('an owner that was paused is fenced: its state does not count, and the partition goes on', async () => {
  const a = await around(1);
  const hold = Promise.withResolvers<void>();
  const old = a.shared.owner();
  const commit = old.commit.bind(old);
  // Paused in its commit; when it comes back another one has claimed the partition.
  old.commit = async (c) => { await hold.promise; await commit(c); };
  const membership = new ToldMembership([0]);
  const zombie = new StageHost(stageOf(counting, old, new Artifacts(old), { flushEveryMs: 1e9, flushKeys: 1, clock: () => 0 }), old, membership, { clock: () => 0, sleep, maxBatch: 3, onTrouble: (error) => a.troubles.push(error.message) });
  await a.log.append('journal.v1', 0, ['a', 'b'].map((k) => entry(k)));
  await zombie.start();
  await until(() => zombie.status()[0]?.position === 2);
  const heir = host(a, [0]);
  await heir.made.start();
  await a.log.append('journal.v1', 0, ['a', 'a'].map((k) => entry(k)));
  await caughtUp(heir.made, [4]);
  const gone = membership.owner?.lost([0]);
  hold.resolve();
  await gone;
  expect(a.troubles.join()).toMatch(/claimed by another owner/);
  expect(zombie.status()).toEqual([]);
  expect(await a.log.position('counting', 'journal.v1', 0)).toBe(4);
  expect(await taken(a.log, 0)).toEqual(['a1', 'b1', 'a2', 'a3']);
  await heir.made.stop();
});

test.each(['missing', 'unreadable'])('a %s state is built anew from the records that the log has', async (how) => {
  const a = await around(1);
  await a.log.append('journal.v1', 0, ['a', 'b', 'a'].map((k) => entry(k)));
  const changes = how === 'missing' ? [] : [{ key: 'count/a', value: '{', offset: 2 }, { key: 'count/gone', value: '7', offset: 2 }, { key: 'count/later', value: '7', offset: 2 }];
  await a.log.commit({ group: 'counting', topic: 'journal.v1', partition: 0, outputs: [], state: { changes, position: 3, pass: { begins: false, ends: false } } });
  await a.log.append('journal.v1', 0, ['a', 'gone'].map((k) => entry(k)));
  const run = host(a, [0]);
  await run.made.start();
  await caughtUp(run.made, [5]);
  expect(a.troubles).toEqual([expect.stringMatching(/built anew from the records/)]);
  expect(await taken(a.log, 0)).toEqual(['a1', 'b1', 'a2', 'a3', 'gone1']);
  await run.made.stop();
  // What it left behind is whole: the next owner has no trouble, and nothing of the old state.
  await a.log.append('journal.v1', 0, ['a', 'gone', 'later'].map((k) => entry(k)));
  const next = host(a, [0]);
  await next.made.start();
  await caughtUp(next.made, [8]);
  expect((await taken(a.log, 0)).slice(-3)).toEqual(['a4', 'gone2', 'later1']);
  expect(a.troubles).toHaveLength(1);
  await next.made.stop();
});

test('what a stage fails on may be the copy that its process keeps: it is thrown away, and the state that the log has is good', async () => {
  const a = await around(1);
  await a.log.append('journal.v1', 0, ['a', 'b'].map((k) => entry(k)));
  const first = host(a, [0]);
  await first.made.start();
  await caughtUp(first.made, [2]);
  await first.made.stop();
  await a.log.append('journal.v1', 0, [entry('a')]);
  let damaged = true;
  let forgot = 0;
  const log = new Proxy(a.shared.owner(), { get: (target, name) => {
    if (name === 'forget') return () => { forgot++; const had = damaged; damaged = false; return had; };
    if (name === 'restore' && damaged) return () => { throw new LogError('CORRUPT', 'the stored state cannot be read'); };
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? value.bind(target) as unknown : value;
  } });
  let now = 0;
  const made = new StageHost(stageOf(counting, log, new Artifacts(log), { flushEveryMs: 1e9, flushKeys: 1, clock: () => now }), log, new ToldMembership([0]), { clock: () => now++, sleep, maxBatch: 3, onTrouble: (error) => a.troubles.push(error.message) });
  await made.start();
  await caughtUp(made, [3]);
  expect([forgot, a.troubles]).toEqual([1, [expect.stringMatching(/cannot be read\. It begins anew at the committed position/)]]);
  expect(await taken(a.log, 0)).toEqual(['a1', 'b1', 'a2']);
  await made.stop();
});

test('where the log no longer reaches back to the position, the stage goes on with its state and is told of the gap first', async () => {
  const a = await around(1);
  const told: unknown[] = [];
  const telling: Stage = { ...counting, open: (context) => {
    const step = counting.open(context);
    return { apply: (record) => { if (record.type === 'gap') told.push(record.body, record.offset); else step.apply(record); } };
  } };
  const first = host(a, [0], { stage: telling });
  await a.log.append('journal.v1', 0, ['a', 'a'].map((k) => entry(k)));
  await first.made.start();
  await caughtUp(first.made, [2]);
  await first.made.stop();
  await a.log.append('journal.v1', 0, ['a', 'b', 'a'].map((k) => entry(k)));
  const cut = a.shared.owner();
  const [read, bounds] = [cut.read, cut.bounds];
  cut.bounds = async (topic, partition) => ({ ...(await bounds(topic, partition)), start: topic === 'journal.v1' ? 4 : 0 });
  cut.read = async (topic, partition, offset, limit) => {
    if (topic === 'journal.v1' && offset < 4) throw new LogError('OUT_OF_RANGE', `asked for ${offset}, begins at 4`);
    return read(topic, partition, offset, limit);
  };
  const second = new StageHost(stageOf(telling, cut, new Artifacts(cut), { flushEveryMs: 1e9, flushKeys: 1, clock: () => 0 }), cut, new ToldMembership([0]), { clock: () => 0, sleep, maxBatch: 3, onTrouble: (error) => a.troubles.push(error.message) });
  await second.start();
  await caughtUp(second, [5]);
  expect(told).toEqual([{ stage: 'counting', from: 2, to: 4 }, 3]);
  expect(a.troubles).toEqual([expect.stringMatching(/asked for 2, begins at 4.*`warming`/)]);
  expect((await taken(a.log, 0)).at(-1)).toBe('a3');
  await second.stop();
});

test('a position beyond the end of the log is never skipped: the partition waits, and says so each time', async () => {
  const a = await around(1);
  await a.log.append('journal.v1', 0, [entry('a')]);
  await a.log.commit({ group: 'counting', topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [{ key: 'count/a', value: '1', offset: 6 }], position: 7, pass: { begins: true, ends: true } } });
  const run = host(a, [0]);
  await run.made.start();
  await until(() => a.troubles.length > 3);
  expect(run.made.status()).toMatchObject([{ trouble: { message: expect.stringMatching(/asked for offset 7, but the log ends at 1/) } }]);
  expect(await a.log.position('counting', 'journal.v1', 0)).toBe(7);
  await run.made.stop();
});

test('a stop waits at most its time for what hangs', async () => {
  const a = await around(1);
  const stuck = a.shared.owner();
  stuck.read = () => new Promise(() => undefined);
  const run = new StageHost(stageOf(counting, stuck, new Artifacts(stuck), { flushEveryMs: 1e9, flushKeys: 1, clock: () => 0 }), stuck, new ToldMembership([0]), { clock: () => 0, sleep, maxBatch: 3 });
  await run.start();
  await run.stop();
});

/** What happens between two turns: a partition goes from one member to the other, or stays where it is while the other gains it too. */
const moves = fc.array(fc.record({ member: fc.nat(1), partition: fc.nat(1), how: fc.constantFrom('gain', 'lose', 'both'), keys: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }) }), { minLength: 1, maxLength: 12 });
const faults = fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'before', 'after'), { minLength: 1, maxLength: 40 });

test('whoever owns what and whatever fails: each record counts once, and each output is taken once', async () => {
  await fc.assert(fc.asyncProperty(moves, faults, fc.integer({ min: 1, max: 6 }), async (steps, plan, flushKeys) => {
    const a = await around();
    let call = 0;
    // Faults come to an end, as they do.
    const fault = (): Fault => plan[call++] ?? 'none';
    const members = [host(a, [0], { fault, flushKeys }), host(a, [1], { fault, flushKeys })] as const;
    const sent: [string[], string[]] = [[], []];
    for (const { made } of members) await made.start();
    for (const { member, partition, how, keys } of steps) {
      const [one, other] = [members[member], members[1 - member]] as [(typeof members)[0], (typeof members)[0]];
      if (keys.length > 0) await a.log.append('journal.v1', partition, keys.map((k) => entry(k)));
      sent[partition]?.push(...keys);
      if (how === 'lose') await one.membership.owner?.lost([partition]);
      if (how === 'gain') await other.membership.owner?.lost([partition]);
      if (how !== 'lose') one.membership.owner?.gained([partition]);
      await sleep();
    }
    for (const { membership } of members) await membership.owner?.lost([0, 1]);
    members[0].membership.owner?.gained([0, 1]);
    await caughtUp(members[0].made, sent.map((keys) => keys.length));
    for (const p of [0, 1]) expect(await taken(a.log, p)).toEqual(counted(sent[p] as string[]));
    for (const { made } of members) await made.stop();
    for (const p of [0, 1]) expect(await a.log.position('counting', 'journal.v1', p)).toBe(sent[p]?.length);
    await a.log.close();
  }), { numRuns: 20 });
});
