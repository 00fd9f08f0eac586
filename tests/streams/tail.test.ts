import { expect, test } from 'vitest';
import { LogError } from '../../streams/errors.ts';
import type { LogRecord } from '../../streams/log.ts';
import { Pace } from '../../streams/pace.ts';
import { tail } from '../../streams/tail.ts';

const sleep = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const at = (offset: number): LogRecord => ({ topic: 't', partition: 0, offset, appendedAt: 0, incarnation: 'i', type: 'alert', key: '', eventTime: 0, arrival: 0, source: { topic: 's', partition: 0, offset, index: 0 }, body: {}, bytes: new Uint8Array(0) });

test('it begins at the end, tells from where on what it hears is all, and goes on after a failure and past what is gone', async () => {
  const offsets = [0, 1, 4, 9, 12];
  let [end, start] = [2, 0];
  let failing = 1;
  const log = {
    partitions: () => 1,
    bounds: async () => ({ start, end }),
    read: async (_topic: string, _partition: number, offset: number) => {
      if (offset === 5 && failing-- > 0) throw new Error('broker gone');
      if (offset < start) throw new LogError('OUT_OF_RANGE', 'gone');
      return offsets.filter((o) => o >= offset && o < end).slice(0, 1).map(at);
    },
  };
  const heard: string[] = [];
  const troubles: string[] = [];
  const until = async (n: number) => { while (heard.length < n) await sleep(); };
  const stop = await tail(log, ['t'], (records, from) => heard.push(`${from}: ${records.map((r) => r.offset).join()}`), { sleep, onTrouble: (error) => troubles.push(error.message) });
  end = 5;
  await until(1);
  while (troubles.length === 0) await sleep();
  [start, end] = [9, 13];
  await until(3);
  expect(heard).toEqual(['2: 4', '9: 9', '10: 12']);
  expect(troubles).toEqual(['broker gone', 'gone']);
  await stop();
});

test('who is ahead waits for who is behind, and not for who has nothing to read', () => {
  const pace = new Pace(1_000);
  pace.at('slow', 5_000, true);
  pace.at('idle', 1, false);
  pace.at('unknown', 0, true);
  expect([pace.isAhead('fast', 6_000), pace.isAhead('fast', 6_001), pace.isAhead('slow', 9_000)]).toEqual([false, true, false]);
  pace.at('slow', 5_000, false);
  expect(pace.isAhead('fast', 99_000)).toBe(false);
});
