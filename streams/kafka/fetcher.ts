/**
 * Reads by kafkajs' connections with fetch requests of its own. kafkajs' consumer pushes, is bound to a group and fetches what it is subscribed to; the port pulls from any offset of any partition, several readers
 * may stand at different places of one, and nothing may be fetched that nobody asks for: that is the back-pressure.
 * A first read at some offset is one request. Who reads on from where a read ended is a follower: what comes next is fetched ahead for all followers of a broker in one request that waits there for data, so
 * that a read is answered from memory, at once. A follower whose buffer is full is left out until it has read, one that does not come back is forgotten.
 */
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import type { ReadRecord } from './batch.ts';
import { leaderIn, leaderOf, mayPass, persist, type Connection } from './connection.ts';
import { ask, nameOf, PARTITION_BYTES, type Place, settle } from './fetch-request.ts';
import { Follower } from './follower.ts';

const READ_COMMITTED = 1;
const READ_UNCOMMITTED = 0;
const EARLIEST = -2;
const LATEST = -1;
const PATIENCE_MS = 20_000;
/** How long a broker holds a request that has nothing to answer: also how long a new follower may wait for its turn. */
const WAIT_MS = 100;
/** All buffers of a process together; each follower has its share. */
const BUFFER_BYTES = 64_000_000;
const FORGET_MS = 10_000;

export class Fetcher {
  readonly #connection: Connection;
  /** For single reads, and for followers: a request that waits must not stand before one that does not. */
  #direct: Promise<Cluster> | undefined;
  #waiting: Promise<Cluster> | undefined;
  readonly #followers = new Map<string, Follower>();
  /** Where reads ended lately, and `emptyAt` there: who asks there is a follower. */
  readonly #ends = new Map<string, number>();
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
    const sentAt = Date.now();
    const records = (await this.#fetchOnce(place)).slice(0, limit);
    const end = { ...place, offset: (records.at(-1)?.offset ?? place.offset - 1) + 1 };
    const emptyAt = records.length === 0 ? sentAt : 0;
    if (follows) this.#begin(end, emptyAt);
    else this.#remember(end, emptyAt);
    return records;
  }

  /** Epoch ms: before it nothing was there from `place` on, as the last empty read there tells; 0 = not known. A read is answered from memory, so that may lie a while back. */
  emptyAt(place: Place): number {
    const name = nameOf(place);
    return this.#followers.get(name)?.emptyAt ?? this.#ends.get(name) ?? 0;
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
      const [start, end] = await Promise.all([offsetOf(leader, { topic, partition }, EARLIEST, READ_COMMITTED), offsetOf(leader, { topic, partition }, LATEST, READ_COMMITTED)]);
      this.told(topic, partition, end);
      return { start, end };
    });
  }

  /** End of all that is there, also of transactions that are open. */
  async reach(topic: string, partition: number): Promise<number> {
    const cluster = await this.#cluster();
    return persist(cluster, PATIENCE_MS, async () => offsetOf(await leaderOf(cluster, topic, partition), { topic, partition }, LATEST, READ_UNCOMMITTED));
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
    this.#followers.set(nameOf({ ...follower, offset: follower.next }), follower); // It is found by where it asks next.
    if (records.length > 0) this.#wake?.();
    return records;
  }

  #begin(place: Place, emptyAt: number): void {
    this.#followers.set(nameOf(place), new Follower(place, emptyAt));
    this.#loop ??= this.#follow().finally(() => (this.#loop = undefined));
    this.#wake?.();
  }

  #remember(end: Place, emptyAt: number): void {
    this.#ends.set(nameOf(end), emptyAt);
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

  /** Those with room, one a partition: of several the one that has least, or has waited longest. */
  #hungry(): Follower[] {
    const share = Math.min(2 * PARTITION_BYTES, BUFFER_BYTES / this.#followers.size);
    const chosen = new Map<string, Follower>();
    for (const follower of this.#followers.values()) {
      const name = `${follower.topic}/${follower.partition}`;
      const other = chosen.get(name);
      if (follower.failure === undefined && follower.bytes < share && (!other || follower.bytes < other.bytes || (follower.bytes === other.bytes && follower.emptyAt < other.emptyAt))) chosen.set(name, follower);
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
      const sentAt = Date.now();
      const answers = await ask(broker, asked, WAIT_MS);
      const failed = followers.filter((follower, i) => {
        const answer = answers.get(`${follower.topic}/${follower.partition}`);
        if (answer?.errorCode === 0) follower.add(answer, (asked[i] as Place).offset, sentAt);
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

async function offsetOf(leader: Broker, { topic, partition }: Omit<Place, 'offset'>, timestamp: number, isolationLevel: number): Promise<number> {
  const { responses } = await leader.listOffsets({ replicaId: -1, isolationLevel, topics: [{ topic, partitions: [{ partition, timestamp }] }] });
  return Number(responses[0]?.partitions[0]?.offset);
}
