/** A reader of one partition whose next records are fetched ahead of its asking (fetcher.ts). */
import type { ReadRecord } from './batch.ts';
import type { Fetched, Place } from './fetch-request.ts';

/** A reader that reads on. `next` is where it will ask, `fetched` where the buffer ends. */
export class Follower {
  readonly topic: string;
  readonly partition: number;
  next: number;
  fetched: number;
  bytes = 0;
  askedAt = Date.now();
  failure: unknown;
  /** Epoch ms: before it nothing was there from `next` on. */
  emptyAt: number;
  #buffer: ReadRecord[] = [];
  #at = 0;
  #fed: (() => void) | undefined;

  constructor({ topic, partition, offset }: Place, emptyAt: number) {
    this.topic = topic;
    this.partition = partition;
    this.next = this.fetched = offset;
    this.emptyAt = emptyAt;
  }

  /** What a broker answered to a request for `asked` that was sent at `sentAt`. Of two brokers that were asked for the same (the leader has moved) the later answer is none any more. */
  add({ records, next, bytes }: Fetched, asked: number, sentAt: number): void {
    if (asked !== this.fetched) return;
    if (next === asked) this.emptyAt = sentAt;
    this.#buffer = this.#at === this.#buffer.length ? records : [...this.#buffer.slice(this.#at), ...records];
    this.#at = 0;
    this.bytes += bytes;
    this.fetched = next;
    this.#fed?.();
  }

  /** Until something came, or nothing in that time. */
  async fed(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#fed = () => (clearTimeout(timer), resolve());
    });
  }

  take(limit: number): ReadRecord[] {
    this.askedAt = Date.now();
    const taken = this.#buffer.slice(this.#at, this.#at + limit);
    this.#at += taken.length;
    if (this.#at === this.#buffer.length) this.bytes = 0;
    const last = taken.at(-1);
    if (last) this.next = last.offset + 1;
    return taken;
  }
}
