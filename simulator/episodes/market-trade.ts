/** Episodes of the market rules M11 and M12: what is traded at which price, and where to. */
import { saleAbroad } from '../exports.ts';
import type { Zone } from '../parties.ts';
import type { Random } from '../random.ts';
import { type Also, type Episode, GRADE, type Plan, type Scene, severity, spread, subject, within } from './episode.ts';
import { LINES, oneCountry, smallZone, zoneOrdersOfDay } from './market.ts';

/** Orders of a zone of which `share`, of all its lines, are priced as `factor` says. */
function priced(random: Random, start: number, scene: Scene, episode: string, share: number, factor: () => number): Plan | undefined {
  const zone = smallZone(random, scene);
  if (!zone) return undefined;
  const besides = LINES * zoneOrdersOfDay(zone, scene, start + scene.leisure);
  const count = 45 + Math.ceil(2 * besides);
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
/** Where so much goes to one country, the zone's trade hangs on it as well. */
const hangsOn = (zone: Zone): Also[] => [{ rule: oneCountry.id, subjects: subject('zone', zone.code) }];

export const newTariff: Episode = {
  id: 'market/trade-measure',
  label: { en: 'A zone exports to a country that has just put a tariff or a ban on such goods', zh: '综试区出口集中于新设关税或禁令的国家' },
  plan(random, start, scene) {
    const zone = smallZone(random, scene);
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
    const zone = smallZone(random, scene);
    if (!zone) return undefined;
    const [hs, country] = random.pick(HIT);
    const events = spread(SALES, start, within(scene, 20_000), (at, i) => saleAbroad(scene.dealer, scene.seed, random, at, { zone, ...(i % 2 === 0 ? { hs: '9405210000', country } : { hs, country: random.pick(FREE) }) })).flat();
    return { events, subjects: subject('zone', zone.code), also: hangsOn(zone) };
  },
};
