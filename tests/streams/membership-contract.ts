/** The contract of the membership port. Every adapter runs it: `member` gives another process's way to the same group, `until` waits for what the group takes its time for. */
import { expect, test } from 'vitest';
import type { Membership, Owner } from '../../streams/membership.ts';

export interface GroupUnderTest {
  group: string;
  topic: string;
  partitions: number;
  member(): Membership;
  until(what: () => boolean): Promise<void>;
}

/** Keeps what it is told, in order. */
class Told implements Owner {
  readonly owned = new Set<number>();
  readonly calls: string[] = [];
  gained(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.calls.push(`+${partition}`);
      this.owned.add(partition);
    }
  }
  async lost(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) {
      this.calls.push(`-${partition}`);
      this.owned.delete(partition);
    }
  }
}

export function membershipContract(name: string, make: () => Promise<GroupUnderTest>): void {
  const it = (what: string, body: (group: GroupUnderTest) => Promise<void>) => test(`${name}: ${what}`, async () => body(await make()));
  const join = async ({ group, topic, member }: GroupUnderTest, told: Told) => member().join(group, topic, told);
  const shared = ({ partitions, until }: GroupUnderTest, ...all: Told[]) => until(() => all.every(({ owned }) => owned.size > 0) && all.reduce((sum, { owned }) => sum + owned.size, 0) === partitions);

  it('the first member owns every partition', async (group) => {
    const told = new Told();
    const member = await join(group, told);
    await shared(group, told);
    expect([...told.owned].sort()).toEqual(Array.from({ length: group.partitions }, (_, p) => p));
    await member.leave();
  });

  it('two members share them, each partition with one of them', async (group) => {
    const [first, second] = [new Told(), new Told()];
    const members = [await join(group, first)];
    await shared(group, first);
    members.push(await join(group, second));
    await shared(group, first, second);
    expect([...first.owned, ...second.owned].sort()).toEqual(Array.from({ length: group.partitions }, (_, p) => p));
    for (const member of members) await member.leave();
  });

  it('who leaves is told that it owns nothing any more, and the others get what it had', async (group) => {
    const [first, second] = [new Told(), new Told()];
    const leaving = await join(group, first);
    await shared(group, first);
    const staying = await join(group, second);
    await shared(group, first, second);
    await leaving.leave();
    expect([...first.owned]).toEqual([]);
    await shared(group, second);
    await staying.leave();
    expect([...second.owned]).toEqual([]);
  });

  it('nothing is gained twice or lost unowned', async (group) => {
    const [first, second] = [new Told(), new Told()];
    const members = [await join(group, first), await join(group, second)];
    await shared(group, first, second);
    for (const member of members) await member.leave();
    for (const { calls } of [first, second]) {
      for (let p = 0; p < group.partitions; p++) {
        const mine = calls.filter((call) => call.slice(1) === String(p));
        expect(mine.every((call, i) => call[0] === (i % 2 === 0 ? '+' : '-')), calls.join(' ')).toBe(true);
        expect(mine.length % 2).toBe(0);
      }
    }
  });
}
