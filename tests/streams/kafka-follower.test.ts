import { expect, test } from 'vitest';
import type { ReadRecord } from '../../streams/kafka/batch.ts';
import { Follower } from '../../streams/kafka/follower.ts';

const records = (from: number, to: number): ReadRecord[] => Array.from({ length: to - from }, (_, i) => ({ offset: from + i, time: 0, key: null, value: null, header: '', sender: '' }));
const answer = (from: number, to: number) => ({ records: records(from, to), next: to, bytes: to - from });

test('of two brokers that were asked for the same, the later answer is passed over', () => {
  const follower = new Follower({ topic: 't', partition: 0, offset: 5 }, 0);
  follower.add(answer(5, 8), 5, 1);
  follower.add(answer(5, 7), 5, 1); // the old leader's, which hung
  follower.add(answer(8, 9), 8, 2);
  expect(follower.take(100).map(({ offset }) => offset)).toEqual([5, 6, 7, 8]);
  expect([follower.next, follower.fetched]).toEqual([9, 9]);
});

test('an answer without records tells since when there are none; one that is late does not', () => {
  const follower = new Follower({ topic: 't', partition: 0, offset: 5 }, 10);
  follower.add(answer(5, 8), 5, 20);
  expect(follower.emptyAt).toBe(10);
  follower.add(answer(5, 5), 5, 30);
  expect(follower.emptyAt).toBe(10);
  follower.add(answer(8, 8), 8, 40);
  expect(follower.emptyAt).toBe(40);
  follower.add({ records: [], next: 12, bytes: 4 }, 8, 50); // markers: more may lie behind them
  expect(follower.emptyAt).toBe(40);
});
