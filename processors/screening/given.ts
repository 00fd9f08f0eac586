/** What a document (or an order's match) was given credit for in the windows, so that an amendment can take back exactly that. */
import { FIXED5 } from '../../schemas/trade/envelope.ts';
import { SUBJECT_TYPES, type Contribution, type Signal, type SubjectType } from '../../schemas/risk/signal.ts';
import type { StateTable } from '../../streams/stage.ts';
import { placeIn, Reader, Writer } from './packing.ts';
import type { Sums } from './sums.ts';
import type { Words } from './words.ts';

export interface GivenOne { subjectType: SubjectType; subjectId: string; feature: string; value: number; item: string }
/** What is due to a document now. */
export interface Due { at: number; eventId: string; list: GivenOne[] }
/** The same as it is remembered: bytes instead of dozens of objects, since most of it is never looked at again. Empty = nothing. Equal lists of one dossier are equal bytes. */
export interface Given { at: number; eventId: string; packed: Buffer }

export const NOTHING: Given = { at: 0, eventId: '', packed: Buffer.alloc(0) };

/** The numbers of features, kept with the state that names them: a rule that is gone by then can still be taken back. Grows with each changed definition, by some bytes. */
export class Features {
  readonly #table: StateTable<number>;
  readonly #ids: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(table: StateTable<number>) {
    this.#table = table;
    for (const [id, number] of table.entries()) {
      this.#ids[number] = id;
      this.#numbers.set(id, number);
    }
  }

  number(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#ids.push(id) - 1;
    this.#numbers.set(id, number);
    this.#table.set(id, number);
    return number;
  }

  id(number: number): string {
    const id = this.#ids[number];
    if (id === undefined) throw new Error(`screening gave credit to feature ${number} of ${this.#ids.length} and does not know its definition any more: part of its state is missing, restore the data folder as a whole`);
    return id;
  }
}

/** How a value is written: 1 not at all, a whole number and one of 0.00001 exactly as such, any other in 8 bytes. */
const ONE = 0;
const WHOLE = 1;
const FIXED = 2;
const DOUBLE = 3;
const writer = new Writer();

const formOf = (value: number): number => (value === 1 ? ONE : Number.isSafeInteger(value) ? WHOLE : Number.isSafeInteger(Math.round(value * FIXED5)) && Math.round(value * FIXED5) / FIXED5 === value ? FIXED : DOUBLE);

/** `own`: the order's key, which many items are: known to whoever recalls, it is not written. '' where that key may change. */
export function remember({ at, eventId, list }: Due, own: string, words: Words, features: Features): Given {
  if (list.length === 0) return { at, eventId, packed: NOTHING.packed };
  writer.begin();
  for (const { subjectType, subjectId, feature, value, item } of list) {
    const form = formOf(value);
    writer.whole(4 * placeIn(SUBJECT_TYPES, subjectType) + form);
    writer.whole(words.place(subjectId));
    writer.whole(features.number(feature));
    writer.whole(item === '' ? 0 : item === own ? 1 : 1 + words.place(item));
    if (form === WHOLE) writer.signed(value);
    else if (form === FIXED) writer.fixed(Math.round(value * FIXED5));
    else if (form === DOUBLE) writer.double(value);
  }
  return { at, eventId, packed: writer.take() };
}

export function recall({ at, eventId, packed }: Given, own: string, words: Words, features: Features): Due {
  const list: GivenOne[] = [];
  const reader = new Reader(packed);
  while (reader.at < packed.length) list.push(oneOf(reader, own, words, features));
  return { at, eventId, list };
}

function oneOf(reader: Reader, own: string, words: Words, features: Features): GivenOne {
  const head = reader.whole();
  const subjectId = words.text(reader.whole());
  const feature = features.id(reader.whole());
  const place = reader.whole();
  const value = valueOf(reader, head & 3);
  return { subjectType: SUBJECT_TYPES[head >> 2] as SubjectType, subjectId, feature, value, item: place === 0 ? '' : place === 1 ? own : words.text(place - 1) };
}

const valueOf = (reader: Reader, form: number): number => (form === ONE ? 1 : form === WHOLE ? reader.signed() : form === FIXED ? reader.fixed() / FIXED5 : reader.double());

/** Where each one ends. */
function endsOf(packed: Buffer): number[] {
  const ends: number[] = [];
  const reader = new Reader(packed);
  while (reader.at < packed.length) {
    const head = reader.whole();
    for (let i = 0; i < 3; i++) reader.whole();
    valueOf(reader, head & 3);
    ends.push(reader.at);
  }
  return ends;
}

/** Strikes the last of those that are equal to what stands in `now` from `from` to `to`; false where there is none. What is struck has its end negated. */
function strike(ends: number[], packed: Buffer, now: Buffer, from: number, to: number): boolean {
  for (let i = ends.length - 1; i >= 0; i--) {
    const end = ends[i] as number;
    const begin = i === 0 ? 0 : Math.abs(ends[i - 1] as number);
    if (end - begin !== to - from) continue; // of another size, or struck
    let at = 0;
    while (begin + at < end && packed[begin + at] === now[from + at]) at++;
    if (begin + at < end) continue;
    ends[i] = -end;
    return true;
  }
  return false;
}

/** Where a signal stands: what every entry made for one document shares. */
export interface SignalFrame { zone: string; orderKey: string; origin: string; late: boolean }

/** Gathers the signals of one journal record: one entry a subject and document. */
export class SignalBook {
  readonly sums: Sums;
  readonly #features: Features;
  #entries: Signal[] = [];

  constructor(features: Features, sums: Sums) {
    this.#features = features;
    this.sums = sums;
  }

  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /** In the order of their making: part of the recorded output. */
  take(): Signal[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  #entry(frame: SignalFrame, subjectType: SubjectType, subjectId: string, at: number, eventId: string): Signal {
    // A record makes about ten entries: looking through them is cheaper than a key for each.
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = this.#entries[i] as Signal;
      if (entry.subjectId === subjectId && entry.subjectType === subjectType && entry.at === at && entry.eventId === eventId) return entry;
    }
    const entry: Signal = { index: 0, subjectType, subjectId, zone: frame.zone, at, eventId, orderKey: frame.orderKey, origin: frame.origin, late: frame.late, contributions: [], errors: [], sums: [] };
    this.#entries.push(entry);
    return entry;
  }

  add(frame: SignalFrame, given: Pick<Due, 'at' | 'eventId'>, one: GivenOne, sign: 1 | -1): void {
    if (this.sums.add(frame, given, one, sign)) return;
    const contribution: Contribution = { feature: one.feature, sign, value: one.value, item: one.item };
    this.#entry(frame, one.subjectType, one.subjectId, given.at, given.eventId).contributions.push(contribution);
  }

  fail(frame: SignalFrame, subjectType: SubjectType, subjectId: string, at: number, eventId: string, rule: string): void {
    this.#entry(frame, subjectType, subjectId, at, eventId).errors.push(rule);
  }

  remember(due: Due, own: string, words: Words): Given {
    return remember(due, own, words, this.#features);
  }

  recall(given: Given, own: string, words: Words): Due {
    return recall(given, own, words, this.#features);
  }

  /** What is due for the first time: nothing was given before. */
  give(frame: SignalFrame, due: Due): void {
    for (const one of due.list) this.add(frame, due, one, 1);
  }

  /** Replaces what was given by what is due now; what stays the same is left alone. Returns what to remember. */
  replace(frame: SignalFrame, given: Given, after: Due, own: string, words: Words): Given {
    const now = this.remember(after, own, words);
    if (given.packed.length === 0) this.give(frame, after);
    else if (given.at !== now.at || given.eventId !== now.eventId) this.change(frame, this.recall(given, own, words), after);
    else if (!given.packed.equals(now.packed)) this.#changePacked(frame, given, after, now.packed, own, words);
    return now;
  }

  /** As `change`, of one document: equal ones are equal bytes, so that only what differs is recalled. */
  #changePacked(frame: SignalFrame, given: Given, after: Due, now: Buffer, own: string, words: Words): void {
    const { packed } = given;
    const [old, ends] = [endsOf(packed), endsOf(now)];
    const fresh = after.list.filter((_, i) => !strike(old, packed, now, i === 0 ? 0 : (ends[i - 1] as number), ends[i] as number));
    for (let i = 0; i < old.length; i++) {
      if ((old[i] as number) < 0) continue;
      this.add(frame, given, oneOf(new Reader(packed, i === 0 ? 0 : Math.abs(old[i - 1] as number)), own, words, this.#features), -1);
    }
    for (const one of fresh) this.add(frame, after, one, 1);
  }

  change(frame: SignalFrame, before: Due, after: Due): void {
    const same = before.at === after.at && before.eventId === after.eventId;
    const text = (one: GivenOne) => `${one.subjectType}|${one.subjectId}|${one.feature}|${one.value}|${one.item}`;
    const old = new Map<string, number>();
    if (same) for (const one of before.list) old.set(text(one), (old.get(text(one)) ?? 0) + 1);
    const fresh: GivenOne[] = [];
    for (const one of after.list) {
      const left = old.get(text(one)) ?? 0;
      if (left > 0) old.set(text(one), left - 1);
      else fresh.push(one);
    }
    for (const one of before.list) {
      const left = same ? (old.get(text(one)) ?? 0) : 1;
      if (left === 0) continue;
      if (same) old.set(text(one), left - 1);
      this.add(frame, before, one, -1);
    }
    for (const one of fresh) this.add(frame, after, one, 1);
  }
}
