/** Avro of what stands behind a slot: what a document said and was given. */
import type avro from 'avsc';
import { typeOf } from '../../schemas/strings.ts';

export type Schema = Exclude<avro.Schema, avro.Type>;
export const fields = (names: string, type: Schema) => names.split(' ').map((name) => ({ name, type }));
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const record = (name: string, ...parts: { name: string; type: Schema }[][]): Schema => ({ type: 'record', name, fields: parts.flat() });

export const GIVEN = record('Given', fields('at', 'long'), fields('eventId text', 'string'));
const person = record('KeptPerson', fields('id idCheck name phone address', 'string'), fields('shingles', 'bytes'));
const kept = record('Kept', fields('orderNo platform seller', 'string'), fields('appTime doneTime goodsValue freight insurance discount tax amount', 'long'), fields('currencyCode', 'string'),
  fields('grossWeight netWeight', 'long'), fields('buyer', person), fields('consignee', 'KeptPerson'),
  fields('lines', list(record('KeptLine', fields('lineNo', 'int'), fields('barcode hs country', 'string'), fields('quantity total', 'long')))),
  fields('parties', list(record('Party', fields('role code', 'string')))), fields('mode', 'string'), fields('places', list(record('Place', fields('kind code', 'string')))),
  fields('exported', 'boolean'), fields('kind', 'string'), fields('status', 'int'));

export const CONTENT = typeOf(record('Content', fields('eventId', 'string'), fields('eventTime', 'long'), fields('origin', 'string'), fields('kept', ['null', kept] as unknown as Schema), fields('given', GIVEN)));
