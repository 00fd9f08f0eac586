/** A recorded journal as a replay reads it: which part of it, its partitions merged in canonical order, and the rule set that was in force where it begins in the middle. */
import { type Edition, readEdition, RULE_SET } from '../schemas/risk/edition.ts';
import type { Verdict } from '../schemas/risk/alert.ts';
import type { Artifact, Control } from '../schemas/risk/journal.ts';
import type { LogReader } from '../streams/embedded/reader.ts';
import type { LogRecord } from '../streams/log.ts';

export const JOURNAL = 'journal.v1';
const BATCH = 1_000;
/** The source of what stands in for a control record before the span: it comes first, in each partition. */
const OPENING = 'replay';

/** An edition that the log has seen, with the time of its commit. A rule set of old was stored in one piece: then `edition` is missing. */
export interface Known { hash: string; version: string; at: number; edition: Edition | undefined }

/** Of each journal partition the offsets from `start` to before `end`. */
export interface JournalSpan {
  start: number[];
  end: number[];
  /** What the journal keeps, by arrival: its first and its last record. */
  first: number;
  last: number;
  /** Where the replay begins and, exclusive, ends. */
  since: number;
  until: number;
  /** True where older records are gone or left out: windows and dossiers begin cold there. */
  cold: boolean;
  /** In force where a cold span begins: the control record that put it there lies before. */
  inForce: Control | undefined;
}

/** Every edition that was ever in force, oldest first. */
export async function readEditions(reader: LogReader): Promise<Known[]> {
  const { start, end } = await reader.bounds('artifacts.v1', 0);
  const known: Known[] = [];
  for (let at = start; at < end;) {
    const records = await reader.read('artifacts.v1', 0, at, 20);
    at += records.length;
    for (const record of records) {
      const { name, hash, version, content } = record.body as Artifact;
      if (name === RULE_SET) known.push({ hash, version, at: record.appendedAt, edition: readEdition(content) });
    }
  }
  return known;
}

/** The part of the journal that came from `since` to before `until`; undefined where it holds nothing at all. */
export async function journalSpan(reader: LogReader, since: number, until: number, editions: readonly Known[]): Promise<JournalSpan | undefined> {
  const partitions = Array.from({ length: reader.partitions(JOURNAL) }, (_, p) => p);
  const bounds = await Promise.all(partitions.map((p) => reader.bounds(JOURNAL, p)));
  const kept = partitions.filter((p) => (bounds[p] as { start: number }).start < (bounds[p] as { end: number }).end);
  if (kept.length === 0) return undefined;
  const one = async (partition: number, offset: number) => (await reader.read(JOURNAL, partition, offset, 1))[0] as LogRecord;
  const firsts = await Promise.all(kept.map((p) => one(p, (bounds[p] as { start: number }).start)));
  const lasts = await Promise.all(kept.map((p) => one(p, (bounds[p] as { end: number }).end - 1)));
  const cut = kept.some((p) => (bounds[p] as { start: number }).start > 0);
  const first = cut ? Math.max(...firsts.map(({ appendedAt }) => appendedAt)) : Math.min(...firsts.map(({ appendedAt }) => appendedAt));
  const cold = cut || since > first;
  const from = Math.max(since, first);
  // The same moment in every partition, so that a control record's copies lie all before it or all behind it.
  const place = (at: number) => Promise.all(partitions.map((p) => firstAppended(reader, p, bounds[p] as { start: number; end: number }, at)));
  return {
    start: cold ? await place(from) : bounds.map(({ start }) => start), end: await place(until),
    first: Math.min(...firsts.map(({ arrival }) => arrival)), last: Math.max(...lasts.map(({ arrival }) => arrival)), since: from, until, cold, inForce: cold ? controlAt(editions, from) : undefined,
  };
}

function controlAt(editions: readonly Known[], at: number): Control | undefined {
  const known = editions.findLast((edition) => edition.at <= at);
  return known && { name: RULE_SET, version: known.version, hash: known.hash, by: '' };
}

/** `appendedAt` never decreases along a partition. */
async function firstAppended(reader: LogReader, partition: number, { start, end }: { start: number; end: number }, at: number): Promise<number> {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [record] = await reader.read(JOURNAL, partition, middle, 1);
    if ((record as LogRecord).appendedAt < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What officers said of alerts, from where the span begins to the journal's end: an alert's newest verdict, by the alert's id. */
export async function readVerdicts(reader: LogReader, { start }: Pick<JournalSpan, 'start'>): Promise<Map<string, Verdict>> {
  const newest = new Map<string, Verdict>();
  for (const [partition, from] of start.entries()) {
    const { end } = await reader.bounds(JOURNAL, partition);
    for (let at = from; at < end;) {
      const records = await reader.read(JOURNAL, partition, at, BATCH);
      at += records.length;
      for (const { type, body } of records) {
        if (type !== 'verdict') continue;
        const verdict = body as Verdict;
        if (verdict.at >= (newest.get(verdict.alertId)?.at ?? 0)) newest.set(verdict.alertId, verdict);
      }
    }
  }
  return newest;
}

interface Partition { next: number; end: number; records: LogRecord[]; taken: number }

/** The span's records, merged by (arrival, partition, offset): of the partitions' next records the one that arrived first. */
export class Recorded {
  readonly reader: LogReader;
  readonly partitions: number;
  /** Arrival of the newest record taken, never going back: forwarded records keep an older one. */
  at = 0;
  readonly #starts: number[];
  readonly #feeds: Partition[];

  constructor(reader: LogReader, { start, end, since, inForce }: JournalSpan) {
    this.reader = reader;
    this.partitions = start.length;
    this.#starts = start.map((offset) => (inForce && offset > 0 ? offset - 1 : offset));
    this.#feeds = start.map((next, p) => ({ next, end: end[p] as number, records: inForce && next > 0 ? [opening(inForce, since, p, next - 1, reader.incarnation)] : [], taken: 0 }));
  }

  startOf = (partition: number): number => this.#starts[partition] as number;

  /** Of which partition the next record is. */
  async next(): Promise<number | undefined> {
    let best: number | undefined;
    let earliest = Number.POSITIVE_INFINITY;
    for (const [p, feed] of this.#feeds.entries()) {
      if (feed.taken === feed.records.length) await this.#fill(feed, p);
      const head = feed.records[feed.taken];
      if (head?.source.topic === OPENING) return p;
      if (!head || head.arrival >= earliest) continue;
      earliest = head.arrival;
      best = p;
    }
    return best;
  }

  /** At most `limit` of the partition's next records, which stay the next ones. */
  ahead(partition: number, limit: number): LogRecord[] {
    const { records, taken } = this.#feeds[partition] as Partition;
    return records.slice(taken, taken + limit);
  }

  taken(partition: number, count: number): void {
    const feed = this.#feeds[partition] as Partition;
    feed.taken += count;
    this.at = Math.max(this.at, feed.records[feed.taken - 1]?.arrival ?? 0);
  }

  async #fill(feed: Partition, partition: number): Promise<void> {
    feed.taken = 0;
    feed.records = feed.next < feed.end ? await this.reader.read(JOURNAL, partition, feed.next, Math.min(BATCH, feed.end - feed.next)) : [];
    feed.next += feed.records.length;
  }
}

/** Stands in for the control record before the span. */
const opening = (control: Control, at: number, partition: number, offset: number, incarnation: string): LogRecord<Control> => ({
  topic: JOURNAL, partition, offset, appendedAt: at, incarnation, type: 'control', key: control.name, eventTime: at, arrival: at, source: { topic: OPENING, partition, offset: 0, index: 0 }, body: control, bytes: new Uint8Array(0),
});
