/**
 * A log entry as a Kafka record: the key as text, the value in Confluent wire format, all else in one header `fenghuo` that any Kafka tool can show:
 *   type eventTime arrival sourceTopic sourcePartition sourceOffset sourceIndex logIncarnation
 * New words go to its end.
 */
import { decode, encode, RECORD_TYPES, type RecordType } from '../../schemas/registry.ts';
import type { Entry, LogRecord, Source } from '../log.ts';
import type { RawRecord, ReadRecord } from './batch.ts';
import type { SchemaIds } from './schema-ids.ts';

const KNOWN = new Set<string>(RECORD_TYPES);

export function rawOf(entry: Entry, incarnation: string, ids: SchemaIds): RawRecord {
  const { type, eventTime, arrival, source } = entry;
  const value = ids.toRegistry(entry.bytes ?? encode(type, entry.body), entry.bytes !== undefined);
  return { key: Buffer.from(entry.key), value, header: `${type} ${eventTime} ${arrival} ${source.topic} ${source.partition} ${source.offset} ${source.index} ${incarnation}` };
}

const source = (words: readonly string[]): Source => ({ topic: words[3] as string, partition: Number(words[4]), offset: Number(words[5]), index: Number(words[6]) });

/** undefined where a record has no header of ours. */
export function sourceOf({ header }: ReadRecord): Source | undefined {
  const words = header.split(' ');
  return words.length >= 8 ? source(words) : undefined;
}

/** The body is decoded on first use. */
export class KafkaRecord implements LogRecord {
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

  constructor(topic: string, partition: number, raw: ReadRecord, appendedAt: number, incarnation: string, ids: SchemaIds) {
    this.topic = topic;
    this.partition = partition;
    this.offset = raw.offset;
    this.appendedAt = appendedAt;
    this.key = raw.key === null ? '' : raw.key.toString('utf8');
    const words = raw.header.split(' ');
    if (words.length >= 8 && KNOWN.has(words[0] as string)) {
      this.type = words[0] as RecordType;
      this.eventTime = Number(words[1]);
      this.arrival = Number(words[2]);
      this.source = source(words);
      this.incarnation = words[7] as string;
      this.bytes = ids.fromRegistry(raw.value ?? EMPTY);
    } else {
      this.type = 'original';
      this.eventTime = this.arrival = appendedAt;
      this.source = { topic, partition, offset: raw.offset, index: 0 };
      this.incarnation = incarnation;
      this.bytes = asSent(raw, appendedAt);
    }
  }

  get body(): unknown {
    this.#body ??= decode(this.bytes);
    return this.#body;
  }
}

const EMPTY = Buffer.alloc(0);

/** What a party on Kafka wrote itself, without our header: an original in clear (no key id), for intake to judge (processors/intake/original.ts). */
const asSent = ({ value, sender }: ReadRecord, at: number): Uint8Array =>
  encode('original', { feed: sender, form: '', origin: '', sealed: value ?? EMPTY, sealKeyId: '', at, backfill: '', allowReference: false, replayOf: '', verified: false, operator: '', repaired: [] });
