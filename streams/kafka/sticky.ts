/** Who gets which partitions: even to within one, with as few moves as that allows. What moves is given only once its holder has let go of it. Pure. */

export interface Candidate {
  id: string;
  /** What it works on. */
  owned: readonly number[];
  /** What it is about to let go of. */
  leaving: readonly number[];
}

/** What each shall have in the end. */
export function share(candidates: readonly Candidate[], partitions: number): Map<string, number[]> {
  const holder = holders(candidates, partitions);
  const kept = new Map(candidates.map(({ id }) => [id, [] as number[]]));
  for (const [partition, { id, leaving }] of holder) if (!leaving) kept.get(id)?.push(partition);
  const least = Math.floor(partitions / candidates.length);
  let larger = partitions % candidates.length;
  // Who holds most keeps one more: it is the one who would have to give it away.
  const order = [...kept].sort(([a, own], [b, other]) => other.length - own.length || (a < b ? -1 : 1));
  const free = new Set(Array.from({ length: partitions }, (_, p) => p));
  const quotas = order.map(([id, own]) => {
    const quota = least + (larger-- > 0 ? 1 : 0);
    const keeps = own.slice(0, quota);
    for (const partition of keeps) free.delete(partition);
    return { id, keeps, quota };
  });
  const rest = [...free];
  return new Map(quotas.map(({ id, keeps, quota }) => [id, [...keeps, ...rest.splice(0, quota - keeps.length)].sort((a, b) => a - b)]));
}

/** What each may have now: of its share all that nobody else holds. */
export function give(candidates: readonly Candidate[], partitions: number): Map<string, number[]> {
  const holder = holders(candidates, partitions);
  const free = (partition: number, id: string): boolean => {
    const held = holder.get(partition);
    return held === undefined || (held.id === id && !held.leaving);
  };
  return new Map([...share(candidates, partitions)].map(([id, shared]) => [id, shared.filter((partition) => free(partition, id))]));
}

/** One who lets go holds on until it has. Of two who say that they hold the same the first counts: the log's claim settles who is right. */
function holders(candidates: readonly Candidate[], partitions: number): Map<number, { id: string; leaving: boolean }> {
  const holder = new Map<number, { id: string; leaving: boolean }>();
  const sorted = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1));
  const put = (partition: number, id: string, leaving: boolean): void => {
    if (partition < partitions && !holder.has(partition)) holder.set(partition, { id, leaving });
  };
  for (const { id, leaving } of sorted) for (const partition of leaving) put(partition, id, true);
  for (const { id, owned } of sorted) for (const partition of [...owned].sort((a, b) => a - b)) put(partition, id, false);
  return holder;
}
