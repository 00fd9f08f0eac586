/**
 * Runs a stage's partitions in this process, those that membership gives it, on any log. Each has a loop of its own: claim, restore, open, advance. An error throws the
 * partition's runner away; after a pause another one begins at the committed position. So what was sent with an unknown outcome is emitted again, and readers drop it by source.
 *
 * For whoever drives it: it awaits nothing but the ports (log, membership), a runner's own calls and `sleep`; it reads no clock but `clock` and starts no timer.
 *   const host = new StageHost(hosted, log, membership, { clock, sleep, maxBatch, … });
 *   await host.start();          // joins; partitions are restored in parallel from then on
 *   host.status();               // per partition: phase, position, end, last progress, tick time, trouble
 *   await host.stop();           // flushes and leaves, inside `stopMs`
 * `hosted` is what to run for a partition: `stageOf(stage, log, artifacts, options)` for a Stage; intake brings its own.
 */
import type { Artifacts } from './artifacts.ts';
import { LogError } from './errors.ts';
import type { Log } from './log.ts';
import type { Member, Membership, Owner } from './membership.ts';
import { Pace } from './pace.ts';
import { type Begin, PartitionRunner, type RunnerOptions } from './runner.ts';
import type { Stage } from './stage.ts';

/** One partition of what is hosted, from one claim to its end. */
export interface Runner {
  readonly position: number;
  readonly lastProgressAt: number;
  readonly tickTime: number;
  /** How long `start` took. */
  readonly restoreMs?: number;
  start(): Promise<void>;
  /** Takes up to `limit` records. Resolves to how many it read. */
  advance(limit: number): Promise<number>;
  flush(): Promise<void>;
  /** Nothing is asked of it any more; a `start` that still runs gives up. */
  close(): void;
}

export interface Hosted {
  /** The group that members join, and the topic whose partitions they share. */
  readonly name: string;
  readonly input: string;
  open(partition: number, begin: Begin): Runner;
}

export const stageOf = (stage: Stage, log: Log, artifacts: Artifacts, options: Omit<RunnerOptions, 'begin' | 'flushTurn'>): Hosted => ({
  name: stage.name, input: stage.input,
  open: (partition, begin) => new PartitionRunner(stage, partition, log, artifacts, { ...options, begin, flushTurn: partition / log.partitions(stage.input) }),
});

export interface HostOptions {
  /** Monotone milliseconds. */
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Records of one turn of a partition. */
  maxBatch: number;
  /** Between two looks at a partition that had nothing to read, ms; while nothing comes it grows to four times that. Default 5. */
  idleMs?: number;
  /** Before a partition is tried again, ms: at first, and at most (it doubles). Default 250 and 10,000. */
  againMs?: { first: number; most: number };
  /** The same after another owner has fenced this one off: long enough for the group to tell who is right. Default 5,000. */
  fencedMs?: number;
  /** A stop waits for partitions at most so long, ms. Default 9,000. */
  stopMs?: number;
  /** Shared by hosts whose inputs are to stay together in time while they catch up. Default: one for this host's partitions, 10 s. */
  pace?: Pace;
  /** What went wrong with a partition and is tried again, and what was done about a state that could not be used: in words. */
  onTrouble?: (error: Error) => void;
}

export interface PartitionStatus {
  stage: string;
  topic: string;
  partition: number;
  phase: 'restoring' | 'running' | 'waiting';
  position: number;
  /** As last looked at. */
  end: number;
  lastProgressAt: number;
  /** The newest tick's. */
  time: number;
  trouble: Error | undefined;
  restoreMs: number;
}

interface Slot { ending: boolean; end: () => void; ended: Promise<void>; done: Promise<void>; runner: Runner | undefined; phase: PartitionStatus['phase']; known: { position: number; end: number; at: number }; trouble: Error | undefined }

/** The end of a partition is looked at so often while there is more to read. */
const END_MS = 1_000;

export class StageHost implements Owner {
  readonly #hosted: Hosted;
  readonly #log: Log;
  readonly #membership: Membership;
  readonly #options: Required<Omit<HostOptions, 'onTrouble'>> & Pick<HostOptions, 'onTrouble'>;
  readonly #slots = new Map<number, Slot>();
  #member: Member | undefined;

  constructor(hosted: Hosted, log: Log, membership: Membership, options: HostOptions) {
    this.#hosted = hosted;
    this.#log = log;
    this.#membership = membership;
    this.#options = { idleMs: 5, againMs: { first: 250, most: 10_000 }, fencedMs: 5_000, stopMs: 9_000, pace: new Pace(10_000), ...options };
  }

  async start(): Promise<void> {
    this.#member = await this.#membership.join(this.#hosted.name, this.#hosted.input, this);
  }

  /** What is not flushed when the time is over is replayed by the next owner. */
  async stop(): Promise<void> {
    const left = Promise.resolve(this.#member?.leave());
    await Promise.race([left, this.#options.sleep(this.#options.stopMs)]);
    for (const slot of this.#slots.values()) slot.end();
  }

  gained(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const before = this.#slots.get(partition);
      if (before && !before.ending) continue;
      this.#slots.set(partition, this.#begin(partition, before?.done));
    }
  }

  async lost(partitions: readonly number[]): Promise<void> {
    await Promise.all(partitions.map(async (partition) => {
      const slot = this.#slots.get(partition);
      if (!slot) return;
      slot.end();
      await slot.done;
      if (this.#slots.get(partition) === slot) this.#slots.delete(partition);
    }));
  }

  status(): PartitionStatus[] {
    const { name, input } = this.#hosted;
    return [...this.#slots].sort(([a], [b]) => a - b).map(([partition, { runner, phase, known, trouble }]) => {
      const position = phase === 'running' && runner ? runner.position : known.position;
      return { stage: name, topic: input, partition, phase, position, end: Math.max(known.end, position), lastProgressAt: runner?.lastProgressAt ?? 0, time: runner?.tickTime ?? 0, trouble, restoreMs: runner?.restoreMs ?? 0 };
    });
  }

  #begin(partition: number, before: Promise<void> = Promise.resolve()): Slot {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const slot: Slot = { ending: false, ended, end: () => { slot.ending = true; slot.runner?.close(); resolve(); }, done: before, runner: undefined, phase: 'restoring', known: { position: 0, end: 0, at: 0 }, trouble: undefined };
    slot.done = before.then(() => this.#run(partition, slot));
    return slot;
  }

  /** Never rejects: what goes wrong is told and tried again until the partition is lost. */
  async #run(partition: number, slot: Slot): Promise<void> {
    const { first, most } = this.#options.againMs;
    let begin: Begin = 'committed';
    let pause = first;
    while (!slot.ending) {
      try {
        await this.#live(partition, slot, begin, () => { pause = first; });
      } catch (error) {
        if (slot.ending && slot.phase === 'restoring') break;
        slot.trouble = error as Error;
        this.#lookBehind(partition, slot);
        // What was kept here may be what it failed on: the log's own state is tried before that is given up.
        const forgot = !isOfLog(error) && this.#log.forget?.(this.#hosted.name, this.#hosted.input, partition) === true;
        begin = forgot ? 'committed' : after(error);
        this.#options.onTrouble?.(new Error(`${this.#hosted.name}: partition ${partition} of ${this.#hosted.input}: ${(error as Error).message}. ${NEXT[begin]}`, { cause: error }));
        if (slot.ending) break;
        slot.phase = 'waiting';
        await this.#pause(slot, isFenced(error) ? Math.max(pause, this.#options.fencedMs) : pause);
        pause = Math.min(pause * 2, most);
      }
    }
    slot.runner?.close();
    slot.runner = undefined;
  }

  /** One runner's life: ends when the partition is lost, rejects when it can't go on. */
  async #live(partition: number, slot: Slot, begin: Begin, wentOn: () => void): Promise<void> {
    const { maxBatch, idleMs, pace } = this.#options;
    const name = `${this.#hosted.name} ${this.#hosted.input}/${partition}`;
    const runner = this.#hosted.open(partition, begin);
    slot.phase = 'restoring';
    slot.runner = runner;
    try {
      await runner.start();
      slot.known.position = runner.position;
      slot.phase = 'running';
      let idle = idleMs;
      while (!slot.ending) {
        const ahead = pace.isAhead(name, runner.tickTime);
        const read = ahead ? 0 : await runner.advance(maxBatch);
        slot.known.position = runner.position;
        wentOn();
        slot.trouble = undefined;
        if (!ahead) await this.#look(partition, slot, runner, read);
        pace.at(name, runner.tickTime, ahead || read > 0);
        if (read === 0) await this.#pause(slot, idle);
        idle = read > 0 ? idleMs : Math.min(idle * 2, idleMs * 4);
      }
      await runner.flush();
    } finally {
      pace.at(name, 0, false);
      slot.runner = undefined;
      runner.close();
    }
  }

  async #look(partition: number, slot: Slot, runner: Runner, read: number): Promise<void> {
    const now = this.#options.clock();
    if (read === 0) slot.known = { position: runner.position, end: runner.position, at: now };
    else if (now >= slot.known.at + END_MS) slot.known = { position: runner.position, end: (await this.#log.bounds(this.#hosted.input, partition)).end, at: now };
  }

  /** What it failed on waits as well: how far behind it is must be told. Not awaited: the log may be what is in trouble. */
  #lookBehind(partition: number, { known }: Slot): void {
    this.#log.bounds(this.#hosted.input, partition).then(({ end }) => { known.end = Math.max(known.end, end); }, () => undefined);
  }

  #pause(slot: Slot, ms: number): Promise<void> {
    return Promise.race([this.#options.sleep(ms), slot.ended]);
  }
}

const NEXT: Record<Begin, string> = {
  committed: 'It begins anew at the committed position',
  'after-gap': 'It goes on with its state where the log begins now; rules whose windows reach back into the gap say `warming`',
  afresh: 'The state cannot be used: it is built anew from the records that the log still has; where the log no longer reaches back, rules say `warming`',
};

/** What the next runner has to do differently. */
function after(error: unknown): Begin {
  const codes = codesOf(error);
  if (codes.includes('CORRUPT')) return 'afresh';
  return codes.includes('OUT_OF_RANGE') ? 'after-gap' : 'committed';
}

/** Nothing of what it kept itself. */
const isOfLog = (error: unknown): boolean => {
  const codes = codesOf(error);
  return codes.length > 0 && !codes.includes('CORRUPT');
};

const isFenced = (error: unknown): boolean => codesOf(error).includes('FENCED');

const codesOf = (error: unknown): LogError['code'][] => (error instanceof Error ? [...(error instanceof LogError ? [error.code] : []), ...codesOf(error.cause)] : []);
