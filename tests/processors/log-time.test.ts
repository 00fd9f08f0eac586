import { expect, test } from 'vitest';
import { LogTime } from '../../processors/log-time.ts';
import type { LogRecord } from '../../streams/log.ts';

const HOUR = 3_600_000;

/** A log whose clock the test sets; `reads` counts what was read back. */
function made() {
  const world = { log: 10 * HOUR, own: 9 * HOUR, clock: 500, away: false, reads: 0, troubles: 0 };
  const time = new LogTime({
    log: { read: async () => { world.reads++; if (world.away) throw new Error('away'); return [{ appendedAt: world.log } as LogRecord]; } },
    now: () => world.own, clock: () => world.clock, onTrouble: () => { world.troubles++; },
  });
  const pass = (ms: number): void => { for (const name of ['log', 'own', 'clock'] as const) world[name] += ms; };
  return { world, time, pass, now: () => time.of(world.clock) };
}

test('by its own clock until the log has told, by the log\'s from then on', async () => {
  const { world, time, pass, now } = made();
  expect(now()).toBe(9 * HOUR);
  await Promise.all([time.took('t', 0, 1), time.took('t', 0, 2), time.took('t', 1, 1)]);
  expect([now(), world.reads]).toEqual([10 * HOUR, 1]);
  pass(4_000);
  world.own -= HOUR; // says nothing any more
  await time.took('t', 0, 3);
  expect([now(), world.reads]).toEqual([10 * HOUR + 4_000, 1]);
});

test('a clock of the log that jumps is noticed within seconds', async () => {
  const { world, time, pass, now } = made();
  await time.took('t', 0, 1);
  world.log -= 2 * HOUR;
  pass(5_000);
  await time.took('t', 0, 2);
  expect([now(), world.reads]).toEqual([8 * HOUR + 5_000, 2]);
});

test('where reading back fails, what was known goes on, and it is told', async () => {
  const { world, time, pass, now } = made();
  await time.took('t', 0, 1);
  world.away = true;
  pass(6_000);
  await time.took('t', 0, 2);
  expect([now(), world.troubles]).toEqual([10 * HOUR + 6_000, 1]);
});
