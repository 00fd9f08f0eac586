/**
 * Every stage on one embedded log in this process. Submissions are taken by intake at once and queued; a cycle appends what is queued to the journal,
 * runs all stages until nothing is left to read, and writes everything in one commit; when that is durable, the senders are answered. The next cycle goes on meanwhile.
 * When a commit fails, its senders and those of the next cycle are told, memory is thrown away, every stage is restored from its committed position.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuleSource } from '../language/ruleset.ts';
import { RULE_SET } from '../schemas/risk/edition.ts';
import type { Artifact, Operation } from '../schemas/risk/journal.ts';
import { Artifacts } from '../streams/artifacts.ts';
import { EmbeddedLog, type EmbeddedLogOptions } from '../streams/embedded/log.ts';
import type { LogRecord } from '../streams/log.ts';
import { PartitionRunner } from '../streams/runner.ts';
import type { Stage } from '../streams/stage.ts';
import { Editions, type Publishing, type Standing } from './editions.ts';
import type { Submission, SubmissionResult } from './intake/intake.ts';
import { answerTo, type Batch, type IntakeService } from './intake/service.ts';
import { Journal, putInForce, putJournal, type Write } from './journal.ts';
import { readTo } from './operations.ts';
import type { Journalled, Pipeline, StageStatus } from './pipeline.ts';
import { NO_EVENTS, Queue } from './queue.ts';

export interface EmbeddedOptions {
  file: string;
  intake: IntakeService;
  stages: readonly Stage[];
  /** Events that may wait for a cycle, and bytes that intake may have in hand, before submit answers BUSY. */
  maxQueued: number;
  maxIntakeBytes: number;
  /** Events of one cycle. */
  maxBatch: number;
  /** State and positions are flushed at least this often, ms. */
  flushEveryMs: number;
  flushKeys: number;
  /** Bytes of records that the log keeps at most, and the groups of other processes that read it (streams/embedded/log.ts). */
  logBytes?: number;
  readers?: Readonly<Record<string, readonly string[]>>;
  /** Partition counts, where a test wants others, and a disk that it holds up. */
  partitions?: (topic: string) => number;
  sync?: EmbeddedLogOptions['sync'];
  now?: () => number;
  /** A failure that the pipeline mends by itself, in words. */
  onTrouble?: (error: Error) => void;
}

interface Listener { topics: ReadonlySet<string>; hear: (records: LogRecord[]) => void }

/** Between two turns of retention: while there is more to drop, and else. */
const PRUNE_MS = { more: 100, idle: 10_000 };
/** The same hindrance is told again after this time. */
const TELL_AGAIN_MS = 600_000;

export class EmbeddedPipeline implements Pipeline {
  readonly log: EmbeddedLog;
  readonly file: string;
  /** `stage.name` → count, for /metrics. */
  readonly counts = new Map<string, number>();
  /** The last trouble, while it lasts. */
  trouble: Error | undefined;
  readonly #options: EmbeddedOptions;
  readonly #listeners = new Set<Listener>();
  #runners: PartitionRunner[] = [];
  /** While they are being restored. */
  #starting: PartitionRunner[] | undefined;
  readonly #flushListeners: ((stage: string, ms: number) => void)[] = [];
  readonly #queue: Queue;
  readonly #journal: Journal;
  readonly #editions: Editions;
  #lastNow = 0;
  #nextPrune = 0;
  #toldHeld = Number.NEGATIVE_INFINITY;
  #stopping = false;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.file = options.file;
    this.log = new EmbeddedLog({ file: options.file, now: () => this.#now(), onCommitted: (records) => this.#tell(records), ...(options.logBytes && { maxBytes: options.logBytes }), ...(options.readers && { readers: options.readers }),
      ...(options.partitions && { partitions: options.partitions }), ...(options.sync && { sync: options.sync }) });
    this.#journal = new Journal(this.log, () => this.#now());
    this.#queue = new Queue({ intake: options.intake, maxQueued: options.maxQueued, maxIntakeBytes: options.maxIntakeBytes, now: () => this.#now(), wake: () => this.#wake?.() });
    this.#editions = new Editions(options.intake);
  }

  /** Restores every stage and catches up with the log. Call publishRules before the first submission. */
  async start(): Promise<void> {
    await this.log.ensureTopics();
    await this.#restore();
    this.#nextPrune = this.#now() + PRUNE_MS.idle;
    this.#running = this.#run();
  }

  /** The edition in force: rules and reference tables, each part with who put it in force and when. */
  get edition(): Standing | undefined {
    return this.#editions.standing;
  }

  /** A content by its hash, from the log. */
  artifact(hash: string): Promise<string> {
    return this.#editions.artifact(hash);
  }

  /**
   * Puts a checked rule set in force, if another one (or none) is: its new parts and the control record that names them become durable in one commit. The control
   * record goes through the queue like an event, so that what stands before it was read with intake's old tables and what stands behind it with the new ones.
   */
  publishRules(source: RuleSource, version: string, by: string, { approval, upTo }: Publishing = {}): Promise<void> {
    return this.#editions.publish(source, version, by, () => this.#now(), ({ artifacts, hash }, arrival) => this.write(async (turn) => {
      await putInForce(turn, artifacts, { name: RULE_SET, version, hash, by });
      if (upTo !== undefined) await readTo(turn.log, upTo);
    }, NO_EVENTS, arrival), approval);
  }

  /** A word that the log keeps under a name, contents that it names, and what of it the stages must know: durable together once resolved. */
  keep(name: string, word: string, artifacts: readonly Artifact[] = [], journalled: readonly Journalled[] = []): Promise<void> {
    return this.write(async (turn) => {
      if (artifacts.length > 0) await turn.log.append('artifacts.v1', 0, artifacts.map((artifact) => turn.entry('artifact', artifact.hash, artifact)));
      await turn.log.setNote(name, word);
      for (const one of journalled) putJournal(turn, one);
    });
  }

  journal(one: Journalled): Promise<void> {
    return this.write(async (turn) => putJournal(turn, one));
  }

  kept(name: string): Promise<string | undefined> {
    return this.log.note(name);
  }

  /** Takes its turn behind what has come so far. Resolves when `batch` and what `write` appends are durable, together. */
  write(write: Write, batch?: Batch, arrival?: number): Promise<void> {
    return this.#queue.write(write, batch, arrival);
  }

  submit(submission: Submission): Promise<SubmissionResult> {
    return this.#queue.submit(submission);
  }

  note(operation: Operation): void {
    this.#queue.note(operation);
  }

  subscribe(topics: readonly string[], hear: (records: LogRecord[]) => void): () => void {
    const listener: Listener = { topics: new Set(topics), hear };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get queueDepth(): number {
    return this.#queue.events;
  }

  status(): StageStatus[] {
    return (this.#starting ?? this.#runners).map((r) => ({
      stage: r.stage.name, topic: r.stage.input, partition: r.partition, position: r.position, end: this.log.endOf(r.stage.input, r.partition), lastProgressAt: r.lastProgressAt, time: r.tickTime,
      phase: r.restoring ? 'restoring' : 'running', restoreMs: r.restoreMs,
    }));
  }

  partitions(topic: string): number {
    return this.log.partitions(topic);
  }

  oldestWaiting(): number | undefined {
    return this.#queue.oldest;
  }

  onFlush(hear: (stage: string, ms: number) => void): void {
    this.#flushListeners.push(hear);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#queue.close();
    this.#wake?.();
    await this.#running;
    await this.#options.intake.stop();
    if (!this.trouble) await this.log.together(async () => { for (const runner of this.#runners) await runner.flush(); });
    this.#queue.refuse();
    await this.log.close();
  }

  async #run(): Promise<void> {
    let pause = 250;
    while (!this.#stopping || (!this.#queue.empty && !this.trouble)) {
      await this.#until();
      try {
        await this.#cycle();
        this.trouble = undefined;
        pause = 250;
      } catch (error) {
        pause = await this.#recover(error as Error, pause);
      }
    }
  }

  /** What runs is thrown away, and nothing more is taken before all of it stands again as the log has it: a stage that was ahead of the log would pass over as many records to come. */
  async #recover(error: Error, pause: number): Promise<number> {
    for (let trouble: Error | undefined = error; trouble; ) {
      this.trouble = trouble;
      this.#options.onTrouble?.(trouble);
      await sleep(pause);
      pause = Math.min(pause * 2, 5_000);
      if (this.#stopping) break;
      trouble = await this.#restore().then(() => undefined, (again: Error) => again);
    }
    return pause;
  }

  /** Resolves when there is work: a submission, the next tick, a flush that was begun, or the stop. Leaves a turn to the event loop in any case. */
  #until(): Promise<void> {
    return new Promise((resolve) => {
      const wait = this.#stopping || !this.#queue.empty || this.#runners.some(({ gathering }) => gathering) ? 0 : Math.max(0, this.#journal.nextTick - this.#now());
      if (wait === 0) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
  }

  async #cycle(): Promise<void> {
    const batch = this.#queue.take(this.#options.maxBatch);
    const refuse = (error: Error): void => { for (const { reject } of batch) reject(error); };
    try {
      const { durable } = await this.log.written(async () => {
        await this.#journal.append(batch, () => this.#queue.oldest);
        await this.#advance();
      });
      durable.then(() => { for (const { batch: taken, resolve } of batch) resolve(answerTo(taken)); }, (error: Error) => {
        refuse(error);
        this.#wake?.(); // the log waits to be reset
      });
    } catch (error) {
      refuse(error as Error);
      throw error;
    }
    if (this.#now() >= this.#nextPrune) this.#prune();
  }

  #prune(): void {
    const now = this.#now();
    const { more, held } = this.log.prune();
    this.#nextPrune = now + (more ? PRUNE_MS.more : PRUNE_MS.idle);
    if (!held || now < this.#toldHeld + TELL_AGAIN_MS) return;
    this.#toldHeld = now;
    this.#options.onTrouble?.(held);
  }

  async #advance(): Promise<void> {
    for (;;) {
      let read = 0;
      for (const runner of this.#runners) read += await runner.advance(this.#options.maxBatch);
      if (read === 0) return;
    }
  }

  async #restore(): Promise<void> {
    this.log.reset();
    await this.#journal.recall();
    const artifacts = new Artifacts(this.log);
    this.#editions.from(artifacts);
    const runners: PartitionRunner[] = [];
    const owned: [Stage, number][] = [];
    for (const stage of this.#options.stages) for (let partition = 0; partition < this.log.partitions(stage.input); partition++) owned.push([stage, partition]);
    for (const [turn, [stage, partition]] of owned.entries()) {
      runners.push(new PartitionRunner(stage, partition, this.log, artifacts, {
        flushEveryMs: this.#options.flushEveryMs, flushKeys: this.#options.flushKeys, flushTurn: turn / owned.length, told: this.log.endOf(stage.input, partition), clock: () => this.#now(), count: (of, name, by) => this.#count(`${of}.${name}`, by), flushed: (of, ms) => { for (const hear of this.#flushListeners) hear(of, ms); },
      }));
    }
    this.#starting = runners;
    for (const runner of runners) await runner.start();
    this.#runners = runners;
    this.#starting = undefined;
    await this.#editions.recall(await this.log.note(RULE_SET));
    await this.#catchUp();
  }

  /** Replays what was journalled after the last flush, a bounded commit at a time. */
  async #catchUp(): Promise<void> {
    for (;;) {
      const { result: read, durable } = await this.log.written(async () => {
        let n = 0;
        for (const runner of this.#runners) n += await runner.advance(this.#options.maxBatch);
        return n;
      });
      if (read === 0) return durable;
      durable.catch(() => undefined); // the log refuses the next
    }
  }

  #count(name: string, by: number): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  #tell(records: LogRecord[]): void {
    for (const { topics, hear } of this.#listeners) {
      const mine = records.filter((r) => topics.has(r.topic));
      if (mine.length > 0) hear(mine);
    }
  }

  /** The system clock, never going back within this process. */
  #now(): number {
    this.#lastNow = Math.max(this.#lastNow, (this.#options.now ?? Date.now)());
    return this.#lastNow;
  }
}
