/** The contract of the log port. Every adapter runs it. Offsets may have gaps, so a test goes by the offsets that it was told, not by counting. */
import { expect, test } from 'vitest';
import type { Entry, Log, Output } from '../../streams/log.ts';
import { partitionOf } from '../../streams/log.ts';

export interface LogUnderTest {
  open(): Promise<Log>;
  /** Opens the same storage again, as after a crash of the process: nothing is closed in good order. */
  reopen(): Promise<Log>;
}

let sequence = 0;
export const entry = (key: string, time = 1_000): Entry => ({
  type: 'tick', key, eventTime: time, arrival: time, source: { topic: 'http', partition: 0, offset: ++sequence, index: 0 }, body: { intake: key, time },
});
const output = (topic: string, key: string, partition?: number): Output => ({ ...entry(key), topic, ...(partition === undefined ? {} : { partition }) });
const keys = async (log: Log, topic: string, partition: number, from = 0, limit = 1_000) => (await log.read(topic, partition, from, limit)).map((r) => r.key);

/** As the next owner of partition 0 opens it. */
async function claimed(storage: LogUnderTest, group: string): Promise<Log> {
  const log = await storage.reopen();
  await log.claim(group, 'journal.v1', 0);
  return log;
}

/** `fences`: others may own what this process does. */
export function logContract(name: string, make: () => Promise<LogUnderTest>, { fences = false } = {}): void {
  const it = (what: string, body: (log: Log, storage: LogUnderTest) => Promise<void>) => test(`${name}: ${what}`, async () => {
    const storage = await make();
    const log = await storage.open();
    await log.ensureTopics();
    await body(log, storage);
  });

  it('offsets start at 0, increase and go on after a reopen', async (log, storage) => {
    expect(await log.append('journal.v1', 0, [entry('a'), entry('b')])).toBe(0);
    const third = await log.append('journal.v1', 0, [entry('c')]);
    const again = await storage.reopen();
    const fourth = await again.append('journal.v1', 0, [entry('d')]);
    const records = await again.read('journal.v1', 0, 0, 10);
    expect(records.map((r) => r.key)).toEqual(['a', 'b', 'c', 'd']);
    expect([records[2]?.offset, records[3]?.offset]).toEqual([third, fourth]);
    const offsets = records.map((r) => r.offset);
    expect(offsets).toEqual([...new Set(offsets)].sort((x, y) => x - y));
    expect(await again.bounds('journal.v1', 0)).toEqual({ start: 0, end: fourth + 1 });
  });

  it('a record comes back as it was written', async (log, storage) => {
    const written = { ...entry('键|键', 1_700_000_000_123), source: { topic: 'journal.v1', partition: 1, offset: 9_007_199_254, index: 7 } };
    await log.append('journal.v1', 1, [written]);
    const [record] = await (await storage.reopen()).read('journal.v1', 1, 0, 1);
    expect(record).toMatchObject({ type: 'tick', key: '键|键', eventTime: 1_700_000_000_123, source: written.source, topic: 'journal.v1', partition: 1, offset: 0, incarnation: log.incarnation });
    expect(record?.body).toEqual({ intake: '键|键', time: 1_700_000_000_123 });
  });

  it('reads from the middle, up to the limit, and nothing at the end', async (log, storage) => {
    for (let i = 0; i < 10; i++) await log.append('journal.v1', 0, [entry(`k${2 * i}`), entry(`k${2 * i + 1}`)]);
    const all = await log.read('journal.v1', 0, 0, 1_000);
    for (const reader of [log, await storage.reopen()]) {
      expect(await keys(reader, 'journal.v1', 0, all[5]?.offset, 4)).toEqual(['k5', 'k6', 'k7', 'k8']);
      expect(await keys(reader, 'journal.v1', 0, (all[19]?.offset as number) + 1)).toEqual([]);
    }
  });

  it('who reads on from where he was finds every record once, in order, however he cuts it', async (log) => {
    const read: string[] = [];
    let next = 0;
    for (let i = 0; i < 40; i++) {
      await log.append('journal.v1', 0, Array.from({ length: i % 5 }, (_, j) => entry(`${i}.${j}`)));
      const records = await log.read('journal.v1', 0, next, 1 + (i % 4));
      for (const record of records) read.push(record.key);
      next = (records.at(-1)?.offset ?? next - 1) + 1;
    }
    read.push(...await keys(log, 'journal.v1', 0, next));
    expect(read).toEqual(Array.from({ length: 40 }, (_, i) => Array.from({ length: i % 5 }, (_, j) => `${i}.${j}`)).flat());
  });

  it('an offset that the log does not hold is an error, not an empty answer', async (log) => {
    await log.append('journal.v1', 0, [entry('a')]);
    await expect(log.read('journal.v1', 0, 5, 1)).rejects.toThrow(/offset 5, but the log ends at 1/);
  });

  it('append time never goes back along a partition', async (log) => {
    for (let i = 0; i < 5; i++) await log.append('journal.v1', 0, [entry(`t${i}`)]);
    const times = (await log.read('journal.v1', 0, 0, 10)).map((r) => r.appendedAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('a commit without state moves no position; one with state moves outputs, state and position together', async (log, storage) => {
    const group = 'stage';
    await log.claim(group, 'journal.v1', 0);
    await log.commit({ group, topic: 'journal.v1', partition: 0, outputs: [output('facts.v1', 'x', 0)] });
    expect(await (await claimed(storage, group)).position(group, 'journal.v1', 0)).toBe(0);
    await log.claim(group, 'journal.v1', 0);
    await log.commit({ group, topic: 'journal.v1', partition: 0, outputs: [output('facts.v1', 'y', 0)], state: { changes: [{ key: 't/a', value: '1', offset: 4 }, { key: 't/b', value: '2', offset: 4 }], position: 5, pass: { begins: true, ends: false } } });
    await log.commit({ group, topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [{ key: 't/a', value: null, offset: 5 }, { key: 't/b', value: Buffer.from([1, 2]), offset: 5 }], position: 6, pass: { begins: false, ends: false } } });
    const again = await claimed(storage, group);
    expect(await again.position(group, 'journal.v1', 0)).toBe(6);
    const state = new Map<string, unknown>();
    for await (const { key, value, offset } of again.restore(group, 'journal.v1', 0)) state.set(key, [value, offset]);
    expect([...state]).toEqual([['t/a', [null, 5]], ['t/b', [Buffer.from([1, 2]), 5]]]);
    expect(await keys(again, 'facts.v1', 0)).toEqual(['x', 'y']);
  });

  it('of one key the last flush holds, also after a pass has written all keys that there are again', async (log, storage) => {
    await log.claim('g', 'journal.v1', 0);
    const flush = (changes: [string, string | null][], begins: boolean, ends: boolean) => log.commit({ group: 'g', topic: 'journal.v1', partition: 0, outputs: [], state: { changes: changes.map(([key, value]) => ({ key, value, offset: 0 })), position: 1, pass: { begins, ends } } });
    await flush([['t/old', '1'], ['t/a', '1']], false, false);
    await flush([['t/old', null], ['t/a', '2']], true, false);
    await flush([['t/b', '3']], false, false);
    await flush([['t/c', '4']], false, true);
    const state = new Map<string, unknown>();
    for await (const { key, value } of (await claimed(storage, 'g')).restore('g', 'journal.v1', 0)) if (value === null) state.delete(key); else state.set(key, value);
    expect([...state].sort()).toEqual([['t/a', '2'], ['t/b', '3'], ['t/c', '4']]);
  });

  it('a large flush comes back whole', async (log, storage) => {
    await log.claim('g', 'journal.v1', 0);
    const changes = Array.from({ length: 3_000 }, (_, i) => ({ key: `t/${i}`, value: Buffer.alloc(1_000, i), offset: i }));
    await log.commit({ group: 'g', topic: 'journal.v1', partition: 0, outputs: [], state: { changes, position: 3_000, pass: { begins: true, ends: true } } });
    const again = await claimed(storage, 'g');
    expect(await again.position('g', 'journal.v1', 0)).toBe(3_000);
    const state = await Array.fromAsync(again.restore('g', 'journal.v1', 0));
    expect(state.map(({ key, offset }) => [key, offset])).toEqual(changes.map(({ key, offset }) => [key, offset]));
    expect(state.every(({ value }, i) => Buffer.compare(value as Uint8Array, changes[i]?.value as Buffer) === 0)).toBe(true);
  });

  it('an output without a partition goes by the hash of its key', async (log) => {
    await log.claim('g', 'journal.v1', 0);
    await log.commit({ group: 'g', topic: 'journal.v1', partition: 0, outputs: ['a', 'b', 'c', 'd'].map((k) => output('facts.v1', k)) });
    for (const k of ['a', 'b', 'c', 'd']) expect(await keys(log, 'facts.v1', partitionOf(k, log.partitions('facts.v1')))).toContain(k);
  });

  it('inside together, appended records are readable at once', async (log) => {
    await log.together(async () => {
      await log.append('journal.v1', 0, [entry('a')]);
      expect(await keys(log, 'journal.v1', 0)).toEqual(['a']);
    });
    expect(await keys(log, 'journal.v1', 0)).toEqual(['a']);
  });

  it('every opening of one log knows the same incarnation', async (log, storage) => {
    expect((await storage.reopen()).incarnation).toBe(log.incarnation);
    expect(log.incarnation).toMatch(/^[0-9a-f]{16}$/);
  });

  it('what is published is there, once', async (log, storage) => {
    await log.claim('g', 'journal.v1', 0);
    const alerts = (from: number) => [0, 1].map((index) => ({ ...output('alerts.market.v1', `a${index}`, 0), source: { topic: 'journal.v1', partition: 0, offset: from, index } }));
    await log.commit({ group: 'g', topic: 'journal.v1', partition: 0, outputs: alerts(3) });
    await log.commit({ group: 'g', topic: 'journal.v1', partition: 0, outputs: alerts(4), state: { changes: [], position: 5, pass: { begins: true, ends: true } } });
    const again = await storage.reopen();
    await expect.poll(() => keys(again, 'alerts.market.v1', 0)).toEqual(['a0', 'a1', 'a0', 'a1']);
  });

  it('notes are kept', async (log, storage) => {
    await log.setNote('http-sequence', '42');
    expect(await (await storage.reopen()).note('http-sequence')).toBe('42');
    expect(await log.note('nothing')).toBeUndefined();
  });

  it('positions and state of groups and partitions are apart', async (log) => {
    const commit = (group: string, partition: number, position: number) => log.commit({ group, topic: 'journal.v1', partition, outputs: [], state: { changes: [{ key: 't/k', value: `${group}${partition}`, offset: 0 }], position, pass: { begins: false, ends: false } } });
    for (const [group, partition] of [['a', 0], ['a', 1], ['b', 0]] as const) await log.claim(group, 'journal.v1', partition);
    await commit('a', 0, 1);
    await commit('a', 1, 2);
    await commit('b', 0, 3);
    await log.claim('b', 'journal.v1', 1);
    expect([await log.position('a', 'journal.v1', 0), await log.position('a', 'journal.v1', 1), await log.position('b', 'journal.v1', 0), await log.position('b', 'journal.v1', 1)]).toEqual([1, 2, 3, 0]);
  });

  if (!fences) return;
  const owned = { group: 'warning', topic: 'assessments.v1', partition: 0 };
  const alert = (key: string, offset: number, partition = 0): Output => ({ ...output('alerts.market.v1', key, 0), source: { topic: owned.topic, partition, offset, index: 0 } });
  const flush = (position: number, value = '') => ({ changes: [{ key: 't/k', value, offset: position - 1 }], position, pass: { begins: true, ends: true } });
  const heirOf = async (storage: LogUnderTest, partition = 0): Promise<Log> => {
    const heir = await storage.reopen();
    await heir.claim(owned.group, owned.topic, partition);
    return heir;
  };

  it('an owner who has been replaced can neither flush nor publish, and the next one has what was committed before', async (zombie, storage) => {
    await zombie.claim(owned.group, owned.topic, 0);
    await zombie.commit({ ...owned, outputs: [alert('first', 1)], state: flush(2, 'of the first') });
    const next = await heirOf(storage);
    await expect(zombie.commit({ ...owned, outputs: [], state: flush(9, 'of a zombie') })).rejects.toMatchObject({ code: 'FENCED' });
    await zombie.claim(owned.group, owned.topic, 1);
    await heirOf(storage, 1);
    await expect(zombie.commit({ ...owned, partition: 1, outputs: [alert('of a zombie', 5, 1)] })).rejects.toMatchObject({ code: 'FENCED' });
    expect(await next.position(owned.group, owned.topic, 0)).toBe(2);
    expect((await Array.fromAsync(next.restore(owned.group, owned.topic, 0))).map(({ value }) => value)).toEqual(['of the first']);
    await next.commit({ ...owned, outputs: [alert('second', 2)], state: flush(3, 'of the next') });
    await expect.poll(() => keys(next, 'alerts.market.v1', 0)).toEqual(['first', 'second']);
  });

  it('what was published since the last flush is not published again, whoever replays it', async (log, storage) => {
    await log.claim(owned.group, owned.topic, 0);
    await log.commit({ ...owned, outputs: [alert('a', 1)], state: flush(2) });
    await log.commit({ ...owned, outputs: [alert('b', 2), { ...alert('c', 2), source: { ...alert('c', 2).source, index: 1 } }] });
    const next = await heirOf(storage);
    expect(await next.position(owned.group, owned.topic, 0)).toBe(2);
    await next.commit({ ...owned, outputs: [alert('b', 2), { ...alert('c', 2), source: { ...alert('c', 2).source, index: 1 } }, { ...alert('d', 2), source: { ...alert('d', 2).source, index: 2 } }], state: flush(3) });
    await expect.poll(() => keys(next, 'alerts.market.v1', 0)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('an heir that flushes before it has replayed all that was published does not hide it from the next one', async (log, storage) => {
    await log.claim(owned.group, owned.topic, 0);
    await log.commit({ ...owned, outputs: [alert('a', 1)], state: flush(2) });
    await log.commit({ ...owned, outputs: [alert('b', 2), alert('c', 3), alert('d', 4)] });
    const heir = await heirOf(storage);
    await heir.commit({ ...owned, outputs: [alert('b', 2)] });
    await heir.commit({ ...owned, outputs: [], state: flush(3) });
    const next = await heirOf(storage);
    await next.commit({ ...owned, outputs: [alert('c', 3), alert('d', 4), alert('e', 5)], state: flush(6) });
    await expect.poll(() => keys(next, 'alerts.market.v1', 0)).toEqual(['a', 'b', 'c', 'd', 'e']);
    // Behind all of it there is nothing to read back: whoever lost the state and replays from the beginning publishes nothing again all the same.
    const later = await heirOf(storage);
    await later.commit({ ...owned, outputs: [alert('e', 5)], state: flush(7) });
    const last = await heirOf(storage);
    await last.commit({ ...owned, outputs: [alert('a', 1), alert('e', 5), alert('f', 7)] });
    await expect.poll(() => keys(last, 'alerts.market.v1', 0)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('a commit without a claim is refused', async (log) => {
    await expect(log.commit({ ...owned, outputs: [] })).rejects.toThrow(/is not claimed by this process/);
  });
}
