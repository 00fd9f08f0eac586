/**
 * `npm run faults`: many seeds of the system in its simulated world and of intake in its own, then the mutations that must be noticed.
 * -- --kills 200 [--seed N]: instead, so many strikes at real processes (tests/kills); of an odd seed on a Kafka, of an even one in one process, the next round the other way.
 * FENGHUO_SEEDS=n: so many (default 20,000). FENGHUO_FROM=n: beginning there (default 1). FENGHUO_SEED=n: that one alone, with all that happened in it.
 */
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { campaign } from '../kills/campaign.ts';
import { MUTATIONS } from './mutations.ts';
import { AS_BUILT } from './plant.ts';
import { alone, firstFailure, simulate, simulateIntake, type Outcome } from './simulate.ts';

const SHOWN = 10;
const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const seeds = number('FENGHUO_SEEDS', 20_000);
const from = number('FENGHUO_FROM', 1);

async function one(seed: number): Promise<boolean> {
  const outcomes = [await simulateIntake(seed, true), await simulate(seed, AS_BUILT, true)];
  const problems = outcomes.flatMap((outcome) => outcome.problems);
  for (const { trace } of outcomes) console.log(`${trace.join('\n')}\n`);
  console.log(problems.length === 0 ? `seed ${seed}: all stands once` : `seed ${seed}:\n${problems.join('\n')}`);
  return problems.length === 0;
}

async function many(): Promise<boolean> {
  const began = performance.now();
  const met = new Map<string, number>();
  const failed: Outcome[] = [];
  let steps = 0;
  const bar = new SingleBar({ format: 'seeds {bar} {value}/{total}, {failed} failed, {eta_formatted} left', etaBuffer: 200, barCompleteChar: '█', barIncompleteChar: '░' });
  bar.start(seeds, 0, { failed: 0 });
  for (let seed = from; seed < from + seeds; seed++) {
    for (const outcome of [await simulate(seed), await simulateIntake(seed)]) {
      steps += outcome.steps;
      for (const [kind, n] of outcome.strikes) met.set(kind, (met.get(kind) ?? 0) + n);
      if (outcome.problems.length > 0) failed.push(outcome);
    }
    bar.increment(1, { failed: failed.length });
  }
  bar.stop();
  console.log(`${seeds} seeds in ${((performance.now() - began) / 1000).toFixed(0)} s, ${Math.round(steps / seeds)} steps a seed; met: ${[...met].map(([kind, n]) => `${kind} ${n}`).join(', ')}`);
  for (const { seed, problems } of failed.slice(0, SHOWN)) console.log(`FAILED ${alone(seed)}\n  ${problems.slice(0, SHOWN).join('\n  ')}`);
  return failed.length === 0;
}

async function mutations(): Promise<boolean> {
  let noticed = true;
  for (const [name, { wiring }] of Object.entries(MUTATIONS)) {
    const failure = await firstFailure(1, 2_000, wiring);
    console.log(failure ? `noticed at seed ${failure.seed}: ${name} (${failure.problems[0]})` : `NOT NOTICED within 2,000 seeds: ${name}`);
    noticed &&= failure !== undefined;
  }
  return noticed;
}

const single = process.env.FENGHUO_SEED;
const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const good = values.kills !== undefined ? await campaign(Number(values.kills), Number(values.seed ?? Date.now() % 1_000_000)) : single ? await one(Number(single)) : [await many(), await mutations()].every(Boolean);
process.exitCode = good ? 0 : 1;
