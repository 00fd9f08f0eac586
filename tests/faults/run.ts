import { againstFolds } from './fold.ts';
import { Plant, STAGES } from './plant.ts';
const [from, to] = process.argv.slice(2).map(Number) as [number, number];
let steps = 0;
let bad = 0;
const strikes = new Map<string, number>();
const counts = new Map<string, number>();
for (let seed = from; seed < to; seed++) {
  const plant = new Plant(seed);
  if (to - from === 1) plant.world.traced = true;
  let problems: string[] = [];
  try { await plant.run(); problems = againstFolds(plant.broker, STAGES); } catch (error) { problems = [(error as Error).stack as string, (((error as Error).cause as Error)?.stack ?? '')]; }
  if (problems.length > 0 && bad < 10) { console.log(seed, problems.slice(0, 3)); bad++; }
  steps += plant.world.steps;
  for (const part of plant.broker.parts()) counts.set(part.topic, (counts.get(part.topic) ?? 0) + part.records.length);
  for (const [k, n] of plant.world.strikesBy) strikes.set(k, (strikes.get(k) ?? 0) + n);
  if (to - from === 1) { console.log(plant.world.trace.join('\n')); }
}
console.log(process.cpuUsage().user / 1000 / (to - from), "ms user CPU/seed", bad, 'bad', steps / (to - from), 'steps', strikes, counts);
