/** The contract of the sink's port to the tables. Every adapter runs it: `make` gives an empty store and as many ways to it as are asked for, each as a process of its own would have it. */
import { expect, test } from 'vitest';
import { Batch } from '../../processors/sink/batch.ts';
import { tablesOf } from '../../processors/sink/rows.ts';
import type { Mark, Slices, TableStore } from '../../processors/sink/table-store.ts';
import { encode, type RecordType } from '../../schemas/registry.ts';
import type { LogRecord } from '../../streams/log.ts';
import * as sample from './samples.ts';

export interface StoreUnderTest {
  open(): TableStore | Promise<TableStore>;
  /** False where one process alone can write: then nobody has to be turned away. */
  fences: boolean;
}

const ALL: Slices = { which: [0, 1], of: 2 };
const EVERYWHERE = ['facts.v1', 'levels.v1'].flatMap((topic) => [0, 1].map((partition) => ({ topic, partition })));
const DAY = 86_400_000;

interface Place { partition?: number; appendedAt?: number; source?: [partition: number, offset: number, index: number] }
function record(topic: string, type: RecordType, body: unknown, offset: number, { partition = 0, appendedAt = sample.AT, source: [from, at, index] = [0, offset, 0] }: Place = {}): LogRecord {
  return { topic, partition, offset, appendedAt, incarnation: 'log', type, key: 'k', eventTime: sample.AT, arrival: sample.AT, source: { topic: 'journal.v1', partition: from, offset: at, index }, body, bytes: encode(type, body) };
}
const fact = (offset: number, place?: Place): LogRecord => record('facts.v1', 'fact', sample.fact(offset), offset, place);

async function insert(store: TableStore, ...records: LogRecord[]): Promise<void> {
  const batch = new Batch(await store.types(), store.shards);
  for (const one of records) for (const table of tablesOf(one.topic).get(one.type) ?? []) batch.add(table, one);
  await batch.insert(store);
}

export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  const it = (what: string, body: (under: StoreUnderTest, store: TableStore) => Promise<void>) => test(`${name}: ${what}`, async () => {
    const under = await make();
    const store = await under.open();
    await store.claim('log', ALL);
    await body(under, store);
  });

  it('an empty store holds nothing', async (_under, store) => {
    expect(await store.stored(EVERYWHERE)).toEqual({ rows: [], hints: [] });
  });

  it('of each table and partition it tells the greatest offset, for the places that are asked for', async ({ open }, store) => {
    await insert(store, fact(3), fact(5), fact(2, { partition: 1 }), record('facts.v1', 'match', sample.match(1), 4));
    const again = await open();
    const { rows } = await again.stored(EVERYWHERE);
    const told = rows.map(({ table, incarnation, topic, partition, last }) => `${incarnation} ${table} ${topic}/${partition} ${last}`).sort();
    expect(told).toEqual(['log facts facts.v1/0 5', 'log facts facts.v1/1 2', 'log matches facts.v1/0 4']);
    expect((await again.stored([{ topic: 'facts.v1', partition: 1 }])).rows.map(({ partition, last }) => [partition, last])).toEqual([[1, 2]]);
  });

  it('a record that two tables take is in both', async (_under, store) => {
    await insert(store, record('levels.v1', 'level', sample.level, 7));
    expect((await store.stored(EVERYWHERE)).rows.map(({ table, last }) => [table, last]).sort()).toEqual([['levels', 7], ['levels_now', 7]]);
  });

  it('marks are the greatest source below a position, of each source by itself', async (_under, store) => {
    await insert(store, fact(0, { source: [0, 10, 2] }), fact(1, { source: [1, 4, 0] }), fact(2, { source: [0, 11, 0] }), fact(3, { source: [0, 11, 1] }), fact(0, { partition: 1, source: [0, 99, 0] }));
    const marks = async (position: number) => (await store.marks('log', 'facts', [{ topic: 'facts.v1', partition: 0, position }]))
      .map(({ place, mark }) => `${place.topic}/${place.partition} ${mark.topic}/${mark.partition} ${mark.offset}.${mark.index}`).sort();
    expect(await marks(2)).toEqual(['facts.v1/0 journal.v1/0 10.2', 'facts.v1/0 journal.v1/1 4.0']);
    expect(await marks(4)).toEqual(['facts.v1/0 journal.v1/0 11.1', 'facts.v1/0 journal.v1/1 4.0']);
    expect(await store.marks('another log', 'facts', [{ topic: 'facts.v1', partition: 0, position: 4 }])).toEqual([]);
  });

  it('rows of several days are several inserts, the earlier first', async (_under, store) => {
    await insert(store, fact(0), fact(1, { appendedAt: sample.AT + DAY }), fact(2, { appendedAt: sample.AT + DAY }));
    expect((await store.stored(EVERYWHERE)).rows.map(({ last }) => last)).toEqual([2]);
  });

  it('a hint is the greatest that was told', async ({ open }, store) => {
    await store.hint('log', [{ topic: 'facts.v1', partition: 0, position: 3 }, { topic: 'facts.v1', partition: 1, position: 1 }]);
    await store.hint('log', [{ topic: 'facts.v1', partition: 0, position: 9 }]);
    await store.hint('log', [{ topic: 'facts.v1', partition: 0, position: 4 }]);
    expect((await (await open()).stored(EVERYWHERE)).hints.map(({ partition, position }) => [partition, position]).sort()).toEqual([[0, 9], [1, 1]]);
  });

  it('after a claim the earlier owner inserts nothing more of what was claimed', async ({ open, fences }, store) => {
    if (!fences) return;
    const later = await open();
    await later.claim('log', { which: [0], of: 2 });
    await expect(insert(store, fact(0))).rejects.toThrow();
    await insert(store, fact(0, { partition: 1 }));
    await insert(later, fact(0));
    expect((await later.stored(EVERYWHERE)).rows.map(({ partition, last }) => [partition, last]).sort()).toEqual([[0, 0], [1, 0]]);
    // Rows of both go in or stay out together; who claims it back has it.
    await expect(insert(store, fact(1, { partition: 1 }), fact(1))).rejects.toThrow();
    await store.claim('log', { which: [0], of: 2 });
    await insert(store, fact(2));
    await expect(insert(later, fact(3))).rejects.toThrow();
    expect((await later.stored(EVERYWHERE)).rows.map(({ partition, last }) => [partition, last]).sort()).toEqual([[0, 2], [1, 0]]);
  });

  it('a hint keeps what was noted with it', async ({ open }, store) => {
    const marks: Mark[] = [{ topic: 'journal.v1', partition: 0, offset: 80, index: 2 }, { topic: "o'x", partition: 7, offset: 2 ** 40, index: 0 }];
    await store.hint('log', [{ topic: 'facts.v1', partition: 0, position: 9, appendedAt: sample.AT, marks }]);
    expect((await (await open()).stored(EVERYWHERE)).hints).toEqual([{ incarnation: 'log', topic: 'facts.v1', partition: 0, position: 9, appendedAt: sample.AT, marks }]);
  });

  it('a row behind the hint is told, whatever its day and whoever else has a hint', async (_under, store) => {
    const day = (n: number) => ({ appendedAt: sample.AT + n * DAY });
    await insert(store, fact(1), fact(1, { partition: 1 }));
    await insert(store, fact(2, day(1)), fact(3, day(2)), fact(2, { ...day(2), partition: 1 }));
    const last = async () => (await store.stored(EVERYWHERE)).rows.map(({ partition, last }) => [partition, last]).sort();
    await store.hint('log', [{ topic: 'facts.v1', partition: 0, position: 3, ...day(1) }]);
    expect(await last()).toEqual([[0, 3], [1, 2]]);
    await store.hint('log', [{ topic: 'facts.v1', partition: 1, position: 2, ...day(0) }]);
    expect(await last()).toEqual([[0, 3], [1, 2]]);
  });
}
