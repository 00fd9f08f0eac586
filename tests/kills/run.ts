/** One storm over a system under load, from its first event to the verdict. */
import { mix, Random } from '../../simulator/random.ts';
import { Load } from './load.ts';
import { drained, readWhole } from './recorded.ts';
import { drawStrike, strike } from './storm.ts';
import { againstLog, againstTables } from './verdict.ts';
import type { Works } from './works.ts';

export interface Outcome { problems: string[]; summary: string }
export interface RunOptions {
  strikes: number;
  seed: number;
  ordersPerSecond: number;
  each?: (n: number, what: string) => void;
}

/** Of the strikes, those that wait until something is answered again; the others come as they come, also on who has not got up yet. */
const UNDER_LOAD = 0.6;
const READY_MS = 120_000;
const seconds = (ms: number): string => (ms / 1000).toFixed(0);
const DRAIN_MS = 180_000;

export async function run(works: Works, { strikes, seed, ordersPerSecond, each = () => undefined }: RunOptions): Promise<Outcome> {
  const random = new Random(mix(seed, 2));
  const met = new Map<string, number>();
  const began = Date.now();
  await Promise.all(works.processes.map((one) => one.ready(READY_MS)));
  const load = new Load(() => works.door(), seed, ordersPerSecond);
  try {
    for (let n = 1; n <= strikes; n++) {
      if (random.chance(UNDER_LOAD)) await load.goesOn(READY_MS);
      const drawn = drawStrike(random, works.aims, works.takesOver);
      const what = `${drawn.what} ${drawn.name}`;
      met.set(what, (met.get(what) ?? 0) + 1);
      each(n, `${what} for ${drawn.downMs} ms`);
      await strike(drawn);
    }
    await Promise.all(works.processes.map((one) => one.ready(READY_MS)));
    const during = load.accepted.size;
    const stormed = Date.now();
    await load.end();
    const problems = await verdict(works, load);
    const ends = works.processes.flatMap((one) => one.ends.map((words) => `${one.name} ended with ${words}`));
    problems.push(...ends.filter((words) => /^\s+at /m.test(words)), ...works.processes.flatMap((one) => (/^\s+at .*[:(]/m.test(one.current.said.err) ? [`${one.name} said ${one.current.said.err.slice(0, 1_000)}`] : [])));
    return { problems, summary: `${strikes} strikes (${[...met].sort().map(([name, n]) => `${n} × ${name}`).join(', ')}), ${load.accepted.size} events accepted, ${during} of them until the last strike, ${load.unanswered} posts unanswered, ${ends.length} lives ended by themselves; ${seconds(stormed - began)} s, and ${seconds(Date.now() - stormed)} s to drain and judge` };
  } finally {
    load.giveUp();
  }
}

async function verdict(works: Works, { accepted }: Load): Promise<string[]> {
  const log = await works.openLog();
  try {
    const reached = await drained(works, log, DRAIN_MS);
    const whole = await readWhole(log);
    await works.door().caughtUp();
    return [...againstLog(whole, accepted, reached, works), ...await againstTables(whole, accepted, works.door())];
  } finally {
    await log.close();
  }
}
