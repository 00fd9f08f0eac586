/**
 * Simulated traffic: honest deals at a rate that follows day and night, and risk episodes among them. Pure of clock and chance from outside: the same
 * seed and start give the same events, however `next` is called. Documents are only built when they are due, so what waits is small.
 */
import { hourOfWeek } from '../language/span.ts';
import { usualBefore } from './baselines.ts';
import { rhythm, stamp14, stamp17 } from './clock.ts';
import { type Deal, Dealer } from './deal.ts';
import { declaration, type Document, type DocumentName, guid, order, payment, receipt, waybill } from './documents.ts';
import { Device } from './devices.ts';
import { type Also, type Disturbance, type Episode, HOUR, type Plan, type Scene, type Subject } from './episodes/episode.ts';
import { type Begin, Programme } from './episodes/programme.ts';
import { SENDER } from './episodes/technical.ts';
import { Exports } from './exports.ts';
import { fateOf, followUps, type Source } from './follow-ups.ts';
import { parseBeijing } from '../schemas/trade/time.ts';
import { loadUniverse, type Party, type Universe, type Zone } from './parties.ts';
import { mix, Random } from './random.ts';
import { Schedule } from './schedule.ts';
import type { Signing } from './score/signing.ts';

/** `signed`: how, where a run that verifies signatures sends it so; others send it as it is. */
export interface SimulatedEvent { at: number; event: Document; episode: string | undefined; signed?: Signing | undefined }
export interface TrafficOptions {
  seed: number;
  /** Epoch milliseconds of the first moment. */
  start: number;
  /** Mean over a week; the hour of the day changes it. */
  ordersPerSecond: number;
  episodes: boolean;
  /** Which episodes begin when; the usual programme where left out. */
  programme?: { next(): Begin | undefined };
  /** How long an episode may take, ms: see Scene. */
  leisure?: number;
  /** What episodes are known to add. */
  besides?: Besides;
  /** Exports and what follows an import, at low rates, beside the four documents. */
  further?: boolean;
  /** Day and night alike. */
  even?: boolean;
}
/** `usual`: orders a second, over the day, of episodes that move no zone, since what is usual holds such days. `hourly`: orders of all of them by the hour of the run. */
export interface Besides { usual: number; hourly: readonly number[] }
/** What an episode was meant to be, for whoever judges the rules by it. */
export interface Planted { rule: string; lookAlike: boolean; subjects: readonly Subject[]; grade: Plan['grade']; also: NonNullable<Plan['also']>; from: number; until: number }
export interface Traffic {
  /** Events that are due until then (epoch ms, included), in order. */
  next(untilMs: number): SimulatedEvent[];
  /** The episodes that have begun. */
  readonly planted: readonly Planted[];
  /** What they say to have come before the run. */
  readonly history: readonly Past[];
}
export interface Past { at: number; event: Document }

/** What is due: a document of a deal, an answer to one, a ready event, or an episode's beginning. */
interface Step {
  at: number; sequence: number; deal: Deal | undefined; document: DocumentName; status: number; number: number; event: Document | undefined; episode: Episode | undefined;
  source: Source | undefined; signed: Signing | undefined;
}

const BUILD = { order, payment, waybill, declaration };
const NAMES: readonly DocumentName[] = ['order', 'payment', 'waybill', 'declaration'];
/** Of a thousand honest deals: so many are amended, cancelled before declaring, and have a document sent twice. */
const AMENDED = 2;
const CANCELLED = 1;
const REPEATED = 1;
/** Exports for each import order, and vans with a device. */
const EXPORTED = 0.02;
const VANS = 3;
/** After an episode's last document its rule has so long to speak: documents take up to half a minute, and silence is looked for every ten seconds. */
const GRACE_MS = 5 * 60_000;
const NONE: readonly Disturbance[] = [];

export const createTraffic = (options: TrafficOptions, universe = loadUniverse()): Traffic => new Stream(options, universe);

class Stream implements Traffic {
  #options: TrafficOptions;
  #dealer: Dealer;
  #scene: Scene;
  #arrivals: Random;
  #honest: Random;
  #mischief: Random;
  #schedule = new Schedule<Step>();
  #sequence = 0;
  readonly planted: Planted[] = [];
  readonly history: Past[] = [];
  #programme: { next(): Begin | undefined };
  #nextArrival: number;
  #disturbances: Disturbance[] = [];

  constructor(options: TrafficOptions, universe: Universe) {
    const { start } = options;
    // Another start is another crowd: people, numbers and guids never come again under the same seed.
    const seed = mix(options.seed, Math.floor(start / 1000));
    this.#options = { ...options, seed };
    this.#dealer = new Dealer(universe, seed, start);
    this.#arrivals = new Random(mix(seed, 1));
    this.#honest = new Random(mix(seed, 2));
    this.#mischief = new Random(mix(seed, 3));
    this.#scene = sceneOf(this.#dealer, this.#options);
    this.#programme = options.programme ?? new Programme(new Random(mix(seed, 4)), start);
    this.#nextArrival = options.ordersPerSecond > 0 ? start + this.#wait(start) : Number.POSITIVE_INFINITY;
    if (options.episodes) this.#scheduleEpisode();
    if (options.further && options.ordersPerSecond > 0) this.#scheduleSources(start, seed, universe);
  }

  #scheduleSources(start: number, seed: number, { carriers }: Universe): void {
    const waits = new Random(mix(seed, 8));
    const wait = (at: number) => waits.wait(1000 / (EXPORTED * honestRate(this.#options, at)));
    this.#push(Math.floor(start + wait(start)), { source: new Exports(this.#dealer, seed, new Random(mix(seed, 9)), wait) });
    for (let van = 1; van <= VANS; van++) this.#push(start + van * 7000, { source: new Device(van, seed, start, new Random(mix(seed, 100 + van)), carriers[van % carriers.length] as Party) });
  }

  next(untilMs: number): SimulatedEvent[] {
    const out: SimulatedEvent[] = [];
    for (;;) {
      const due = this.#schedule.peek();
      if (this.#nextArrival <= untilMs && (!due || this.#nextArrival <= due.at)) this.#arrive();
      else if (due && due.at <= untilMs) this.#take(this.#schedule.pop() as Step, out);
      else return out;
    }
  }

  #wait = (at: number): number => this.#arrivals.wait(1000 / honestRate(this.#options, at));

  #arrive(): void {
    const at = Math.floor(this.#nextArrival);
    this.#nextArrival += this.#wait(this.#nextArrival);
    const deal = this.#dealer.draw(this.#honest, at);
    const fate = this.#honest.between(0, 999);
    if (fate < CANCELLED) {
      deal.sent = { ...deal.sent, waybill: undefined, declaration: undefined };
      this.#plan(deal);
      this.#push(at + 20_000, { event: order(deal, guid(this.#options.seed, deal.number, 90), '3', at + 20_000) });
      this.#push(at + 20_000, { event: { ...payment(deal, guid(this.#options.seed, deal.number, 91)), appType: '3' } });
      return;
    }
    const later = this.#options.further ? fateOf(deal, this.#options.seed) : undefined;
    // Taken back before it was released.
    if (later?.cancelled) deal.answers = [2, 120, 300];
    const answeredAt = this.#plan(deal);
    if (later) for (const { at: when, event } of followUps(deal, later, this.#options.seed, answeredAt)) this.#push(when, { event });
    if (fate < CANCELLED + AMENDED) {
      const amended = { ...order(deal, guid(this.#options.seed, deal.number, 92), '2', at + 20_000), batchNumbers: `B${deal.serial}` };
      this.#push(at + 20_000, { event: amended });
    } else if (fate < CANCELLED + AMENDED + REPEATED) {
      this.#push(at + 20_000, { event: payment(deal, guid(this.#options.seed, deal.number, 1)) });
    }
  }

  /** The deal's documents and customs' answers, each at its time. Returns that of the last answer to the declaration. */
  #plan(deal: Deal): number {
    const random = new Random(mix(deal.number, this.#options.seed));
    let answeredAt = deal.at;
    for (const [i, document] of NAMES.entries()) {
      const after = deal.sent[document];
      if (after === undefined) continue;
      const at = deal.at + after;
      this.#push(at, { deal, document, number: i });
      if (document !== 'declaration') {
        this.#push(at + random.between(400, 2500), { deal, document, status: 120, number: 4 + i });
        continue;
      }
      answeredAt = at;
      for (const [j, status] of deal.answers.entries()) {
        answeredAt += random.between(500, status >= 800 ? 9000 : 2500);
        this.#push(answeredAt, { deal, document, status, number: 8 + j });
      }
    }
    return answeredAt;
  }

  #push(at: number, step: Partial<Step>): void {
    this.#schedule.push({
      at, sequence: this.#sequence++, deal: step.deal, document: step.document ?? 'order', status: step.status ?? 0, number: step.number ?? 0, event: step.event, episode: step.episode,
      source: step.source, signed: step.signed,
    });
  }

  #take(step: Step, out: SimulatedEvent[]): void {
    const { at, deal, document, status, number } = step;
    if (step.episode && !step.event) {
      this.#begin(step.episode, at);
      return;
    }
    if (step.source) return this.#ask(step.source, at);
    const id = deal ? guid(this.#options.seed, deal.number, number) : '';
    const built = step.event ?? (deal && (status === 0 ? BUILD[document](deal, id) : receipt(deal, document, status, at, id)));
    if (!built) return;
    const disturbances = this.#disturbances.length > 0 ? this.#disturbed(at, built['type'] as string) : NONE;
    if (disturbances.some(({ kind }) => kind === 'silent')) return;
    const event = step.event ? built : this.#altered(built, at, disturbances);
    if (!event) return;
    out.push({ at, event, episode: step.episode?.id ?? deal?.episode, ...(step.signed && { signed: step.signed }) });
    const repeats = disturbances.find(({ kind }) => kind === 'repeats');
    if (!repeats || step.event) return;
    let copies = repeats.share;
    for (let delay = 300; copies > 0 && (copies >= 1 || this.#mischief.chance(copies)); copies--, delay += 300) this.#push(at + delay, { event });
  }

  #ask(source: Source, at: number): void {
    const { events, again } = source.next(at);
    for (const { at: when, event } of events) this.#push(when, { event });
    this.#push(again, { source });
  }

  #disturbed(at: number, type: string): readonly Disturbance[] {
    this.#disturbances = this.#disturbances.filter((d) => d.until > at);
    return this.#disturbances.filter((d) => d.type === type && d.from <= at);
  }

  /** By all that act on its feed. undefined: it comes later. */
  #altered(event: Document, at: number, disturbances: readonly Disturbance[]): Document | undefined {
    let altered = event;
    for (const { kind, share, fields, shiftMs = 0 } of disturbances) {
      if ((kind !== 'altered' && kind !== 'late') || !this.#mischief.chance(share)) continue;
      if (kind === 'late') {
        this.#push(at + shiftMs, { event: { ...altered, returnTime: stamp17(at + shiftMs) } });
        return undefined;
      }
      altered = { ...altered, ...fields, ...(shiftMs > 0 && { appTime: stamp14((parseBeijing(String(altered['appTime'])) ?? at) - shiftMs) }) };
    }
    return altered;
  }

  #scheduleEpisode(): void {
    const begin = this.#programme.next();
    if (begin) this.#push(begin.at, { episode: begin.episode });
  }

  #begin(episode: Episode, at: number): void {
    this.#scheduleEpisode();
    const plan = episode.plan(this.#mischief, at, this.#scene);
    if (!plan) return;
    for (const event of plan.baselines ?? []) this.#push(at, { event: { ...event }, episode });
    for (const deal of plan.deals ?? []) this.#plan(deal);
    for (const { at: when, event, signed } of plan.events ?? []) this.#push(when, { event, episode, signed });
    if (plan.disturbance) this.#disturbances.push(plan.disturbance);
    if (plan.history) this.history.push(...past(plan.history, this.#options.seed));
    this.planted.push({
      rule: episode.id, lookAlike: episode.lookAlike === true, subjects: plan.subjects, grade: plan.grade, also: [...(plan.also ?? []), ...[...movedBy(plan), ...(episode.lookAlike ? [] : mismatchedBy(episode.id, plan))].filter(({ rule }) => rule !== episode.id)], from: plan.since ?? at, until: lastOf(plan, at) + (plan.graceMs ?? GRACE_MS),
    });
  }
}

/** So many orders of one case are enough to move a zone: its orders surge, its goods come from where theirs come from. */
const MOVES_ZONE = 20;
/** And so many lines of one seller and heading to make it a leading one. */
const HOLDS_HEADING = 10;

/** So many sales abroad of one case show in what export lists usually say. */
const SHIFTS_FEED = 20;
/** And so many of a seller's orders, each this far from the usual price, are invoices that do not fit. */
const MISPRICED = { orders: 3, times: 1.25 };

const farOff = ({ lines }: Deal): boolean => lines.some(({ good, priceFen }) => Math.abs(Math.log(priceFen / 100 / good.price)) >= Math.log(MISPRICED.times));

function movedBy(plan: Plan): Also[] {
  const deals = [...(plan.deals ?? []), ...(plan.history?.deals ?? [])];
  const zones = [...Map.groupBy(deals, ({ zone }) => zone.code)].filter(([, own]) => own.length >= MOVES_ZONE).map(([code]) => ({ type: 'zone' as const, id: code }));
  const held = [...new Set([...Map.groupBy(deals.flatMap(({ seller, lines }) => lines.map(({ good }) => `${seller.code}|${good.hs.slice(0, 4)}`)), (key) => key)].filter(([, own]) => own.length >= HOLDS_HEADING).map(([key]) => key.slice(-4)))];
  const misprice = [...Map.groupBy(deals.filter(farOff), ({ seller }) => seller.code)].filter(([, own]) => own.length >= MISPRICED.orders).map(([code]) => ({ type: 'seller' as const, id: code }));
  const abroad = (plan.events ?? []).filter(({ event }) => event['type'] === 'export-declaration').length;
  return [
    ...(misprice.length === 0 ? [] : [{ rule: 'financial/invoice-ratio', subjects: misprice }]),
    ...(abroad < SHIFTS_FEED ? [] : [{ rule: 'technical/drift', subjects: [{ type: 'feed' as const, id: `${SENDER}/export-declaration` }] }]),
    ...(zones.length === 0 ? [] : ['market/order-surge', 'market/country-concentration', 'market/platform-share'].map((rule) => ({ rule, subjects: zones }))),
    ...(held.length === 0 ? [] : [{ rule: 'market/seller-concentration', subjects: held.map((id) => ({ type: 'hs4' as const, id })) }]),
  ];
}

/** Cases whose orders fail the match: a few of them are a rate of their seller. */
const FAILING: ReadonlySet<string> = new Set([
  'financial/amount-differs', 'financial/guarantee-short', 'financial/money-mismatch', 'financial/payer-differs', 'financial/payment-reused', 'public-security/off-positive-list', 'transaction/annual-quota', 'transaction/bad-identity',
  'transaction/documents-missing', 'transaction/goods-mismatch', 'transaction/order-of-things', 'transaction/over-limit', 'transaction/person-mismatch', 'transaction/unregistered-party',
]);

const mismatchedBy = (rule: string, { deals = [] }: Plan): Also[] =>
  FAILING.has(rule) ? [{ rule: 'transaction/mismatch-rate', subjects: [...new Set(deals.map(({ seller }) => seller.code))].map((id) => ({ type: 'seller' as const, id })) }] : [];

/** Deals of the past as their documents and customs' last word: complete, in order, released. */
const past = ({ deals = [], events = [] }: NonNullable<Plan['history']>, seed: number): Past[] => [...events, ...deals.flatMap((deal) => {
  const declared = deal.at + (deal.made.declaration ?? 0);
  return [
    ...NAMES.map((document, number) => ({ at: deal.at + (deal.made[document] ?? 0), event: BUILD[document](deal, guid(seed, deal.number, number)) })),
    ...[800, 899].map((status, i) => ({ at: declared + 2000 * (i + 1), event: receipt(deal, 'declaration', status, declared + 2000 * (i + 1), guid(seed, deal.number, 8 + i)) })),
  ];
})];

const lastOf = ({ deals = [], events = [], disturbance }: Plan, at: number): number =>
  Math.max(at, disturbance?.until ?? 0, ...events.map((event) => event.at), ...deals.map((deal) => deal.at + Math.max(0, ...Object.values(deal.sent).map((after) => after ?? 0))));

/** So long a case waits for a quiet feed. */
const SOON_MS = 2 * HOUR;
const NOTHING_BESIDES: Besides = { usual: 0, hourly: [] };

/** What hours hold of the time between, both in ms since the first of them. */
function heldBetween(hourly: readonly number[], from: number, until: number): number {
  let held = 0;
  for (let hour = Math.floor(from / HOUR); hour * HOUR < until; hour++) held += ((hourly[hour] ?? 0) * (Math.min(until, (hour + 1) * HOUR) - Math.max(from, hour * HOUR))) / HOUR;
  return held;
}

/** Orders a second at that time. */
const honestRate = ({ ordersPerSecond, even }: TrafficOptions, at: number): number => ordersPerSecond * (even ? 1 : rhythm(hourOfWeek(at)));

export function sceneOf(dealer: Dealer, options: TrafficOptions): Scene {
  const { seed, start, ordersPerSecond, leisure = 0, besides = NOTHING_BESIDES } = options;
  const elapsed = (ms: number, at: number): number => Math.min(ms, Math.max(0, at - start));
  const honest = (at: number): number => honestRate(options, at);
  const used = new Set<string>();
  const taken: { rule: string; type: string; until: number; rested: number }[] = [];
  return {
    dealer, seed, opening: start, leisure,
    ordersWithin: (ms, at) => (elapsed(ms, at) / 1000) * honest(at) + heldBetween(besides.hourly, at - start - elapsed(ms, at), at - start),
    ordersInZone: (zone: Zone, ms, at) => ((elapsed(ms, at) / 1000) * (honest(at) + besides.usual) * zone.weight) / dealer.universe.byWeight.total,
    usual: (zone, at) => usualBefore(dealer.universe, zone, ordersPerSecond + besides.usual, at),
    quietFeed(random, rule, types, start, lastingMs, restMs) {
      const quietFrom = (type: string) => (leisure === 0 ? start : Math.max(start, ...taken.filter((other) => other.type === type).map((other) => (other.rule === rule ? other.rested : other.until))));
      const from = Math.min(...types.map(quietFrom));
      if (from > start + SOON_MS) return undefined;
      const type = random.pick(types.filter((each) => quietFrom(each) === from));
      taken.push({ rule, type, until: from + lastingMs, rested: from + lastingMs + restMs });
      return { type, from };
    },
    fresh<T extends Party | Zone>(random: Random, items: readonly T[], group = ''): T | undefined {
      const free = leisure > 0 ? items.filter(({ code }) => !used.has(group + code)) : items;
      if (free.length === 0) return undefined;
      const chosen = random.pick(free);
      used.add(group + chosen.code);
      return chosen;
    },
  };
}
