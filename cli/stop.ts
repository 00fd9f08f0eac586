/** A stop that was asked for is over in 10 s, whoever does not answer: state that could not be written by then is made again by whoever goes on. */
import { setTimeout as sleep } from 'node:timers/promises';

export type Step = () => Promise<void> | void;
/** ms. `step`: one that hangs holds up the next ones for so long at most, so that stages still write their state where the tables' server is away. */
const LIMITS = { all: 9_500, step: 4_000 };

/** One after the other; one that fails is told, and no reason not to do the next. */
export async function stopInTime(steps: readonly Step[], tell: (line: string) => void, limits = LIMITS): Promise<void> {
  const late = sleep(limits.all, 'late', { ref: false });
  for (const step of steps) {
    const done = (async () => step())().catch((error: Error) => tell(`while stopping: ${error.message}`));
    if (await Promise.race([done, sleep(limits.step, undefined, { ref: false }), late]) === 'late') return tell(`not all was written within ${limits.all / 1000} s; nothing is lost: it is made again from the committed positions`);
  }
}
