/**
 * Every stage on one embedded log in this process. Submissions are taken by intake at once and queued; a cycle appends what is queued to the journal,
 * runs all stages until nothing is left to read, and writes everything in one commit; when that is durable, the senders are answered. The next cycle goes on meanwhile.
 * When a commit fails, its senders and those of the next cycle are told, memory is thrown away, every stage is restored from its committed position.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuleSource } from '../language/ruleset.ts';
import { RULE_SET } from '../schemas/risk/edition.ts';
import type { Artifact, Control, Operation, Tick } from '../schemas/risk/journal.ts';
import { Artifacts } from '../streams/artifacts.ts';
import { EmbeddedLog, type EmbeddedLogOptions } from '../streams/embedded/log.ts';
import { partitionOf, type Entry, type Log, type LogRecord } from '../streams/log.ts';
import { PartitionRunner } from '../streams/runner.ts';
import type { Stage } from '../streams/stage.ts';
import { Editions, type Publishing, type Standing } from './editions.ts';
import type { Submission, SubmissionResult } from './intake/intake.ts';
import { type Accepted, answerTo, type Batch, type IntakeService } from './intake/service.ts';
import { LAG_KEY, LAG_TOLD_MS, lagObservation } from './lag.ts';
import { readTo } from './operations.ts';
import { BusyError, type Journalled, type Pipeline, type StageStatus } from './pipeline.ts';

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

/** A place in the queue: what is appended there becomes durable with its cycle. `journal`: the entries of each journal partition so far. */
export interface Turn { log: Log; journal: Entry[][]; entry(type: Entry['type'], key: string, body: unknown): Entry }
type Write = (turn: Turn) => Promise<void>;
interface Waiting { batch: Batch; arrival: number; write?: Write; resolve: (result: SubmissionResult) => void; reject: (error: Error) => void }
interface Listener { topics: ReadonlySet<string>; hear: (records: LogRecord[]) => void }

const NO_EVENTS: Batch = { accepted: [], rejected: [], noted: [], unreadable: false };

const TICK_MS = 1000;
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
  #queue: Waiting[] = [];
  #queued = 0;
  /** Arrivals of what intake has in hand, oldest first: no tick may pass them. */
  #inHand: { arrival: number }[] = [];
  #bytesInHand = 0;
  #sequence = 0;
  readonly #editions: Editions;
  #lastNow = 0;
  #nextTick = 0;
  #nextPrune = 0;
  #toldHeld = Number.NEGATIVE_INFINITY;
  /** A lag was told and its end was not. */
  #lagged = false;
  #stopping = false;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.file = options.file;
    this.log = new EmbeddedLog({ file: options.file, now: () => this.#now(), onCommitted: (records) => this.#tell(records), ...(options.logBytes && { maxBytes: options.logBytes }), ...(options.readers && { readers: options.readers }),
      ...(options.partitions && { partitions: options.partitions }), ...(options.sync && { sync: options.sync }) });
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
  write(write: Write, batch: Batch = NO_EVENTS, arrival: number = this.#now()): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#stopping) return reject(new BusyError('Fenghuo is stopping; nothing of this was written. Send it again after the restart'));
      this.#queued += batch.accepted.length + batch.rejected.length;
      this.#queue.push({ batch, arrival, write, resolve: () => resolve(), reject });
      return this.#wake?.();
    });
  }

  submit(submission: Submission): Promise<SubmissionResult> {
    if (this.#stopping) return Promise.reject(new BusyError('Fenghuo is stopping; send again after the restart'));
    if (this.#queued >= this.#options.maxQueued) return Promise.reject(new BusyError(`${this.#queued} events wait already (limit ${this.#options.maxQueued}); send the same again in a second, repeats are counted once`));
    const size = submission.bytes.length; // before it is handed over
    if (this.#bytesInHand > 0 && this.#bytesInHand + size > this.#options.maxIntakeBytes) return Promise.reject(new BusyError(`${this.#bytesInHand} bytes are being read already (limit ${this.#options.maxIntakeBytes}); send the same again in a second, repeats are counted once`));
    return this.#take(submission, size);
  }

  async #take(submission: Submission, size: number): Promise<SubmissionResult> {
    const hand = { arrival: this.#now() };
    this.#inHand.push(hand);
    this.#bytesInHand += size;
    try {
      const batch = await this.#options.intake.take(submission, hand.arrival);
      this.#queued += batch.accepted.length + batch.rejected.length;
      return await new Promise((resolve, reject) => {
        this.#queue.push({ batch, arrival: hand.arrival, resolve, reject });
        this.#release(hand, size);
        this.#wake?.();
      });
    } catch (error) {
      this.#release(hand, size);
      throw error;
    }
  }

  /** Queued (or refused) it no longer holds back the ticks by being in hand: the queue does. */
  #release(hand: { arrival: number }, size: number): void {
    const at = this.#inHand.indexOf(hand);
    if (at < 0) return;
    this.#inHand.splice(at, 1);
    this.#bytesInHand -= size;
  }

  note(operation: Operation): void {
    const record: Accepted = { type: 'operation', key: operation.feed || operation.operator, everyPartition: false, eventTime: operation.at, eventId: '', orderKey: '', aliases: [], body: operation };
    this.#queued++;
    this.#queue.push({ batch: { accepted: [record], rejected: [], noted: [], unreadable: false }, arrival: this.#now(), resolve: () => undefined, reject: () => undefined });
    this.#wake?.();
  }

  subscribe(topics: readonly string[], hear: (records: LogRecord[]) => void): () => void {
    const listener: Listener = { topics: new Set(topics), hear };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get queueDepth(): number {
    return this.#queued;
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
    const [queued, hand] = [this.#queue[0]?.arrival, this.#inHand[0]?.arrival];
    return queued === undefined || hand === undefined ? (queued ?? hand) : Math.min(queued, hand);
  }

  onFlush(hear: (stage: string, ms: number) => void): void {
    this.#flushListeners.push(hear);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#running;
    await this.#options.intake.stop();
    if (!this.trouble) await this.log.together(async () => { for (const runner of this.#runners) await runner.flush(); });
    for (const waiting of this.#queue.splice(0)) waiting.reject(new BusyError('Fenghuo stopped before this was taken; send it again'));
    await this.log.close();
  }

  async #run(): Promise<void> {
    let pause = 250;
    while (!this.#stopping || (this.#queue.length > 0 && !this.trouble)) {
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
      const wait = this.#stopping || this.#queue.length > 0 || this.#runners.some(({ gathering }) => gathering) ? 0 : Math.max(0, this.#nextTick - this.#now());
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
    const batch = this.#takeBatch();
    const refuse = (error: Error): void => { for (const { reject } of batch) reject(error); };
    try {
      const { durable } = await this.log.written(async () => {
        await this.#journal(batch);
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

  #takeBatch(): Waiting[] {
    let events = 0;
    let n = 0;
    while (n < this.#queue.length && events < this.#options.maxBatch) events += size(this.#queue[n++] as Waiting);
    this.#queued -= events;
    return this.#queue.splice(0, n);
  }

  /** Appends in order of arrival; the tick comes after everything that arrived before its time. */
  async #journal(batch: Waiting[]): Promise<void> {
    const partitions = this.log.partitions('journal.v1');
    const entries: Entry[][] = Array.from({ length: partitions }, () => []);
    const letters: Entry[] = [];
    const put = (key: string, entry: Entry) => (entries[partitionOf(key, partitions)] as Entry[]).push(entry);
    const before = this.#sequence;
    for (const { batch: taken, arrival, write } of batch) {
      if (write) await write({ log: this.log, journal: entries, entry: (type, key, body) => this.#entry(type, key, arrival, arrival, body) });
      for (const record of taken.accepted) {
        if (record.everyPartition) for (const partition of entries) partition.push(this.#journalEntry(record, arrival));
        else put(record.key, this.#journalEntry(record, arrival));
        for (const alias of record.aliases) put(alias.foreignKey, this.#entry('alias', alias.foreignKey, record.eventTime, arrival, alias));
      }
      for (const { deadLetter, operation } of taken.rejected) {
        letters.push(this.#entry('dead-letter', deadLetter.id, arrival, arrival, deadLetter));
        put(operation.feed, this.#entry('operation', operation.feed, arrival, arrival, operation));
      }
      for (const operation of taken.noted) put(operation.feed, this.#entry('operation', operation.feed, arrival, arrival, operation));
    }
    const now = this.#now();
    if (now >= this.#nextTick) {
      this.#nextTick = now + TICK_MS;
      const tick: Tick = { intake: 'http', time: Math.min(now, this.#queue[0]?.arrival ?? now, this.#inHand[0]?.arrival ?? now) };
      this.#tellLag(now - tick.time, tick.time, put);
      for (const partition of entries) partition.push(this.#entry('tick', 'http', tick.time, tick.time, tick));
    }
    for (const [p, list] of entries.entries()) if (list.length > 0) await this.log.append('journal.v1', p, list);
    if (letters.length > 0) await this.log.append('dead-letters.v1', 0, letters);
    if (this.#sequence > before) await this.#saveSequence();
  }

  #tellLag(lagMs: number, time: number, put: (key: string, entry: Entry) => void): void {
    const lags = lagMs >= LAG_TOLD_MS;
    if (lags || this.#lagged) put(LAG_KEY, this.#entry('observation', LAG_KEY, time, time, lagObservation(time, lags ? lagMs : 0)));
    this.#lagged = lags;
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
    this.#sequence = Number((await this.log.note('http-sequence')) ?? 0);
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

  #entry(type: Entry['type'], key: string, eventTime: number, arrival: number, body: unknown): Entry {
    return { type, key, eventTime, arrival, source: { topic: 'http', partition: 0, offset: ++this.#sequence, index: 0 }, body };
  }

  /** Decoded by whoever first looks at it, and written as it came where intake has encoded it. */
  #journalEntry(record: Accepted, arrival: number): Entry {
    return new JournalEntry(record, arrival, ++this.#sequence);
  }

  #saveSequence(): Promise<void> {
    return this.log.setNote('http-sequence', String(this.#sequence));
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

class JournalEntry implements Entry {
  readonly #record: Accepted;
  readonly arrival: number;
  readonly source: Entry['source'];
  constructor(record: Accepted, arrival: number, sequence: number) {
    this.#record = record;
    this.arrival = arrival;
    this.source = { topic: 'http', partition: 0, offset: sequence, index: 0 };
  }
  get type() { return this.#record.type; }
  get key() { return this.#record.key; }
  get eventTime() { return this.#record.eventTime; }
  get body() { return this.#record.body; }
  get bytes() { return this.#record.bytes; }
}

const putJournal = ({ journal, entry }: Turn, { type, key, body }: Journalled): void => void (journal[partitionOf(key, journal.length)] as Entry[]).push(entry(type, key, body));

/** Every journal partition gets the control record at its place in the order. */
async function putInForce({ log, journal, entry }: Turn, artifacts: Artifact[], control: Control): Promise<void> {
  await log.append('artifacts.v1', 0, artifacts.map((artifact) => entry('artifact', artifact.hash, artifact)));
  for (const partition of journal) partition.push(entry('control', control.name, control));
  await log.setNote(RULE_SET, control.hash);
}

const size = ({ batch }: Waiting): number => batch.accepted.length + batch.rejected.length;
