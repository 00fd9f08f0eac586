/** What the next release would freeze, and what of it would break what has been released. */
import { AVRO } from '../avro.ts';
import { RECORD_TYPES, type RecordType } from '../registry.ts';
import frozenAvro from '../released/avro.json' with { type: 'json' };
import { type AvroRelease, avroBreaks, newest, pendingAvro, pendingWire, type WireRelease, wireBreaks } from '../releases.ts';
import { currentWire, FROZEN_WIRE } from './wire.ts';

export interface NextRelease { avro: AvroRelease[]; wire: WireRelease[]; breaks: string[]; frozen: { avro: readonly AvroRelease[]; wire: readonly WireRelease[] } }

export function nextRelease(frozen: NextRelease['frozen'] = { avro: frozenAvro, wire: FROZEN_WIRE }, schemas: Readonly<Record<RecordType, unknown>> = AVRO, contracts = currentWire()): NextRelease {
  const avro = pendingAvro(frozen.avro, RECORD_TYPES, schemas);
  const wire = pendingWire(frozen.wire, contracts);
  const [lastAvro, lastWire] = [newest(frozen.avro), newest(frozen.wire)];
  const told = (file: string, before: unknown, now: unknown, judge: (before: unknown, now: unknown) => string[]): string[] => (before === undefined ? [] : judge(before, now).map((why) => `${file}  ${why}`));
  const gone = [...lastWire.keys()].filter((type) => !contracts.some((one) => one.type === type)).map((type) => `${type}.schema.json  is gone; a released message is taken for good`);
  return {
    avro, wire, frozen,
    breaks: [
      ...avro.flatMap(({ type, schema }) => told(`${type}.avsc`, lastAvro.get(type)?.schema, schema, avroBreaks)),
      ...wire.flatMap(({ type, schema }) => told(`${type}.schema.json`, lastWire.get(type)?.schema, schema, wireBreaks)), ...gone,
    ],
  };
}
