import fc from 'fast-check';
import { expect, test } from 'vitest';
import { give, share, type Candidate } from '../../streams/kafka/sticky.ts';

/** Members with any claims, also such as contradict each other. */
const groups = fc.record({ partitions: fc.integer({ min: 1, max: 40 }), members: fc.integer({ min: 1, max: 9 }) }).chain(({ partitions, members }) => fc.record({
  partitions: fc.constant(partitions),
  candidates: fc.array(fc.tuple(fc.integer({ min: 0, max: members - 1 }), fc.integer({ min: 0, max: partitions - 1 }), fc.boolean()), { maxLength: 60 }).map((claims) => Array.from({ length: members }, (_, m): Candidate => ({
    id: `m${m}`,
    owned: [...new Set(claims.filter(([who, , leaving]) => who === m && !leaving).map(([, partition]) => partition))],
    leaving: [...new Set(claims.filter(([who, , leaving]) => who === m && leaving).map(([, partition]) => partition))],
  }))),
}));

const flat = (shares: Map<string, number[]>): number[] => [...shares.values()].flat().sort((a, b) => a - b);

test('shares are whole and even', () => fc.assert(fc.property(groups, ({ partitions, candidates }) => {
  const shares = share(candidates, partitions);
  expect(flat(shares)).toEqual(Array.from({ length: partitions }, (_, p) => p));
  const sizes = [...shares.values()].map((own) => own.length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
})));

/** Of all even shares, what is kept in the best of them: by trying who gets the larger ones. */
function mostKept(owned: readonly number[], partitions: number): number {
  const least = Math.floor(partitions / owned.length);
  const larger = partitions % owned.length;
  const gains = owned.map((n) => Math.min(n, least + 1) - Math.min(n, least)).sort((a, b) => b - a);
  return owned.reduce((sum, n) => sum + Math.min(n, least), 0) + gains.slice(0, larger).reduce((a, b) => a + b, 0);
}

test('as little moves as evenness allows', () => fc.assert(fc.property(groups, ({ partitions, candidates }) => {
  const taken = new Set<number>();
  const clean = candidates.map(({ id, owned }) => ({ id, owned: owned.filter((partition) => !taken.has(partition) && taken.add(partition)), leaving: [] }));
  const shares = share(clean, partitions);
  const kept = clean.reduce((sum, { id, owned }) => sum + owned.filter((partition) => shares.get(id)?.includes(partition)).length, 0);
  expect(kept).toBe(mostKept(clean.map(({ owned }) => owned.length), partitions));
})));

test('nobody is given what another holds, and what is withheld is held by someone', () => fc.assert(fc.property(groups, ({ partitions, candidates }) => {
  const given = give(candidates, partitions);
  for (const [id, own] of given) for (const partition of own) {
    expect(candidates.some((other) => other.leaving.includes(partition))).toBe(false);
    const holders = candidates.filter((other) => other.owned.includes(partition));
    if (holders.length > 0) expect(holders.map((other) => other.id)).toContain(id);
  }
  const withheld = Array.from({ length: partitions }, (_, p) => p).filter((p) => !flat(given).includes(p));
  for (const partition of withheld) expect(candidates.some(({ owned, leaving }) => owned.includes(partition) || leaving.includes(partition))).toBe(true);
})));

test('a settled group stays as it is, and in two rounds of letting go any group settles', () => fc.assert(fc.property(groups, ({ partitions, candidates }) => {
  let now = candidates;
  for (let round = 0; round < 2; round++) now = [...give(now, partitions)].map(([id, owned]) => ({ id, owned, leaving: [] }));
  const settled = give(now, partitions);
  expect(flat(settled)).toEqual(Array.from({ length: partitions }, (_, p) => p));
  const again = give([...settled].map(([id, owned]) => ({ id, owned, leaving: [] })), partitions);
  expect(Object.fromEntries(again)).toEqual(Object.fromEntries(settled));
})));
