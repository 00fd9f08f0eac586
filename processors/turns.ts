/** Does long work beside the pipeline on the same thread: after each few milliseconds whatever waits has its turn. */
import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../seeds/steps.ts';

const TURN_MS = 10;

export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  let began = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - began < TURN_MS) continue;
    await setImmediate();
    began = performance.now();
  }
}
