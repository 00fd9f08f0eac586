/** A risk episode: a labelled piece of misbehaviour amid honest traffic, made so that one rule has something to find; and its look-alike, which it must leave alone. */
import type { Grade } from '../../schemas/risk/alert.ts';
import type { SubjectType } from '../../schemas/risk/signal.ts';
import type { BaselineEvent, Usual } from '../baselines.ts';
import { CATALOGUE, type Good, originPrice } from '../catalogue.ts';
import type { Deal, Dealer, Wishes } from '../deal.ts';
import type { Document } from '../documents.ts';
import type { Party, Zone } from '../parties.ts';
import type { Person } from '../people.ts';
import type { Random } from '../random.ts';
import { loadSeed } from '../../seeds/load.ts';
import type { Signing } from '../score/signing.ts';

export interface Bilingual { en: string; zh: string }

/** Whom a rule would name, told by what is in clear: an identity number, an address, a party's code. */
export interface Subject { type: SubjectType; id: string }
/** A rule that has a case as well: buying one's yearly limit within a day also looks like split orders. */
export interface Also { rule: string; subjects: Subject[] }

export interface Scene {
  dealer: Dealer;
  seed: number;
  /** When the run begins: what an episode says of the weeks before comes before that. */
  opening: number;
  /** How long an episode may take and hide in, ms; 0 = it happens within seconds, for whoever watches. */
  leisure: number;
  /** Orders within the last `ms`, as expected: honest ones from the rate (less right after the start), and what the other episodes of that hour bring. */
  ordersWithin(ms: number, at: number): number;
  /** The same for one zone, without what moves zones. */
  ordersInZone(zone: Zone, ms: number, at: number): number;
  /** Median and MAD of the zone's orders within the hour before: what the baselines say. */
  usual(zone: Zone, at: number): Usual;
  /** One of these that no leisurely episode (of the `group`) has used, so that each case has a subject of its own; undefined = all are used. Without leisure any will do. */
  fresh<T extends Party | Zone>(random: Random, items: readonly T[], group?: string): T | undefined;
  /**
   * One of these feeds on which no leisurely case acts, nor one of `rule` whose alert may still be told of, so that each case is told by itself; the first to be so, and from when on; undefined = none is
   * soon. It is taken for `lastingMs`, and for cases of the same rule for `restMs` more. Without leisure any will do.
   */
  quietFeed(random: Random, rule: string, types: readonly string[], start: number, lastingMs: number, restMs: number): { type: string; from: number } | undefined;
}

/**
 * A feed's misbehaviour: it falls silent; it sends a share of its messages twice, with other fields (its appTime `shiftMs` behind), or `shiftMs` later than it should.
 */
export interface Disturbance { kind: 'silent' | 'repeats' | 'altered' | 'late'; type: string; from: number; until: number; share: number; fields?: Document; shiftMs?: number }

export interface Plan {
  deals?: Deal[]; events?: { at: number; event: Document; signed?: Signing }[]; baselines?: BaselineEvent[]; disturbance?: Disturbance;
  /** What came in the weeks before the run, each at its own time, for windows that look back so far. A scored run lives through it first; elsewhere it is left out. */
  history?: { deals?: Deal[]; events?: { at: number; event: Document }[] };
  /** Where the misbehaviour began before the episode: from then on the rule may speak. */
  since?: number;
  subjects: Subject[];
  /** What the rule's bands make of it; in a look-alike nothing. */
  grade?: Grade;
  also?: Also[];
  /** Time after the last document in which the rule must have spoken, where the usual is too short. */
  graceMs?: number;
}

export interface Episode {
  /** The id of the rule that should find it, or leave it alone. */
  id: string;
  lookAlike?: true;
  label: Bilingual;
  /** undefined: no subject is left for it. */
  plan(random: Random, start: number, scene: Scene): Plan | undefined;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const GRADE = ['blue', 'yellow', 'orange', 'red'] as const;
export type Severity = 0 | 1 | 2 | 3;

/** 0 blue … 3 red: how bad an episode is. Mild ones are common. */
export function severity(random: Random): Severity {
  const draw = random.next();
  return draw < 0.5 ? 0 : draw < 0.86 ? 1 : draw < 0.96 ? 2 : 3;
}

/** `count` values made by `make`, given moments spread evenly over `spanMs`. */
export const spread = <T>(count: number, start: number, spanMs: number, make: (at: number, i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(start + Math.floor((i * spanMs) / count), i));

/** What takes `quickMs` before watchers takes its time where it may hide. */
export const within = (scene: Scene, quickMs: number, longestMs = Number.POSITIVE_INFINITY): number => (scene.leisure > 0 ? Math.min(scene.leisure, longestMs) : quickMs);

export const good = (hs: string): Good => {
  const found = CATALOGUE.find((candidate) => candidate.hs === hs);
  if (!found) throw new Error(`no good ${hs} in simulator/catalogue.ts`);
  return found;
};

/** One of these texts that no other case has used. */
export const freshText = (random: Random, { fresh }: Scene, texts: readonly string[], group: string): string | undefined => fresh(random, texts.map((code) => ({ code, name: code, zone: '' })), group)?.code;

/** Wishes for two pieces of one good that cost `yuan` together. */
export const worth = (hs: string, country: string, yuan: number): Wishes =>
  ({ good: good(hs), country, quantity: 2, priceFactor: yuan / 2 / originPrice(good(hs), country) });

/** Dear goods from many countries: a big sum should not make a zone hang on one of them. */
export const DEAR: readonly [hs: string, country: string][] = [
  ['9102110000', 'JPN'], ['9102110000', 'CHE'], ['8518300000', 'MYS'], ['8518300000', 'USA'], ['4202210090', 'FRA'], ['4202210090', 'ITA'], ['8509409000', 'DEU'], ['8510100000', 'NLD'],
];
/** Wishes for pieces of one such good that cost `yuan` together: as many as its usual price allows, so that none looks undervalued. Each by somebody else: two by one would be a split order besides. */
export function dear(random: Random, yuan: number, least = 1): Wishes {
  const affordable = DEAR.filter(([code, from]) => originPrice(good(code), from) * least <= yuan);
  // Nor dearer than usual by a quarter, where one of them allows it.
  const usually = affordable.filter(([code, from]) => yuan / Math.floor(yuan / originPrice(good(code), from)) <= 1.25 * originPrice(good(code), from));
  const [hs, country] = random.pick(usually.length > 0 ? usually : affordable);
  const usual = originPrice(good(hs), country);
  const quantity = Math.floor(yuan / usual);
  return { good: good(hs), country, quantity, priceFactor: yuan / quantity / usual, newcomer: true };
}

/** A zone of the later batches: its small trade is easily disturbed, so market cases have them to themselves while others can hide elsewhere. */
export const isSmall = (zone: Zone): boolean => zone.weight < 2;

/** Sellers whose registered business the sample table tells: what else is planted there would thin out a case of it, so they are left to those. */
const REGISTERED: ReadonlySet<string> = new Set(loadSeed('business-scopes').rows.map((row) => row['code'] as string));
export const registered = ({ dealer: { universe } }: Scene): Party[] => [...universe.sellers.values()].flat().filter(({ code }) => REGISTERED.has(code));

/** A seller of a zone drawn by its weight: bigger zones hide more. */
export function someSeller(random: Random, { dealer: { universe }, leisure, fresh }: Scene): Party | undefined {
  const isFree = ({ code }: Party) => leisure === 0 || !REGISTERED.has(code);
  for (let attempt = 0; attempt < 50; attempt++) {
    const zone = universe.byWeight.draw(random);
    const seller = leisure > 0 && isSmall(zone) ? undefined : fresh(random, (universe.sellers.get(zone.code) ?? []).filter(isFree));
    if (seller) return seller;
    if (leisure === 0) break;
  }
  return fresh(random, [...universe.sellers.values()].flat().filter(isFree));
}

export const subject = (type: SubjectType, ...ids: string[]): Subject[] => ids.map((id) => ({ type, id }));
export const seller = (party: Party): Subject[] => subject('seller', party.code);
export const buyerAndAddress = (...people: Person[]): Subject[] => [...subject('buyer', ...people.map((p) => p.idNumber)), ...subject('address', ...people.map((p) => p.address))];
