/**
 * Every record type with its Avro schemas and their ids in the Confluent wire format (0, id as int32 big endian, Avro body). Written is always the newest schema of a
 * type; bytes under an older released one are read into today's shape, new fields with their defaults.
 */
import type avro from 'avsc';
import { AVRO } from './avro.ts';
import frozen from './released/avro.json' with { type: 'json' };
import { type AvroRelease, newest, pendingAvro } from './releases.ts';
import { typeOf } from './strings.ts';

/** A type's place in this list is its number in the log's frames: new types go to the end. */
export const RECORD_TYPES = ['order', 'payment', 'waybill', 'declaration', 'receipt', 'operation', 'tick', 'control', 'alias', 'baseline', 'artifact',
  'signals', 'fact', 'match', 'alert', 'level', 'tally', 'dead-letter', 'original', 'tracking', 'reading', 'reversal', 'manifest', 'tax-bill', 'raw-payment', 'observation', 'verdict', 'suppression', 'gap', 'command', 'answer'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface Registry<T extends string> {
  /** Frozen releases, then those that the next release will freeze; a schema's id is its place, from 1. */
  releases: readonly AvroRelease<T>[];
  /** Writes the Confluent wire format at `at`. Returns the end, or minus the number of bytes that were missing. Throws avsc's error, naming path and
   *  value type, where `body` does not fit its schema: a bug, not bad input. */
  encodeInto(type: T, body: unknown, target: Buffer, at: number): number;
  encode(type: T, body: unknown): Buffer;
  decode(bytes: Uint8Array): unknown;
  /** The same bytes, or where they are of an older schema, the record written anew under today's: for readers that go by its fields' places. */
  upToDate(bytes: Uint8Array): Uint8Array;
}

interface Written { id: number; avro: avro.Type }
/** Reads into today's shape; `resolver` only where the bytes are of an older one. */
interface Reader<T> { type: T; avro: avro.Type; resolver: avro.Resolver | undefined }

const asBuffer = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));

export function createRegistry<T extends string>(frozen: readonly AvroRelease[], types: readonly T[], schemas: Readonly<Record<T, unknown>>): Registry<T> {
  const releases = [...frozen as readonly AvroRelease<T>[], ...pendingAvro(frozen, types, schemas)];
  const current = newest(releases);
  const byType = new Map(types.map((type): [T, Written] => [type, { id: current.get(type)?.id as number, avro: typeOf(schemas[type]) }]));
  const readers = releases.map(({ id, type, schema }): Reader<T> => {
    const { avro } = byType.get(type) as Written;
    return { type, avro, resolver: current.get(type)?.id === id ? undefined : avro.createResolver(typeOf(schema)) };
  });
  let scratch = Buffer.allocUnsafe(1 << 16);

  function encodeInto(type: T, body: unknown, target: Buffer, at: number): number {
    const entry = byType.get(type) as Written;
    if (target.length < at + 5) return target.length - at - 5;
    target[at] = 0;
    target.writeUInt32BE(entry.id, at + 1);
    return entry.avro.encode(body, target, at + 5);
  }

  function encode(type: T, body: unknown): Buffer {
    for (;;) {
      const end = encodeInto(type, body, scratch, 0);
      if (end > 0) return Buffer.from(scratch.subarray(0, end));
      scratch = Buffer.allocUnsafe(scratch.length - end);
    }
  }

  function readerOf(buffer: Buffer): Reader<T> {
    const reader = readers[buffer.readUInt32BE(1) - 1];
    if (buffer[0] !== 0 || !reader) throw new Error(`not Confluent wire format of a known schema: first bytes ${buffer.subarray(0, 5).toString('hex')}; known ids 1–${readers.length}. Likely a newer Fenghuo wrote it`);
    return reader;
  }

  function decode(bytes: Uint8Array): unknown {
    const buffer = asBuffer(bytes);
    const { avro, resolver } = readerOf(buffer);
    return avro.decode(buffer, 5, resolver).value;
  }

  function upToDate(bytes: Uint8Array): Uint8Array {
    const buffer = asBuffer(bytes);
    const { type, avro, resolver } = readerOf(buffer);
    return resolver === undefined ? bytes : encode(type, avro.decode(buffer, 5, resolver).value);
  }

  return { releases, encodeInto, encode, decode, upToDate };
}

export const { releases: RELEASES, encodeInto, encode, decode, upToDate } = createRegistry(frozen as AvroRelease[], RECORD_TYPES, AVRO);
/** The number of a type in the log's frames. */
export const typeId = (type: RecordType): number => RECORD_TYPES.indexOf(type) + 1;
