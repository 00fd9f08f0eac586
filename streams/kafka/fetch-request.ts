/** Kafka's fetch request (version 11) and its answer, over kafkajs' connections: committed records only. */
import type { Broker } from 'kafkajs/src/cluster/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { decodeBatches, type AbortedTransaction, type ReadRecord } from './batch.ts';

const FETCH = 1;
const READ_COMMITTED = 1;
const OFFSET_OUT_OF_RANGE = 1;
const REQUEST_BYTES = 8_000_000;
/** What is decoded ahead outlives the young generation: more of it costs more than the requests that it spares. */
export const PARTITION_BYTES = 250_000;

export interface Place { topic: string; partition: number; offset: number }
/** `next`: where to read on; after batches without a record for us it has moved all the same. */
export interface Fetched { records: ReadRecord[]; next: number; bytes: number }

interface Answer extends Fetched { errorCode: number }

export const nameOf = ({ topic, partition, offset }: Place): string => `${topic}/${partition}/${offset}`;

export class OutOfRange extends Error {}

export function settle(answer: Answer | undefined, place: Place): Answer {
  if (answer?.errorCode === 0) return answer;
  if (answer?.errorCode === OFFSET_OUT_OF_RANGE) throw Object.assign(new OutOfRange(`${nameOf(place)} is out of range`), { retriable: false });
  throw answer ? createErrorFromCode(answer.errorCode) : Object.assign(new Error(`no answer for ${nameOf(place)}`), { retriable: true });
}

/** By `topic/partition`. */
export function ask(leader: Broker, places: readonly Place[], waitMs: number): Promise<Map<string, Answer>> {
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
