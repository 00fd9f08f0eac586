/** What tests of long troubles share: one storm over a system, to the verdict, and how the system tells of it meanwhile. */
import { expect } from 'vitest';
import type { Readiness } from '../../processors/readiness.ts';
import { pause, type System } from '../whole/system.ts';
import type { Load } from './load.ts';
import { run, type Storm } from './run.ts';
import type { Works } from './works.ts';

const SEED = Number(process.env.FENGHUO_TEST_SEED ?? Date.now() % 1_000_000);
const ORDERS_PER_SECOND = 20;
/** So long a trouble lasts at least, longer than a group waits for a sign of life: `npm run faults` makes it minutes. */
export const LONG_MS = Number(process.env.FENGHUO_TEST_LONG_MS ?? 8_000);
export const LIMIT = 800_000 + 4 * LONG_MS;

export async function survives(works: Works, storm: Storm): Promise<void> {
  try {
    const { problems, summary } = await run(works, { seed: SEED, ordersPerSecond: ORDERS_PER_SECOND }, storm);
    console.log(`FENGHUO_TEST_SEED=${SEED}: ${summary}`);
    expect(problems).toEqual([]);
  } finally {
    await works.stop();
  }
}

/** What hinders it, by part and state; '' where it does not answer. */
export const hindrances = async (system: System): Promise<string> => {
  const answer = await system.ask('GET', '/readyz', undefined, '', '').catch(() => undefined);
  return ((answer?.json as Readiness | undefined)?.hindrances ?? []).map(({ part, state }) => `${part} ${state}`).join(', ');
};

export const content = async (system: System): Promise<void> => until('readiness is content', async () => (await system.ask('GET', '/readyz', undefined, '', '')).status === 200);

export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 240_000; !(await look()); await pause(200)) if (Date.now() > end) throw new Error(`not seen: ${what}`);
}

export async function taken(load: Load): Promise<void> {
  const before = load.accepted.size;
  await until('events are taken again', () => load.accepted.size > before + 20);
}
