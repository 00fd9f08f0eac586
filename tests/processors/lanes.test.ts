import { expect, test } from 'vitest';
import { Lanes } from '../../processors/lanes.ts';
import type { Entry } from '../../streams/log.ts';

const entry = (key: string): Entry => ({ type: 'original', key, eventTime: 0, arrival: 0, source: { topic: 'http', partition: 0, offset: 0, index: 0 }, body: {} });

test('one request at a time in each partition: what comes meanwhile goes together, each caller gets its own offset, a failure is told to those whom it concerns', async () => {
  const requests: string[] = [];
  const open: (() => void)[] = [];
  let end = 0;
  const lanes = new Lanes({
    append: async (topic, partition, entries) => {
      requests.push(`${topic}/${partition}: ${entries.map((e) => e.key).join('')}`);
      await new Promise<void>((resolve) => open.push(resolve));
      if (entries.some((e) => e.key === 'x')) throw new Error('no answer');
      const first = end;
      end += entries.length;
      return first;
    },
  });
  const turn = () => new Promise((resolve) => { setImmediate(resolve); });
  const [a, b] = [lanes.append('t', 0, entry('a'), 1), lanes.append('t', 0, entry('b'), 1)];
  await turn();
  const [c, x, big] = [lanes.append('t', 0, entry('c'), 1), lanes.append('t', 0, entry('x'), 1), lanes.append('t', 0, entry('B'), 1e9)];
  const other = lanes.append('t', 1, entry('o'), 1);
  await turn();
  expect(requests).toEqual(['t/0: ab', 't/1: o']);
  open.shift()?.();
  expect(await Promise.all([a, b])).toEqual([0, 1]);
  open.shift()?.();
  expect(await other).toBe(2);
  await turn();
  open.shift()?.();
  expect((await Promise.allSettled([c, x])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await turn();
  open.shift()?.();
  expect(await big).toBe(3);
  await lanes.idle();
  expect(requests).toEqual(['t/0: ab', 't/1: o', 't/0: cx', 't/0: B']);
});
