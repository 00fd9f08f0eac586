/** What the sink takes for granted of wherever the tables are. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Batch } from '../../processors/sink/batch.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import type { TableStore } from '../../processors/sink/table-store.ts';
import { encode } from '../../schemas/registry.ts';
import type { LogRecord } from '../../streams/log.ts';
import * as sample from './samples.ts';

export interface Home {
  /** Tables without rows, as a process of its own would open them. */
  empty(): Promise<TableStore>;
  /** The same tables, as another process would open them; omitted where no other can. */
  another?(): Promise<TableStore>;
  close(): Promise<void>;
}

const LOG = 'log-1';
const SLICES = { which: [0, 1, 2, 3], of: 4 };
const byPlace = <T extends { partition: number; table?: string }>(rows: T[]): T[] => rows.sort((a, b) => a.partition - b.partition || String(a.table).localeCompare(String(b.table)));

function fact(partition: number, offset: number, over: Partial<LogRecord> = {}): LogRecord {
  const body = sample.fact(offset);
  return { topic: 'facts.v1', partition, offset, appendedAt: sample.AT, incarnation: LOG, type: 'fact', key: 'k', eventTime: sample.AT, arrival: sample.AT, source: { topic: 'journal.v1', partition, offset: offset * 10, index: 2 }, body, bytes: encode('fact', body), ...over };
}

async function write(store: TableStore, records: LogRecord[]): Promise<void> {
  const batch = new Batch(await store.types(), store.shards);
  for (const record of records) batch.add(TABLES.find(({ type }) => type === record.type) as (typeof TABLES)[number], record);
  await batch.insert(store);
}

export function tableStoreContract(name: string, open: () => Promise<Home>): void {
  describe(`tables: ${name}`, () => {
    let home: Home;
    let store: TableStore;
    beforeAll(async () => { home = await open(); });
    beforeEach(async () => {
      store = await home.empty();
      await store.claim(LOG, SLICES);
    });
    afterAll(async () => home.close());

    const places = (which: number[]) => ['facts.v1', 'levels.v1'].flatMap((topic) => [0, 1, 2, 3, 4, 5].filter((partition) => which.includes(partition % 4)).map((partition) => ({ topic, partition })));
    const greatest = async (of: TableStore, which: number[]) => byPlace((await of.stored(places(which))).rows).map(({ table, partition, last }) => [table, partition, last]);

    test('of each table and partition the greatest offset is told, for the slices that are asked for', async () => {
      expect(await store.stored(places(SLICES.which))).toEqual({ rows: [], hints: [] });
      await write(store, [fact(0, 3), fact(0, 7), fact(1, 2), fact(5, 4), { ...fact(0, 9), type: 'match', bytes: encode('match', sample.match(1)) }]);
      expect(await greatest(store, [0])).toEqual([['facts', 0, 7], ['matches', 0, 9]]);
      expect(await greatest(store, [1, 2])).toEqual([['facts', 1, 2], ['facts', 5, 4]]);
      expect((await store.stored(places([0]))).rows[0]).toMatchObject({ incarnation: LOG, topic: 'facts.v1' });
    });

    test('a batch over two days goes in whole', async () => {
      await write(store, [fact(0, 1), fact(0, 2, { appendedAt: sample.AT + 86_400_000 }), fact(0, 3, { appendedAt: sample.AT + 2 * 86_400_000 })]);
      expect(await greatest(store, [0])).toEqual([['facts', 0, 3]]);
      expect(await store.marks(LOG, 'facts', [{ topic: 'facts.v1', partition: 0, position: 3 }])).toMatchObject([{ mark: { offset: 20 } }]);
    });

    test('marks are the greatest sources below a position, of that log', async () => {
      const other = { topic: 'journal.v1', partition: 9, offset: 1, index: 0 };
      await write(store, [fact(0, 1), fact(0, 2), fact(0, 4, { source: other }), fact(1, 8), fact(0, 5, { incarnation: 'log-0' })]);
      const marks = async (position: number) => (await store.marks(LOG, 'facts', [{ topic: 'facts.v1', partition: 0, position }, { topic: 'facts.v1', partition: 1, position: 9 }]))
        .map(({ place, mark }) => [place.partition, mark.topic, mark.partition, mark.offset, mark.index]).sort();
      expect(await marks(2)).toEqual([[0, 'journal.v1', 0, 10, 2], [1, 'journal.v1', 1, 80, 2]]);
      expect(await marks(6)).toEqual([[0, 'journal.v1', 0, 20, 2], [0, 'journal.v1', 9, 1, 0], [1, 'journal.v1', 1, 80, 2]]);
    });

    test('the furthest hint of a partition stands', async () => {
      const note = { topic: 'facts.v1', partition: 0, position: 9, appendedAt: sample.AT, marks: [{ topic: 'journal.v1', partition: 0, offset: 80, index: 2 }, { topic: "o'x", partition: 7, offset: 2 ** 40, index: 0 }] };
      await store.hint(LOG, [note, { topic: 'levels.v1', partition: 2, position: 1 }]);
      await store.hint(LOG, [{ topic: 'facts.v1', partition: 0, position: 5 }]);
      expect((await store.stored(places([0]))).hints).toEqual([{ incarnation: LOG, ...note }]);
      expect((await store.stored(places([2]))).hints).toMatchObject([{ topic: 'levels.v1', position: 1 }]);
    });

    test('a row after the hint is told, whatever the day', async () => {
      const day = (n: number) => ({ appendedAt: sample.AT + n * 86_400_000 });
      await write(store, [fact(0, 1), fact(4, 1)]);
      await write(store, [fact(0, 2, day(1)), fact(0, 3, day(2)), fact(4, 2, day(2))]);
      await store.hint(LOG, [{ topic: 'facts.v1', partition: 0, position: 3, ...day(1) }]);
      expect(await greatest(store, [0])).toEqual([['facts', 0, 3], ['facts', 4, 2]]);
      await store.hint(LOG, [{ topic: 'facts.v1', partition: 4, position: 2, ...day(0) }]);
      expect(await greatest(store, [0])).toEqual([['facts', 0, 3], ['facts', 4, 2]]);
    });

    test('who was relieved of a slice writes nothing of it any more, and goes on with the others', async (context) => {
      if (!home.another) return context.skip('only one process can write to these tables');
      await write(store, [fact(0, 1)]);
      const next = await home.another();
      await next.claim(LOG, { which: [0, 3], of: 4 });
      await expect(write(store, [fact(0, 2)])).rejects.toThrow();
      await expect(write(store, [fact(1, 2), fact(4, 2)])).rejects.toThrow();
      await write(store, [fact(1, 3)]);
      await write(next, [fact(0, 4)]);
      expect(await greatest(next, [0, 1, 2, 3])).toEqual([['facts', 0, 4], ['facts', 1, 3]]);
      // It may claim what it lost, and then the other has lost it.
      await store.claim(LOG, { which: [0], of: 4 });
      await write(store, [fact(0, 5)]);
      await expect(write(next, [fact(0, 6)])).rejects.toThrow();
      await write(next, [fact(3, 6)]);
      expect(await greatest(store, [0, 3])).toEqual([['facts', 0, 5], ['facts', 3, 6]]);
    });
  });
}
