/** Many strikes: rounds over a fresh system each, of odd seeds on a Kafka (every other one with a ClickHouse server and two sinks), of even ones in one process. */
import { SingleBar } from 'cli-progress';
import type { OwnBroker } from '../kafka/broker.ts';
import { orRefuse, startBroker } from '../kafka/choose.ts';
import { run, strikes, type Outcome } from './run.ts';
import { embedded, scaled, scaledWithServer } from './works.ts';

const A_ROUND = 20;
const ORDERS_PER_SECOND = 100;
const SHOWN = 10;
type Each = (n: number, what: string) => void;

export async function campaign(count: number, seed: number): Promise<boolean> {
  const rounds = Math.ceil(count / A_ROUND);
  const bar = new SingleBar({ format: 'strikes {bar} {value}/{total}, {failed} rounds failed: {what}', barCompleteChar: '█', barIncompleteChar: '░' });
  let failed = 0;
  for (let round = 0; round < rounds; round++) {
    const before = round * A_ROUND;
    bar.start(count, before, { failed, what: '' });
    const { where, problems, summary } = await oneRound(round, seed + round, Math.min(A_ROUND, count - before), (n, what) => bar.update(before + n, { failed, what }));
    bar.stop();
    // At once: a campaign lasts, and may be broken off.
    console.log([`${problems.length === 0 ? 'all stands once' : 'FAILED'}, ${where}, --kills ${A_ROUND} --seed ${seed + round}: ${summary}`, ...problems.slice(0, SHOWN).map((problem) => `  ${problem}`)].join('\n'));
    if (problems.length > 0) failed++;
  }
  console.log(`${count} strikes in ${rounds} rounds, ${failed} failed`);
  return failed === 0;
}

/** What goes wrong with the round itself is a failure of it. */
async function oneRound(round: number, seed: number, count: number, each: Each): Promise<Outcome & { where: string }> {
  const broker = seed % 2 === 0 ? undefined : orRefuse(await startBroker());
  const own = broker && !('missing' in broker) ? broker : undefined;
  const where = own ? own.what : broker ? `in one process, since there is ${'missing' in broker ? broker.missing : ''}` : 'in one process';
  try {
    return { where, ...(await survived(own, seed, count, each)) };
  } catch (error) {
    return { where, problems: [`round ${round + 1}: ${(error as Error).stack}`], summary: 'ended before its verdict' };
  } finally {
    await own?.stop();
  }
}

async function survived(broker: OwnBroker | undefined, seed: number, count: number, each: Each): Promise<Outcome> {
  const works = !broker ? await embedded() : seed % 4 === 1 ? await scaled(broker, 'singly') : await scaledWithServer(broker, 'pairs');
  try {
    return await run(works, { seed, ordersPerSecond: ORDERS_PER_SECOND }, strikes(works, count, seed, each));
  } finally {
    await works.stop();
  }
}
