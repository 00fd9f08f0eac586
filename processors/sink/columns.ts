/**
 * How a record's Avro fields become columns: a field's name is the column's name, a record's fields are flattened behind its name (`buyer.idToken` is `buyerIdToken`),
 * a list of records is Nested (`lines.name`), bytes are base64. What ClickHouse type a number gets is read from the table.
 */
import { AVRO } from '../../schemas/avro.ts';
import type { RecordType } from '../../schemas/registry.ts';
import { typeOf } from '../../schemas/strings.ts';
import { Bytes, copyText, readCount, readLong, skipBytes, writeCount, writeInt, writeLong, writeText, type Tap } from './native.ts';

/** Reads one field from the tap and writes it to the end of its column. */
type Step = (tap: Tap) => void;

/** `type` as it is written; `parts` in the order of the Native format (offsets of an array, then its values). */
export interface Column { name: string; type: string; parts: Bytes[] }

type Schema = string | { type: string; name?: string; namespace?: string; fields?: { name: string; type: Schema }[]; items?: Schema } | Schema[];

/** One field in the order of the record; `items` of a list of records. */
interface Field { name: string; schema: Schema; items?: Field[] }

/** What only rules read stays in the log. */
const NOT_KEPT = /(AddressShingles|Pickup|NameScore)$/;
/** Records kept whole, as JSON text. */
const AS_JSON = new Set(['evidence']);

function flatten(schema: Schema, prefix: string, known: Map<string, Schema>): Field[] {
  const record = typeof schema === 'string' ? known.get(schema) : schema;
  if (!record || typeof record !== 'object' || Array.isArray(record)) return [];
  known.set(`${record.namespace}.${record.name}`, record);
  return (record.fields ?? []).flatMap(({ name: field, type }) => {
    const name = prefix === '' ? field : `${prefix}${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    if (AS_JSON.has(name)) return [{ name, schema: type }];
    if (isRecord(type, known)) return flatten(type, name, known);
    const items = isList(type) && isRecord(type.items, known) ? flatten(type.items, '', known) : undefined;
    return [items ? { name, schema: type, items } : { name, schema: type }];
  });
}

const isRecord = (schema: Schema, known: Map<string, Schema>): boolean => (typeof schema === 'string' ? known.has(schema) : !Array.isArray(schema) && schema.type === 'record');
const isList = (schema: Schema): schema is { type: 'array'; items: Schema } => typeof schema === 'object' && !Array.isArray(schema) && schema.type === 'array';

const fieldsOf = (type: RecordType): Field[] => flatten(AVRO[type], '', new Map());

/** The columns that a record type fills, in the order of its fields. */
export const columnNames = (type: RecordType): string[] =>
  fieldsOf(type).flatMap((field) => (field.items ? field.items.map((item) => `${field.name}.${item.name}`) : NOT_KEPT.test(field.name) ? [] : [field.name]));

export interface Transcript { columns: Column[]; take(bytes: Uint8Array): void }

/** A writer of bodies of one record type. `types`: the table's columns with their ClickHouse types. Every call of `take` adds one row. */
export function transcript(type: RecordType, types: ReadonlyMap<string, string>): Transcript {
  const columns: Column[] = [];
  const steps = fieldsOf(type).map((field) => (field.items ? nested(field, field.items, types, columns) : single(field, types, columns)));
  const tap: Tap = { bytes: Buffer.alloc(0), at: 0, low: 0, high: 0 };
  return {
    columns,
    take(bytes) {
      tap.bytes = bytes;
      tap.at = 5; // Confluent wire format: zero, id
      for (let i = 0; i < steps.length; i++) (steps[i] as Step)(tap);
      if (tap.at !== bytes.length) throw new Error(`a record of type ${type} ends at byte ${tap.at} of ${bytes.length}: the log is damaged, or was written by another version of Fenghuo`);
    },
  };
}

/** As written: ClickHouse makes the dictionary of a LowCardinality column itself. */
const wireType = (name: string, types: ReadonlyMap<string, string>): string => (types.get(name) ?? '').replace(/LowCardinality\((\w+)\)/, '$1');

function single(field: Field, types: ReadonlyMap<string, string>, columns: Column[]): Step {
  const { name, schema } = field;
  if (NOT_KEPT.test(name)) return schema === 'bytes' ? skipBytes : skipFixed(schema === 'double' ? 8 : 1);
  const type = wireType(name, types);
  const to = new Bytes();
  if (isList(schema)) return list(to, { name, type, parts: [] }, columns);
  columns.push({ name, type, parts: [to] });
  return AS_JSON.has(name) ? json(schema, to) : value(name, schema, type, to);
}

const skipFixed = (bytes: number): Step => (tap) => { tap.at += bytes; };

/** A list of strings. */
function list(to: Bytes, column: Column, columns: Column[]): Step {
  const offsets = new Bytes();
  columns.push({ ...column, parts: [offsets, to] });
  return blocks(offsets, [(tap) => copyText(tap, to)]);
}

function nested(field: Field, items: Field[], types: ReadonlyMap<string, string>, columns: Column[]): Step {
  const offsets = new Bytes();
  const steps = items.map((item) => {
    const name = `${field.name}.${item.name}`;
    const to = new Bytes();
    const type = wireType(name, types);
    columns.push({ name, type, parts: [offsets, to] });
    return value(name, item.schema, /^Array\((.*)\)$/.exec(type)?.[1] ?? '', to);
  });
  return blocks(offsets, steps);
}

/** Avro writes a list in blocks, each led by its count (negative: its size in bytes follows), and a block of none. ClickHouse keeps where each row's items end. */
function blocks(offsets: Bytes, steps: Step[]): Step {
  return (tap) => {
    let total = offsets.at === 0 ? 0 : offsets.buffer.readUInt32LE(offsets.at - 8);
    for (let count = readCount(tap); count !== 0; count = readCount(tap)) {
      if (count < 0) readLong(tap);
      const items = Math.abs(count);
      if (items > tap.bytes.length) throw new Error(`a list of ${items} items in a record of ${tap.bytes.length} bytes: the record is damaged, or of another schema`);
      total += items;
      for (let i = 0; i < items; i++) for (const step of steps) step(tap);
    }
    writeCount(total, offsets);
  };
}

function json(schema: Schema, to: Bytes): Step {
  const avro = typeOf(schema);
  return (tap) => {
    const { value: body, offset } = avro.decode(Buffer.from(tap.bytes.buffer, tap.bytes.byteOffset, tap.bytes.length), tap.at);
    tap.at = offset;
    writeText(JSON.stringify(body), to);
  };
}

/** Within DateTime64's years 1970 to 2286: a wilder value of a sender must not stop the sink. */
const LATEST = 9_999_999_999_999;
const WIDTHS: Record<string, number> = { Bool: 1, Int8: 1, UInt8: 1, Int16: 2, UInt16: 2, Int32: 4, UInt32: 4 };

function value(name: string, schema: Schema, type: string, to: Bytes): Step {
  const width = WIDTHS[type];
  if (schema === 'string' && type === 'String') return (tap) => copyText(tap, to);
  if (schema === 'int' && width) return (tap) => { readLong(tap); writeInt(tap.low, width, to); };
  if (schema === 'boolean' && width === 1) return (tap) => { to.room(1)[to.at++] = tap.bytes[tap.at++] as number; };
  if (schema === 'double' && type === 'Float64') return (tap) => { for (let i = 0; i < 8; i++) writeInt(tap.bytes[tap.at++] as number, 1, to); };
  if (schema === 'long' && /^U?Int64$/.test(type)) return (tap) => { readLong(tap); writeLong(tap.low, tap.high, to); };
  if (schema === 'long' && type === 'Decimal(19, 5)') return (tap) => { readLong(tap); writeLong(tap.low, tap.high, to); writeLong(tap.high >> 31, tap.high >> 31, to); };
  if (schema === 'long' && type.startsWith('DateTime64(3')) return (tap) => writeTime(readCount(tap), to);
  if (type === 'String' && (schema === 'bytes' || Array.isArray(schema))) return base64(Array.isArray(schema), to);
  throw new Error(`column ${name}: no way from Avro ${JSON.stringify(schema)} to ClickHouse ${type || '(no such column)'}. Likely the table was made by another version of Fenghuo. `
    + 'Next: run the version that made it, or move the store folder away; the store is then filled again from the log.');
}

export function writeTime(ms: number, to: Bytes): void {
  writeCount(Math.min(Math.max(ms, 0), LATEST), to);
}

/** Union of null and bytes, or bytes. */
function base64(optional: boolean, to: Bytes): Step {
  return (tap) => {
    if (optional && readCount(tap) === 0) {
      to.room(1)[to.at++] = 0;
      return;
    }
    const length = readCount(tap);
    const from = tap.at;
    tap.at += length;
    writeText(Buffer.from(tap.bytes.buffer, tap.bytes.byteOffset + from, length).toString('base64'), to);
  };
}
