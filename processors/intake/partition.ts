/**
 * Intake scaled out: one partition of an intake topic → journal. It runs the function that answered the sender once more, over the recorded bytes; a record's arrival is its append time, its
 * source the intake record. Other tables hold from a control record on, which stands in the partition itself: whoever reads these records, when and how often, reads each by the same tables, also an owner that was
 * replaced and does not know it yet.
 */
import { RULE_SET } from '../../schemas/risk/edition.ts';
import type { Control } from '../../schemas/risk/journal.ts';
import { LogError } from '../../streams/errors.ts';
import { Flushing } from '../../streams/flushing.ts';
import type { Runner } from '../../streams/host.ts';
import type { Log, LogRecord, Output, Source } from '../../streams/log.ts';
import { type Begin, type Mark, RepeatFilter } from '../../streams/runner.ts';
import { OPERATIONS } from '../operations.ts';
import type { IntakeEditions } from './editions.ts';
import type { Intake } from './intake.ts';
import { toSubmission } from './original.ts';
import type { Seal } from './seal.ts';
import { type Batch, toBatch } from './service.ts';
import { Ticks } from './ticks.ts';

export const INTAKE = 'intake';
const EDITION = 'intake/edition';
/** Of control records by their source: a command that is done again sends its own again. */
const MARK = 'intake/mark/';
/** While no edition is in force, it is looked for so often. */
const FOLLOW_MS = 1_000;

export interface IntakePartitionOptions {
  /** One that takes flushes beside. */
  log: Log;
  editions: IntakeEditions;
  seal: Seal;
  /** Epoch ms. */
  now: () => number;
  /** Monotone ms. */
  clock: () => number;
  flushEveryMs: number;
  begin: Begin;
  count?: (stage: string, name: string, by: number) => void;
  /** How long a flush held up the partition. */
  flushed?: (stage: string, ms: number) => void;
}

export class IntakePartition implements Runner {
  position = 0;
  lastProgressAt = 0;
  readonly #topic: string;
  readonly #partition: number;
  readonly #options: IntakePartitionOptions;
  readonly #ticks: Ticks;
  readonly #marks = new Map<string, Mark>();
  readonly #filter = new RepeatFilter({ get: (key) => this.#marks.get(key), set: (key, mark) => void this.#marks.set(key, mark) });
  #edition = '';
  #intake: Intake | undefined;
  #outputs: Output[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  #flushedAt = 0;
  #flushed = 0;
  readonly #flushing = new Flushing();

  constructor(topic: string, partition: number, options: IntakePartitionOptions) {
    this.#topic = topic;
    this.#partition = partition;
    this.#options = options;
    this.#ticks = new Ticks(topic, partition, options.log.partitions('journal.v1'));
  }

  get tickTime(): number {
    return this.#ticks.time;
  }

  async start(): Promise<void> {
    const { log, editions, begin, clock } = this.#options;
    const at = [INTAKE, this.#topic, this.#partition] as const;
    await log.claim(...at);
    const committed = await log.position(...at);
    const applied = begin === 'afresh' ? -1 : await this.#restore();
    if (begin !== 'afresh' && committed > 0 && this.#edition === '') throw new LogError('CORRUPT', `position ${committed} is committed, but no state is stored beside it`);
    // Whoever was replaced while it read the two finds the state of a later owner: that holds behind its own position only.
    this.position = Math.max(committed, applied + 1);
    if (begin !== 'committed') this.#skipTo((await log.bounds(this.#topic, this.#partition)).start, begin === 'afresh' ? 0 : this.position);
    this.#flushed = this.position;
    this.#flushedAt = clock();
    if (this.#edition !== '') this.#intake = await editions.of(this.#edition);
  }

  /** Gives the offset that the state has applied. */
  async #restore(): Promise<number> {
    let applied = -1;
    for await (const { key, value, offset } of this.#options.log.restore(INTAKE, this.#topic, this.#partition)) {
      applied = Math.max(applied, offset);
      if (key === EDITION) this.#edition = String(value);
      else if (key.startsWith(MARK)) this.#marks.set(key.slice(MARK.length), JSON.parse(String(value)) as Mark);
    }
    return applied;
  }

  /** Retention took what was never journalled: nobody can give it back, so the journal says it to all who read it. */
  #skipTo(start: number, from: number): void {
    this.position = Math.max(start, from);
    if (start <= from) return;
    this.#edition = ''; // a control record may have been among them
    const { log, now } = this.#options;
    const time = now();
    for (let partition = 0; partition < log.partitions('journal.v1'); partition++) {
      this.#outputs.push({ topic: 'journal.v1', partition, type: 'gap', key: 'gap', eventTime: time, arrival: time, source: { topic: this.#topic, partition: this.#partition, offset: start - 1, index: 0 }, body: { stage: INTAKE, from, to: start } });
    }
  }

  async advance(limit: number): Promise<number> {
    const { log, now, clock } = this.#options;
    const asked = now();
    this.#flushing.check();
    if (!this.#intake && !(await this.#begin())) return 0; // nothing may be journalled before an edition is in force
    const records = await log.read(this.#topic, this.#partition, this.position, limit);
    let taken = 0;
    for (const record of records) {
      // A record may hold thousands of documents.
      if (this.#outputs.length >= limit && taken > 0) break;
      this.#add(this.#ticks.at(record.appendedAt, asked));
      if (this.#isControl(record)) await this.#switch(record);
      else this.#add(this.#take(record, this.#intake as Intake));
      this.position = record.offset + 1;
      taken++;
    }
    if (taken > 0) this.lastProgressAt = clock();
    else this.#add(this.#ticks.idle(log, this.position, asked));
    if (this.#outputs.length > 0) await this.#emit();
    if (this.position !== this.#flushed && !this.#flushing.underWay && clock() - this.#flushedAt >= this.#options.flushEveryMs) this.#flush();
    return taken;
  }

  async flush(): Promise<void> {
    await this.#flushing.end();
    if (this.#edition === '' || this.position === this.#flushed) return;
    this.#flush();
    await this.#flushing.end();
  }

  close(): void {}

  /** No state says which tables hold: those in force now, from where it begins to the first control record. That is durable, and an earlier owner fenced, before anything is journalled by them. */
  async #begin(): Promise<boolean> {
    const { log, editions, clock } = this.#options;
    const at = clock();
    if (at < this.#lookedAt + FOLLOW_MS) return false;
    this.#lookedAt = at;
    const hash = await log.note(RULE_SET);
    if (hash === undefined) return false;
    const intake = await editions.of(hash);
    this.#edition = hash;
    if (this.#outputs.length > 0) await this.#emit();
    this.#flush();
    await this.#flushing.end();
    this.#intake = intake;
    return true;
  }

  /** Of this log, by whoever publishes: parties may write to the topic, too. */
  #isControl({ type, source, incarnation }: LogRecord): boolean {
    return type === 'control' && source.topic === OPERATIONS && incarnation === this.#options.log.incarnation;
  }

  /** The tables of another edition hold from here on, also for whoever reads these records again. */
  async #switch(record: LogRecord): Promise<void> {
    const { name, hash } = record.body as Control;
    if (this.#filter.seen(record) || name !== RULE_SET) return;
    this.#intake = await this.#options.editions.of(hash);
    this.#edition = hash;
  }

  /** Before any flush that covers it. */
  async #emit(): Promise<void> {
    const outputs = this.#outputs;
    this.#outputs = [];
    await this.#options.log.commit({ ...this.#owner, outputs });
  }

  #flush(): void {
    const { log, clock, flushed } = this.#options;
    const began = clock();
    const { position } = this;
    const offset = position - 1;
    const marks = Array.from(this.#marks, ([key, mark]) => ({ key: MARK + key, value: JSON.stringify(mark), offset }));
    this.#flushing.begin(log.commit({ ...this.#owner, outputs: [], state: { changes: [{ key: EDITION, value: this.#edition, offset }, ...marks], position, pass: { begins: true, ends: true } } }));
    this.#flushed = position;
    this.#flushedAt = clock();
    flushed?.(INTAKE, this.#flushedAt - began);
  }

  get #owner(): { group: string; topic: string; partition: number } {
    return { group: INTAKE, topic: this.#topic, partition: this.#partition };
  }

  /** One by one: reference records for many partitions are more than a call takes as arguments. */
  #add(outputs: readonly Output[]): void {
    for (const output of outputs) this.#outputs.push(output);
  }

  #take(record: LogRecord, intake: Intake): Output[] {
    const arrival = record.appendedAt;
    const batch = toBatch(intake.take(toSubmission(record, this.#options.seal), arrival));
    this.#count('accepted', batch.accepted.length);
    for (const { code } of batch.rejected) this.#count(`rejected_${code}`, 1);
    return journalled(batch, arrival, this.#options.log.partitions('journal.v1'), { topic: this.#topic, partition: this.#partition, offset: record.offset, index: 0 });
  }

  /** What is read again after a restart counts again. */
  #count(name: string, by: number): void {
    if (by > 0) this.#options.count?.(INTAKE, name, by);
  }
}

/** What of a batch stands where: the same entries in the same order as the embedded pipeline writes. */
export function journalled(batch: Batch, arrival: number, partitions: number, from: Source): Output[] {
  const outputs: Output[] = [];
  const put = (topic: string, type: Output['type'], key: string, eventTime: number, body: unknown, more: Partial<Output> = {}) =>
    outputs.push({ topic, type, key, eventTime, arrival, source: { ...from, index: from.index + outputs.length }, body, ...more });
  for (const { type, key, everyPartition, eventTime, body, bytes, aliases } of batch.accepted) {
    const made = bytes && { bytes };
    if (everyPartition) for (let partition = 0; partition < partitions; partition++) put('journal.v1', type, key, eventTime, body, { partition, ...made });
    else put('journal.v1', type, key, eventTime, body, made);
    for (const alias of aliases) put('journal.v1', 'alias', alias.foreignKey, eventTime, alias);
  }
  for (const { deadLetter, operation } of batch.rejected) {
    put('dead-letters.v1', 'dead-letter', deadLetter.id, arrival, deadLetter);
    put('journal.v1', 'operation', operation.feed, arrival, operation);
  }
  for (const operation of batch.noted) put('journal.v1', 'operation', operation.feed, arrival, operation);
  return outputs;
}
