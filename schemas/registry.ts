/** Every record type with its Avro schema and its id in the Confluent wire format (0, id as int32 big endian, Avro body). Ids are places in the list: new types go to its end. */
import type avro from 'avsc';
import { AVRO } from './avro.ts';
import { typeOf } from './strings.ts';

export const RECORD_TYPES = ['order', 'payment', 'waybill', 'declaration', 'receipt', 'operation', 'tick', 'control', 'alias', 'baseline', 'artifact',
  'signals', 'fact', 'match', 'alert', 'level', 'tally', 'dead-letter', 'original', 'tracking', 'reading', 'reversal', 'manifest', 'tax-bill', 'raw-payment'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

interface Registered { id: number; type: RecordType; schema: unknown; avro: avro.Type }

const registered: Registered[] = RECORD_TYPES.map((type, i) => ({ id: i + 1, type, schema: AVRO[type], avro: typeOf(AVRO[type]) }));
const byType = new Map(registered.map((r) => [r.type, r]));

export const schemaIds = (): number[] => registered.map((r) => r.id);
export const schemaById = (id: number): { type: RecordType; schema: unknown } | undefined => registered[id - 1];
export const typeId = (type: RecordType): number => RECORD_TYPES.indexOf(type) + 1;

/** Writes the Confluent wire format at `at`. Returns the end, or minus the number of bytes that were missing. Throws avsc's error, naming path and
 *  value type, where `body` does not fit its schema: a bug, not bad input. */
export function encodeInto(type: RecordType, body: unknown, target: Buffer, at: number): number {
  const entry = byType.get(type) as Registered;
  if (target.length < at + 5) return target.length - at - 5;
  target[at] = 0;
  target.writeUInt32BE(entry.id, at + 1);
  return entry.avro.encode(body, target, at + 5);
}

let scratch = Buffer.allocUnsafe(1 << 16);

export function encode(type: RecordType, body: unknown): Buffer {
  for (;;) {
    const end = encodeInto(type, body, scratch, 0);
    if (end > 0) return Buffer.from(scratch.subarray(0, end));
    scratch = Buffer.allocUnsafe(scratch.length - end);
  }
}

export function decode(bytes: Uint8Array): unknown {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entry = registered[buffer.readUInt32BE(1) - 1];
  if (buffer[0] !== 0 || !entry) throw new Error(`not Confluent wire format of a known schema: first bytes ${buffer.subarray(0, 5).toString('hex')}; known ids 1–${registered.length}`);
  return entry.avro.decode(buffer, 5).value;
}
