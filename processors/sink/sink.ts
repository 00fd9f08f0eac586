/** Log → tables. The tables are the checkpoint: after any stop it goes on from what they hold, each record once. */
import type { ClickHouseError } from '@clickhouse/client';
import { type Clock, MACHINE } from '../../streams/clock.ts';
import { LogError } from '../../streams/errors.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { Membership } from '../../streams/membership.ts';
import { Batch } from './batch.ts';
import { createOwnership, SLICED } from './ownership.ts';
import { marksOf, raise, resume, sourceKey, StoreMismatch, type Cursor, type SinkLog } from './resume.ts';
import { tablesOf, SUNK_TOPICS } from './rows.ts';
import type { TableStore } from './table-store.ts';

export interface SinkOptions {
  log: SinkLog;
  store: TableStore;
  /** Shares the topics among several sinks. Omitted: this one owns all of them. */
  membership?: Membership;
  /** One line for the operator. */
  report: (level: 'warn' | 'error', message: string) => void;
  /** A row waits at most so long. Default 1,000 ms. */
  flushMs?: number;
  /** Default 50,000. */
  batchRows?: number;
  /** Records read at once; the process answers queries in between. Default 1,000. */
  readRecords?: number;
  /** Pause after the first refusal; doubles up to 30 s. Default 1,000. */
  retryMs?: number;
  /** Between notes of how far it is while nothing comes that makes rows. Default 60,000. */
  idleHintMs?: number;
  /** What it waits by. Default the machine's. */
  clock?: Clock;
}

export interface Sink {
  /** Checks that store and log belong together, then runs. Rejects with StoreMismatch (with a membership `stopped` does, since what it owns is told later). `stopped` settles when it has ended. */
  start(): Promise<void>;
  /** Resolves after `stop`; rejects where the sink can't go on. */
  readonly stopped: Promise<void>;
  /** Flushes what was read, then ends. Where it did not start, there is nothing to end. */
  stop(): Promise<void>;
  /** Records of its partitions that are not in the tables yet, by topic. */
  lag(): Promise<Record<string, number>>;
  /** Where it would go on after any end: what lies before is in the tables and is never asked for again. */
  kept(): [topic: string, partition: number, position: number][];
  /** Of journal partitions, with which those of other topics go by their number. */
  owns(slice: number): boolean;
  /** What keeps it from filling the tables, while it lasts: it tries again by itself. */
  readonly trouble: Error | undefined;
  /** Rows written and repeats dropped since the start. */
  counts(): { rows: number; repeats: number; retries: number };
}

const IDLE_MS = 50;
/** The end of a partition is looked at so often: a broker is asked for it. */
const END_MS = 1_000;
const HINT_MS = 5_000;
/** Of the log: keeps one INSERT far below what ClickHouse would split in two blocks, and the memory modest. */
const BATCH_BYTES = 48_000_000;
const LONGEST_WAIT_MS = 30_000;

const routes = new Map(SUNK_TOPICS.map((topic) => [topic, tablesOf(topic)]));

export function createSink(options: SinkOptions): Sink {
  const { log, store, report, flushMs = 1_000, batchRows = 50_000, readRecords = 1_000, idleHintMs = 60_000, retryMs = 1_000, clock = MACHINE } = options;
  const ownership = createOwnership(log.partitions(SLICED), options.membership, options.clock?.sleep);
  let batch = new Batch(new Map(), store.shards);
  const counts = { rows: 0, repeats: 0, retries: 0 };
  let cursors: Cursor[] = [];
  /** As they were last, for whoever asks while the store refuses. */
  let known: Cursor[] = [];
  let oldestRowAt = 0;
  let hintedAt = clock.now();
  let hinted: [topic: string, partition: number, position: number][] = [];
  let started = false;
  let stopping = false;
  /** Since all that was read was in the tables. */
  let failures = 0;
  let trouble: Error | undefined;
  const settled = Promise.withResolvers<void>();
  settled.promise.catch(() => undefined);

  function take(cursor: Cursor, records: LogRecord[]): void {
    const tables = routes.get(cursor.topic);
    for (const record of records) {
      cursor.position = record.offset + 1;
      cursor.appendedAt = record.appendedAt;
      const known = tables?.get(record.type);
      if (!known) continue;
      const { source } = record;
      const fresh = raise(cursor.marks, sourceKey(source.topic, source.partition), source.offset, source.index);
      for (const table of known) {
        if (record.offset <= (cursor.stored.get(table.name) ?? -1)) continue;
        if (!fresh) {
          counts.repeats += 1;
          break;
        }
        if (batch.rows === 0) oldestRowAt = clock.now();
        batch.add(table, record);
      }
    }
  }

  async function flush(): Promise<void> {
    const rows = batch.rows;
    await log.durable?.(); // a power cut may never leave the tables ahead of the log
    await batch.insert(store);
    counts.rows += rows;
    keep();
    if (clock.now() - hintedAt > HINT_MS) await writeHint();
  }

  /** All that was read is in the tables. */
  function keep(): void {
    for (const cursor of cursors) cursor.kept = cursor.position;
    failures = 0;
    trouble = undefined;
  }

  const places = () => cursors.map(({ topic, partition, position }): (typeof hinted)[0] => [topic, partition, position]);

  async function writeHint(): Promise<void> {
    const begun = cursors.filter((c) => c.position > 0);
    await log.durable?.();
    if (begun.length > 0) await store.hint(log.incarnation, begun.map(({ topic, partition, position, appendedAt, marks }) => ({ topic, partition, position, appendedAt, marks: marksOf(marks) })));
    hintedAt = clock.now();
    hinted = places();
  }

  /** One turn over all partitions. True where far more is left to read. Else the next turn waits: a read takes as long for ten records as for a few hundred. */
  async function turn(): Promise<boolean> {
    let behind = false;
    for (const cursor of cursors) {
      const records = await log.read(cursor.topic, cursor.partition, cursor.position, readRecords);
      if (records.length === 0) continue;
      take(cursor, records);
      if (clock.now() - cursor.lookedAt >= END_MS) Object.assign(cursor, { end: (await log.bounds(cursor.topic, cursor.partition)).end, lookedAt: clock.now() });
      behind ||= records.length >= readRecords || cursor.end - cursor.position >= readRecords;
      if (batch.rows >= batchRows || batch.bytes >= BATCH_BYTES) await flush();
      await clock.sleep(0);
    }
    if (batch.rows > 0 && clock.now() - oldestRowAt >= flushMs) await flush();
    if (batch.rows > 0) return behind;
    keep();
    // Ticks alone make no rows, but the log must be free to drop them.
    if (clock.now() - hintedAt > idleHintMs) await writeHint();
    return behind;
  }

  /** What is lost is flushed and let go, what is new is taken up where its tables end. */
  async function follow(): Promise<void> {
    const changes = ownership.changes();
    const { lost, gained } = changes;
    if (lost.length > 0) {
      await flush();
      await writeHint();
      cursors = cursors.filter(({ partition }) => !lost.includes(partition % ownership.slices));
    }
    if (gained.length > 0) cursors.push(...await resume(log, store, { which: gained, of: ownership.slices }));
    ownership.followed(changes);
    known = cursors;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        await follow();
        if (!(await turn())) await clock.sleep(IDLE_MS);
      } catch (error) {
        if (isFinal(error)) throw error;
        failures += 1;
        counts.retries += 1;
        // What of the batch got in is not known: forget it all and ask the tables again.
        batch.clear();
        cursors = [];
        ownership.dropped();
        const wait = Math.min(LONGEST_WAIT_MS, retryMs * 2 ** Math.min(failures - 1, 8));
        trouble = troubleOf(error, failures);
        report('error', refusal(error, failures, wait));
        for (let waited = 0; waited < wait && !stopping; waited += 250) await clock.sleep(Math.min(250, wait - waited));
      }
    }
    await flush();
    await writeHint();
  }

  async function runToTheEnd(): Promise<void> {
    try {
      await run();
    } finally {
      await ownership.leave();
    }
  }

  return {
    async start() {
      try {
        await ownership.join();
        if (!options.membership) await follow();
        hinted = places();
        batch = new Batch(await store.types(), store.shards);
      } catch (error) {
        await ownership.leave();
        throw error;
      }
      started = true;
      runToTheEnd().then(settled.resolve, settled.reject);
    },
    stopped: settled.promise,
    async stop() {
      stopping = true;
      if (started) await settled.promise;
    },
    async lag() {
      const behind: Record<string, number> = {};
      for (const topic of SUNK_TOPICS) {
        for (let partition = 0; partition < log.partitions(topic); partition++) {
          if (!ownership.owns(partition % ownership.slices)) continue;
          // What is not taken up yet is not known to be in the tables.
          const kept = known.find((cursor) => cursor.topic === topic && cursor.partition === partition)?.kept ?? (await log.bounds(topic, partition)).start;
          behind[topic] = (behind[topic] ?? 0) + await behindOf(log, topic, partition, kept);
        }
      }
      return behind;
    },
    kept: () => hinted,
    owns: ownership.has,
    get trouble() { return trouble; },
    counts: () => ({ ...counts }),
  };
}

/** Records from `position` on. Offsets have gaps: where nothing lies before the end, nothing is missing. */
export async function behindOf(log: SinkLog, topic: string, partition: number, position: number): Promise<number> {
  const { start, end } = await log.bounds(topic, partition);
  if (end <= position || (position >= start && (await log.read(topic, partition, position, 1)).length === 0)) return 0;
  return end - position;
}

const isFinal = (error: unknown): boolean => error instanceof StoreMismatch || (error instanceof LogError && (error.code === 'OUT_OF_RANGE' || error.code === 'CORRUPT'));

/** Only the name of the error: whoever may not see rows may see this. */
function troubleOf(error: unknown, failures: number): Error {
  const { type, code, message = String(error) } = error as Partial<ClickHouseError & NodeJS.ErrnoException>;
  const name = type ?? /\(([A-Z]+(?:_[A-Z]+)+)\)/.exec(message)?.[1] ?? code;
  return new Error(`${error instanceof LogError ? 'the log cannot be read' : 'it takes no rows'}${name ? ` (${name})` : ''}, ${failures} ${failures === 1 ? 'attempt' : 'attempts'} so far`);
}

/** ClickHouse's words, cut: a parse error quotes rows. */
function refusal(error: unknown, failures: number, waitMs: number): string {
  const text = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';
  const full = /NOT_ENOUGH_SPACE|not enough space|No space left|ENOSPC/i.test(text);
  return `the store refused a batch (attempt ${failures}): ${text}. ${full ? 'The disk of the data folder is full: free space there. ' : ''}`
    + `Nothing is lost, the log keeps the records; next attempt in ${waitMs / 1000} s.`;
}
