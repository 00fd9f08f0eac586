/**
 * `npm run faults`: all proofs, at length: many seeds of the system in its simulated world and of intake in its own, the mutations that must be noticed, strikes at real processes, and troubles that last for minutes.
 *   -- --seeds 20000 [--from 1]   of it the seeds and mutations alone
 *   -- --seed N                   that seed alone, with all that happened in it
 *   -- --kills 200 [--seed N]     the strikes alone (tests/kills); of an odd seed on a Kafka, of an even one in one process, the next round the other way
 *   -- --long 3                   the long troubles alone, of so many minutes each
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { campaign } from '../kills/campaign.ts';
import { MUTATIONS } from './mutations.ts';
import { AS_BUILT } from './plant.ts';
import { alone, firstFailure, simulate, simulateIntake, type Outcome } from './simulate.ts';

const SHOWN = 10;
const { values } = parseArgs({ options: { seeds: { type: 'string' }, from: { type: 'string', default: '1' }, seed: { type: 'string' }, kills: { type: 'string' }, long: { type: 'string' } } });
const seeds = Number(values.seeds ?? 20_000);
const from = Number(values.from);

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
  for (const [name, { wiring, noticed: how }] of Object.entries(MUTATIONS)) {
    const failure = await firstFailure(1, 2_000, wiring, () => undefined, how);
    console.log(failure ? `noticed at seed ${failure.seed}: ${name} (${failure.problems[0]})` : `NOT NOTICED within 2,000 seeds: ${name}`);
    noticed &&= failure !== undefined;
  }
  return noticed;
}

/** As vitest runs them, with more patience. */
const long = (minutes: number): boolean => spawnSync('vitest', ['run', 'tests/kills/long-troubles.test.ts'], { stdio: 'inherit', env: { ...process.env, FENGHUO_TEST_LONG_MS: String(minutes * 60_000) } }).status === 0;

const chance = (): number => Number(values.seed ?? Date.now() % 1_000_000);
const { kills, seed } = values;
const parts = kills === undefined && seed !== undefined ? [() => one(Number(seed))]
  : values.seeds !== undefined ? [many, mutations]
    : kills !== undefined ? [() => campaign(Number(kills), chance())]
      : values.long !== undefined ? [() => long(Number(values.long))]
        : [many, mutations, () => campaign(200, chance()), () => long(3)];
let good = true;
for (const part of parts) good = (await part()) && good;
process.exitCode = good ? 0 : 1;
