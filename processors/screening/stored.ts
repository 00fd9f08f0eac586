/** How screening's state is stored: Avro, a fifth of the same in JSON. A changed shape needs a new table name or a default. */
import type avro from 'avsc';
import { typeOf } from '../../schemas/strings.ts';
import type { StateValue } from '../../streams/log.ts';
import type { Codec } from '../../streams/stage.ts';
import type { Closed, Dossier, Link } from './dossier.ts';

type Schema = Exclude<avro.Schema, avro.Type>;
const fields = (names: string, type: Schema) => names.split(' ').map((name) => ({ name, type }));
const list = (items: Schema): Schema => ({ type: 'array', items });
const record = (name: string, ...parts: { name: string; type: Schema }[][]): Schema => ({ type: 'record', name, fields: parts.flat() });

const given = record('Given', fields('at', 'long'), fields('eventId text', 'string'));
const person = record('KeptPerson', fields('id idCheck name phone address', 'string'), fields('shingles', 'bytes'));
const kept = record('Kept', fields('orderNo platform seller', 'string'), fields('appTime doneTime goodsValue freight insurance discount tax amount', 'long'), fields('currencyCode', 'string'),
  fields('grossWeight netWeight', 'long'), fields('buyer', person), fields('consignee', 'KeptPerson'),
  fields('lines', list(record('KeptLine', fields('barcode hs country', 'string'), fields('quantity total', 'long')))),
  fields('parties', list(record('Party', fields('role code', 'string')))), fields('mode', 'string'), fields('places', list(record('Place', fields('kind code', 'string')))));
const slot = record('Slot', fields('type documentKey eventId', 'string'), fields('appTime eventTime arrival', 'long'), fields('origin', 'string'), fields('kept', ['null', kept] as unknown as Schema), fields('given', given), fields('twice', 'boolean'));

const stored = <V>(schema: Schema): Codec<V> => {
  const type = typeOf(schema);
  return {
    rests: true,
    encode: (value) => type.toBuffer(value),
    // SQLite gives a Uint8Array; Avro reads Buffers.
    decode: (bytes: StateValue) => type.fromBuffer(bytes instanceof Buffer ? bytes : Buffer.from((bytes as Uint8Array).buffer, (bytes as Uint8Array).byteOffset, bytes.length)) as V,
  };
};

export const DOSSIER = stored<Dossier>(record('Dossier', fields('slots', list(slot)), fields('seen', 'string'), fields('zone', 'string'), fields('firstArrival lastArrival revision', 'long'), fields('state', 'string'),
  fields('codes', list('string')), fields('digest', 'string'), fields('matchGiven', 'Given'), fields('noticed expired', 'boolean'), fields('returnStatus', 'int'), fields('origin', 'string'), fields('due', 'long')));
export const LINK = stored<Link>(record('Link', fields('orderKey', 'string'), fields('waiting', list(record('Waiting', fields('type origin', 'string'), fields('bytes', 'bytes')))), fields('seen', 'string'),
  fields('given', { type: 'map', values: given }), fields('due', 'long')));
export const CLOSED = stored<Closed>(record('Closed', fields('closedAt', 'long'), fields('state', 'string'), fields('seen', 'string'), fields('due', 'long')));
