/** Something befalls a system under load, from its first event to the verdict. */
import { mix, Random } from '../../simulator/random.ts';
import { Load } from './load.ts';
import { drained, readWhole } from './recorded.ts';
import { Deck, strike } from './storm.ts';
import { againstLog, againstTables } from './verdict.ts';
import type { Works } from './works.ts';

export interface Outcome { problems: string[]; summary: string }
/** Resolves to what was done, in words. */
export type Storm = (load: Load) => Promise<string>;

/** Of the strikes, those that wait until something is answered again; the others come as they come, also on who has not got up yet. */
const UNDER_LOAD = 0.6;
/** Of the strikes, those that come with another one, at somebody else. */
const AT_ONCE = 0.2;
const READY_MS = 240_000;
const DRAIN_MS = 180_000;
const STACK = /^\s+at .*[:(]/m;
const seconds = (ms: number): string => (ms / 1000).toFixed(0);

export async function run(works: Works, { seed, ordersPerSecond }: { seed: number; ordersPerSecond: number }, storm: Storm): Promise<Outcome> {
  const began = Date.now();
  await ready(works);
  const load = new Load(() => works.door(), seed, ordersPerSecond);
  try {
    await load.goesOn(READY_MS);
    const done = await storm(load);
    await ready(works);
    const during = load.accepted.size;
    const stormed = Date.now();
    await load.end();
    const problems = await verdict(works, load);
    const ends = works.processes.flatMap((one) => one.ends.map((words) => `${one.name} ended with ${words}`));
    // Whoever has to give up says so in words.
    problems.push(...[...ends, ...works.processes.map(({ name, current }) => `${name} said ${current.said.err.slice(0, 1_000)}`)].filter((words) => STACK.test(words)));
    return { problems, summary: `${done}; ${load.accepted.size} events accepted, ${during} of them until then, ${load.refused} refused, ${load.unanswered} posts unanswered, ${ends.length} lives ended by themselves${ends.map((words) => ` (${words.slice(-300)})`).join('')}; ${seconds(stormed - began)} s, and ${seconds(Date.now() - stormed)} s to drain and judge` };
  } finally {
    load.giveUp();
  }
}

const ready = (works: Works): Promise<unknown> => Promise.all(works.processes.map((one) => one.ready(READY_MS)));

/** So many strikes at whom the seed picks. */
export const strikes = (works: Works, count: number, seed: number, each: (n: number, what: string) => void = () => undefined): Storm => async (load) => {
  const random = new Random(mix(seed, 2));
  const deck = new Deck(random, works.aims, works.takesOver);
  const met = new Map<string, number>();
  for (let n = 0; n < count;) {
    if (random.chance(UNDER_LOAD)) await load.goesOn(READY_MS);
    const together = [deck.draw()];
    if (n + 1 < count && random.chance(AT_ONCE)) together.push(deck.draw());
    n += together.length;
    for (const { what, name } of together) met.set(`${what} ${name}`, (met.get(`${what} ${name}`) ?? 0) + 1);
    each(n, together.map(({ what, name, downMs }) => `${what} ${name} for ${downMs} ms`).join(', '));
    // Nobody is struck twice at once, and no drawn strike is left out.
    if (together[0]?.victim === together[1]?.victim) for (const one of together) await strike(one);
    else await Promise.all(together.map(strike));
  }
  return `${count} strikes (${[...met].sort().map(([name, n]) => `${n} × ${name}`).join(', ')})`;
};

async function verdict(works: Works, { accepted }: Load): Promise<string[]> {
  const log = await works.openLog();
  try {
    const reached = await drained(works, log, DRAIN_MS);
    const whole = await readWhole(log);
    await works.door().caughtUp(DRAIN_MS);
    return [...againstLog(whole, accepted, reached, works), ...await againstTables(whole, accepted, works.door())];
  } finally {
    await log.close();
  }
}
