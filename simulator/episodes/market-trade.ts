/** Episodes of the market rules M1, M6, M11 and M12: how much is traded, at which price, and where to. */
import { CATALOGUE, type Good } from '../catalogue.ts';
import { saleAbroad } from '../exports.ts';
import type { Zone } from '../parties.ts';
import type { Random } from '../random.ts';
import { type Also, DAY, type Episode, freshText, good, GRADE, HOUR, type Plan, type Scene, severity, spread, subject, within } from './episode.ts';
import { bigZone, COUNTRIES, HEADINGS, LINES, MOST, ONE_PRICE, oneCountry, smallZone, zoneOrdersOfDay } from './market.ts';

/** Orders of a zone of which `share`, of all its lines, are priced as `factor` says. */
function priced(random: Random, start: number, scene: Scene, episode: string, share: number, factor: () => number): Plan | undefined {
  const zone = smallZone(random, scene);
  if (!zone) return undefined;
  const besides = LINES * zoneOrdersOfDay(zone, scene, start + scene.leisure);
  const count = Math.min(MOST, 45 + Math.ceil(2 * besides));
  const low = Math.min(count, Math.ceil(share * (count + besides)));
  const deals = spread(count, start, within(scene, 20_000), (at, i) => scene.dealer.draw(random, at, { zone, lineCount: 1, newcomer: true, ...((i * low) % count < low ? { priceFactor: factor() } : {}), episode }));
  const sellers = [...new Set(deals.map(({ seller }) => seller.code))];
  return { deals, subjects: subject('zone', zone.code), also: [{ rule: 'transaction/undervaluation', subjects: subject('seller', ...sellers) }] };
}

export const cheapZone: Episode = {
  id: 'market/far-below-reference',
  label: { en: 'Many lines of a zone cost less than half of what is usual', zh: '综试区大量商品申报价不足参考价一半' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = priced(random, start, scene, this.id, [0.13, 0.21, 0.34, 0.55][level] as number, () => (25 + random.between(0, 22)) / 100);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const saleOfTheZone: Episode = {
  id: 'market/far-below-reference', lookAlike: true,
  label: { en: 'A sale: most lines cost a third less, a few less than half', zh: '促销期间多数商品降价约三成，个别低于半价' },
  plan: (random, start, scene) => priced(random, start, scene, 'market/far-below-reference', 0.8, () => (random.chance(0.02) ? 0.45 : (58 + random.between(0, 20)) / 100)),
};

/** What the sample table of measures names, and what it does not. */
const HIT = [['6402992900', 'CHL'], ['8504401400', 'NOR']] as const;
const FREE = ['USA', 'GBR', 'DEU', 'FRA', 'AUS', 'JPN', 'KOR'];
const SALES = 44;
/** A zone that exports a few parcels a day besides. */
const exporting = (random: Random, { dealer, fresh }: Scene): Zone | undefined => fresh(random, dealer.universe.zones.filter(({ weight }) => weight >= 2 && weight <= 6), 'exports');
/** Where so much goes to one country, the zone's trade hangs on it as well. */
const hangsOn = (zone: Zone): Also[] => [{ rule: oneCountry.id, subjects: subject('zone', zone.code) }];

export const newTariff: Episode = {
  id: 'market/trade-measure',
  label: { en: 'A zone exports to a country that has just put a tariff or a ban on such goods', zh: '综试区出口集中于新设关税或禁令的国家' },
  plan(random, start, scene) {
    const zone = exporting(random, scene);
    if (!zone) return undefined;
    const level = severity(random);
    const [hs, country] = random.pick(HIT);
    const share = [0.17, 0.25, 0.4, 0.65][level] as number;
    const hit = Math.ceil(share * SALES);
    const events = spread(SALES, start, within(scene, 20_000), (at, i) => saleAbroad(scene.dealer, scene.seed, random, at, { zone, hs, country: (i * hit) % SALES < hit ? country : random.pick(FREE) })).flat();
    return { events, subjects: subject('zone', zone.code), grade: GRADE[level], also: hangsOn(zone) };
  },
};

export const otherWares: Episode = {
  id: 'market/trade-measure', lookAlike: true,
  label: { en: 'Other goods to such a country, and such goods to other countries', zh: '向该国出口其他商品，同类商品输往他国' },
  plan(random, start, scene) {
    const zone = exporting(random, scene);
    if (!zone) return undefined;
    const [hs, country] = random.pick(HIT);
    const events = spread(SALES, start, within(scene, 20_000), (at, i) => saleAbroad(scene.dealer, scene.seed, random, at, { zone, ...(i % 2 === 0 ? { hs: '9405210000', country } : { hs, country: random.pick(FREE) }) })).flat();
    return { events, subjects: subject('zone', zone.code), also: hangsOn(zone) };
  },
};

/** Goods from countries that nobody else has them from: their price is the episode's own; not of headings that a seller may come to hold. By HS6 and origin. */
export const rarities = (countries: readonly string[]): Map<string, { good: Good; country: string }> => new Map(CATALOGUE.filter(({ hs, price }) => price >= 40 && price <= 400 && !HEADINGS.some(({ code }) => hs.startsWith(code))).flatMap((candidate) => {
  const hs6 = candidate.hs.slice(0, 6);
  return countries.filter((country) => !CATALOGUE.some(({ hs, origins }) => hs.startsWith(hs6) && origins.includes(country))).map((country): [string, { good: Good; country: string }] => [`${hs6}|${country}`, { good: candidate, country }]);
}));
const PRICED = rarities(['CHL', 'NOR', 'HUN']);
const [BEFORE, OF_THE_DAY] = [90, 36];

/** Weeks at the usual price, then a day at what `factor` says. */
function pricesOf(random: Random, start: number, scene: Scene, episode: string, factor: (i: number) => number): Plan | undefined {
  const key = freshText(random, scene, [...PRICED.keys()], 'hs6');
  const rarity = key === undefined ? undefined : PRICED.get(key);
  if (key === undefined || !rarity) return undefined;
  const sold = (at: number, usual: number) => scene.dealer.draw(random, at, { ...rarity, zone: bigZone(random, scene), quantity: 1, priceFactor: usual * Math.exp(0.03 * random.normal()), newcomer: true, episode });
  const before = spread(BEFORE, scene.opening - 26 * DAY, 24 * DAY, (at) => sold(at, 1));
  return { history: { deals: before }, deals: spread(OF_THE_DAY, start, within(scene, 20_000), (at, i) => sold(at, factor(i))), subjects: subject('hs6', key) };
}

export const priceJumps: Episode = {
  id: 'market/price-shock',
  label: { en: 'The price of a commodity jumps or falls from one day to the next', zh: '某商品申报单价一日之间大涨或大跌' },
  plan(random, start, scene) {
    const level = severity(random);
    const change = ([0.15, 0.26, 0.42, 0.6][level] as number) * (random.chance(0.5) ? 1 : -1);
    const made = pricesOf(random, start, scene, this.id, () => Math.exp(change));
    return made && { ...made, grade: GRADE[level] };
  },
};

export const dearFew: Episode = {
  id: 'market/price-shock', lookAlike: true,
  label: { en: 'Prices rise a little, and a few articles of the kind are twice as dear', zh: '价格小幅上涨，个别款式价格翻倍' },
  plan: (random, start, scene) => pricesOf(random, start, scene, 'market/price-shock', (i) => (i % 9 === 4 ? 2 : 1.05)),
};

const WEEKLY = 36;

/** Four weeks of a zone as ever, then one with fewer orders. They are equal, so that their number is their value. */
function weeksOf(random: Random, start: number, scene: Scene, episode: string, last: number): Plan | undefined {
  const zone = smallZone(random, scene);
  if (!zone) return undefined;
  const sold = (at: number, i: number) => scene.dealer.draw(random, at, { zone, good: good(ONE_PRICE), country: COUNTRIES[i % COUNTRIES.length] as string, quantity: 1, priceFactor: 1, newcomer: true, episode });
  const since = scene.opening - 7.5 * DAY;
  return {
    history: { deals: [...spread(4 * WEEKLY, since - 28 * DAY, 28 * DAY, sold), ...spread(last, since + 0.3 * DAY, 7 * DAY, sold)] },
    deals: spread(2, start, within(scene, 5000, HOUR), sold), since, subjects: subject('zone', zone.code),
  };
}

export const demandCollapses: Episode = {
  id: 'market/demand-collapse',
  label: { en: 'A zone sells far less than in the weeks before', zh: '综试区成交额较前几周骤降' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = weeksOf(random, start, scene, this.id, [19, 15, 10, 5][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const weekOfRest: Episode = {
  id: 'market/demand-collapse', lookAlike: true,
  label: { en: 'A week a fifth weaker than those before, as weeks may be by chance', zh: '一周成交较平时低约两成，属正常起伏' },
  plan: (random, start, scene) => weeksOf(random, start, scene, 'market/demand-collapse', 29),
};
