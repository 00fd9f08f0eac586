/** Time as whoever waits asks for it, so that a simulated world can stand in the machine's place. */
import { setImmediate as nextTurn, setTimeout as after } from 'node:timers/promises';

export interface Clock {
  /** ms that only go on, whatever becomes of the time of day. */
  now(): number;
  /** Resolves at the earliest when so many ms have gone by; of two that were begun together the shorter one first. 0: whatever waits has its turn. */
  sleep(ms: number): Promise<void>;
}

/** With an epoch's look, so that progress can be told in it. */
export const MACHINE: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (ms) => (ms === 0 ? nextTurn() : after(ms)),
};
