/** What stands behind a slot as bytes: places of its dossier's words, numbers only where they are not 0, times as the distance from the slot's. */
import { ID_CHECKS, type IdCheck, type Origin } from '../../schemas/trade/envelope.ts';
import type { Content } from './dossier.ts';
import { NOTHING, type Given } from './given.ts';
import { EMPTY, NOBODY, PARTY_ROLES, PLACE_KINDS, type Kept, type KeptLine, type KeptPerson, type PartyRole, type PlaceKind } from './kept.ts';
import { placeIn, Reader, Writer } from './packing.ts';
import type { Words } from './words.ts';

/** Places in these are stored, as are those in lists of the contracts: such lists grow at their end only. */
export const ORIGINS: readonly string[] = ['live', 'simulated', 'backfill'] satisfies readonly Origin[];
const TEXTS = ['orderNo', 'platform', 'seller', 'currencyCode', 'mode', 'kind', 'list'] as const;
const NUMBERS = ['goodsValue', 'freight', 'insurance', 'discount', 'tax', 'amount', 'grossWeight', 'netWeight', 'status'] as const;
const PERSON = ['id', 'name', 'phone', 'address', 'shingles'] as const;
const HAS_KEPT = 1;
const EXPORTED = 2;
const BUYER = 4;
const CONSIGNEE = 8;
const writer = new Writer();

export function packContent({ eventId, eventTime, origin, kept, given }: Content, appTime: number, words: Words): Buffer {
  writer.begin();
  writer.whole(words.place(eventId));
  writer.signed(eventTime - appTime);
  writer.whole(placeIn(ORIGINS, origin));
  packGiven(writer, given, eventTime, words);
  if (kept) packKept(kept, appTime, words);
  else writer.whole(0);
  return writer.take();
}

export function readContent(bytes: Buffer, from: number, appTime: number, words: Words): Content {
  const reader = new Reader(bytes, from);
  const eventId = words.text(reader.whole());
  const eventTime = appTime + reader.signed();
  const origin = ORIGINS[reader.whole()] as string;
  const given = readGiven(reader, eventTime, words);
  return { eventId, eventTime, origin, kept: readKept(reader, appTime, words), given };
}

/** `near`: a time that is not far from that of the credit. */
export function packGiven(into: Writer, { at, eventId, packed }: Given, near: number, words: Words): void {
  const nothing = eventId === '' && packed.length === 0;
  into.whole(nothing ? 0 : 1 + words.place(eventId));
  if (nothing) return;
  into.signed(at - near);
  into.bytes(packed);
}

export function readGiven(reader: Reader, near: number, words: Words): Given {
  const place = reader.whole();
  return place === 0 ? NOTHING : { at: near + reader.signed(), eventId: words.text(place - 1), packed: reader.bytes() };
}

function packKept(kept: Kept, appTime: number, words: Words): void {
  const { buyer, consignee, lines, parties, places } = kept;
  const [hasBuyer, hasConsignee] = [buyer !== NOBODY, consignee !== NOBODY];
  writer.whole(HAS_KEPT + (kept.exported ? EXPORTED : 0) + (hasBuyer ? BUYER : 0) + (hasConsignee ? CONSIGNEE : 0));
  writer.signed(kept.appTime - appTime);
  writer.signed(kept.doneTime - appTime);
  let has = 0;
  for (let i = 0; i < TEXTS.length; i++) if (kept[TEXTS[i] as typeof TEXTS[0]] !== '') has |= 1 << i;
  for (let i = 0; i < NUMBERS.length; i++) if (kept[NUMBERS[i] as typeof NUMBERS[0]] !== 0) has |= 1 << (TEXTS.length + i);
  writer.whole(has);
  for (const name of TEXTS) if (kept[name] !== '') writer.whole(words.place(kept[name]));
  for (const name of NUMBERS) if (kept[name] !== 0) writer.fixed(kept[name]);
  if (hasBuyer) packPerson(buyer, words);
  if (hasConsignee) packPerson(consignee, words);
  writer.whole(lines.length);
  for (const { lineNo, barcode, hs, country, quantity, total } of lines) {
    writer.signed(lineNo);
    writer.whole(words.place(barcode));
    writer.whole(words.place(hs));
    writer.whole(words.place(country));
    writer.fixed(quantity);
    writer.fixed(total);
  }
  writer.whole(parties.length);
  for (const { role, code } of parties) {
    writer.whole(placeIn(PARTY_ROLES, role));
    writer.whole(words.place(code));
  }
  writer.whole(places.length);
  for (const { kind, code } of places) {
    writer.whole(placeIn(PLACE_KINDS, kind));
    writer.whole(words.place(code));
  }
}

function packPerson(person: KeptPerson, words: Words): void {
  let has = 0;
  for (let i = 0; i < PERSON.length; i++) if (person[PERSON[i] as typeof PERSON[0]] !== '') has |= 1 << i;
  writer.whole(placeIn(ID_CHECKS, person.idCheck) * (1 << PERSON.length) + has);
  for (const name of PERSON) if (person[name] !== '') writer.whole(words.place(person[name]));
}

function readKept(reader: Reader, appTime: number, words: Words): Kept | null {
  const flags = reader.whole();
  if (flags === 0) return null;
  const kept: Kept = { ...EMPTY, exported: (flags & EXPORTED) !== 0, appTime: appTime + reader.signed(), doneTime: appTime + reader.signed() };
  const has = reader.whole();
  for (let i = 0; i < TEXTS.length; i++) if (has & (1 << i)) kept[TEXTS[i] as typeof TEXTS[0]] = words.text(reader.whole());
  for (let i = 0; i < NUMBERS.length; i++) if (has & (1 << (TEXTS.length + i))) kept[NUMBERS[i] as typeof NUMBERS[0]] = reader.fixed();
  if (flags & BUYER) kept.buyer = readPerson(reader, words);
  if (flags & CONSIGNEE) kept.consignee = readPerson(reader, words);
  kept.lines = readList(reader, (): KeptLine => ({
    lineNo: reader.signed(), barcode: words.text(reader.whole()), hs: words.text(reader.whole()), country: words.text(reader.whole()), quantity: reader.fixed(), total: reader.fixed(),
  }));
  kept.parties = readList(reader, () => ({ role: PARTY_ROLES[reader.whole()] as PartyRole, code: words.text(reader.whole()) }));
  kept.places = readList(reader, () => ({ kind: PLACE_KINDS[reader.whole()] as PlaceKind, code: words.text(reader.whole()) }));
  return kept;
}

function readPerson(reader: Reader, words: Words): KeptPerson {
  const head = reader.whole();
  const person: KeptPerson = { ...NOBODY, idCheck: ID_CHECKS[head >> PERSON.length] as IdCheck };
  for (let i = 0; i < PERSON.length; i++) if (head & (1 << i)) person[PERSON[i] as typeof PERSON[0]] = words.text(reader.whole());
  return person;
}

export function readList<T>(reader: Reader, read: () => T): T[] {
  const list: T[] = [];
  for (let left = reader.whole(); left > 0; left--) list.push(read());
  return list;
}
