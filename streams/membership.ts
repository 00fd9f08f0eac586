/**
 * Which partitions of a stage's input this process owns: a consumer group. Two processes may believe for a while that they own the same one (a paused owner that comes back
 * knows nothing of its successor); `Log.claim` settles it, so no guarantee rests on this port.
 */
export interface Owner {
  /** These are this process's from now on, besides those it has. Answers at once: the work goes on until `lost`. */
  gained(partitions: readonly number[]): void;
  /** These are not any more. The group waits for the answer, up to its own limit: resolve once what was begun is committed or dropped. */
  lost(partitions: readonly number[]): Promise<void>;
}

export interface Membership {
  /** Resolves once the group has taken this process; what it owns is told to `owner`, at first and after each change. */
  join(group: string, topic: string, owner: Owner): Promise<Member>;
}

export interface Member {
  /** `lost` is called for what is owned still; resolves once the group goes on without this process. */
  leave(): Promise<void>;
}
