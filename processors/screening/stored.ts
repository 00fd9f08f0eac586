/**
 * How screening's state is stored. Orders, closed orders and links are many: packed by hand, a quarter of what Avro makes of them (packing.ts, words.ts). The rest is Avro.
 * A changed shape needs another mark: then a folder of another build is refused instead of misread.
 */
import type avro from 'avsc';
import { MATCH_STATES, type MatchCode, type MatchState } from '../../schemas/risk/fact.ts';
import { DOCUMENT_TYPES, type DocumentType } from '../../schemas/trade/envelope.ts';
import { typeOf } from '../../schemas/strings.ts';
import type { StateValue } from '../../streams/log.ts';
import type { Codec } from '../../streams/stage.ts';
import { ORIGINS, packGiven, readGiven, readList } from './content.ts';
import type { Device } from './devices.ts';
import { MATCHED_TYPES, SLOT_TYPES, Slot, type Closed, type Dossier, type Link, type Shown, type SlotType } from './dossier.ts';
import type { PartList } from './manifests.ts';
import type { Observed } from './observations.ts';
import { placeIn, Reader, Writer } from './packing.ts';
import type { Parcel } from './parcels.ts';
import { Words } from './words.ts';

const MARK = 0xe3;
/** SQLite gives a Uint8Array. */
const buffer = (bytes: StateValue): Buffer => (bytes instanceof Buffer ? bytes : Buffer.from((bytes as Uint8Array).buffer, (bytes as Uint8Array).byteOffset, bytes.length));

function marked(bytes: StateValue): Reader {
  const reader = new Reader(buffer(bytes));
  const mark = reader.byte();
  if (mark !== MARK) throw new Error(`screening cannot read an order that another build has stored (mark ${mark}, expected ${MARK}): start with a new data folder, or with the build that wrote this one`);
  return reader;
}

// --- packed ------------------------------------------------------------------------------------------------------------------------------------

const writer = new Writer();
const whole = new Writer();

/** The mark, the value with places of words, and the words, which are complete only when all else is written. */
const packed = <V extends { due: number }>(wordsOf: (value: V) => Words, write: (value: V, words: Words) => void, read: (reader: Reader, words: Words) => V): Codec<V> => ({
  rests: true,
  due: (value) => value.due,
  encode: (value) => {
    const words = wordsOf(value);
    writer.begin();
    write(value, words);
    whole.begin().byte(MARK);
    whole.bytes(writer.view());
    words.write(whole);
    return whole.take();
  },
  decode: (bytes) => {
    const reader = marked(bytes);
    const begin = reader.skip();
    const words = Words.read(reader.rest());
    reader.at = begin;
    return read(reader, words);
  },
});

export const DOSSIER: Codec<Dossier> = packed(({ words }) => words, writeDossier, readDossier);
export const LINK: Codec<Link> = packed(({ words }) => words, writeLink, readLink);

const bits = (...set: boolean[]): number => set.reduce((sum, on, bit) => sum + (on ? 1 << bit : 0), 0);

function writeDossier(dossier: Dossier, words: Words): void {
  const { firstArrival, slots, codes, lists, releasedAt, deliveredAt } = dossier;
  writer.whole(firstArrival);
  writer.signed(dossier.lastArrival - firstArrival);
  writer.signed(dossier.due - firstArrival);
  writer.whole(bits(dossier.noticed, dossier.expired, dossier.rawDue, releasedAt !== 0, deliveredAt !== 0));
  if (releasedAt !== 0) writer.signed(releasedAt - firstArrival);
  if (deliveredAt !== 0) writer.signed(deliveredAt - firstArrival);
  writer.whole(dossier.revision);
  writer.whole(placeIn(MATCH_STATES, dossier.state));
  writer.signed(dossier.returnStatus);
  writer.whole(words.place(dossier.zone));
  writer.whole(placeIn(ORIGINS, dossier.origin));
  writer.whole(codes.length);
  for (const code of codes) writer.whole(words.place(code));
  writeShown(dossier.shown, words);
  packGiven(writer, dossier.matchGiven, firstArrival, words);
  writer.whole(lists.length);
  for (const { documentKey, list } of lists) {
    writer.whole(words.place(documentKey));
    writer.whole(words.place(list));
  }
  writer.bytes(dossier.seen);
  writer.whole(slots.length);
  for (const slot of slots) {
    slot.pack();
    writer.whole(Number(slot.twice) + 2 * placeIn(SLOT_TYPES, slot.type));
    writer.whole(words.place(slot.documentKey));
    writer.signed(slot.appTime - firstArrival);
    slot.write(writer);
  }
}

function readDossier(reader: Reader, words: Words): Dossier {
  const firstArrival = reader.whole();
  const [lastArrival, due] = [firstArrival + reader.signed(), firstArrival + reader.signed()];
  const flags = reader.whole();
  return {
    words, firstArrival, lastArrival, due, noticed: (flags & 1) !== 0, expired: (flags & 2) !== 0, rawDue: (flags & 4) !== 0,
    releasedAt: flags & 8 ? firstArrival + reader.signed() : 0, deliveredAt: flags & 16 ? firstArrival + reader.signed() : 0,
    revision: reader.whole(), state: MATCH_STATES[reader.whole()] as MatchState, returnStatus: reader.signed(), zone: words.text(reader.whole()), origin: ORIGINS[reader.whole()] as string,
    codes: readList(reader, () => words.text(reader.whole()) as MatchCode), shown: readShown(reader, words), matchGiven: readGiven(reader, firstArrival, words),
    lists: readList(reader, () => ({ documentKey: words.text(reader.whole()), list: words.text(reader.whole()) })), seen: reader.bytes(),
    slots: readList(reader, () => {
      const mark = reader.whole();
      const head = { type: SLOT_TYPES[mark >> 1] as SlotType, twice: (mark & 1) !== 0, documentKey: words.text(reader.whole()), appTime: firstArrival + reader.signed() };
      const from = reader.skip();
      return new Slot(head, reader.source, words, from, reader.at);
    }),
  };
}

/** Findings change with every match: words would keep them all. */
function writeShown(shown: Shown | undefined, words: Words): void {
  writer.whole(shown ? 1 + bits(...MATCHED_TYPES.map((type) => shown.documents.includes(type))) : 0);
  if (!shown) return;
  writer.whole(words.place(shown.zone));
  writer.utf8(shown.findings);
  writer.whole(words.place(shown.owed.guarantor));
  writer.whole(shown.owed.tax);
}

function readShown(reader: Reader, words: Words): Shown | undefined {
  const head = reader.whole();
  if (head === 0) return undefined;
  return { documents: MATCHED_TYPES.filter((_, bit) => (head - 1) & (1 << bit)), zone: words.text(reader.whole()), findings: reader.utf8(), owed: { guarantor: words.text(reader.whole()), tax: reader.whole() } };
}

function writeLink({ orderKey, due, seen, waiting, given }: Link, words: Words): void {
  writer.whole(words.place(orderKey));
  writer.whole(due);
  writer.bytes(seen);
  writer.whole(waiting.length);
  for (const { type, origin, bytes } of waiting) {
    writer.whole(placeIn(DOCUMENT_TYPES, type));
    writer.whole(placeIn(ORIGINS, origin));
    writer.bytes(bytes);
  }
  const credits = Object.entries(given);
  writer.whole(credits.length);
  for (const [type, credit] of credits) {
    writer.whole(placeIn(DOCUMENT_TYPES, type as DocumentType));
    packGiven(writer, credit, due, words);
  }
}

function readLink(reader: Reader, words: Words): Link {
  const [orderKey, due, seen] = [words.text(reader.whole()), reader.whole(), reader.bytes()];
  return {
    words, orderKey, due, seen,
    waiting: readList(reader, () => ({ type: DOCUMENT_TYPES[reader.whole()] as DocumentType, origin: ORIGINS[reader.whole()] as string, bytes: reader.bytes() })),
    given: Object.fromEntries(readList(reader, () => [DOCUMENT_TYPES[reader.whole()] as DocumentType, readGiven(reader, due, words)])),
  };
}

/** `rest` is a dossier, packed. */
export const CLOSED: Codec<Closed> = {
  rests: true,
  due: ({ due }) => due,
  encode: ({ closedAt, due, state, seen, rest }) => {
    whole.begin().byte(MARK);
    whole.whole(closedAt);
    whole.signed(due - closedAt);
    whole.whole(placeIn(MATCH_STATES, state));
    whole.bytes(seen);
    whole.rest(rest);
    return whole.take();
  },
  decode: (bytes) => {
    const reader = marked(bytes);
    const closedAt = reader.whole();
    return { closedAt, due: closedAt + reader.signed(), state: MATCH_STATES[reader.whole()] as MatchState, seen: reader.bytes(), rest: reader.rest() };
  },
};

// --- Avro --------------------------------------------------------------------------------------------------------------------------------------

type Schema = Exclude<avro.Schema, avro.Type>;
const fields = (names: string, type: Schema) => names.split(' ').map((name) => ({ name, type }));
const record = (name: string, ...parts: { name: string; type: Schema }[][]): Schema => ({ type: 'record', name, fields: parts.flat() });

const plain = <V extends { due: number }>(schema: Schema): Codec<V> => {
  const type = typeOf(schema);
  return { rests: true, due: ({ due }) => due, encode: (value) => type.toBuffer(value), decode: (bytes) => type.fromBuffer(buffer(bytes)) as V };
};

export const PARCEL = plain<Parcel>(record('Parcel', fields('code seen sealNo', 'string'), fields('at lat lon weight due', 'long')));
export const DEVICE = plain<Device>(record('Device', fields('sequence taken at temperature due', 'long'), fields('cold', 'boolean'), fields('seal', 'string')));
export const MANIFEST = plain<PartList>(record('PartList', fields('kind direction feed origin eventId', 'string'), fields('seen', 'bytes'), fields('carrier seller agent customs', 'string'), fields('parts', 'int'),
  fields('taken', { type: 'array', items: 'int' }), fields('due', 'long')));
export const OBSERVED = plain<Observed>(record('Observed', fields('seen', 'bytes'), fields('given', 'string'), fields('due', 'long')));
