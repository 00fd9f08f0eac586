import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { stopInTime } from '../../cli/stop.ts';

const hangs = (): Promise<void> => new Promise(() => undefined);
const LIMITS = { all: 300, step: 100 };

test('one that hangs or fails does not keep the next from its turn', async () => {
  const told: string[] = [];
  const done: string[] = [];
  await stopInTime([hangs, () => { throw new Error('no answer'); }, async () => Promise.reject(new Error('the sink has failed')), async () => { await sleep(1); done.push('state written'); }], (line) => told.push(line), LIMITS);
  expect(done).toEqual(['state written']);
  expect(told).toEqual(['while stopping: no answer', 'while stopping: the sink has failed']);
});

test('all of it ends in time, and says what that means', async () => {
  const told: string[] = [];
  const began = performance.now();
  await stopInTime([hangs, hangs, hangs, hangs, hangs], (line) => told.push(line), { ...LIMITS, step: 1_000 });
  expect(performance.now() - began).toBeLessThan(1_900);
  expect(told).toEqual([expect.stringMatching(/not all was written within 0\.3 s; nothing is lost/)]);
});
