/** A group in memory whose slices a test moves as it likes: also without telling who had them, as it is with an owner that was stopped for a while. */
import type { Member, Membership, Owner } from '../../streams/membership.ts';

export interface One extends Membership { readonly has: Set<number>; believes: Set<number> }

export class Group {
  readonly #ones: (One & { owner?: Owner })[] = [];

  /** The membership of one more process. */
  one(): One {
    const made: One & { owner?: Owner } = {
      has: new Set(), believes: new Set(),
      async join(_group, _topic, owner): Promise<Member> {
        made.owner = owner;
        owner.gained([...made.has]);
        made.believes = new Set(made.has);
        return {
          async leave() {
            await owner.lost([...made.believes]);
            made.owner = undefined;
          },
        };
      },
    };
    this.#ones.push(made);
    return made;
  }

  /** `told`: as an orderly group does, who loses them is asked first and waited for. */
  async give(to: One, slices: readonly number[], told = true): Promise<void> {
    for (const from of this.#ones) {
      const lost = slices.filter((slice) => from !== to && from.has.delete(slice));
      if (told && lost.length > 0) await this.#take(from, lost);
    }
    for (const slice of slices) to.has.add(slice);
    const fresh = slices.filter((slice) => !to.believes.has(slice));
    for (const slice of fresh) to.believes.add(slice);
    (to as One & { owner?: Owner }).owner?.gained(fresh);
  }

  /** Everybody learns what is no longer theirs. */
  async tell(): Promise<void> {
    for (const one of this.#ones) {
      const lost = [...one.believes].filter((slice) => !one.has.has(slice));
      if (lost.length > 0) await this.#take(one, lost);
    }
  }

  async #take(one: One & { owner?: Owner }, slices: number[]): Promise<void> {
    for (const slice of slices) one.believes.delete(slice);
    await one.owner?.lost(slices);
  }
}
