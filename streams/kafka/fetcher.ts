/**
 * Reads by kafkajs' connections with fetch requests of its own. kafkajs' consumer pushes, is bound to a group and fetches what it is subscribed to; the port pulls from any offset of any partition, several readers
 * may stand at different places of one, and nothing may be fetched that nobody asks for: that is the back-pressure.
 * A first read at some offset is one request. Who reads on from where a read ended is a follower: what comes next is fetched ahead for all followers of a broker in one request that waits there for data, so
 * that a read is answered from memory, at once. A follower whose buffer is full is left out until it has read, one that does not come back is forgotten.
 */
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { decodeBatches, type AbortedTransaction, type ReadRecord } from './batch.ts';
import { leaderIn, leaderOf, mayPass, persist, type Connection } from './connection.ts';

const FETCH = 1;
const READ_COMMITTED = 1;
const OFFSET_OUT_OF_RANGE = 1;
const EARLIEST = -2;
const LATEST = -1;
const PATIENCE_MS = 20_000;
/** How long a broker holds a request that has nothing to answer: also how long a new follower may wait for its turn. */
const WAIT_MS = 100;
const REQUEST_BYTES = 8_000_000;
const PARTITION_BYTES = 1_000_000;
/** All buffers of a process together; each follower has its share. */
const BUFFER_BYTES = 64_000_000;
const FORGET_MS = 10_000;

export interface Place { topic: string; partition: number; offset: number }
/** `next`: where to read on; after batches without a record for us it has moved all the same. */
export interface Fetched { records: ReadRecord[]; next: number; bytes: number }

interface Answer extends Fetched { errorCode: number }

/** One who reads on. `next` is where he will ask, `fetched` where the buffer ends. */
class Follower {
  readonly topic: string;
  readonly partition: number;
  next: number;
  fetched: number;
  bytes = 0;
  askedAt = Date.now();
  failure: unknown;
  #buffer: ReadRecord[] = [];
  #at = 0;
  #fed: (() => void) | undefined;

  constructor({ topic, partition, offset }: Place) {
    this.topic = topic;
    this.partition = partition;
    this.next = this.fetched = offset;
  }

  add({ records, next, bytes }: Fetched): void {
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

export class Fetcher {
  readonly #connection: Connection;
  /** For single reads, and for followers: a request that waits must not stand before one that does not. */
  #direct: Promise<Cluster> | undefined;
  #waiting: Promise<Cluster> | undefined;
  readonly #followers = new Map<string, Follower>();
  /** Where reads ended lately: who asks there is a follower. */
  readonly #ends = new Map<string, true>();
  /** Brokers that have a request for followers. */
  readonly #busy = new Set<number>();
  readonly #told = new Map<string, number>();
  #loop: Promise<void> | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whatever lies there up to the end that `bounds` or `told` has named is found; what came since may come with a later read. */
  async read(place: Place, limit: number): Promise<ReadRecord[]> {
    const key = nameOf(place);
    const follower = this.#followers.get(key);
    for (let tries = 0; follower && this.#followers.get(key) === follower; tries++) {
      const records = this.#readOn(key, follower, limit);
      if (records.length > 0 || follower.fetched >= (this.#told.get(`${place.topic}/${place.partition}`) ?? 0)) return records;
      if (tries === 0) await follower.fed(2 * WAIT_MS); // What is told of is likely on its way.
      else this.#followers.delete(key);
    }
    const follows = this.#ends.delete(key) || follower !== undefined;
    const records = (await this.#fetchOnce(place)).slice(0, limit);
    const end = { ...place, offset: (records.at(-1)?.offset ?? place.offset - 1) + 1 };
    if (follows) this.#begin(end);
    else this.#remember(end);
    return records;
  }

  /** That a partition reaches up to `end`. */
  told(topic: string, partition: number, end: number): void {
    const name = `${topic}/${partition}`;
    if (end > (this.#told.get(name) ?? 0)) this.#told.set(name, end);
  }

  /** Start, and end of what is committed. */
  async bounds(topic: string, partition: number): Promise<{ start: number; end: number }> {
    const cluster = await this.#cluster();
    return persist(cluster, PATIENCE_MS, async () => {
      const leader = await leaderOf(cluster, topic, partition);
      const [start, end] = await Promise.all([EARLIEST, LATEST].map(async (timestamp) => {
        const { responses } = await leader.listOffsets({ replicaId: -1, isolationLevel: READ_COMMITTED, topics: [{ topic, partitions: [{ partition, timestamp }] }] });
        return Number(responses[0]?.partitions[0]?.offset);
      }));
      this.told(topic, partition, end as number);
      return { start: start as number, end: end as number };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#loop;
    for (const cluster of [this.#direct, this.#waiting]) await (await cluster?.catch(() => undefined))?.disconnect();
  }

  #readOn(key: string, follower: Follower, limit: number): ReadRecord[] {
    this.#followers.delete(key);
    if (follower.failure !== undefined) throw follower.failure;
    const records = follower.take(limit);
    this.#followers.set(nameOf({ ...follower, offset: follower.next }), follower); // He is found by where he asks next.
    if (records.length > 0) this.#wake?.();
    return records;
  }

  #begin(place: Place): void {
    this.#followers.set(nameOf(place), new Follower(place));
    this.#loop ??= this.#follow().finally(() => (this.#loop = undefined));
    this.#wake?.();
  }

  #remember(end: Place): void {
    this.#ends.set(nameOf(end), true);
    if (this.#ends.size > 1_000) for (const oldest of this.#ends.keys()) {
      this.#ends.delete(oldest);
      break;
    }
  }

  /** From `place` to the first record there, however much without one lies before it. */
  async #fetchOnce(place: Place): Promise<ReadRecord[]> {
    const cluster = await this.#cluster();
    for (let offset = place.offset; ;) {
      const { records, next } = await persist(cluster, PATIENCE_MS, async () => {
        const leader = await leaderOf(cluster, place.topic, place.partition);
        return settle((await ask(leader, [{ ...place, offset }], 0)).get(`${place.topic}/${place.partition}`), place);
      });
      if (records.length > 0 || next === offset) return records;
      offset = next;
    }
  }

  #cluster(): Promise<Cluster> {
    return (this.#direct ??= this.#connection.cluster().catch((error) => {
      this.#direct = undefined;
      throw error;
    }));
  }

  async #follow(): Promise<void> {
    this.#waiting ??= this.#connection.cluster();
    let cluster: Cluster;
    try {
      cluster = await this.#waiting;
    } catch (error) {
      this.#waiting = undefined;
      for (const follower of this.#followers.values()) follower.failure = error;
      return;
    }
    while (!this.#closed && this.#followers.size > 0) {
      this.#forget();
      // Each broker has a request of its own on its way, so that one that is silent holds up nobody else.
      for (const [leader, followers] of Map.groupBy(this.#hungry(), ({ topic, partition }) => leaderIn(cluster, topic, partition))) {
        if (this.#busy.has(leader)) continue;
        this.#busy.add(leader);
        void this.#feed(cluster, leader, followers).finally(() => {
          this.#busy.delete(leader);
          this.#wake?.();
        });
      }
      await this.#pause();
    }
  }

  #forget(): void {
    const before = Date.now() - FORGET_MS;
    for (const [key, follower] of this.#followers) if (follower.askedAt < before) this.#followers.delete(key);
  }

  /** Those with room, one a partition: of several the one who has least. */
  #hungry(): Follower[] {
    const share = Math.min(2 * PARTITION_BYTES, BUFFER_BYTES / this.#followers.size);
    const chosen = new Map<string, Follower>();
    for (const follower of this.#followers.values()) {
      const name = `${follower.topic}/${follower.partition}`;
      const other = chosen.get(name);
      if (follower.failure === undefined && follower.bytes < share && (!other || follower.bytes < other.bytes)) chosen.set(name, follower);
    }
    return [...chosen.values()];
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, WAIT_MS);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
    this.#wake = undefined;
  }

  /** Followers of one broker; -1: of whom it is not known yet. */
  async #feed(cluster: Cluster, leader: number, followers: Follower[]): Promise<void> {
    const asked = followers.map(({ topic, partition, fetched }) => ({ topic, partition, offset: fetched }));
    try {
      const { topic, partition } = asked[0] as Place;
      const broker = await leaderOf(cluster, topic, partition);
      if (leader < 0) return await cluster.addMultipleTargetTopics(asked.map((place) => place.topic));
      const answers = await ask(broker, asked, WAIT_MS);
      const failed = followers.filter((follower) => {
        const answer = answers.get(`${follower.topic}/${follower.partition}`);
        if (answer?.errorCode === 0) follower.add(answer);
        return answer?.errorCode !== 0;
      });
      for (const follower of failed) this.#drop(follower, undefined);
      if (failed.length > 0) await cluster.refreshMetadata(); // Likely the leader has moved.
    } catch (error) {
      // Each begins anew with a read of its own, which tries again for as long as is reasonable and then tells why.
      for (const follower of followers) this.#drop(follower, mayPass(error) ? undefined : error);
      if (!cluster.isConnected()) await cluster.connect().catch(() => {});
      else await cluster.refreshMetadata().catch(() => {});
    }
  }

  #drop(follower: Follower, error: unknown): void {
    if (error !== undefined) follower.failure = error;
    else for (const [key, other] of this.#followers) if (other === follower) this.#followers.delete(key);
  }
}

const nameOf = ({ topic, partition, offset }: Place): string => `${topic}/${partition}/${offset}`;

export class OutOfRange extends Error {}

function settle(answer: Answer | undefined, place: Place): Answer {
  if (answer?.errorCode === 0) return answer;
  if (answer?.errorCode === OFFSET_OUT_OF_RANGE) throw Object.assign(new OutOfRange(`${nameOf(place)} is out of range`), { retriable: false });
  throw answer ? createErrorFromCode(answer.errorCode) : Object.assign(new Error(`no answer for ${nameOf(place)}`), { retriable: true });
}

function ask(leader: Broker, places: readonly Place[], waitMs: number): Promise<Map<string, Answer>> {
  const offsets = new Map(places.map((place) => [`${place.topic}/${place.partition}`, place.offset]));
  const response = { decode: (raw: Buffer) => decodeAnswers(raw, offsets), parse: async (answers: Map<string, Answer>) => answers };
  return leader.connectionPool.send({ request: fetchRequest(places, waitMs), response, logResponseError: false });
}

const fetchRequest = (places: readonly Place[], waitMs: number) => ({
  apiKey: FETCH,
  apiVersion: 11,
  apiName: 'Fetch',
  encode: async (): Promise<Encoder> => {
    const topics = Map.groupBy(places, (place) => place.topic);
    const encoder = new Encoder().writeInt32(-1).writeInt32(waitMs).writeInt32(1).writeInt32(REQUEST_BYTES).writeInt8(READ_COMMITTED).writeInt32(0).writeInt32(-1).writeInt32(topics.size);
    for (const [topic, of] of topics) {
      encoder.writeString(topic).writeInt32(of.length);
      for (const { partition, offset } of of) encoder.writeInt32(partition).writeInt32(-1).writeInt64(offset).writeInt64(-1).writeInt32(PARTITION_BYTES);
    }
    return encoder.writeInt32(0).writeString('');
  },
});

async function decodeAnswers(raw: Buffer, offsets: ReadonlyMap<string, number>): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  const decoder = new Decoder(raw);
  decoder.readInt32(); // throttle time
  const errorCode = decoder.readInt16();
  if (errorCode !== 0) throw createErrorFromCode(errorCode);
  decoder.readInt32(); // session
  decoder.readArray((topic) => {
    const name = topic.readString();
    topic.readArray((p) => {
      const key = `${name}/${p.readInt32()}`;
      const code = p.readInt16();
      for (let i = 0; i < 3; i++) p.readInt64(); // high watermark, last stable offset, log start
      const aborted = p.readArray((a): AbortedTransaction => ({ producerId: a.readInt64(), firstOffset: Number(a.readInt64()) }));
      p.readInt32(); // preferred replica
      const set = p.readBytes() ?? Buffer.alloc(0);
      const records: ReadRecord[] = [];
      const from = offsets.get(key) as number;
      answers.set(key, { errorCode: code, records, next: code === 0 ? decodeBatches(set, from, aborted, records) : from, bytes: set.length });
    });
  });
  return answers;
}
