/** One purchase: everything that its documents say, before they say it. Money in fen, weight in grams, so that sums are exact. */
import { CATALOGUE, type Good, originPrice, taxInLimit } from './catalogue.ts';
import type { Party, Universe, Zone } from './parties.ts';
import { type Person, person } from './people.ts';
import { mix, type Random, Weighted } from './random.ts';

export interface Line { good: Good; country: string; countryCode: string; quantity: number; priceFen: number }
/** Milliseconds after the deal's beginning. undefined = the document never comes. */
export type Timetable = Record<'order' | 'payment' | 'waybill' | 'declaration', number | undefined>;

export interface Deal {
  number: number; at: number; orderNo: string; mode: '1210' | '9610';
  zone: Zone; platform: Party; seller: Party; payment: Party; carrier: Party; guarantor: Party;
  /** `receiver` is the waybill's consignee. */
  buyer: Person; payer: Person; consignee: Person; receiver: Person;
  lines: Line[];
  goodsFen: number; freightFen: number; discountFen: number; taxFen: number;
  /** As the order says and as the payment says: equal, unless an episode parts them. */
  paidFen: number; amountPaidFen: number;
  netGrams: number; grossGrams: number; waybillGrams: number;
  payTransactionId: string; logisticsNo: string; copNo: string; serial: string;
  waybillNamesOrder: boolean;
  /** What the waybill says of the goods; undefined = their names. */
  goodsInfo: string | undefined;
  /** When a document was made (its appTime), and when it is sent: later for the few that come out of order. */
  made: Timetable; sent: Timetable;
  /** Customs' answers to the declaration, in order. */
  answers: readonly number[];
  episode: string | undefined;
}

/** What an episode asks of a deal; the rest is drawn. */
export interface Wishes {
  zone?: Zone; seller?: Party; platform?: Party; buyer?: Person; country?: string; good?: Good; quantity?: number; lineCount?: number; mode?: '1210' | '9610';
  /** Bought by somebody who never bought before and does not come back: a case's dear order and an honest one by the same person would be a split order. */
  newcomer?: boolean;
  /** Price per unit over the reference price. */
  priceFactor?: number; episode?: string;
}

/** Spread of prices around the reference: 0.06 keeps an honest price within 20 % of it all but once in ten thousand. */
const PRICE_SIGMA = 0.06;
/** Buyers who may come back, and how often the next one is one of them: rare enough that honest people seldom look like a burst of payments. */
const KNOWN_BUYERS = 16_384;
const RETURNING = 0.12;

export class Dealer {
  readonly universe: Universe;
  #seed: number;
  #prefix: string;
  /** Customs' nine-digit numbers start elsewhere on each start. */
  #offset: number;
  #count = 0;
  #people = 0;
  #recent: Person[] = [];
  #goods = new Weighted(CATALOGUE, (good) => good.popularity);
  #byOrigin = new Map<string, Weighted<Good>>();

  constructor(universe: Universe, seed: number, start: number) {
    this.universe = universe;
    this.#seed = seed;
    this.#offset = mix(seed, Math.floor(start / 1000)) % 1_000_000_000;
    this.#prefix = `${Math.floor(start / 1000).toString(36)}${(seed >>> 0).toString(36)}`.toUpperCase();
    for (const country of new Set(CATALOGUE.flatMap((good) => good.origins))) {
      this.#byOrigin.set(country, new Weighted(CATALOGUE.filter((good) => good.origins.includes(country)), (good) => good.popularity));
    }
  }

  /** Somebody new. */
  person(random: Random): Person {
    const home = random.pick(this.universe.zones);
    return person(this.#seed, ++this.#people, home.code.padEnd(6, '0'), `${home.name}市`);
  }

  draw(random: Random, at: number, wishes: Wishes = {}): Deal {
    const number = ++this.#count;
    const zone = wishes.zone ?? (wishes.seller ? this.universe.zone(wishes.seller.zone) : this.universe.byWeight.draw(random));
    const serial = `${this.#prefix}${String(number).padStart(8, '0')}`;
    const buyer = wishes.buyer ?? this.#buyer(random, wishes.newcomer === true);
    const consignee = random.chance(0.05) ? this.person(random) : buyer;
    const made = timetable(random);
    const deal: Deal = {
      number, at, orderNo: `SIM${serial}`, mode: wishes.mode ?? (random.chance(0.72) ? '1210' : '9610'),
      zone, seller: wishes.seller ?? random.pick(this.universe.sellers.get(zone.code) ?? []), platform: wishes.platform ?? random.pick(this.universe.platforms),
      payment: random.pick(this.universe.payments), carrier: random.pick(this.universe.carriers), guarantor: random.pick(this.universe.guarantors),
      buyer, payer: buyer, consignee, receiver: consignee,
      lines: this.#lines(random, wishes),
      goodsFen: 0, freightFen: random.chance(0.6) ? 0 : random.between(8, 35) * 100, discountFen: 0, taxFen: 0, paidFen: 0, amountPaidFen: 0,
      netGrams: 0, grossGrams: 0, waybillGrams: 0,
      payTransactionId: `SIMP${serial}`, logisticsNo: `SIMW${serial}`, copNo: `SIMD${serial}`, serial: String((this.#offset + number) % 1_000_000_000).padStart(9, '0'),
      waybillNamesOrder: random.chance(0.7), goodsInfo: undefined, made, sent: late(random, made),
      answers: random.chance(0.03) ? (random.chance(0.6) ? [2, 120, 300, 800, 899] : [2, 120, 500, 800, 899]) : [2, 120, 800, 899],
      episode: wishes.episode,
    };
    if (random.chance(0.1)) deal.discountFen = random.between(5, 20) * 100;
    return settle(deal);
  }

  #buyer(random: Random, newcomer: boolean): Person {
    if (!newcomer && random.chance((RETURNING * this.#recent.length) / KNOWN_BUYERS)) return random.pick(this.#recent);
    const buyer = this.person(random);
    if (newcomer) return buyer;
    this.#recent[Math.min(this.#people % KNOWN_BUYERS, this.#recent.length)] = buyer;
    return buyer;
  }

  #lines(random: Random, wishes: Wishes): Line[] {
    const draw = random.next();
    const count = wishes.lineCount ?? (wishes.good ? 1 : draw < 0.7 ? 1 : draw < 0.92 ? 2 : 3);
    const lines: Line[] = [];
    for (let i = 0; i < count; i++) {
      const good = wishes.good ?? (wishes.country ? this.#byOrigin.get(wishes.country) ?? this.#goods : this.#goods).draw(random);
      if (lines.some((line) => line.good === good)) continue;
      const country = wishes.country ?? random.pick(good.origins);
      const quantity = wishes.quantity ?? (good.price < 300 ? random.between(1, 3) : 1);
      const factor = wishes.priceFactor ?? Math.exp(PRICE_SIGMA * random.normal());
      const priceFen = Math.max(1, Math.round(originPrice(good, country) * factor * 100));
      lines.push({ good, country, countryCode: this.universe.countryCode.get(country) ?? '', quantity, priceFen });
    }
    return lines;
  }
}

/** Dutiable value of each line, in fen. Freight is apportioned by value; the last line takes the rest of the fen. */
export function dutiable({ lines, goodsFen, freightFen }: Pick<Deal, 'lines' | 'goodsFen' | 'freightFen'>): number[] {
  let left = freightFen;
  return lines.map(({ quantity, priceFen }, i) => {
    const value = quantity * priceFen;
    const share = i === lines.length - 1 ? left : Math.round((freightFen * value) / goodsFen);
    left -= share;
    return value + share;
  });
}

/** Sums, tax and weights from the lines. */
export function settle(deal: Deal): Deal {
  const goods = (): number => deal.lines.reduce((sum, line) => sum + line.quantity * line.priceFen, 0);
  let total = goods();
  while (deal.episode === undefined && deal.lines.length > 1 && total + deal.freightFen > 500_000) {
    deal.lines.pop();
    total = goods();
  }
  deal.goodsFen = total;
  deal.discountFen = Math.min(deal.discountFen, Math.floor(total / 4));
  const values = dutiable(deal);
  deal.taxFen = 0;
  deal.netGrams = 0;
  for (const [i, { good, quantity }] of deal.lines.entries()) {
    deal.taxFen += taxInLimit(values[i] as number, good.vat, good.consumptionTax);
    deal.netGrams += Math.max(1, Math.round(quantity * good.netKg * 1000));
  }
  deal.grossGrams = Math.round(deal.netGrams * 1.08) + 60;
  deal.waybillGrams = deal.grossGrams;
  deal.paidFen = deal.goodsFen + deal.freightFen + deal.taxFen - deal.discountFen;
  deal.amountPaidFen = deal.paidFen;
  return deal;
}

function timetable(random: Random): Timetable {
  const order = random.between(0, 400);
  const payment = order + random.between(300, 2500);
  const waybill = payment + random.between(500, 4000);
  return { order, payment, waybill, declaration: waybill + random.between(1500, 8000) };
}

/** Three in a hundred documents are overtaken by those that follow them. */
function late(random: Random, made: Timetable): Timetable {
  const draw = random.next();
  if (draw < 0.03) return { ...made, order: (made.order as number) + random.between(4000, 15_000) };
  if (draw < 0.06) return { ...made, payment: (made.payment as number) + random.between(4000, 15_000) };
  if (draw < 0.09) return { ...made, waybill: (made.waybill as number) + random.between(6000, 15_000) };
  return made;
}
