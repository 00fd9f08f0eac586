/** Episodes of the market rules M2 to M5: who trades how much. */
import { LEAST_SURPLUS, MAD_FLOOR, VOLUME_RULE } from '../baselines.ts';
import { CATALOGUE } from '../catalogue.ts';
import type { Party, Zone } from '../parties.ts';
import type { Random } from '../random.ts';
import { DEAR, type Episode, good, GRADE, HOUR, isSmall, MINUTE, type Plan, type Scene, severity, someSeller, spread, subject, within } from './episode.ts';

/** One dear good, so that the value follows the count. */
export const ONE_PRICE = '8518300000';
export const COUNTRIES = ['AUS', 'KOR', 'NZL', 'FRA', 'JPN', 'USA', 'DEU', 'ITA', 'GBR'];

/** A zone that hides what is not its own case. */
export function bigZone(random: Random, { dealer: { universe } }: Scene): Zone {
  for (;;) {
    const zone = universe.byWeight.draw(random);
    if (!isSmall(zone)) return zone;
  }
}
export const smallZone = (random: Random, { dealer, fresh }: Scene): Zone | undefined => fresh(random, dealer.universe.zones.filter(isSmall));

export const volumeShock: Episode = {
  id: 'market/order-surge',
  label: { en: 'Orders of a zone jump far above the usual for the hour', zh: '综试区订单量远超同期水平' },
  plan(random, start, scene) {
    const zone = smallZone(random, scene);
    if (!zone) return undefined;
    const level = severity(random);
    const { median, mad } = scene.usual(zone, start);
    const z = [3.5, 4.6, 6.6, 8.6][level] as number;
    const there = Math.min(scene.ordersInZone(zone, HOUR, start), median);
    const count = Math.ceil(Math.max(35, median + Math.max(LEAST_SURPLUS + 1, z * 1.4826 * Math.max(mad, MAD_FLOOR * median))) - there);
    return { deals: spread(count, start, within(scene, 18_000, 40 * MINUTE), (at) => scene.dealer.draw(random, at, { zone, episode: this.id })), subjects: subject('zone', zone.code), grade: GRADE[level] };
  },
};

export const salesDay: Episode = {
  id: 'market/order-surge', lookAlike: true,
  label: { en: 'A sales day that comes each year: its baseline knows of it', zh: '“双十一”等大促，基线已含同期水平' },
  plan(random, start, scene) {
    const zone = smallZone(random, scene);
    if (!zone) return undefined;
    const count = 45;
    const hours = Math.max(1, within(scene, 18_000, 4 * HOUR) / HOUR);
    const week = (value: number): number[] => Array.from({ length: 168 }, () => value);
    const baseline = { type: 'baseline' as const, ...VOLUME_RULE, subjectType: 'zone' as const, subjectId: zone.code, median: week(count), mad: week(6), label: 'simulated' };
    const total = Math.round(count * hours);
    return { baselines: [baseline], deals: spread(total, start, within(scene, 18_000, 4 * HOUR), (at) => scene.dealer.draw(random, at, { zone, lineCount: 1, episode: this.id })), subjects: subject('zone', zone.code) };
  },
};

export const oneCountry: Episode = {
  id: 'market/country-concentration',
  label: { en: 'A zone lives on one country of origin', zh: '综试区货源集中于单一国家' },
  plan(random, start, scene) {
    const { dealer, leisure } = scene;
    const zone = smallZone(random, scene);
    if (!zone) return undefined;
    const level = severity(random);
    const country = random.pick(['AUS', 'KOR', 'NZL', 'FRA']);
    if (leisure === 0) {
      const count = Math.min(300, 50 + Math.ceil(2 * scene.ordersInZone(zone, 24 * HOUR, start)));
      const share = [0.5, 0.58, 0.7, 0.9][level] as number;
      return { deals: spread(count, start, 18_000, (at) => dealer.draw(random, at, { zone, lineCount: 1, ...(random.chance(share) ? { country } : {}), episode: this.id })), subjects: subject('zone', zone.code), grade: GRADE[level] };
    }
    // So many that the zone's ordinary orders hardly thin them out. Of equal orders, the square of the share is the index. Hidden: spread over the hours, the country's own orders here and there among the others.
    const count = 60 + Math.ceil(3 * scene.ordersInZone(zone, 24 * HOUR, start + leisure));
    const share = Math.sqrt(([3000, 4200, 6000, 8800][level] as number)) / 100;
    let due = 0;
    const deals = spread(count, start, leisure, (at, i) => {
      const own = due < Math.ceil((i + 1) * share);
      if (own) due++;
      return dealer.draw(random, at, { zone, good: good(ONE_PRICE), quantity: 1, priceFactor: 1, country: own ? country : random.pick(COUNTRIES.filter((other) => other !== country)), episode: this.id });
    });
    // For so small a zone that many are a surge, too.
    return { deals, subjects: subject('zone', zone.code), grade: GRADE[level], also: [{ rule: volumeShock.id, subjects: subject('zone', zone.code) }] };
  },
};

export const manyCountries: Episode = {
  id: 'market/country-concentration', lookAlike: true,
  label: { en: 'A small zone whose goods come from nine countries', zh: '小型综试区货源来自九个国家' },
  plan(random, start, scene) {
    const zone = smallZone(random, scene);
    if (!zone) return undefined;
    const deals = spread(54, start, within(scene, 18_000), (at, i) => scene.dealer.draw(random, at, { zone, good: good(ONE_PRICE), country: COUNTRIES[i % COUNTRIES.length] as string, quantity: 1, priceFactor: 1, episode: this.id }));
    return { deals, subjects: subject('zone', zone.code), also: [{ rule: volumeShock.id, subjects: subject('zone', zone.code) }] };
  },
};

/** Headings in which so little is traded that one seller can come to hold them, but for those of the dear goods that other cases trade. */
export const HEADINGS = [...Map.groupBy(CATALOGUE, ({ hs }) => hs.slice(0, 4))].map(([code, goods]) => ({ code, name: code, zone: '', goods, popularity: goods.reduce((sum, { popularity }) => sum + popularity, 0) }))
  .filter(({ code, goods, popularity }) => popularity <= 6 && !goods.some(({ price }) => price > 500) && !DEAR.some(([hs]) => hs.startsWith(code)));
const POPULARITY = CATALOGUE.reduce((sum, { popularity }) => sum + popularity, 0);
/** Deals of one case. */
export const MOST = 400;
/** Of an honest order. */
export const LINES = 1.3;

/** Orders that honest traffic will have brought within the day until then, hour by hour: night and day differ. */
const ordersOfDay = (scene: Scene, until: number): number => Array.from({ length: 24 }, (_, hour) => scene.ordersWithin(HOUR, until - hour * HOUR)).reduce((sum, orders) => sum + orders, 0);
export const zoneOrdersOfDay = (zone: Zone, scene: Scene, until: number): number => (ordersOfDay(scene, until) * zone.weight) / scene.dealer.universe.byWeight.total;

/** What honest traffic will have brought of a heading, in yuan. */
function usualTrade({ goods }: (typeof HEADINGS)[number], scene: Scene, until: number): number {
  const each = goods.reduce((sum, { price, popularity }) => sum + (popularity / POPULARITY) * price * (price < 300 ? 2 : 1), 0);
  return ordersOfDay(scene, until) * LINES * each;
}

export const oneSeller: Episode = {
  id: 'market/seller-concentration',
  label: { en: 'One seller comes to hold a heading', zh: '单一商户占据某品目' },
  plan(random, start, scene) {
    const heading = scene.fresh(random, HEADINGS, 'heading');
    const seller = someSeller(random, scene);
    if (!heading || !seller) return undefined;
    const level = severity(random);
    const share = Math.sqrt([2000, 3100, 4800, 7000][level] as number) / 100;
    const value = 1.4 * (share / (1 - share)) * usualTrade(heading, scene, start + scene.leisure);
    const count = Math.min(MOST, Math.max(40, Math.ceil(value / 3200)));
    // Hidden: by the piece or by the dozen, as its value asks, each to somebody else, over the hours.
    const deals = spread(count, start, within(scene, 20_000), (at) => {
      const sold = random.pick(heading.goods);
      return scene.dealer.draw(random, at, { seller, good: sold, quantity: Math.max(1, Math.round(value / count / sold.price)), priceFactor: 1, newcomer: true, episode: this.id });
    });
    return { deals, subjects: subject('hs4', heading.code), grade: GRADE[level] };
  },
};

export const eightSellers: Episode = {
  id: 'market/seller-concentration', lookAlike: true,
  label: { en: 'A heading that eight sellers share', zh: '八家商户均分某品目' },
  plan(random, start, scene) {
    const heading = scene.fresh(random, HEADINGS, 'heading');
    if (!heading) return undefined;
    const { universe } = scene.dealer;
    const sellers = Array.from({ length: 8 }, () => random.pick(universe.sellers.get(bigZone(random, scene).code) ?? []));
    const sold = random.pick(heading.goods);
    const deals = spread(56, start, within(scene, 20_000), (at, i) => scene.dealer.draw(random, at, { seller: sellers[i % sellers.length] as Party, good: sold, quantity: 1, priceFactor: 1, newcomer: true, episode: this.id }));
    return { deals, subjects: subject('hs4', heading.code) };
  },
};

/** Orders of a zone, `share` of them through one platform, as equal as a value can be. So many that the zone's ordinary orders hardly thin them out. */
function throughPlatform(random: Random, start: number, scene: Scene, episode: string, share: number): Plan | undefined {
  const zone = smallZone(random, scene);
  if (!zone) return undefined;
  const { universe } = scene.dealer;
  const platform = random.pick(universe.platforms);
  const count = Math.min(MOST, 60 + Math.ceil(3 * zoneOrdersOfDay(zone, scene, start + scene.leisure)));
  let due = 0;
  const deals = spread(count, start, within(scene, 20_000), (at, i) => {
    const own = due < Math.ceil((i + 1) * share);
    if (own) due++;
    return scene.dealer.draw(random, at, {
      zone, platform: own ? platform : random.pick(universe.platforms.filter((other) => other !== platform)), good: good(ONE_PRICE), country: COUNTRIES[i % COUNTRIES.length] as string, quantity: 1, priceFactor: 1, newcomer: true, episode,
    });
  });
  return { deals, subjects: subject('zone', zone.code), also: [{ rule: volumeShock.id, subjects: subject('zone', zone.code) }] };
}

export const onePlatform: Episode = {
  id: 'market/platform-share',
  label: { en: 'A zone lives on one platform', zh: '综试区成交集中于单一平台' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = throughPlatform(random, start, scene, this.id, [0.55, 0.7, 0.84, 0.98][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const leadingPlatform: Episode = {
  id: 'market/platform-share', lookAlike: true,
  label: { en: 'A zone with a leading platform and many others', zh: '有领先平台但渠道分散的综试区' },
  plan: (random, start, scene) => throughPlatform(random, start, scene, 'market/platform-share', 0.38),
};
