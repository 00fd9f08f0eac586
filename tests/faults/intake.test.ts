import { expect, test } from 'vitest';
import { IntakePlant } from './intake-plant.ts';

test('what came to intake topics is journalled once, read by the tables that held, and no tick stands ahead of what came before it: 250 seeds', async () => {
  let halted = 0;
  for (let seed = 1; seed <= 250; seed++) {
    const plant = new IntakePlant(seed);
    await plant.run();
    expect(await plant.problems(), `seed ${seed}`).toEqual([]);
    if (plant.world.strikesBy.has('pause')) halted++;
  }
  expect(halted).toBeGreaterThan(30); // owners that came back while others had the partition
}, 120_000);
