/**
 * Runs one stage over one partition: reads, drops what its repeat filter knows, steps, commits outputs, now and then state and position, gathered bit by bit so that no turn is long.
 * Order of what becomes durable: outputs, then state, then position. After a crash the stage replays from its position over the state of that
 * position and emits again what it had emitted since; every reader drops those by their source (law 2).
 */
import { RULE_SET } from '../schemas/risk/edition.ts';
import type { Control, Gap } from '../schemas/risk/journal.ts';
import type { Artifacts } from './artifacts.ts';
import { LogError } from './errors.ts';
import { Flushing } from './flushing.ts';
import { partitionOf, type Log, type LogRecord, type Output, type StateChange } from './log.ts';
import type { Rest } from './rest.ts';
import type { Stage, StageContext, StateTable, Step } from './stage.ts';
import { type Gathering, MapState } from './state.ts';

/** Keys of state that are gathered at a time: some 1 ms of work, behind half as many records and at the end of a batch. So a flush goes as fast as records come, however large their batches: whoever takes over replays what came meanwhile. */
const GATHER_KEYS = 64;
/** Control records whose contents a stage may ask for when it opens: the one in force and those that wait for other partitions. */
const HELD = 64;

/** Highest (offset, index) taken from a source partition. */
export type Mark = [offset: number, index: number];

/** True where `record` is at or below the mark of its source partition; else moves the mark. */
export class RepeatFilter {
  readonly #marks: Pick<StateTable<Mark>, 'get' | 'set'>;
  constructor(marks: Pick<StateTable<Mark>, 'get' | 'set'>) {
    this.#marks = marks;
  }
  seen({ source }: Pick<LogRecord, 'source'>): boolean {
    const key = `${source.topic}/${source.partition}`;
    const mark = this.#marks.get(key);
    if (mark && (source.offset < mark[0] || (source.offset === mark[0] && source.index <= mark[1]))) return true;
    this.#marks.set(key, [source.offset, source.index]);
    return false;
  }
}

/**
 * Where a runner begins. `committed`: at the committed position, with the state that must be there. `after-gap`: retention has taken what lies at the committed position, so with its state where the log begins now. `afresh`: its state is missing or cannot be read, so
 * without it where the log begins. A stage that misses records by that is told of it first (record type `gap`).
 */
export type Begin = 'committed' | 'after-gap' | 'afresh';

export interface RunnerOptions {
  /** State and position are flushed when this much time has passed (ms) or this many keys have changed. */
  flushEveryMs: number;
  flushKeys: number;
  /** Where in that time, and in the first keys, this runner's turn lies, 0 to 1: runners of one process that do not flush together make each pause short. Default 0. */
  flushTurn?: number;
  /** See GATHER_KEYS. */
  gatherKeys?: number;
  /** Omitted: at the committed position, whatever state there is. `afresh` only on a log whose flushes hold all state. */
  begin?: Begin;
  /** Where the log makes records and all that stages say of them durable together: its end when the runner begins. What lies before it was told in an earlier life, and is not told again. */
  told?: number;
  /** Monotone milliseconds: paces flushes and tells of progress, never reaches a step. */
  clock: () => number;
  count?: (stage: string, name: string, by: number) => void;
  /** How long a flush held up the stage, each time: what it took to gather a part, and to commit, or to begin that where the log goes on with it beside. */
  flushed?: (stage: string, ms: number) => void;
}

/** `stale`: deletions in front of what is gathered. */
interface Gathered extends Gathering { stale: StateChange[]; position: number; whole: boolean }

export class PartitionRunner {
  readonly stage: Stage;
  readonly partition: number;
  position = 0;
  dropped = 0;
  lastProgressAt = 0;
  /** Until `start` has ended. */
  restoring = true;
  restoreMs = 0;
  /** Event-free time of the newest tick seen (epoch ms). */
  tickTime = 0;
  readonly #log: Log;
  readonly #artifacts: Artifacts;
  readonly #options: RunnerOptions;
  readonly #state: MapState;
  readonly #gatherKeys: number;
  #filter!: RepeatFilter;
  #step!: Step;
  #current: LogRecord | undefined;
  #index = 0;
  #release: (() => void) | undefined;
  #outputs: Output[] = [];
  #flushedAt = 0;
  #flushKeys: number;
  #flushedPosition = 0;
  #told = 0;
  /** What is being gathered for a flush, of the state at `position`; and the flush under way where the log takes it beside what goes on. */
  #gathering: Gathered | undefined;
  readonly #flushing = new Flushing();
  /** Keys of a state that was given up: the next flush deletes them. */
  #stale: string[] = [];
  /** Not told yet. */
  #gap: Gap | undefined;
  #closed = false;

  constructor(stage: Stage, partition: number, log: Log, artifacts: Artifacts, options: RunnerOptions) {
    this.stage = stage;
    this.partition = partition;
    this.#log = log;
    this.#artifacts = artifacts;
    this.#options = options;
    this.#flushKeys = Math.ceil(options.flushKeys * (1 - (options.flushTurn ?? 0)));
    this.#gatherKeys = options.gatherKeys ?? GATHER_KEYS;
    this.#state = new MapState(log.rest && ((table) => log.rest?.(stage.name, stage.input, partition, table) as Rest));
  }

  /** Restores state and position. Artifacts named by restored control records are loaded before the stage opens. Throws LogError CORRUPT where the state is missing or cannot be read. */
  async start(): Promise<void> {
    const { name, input } = this.stage;
    const began = this.#options.clock();
    await this.#log.claim(name, input, this.partition);
    const committed = await this.#log.position(name, input, this.partition);
    await this.#restore(committed);
    await this.#place(committed);
    this.#flushedAt = this.#turnBefore(this.#options.clock());
    const held = this.#held();
    this.#release = this.#artifacts.hold(held);
    for (const hash of held) await this.#artifacts.ensure(hash);
    this.#filter = new RepeatFilter(this.#state.table<Mark>('~marks'));
    this.#step = this.stage.open(this.#context());
    this.restoreMs = this.#options.clock() - began;
    this.restoring = false;
  }

  async #restore(committed: number): Promise<void> {
    const { name, input } = this.stage;
    const afresh = this.#options.begin === 'afresh';
    let entries = 0;
    try {
      for await (const change of this.#log.restore(name, input, this.partition)) {
        if (this.#closed) throw new Error('the partition was lost while its state was restored');
        entries++;
        if (afresh) this.#stale.push(change.key);
        else this.#state.restore(change);
      }
    } catch (error) {
      // What cannot be read to its end can still be replaced key by key.
      if (!afresh || !(error instanceof LogError && error.code === 'CORRUPT')) throw error;
    }
    if (this.#options.begin === 'committed' && committed > 0 && entries === 0) throw new LogError('CORRUPT', `position ${committed} is committed, but no state is stored beside it`);
  }

  async #place(committed: number): Promise<void> {
    const { begin = 'committed' } = this.#options;
    this.position = committed;
    this.#flushedPosition = committed;
    // A stage that is new to this log has told nothing.
    if (committed > 0) this.#told = this.#options.told ?? 0;
    if (begin === 'committed') return;
    const { start } = await this.#log.bounds(this.stage.input, this.partition);
    const from = begin === 'afresh' ? 0 : committed;
    if (begin === 'after-gap' && start <= from) return;
    this.position = start;
    this.#flushedPosition = -1; // whatever comes, a flush is due
    if (start > from) this.#gap = { stage: this.stage.name, from, to: start };
  }

  /** Hands on, in front of the first record that is there, what no log holds: the gap, and the edition in force, whose control record may lie in it. */
  async #tell(gap: Gap, first: LogRecord): Promise<void> {
    const { input } = this.stage;
    const make = (type: LogRecord['type'], from: number, body: unknown): LogRecord => (
      { ...place(first), offset: gap.to - 1, type, key: type, eventTime: first.appendedAt, arrival: first.appendedAt, source: { topic: input, partition: from, offset: gap.to - 1, index: 0 }, body, bytes: new Uint8Array(0) });
    const hash = await this.#log.note(RULE_SET);
    this.#index = 0;
    if (hash !== undefined) {
      // A stage may wait until it has come from every partition before it.
      for (let from = 0; from < this.#log.partitions(input); from++) {
        const record = make('control', from, { name: RULE_SET, version: '', hash, by: '' } satisfies Control);
        await this.#hold(record);
        this.#take(record);
      }
    }
    this.#take(make('gap', this.partition, gap));
    this.#gap = undefined;
  }

  /** Takes up to `limit` records. Returns how many were read. */
  async advance(limit: number): Promise<number> {
    this.#flushing.check();
    const records = await this.#log.read(this.stage.input, this.partition, this.position, limit);
    if (this.#gap && records[0]) await this.#tell(this.#gap, records[0]);
    for (const [i, record] of records.entries()) {
      if (record.type === 'control') await this.#hold(record);
      if (this.#apply(record) && (this.#release || record.type === 'control')) this.#forget();
      if (this.#gathering && (2 * i + 2) % this.#gatherKeys === 0) this.#gather(this.#gathering, this.#gatherKeys);
    }
    const last = records.at(-1);
    if (last) {
      this.position = last.offset + 1;
      this.lastProgressAt = this.#options.clock();
    }
    // What a flush covers is durable before it.
    if (this.#outputs.length > 0) await this.#emit();
    if (this.#gathering || this.#flushDue()) await this.#flushSome(this.#gatherKeys);
    return records.length;
  }

  /** True while a flush that was begun waits for its next turn. */
  get gathering(): boolean {
    return this.#gathering !== undefined;
  }

  /** Nothing is asked of it any more: a `start` that still runs gives up, and what it held may be forgotten. */
  close(): void {
    this.#closed = true;
    this.#release?.();
  }

  /** Commits state and position now: before a graceful stop. */
  async flush(): Promise<void> {
    if (this.#gathering) await this.#flushSome(Number.POSITIVE_INFINITY);
    if (this.position !== this.#flushedPosition && !this.#gap) await this.#flushSome(Number.POSITIVE_INFINITY);
    await this.#flushing.end();
  }

  /** False where the record is one that was taken before. */
  #apply(record: LogRecord): boolean {
    if (this.#filter.seen(record)) {
      this.dropped++;
      return false;
    }
    if (record.type === 'tick') this.tickTime = (record.body as { time: number }).time;
    this.#index = 0;
    this.#take(record);
    return true;
  }

  #take(record: LogRecord): void {
    this.#current = record;
    try {
      this.#step.apply(record);
    } catch (error) {
      throw new Error(`${this.stage.name} failed on ${record.topic} partition ${record.partition} offset ${record.offset} (${record.type}, key length ${record.key.length}): a bug in the step; the position stays before it`, { cause: error });
    }
  }

  async #hold(record: LogRecord): Promise<void> {
    const { hash } = record.body as Control;
    await this.#artifacts.ensure(hash);
    this.#state.table<string[]>('~held').set('controls', [...this.#held().filter((known) => known !== hash), hash].slice(-HELD));
  }

  #forget(): void {
    this.#release?.();
    this.#release = undefined;
    this.#artifacts.forget();
  }

  /** What the last control records named, oldest first: the stage may ask for any of it when it opens. A state of old has one entry for each instead. */
  #held(): string[] {
    const held = this.#state.table<string[]>('~held').get('controls');
    return held ?? [...this.#state.table<string>('~artifacts').entries()].map(([, hash]) => hash);
  }

  async #emit(): Promise<void> {
    const outputs = this.#outputs;
    this.#outputs = [];
    await this.#log.commit({ ...this.#owner, outputs });
  }

  /** Gathers so much of the flush that was begun, or of one of the state as it is now; once it is whole, it is on its way. */
  async #flushSome(keys: number): Promise<void> {
    const gathered = (this.#gathering ??= this.#begin(this.#options.clock()));
    this.#gather(gathered, keys);
    if (!gathered.whole) return;
    const { changes, stale, position, pass } = gathered;
    this.#gathering = undefined;
    await this.#flushing.end();
    const began = this.#options.clock();
    const flush = this.#log.commit({ ...this.#owner, outputs: [], state: { changes: [...stale, ...changes], position, pass } });
    if (this.#log.flushesBeside) this.#flushing.begin(flush);
    else await flush;
    this.#options.flushed?.(this.stage.name, this.#options.clock() - began);
  }

  #gather(gathered: Gathered, keys: number): void {
    if (gathered.whole) return;
    const began = this.#options.clock();
    gathered.whole = gathered.some(keys);
    this.#options.flushed?.(this.stage.name, this.#options.clock() - began);
  }

  #begin(now: number): Gathered {
    const { position } = this;
    const stale = this.#stale.map((key): StateChange => ({ key, value: null, offset: position - 1 }));
    this.#stale = [];
    this.#flushedPosition = position;
    this.#flushKeys = this.#options.flushKeys;
    this.#flushedAt = this.#turnBefore(now);
    return { ...this.#state.gather(position - 1, !this.#log.flushesBeside), stale, position, whole: false };
  }

  get #owner(): { group: string; topic: string; partition: number } {
    return { group: this.stage.name, topic: this.stage.input, partition: this.partition };
  }

  /** On a grid, so that turns never fall together. */
  #turnBefore(now: number): number {
    const { flushEveryMs, flushTurn = 0 } = this.#options;
    if (flushEveryMs === 0) return now;
    const after = (now - flushTurn * flushEveryMs) % flushEveryMs;
    return now - (after < 0 ? after + flushEveryMs : after);
  }

  #flushDue(): boolean {
    if (this.position === this.#flushedPosition || this.#gap) return false;
    // A slow one is waited for only once much has changed since.
    if (this.#flushing.underWay && this.#state.changedKeys < 2 * this.#flushKeys) return false;
    return this.#options.clock() - this.#flushedAt >= this.#options.flushEveryMs || this.#state.changedKeys >= this.#flushKeys;
  }

  #context(): StageContext {
    return {
      partition: this.partition,
      state: this.#state,
      partitions: (topic) => this.#log.partitions(topic),
      artifact: (hash) => this.#artifacts.get(hash),
      count: (name, by = 1) => this.#options.count?.(this.stage.name, name, by),
      emit: ({ topic, partition, key, type, eventTime, arrival, body }) => {
        const from = this.#current as LogRecord;
        const source = { topic: from.topic, partition: from.partition, offset: from.offset, index: this.#index++ };
        if (from.offset < this.#told) return;
        this.#outputs.push({ topic, partition: partition ?? partitionOf(key, this.#log.partitions(topic)), key, type, eventTime, arrival, source, body });
      },
    };
  }
}

const place = ({ topic, partition, appendedAt, incarnation }: LogRecord) => ({ topic, partition, appendedAt, incarnation });
