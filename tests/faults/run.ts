import { Plant } from './plant.ts';
const [from, to] = process.argv.slice(2).map(Number) as [number, number];
let steps = 0;
const t = performance.now();
const strikes = new Map<string, number>();
for (let seed = from; seed < to; seed++) {
  const plant = new Plant(seed);
  if (to - from === 1) plant.world.traced = true;
  try { await plant.run(); } catch (error) { console.log(seed, (error as Error).stack); if (to - from === 1) console.log(plant.world.trace.slice(-100).join('\n')); }
  steps += plant.world.steps;
  for (const [k, n] of plant.world.strikesBy) strikes.set(k, (strikes.get(k) ?? 0) + n);
  if (to - from === 1) { console.log(plant.world.trace.slice(0, 80).join('\n')); }
}
console.log((performance.now() - t) / (to - from), 'ms/seed', steps / (to - from), 'steps', strikes);
