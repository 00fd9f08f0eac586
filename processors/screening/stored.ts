/** How screening's state is stored: Avro, a fifth of the same in JSON. A changed shape needs a new table name or a default. */
import { typeOf } from '../../schemas/strings.ts';
import type { StateValue } from '../../streams/log.ts';
import type { Codec } from '../../streams/stage.ts';
import { fields, GIVEN, list, record, type Schema } from './content.ts';
import type { Device } from './devices.ts';
import { Slot, type Closed, type Dossier, type Link } from './dossier.ts';
import type { PartList } from './manifests.ts';
import type { Parcel } from './parcels.ts';

const slot = record('Slot', fields('type documentKey', 'string'), fields('appTime', 'long'), fields('twice', 'boolean'), fields('bytes', 'bytes'));

const stored = <V extends { due: number }>(schema: Schema, revive: (value: V) => V = (value) => value, prepare: (value: V) => void = () => undefined): Codec<V> => {
  const type = typeOf(schema);
  return {
    rests: true,
    due: (value) => value.due,
    encode: (value) => {
      prepare(value);
      return type.toBuffer(value);
    },
    // SQLite gives a Uint8Array; Avro reads Buffers.
    decode: (bytes: StateValue) => revive(type.fromBuffer(bytes instanceof Buffer ? bytes : Buffer.from((bytes as Uint8Array).buffer, (bytes as Uint8Array).byteOffset, bytes.length)) as V),
  };
};

export const DOSSIER = stored<Dossier>(record('Dossier', fields('slots', list(slot)), fields('seen', 'string'), fields('zone', 'string'), fields('firstArrival lastArrival revision', 'long'), fields('state', 'string'),
  fields('codes', list('string')), fields('result', 'string'), fields('matchGiven', GIVEN), fields('noticed expired', 'boolean'), fields('returnStatus', 'int'), fields('origin', 'string'), fields('due releasedAt deliveredAt', 'long'), fields('rawDue', 'boolean')),
(dossier) => ({ ...dossier, slots: dossier.slots.map((s) => new Slot(s, s.bytes)) }),
// avsc writes into one buffer for all: a slot must not be encoded while its dossier is.
(dossier) => { for (const s of dossier.slots) void s.bytes; });
export const LINK = stored<Link>(record('Link', fields('orderKey', 'string'), fields('waiting', list(record('Waiting', fields('type origin', 'string'), fields('bytes', 'bytes')))), fields('seen', 'string'),
  fields('given', { type: 'map', values: GIVEN }), fields('due', 'long')));
export const CLOSED = stored<Closed>(record('Closed', fields('closedAt', 'long'), fields('state', 'string'), fields('seen', 'bytes'), fields('due', 'long'), fields('rest', 'bytes')));
export const PARCEL = stored<Parcel>(record('Parcel', fields('code seen', 'string'), fields('at lat lon due', 'long')));
export const DEVICE = stored<Device>(record('Device', fields('sequence taken at temperature due', 'long'), fields('cold', 'boolean'), fields('seal', 'string')));
export const MANIFEST = stored<PartList>(record('PartList', fields('kind direction feed origin eventId seen carrier seller agent customs', 'string'), fields('parts', 'int'), fields('taken', list('int')), fields('due', 'long')));
