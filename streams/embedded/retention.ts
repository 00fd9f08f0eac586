/**
 * What leaves the log: batches older than their topic keeps, and the oldest of all while the log is larger than allowed. Never what a reader has still to read, nor a partition's
 * last batch, which holds the end of its offsets. A turn is short, since it stands between two commits; freed pages go back to the disk a slice at a time.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LogError } from '../errors.ts';
import { TOPICS } from '../topics.ts';

/** Batches looked at of each partition in a turn, and bytes dropped at most: their pages are read once more to be freed. */
const LOOK = 16;
const TURN_BYTES = 2e6;
/**
 * Free pages that are left for new batches and rows. At 5,000 events/s retention and worn segments free a gigabyte within minutes and as much comes again: with a tenth left the file shrank and grew by half in turns
 * (pages are moved on the pipeline's thread), and latency was at its worst then.
 */
const SPARE_SHARE = 0.5;
const SPARE_PAGES = 16_384;
const GIVE_BACK_PAGES = 4_096;

export interface Pruned {
  batches: number;
  /** Bytes of all batches that are left. */
  bytes: number;
  /** More can be dropped at once. */
  more: boolean;
  /** Why the log stays larger than allowed. */
  held: LogError | undefined;
}

const isOld = ({ at, keepMs }: Head, now: number): boolean => keepMs > 0 && at < now - keepMs;

interface Head { topic: string; partition: number; base: number; end: number; at: number; keepMs: number }
interface Bytes { bytesTo: number; size: number }

export class Retention {
  readonly #db: DatabaseSync;
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #partitions: (topic: string) => number;
  readonly #heads: StatementSync;
  readonly #bytes: StatementSync;
  readonly #last: StatementSync;
  readonly #drop: StatementSync;
  /** By topic partition: how far each group has read. */
  readonly #readers = new Map<string, Map<string, number>>();

  constructor(db: DatabaseSync, file: string, maxBytes: number, partitions: (topic: string) => number) {
    this.#db = db;
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#partitions = partitions;
    // The index has all of it: of hundreds of batches that are looked at no page is read.
    this.#heads = db.prepare(`SELECT base, base + count AS "end", appended_at AS at FROM batches WHERE topic = ? AND partition = ? ORDER BY base LIMIT ?`);
    this.#bytes = db.prepare('SELECT bytes_to AS bytesTo, length(frames) AS size FROM batches WHERE topic = ? AND partition = ? AND base = ?');
    this.#last = db.prepare('SELECT bytes_to AS bytesTo FROM batches WHERE topic = ? AND partition = ? ORDER BY base DESC LIMIT 1');
    this.#drop = db.prepare('DELETE FROM batches WHERE topic = ? AND partition = ? AND base < ?');
  }

  /** Whoever reads a topic says so before anything is dropped; `position` is the next offset that it needs. */
  reads(group: string, topic: string, partition: number, position: number): void {
    const place = `${topic}/${partition}`;
    const readers = this.#readers.get(place);
    if (readers) readers.set(group, position);
    else this.#readers.set(place, new Map([[group, position]]));
  }

  prune(now: number): Pruned {
    const upTo = new Map<string, Head>();
    const blocked = new Map<string, Head>();
    const first = this.#look(1);
    this.#giveBack();
    // Mostly there is nothing to do: that must cost next to nothing.
    if (first.bytes <= this.#maxBytes && !first.heads.some((head) => isOld(head, now))) return { batches: 0, bytes: first.bytes, more: false, held: undefined };
    let { bytes, heads, seenTo } = this.#look(LOOK);
    const before = bytes;
    let batches = 0;
    for (const head of heads.sort((a, b) => a.at - b.at)) {
      const place = `${head.topic}/${head.partition}`;
      if (before - bytes >= TURN_BYTES) break;
      // Of a partition with more than was looked at, older batches may come next turn: nothing younger goes before them.
      if ((!isOld(head, now) && (bytes <= this.#maxBytes || head.at > seenTo)) || blocked.has(place)) continue;
      if (head.end > this.#readTo(place).position) {
        blocked.set(place, head);
        continue;
      }
      bytes -= this.#bytesOf(head).size;
      upTo.set(place, head);
      batches++;
    }
    for (const { topic, partition, end } of upTo.values()) this.#drop.run(topic, partition, end);
    const over = bytes > this.#maxBytes && batches === 0;
    return { batches, bytes, more: batches > 0, held: over ? this.#held(before, blocked) : undefined };
  }

  /** The oldest batches of every partition but its last one, up to when all of them were seen, and the bytes of all. */
  #look(limit: number): { bytes: number; heads: Head[]; seenTo: number } {
    const heads: Head[] = [];
    let bytes = 0;
    let seenTo = Number.POSITIVE_INFINITY;
    for (const { name: topic, retentionHours, compacted } of TOPICS) {
      for (let partition = 0; partition < this.#partitions(topic); partition++) {
        const rows = this.#heads.all(topic, partition, limit + 1) as unknown as Omit<Head, 'topic' | 'partition' | 'keepMs'>[];
        if (!rows[0]) continue;
        const first = this.#bytesOf({ topic, partition, base: rows[0].base });
        bytes += Number(this.#last.get(topic, partition)?.bytesTo) - first.bytesTo + first.size;
        if (compacted) continue;
        if (rows.length > limit) seenTo = Math.min(seenTo, (rows.at(-1) as (typeof rows)[0]).at);
        for (const row of rows.slice(0, -1)) heads.push({ ...row, topic, partition, keepMs: retentionHours * 3_600_000 });
      }
    }
    return { bytes, heads, seenTo };
  }

  #bytesOf({ topic, partition, base }: Pick<Head, 'topic' | 'partition' | 'base'>): Bytes {
    return this.#bytes.get(topic, partition, base) as unknown as Bytes;
  }

  #readTo(place: string): { group: string; position: number } {
    let least = { group: '', position: Number.POSITIVE_INFINITY };
    for (const [group, position] of this.#readers.get(place) ?? []) if (position < least.position) least = { group, position };
    return least;
  }

  #held(bytes: number, blocked: Map<string, Head>): LogError | undefined {
    const [place] = blocked.keys();
    if (place === undefined) return undefined;
    const { group, position } = this.#readTo(place);
    const gigabytes = (n: number) => `${(n / 1e9).toFixed(2)} GB`;
    return new LogError('HELD', `the log in ${this.#file} holds ${gigabytes(bytes)}, ${gigabytes(this.#maxBytes)} are allowed (FENGHUO_LOG_BYTES), but ${group} has read ${place.replace('/', ' partition ')} only up to offset ${position}: `
      + `what is unread is never dropped. Likely ${group} is down or slower than what comes in. Next: look at its errors and its lag (/metrics), and see that the disk has room until it has caught up.`);
  }

  #giveBack(): void {
    const pragma = (name: string) => Number(Object.values(this.#db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
    const free = pragma('freelist_count');
    if (free > Math.max(SPARE_PAGES, pragma('page_count') * SPARE_SHARE)) this.#db.exec(`PRAGMA incremental_vacuum(${Math.min(GIVE_BACK_PAGES, free)})`);
  }
}
