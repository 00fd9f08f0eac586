/**
 * One owner's hold on a partition of a group: a producer whose transactional id names both. What it flushes, state and position, is one transaction in the compacted state topic, position last; what it publishes
 * goes in its transactions too. A later claim shuts this one out (producer.ts) and reads back what it had done.
 */
import { LogError } from '../errors.ts';
import type { Output, StateChange, StateFlush, StateValue } from '../log.ts';
import type { RawRecord, ReadRecord } from './batch.ts';
import type { Connection, Refused } from './connection.ts';
import type { Fetcher } from './fetcher.ts';
import { scan } from './notes.ts';
import { type LongPart, Producer } from './producer.ts';
import { sourceOf } from './record.ts';

interface Place { topic: string; partition: number }
interface Gathered extends Place { records: RawRecord[] }

export interface Owned { group: string; topic: string; partition: number }
/** All names as Kafka knows them, prefix included. */
export interface ClaimNames { transactionalId: string; stateTopic: string; lagGroup: string; inputTopic: string }

/** State keys are `table/key`: this one is nobody's. */
const POSITION = Buffer.from('position');
/** How far back from the end the last position is looked for at first: it is the last record of each flush, before its marker. */
const TAIL = 8;

/** So often it is looked anew where published topics end. */
const MOVE_ON_MS = 60_000;

/** By published partition: from which offset on an heir reads back. */
type ReadFrom = Record<string, number>;
/** What a flush says beside the state: the next input offset, and where an heir reads back from what was published for inputs from there on. */
interface Standing { position: number; published: ReadFrom }
/** Where published partitions ended at a moment, and the highest input offset of which they held something by then. */
interface Ends { published: ReadFrom; through: number }

const UNSTABLE_MS = 50;

export class Claim {
  readonly #owned: Owned;
  readonly #names: ClaimNames;
  readonly #fetcher: Fetcher;
  readonly #producer: Producer;
  #standing: Standing = { position: 0, published: {} };
  /** The highest source of this partition that stands in a published topic. What lies before the committed position does. */
  #published: [offset: number, index: number] = [-1, Number.POSITIVE_INFINITY];
  #readingBack: Promise<void> | undefined;
  /** To be told by the first flush that lies behind all that they hold. One told earlier would hide from an heir what it is about to publish again. */
  #ends: Ends | undefined;
  #endsAt = 0;
  #failure: unknown;
  /** The transaction under way: a producer has one at a time. */
  #running: Promise<void> = Promise.resolve();

  private constructor(owned: Owned, names: ClaimNames, fetcher: Fetcher, producer: Producer) {
    this.#owned = owned;
    this.#names = names;
    this.#fetcher = fetcher;
    this.#producer = producer;
  }

  static async take(connection: Connection, owned: Owned, names: ClaimNames, fetcher: Fetcher): Promise<Claim> {
    const claim = new Claim(owned, names, fetcher, await Producer.open(connection, names.transactionalId));
    try {
      claim.#standing = await claim.#lastStanding();
      claim.#published = [claim.#standing.position - 1, Number.POSITIVE_INFINITY];
      return claim;
    } catch (error) {
      await claim.#producer.close().catch(() => {});
      throw error;
    }
  }

  get position(): number {
    return this.#standing.position;
  }

  /** Once, before the first output to a published topic: what earlier owners have put there since the flush that holds. None of them can add to it any more. */
  readBack(topics: readonly Place[]): Promise<void> {
    return (this.#readingBack ??= Promise.all(topics.map((place) => this.#readPlace(place))).then((ends) => this.#ended(ends)));
  }

  /** Other owners' transactions that are still open hide what was committed behind them: they are waited for, until their own heirs or the brokers end them. */
  async #readPlace({ topic, partition }: Place): Promise<[name: string, end: number]> {
    const name = `${topic}/${partition}`;
    const reach = await this.#fetcher.reach(topic, partition);
    for (let next = this.#standing.published[name]; ; await new Promise((resolve) => { setTimeout(resolve, UNSTABLE_MS); })) {
      next = await scan(this.#fetcher, topic, partition, next, (record) => {
        const source = sourceOf(record);
        if (source?.topic === this.#owned.topic && source.partition === this.#owned.partition) this.#mark(source);
      });
      if (next >= reach) return [name, next];
    }
  }

  #ended(ends: [string, number][]): void {
    this.#ends = { published: Object.fromEntries(ends), through: this.#published[0] };
    this.#endsAt = performance.now();
  }

  /** Where the flush up to `position` says to read back from. */
  async #readFrom(position: number): Promise<ReadFrom> {
    if (this.#ends && position > this.#ends.through) {
      this.#standing.published = this.#ends.published;
      this.#ends = undefined;
    } else if (this.#readingBack !== undefined && !this.#ends && performance.now() - this.#endsAt >= MOVE_ON_MS) {
      this.#ended(await Promise.all(Object.keys(this.#standing.published).map(async (name): Promise<[string, number]> => {
        const slash = name.lastIndexOf('/');
        return [name, (await this.#fetcher.bounds(name.slice(0, slash), Number(name.slice(slash + 1)))).end];
      })));
    }
    return this.#standing.published;
  }

  /** True where a published output stands there already. */
  stands({ source }: Pick<Output, 'source'>): boolean {
    const [offset, index] = this.#published;
    return source.offset < offset || (source.offset === offset && source.index <= index);
  }

  /** Every change from `from` on, in the state topic's offsets. */
  async *restore(from: number): AsyncIterable<StateChange> {
    const { start, end } = await this.stateBounds();
    for (let next = Math.max(start, from); next < end;) {
      const records = await this.#fetcher.read({ topic: this.#names.stateTopic, partition: this.#owned.partition, offset: next }, Number.MAX_SAFE_INTEGER);
      for (const record of records) if (!isPosition(record)) yield changeOf(record);
      next = (records.at(-1)?.offset ?? end - 1) + 1;
    }
  }

  stateBounds(): Promise<{ start: number; end: number }> {
    return this.#fetcher.bounds(this.#names.stateTopic, this.#owned.partition);
  }

  /** The state topic's partition as Kafka knows it. */
  get stateName(): string {
    return `${this.#names.stateTopic}/${this.#owned.partition}`;
  }

  /**
   * Published outputs, state and position as one, behind what was begun before. After an error the claim is void: nobody knows whether it was done. Resolves to the offset behind the state in its topic; 0 without
   * state, or where that is not known.
   */
  transact(published: readonly { output: Output; part: Place; record: RawRecord }[], state: StateFlush | undefined): Promise<number> {
    const done = this.#running.then(() => this.#transact(published, state));
    this.#running = done.then(() => {}, () => {});
    return done;
  }

  async #transact(published: readonly { output: Output; part: Place; record: RawRecord }[], state: StateFlush | undefined): Promise<number> {
    this.usable();
    const outputs: Gathered[] = [];
    for (const { part, record } of published) {
      const known = outputs.find(({ topic, partition }) => topic === part.topic && partition === part.partition);
      if (known) known.records.push(record);
      else outputs.push({ ...part, records: [record] });
    }
    const { lagGroup, inputTopic } = this.#names;
    let ends: number[];
    try {
      const parts: LongPart[] = state ? [...outputs, this.#statePart(state, await this.#readFrom(state.position))] : outputs;
      ends = await this.#producer.transact(parts, state && { group: lagGroup, topic: inputTopic, partition: this.#owned.partition, position: state.position });
    } catch (error) {
      throw this.fail(error);
    }
    for (const { output } of published) this.#mark(output.source);
    if (!state) return 0;
    this.#standing.position = state.position;
    return ends.at(-1) ?? 0;
  }

  usable(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  fail(error: unknown): LogError {
    const { group, topic, partition } = this.#owned;
    const who = `${group} on ${topic} partition ${partition}`;
    const failure = isFence(error) ? new LogError('FENCED', `${who}: another owner has claimed the partition since. Nothing of this commit counts; work on it only after claiming it again.`, error)
      : new LogError('FAILED', `${who}: a send failed (${(error as Error).message}). Whether it arrived is not known: claim the partition again and go on from its committed position.`, error);
    this.#failure ??= failure;
    return failure;
  }

  async release(): Promise<void> {
    this.#failure ??= new Error('released');
    await this.#producer.close();
  }

  #mark(source: { offset: number; index: number }): void {
    if (!this.stands({ source: source as Output['source'] })) this.#published = [source.offset, source.index];
  }

  #statePart({ changes, position }: StateFlush, published: ReadFrom): LongPart {
    function* records(): Generator<RawRecord> {
      for (const { key, value, offset, dueSecond } of changes) yield { key: Buffer.from(key), value: pack(value), header: dueSecond === undefined ? String(offset) : `${offset} ${dueSecond}` };
      yield { key: POSITION, value: Buffer.from(JSON.stringify({ position, published } satisfies Standing)), header: '' };
    }
    return { topic: this.#names.stateTopic, partition: this.#owned.partition, records: records() };
  }

  /** Looked for from the end, further back each time: aborted flushes may lie behind it. */
  async #lastStanding(): Promise<Standing> {
    const { stateTopic } = this.#names;
    const { partition } = this.#owned;
    const { start, end } = await this.stateBounds();
    let found: Standing | undefined;
    for (let back = TAIL; !found; back *= 16) {
      const from = Math.max(start, end - back);
      await scan(this.#fetcher, stateTopic, partition, from, (record) => {
        if (isPosition(record)) found = JSON.parse(String(record.value)) as Standing;
      });
      if (from === start) break;
    }
    return found ?? { position: 0, published: {} };
  }
}

/** PRODUCER_FENCED (90) is newer than kafkajs. */
export const isFence = (error: unknown): boolean => ['INVALID_PRODUCER_EPOCH', 'TRANSACTION_COORDINATOR_FENCED'].includes((error as Refused).type ?? '') || (error as Refused).code === 90;

const isPosition = ({ key }: ReadRecord): boolean => key?.equals(POSITION) === true;

function changeOf({ key, value, header }: ReadRecord): StateChange {
  const [offset, dueSecond] = String(header).split(' ');
  const change = { key: String(key), value: unpack(value), offset: Number(offset) };
  return dueSecond === undefined ? change : { ...change, dueSecond: Number(dueSecond) };
}

/** A first byte tells text from bytes. */
function pack(value: StateValue | null): Buffer | null {
  if (value === null) return null;
  if (typeof value === 'string') return Buffer.from(`\0${value}`);
  const packed = Buffer.allocUnsafe(value.length + 1);
  packed[0] = 1;
  packed.set(value, 1);
  return packed;
}

function unpack(packed: Buffer | null): StateValue | null {
  if (packed === null) return null;
  return packed[0] === 0 ? packed.toString('utf8', 1) : Buffer.from(packed.subarray(1));
}
