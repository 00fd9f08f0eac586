/**
 * The pipeline as a gateway of a scaled-out system sees it. Intake's function runs here only to answer, by the tables and the time that intake goes by; what is taken is the sealed original, on an
 * intake topic, and the answer is given when that is durable. The intake stage reads it there and alone writes the journal.
 */
import { randomUUID } from 'node:crypto';
import { RULE_SET } from '../schemas/risk/edition.ts';
import type { Answer, Artifact, Command, Operation } from '../schemas/risk/journal.ts';
import type { Artifacts } from '../streams/artifacts.ts';
import { type Entry, type Log, partitionOf } from '../streams/log.ts';
import { tail } from '../streams/tail.ts';
import type { ArgsOf, CommandName, ResultOf } from './commands/commands.ts';
import { Editions, type Standing } from './editions.ts';
import type { Submission, SubmissionResult } from './intake/intake.ts';
import { placeOf, toOriginal } from './intake/original.ts';
import type { Seal } from './intake/seal.ts';
import type { IntakeService } from './intake/service.ts';
import { Lanes } from './lanes.ts';
import { LogTime } from './log-time.ts';
import { OPERATIONS } from './operations.ts';
import { BusyError, type Journalled, type Listener, type Pipeline, type StageStatus } from './pipeline.ts';
import type { Who } from './register.ts';
import type { Publisher } from './reference.ts';

export interface DoorOptions {
  log: Log;
  artifacts: Artifacts;
  intake: IntakeService;
  seal: Seal;
  /** Bytes that may be on their way before submit answers BUSY. */
  maxBytes: number;
  /** Epoch ms. */
  now: () => number;
  /** Monotone ms. */
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
  /** The stages that run in this process, if any. */
  stages: Pick<Pipeline, 'status' | 'unread' | 'counts' | 'onFlush'>;
  onTrouble: (error: Error) => void;
  /** A command is waited for so long, ms: compiling and trying a rule set takes some seconds. Default 60,000. */
  answerMs?: number;
}

const FOLLOW_MS = 1_000;
/** An answer was given by a time that was wrong by so much: it is given again. */
const WRONG_MS = 1_000;

export class Door implements Pipeline, Publisher {
  trouble: Error | undefined;
  /** Told of each edition that comes in force. */
  onEdition: () => Promise<void> = async () => undefined;
  readonly #options: DoorOptions;
  readonly #editions: Editions;
  readonly #lanes: Lanes;
  readonly #time: LogTime;
  readonly #asked = new Map<string, (result: string) => void>();
  readonly #ends = new Set<() => Promise<void>>();
  /** Submissions without an answer, oldest first. `came`: by this machine's clock. */
  readonly #unanswered = new Set<{ came: number }>();
  #bytes = 0;
  #stopping = false;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#editions = new Editions(options.intake);
    this.#editions.from(options.artifacts);
    this.#lanes = new Lanes(options.log);
    this.#time = new LogTime(options);
  }

  async start(): Promise<void> {
    const { log, sleep, onTrouble } = this.#options;
    this.#ends.add(await tail(log, [OPERATIONS], (records) => {
      for (const { type, body } of records) if (type === 'answer') this.#asked.get((body as Answer).id)?.((body as Answer).result);
    }, { sleep, onTrouble }));
    await this.#look();
    const following = this.#follow();
    this.#ends.add(() => following);
  }

  /** Which edition is in force, and with it the tables that intake reads. */
  async #follow(): Promise<void> {
    while (!this.#stopping) {
      await this.#options.sleep(FOLLOW_MS);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      const before = this.edition?.hash;
      await this.#editions.recall(await this.#options.log.note(RULE_SET));
      if (this.edition?.hash !== before) await this.onEdition();
      this.trouble = this.edition ? undefined : new Error('no rules are in force yet: the process that runs intake publishes those of its folder');
    } catch (error) {
      this.trouble = error as Error;
      this.#options.onTrouble(this.trouble);
    }
  }

  get edition(): Standing | undefined {
    return this.#editions.standing;
  }

  artifact(hash: string): Promise<string> {
    return this.#editions.artifact(hash);
  }

  kept(name: string): Promise<string | undefined> {
    return this.#options.log.note(name);
  }

  keep(_name: string, _word: string, _artifacts?: readonly Artifact[]): Promise<void> {
    return Promise.reject(elsewhere());
  }

  publishRules(): Promise<void> {
    return Promise.reject(elsewhere());
  }

  async submit(submission: Submission): Promise<SubmissionResult> {
    if (this.#stopping) throw new BusyError('this gateway is stopping; send the same again, repeats are counted once');
    if (!this.edition) throw new BusyError('no rules are in force yet; send the same again in some seconds');
    const { length } = submission.bytes;
    const { maxBytes, intake, seal, now, clock } = this.#options;
    if (this.#bytes > 0 && this.#bytes + length > maxBytes) throw new BusyError(`${this.#bytes} bytes are on their way already (limit ${maxBytes}); send the same again in a second, repeats are counted once`);
    this.#bytes += length;
    const waits = { came: now() };
    this.#unanswered.add(waits);
    try {
      const came = clock();
      const at = this.#time.of(came);
      const original = toOriginal(submission, seal, at); // before the bytes are handed over
      const { result, first } = await intake.answer(submission, at);
      const { topic, key } = placeOf(first);
      const partition = partitionOf(key, this.partitions(topic));
      await this.#time.took(topic, partition, await this.#append(topic, key, { type: 'original', key, at, body: original, size: length }));
      const then = this.#time.of(came);
      return Math.abs(then - at) < WRONG_MS ? result : (await intake.answer({ ...submission, bytes: seal.unseal(original.sealed) }, then)).result;
    } finally {
      this.#bytes -= length;
      this.#unanswered.delete(waits);
    }
  }

  async journal({ type, key, body }: Journalled): Promise<void> {
    await this.#append(OPERATIONS, key, { type, key, at: this.#options.now(), body, size: 0 });
  }

  note(operation: Operation): void {
    this.#append(OPERATIONS, operation.feed, { type: 'operation', key: operation.feed || operation.operator, at: operation.at, body: operation, size: 0 }).catch((error: Error) => this.#options.onTrouble(error));
  }

  /** A version of a table, for whoever publishes. Gives its place on the topic. */
  async put(table: Artifact): Promise<{ topic: string; partition: number; offset: number }> {
    return { topic: OPERATIONS, partition: 0, offset: await this.#append(OPERATIONS, '', { type: 'artifact', key: 'artifact', at: this.#options.now(), body: table, size: table.content.length }) };
  }

  /** Done by whoever owns the topic. Of a command that is not answered in time nobody can say here whether it was done. */
  async ask<N extends CommandName>(name: N, who: Who, args: ArgsOf<N>): Promise<ResultOf<N>> {
    const { sleep, now, answerMs = 60_000 } = this.#options;
    const id = randomUUID();
    const command: Command = { id, name, by: JSON.stringify(who), args: JSON.stringify(args) };
    const answered = new Promise<string>((resolve) => { this.#asked.set(id, resolve); });
    try {
      await this.#append(OPERATIONS, '', { type: 'command', key: 'command', at: now(), body: command, size: command.args.length });
      const result = await Promise.race([answered, sleep(answerMs).then(() => undefined)]);
      if (result === undefined) throw new BusyError(`this stands in ${OPERATIONS} and will be done, but no answer came within ${answerMs / 1000} s: likely no process runs intake. Look whether it was done before you send it again`);
      return JSON.parse(result) as ResultOf<N>;
    } finally {
      this.#asked.delete(id);
    }
  }

  subscribe(topics: readonly string[], listener: Listener): () => void {
    const { log, sleep, onTrouble } = this.#options;
    const ending = tail(log, topics, listener, { sleep, onTrouble });
    const end = async (): Promise<void> => {
      this.#ends.delete(end);
      await (await ending)();
    };
    ending.catch(onTrouble);
    this.#ends.add(end);
    return () => void end().catch(onTrouble);
  }

  status(): StageStatus[] {
    return this.#options.stages.status();
  }

  unread(): Promise<StageStatus[]> {
    return this.#options.stages.unread?.() ?? Promise.resolve(this.status());
  }

  oldestWaiting(): number | undefined {
    const [first] = this.#unanswered;
    return first?.came;
  }

  get counts(): ReadonlyMap<string, number> | undefined {
    return this.#options.stages.counts;
  }

  onFlush(hear: (stage: string, ms: number) => void): void {
    this.#options.stages.onFlush?.(hear);
  }

  partitions(topic: string): number {
    return this.#options.log.partitions(topic);
  }

  /** What has been handed in is made durable and answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#lanes.idle();
    await this.#options.intake.stop();
    await Promise.allSettled([...this.#ends].map((end) => end()));
  }

  #append(topic: string, place: string, { type, key, at, body, size }: Pick<Entry, 'type' | 'key' | 'body'> & { at: number; size: number }): Promise<number> {
    const entry: Entry = { type, key, eventTime: at, arrival: at, source: { topic: 'http', partition: 0, offset: 0, index: 0 }, body };
    return this.#lanes.append(topic, partitionOf(place, this.partitions(topic)), entry, size);
  }
}

const elsewhere = (): Error => new Error('a gateway puts nothing in force itself: it asks the process that owns intake.operations.v1');
