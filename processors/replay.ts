/**
 * The stages once more over a recorded journal: the same screening, assessment and warning that ran live, through the same runner, reading a log that another process may be
 * writing. Journal records come in canonical order (arrival, partition, offset); several rule sets can be tried in one pass. What screening would forward lies in the journal
 * already. Signals and assessments are handed on in memory, state rests in a scratch log, so that a journal of any length needs bounded memory.
 */
import { join } from 'node:path';
import type { Compile } from '../language/ruleset.ts';
import type { Alert } from '../schemas/risk/alert.ts';
import { encode } from '../schemas/registry.ts';
import { Artifacts } from '../streams/artifacts.ts';
import { EmbeddedLog } from '../streams/embedded/log.ts';
import type { LogReader } from '../streams/embedded/reader.ts';
import type { Commit, Entry, Log, LogRecord, Output, StateChange } from '../streams/log.ts';
import { PartitionRunner } from '../streams/runner.ts';
import { assessment } from './assessment/stage.ts';
import { type JournalSpan, JOURNAL, Recorded } from './recorded.ts';
import { screening } from './screening/stage.ts';
import { warning } from './warning/stage.ts';

/** One rule set that is tried. `hear` gets every revision that warning publishes or holds, in order. */
export interface Side { compile: Compile; hear: (output: Output & { body: Alert }) => void }

export interface ReplayOptions {
  reader: LogReader;
  span: JournalSpan;
  sides: readonly Side[];
  /** For what rests; whoever gives it removes it. */
  folder: string;
  /** After each slice: records taken so far, and the arrival that the replay has come to. */
  progress?: (records: number, at: number) => void;
}
export interface Replayed { records: number; documents: number; seconds: number }

/** Records between two turns of the event loop; of one partition also those of a batch. */
const SLICE = 1_000;
const FLUSH_KEYS = 64_000;
/** What a journal holds beside documents. */
const NO_DOCUMENTS: ReadonlySet<string> = new Set(['tick', 'control', 'alias', 'baseline', 'operation']);

export async function replay({ reader, span, sides, folder, progress }: ReplayOptions): Promise<Replayed> {
  const recorded = new Recorded(reader, span);
  const artifacts = new Artifacts(reader);
  const began = performance.now();
  const done = { records: 0, documents: 0 };
  const opened: System[] = [];
  try {
    for (const [i, side] of sides.entries()) {
      const system = new System(recorded, artifacts, side, join(folder, `side-${i}.sqlite`));
      opened.push(system);
      await system.start();
    }
    // One record at a time where partitions meet: then no order depends on how much was read at once.
    const most = opened.every(({ single }) => single) ? SLICE : 1;
    let slice = 0;
    for (let partition = await recorded.next(); partition !== undefined; partition = await recorded.next()) {
      const records = recorded.ahead(partition, most);
      for (const { type } of records) if (!NO_DOCUMENTS.has(type)) done.documents++;
      done.records += records.length;
      for (const system of opened) await system.take(partition, records.length);
      recorded.taken(partition, records.length);
      slice += records.length;
      if (slice < SLICE) continue;
      slice = 0;
      progress?.(done.records, recorded.at);
      await new Promise(setImmediate);
    }
  } finally {
    for (const system of opened) await system.close();
  }
  return { ...done, seconds: (performance.now() - began) / 1000 };
}

/** Every stage's partitions for one rule set. */
class System {
  /** Each stage reads one partition. */
  readonly single: boolean;
  readonly #log: ReplayLog;
  readonly #screening: PartitionRunner[];
  readonly #after: { runner: PartitionRunner; queue: Queue }[];

  constructor(recorded: Recorded, artifacts: Artifacts, { compile, hear }: Side, file: string) {
    const log = new ReplayLog(recorded, hear, file);
    const stages = [screening(compile), assessment(compile), warning(compile)];
    const runners = stages.flatMap((stage) => Array.from({ length: log.partitions(stage.input) }, (_, partition) => (
      new PartitionRunner(stage, partition, log, artifacts, { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys: FLUSH_KEYS, clock: () => 0 }))));
    this.#log = log;
    this.single = runners.length === stages.length;
    this.#screening = runners.filter(({ stage }) => stage.input === JOURNAL);
    this.#after = runners.filter(({ stage }) => stage.input !== JOURNAL).map((runner) => ({ runner, queue: log.queue(runner.stage.input, runner.partition) }));
  }

  async start(): Promise<void> {
    for (const runner of [...this.#screening, ...this.#after.map(({ runner }) => runner)]) await runner.start();
  }

  async take(partition: number, records: number): Promise<void> {
    await (this.#screening[partition] as PartitionRunner).advance(records);
    for (const { runner, queue } of this.#after) while (queue.waiting.length > 0) await runner.advance(SLICE);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

/** Between two stages; offsets count on. */
interface Queue { end: number; waiting: QueuedRecord[] }

/** The port as the runners of a replay see it: the recorded journal in front, queues between the stages, a scratch log for state. */
class ReplayLog implements Log {
  readonly incarnation: string;
  readonly #recorded: Recorded;
  readonly #hear: Side['hear'];
  readonly #scratch: EmbeddedLog;
  /** Of each partition that some stage reads. */
  readonly #queues = new Map<string, Queue>();
  /** Asked for with every output: the reader would ask the file each time. */
  readonly #partitions = new Map<string, number>();

  constructor(recorded: Recorded, hear: Side['hear'], file: string) {
    this.incarnation = recorded.reader.incarnation;
    this.#recorded = recorded;
    this.#hear = hear;
    this.#scratch = new EmbeddedLog({ file, now: () => 0 });
  }

  partitions(topic: string): number {
    let count = this.#partitions.get(topic);
    if (count === undefined) this.#partitions.set(topic, (count = this.#recorded.reader.partitions(topic)));
    return count;
  }

  queue(topic: string, partition: number): Queue {
    const name = `${topic}/${partition}`;
    let queue = this.#queues.get(name);
    if (!queue) this.#queues.set(name, (queue = { end: 0, waiting: [] }));
    return queue;
  }

  rest = (group: string, topic: string, partition: number, table: string) => this.#scratch.rest(group, topic, partition, table);

  async read(topic: string, partition: number, _offset: number, limit: number): Promise<LogRecord[]> {
    return topic === JOURNAL ? this.#recorded.ahead(partition, limit) : this.queue(topic, partition).waiting.splice(0, limit);
  }

  async position(_group: string, topic: string, partition: number): Promise<number> {
    return topic === JOURNAL ? this.#recorded.startOf(partition) : 0;
  }

  async commit({ outputs, ...commit }: Commit): Promise<void> {
    for (const output of outputs) {
      const queue = this.#queues.get(`${output.topic}/${output.partition}`);
      if (queue) queue.waiting.push(new QueuedRecord(output, queue.end++, this.incarnation));
      else if (output.type === 'alert') this.#hear(output as Output & { body: Alert });
    }
    if (commit.state) await this.#scratch.commit({ ...commit, outputs: [] });
  }

  close = (): Promise<void> => this.#scratch.close();
  together = <T>(work: () => Promise<T>): Promise<T> => work();
  async *restore(): AsyncIterable<StateChange> {}
  async ensureTopics(): Promise<void> {}
  bounds = (topic: string, partition: number) => this.#recorded.reader.bounds(topic, partition);
  claim = async (): Promise<void> => {};
  note = async (): Promise<undefined> => undefined;
  setNote = (): Promise<void> => Promise.reject(new Error('a replay writes no notes'));
  append = (topic: string, _partition: number, _entries: Entry[]): Promise<number> => Promise.reject(new Error(`a replay appends nothing to ${topic}: what it reads is recorded`));
}

class QueuedRecord implements LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt = 0;
  readonly incarnation: string;
  readonly type: LogRecord['type'];
  readonly key: string;
  readonly eventTime: number;
  readonly arrival: number;
  readonly source: LogRecord['source'];
  readonly body: unknown;
  constructor(output: Output, offset: number, incarnation: string) {
    this.topic = output.topic;
    this.partition = output.partition as number;
    this.offset = offset;
    this.incarnation = incarnation;
    this.type = output.type;
    this.key = output.key;
    this.eventTime = output.eventTime;
    this.arrival = output.arrival;
    this.source = output.source;
    this.body = output.body;
  }
  get bytes(): Uint8Array { return encode(this.type, this.body); }
}
