/** A risk episode: a labelled piece of misbehaviour amid honest traffic, made so that one rule has something to find. */
import { CATALOGUE, type Good, originPrice } from '../catalogue.ts';
import type { Deal, Dealer } from '../deal.ts';
import type { Document } from '../documents.ts';
import type { Random } from '../random.ts';
import type { Zone } from '../parties.ts';

export interface Bilingual { en: string; zh: string }

export interface Scene {
  dealer: Dealer;
  seed: number;
  /** Orders that honest traffic has brought within the last `ms`, as expected from the rate (less right after the start). */
  ordersWithin(ms: number, at: number): number;
  /** The same for one zone. */
  ordersInZone(zone: Zone, ms: number, at: number): number;
  /** Median and MAD of the zone's orders per hour at that hour of the week: what the baselines say. */
  usual(zone: Zone, at: number): { median: number; mad: number };
}

/** A feed's misbehaviour: it falls silent, or it sends a share of its messages twice. */
export interface Disturbance { kind: 'silent' | 'repeats'; type: string; from: number; until: number; share: number }

export interface Plan { deals?: Deal[]; events?: { at: number; event: Document }[]; disturbance?: Disturbance }

export interface Episode {
  /** The id of the rule that should find it. */
  id: string;
  label: Bilingual;
  plan(random: Random, start: number, scene: Scene): Plan;
}

/** 0 blue … 3 red: how bad an episode is. Mild ones are common. */
export function severity(random: Random): 0 | 1 | 2 | 3 {
  const draw = random.next();
  return draw < 0.5 ? 0 : draw < 0.86 ? 1 : draw < 0.96 ? 2 : 3;
}

/** `count` values made by `make`, given moments spread evenly over `spanMs`. */
export const spread = <T>(count: number, start: number, spanMs: number, make: (at: number, i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(start + Math.floor((i * spanMs) / count), i));

export const good = (hs: string): Good => {
  const found = CATALOGUE.find((candidate) => candidate.hs === hs);
  if (!found) throw new Error(`no good ${hs} in simulator/catalogue.ts`);
  return found;
};

/** Wishes for two pieces of one good that cost `yuan` together. */
export const worth = (hs: string, country: string, yuan: number) =>
  ({ good: good(hs), country, quantity: 2, priceFactor: yuan / 2 / originPrice(good(hs), country) });
