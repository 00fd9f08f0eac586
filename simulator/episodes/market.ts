/** Episodes of the market rules M2 and M4. */
import { MAD_FLOOR } from '../baselines.ts';
import type { Random } from '../random.ts';
import { type Episode, type Scene, severity, spread } from './episode.ts';

const HOUR = 3_600_000;

/** A zone of the later batches: its small trade is easily disturbed. */
const smallZone = (random: Random, { dealer }: Scene) => random.pick(dealer.universe.zones.filter((zone) => zone.weight < 2));

export const volumeShock: Episode = {
  id: 'market/order-surge',
  label: { en: 'Orders of a zone jump far above the usual for the hour', zh: '综试区订单量远超同期水平' },
  plan(random, start, scene) {
    const zone = smallZone(random, scene);
    const { median, mad } = scene.usual(zone, start);
    const z = [3.5, 4.6, 6.6, 8.6][severity(random)] as number;
    const there = Math.min(scene.ordersInZone(zone, HOUR, start), median);
    const count = Math.ceil(Math.max(35, median + z * 1.4826 * Math.max(mad, MAD_FLOOR * median)) - there);
    return { deals: spread(count, start, 18_000, (at) => scene.dealer.draw(random, at, { zone, episode: this.id })) };
  },
};

export const oneCountry: Episode = {
  id: 'market/country-concentration',
  label: { en: 'A zone lives on one country of origin', zh: '综试区货源集中于单一国家' },
  plan(random, start, scene) {
    const zone = smallZone(random, scene);
    const country = random.pick(['AUS', 'KOR', 'NZL', 'FRA']);
    const share = [0.5, 0.58, 0.7, 0.9][severity(random)] as number;
    const count = Math.min(300, 50 + Math.ceil(2 * scene.ordersInZone(zone, 24 * HOUR, start)));
    return { deals: spread(count, start, 18_000, (at) => scene.dealer.draw(random, at, { zone, lineCount: 1, ...(random.chance(share) ? { country } : {}), episode: this.id })) };
  },
};
