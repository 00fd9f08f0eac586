/** Which slices this sink owns, as told by its group, and which of them it has taken up: the group tells at any time, the sink follows between two flushes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Member, Membership } from '../../streams/membership.ts';

const GROUP = 'sink';
/** Whoever owns one of its partitions owns those of the other topics with the same number. */
export const SLICED = 'journal.v1';
/** The group is not held up for longer: whoever comes next ends what may still run. */
const LEAVE_MS = 5_000;

/** What is taken up though it is not owned any more, and what is owned and not taken up. */
export interface Changes { lost: number[]; gained: number[] }

export interface Ownership {
  readonly slices: number;
  owns(slice: number): boolean;
  /** Owned, and taken up. */
  has(slice: number): boolean;
  join(): Promise<void>;
  leave(): Promise<void>;
  changes(): Changes;
  /** These changes are done. */
  followed(changes: Changes): void;
  /** All that was taken up was thrown away, and must be taken up again. */
  dropped(): void;
}

/** Without a membership all slices are this sink's. `patience`: resolves after so many ms, and keeps no process alive for it. */
export function createOwnership(slices: number, membership?: Membership, patience = (ms: number): Promise<unknown> => sleep(ms, undefined, { ref: false })): Ownership {
  const owned = new Set(membership ? [] : Array.from({ length: slices }, (_, slice) => slice));
  const taken = new Set<number>();
  let waiting: { slices: readonly number[]; done: () => void }[] = [];
  let member: Member | undefined;

  /** Nobody waits for what is not taken up any more. */
  function release(): void {
    waiting = waiting.filter(({ slices: which, done }) => {
      const held = which.some((slice) => taken.has(slice) && !owned.has(slice));
      if (!held) done();
      return held;
    });
  }

  return {
    slices,
    owns: (slice) => owned.has(slice),
    has: (slice) => taken.has(slice) && owned.has(slice),
    async join() {
      member = await membership?.join(GROUP, SLICED, {
        gained(partitions) {
          for (const slice of partitions) owned.add(slice);
        },
        async lost(partitions) {
          for (const slice of partitions) owned.delete(slice);
          const { promise, resolve } = Promise.withResolvers<void>();
          waiting.push({ slices: partitions, done: resolve });
          release();
          await Promise.race([promise, patience(LEAVE_MS)]);
        },
      });
    },
    async leave() {
      taken.clear();
      release();
      await member?.leave();
    },
    changes: () => ({ lost: [...taken].filter((slice) => !owned.has(slice)), gained: [...owned].filter((slice) => !taken.has(slice)) }),
    followed({ lost, gained }) {
      for (const slice of lost) taken.delete(slice);
      for (const slice of gained) taken.add(slice);
      release();
    },
    dropped() {
      taken.clear();
      release();
    },
  };
}
