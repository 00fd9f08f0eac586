import { simulate } from './simulate.ts';
const [from, to] = process.argv.slice(2).map(Number) as [number, number];
let steps = 0;
let bad = 0;
const strikes = new Map<string, number>();
for (let seed = from; seed < to; seed++) {
  const outcome = await simulate(seed, undefined, to - from === 1);
  if (outcome.problems.length > 0 && bad++ < 5) console.log(seed, outcome.problems.slice(0, 5));
  steps += outcome.steps;
  for (const [k, n] of outcome.strikes) strikes.set(k, (strikes.get(k) ?? 0) + n);
  if (to - from === 1) console.log(outcome.trace.join('\n'));
}
console.log(process.cpuUsage().user / 1000 / (to - from), "ms user CPU/seed", bad, 'bad', steps / (to - from), 'steps', strikes);
