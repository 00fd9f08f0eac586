/** What whoever waits relies on, of the machine's clock and of a simulated world's. */
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../streams/clock.ts';

/** A timer of the machine may fire within the millisecond before its time. */
const EARLY_MS = 1;
const TURNS = 1_000_000;

export function clockContract(name: string, clock: () => Clock): void {
  describe(`${name} clock`, () => {
    test('it only goes on', async () => {
      const { now, sleep } = clock();
      let last = now();
      for (let i = 0; i < 200; i++) {
        if (i % 10 === 0) await sleep(i % 3);
        const at = now();
        expect(at).toBeGreaterThanOrEqual(last);
        last = at;
      }
    });

    test('no sleep is too short, and all of them end', async () => {
      const { now, sleep } = clock();
      const began = now();
      await Promise.all([0, 1, 2, 5, 20, 80].map(async (ms) => {
        await sleep(ms);
        expect(now() - began).toBeGreaterThan(ms - EARLY_MS);
      }));
    });

    test('of those that were begun together the shorter ones end first', async () => {
      const { sleep } = clock();
      const ended: number[] = [];
      await Promise.all([90, 0, 60, 30].map(async (ms) => {
        await sleep(ms);
        ended.push(ms);
      }));
      expect(ended).toEqual([0, 30, 60, 90]);
    });

    test('who sleeps for nothing, over and over, keeps nobody else from waking', async () => {
      const { sleep } = clock();
      let woke = false;
      void sleep(5).then(() => { woke = true; });
      for (let i = 0; i < TURNS && !woke; i++) await sleep(0);
      expect(woke).toBe(true);
    });
  });
}
