/**
 * The log in memory, as Kafka behaves: each append to a partition is one request, whose answer may be lost; several of a commit are several; offsets have gaps; a claim fences the flushes
 * and published records of earlier owners but not their plain outputs. `ModelBroker` is what is durable, `ModelLog` one process's adapter of the port.
 */
import { decode, encode, type RecordType } from '../../schemas/registry.ts';
import { LogError } from '../../streams/errors.ts';
import { partitionOf, type Commit, type Entry, type Log, type LogRecord, type Output, type Source, type StateChange, type StateFlush } from '../../streams/log.ts';
import { topic as topicSpec } from '../../streams/topics.ts';
import { DIRECT, type Link } from './world.ts';

class ModelRecord implements LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
  readonly incarnation: string;
  readonly type: RecordType;
  readonly key: string;
  readonly eventTime: number;
  readonly arrival: number;
  readonly source: Source;
  readonly bytes: Uint8Array;
  #body: unknown;

  constructor(topic: string, partition: number, offset: number, appendedAt: number, incarnation: string, { type, key, eventTime, arrival, source }: Entry, bytes: Uint8Array) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.appendedAt = appendedAt;
    this.incarnation = incarnation;
    this.type = type;
    this.key = key;
    this.eventTime = eventTime;
    this.arrival = arrival;
    this.source = source;
    this.bytes = bytes;
  }

  get body(): unknown {
    return (this.#body ??= decode(this.bytes));
  }
}

interface Part { topic: string; partition: number; records: ModelRecord[]; start: number; end: number; lastAppendedAt: number }
/** One stage's partition. Of each key the last change is kept. */
interface Held { epoch: number; position: number; state: Map<string, StateChange> }

export interface BrokerOptions {
  partitions?: (topic: string) => number;
  /** Epoch ms: may jump. */
  now?: () => number;
  /** Offsets to leave out behind an append. */
  gap?: () => number;
  /** False: a claim settles nothing. Default true. */
  fenced?: boolean;
  /** False: a claim does not read back what was published. Default true. */
  readsBack?: boolean;
  /** Who was turned away. */
  onFenced?: (by: Link) => void;
}

export class ModelBroker {
  readonly incarnation = '0123456789abcdef';
  readonly notes = new Map<string, string>();
  readonly #parts = new Map<string, Part>();
  readonly #held = new Map<string, Held>();
  readonly #options: BrokerOptions;

  constructor(options: BrokerOptions = {}) {
    this.#options = options;
  }

  partitions(topic: string): number {
    const { embedded } = topicSpec(topic).partitions;
    return this.#options.partitions?.(topic) ?? embedded;
  }

  part(topic: string, partition: number): Part {
    const name = `${topic}/${partition}`;
    let part = this.#parts.get(name);
    if (!part) this.#parts.set(name, (part = { topic, partition, records: [], start: 0, end: 0, lastAppendedAt: 0 }));
    return part;
  }

  get now(): number {
    return this.#options.now?.() ?? 0;
  }

  get readsBack(): boolean {
    return this.#options.readsBack ?? true;
  }

  /** Throws where a later owner has claimed it. */
  fence(held: Held, epoch: number, what: string, by: Link): void {
    if (this.#options.fenced === false || epoch === held.epoch) return;
    this.#options.onFenced?.(by);
    throw new LogError('FENCED', `${what} belongs to a later owner`);
  }

  parts(): Iterable<Part> {
    return this.#parts.values();
  }

  append(topic: string, partition: number, entries: readonly Entry[]): number {
    const part = this.part(topic, partition);
    part.lastAppendedAt = Math.max(part.lastAppendedAt, this.#options.now?.() ?? 0);
    const base = part.end;
    for (const entry of entries) part.records.push(new ModelRecord(topic, partition, part.end++, part.lastAppendedAt, this.incarnation, entry, entry.bytes ?? encode(entry.type, entry.body)));
    part.end += this.#options.gap?.() ?? 0;
    return base;
  }

  read(topic: string, partition: number, offset: number, limit: number): LogRecord[] {
    const { records, start, end } = this.part(topic, partition);
    const where = `topic ${topic} partition ${partition}: asked for offset ${offset}`;
    if (offset > end) throw new LogError('OUT_OF_RANGE', `${where}, but the log ends at ${end}`);
    if (offset < start) throw new LogError('OUT_OF_RANGE', `${where}, but the log begins at ${start}`);
    const from = firstAt(records, offset);
    return records.slice(from, from + limit);
  }

  /** Readers find nothing before it any more; what was there is kept for whoever judges. */
  truncate(topic: string, partition: number, start: number): boolean {
    const part = this.part(topic, partition);
    if (start <= part.start) return false;
    part.start = start;
    return true;
  }

  held(group: string, topic: string, partition: number): Held {
    const name = `${group} ${topic}/${partition}`;
    let held = this.#held.get(name);
    if (!held) this.#held.set(name, (held = { epoch: 0, position: 0, state: new Map() }));
    return held;
  }

  flush(held: Held, { changes, position }: StateFlush): void {
    for (const change of changes) held.state.set(change.key, change);
    held.position = position;
  }
}

/** The place of the first record at or after `offset`. */
function firstAt(records: readonly ModelRecord[], offset: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle] as ModelRecord).offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class ModelLog implements Log {
  readonly incarnation: string;
  readonly flushesBeside = true;
  readonly #broker: ModelBroker;
  readonly #link: Link;
  readonly #epochs = new Map<Held, number>();
  /** By place: where a read last came back empty, and when. */
  readonly #empty = new Map<string, { offset: number; at: number }>();
  /** What a claimed owner's input has published: by topic partition the last source. */
  readonly #published = new Map<Held, Map<string, Source>>();

  constructor(broker: ModelBroker, link: Link = DIRECT) {
    this.#broker = broker;
    this.#link = link;
    this.incarnation = broker.incarnation;
  }

  async ensureTopics(): Promise<void> {}

  partitions(topic: string): number {
    return this.#broker.partitions(topic);
  }

  append(topic: string, partition: number, entries: Entry[]): Promise<number> {
    return this.#link.request(`append ${entries.length} to ${topic}/${partition}`, () => this.#broker.append(topic, partition, entries), true);
  }

  read(topic: string, partition: number, offset: number, limit: number): Promise<LogRecord[]> {
    const name = `${topic}/${partition}`;
    if (this.#empty.get(name)?.offset === offset && this.#link.stale()) return this.#link.ask(`read ${name} from memory`, () => []);
    return this.#link.ask(`read ${name} from ${offset}`, () => {
      const records = this.#broker.read(topic, partition, offset, limit);
      if (records.length === 0) this.#empty.set(name, { offset, at: this.#broker.now });
      return records;
    });
  }

  emptyAt(topic: string, partition: number, offset: number): number {
    const known = this.#empty.get(`${topic}/${partition}`);
    return known?.offset === offset ? known.at : 0;
  }

  bounds(topic: string, partition: number): Promise<{ start: number; end: number }> {
    return this.#link.ask(`bounds of ${topic}/${partition}`, () => {
      const { start, end } = this.#broker.part(topic, partition);
      return { start, end };
    });
  }

  async claim(group: string, topic: string, partition: number): Promise<void> {
    const held = this.#broker.held(group, topic, partition);
    const epoch = await this.#link.request(`claim ${group} ${topic}/${partition}`, () => ++held.epoch);
    this.#epochs.set(held, epoch);
    // Read back only now: nobody can publish for this input behind our back any more.
    this.#published.set(held, await this.#link.ask(`read back what ${topic}/${partition} published`, () => (this.#broker.readsBack ? this.#publishedFrom(topic, partition) : new Map<string, Source>())));
  }

  position(group: string, topic: string, partition: number): Promise<number> {
    return this.#link.ask(`position of ${group} ${topic}/${partition}`, () => this.#broker.held(group, topic, partition).position);
  }

  async *restore(group: string, topic: string, partition: number): AsyncIterable<StateChange> {
    yield* await this.#link.ask(`restore ${group} ${topic}/${partition}`, () => [...this.#broker.held(group, topic, partition).state.values()]);
  }

  async commit({ group, topic, partition, outputs, state }: Commit): Promise<void> {
    const held = this.#broker.held(group, topic, partition);
    if (!this.#epochs.has(held)) throw new LogError('FAILED', `${group} on ${topic} partition ${partition} is not claimed by this process`);
    const [published, plain] = partitioned(outputs, (output) => topicSpec(output.topic).published === true);
    for (const [to, entries] of this.#byPartition(plain)) await this.append(to.topic, to.partition, entries);
    if (published.length > 0) await this.#publish(held, published);
    const epoch = this.#epochs.get(held) ?? 0;
    if (state) await this.#link.request(`flush ${group} ${topic}/${partition} up to ${state.position}`, () => {
      this.#broker.fence(held, epoch, `${group} ${topic}/${partition}`, this.#link);
      this.#broker.flush(held, state);
    });
  }

  /** One transaction over all of them. */
  async #publish(held: Held, outputs: Output[]): Promise<void> {
    const marks = this.#published.get(held) ?? new Map<string, Source>();
    const fresh = this.#byPartition(outputs).map(([to, entries]) => [to, entries.filter(({ source }) => isAfter(source, marks.get(`${to.topic}/${to.partition}`)))] as const).filter(([, entries]) => entries.length > 0);
    if (fresh.length === 0) return;
    const epoch = this.#epochs.get(held) ?? 0;
    await this.#link.request(`publish to ${fresh.map(([to]) => `${to.topic}/${to.partition}`).join(' ')}`, () => {
      this.#broker.fence(held, epoch, `what goes to ${fresh[0]?.[0].topic}`, this.#link);
      for (const [to, entries] of fresh) this.#broker.append(to.topic, to.partition, entries);
    });
    for (const [to, entries] of fresh) marks.set(`${to.topic}/${to.partition}`, (entries.at(-1) as Entry).source);
  }

  #publishedFrom(topic: string, partition: number): Map<string, Source> {
    const marks = new Map<string, Source>();
    for (const part of this.#broker.parts()) {
      if (!topicSpec(part.topic).published) continue;
      const last = part.records.findLast(({ source }) => source.topic === topic && source.partition === partition);
      if (last) marks.set(`${part.topic}/${part.partition}`, last.source);
    }
    return marks;
  }

  #byPartition(outputs: readonly Output[]): [{ topic: string; partition: number }, Output[]][] {
    const groups = Map.groupBy(outputs, ({ topic, partition, key }) => `${topic}/${partition ?? partitionOf(key, this.partitions(topic))}`);
    return [...groups].map(([name, entries]) => [{ topic: name.slice(0, name.lastIndexOf('/')), partition: Number(name.slice(name.lastIndexOf('/') + 1)) }, entries]);
  }

  together<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  note(name: string): Promise<string | undefined> {
    return this.#link.ask(`note ${name}`, () => this.#broker.notes.get(name));
  }

  setNote(name: string, value: string): Promise<void> {
    return this.#link.request(`set note ${name}`, () => void this.#broker.notes.set(name, value));
  }

  async close(): Promise<void> {}
}

const isAfter = (source: Source, mark: Source | undefined): boolean => mark === undefined || source.offset > mark.offset || (source.offset === mark.offset && source.index > mark.index);

function partitioned<T>(items: readonly T[], goesFirst: (item: T) => boolean): [T[], T[]] {
  const first = items.filter(goesFirst);
  return [first, first.length === 0 ? [...items] : items.filter((item) => !goesFirst(item))];
}
