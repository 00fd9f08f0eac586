/** Many appends of one process as few requests: what comes while a request is on its way goes together with the next. Of one partition all stays in order. */
import { BATCH_BYTES, cut, type RawRecord } from './batch.ts';
import type { Connection } from './connection.ts';
import { Producer, type Part } from './producer.ts';

const REQUEST_BYTES = 8_000_000;

interface Waiting { part: Part; bytes: number; resolve(baseOffset: number): void; reject(error: unknown): void }

export class Sender {
  readonly #connection: Connection;
  #producer: Producer | undefined;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The offset of the first record. Rejects where it is not known whether all of it arrived. */
  async send(part: Part): Promise<number> {
    const pieces = [...cut(part.records)].map(({ records, bytes }) => this.#enqueue({ ...part, records }, bytes));
    const bases = await Promise.all(pieces);
    return bases[0] as number;
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#producer?.close();
  }

  #enqueue(part: Part, bytes: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#queue.push({ part, bytes, resolve, reject });
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return promise;
  }

  async #run(): Promise<void> {
    await undefined; // What is appended in the same turn goes with it.
    while (this.#queue.length > 0) {
      const batch = this.#take();
      const merged = merge(batch);
      try {
        this.#producer ??= await Producer.open(this.#connection);
        const bases = await this.#producer.send(merged.parts);
        for (const { waiting, part, at } of merged.places) waiting.resolve((bases[part] as number) + at);
      } catch (error) {
        // Of this batch nobody knows what arrived, and what waits may follow upon it: all begin again from what is committed.
        const failed = [...batch, ...this.#queue];
        this.#queue = [];
        await this.#producer?.close().catch(() => {});
        this.#producer = undefined;
        for (const waiting of failed) waiting.reject(error);
      }
    }
  }

  /** From the front, as much as one request takes; of one partition at most one batch. */
  #take(): Waiting[] {
    const taken: Waiting[] = [];
    const sizes = new Map<string, number>();
    let total = 0;
    while (this.#queue.length > 0) {
      const { part, bytes } = this.#queue[0] as Waiting;
      const name = `${part.topic}/${part.partition}`;
      const size = (sizes.get(name) ?? 0) + bytes;
      if (taken.length > 0 && (size > BATCH_BYTES || total + bytes > REQUEST_BYTES)) break;
      sizes.set(name, size);
      total += bytes;
      taken.push(this.#queue.shift() as Waiting);
    }
    return taken;
  }
}

function merge(batch: readonly Waiting[]): { parts: Part[]; places: { waiting: Waiting; part: number; at: number }[] } {
  const parts: { topic: string; partition: number; records: RawRecord[] }[] = [];
  const index = new Map<string, number>();
  const places = batch.map((waiting) => {
    const { topic, partition, records } = waiting.part;
    const name = `${topic}/${partition}`;
    let part = index.get(name);
    if (part === undefined) {
      index.set(name, (part = parts.length));
      parts.push({ topic, partition, records: [] });
    }
    const target = (parts[part] as { records: RawRecord[] }).records;
    const at = target.length;
    for (const record of records) target.push(record);
    return { waiting, part, at };
  });
  return { parts, places };
}
