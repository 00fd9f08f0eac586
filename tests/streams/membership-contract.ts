/** The contract of the membership port. Every adapter runs it: members of one group share the partitions of a topic, whoever comes, goes or dies. */
import { expect, test } from 'vitest';
import type { Member, Membership, Owner } from '../../streams/membership.ts';

export interface MembershipUnderTest {
  partitions: number;
  /** A process of its own as far as the group can tell; `mortal`: one that `kill` can hit. */
  process(mortal: boolean): Promise<Membership>;
  /** It is gone from one moment to the next, without a word to the group or to its owners. */
  kill(membership: Membership): Promise<void>;
  /** Lets time pass where a model keeps it. */
  settle?(): Promise<void>;
}

/** What a process holds, as its owner was told. */
export class Recorder implements Owner {
  readonly held = new Set<number>();
  readonly told: string[] = [];
  /** Held back until it is opened: `lost` answers only then. */
  gate: Promise<void> = Promise.resolve();

  gained(partitions: readonly number[]): void {
    this.told.push(`gained ${partitions.join()}`);
    for (const partition of partitions) {
      if (this.held.has(partition)) throw new Error(`partition ${partition} is gained twice`);
      this.held.add(partition);
    }
  }

  async lost(partitions: readonly number[]): Promise<void> {
    this.told.push(`lost ${partitions.join()}`);
    for (const partition of partitions) if (!this.held.has(partition)) throw new Error(`partition ${partition} is lost, but was not held`);
    await this.gate;
    for (const partition of partitions) this.held.delete(partition);
  }
}

export function membershipContract(name: string, make: () => Promise<MembershipUnderTest>): void {
  const it = (what: string, body: (under: MembershipUnderTest, join: (mortal?: boolean) => Promise<{ owner: Recorder; member: Member; membership: Membership }>) => Promise<void>) => test(`${name}: ${what}`, async () => {
    const under = await make();
    const members: Member[] = [];
    try {
      await body(under, async (mortal = false) => {
        const membership = await under.process(mortal);
        const owner = new Recorder();
        const member = await membership.join('g', 'journal.v1', owner);
        members.push(member);
        return { owner, member, membership };
      });
    } finally {
      await Promise.allSettled(members.map((member) => member.leave()));
    }
  });
  const all = (under: MembershipUnderTest) => Array.from({ length: under.partitions }, (_, i) => i);
  const eventually = (under: MembershipUnderTest, check: () => void) => expect.poll(async () => {
    await under.settle?.();
    check();
    return true;
  }, { timeout: 15_000, interval: 50 }).toBe(true);
  const shared = (under: MembershipUnderTest, owners: readonly Recorder[]) => eventually(under, () => {
    expect(owners.flatMap((owner) => [...owner.held]).sort((a, b) => a - b)).toEqual(all(under));
    const sizes = owners.map((owner) => owner.held.size);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('one alone has all', async (under, join) => {
    const { owner } = await join();
    await shared(under, [owner]);
  });

  it('a second takes half, and the first keeps the rest without a break', async (under, join) => {
    const first = await join();
    await shared(under, [first.owner]);
    const second = await join();
    await shared(under, [first.owner, second.owner]);
    const lost = first.owner.told.filter((told) => told.startsWith('lost')).flatMap((told) => told.slice(5).split(','));
    expect(lost).toHaveLength(Math.floor(under.partitions / 2));
    expect(lost.map(Number).sort((a, b) => a - b)).toEqual([...second.owner.held].sort((a, b) => a - b));
  });

  it('nothing is given away before its holder has let go of it, and the holder works on with the rest', async (under, join) => {
    const first = await join();
    await shared(under, [first.owner]);
    const { promise, resolve } = Promise.withResolvers<void>();
    first.owner.gate = promise;
    const second = await join();
    await eventually(under, () => expect(first.owner.told.some((told) => told.startsWith('lost'))).toBe(true));
    expect([...second.owner.held]).toEqual([]);
    resolve();
    await shared(under, [first.owner, second.owner]);
  });

  it('three share, and who leaves gives his part to the others', async (under, join) => {
    const [a, b, c] = [await join(), await join(), await join()];
    await shared(under, [a.owner, b.owner, c.owner]);
    const kept = new Set(a.owner.held);
    await b.member.leave();
    expect([...b.owner.held]).toEqual([]);
    await shared(under, [a.owner, c.owner]);
    for (const partition of kept) expect(a.owner.held).toContain(partition);
  });

  it('what a killed one held goes to the others, though it was told of nothing', async (under, join) => {
    const [a, b] = [await join(), await join(true)];
    await shared(under, [a.owner, b.owner]);
    const before = [...b.owner.told];
    await under.kill(b.membership);
    await shared(under, [a.owner]);
    expect(b.owner.told).toEqual(before);
  });

  it('groups are apart', async (under, join) => {
    const { owner, membership } = await join();
    const other = new Recorder();
    const member = await membership.join('h', 'journal.v1', other);
    await shared(under, [owner]);
    await shared(under, [other]);
    await member.leave();
  });
}
