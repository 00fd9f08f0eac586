/**
 * A world that one seed decides: a virtual clock, processes that live in it, and the order in which what waits goes on. Nothing here asks the machine for the time or for chance, so a
 * seed gives the same run for good. Whatever crosses a process's border goes through `request`, `turn` or `sleep`: there the seed may let others go first, lose an answer, crash or pause.
 */
import { Random } from '../../simulator/random.ts';
import type { Clock } from '../../streams/clock.ts';
import { keyHash } from '../../streams/log.ts';

/** What may go wrong, each as a probability of one step or one request. */
export interface Weather {
  crash: number;
  pause: number;
  /** A request or its answer is lost: the caller gets an error, whether it took effect or not. */
  lost: number;
  /** A plain append arrives twice. */
  twice: number;
  /** Offsets that an append leaves out, as a marker of a transaction does. */
  gap: number;
  /** A read is answered as the last one there was, from memory. */
  stale: number;
}

export const FAIR: Weather = { crash: 0, pause: 0, lost: 0, twice: 0, gap: 0, stale: 0 };

/** How an adapter of a port reaches the other side. */
export interface Link {
  /** Takes effect on the other side at some later step. `again`: it may arrive twice. */
  request<T>(what: string, effect: () => T, again?: boolean): Promise<T>;
  /** A question that changes nothing. */
  ask<T>(what: string, answer: () => T): Promise<T>;
  /** Whether this question is answered as it was before. */
  stale(): boolean;
}

/** Both sides at once, for contracts. */
export const DIRECT: Link = { request: async (_what, effect) => effect(), ask: async (_what, answer) => answer(), stale: () => false };

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

interface Task {
  /** Undefined: the network, the other side. */
  process: Process | undefined;
  what: string;
  at: number;
  /** Takes effect on the other side, and may do so without its process. */
  effect?: (() => unknown) | undefined;
  go(): void;
}

export class Process implements Link {
  readonly name: string;
  alive = true;
  pausedAt = 0;
  pausedUntil = 0;
  readonly #world: World;

  constructor(name: string, world: World) {
    this.name = name;
    this.#world = world;
  }

  request<T>(what: string, effect: () => T, again = false): Promise<T> {
    return new Promise((resolve, reject) => this.#world.send(this, what, effect, again, resolve, reject));
  }

  ask<T>(what: string, answer: () => T): Promise<T> {
    return new Promise((resolve, reject) => this.#world.later(this, what, 0, () => {
      if (this.#world.strikes('lost')) return reject(new ConnectionLost(`${what}: no answer`));
      try {
        resolve(answer());
      } catch (error) {
        reject(error as Error);
      }
    }));
  }

  stale(): boolean {
    return this.#world.strikes('stale');
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.later(this, 'wakes', ms, resolve));
  }

  get clock(): Clock {
    return { now: () => this.#world.now, sleep: (ms) => this.sleep(ms) };
  }
}

export interface Await { met: number; crashed: number; group: number }
export const AIMS = 32;

/** Whether all is over is looked at so often. */
const LOOK_STEPS = 20;
/** A step of the world takes so long. */
const STEP_MS = 1;
const PAUSE_MS = 900;
const BACK_MS = 150;
/** Crashes and pauses of one run at most: else it would never be over. */
const MOST_STRIKES = 12;

export class World {
  readonly random: Random;
  now = 0;
  steps = 0;
  /** What happened, where it is asked for. */
  readonly trace: string[] = [];
  traced = false;
  weather: Weather = FAIR;
  readonly strikesBy = new Map<string, number>();
  /** Of each await of each kind of process: how often a process was about to go on behind it, and how often it crashed there instead. */
  readonly awaits = new Map<string, Await>();
  /** Of the awaits one in `AIMS` is aimed at: whoever comes there first crashes, in any weather, so that rare ones have their turn. -1: none. */
  aim = -1;
  readonly #tasks: Task[] = [];
  readonly #mains = new Map<string, (process: Process) => Promise<void>>();
  #struck = 0;
  #failure: Error | undefined;
  readonly #onDeath: ((process: Process) => void)[] = [];
  readonly #onPause: ((process: Process) => void)[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** Nothing is left to happen. */
  get idle(): boolean {
    return this.#tasks.length === 0;
  }

  /** Starts a process, and again after each of its crashes. */
  live(name: string, main: (process: Process) => Promise<void>): void {
    this.#mains.set(name, main);
    this.#start(name);
  }

  onDeath(hear: (process: Process) => void): void {
    this.#onDeath.push(hear);
  }

  onPause(hear: (process: Process) => void): void {
    this.#onPause.push(hear);
  }

  #start(name: string): void {
    const process = new Process(name, this);
    this.tell(process, 'starts');
    (this.#mains.get(name) as (process: Process) => Promise<void>)(process).catch((error: Error) => {
      if (!process.alive) return;
      // What it needs at its start was out of reach: whoever keeps it running starts it again.
      if (error instanceof ConnectionLost) this.#end(process, undefined);
      else this.#failure ??= new Error(`${name} ended: ${error.message}`, { cause: error });
    });
  }

  later(process: Process | undefined, what: string, ms: number, go: () => void): void {
    if (process?.alive === false) return;
    this.#tasks.push({ process, what, at: this.now + ms, go });
  }

  send<T>(process: Process, what: string, effect: () => T, again: boolean, resolve: (value: T) => void, reject: (error: Error) => void): void {
    if (!process.alive) return;
    const answer = (outcome: string, go: () => void): void => this.later(process, `${what} ${outcome}`, 0, go);
    const take = (): void => {
      try {
        const value = effect();
        if (again && this.strikes('twice')) effect();
        if (this.strikes('lost')) answer('done, answer lost', () => reject(new ConnectionLost(`${what}: no answer`)));
        else answer('done', () => resolve(value));
      } catch (error) {
        answer('refused', () => reject(error as Error));
      }
    };
    this.#tasks.push({
      process, what, at: this.now,
      effect,
      go: () => {
        if (!this.strikes('lost')) return take();
        answer('lost', () => reject(new ConnectionLost(`${what}: not sent`)));
        this.#late(process, what, effect);
      },
    });
  }

  strikes(kind: keyof Weather): boolean {
    const p = this.weather[kind];
    if (p === 0 || !this.random.chance(p)) return false;
    this.count(kind);
    return true;
  }

  count(kind: string): void {
    this.strikesBy.set(kind, (this.strikesBy.get(kind) ?? 0) + 1);
  }

  tell(process: Process | undefined, what: string): void {
    if (this.traced) this.trace.push(`${String(this.steps).padStart(5)} ${String(this.now).padStart(7)} ms  ${(process?.name ?? '·').padEnd(14)} ${what}`);
  }

  /** Goes on until `done` says so. Throws where a process ended for good, nothing is left to happen, or it takes too long. */
  async until(done: () => boolean, mostSteps: number): Promise<void> {
    for (const end = this.steps + mostSteps; ; this.steps++) {
      await new Promise(setImmediate); // all that could go on by itself has done so
      if (this.#failure) throw this.#failure;
      if ((this.idle || this.steps % LOOK_STEPS === 0) && done()) return;
      if (this.steps >= end) throw new Error(`not over after ${mostSteps} steps; waiting: ${this.#tasks.map((t) => `${t.process?.name ?? '·'} ${t.what}`).slice(0, 12).join(', ')}`);
      this.#step();
    }
  }

  #step(): void {
    const task = this.#next();
    this.now += STEP_MS;
    const { process } = task;
    if (process) {
      const here = this.#await(process, task.what);
      here.met++;
      const mayStrike = this.#struck < MOST_STRIKES;
      if ((here.met === 1 && here.group === this.aim) || (mayStrike && this.strikes('crash'))) {
        here.crashed++;
        return this.crash(process, task);
      }
      if (mayStrike && this.strikes('pause')) return this.pause(process, task);
    }
    this.tell(process, task.what);
    task.go();
  }

  #await({ name }: Process, what: string): Await {
    const label = `${name.replace(/-\d+$/, '')}: ${what.replace(/\d+/g, 'n').replace(/n(,n)+/g, 'n')}`;
    let known = this.awaits.get(label);
    if (!known) this.awaits.set(label, (known = { met: 0, crashed: 0, group: keyHash(label) % AIMS }));
    return known;
  }

  /** Any of what is due; if nothing is, time goes on to what is due first. */
  #next(): Task {
    if (this.#tasks.length === 0) throw new Error('nothing is left to happen');
    const ready: number[] = [];
    let first = Number.POSITIVE_INFINITY;
    for (const [i, { at, process }] of this.#tasks.entries()) {
      const due = process && process.pausedUntil > at ? process.pausedUntil : at;
      if (due <= this.now) ready.push(i);
      else if (due < first) first = due;
    }
    if (ready.length === 0) {
      this.now = first;
      return this.#next();
    }
    return this.#tasks.splice(this.random.pick(ready), 1)[0] as Task;
  }

  /** Of what it had sent, each may have come through, come through later, or be lost. `inHand`: what it was about to do. */
  crash(process: Process, inHand?: Task): void {
    this.#struck++;
    this.tell(process, `crashes${inHand ? ` before: ${inHand.what}` : ''}`);
    this.#end(process, inHand);
  }

  #end(process: Process, inHand: Task | undefined): void {
    process.alive = false;
    const mine = this.#tasks.filter((task) => task.process === process);
    if (inHand) mine.push(inHand);
    for (const task of mine) {
      const at = this.#tasks.indexOf(task);
      if (at >= 0) this.#tasks.splice(at, 1);
      const { effect, what } = task;
      if (effect) this.#late(process, what, effect);
    }
    for (const hear of this.#onDeath) hear(process);
    if (this.#mains.has(process.name)) this.later(undefined, `${process.name} comes back`, this.random.between(0, BACK_MS), () => this.#start(process.name));
  }

  /** On its way still, or lost for good. */
  #late({ name }: Process, what: string, effect: () => unknown): void {
    if (this.random.chance(0.5)) this.later(undefined, `late: ${name} ${what}`, this.random.chance(0.5) ? 0 : this.random.between(0, 2 * PAUSE_MS), () => quietly(effect));
  }

  /** It stands still and knows nothing of it. */
  pause(process: Process, inHand?: Task): void {
    this.#struck++;
    process.pausedAt = this.now;
    process.pausedUntil = this.now + this.random.between(1, PAUSE_MS);
    this.tell(process, `stands still until ${process.pausedUntil}`);
    if (inHand) this.#tasks.push(inHand);
    for (const hear of this.#onPause) hear(process);
  }
}

/** Whoever sent it hears nothing of it any more. */
function quietly(effect: () => unknown): void {
  try {
    effect();
  } catch {
    // refused: nobody is there to be told
  }
}
