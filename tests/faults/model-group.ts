/**
 * A consumer group in memory: shares a topic's partitions among its members, anew whenever one joins, leaves or is not heard of. A member that crashed or stands still is taken for gone
 * after a while, and what it had is given to others; it may come back and know nothing of it.
 */
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
  /** What members are giving back. */
  readonly #leaving = new Map<Seat, Promise<void>>();
  readonly #patient: boolean;
  #round = 0;

  /** `patient`: waits for every answer. */
  constructor(topic: string, partitions: number, world: World, patient = false) {
    this.#patient = patient;
    this.#topic = topic;
    this.#partitions = partitions;
    this.#world = world;
    world.onDeath((process) => {
      for (const seat of this.#seats) if (seat.process === process) world.later(undefined, `${process.name} is missed`, world.random.between(0, SESSION_MS), () => this.#gone(seat));
    });
    world.onPause((process) => {
      if ([...this.#seats].some((seat) => seat.process === process)) world.later(undefined, `${process.name} is missed`, SESSION_MS, () => this.#share());
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
        if (!this.#seats.has(seat)) return;
        await this.#take(seat, [...seat.owned]);
        this.#gone(seat);
      },
    };
  }

  /** Somebody shares anew, for no reason that anyone could see. */
  stir(): void {
    this.#share(true);
  }

  #gone(seat: Seat): void {
    this.#leaving.delete(seat);
    if (this.#seats.delete(seat)) this.#share();
  }

  /** In rounds: what moves is first taken from whoever has it, then given. A later round makes an earlier one void. */
  async #share(anyhow = false): Promise<void> {
    const round = ++this.#round;
    for (const seat of this.#seats) if (this.#isMissed(seat.process)) this.#forgetFor(seat);
    const seats = [...this.#seats].filter((seat) => !seat.away);
    const wanted = anyhow ? this.#anyhow(seats) : this.#evenly(seats);
    for (const seat of seats) this.#take(seat, [...seat.owned].filter((partition) => !wanted.get(seat)?.has(partition)));
    await Promise.all(this.#leaving.values());
    if (round !== this.#round) return;
    for (const [seat, partitions] of wanted) this.#give(seat, [...partitions].filter((partition) => !seat.owned.has(partition)));
  }

  #isMissed({ pausedAt, pausedUntil }: Process): boolean {
    const { now } = this.#world;
    return pausedUntil > now && now >= pausedAt + SESSION_MS;
  }

  /** Everybody keeps what he has up to his share. */
  #evenly(seats: readonly Seat[]): Map<Seat, Set<number>> {
    const free = new Set(Array.from({ length: this.#partitions }, (_, partition) => partition));
    const share = Math.floor(this.#partitions / seats.length);
    const more = this.#partitions % seats.length;
    const bySize = [...seats].sort((a, b) => b.owned.size - a.owned.size);
    const quota = (i: number): number => share + (i < more ? 1 : 0);
    const wanted = new Map(bySize.map((seat, i) => [seat, new Set([...seat.owned].slice(0, quota(i)))]));
    for (const kept of wanted.values()) for (const partition of kept) free.delete(partition);
    for (const [i, kept] of [...wanted.values()].entries()) {
      for (const partition of free) {
        if (kept.size >= quota(i)) break;
        kept.add(partition);
        free.delete(partition);
      }
    }
    return wanted;
  }

  #anyhow(seats: readonly Seat[]): Map<Seat, Set<number>> {
    const wanted = new Map(seats.map((seat) => [seat, new Set<number>()]));
    for (let partition = 0; partition < this.#partitions && seats.length > 0; partition++) wanted.get(this.#world.random.pick(seats))?.add(partition);
    return wanted;
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

  /** They are on their way back until it has answered, or has taken too long. */
  async #take(seat: Seat, partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    for (const partition of partitions) seat.owned.delete(partition);
    const before = this.#leaving.get(seat);
    const given = new Promise<void>((resolve) => {
      this.#call(seat, `gives back ${this.#topic}/${partitions.join()}`, async () => {
        await seat.owner.lost(partitions);
        resolve();
      });
      if (!this.#patient) this.#world.later(undefined, `${seat.name} need not answer any more`, SESSION_MS, resolve);
    });
    const left = Promise.all([before, given]).then(() => undefined);
    this.#leaving.set(seat, left);
    await left;
    if (this.#leaving.get(seat) === left) this.#leaving.delete(seat);
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
