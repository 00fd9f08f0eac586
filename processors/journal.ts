/** What a cycle of the embedded pipeline appends: what waited, in order of arrival, and once a second a tick, behind everything that arrived before its time. */
import { RULE_SET } from '../schemas/risk/edition.ts';
import type { Artifact, Control, Tick } from '../schemas/risk/journal.ts';
import { partitionOf, type Entry, type Log } from '../streams/log.ts';
import type { Accepted, Batch } from './intake/service.ts';
import { LAG_KEY, LAG_TOLD_MS, lagObservation } from './lag.ts';
import type { Journalled } from './pipeline.ts';

/** A place in the order: what is appended there becomes durable with its cycle. `journal`: the entries of each journal partition so far. */
export interface Turn { log: Log; journal: Entry[][]; entry(type: Entry['type'], key: string, body: unknown): Entry }
export type Write = (turn: Turn) => Promise<void>;
export interface ToWrite { batch: Batch; arrival: number; write?: Write }

const TICK_MS = 1000;
/** Under which the log keeps the number of the last entry. */
const SEQUENCE = 'http-sequence';

type Put = (key: string, entry: Entry) => void;

export class Journal {
  readonly #log: Log;
  readonly #now: () => number;
  #sequence = 0;
  #nextTick = 0;
  /** A lag was told and its end was not. */
  #lagged = false;

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  get nextTick(): number {
    return this.#nextTick;
  }

  /** Goes on with the numbers that the log has. */
  async recall(): Promise<void> {
    this.#sequence = Number((await this.#log.note(SEQUENCE)) ?? 0);
  }

  /** `oldest`: arrival of the oldest that is still to be written, if any. */
  async append(waiting: readonly ToWrite[], oldest: () => number | undefined): Promise<void> {
    const partitions = this.#log.partitions('journal.v1');
    const entries: Entry[][] = Array.from({ length: partitions }, () => []);
    const letters: Entry[] = [];
    const put: Put = (key, entry) => (entries[partitionOf(key, partitions)] as Entry[]).push(entry);
    const before = this.#sequence;
    for (const one of waiting) {
      if (one.write) await one.write({ log: this.#log, journal: entries, entry: (type, key, body) => this.#entry(type, key, one.arrival, one.arrival, body) });
      this.#take(one, entries, letters, put);
    }
    const now = this.#now();
    if (now >= this.#nextTick) {
      this.#nextTick = now + TICK_MS;
      const tick: Tick = { intake: 'http', time: Math.min(now, oldest() ?? now) };
      this.#tellLag(now - tick.time, tick.time, put);
      for (const partition of entries) partition.push(this.#entry('tick', 'http', tick.time, tick.time, tick));
    }
    for (const [p, list] of entries.entries()) if (list.length > 0) await this.#log.append('journal.v1', p, list);
    if (letters.length > 0) await this.#log.append('dead-letters.v1', 0, letters);
    if (this.#sequence > before) await this.#log.setNote(SEQUENCE, String(this.#sequence));
  }

  #take({ batch: { accepted, rejected, noted }, arrival }: ToWrite, entries: Entry[][], letters: Entry[], put: Put): void {
    for (const record of accepted) {
      if (record.everyPartition) for (const partition of entries) partition.push(this.#accepted(record, arrival));
      else put(record.key, this.#accepted(record, arrival));
      for (const alias of record.aliases) put(alias.foreignKey, this.#entry('alias', alias.foreignKey, record.eventTime, arrival, alias));
    }
    for (const { deadLetter, operation } of rejected) {
      letters.push(this.#entry('dead-letter', deadLetter.id, arrival, arrival, deadLetter));
      put(operation.feed, this.#entry('operation', operation.feed, arrival, arrival, operation));
    }
    for (const operation of noted) put(operation.feed, this.#entry('operation', operation.feed, arrival, arrival, operation));
  }

  #tellLag(lagMs: number, time: number, put: Put): void {
    const lags = lagMs >= LAG_TOLD_MS;
    if (lags || this.#lagged) put(LAG_KEY, this.#entry('observation', LAG_KEY, time, time, lagObservation(time, lags ? lagMs : 0)));
    this.#lagged = lags;
  }

  #entry(type: Entry['type'], key: string, eventTime: number, arrival: number, body: unknown): Entry {
    return { type, key, eventTime, arrival, source: { topic: 'http', partition: 0, offset: ++this.#sequence, index: 0 }, body };
  }

  /** Decoded by whoever first looks at it, and written as it came where intake has encoded it. */
  #accepted(record: Accepted, arrival: number): Entry {
    return new JournalEntry(record, arrival, ++this.#sequence);
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

export const putJournal = ({ journal, entry }: Turn, { type, key, body }: Journalled): void => void (journal[partitionOf(key, journal.length)] as Entry[]).push(entry(type, key, body));

/** Every journal partition gets the control record at its place in the order. */
export async function putInForce({ log, journal, entry }: Turn, artifacts: Artifact[], control: Control): Promise<void> {
  await log.append('artifacts.v1', 0, artifacts.map((artifact) => entry('artifact', artifact.hash, artifact)));
  for (const partition of journal) partition.push(entry('control', control.name, control));
  await log.setNote(RULE_SET, control.hash);
}
