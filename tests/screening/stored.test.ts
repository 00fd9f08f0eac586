/** What screening stores comes back as it was, whatever is in it and in however many turns it was written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyDossier, Slot, SLOT_TYPES, type Content, type Dossier, type Link } from '../../processors/screening/dossier.ts';
import { Features, recall, remember, type Due } from '../../processors/screening/given.ts';
import { NOBODY, PARTY_ROLES, PLACE_KINDS, type Kept, type KeptPerson } from '../../processors/screening/kept.ts';
import { Reader, Writer } from '../../processors/screening/packing.ts';
import { hasSeen, NONE_SEEN, remember as see } from '../../processors/screening/seen.ts';
import { CLOSED, DOSSIER, LINK } from '../../processors/screening/stored.ts';
import { Words } from '../../processors/screening/words.ts';
import { MATCH_CODES, MATCH_STATES } from '../../schemas/risk/fact.ts';
import { SUBJECT_TYPES } from '../../schemas/risk/signal.ts';
import { ID_CHECKS } from '../../schemas/trade/envelope.ts';
import { MapState } from '../../streams/state.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
const token = fc.stringMatching(/^[\w-]{22}$/);
const text = fc.oneof({ weight: 3, arbitrary: token }, fc.constantFrom('', 'a', '|', 'a|', '|b', 'a|b|c', '3301SIM001|NO-1', 'USA→2900', '面霜', '𠮷|𠮷', 'é'), fc.string({ unit: 'grapheme', maxLength: 30 }).filter((s) => s.isWellFormed()));
const whole = fc.oneof(fc.constantFrom(0, 1, -1, 31, 32, 63, 64, 127, 128, 1000, 32_000, 2 ** 31, SAFE, -SAFE), fc.maxSafeInteger());
const time = fc.integer({ min: 0, max: 4e12 });

test('numbers keep their value, up to the largest whole number that a double holds', () => {
  fc.assert(fc.property(fc.array(whole), (numbers) => {
    const writer = new Writer().begin();
    for (const n of numbers) {
      writer.whole(Math.abs(n));
      writer.signed(n);
      writer.fixed(n);
    }
    const reader = new Reader(writer.take());
    for (const n of numbers) expect([reader.whole(), reader.signed(), reader.fixed()]).toEqual([Math.abs(n), n, n].map((v) => v + 0));
  }));
});

test('bytes that end too early are refused', () => {
  expect(() => new Reader(Buffer.from([0x80])).whole()).toThrow(/ends too early/);
});

test('each text has one place, the same after every turn of writing and reading', () => {
  fc.assert(fc.property(fc.array(fc.array(text, { maxLength: 8 }), { maxLength: 6 }), (turns) => {
    let words = new Words();
    const places = new Map<string, number>([['', 0]]);
    for (const turn of turns) {
      for (const one of turn) {
        const place = words.place(one);
        expect(places.get(one) ?? place).toBe(place);
        places.set(one, place);
      }
      const writer = new Writer().begin();
      words.write(writer);
      words = Words.read(writer.take());
      for (const [one, place] of places) expect(words.text(place)).toBe(one);
    }
    expect(new Set(places.values()).size).toBe(places.size);
  }));
});

const due: fc.Arbitrary<Due> = fc.record({
  at: time, eventId: token, list: fc.array(fc.record({
    subjectType: fc.constantFrom(...SUBJECT_TYPES), subjectId: text, feature: fc.constantFrom('f1', 'f2', 'f3'), item: text,
    value: fc.oneof(fc.constantFrom(0, 1, -1, 207.93, 0.1 + 0.2, 1e300, 0.00001), whole, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer().map((n) => n / 100_000)).map((v) => v + 0),
  })),
});

describe('credit', () => {
  test('is recalled exactly, also by a later opening that knows other rules', () => {
    fc.assert(fc.property(due, text, (given, own) => {
      const state = new MapState();
      const words = new Words();
      const remembered = remember(given, own, words, new Features(state.table('feature')));
      const later = new Features(state.table('feature'));
      later.number('f-of-another-rule-set');
      expect(recall(remembered, own, words, later)).toEqual(given);
      // The same again is the same bytes: so a change that changes nothing is known without looking into it.
      expect(remember(given, own, words, later)).toEqual(remembered);
    }));
  });

  test('of a feature that nobody knows any more is refused by name', () => {
    const words = new Words();
    const remembered = remember({ at: 1, eventId: 'e', list: [{ subjectType: 'buyer', subjectId: 'b', feature: 'f', value: 1, item: '' }] }, '', words, new Features(new MapState().table('feature')));
    expect(() => recall(remembered, '', words, new Features(new MapState().table('feature')))).toThrow(/feature 0 of 0/);
  });
});

// --- whole values --------------------------------------------------------------------------------------------------------------------------------

const person: fc.Arbitrary<KeptPerson> = fc.oneof(fc.constant(NOBODY), fc.record({ id: text, idCheck: fc.constantFrom(...ID_CHECKS), name: text, phone: text, address: text, shingles: text }));
const kept: fc.Arbitrary<Kept> = fc.record({
  orderNo: text, platform: text, seller: text, currencyCode: text, mode: text, kind: text, list: text, appTime: time, doneTime: time, goodsValue: whole, freight: whole, insurance: whole, discount: whole,
  tax: whole, amount: whole, grossWeight: whole, netWeight: whole, status: whole, exported: fc.boolean(), buyer: person, consignee: person,
  lines: fc.array(fc.record({ lineNo: fc.nat(9999), barcode: text, hs: text, country: text, quantity: whole, total: whole }), { maxLength: 3 }),
  parties: fc.array(fc.record({ role: fc.constantFrom(...PARTY_ROLES), code: text }), { maxLength: 3 }), places: fc.array(fc.record({ kind: fc.constantFrom(...PLACE_KINDS), code: text }), { maxLength: 3 }),
}, { noNullPrototype: true });
interface Plan { type: typeof SLOT_TYPES[number]; documentKey: string; appTime: number; twice: boolean; content: Omit<Content, 'given'>; due: Due }
const plan: fc.Arbitrary<Plan> = fc.record({
  type: fc.constantFrom(...SLOT_TYPES), documentKey: text, appTime: time, twice: fc.boolean(),
  content: fc.record({ eventId: token, eventTime: time, origin: fc.constantFrom('live', 'simulated', 'backfill'), kept: fc.option(kept) }), due,
});
const shown = fc.option(fc.record({
  documents: fc.subarray(['order', 'payment', 'waybill', 'declaration'] as const).map((some) => [...some]), findings: fc.constantFrom('', '[{"code":"NOT_ON_LIST","left":"面霜"}]'), owed: fc.record({ guarantor: text, tax: fc.nat() }), zone: text,
}), { nil: undefined });
const head = fc.record({
  zone: text, firstArrival: time, lastArrival: time, due: time, releasedAt: time, deliveredAt: time, revision: fc.nat(), state: fc.constantFrom(...MATCH_STATES), codes: fc.subarray([...MATCH_CODES]), shown,
  noticed: fc.boolean(), expired: fc.boolean(), rawDue: fc.boolean(), returnStatus: fc.integer(), origin: fc.constantFrom('live', 'backfill'), lists: fc.array(fc.record({ documentKey: text, list: text }), { maxLength: 2 }),
}, { noNullPrototype: true });

const features = new Features(new MapState().table('feature'));
/** What anybody can ask of a dossier. */
const seenOf = ({ words, slots, seen, matchGiven, ...rest }: Dossier) => ({
  ...rest, seen: seen.toString('hex'), matchGiven: recall(matchGiven, 'own', words, features),
  slots: slots.map(({ type, documentKey, appTime, twice, content: { given, ...content } }) => ({ type, documentKey, appTime, twice, content: { ...content, given: recall(given, 'own', words, features) } })),
});

test('a dossier is the same after each turn of storing it, with slots added in between and copied unread', () => {
  fc.assert(fc.property(head, fc.array(plan, { minLength: 1, maxLength: 5 }), due, (fixed, plans, match) => {
    let dossier: Dossier = { ...emptyDossier(0, 'live'), ...fixed };
    dossier.matchGiven = remember(match, 'own', dossier.words, features);
    for (const { content, due: given, ...rest } of plans) {
      dossier.slots = [...dossier.slots, new Slot(rest, { ...content, given: remember(given, 'own', dossier.words, features) }, dossier.words)];
      see(dossier, { eventId: content.eventId, contentHash: given.eventId });
      dossier = DOSSIER.decode(DOSSIER.encode(dossier));
      // Twice without a look inside: slots that nobody read are copied.
      dossier = DOSSIER.decode(DOSSIER.encode(dossier));
      expect(dossier.due).toBe(fixed.due);
    }
    expect(seenOf(dossier)).toEqual(seenOf({
      ...dossier, ...fixed, matchGiven: remember(match, 'own', dossier.words, features),
      slots: plans.map(({ content, due: given, ...rest }) => new Slot(rest, { ...content, given: remember(given, 'own', dossier.words, features) }, dossier.words)),
    }));
  }), { numRuns: 60 });
});

test('a link and a closed order come back as they were', () => {
  fc.assert(fc.property(text, time, due, fc.boolean(), (orderKey, at, given, waits) => {
    const words = new Words();
    const link: Link = { orderKey, due: at, seen: NONE_SEEN, words, given: { payment: remember(given, '', words, features) }, waiting: waits ? [{ type: 'waybill', origin: 'live', bytes: Buffer.from('abc') }] : [] };
    see(link, { eventId: given.eventId, contentHash: given.eventId });
    const { words: itsWords, given: itsGiven, ...rest } = LINK.decode(LINK.encode(link));
    const { words: _, given: __, ...expected } = link;
    expect(rest).toEqual(expected);
    expect(recall(itsGiven.payment as typeof link.given[string], '', itsWords, features)).toEqual(given);
    const closed = { closedAt: at, due: at + 45 * 86_400_000, state: 'MATCHED' as const, seen: link.seen, rest: waits ? Buffer.from('rest') : Buffer.alloc(0) };
    expect(CLOSED.decode(CLOSED.encode(closed))).toEqual(closed);
  }));
});

test('what another build has stored is refused by name', () => {
  expect(() => DOSSIER.decode(Buffer.from([8, 1, 2, 3]))).toThrow(/another build/);
  expect(() => CLOSED.decode(Buffer.from([8, 1, 2, 3]))).toThrow(/another build/);
});

test('events are known by id, and by content where it is asked for', () => {
  fc.assert(fc.property(fc.uniqueArray(token, { minLength: 2, maxLength: 30, selector: (id) => id.slice(0, 8) }), fc.uniqueArray(token, { minLength: 2, maxLength: 2, selector: (id) => id.slice(0, 4) }), (ids, hashes) => {
    const [contentHash, other] = hashes as [string, string];
    const holder = { seen: NONE_SEEN };
    const [stranger, ...taken] = ids as [string, ...string[]];
    for (const eventId of taken) see(holder, { eventId, contentHash });
    for (const eventId of taken) expect([hasSeen(holder.seen, eventId), hasSeen(holder.seen, eventId, contentHash), hasSeen(holder.seen, eventId, other)]).toEqual([true, true, false]);
    expect(hasSeen(holder.seen, stranger)).toBe(false);
    expect(holder.seen.length).toBe(9 * taken.length);
  }));
});
