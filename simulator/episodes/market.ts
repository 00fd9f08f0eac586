/** Episodes of the market rules M2 and M4. */
import { MAD_FLOOR, VOLUME_RULE } from '../baselines.ts';
import type { Zone } from '../parties.ts';
import type { Random } from '../random.ts';
import { type Episode, good, GRADE, HOUR, isSmall, MINUTE, type Scene, severity, spread, subject, within } from './episode.ts';

/** One dear good, so that the value follows the count. */
const ONE_PRICE = '8518300000';
const COUNTRIES = ['AUS', 'KOR', 'NZL', 'FRA', 'JPN', 'USA', 'DEU', 'ITA', 'GBR'];

const smallZone = (random: Random, { dealer, fresh }: Scene): Zone | undefined => fresh(random, dealer.universe.zones.filter(isSmall));

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
    const count = Math.ceil(Math.max(35, median + z * 1.4826 * Math.max(mad, MAD_FLOOR * median)) - there);
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
