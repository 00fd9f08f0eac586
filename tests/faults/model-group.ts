/**
 * A consumer group in memory: shares a topic's partitions among its members, anew whenever one joins, leaves or is not heard of. A member that crashed or stands still is taken for gone
 * after a while, and what it had is given to others; it may come back and know nothing of it.
 */
import type { Random } from '../../simulator/random.ts';
import type { Member, Membership, Owner } from '../../streams/membership.ts';
import type { Process, World } from './world.ts';

interface Seat { name: string; process: Process; owner: Owner; owned: Set<number>; away: boolean; /** What it is still to be told, in order. */ calls: { what: string; go: () => void }[] }

/** A member that is not heard of is gone after this time; the same for one that does not answer what was taken from it. */
const SESSION_MS = 300;

export class ModelGroup {
  readonly #topic: string;
  readonly #partitions: number;
  readonly #world: World;
  readonly #seats = new Set<Seat>();
  #round = 0;

  constructor(topic: string, partitions: number, world: World) {
    this.#topic = topic;
    this.#partitions = partitions;
    this.#world = world;
    world.onDeath((process) => {
      for (const seat of this.#seats) if (seat.process === process) world.later(undefined, `${process.name} is missed`, world.random.between(0, SESSION_MS), () => this.#gone(seat));
    });
  }

  /** What a member owns, for whoever looks on. */
  owners(): Map<string, readonly number[]> {
    return new Map([...this.#seats].map(({ name, owned }) => [name, [...owned]]));
  }

  join(process: Process, owner: Owner): Member {
    const seat: Seat = { name: process.name, process, owner, owned: new Set(), away: false, calls: [] };
    this.#seats.add(seat);
    this.#share();
    return {
      leave: async () => {
        await this.#take(seat, [...seat.owned]);
        this.#gone(seat);
      },
    };
  }

  /** Somebody shares anew, for no reason that anyone could see. */
  stir(): void {
    this.#share();
  }

  #gone(seat: Seat): void {
    if (this.#seats.delete(seat)) this.#share();
  }

  /** In rounds: what moves is first taken from whoever has it, then given. A later round makes an earlier one void. */
  async #share(): Promise<void> {
    const round = ++this.#round;
    for (const seat of this.#seats) if (seat.process.pausedUntil > this.#world.now + SESSION_MS / 2) this.#forgetFor(seat);
    const seats = [...this.#seats].filter((seat) => !seat.away);
    const wanted = new Map(seats.map((seat) => [seat, new Set<number>()]));
    for (let partition = 0; partition < this.#partitions && seats.length > 0; partition++) wanted.get(chosen(seats, partition, this.#world.random))?.add(partition);
    await Promise.all(seats.map((seat) => this.#take(seat, [...seat.owned].filter((partition) => !wanted.get(seat)?.has(partition)))));
    if (round !== this.#round) return;
    for (const [seat, partitions] of wanted) this.#give(seat, [...partitions].filter((partition) => !seat.owned.has(partition)));
  }

  /** It stands still: its partitions are free, and it is told so when it comes back. */
  #forgetFor(seat: Seat): void {
    if (seat.away) return;
    seat.away = true;
    const had = [...seat.owned];
    seat.owned.clear();
    this.#call(seat, `lost ${had.join()} while it stood still`, async () => {
      await seat.owner.lost(had);
      seat.away = false;
      this.#share();
    });
  }

  /** Resolves when it has answered, or has taken too long. */
  #take(seat: Seat, partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return Promise.resolve();
    for (const partition of partitions) seat.owned.delete(partition);
    return new Promise((resolve) => {
      this.#call(seat, `gives back ${this.#topic}/${partitions.join()}`, async () => {
        await seat.owner.lost(partitions);
        resolve();
      });
      this.#world.later(undefined, `${seat.name} need not answer any more`, SESSION_MS, resolve);
    });
  }

  #give(seat: Seat, partitions: readonly number[]): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) seat.owned.add(partition);
    this.#call(seat, `gets ${this.#topic}/${partitions.join()}`, () => seat.owner.gained(partitions));
  }

  #call(seat: Seat, what: string, go: () => void): void {
    seat.calls.push({ what, go });
    if (seat.calls.length === 1) this.#tellNext(seat);
  }

  #tellNext(seat: Seat): void {
    const [call] = seat.calls;
    if (!call) return;
    this.#world.later(seat.process, call.what, 0, () => {
      call.go();
      seat.calls.shift();
      this.#tellNext(seat);
    });
  }
}

/** Mostly in turn, so that all have work. */
const chosen = (seats: readonly Seat[], partition: number, random: Random): Seat => (random.chance(0.7) ? (seats[partition % seats.length] as Seat) : random.pick(seats));

/** One process's way to its groups. */
export class ModelMembership implements Membership {
  readonly #groups: (group: string, topic: string) => ModelGroup;
  readonly #process: Process;

  constructor(groups: (group: string, topic: string) => ModelGroup, process: Process) {
    this.#groups = groups;
    this.#process = process;
  }

  async join(group: string, topic: string, owner: Owner): Promise<Member> {
    return this.#process.ask(`joins ${group}`, () => this.#groups(group, topic).join(this.#process, owner));
  }
}
