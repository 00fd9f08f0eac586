/** The contract of the log port. Every adapter runs it: `openLog` must give a log on storage that `reopen` sees again. */
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

export function logContract(name: string, make: () => Promise<LogUnderTest>): void {
  const it = (what: string, body: (log: Log, storage: LogUnderTest) => Promise<void>) => test(`${name}: ${what}`, async () => {
    const storage = await make();
    const log = await storage.open();
    await log.ensureTopics();
    await body(log, storage);
  });

  it('offsets are dense, start at 0 and go on after a reopen', async (log, storage) => {
    expect(await log.append('journal.v1', 0, [entry('a'), entry('b')])).toBe(0);
    expect(await log.append('journal.v1', 0, [entry('c')])).toBe(2);
    const again = await storage.reopen();
    expect(await again.append('journal.v1', 0, [entry('d')])).toBe(3);
    expect((await again.read('journal.v1', 0, 0, 10)).map((r) => [r.offset, r.key])).toEqual([[0, 'a'], [1, 'b'], [2, 'c'], [3, 'd']]);
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
    for (const reader of [log, await storage.reopen()]) {
      expect(await keys(reader, 'journal.v1', 0, 5, 4)).toEqual(['k5', 'k6', 'k7', 'k8']);
      expect(await keys(reader, 'journal.v1', 0, 20)).toEqual([]);
    }
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
    await log.commit({ group, topic: 'journal.v1', partition: 0, outputs: [output('facts.v1', 'x', 0)] });
    expect(await (await storage.reopen()).position(group, 'journal.v1', 0)).toBe(0);
    await log.commit({ group, topic: 'journal.v1', partition: 0, outputs: [output('facts.v1', 'y', 0)], state: { changes: [{ key: 't/a', value: '1', offset: 4 }, { key: 't/b', value: '2', offset: 4 }], position: 5, pass: { begins: true, ends: false } } });
    await log.commit({ group, topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [{ key: 't/a', value: null, offset: 5 }, { key: 't/b', value: Buffer.from([1, 2]), offset: 5 }], position: 6, pass: { begins: false, ends: false } } });
    const again = await storage.reopen();
    expect(await again.position(group, 'journal.v1', 0)).toBe(6);
    const state = new Map<string, unknown>();
    for await (const { key, value, offset } of again.restore(group, 'journal.v1', 0)) state.set(key, [value, offset]);
    expect([...state]).toEqual([['t/a', [null, 5]], ['t/b', [Buffer.from([1, 2]), 5]]]);
    expect(await keys(again, 'facts.v1', 0)).toEqual(['x', 'y']);
  });

  it('what was flushed before a pass began is dropped when it ends, and nothing else', async (log, storage) => {
    const flush = (key: string, value: string, begins: boolean, ends: boolean) => log.commit({ group: 'g', topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [{ key, value, offset: 0 }], position: 1, pass: { begins, ends } } });
    await flush('t/old', '1', false, false);
    await flush('t/a', '2', true, false);
    await flush('t/b', '3', false, false);
    await flush('t/c', '4', false, true);
    const keys: string[] = [];
    for await (const { key } of (await storage.reopen()).restore('g', 'journal.v1', 0)) keys.push(key);
    expect(keys).toEqual(['t/a', 't/b', 't/c']);
  });

  it('an output without a partition goes by the hash of its key', async (log) => {
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

  it('notes are kept', async (log, storage) => {
    await log.setNote('http-sequence', '42');
    expect(await (await storage.reopen()).note('http-sequence')).toBe('42');
    expect(await log.note('nothing')).toBeUndefined();
  });

  it('positions and state of groups and partitions are apart', async (log) => {
    const commit = (group: string, partition: number, position: number) => log.commit({ group, topic: 'journal.v1', partition, outputs: [], state: { changes: [{ key: 't/k', value: `${group}${partition}`, offset: 0 }], position, pass: { begins: false, ends: false } } });
    await commit('a', 0, 1);
    await commit('a', 1, 2);
    await commit('b', 0, 3);
    expect([await log.position('a', 'journal.v1', 0), await log.position('a', 'journal.v1', 1), await log.position('b', 'journal.v1', 0), await log.position('b', 'journal.v1', 1)]).toEqual([1, 2, 3, 0]);
  });
}
