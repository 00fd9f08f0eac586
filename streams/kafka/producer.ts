/**
 * Sends batches with acks=all and sequence numbers, so that a broker takes each once however often it is sent, and one request at a time, so that no batch passes an earlier one.
 * With a transactional id it is also a fence: `claim` gives it a new epoch, and from then on the brokers refuse whoever held that id before.
 * After a send that failed nobody knows whether it arrived: the producer is of no more use, its owner makes another and begins from what is committed.
 */
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import createSession, { type Session } from 'kafkajs/src/producer/eosManager/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { cut, encodeBatch, type RawRecord } from './batch.ts';
import { leaderOf, mayPass, persist, type Connection, type Refused } from './connection.ts';

export interface Part { topic: string; partition: number; records: readonly RawRecord[] }
/** Of a transaction, which may be long: records are made as they are sent. */
export interface LongPart { topic: string; partition: number; records: Iterable<RawRecord> }

interface Sending extends Part { name: string; bytes: Buffer; baseOffset: number; done: boolean }

/** A send is given up after this long: longer than a broker takes to restart, shorter than anybody waits for an answer. */
const GIVE_UP_MS = 20_000;
const TRANSACTION_MS = 60_000;
const PRODUCE = 0;
const DUPLICATE_SEQUENCE_NUMBER = 46;

export class Producer {
  readonly #cluster: Cluster;
  readonly #session: Session;
  readonly #transactionalId: string | undefined;
  readonly #sequences = new Map<string, number>();
  /** Coordinators by what they coordinate: kafkajs would ask for each before every request to it. */
  readonly #coordinators = new Map<string, Broker>();

  private constructor(connection: Connection, cluster: Cluster, transactionalId: string | undefined) {
    this.#cluster = cluster;
    this.#transactionalId = transactionalId;
    this.#session = createSession({
      logger: (connection.logger as { namespace(name: string): unknown }).namespace('Producer'), cluster: this.#remembering(), transactional: transactionalId !== undefined,
      ...(transactionalId !== undefined && { transactionalId, transactionTimeout: TRANSACTION_MS }),
    });
  }

  /** Resolves once the brokers know it: with a transactional id, whatever its last holder had begun is settled by then, and the holder is shut out. */
  static async open(connection: Connection, transactionalId?: string): Promise<Producer> {
    const cluster = await (transactionalId === undefined ? connection.cluster() : connection.shared());
    const producer = new Producer(connection, cluster, transactionalId);
    try {
      await producer.#ask(() => producer.#session.initProducerId());
    } catch (error) {
      await producer.close().catch(() => {});
      throw error;
    }
    return producer;
  }

  /** Offsets of the first record of each part, in order. */
  async send(parts: readonly Part[]): Promise<number[]> {
    const identity = { id: BigInt(this.#session.getProducerId()), epoch: this.#session.getProducerEpoch(), transactional: this.#transactionalId !== undefined };
    const now = Date.now();
    const sending = parts.map((part): Sending => {
      const name = `${part.topic}/${part.partition}`;
      return { ...part, name, bytes: encodeBatch(part.records, identity, this.#sequences.get(name) ?? 0, now), baseOffset: -1, done: false };
    });
    await persist(this.#cluster, GIVE_UP_MS, async () => {
      const left = sending.filter((part) => !part.done);
      const byLeader = new Map<Broker, Sending[]>();
      for (const part of left) {
        const leader = await leaderOf(this.#cluster, part.topic, part.partition);
        byLeader.set(leader, [...byLeader.get(leader) ?? [], part]);
      }
      const results = await Promise.allSettled([...byLeader].map(([leader, batch]) => this.#produce(leader, batch)));
      const failed = results.filter((result) => result.status === 'rejected').map((result) => result.reason as Refused);
      if (failed.length > 0) throw failed.find((error) => !mayPass(error)) ?? failed[0];
    });
    return sending.map((part) => part.baseOffset);
  }

  /** All of it or nothing, seen by readers of what is committed once this resolves. `offsets` is told to the consumer group for tools that show its lag. Resolves to the offset behind each part's last record. */
  async transact(parts: readonly LongPart[], offsets?: { group: string; topic: string; partition: number; position: number }): Promise<number[]> {
    const ends = await this.begin(parts);
    if (offsets) {
      const { group, topic, partition, position } = offsets;
      await this.#ask(() => this.#session.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition, offset: String(position) }] }] }));
    }
    await this.#session.commit();
    return ends;
  }

  /** Sends what a transaction holds; it is open then. Resolves as `transact` does; 0 where a broker had it already and does not tell where. */
  async begin(parts: readonly LongPart[]): Promise<number[]> {
    this.#session.beginTransaction();
    const topics = [...Map.groupBy(parts, (part) => part.topic)].map(([topic, of]) => ({ topic, partitions: of.map(({ partition }) => ({ partition })) }));
    await this.#ask(() => this.#session.addPartitionsToTransaction(topics));
    const pieces = parts.map(({ records }) => cut(records));
    const ends = parts.map(() => 0);
    for (;;) {
      const sent = [...pieces.entries()].flatMap(([part, of]) => {
        const { value } = of.next();
        return value ? [{ part, piece: { ...parts[part] as LongPart, records: value.records } }] : [];
      });
      if (sent.length === 0) break;
      for (const [i, first] of (await this.send(sent.map(({ piece }) => piece))).entries()) {
        const { part, piece } = sent[i] as (typeof sent)[0];
        ends[part] = first < 0 ? 0 : first + piece.records.length;
      }
    }
    return ends;
  }

  async close(): Promise<void> {
    if (this.#transactionalId === undefined) await this.#cluster.disconnect(); // The others are shared.
  }

  #remembering(): Cluster {
    const find: Cluster['findGroupCoordinator'] = async (of) => {
      const name = `${of.coordinatorType} ${of.groupId}`;
      const known = this.#coordinators.get(name);
      if (known?.isConnected()) return known;
      const found = await this.#cluster.findGroupCoordinator(of);
      this.#coordinators.set(name, found);
      return found;
    };
    return Object.assign(Object.create(this.#cluster) as Cluster, { findGroupCoordinator: find });
  }

  #ask(request: () => Promise<void>): Promise<void> {
    return persist(this.#cluster, GIVE_UP_MS, () => request().catch((error) => {
      this.#coordinators.clear(); // One may have moved.
      throw error;
    }));
  }

  async #produce(leader: Broker, parts: Sending[]): Promise<void> {
    const answers = await leader.connectionPool.send({ request: produceRequest(this.#transactionalId ?? null, parts), response: produceResponse, logResponseError: false });
    let refused: Refused | undefined;
    for (const part of parts) {
      const answer = answers.get(part.name) as Answer;
      if (answer.errorCode !== 0 && answer.errorCode !== DUPLICATE_SEQUENCE_NUMBER) {
        const error = createErrorFromCode(answer.errorCode);
        if (!refused || !mayPass(error)) refused = error;
        continue;
      }
      part.done = true;
      part.baseOffset = answer.baseOffset;
      this.#sequences.set(part.name, nextSequence(this.#sequences.get(part.name) ?? 0, part.records.length));
    }
    if (refused) throw refused;
  }
}

/** 31 bits, from the last to 0. */
const nextSequence = (sequence: number, count: number): number => (sequence + count) % 0x8000_0000;

interface Answer { errorCode: number; baseOffset: number }

/** About what a batch's topic, place and length take. */
const FRAME_BYTES = 256;

const produceRequest = (transactionalId: string | null, parts: readonly Sending[]) => ({
  apiKey: PRODUCE,
  apiVersion: 7,
  apiName: 'Produce',
  encode: async (): Promise<Encoder> => {
    const topics = Map.groupBy(parts, (part) => part.topic);
    const encoder = new Encoder(parts.reduce((size, { bytes }) => size + bytes.length + FRAME_BYTES, FRAME_BYTES)).writeString(transactionalId).writeInt16(-1).writeInt32(GIVE_UP_MS).writeInt32(topics.size);
    for (const [topic, of] of topics) {
      encoder.writeString(topic).writeInt32(of.length);
      for (const { partition, bytes } of of) encoder.writeInt32(partition).writeBytes(bytes);
    }
    return encoder;
  },
});

const produceResponse = {
  decode: async (raw: Buffer): Promise<Map<string, Answer>> => {
    const answers = new Map<string, Answer>();
    new Decoder(raw).readArray((topic) => {
      const name = topic.readString();
      topic.readArray((p) => {
        const partition = p.readInt32();
        answers.set(`${name}/${partition}`, { errorCode: p.readInt16(), baseOffset: Number(p.readInt64()) });
        p.readInt64(); // append time
        p.readInt64(); // log start
      });
    });
    return answers;
  },
  parse: async (answers: Map<string, Answer>): Promise<Map<string, Answer>> => answers,
};
