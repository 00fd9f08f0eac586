/** Small durable values in one compacted topic, of one key the last holds. Each read asks how far the topic reaches, so what another process has written is seen. */
import type { RawRecord, ReadRecord } from './batch.ts';
import type { Fetcher } from './fetcher.ts';

export class Notes {
  readonly #fetcher: Fetcher;
  readonly #topic: string;
  readonly #values = new Map<string, string>();
  #next: number | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(fetcher: Fetcher, topic: string) {
    this.#fetcher = fetcher;
    this.#topic = topic;
  }

  async get(name: string): Promise<string | undefined> {
    this.#reading = this.#reading.catch(() => {}).then(() => this.#catchUp());
    await this.#reading;
    return this.#values.get(name);
  }

  static record(name: string, value: string): RawRecord {
    return { key: Buffer.from(name), value: Buffer.from(value), header: '' };
  }

  async #catchUp(): Promise<void> {
    this.#next = await scan(this.#fetcher, this.#topic, 0, this.#next, ({ key, value }) => {
      if (key && value) this.#values.set(key.toString(), value.toString());
    });
  }
}

/** Every committed record from `from` (omitted: the first) to the end of this moment at least. Returns where to go on. */
export async function scan(fetcher: Fetcher, topic: string, partition: number, from: number | undefined, take: (record: ReadRecord) => void): Promise<number> {
  const { start, end } = await fetcher.bounds(topic, partition);
  let next = Math.max(from ?? start, start);
  while (next < end) {
    const records = await fetcher.read({ topic, partition, offset: next }, Number.MAX_SAFE_INTEGER);
    for (const record of records) take(record);
    next = (records.at(-1)?.offset ?? end - 1) + 1;
  }
  return Math.max(next, end);
}
