/** Episodes of the public-security rules S1, S2, S5 and S6. */
import type { Good } from '../catalogue.ts';
import { settle } from '../deal.ts';
import type { Random } from '../random.ts';
import { type Episode, type Plan, type Scene, severity, spread } from './episode.ts';

const odd = (hs: string, name: string, model: string, price: number, netKg: number): Good =>
  ({ hs, name, model, unit: '011', price, netKg, vat: 0.13, consumptionTax: 0, popularity: 0, origins: [] });

/** Orders for something that the catalogue would never hold. */
function oddDeals(random: Random, start: number, { dealer }: Scene, episode: string, good: Good, country: string, count: number): Plan {
  const seller = random.pick(dealer.universe.sellers.get(dealer.universe.byWeight.draw(random).code) ?? []);
  const countryCode = dealer.universe.countryCode.get(country) ?? '';
  const deals = spread(count, start, 4000, (at) => {
    const deal = dealer.draw(random, at, { seller, lineCount: 1, episode });
    deal.lines = [{ good, country, countryCode, quantity: 1, priceFen: Math.round(good.price * 100 * (0.95 + random.next() / 10)) }];
    return settle(deal);
  });
  return { deals };
}

/** By severity: words scored .65, .75, .9 and 1 in seeds/words.csv. Their HS codes are harmless ones. */
const WORDS: Good[] = [
  odd('9503002100', '花卉种子礼盒', 'flower growing gift box', 58, 0.2), odd('8509802000', '电子烟套装', 'starter kit', 228, 0.2),
  odd('9503008390', 'garden air gun', 'spring driven', 320, 1.4), odd('4202220000', '象牙手串', 'bracelet', 880, 0.05),
];

export const prohibitedWords: Episode = {
  id: 'public-security/prohibited-goods',
  label: { en: 'Descriptions hold words of prohibited goods', zh: '商品描述含违禁词' },
  plan(random, start, scene) {
    return oddDeals(random, start, scene, this.id, WORDS[severity(random)] as Good, 'THA', 1);
  },
};

export const prohibitedCarried: Episode = {
  id: 'public-security/prohibited-goods-carried',
  label: { en: 'A waybill tells of goods that the declaration hides', zh: '运单内容与申报不符且含违禁词' },
  plan(random, start, { dealer }) {
    const deal = dealer.draw(random, start, { episode: this.id });
    deal.goodsInfo = (WORDS[severity(random)] as Good).name;
    return { deals: [deal] };
  },
};

export const excludedLines: Episode = {
  id: 'public-security/off-positive-list',
  label: { en: 'A seller declares goods that are excluded from the positive list', zh: '商户申报正面清单外商品' },
  plan(random, start, scene) {
    const count = [1, 1, 3, 10][severity(random)] as number;
    return oddDeals(random, start, scene, this.id, odd('2402200000', '卷烟制品', '200 pieces', 320, 0.3), 'KOR', count);
  },
};

/** By severity: levels 1 to 4 of seeds/disease-alerts.csv. */
const DISEASED: [Good, string][] = [
  [odd('0207140000', '冷冻鸡翅', 'frozen 2kg', 92, 2), 'BRA'], [odd('0203290000', '冷冻猪肋排', 'frozen 2kg', 138, 2), 'DEU'],
  [odd('1602410000', '熟火腿', 'cooked ham 1kg', 168, 1), 'ITA'], [odd('0504001100', '盐渍肠衣', 'salted casings', 118, 1), 'GBR'],
];

export const diseaseOrigin: Episode = {
  id: 'public-security/disease-area',
  label: { en: 'Susceptible goods from a country under a disease alert', zh: '来自疫区的易感商品' },
  plan(random, start, scene) {
    const [good, country] = DISEASED[severity(random)] as [Good, string];
    return oddDeals(random, start, scene, this.id, good, country, 1);
  },
};

/** By severity, against seeds/recalls.csv: brand and model; these and the name; the GTIN (made from the HS code); the GTIN with a recalled batch. */
const RECALLED: Good[] = [
  odd('9503008900', '叠叠乐积木塔', 'Bramblekin BK-204', 128, 0.6), odd('9503008900', '叠叠乐积木塔', 'Bramblekin BK-204 wooden stacking tower', 128, 0.6),
  odd('8516799000', '旅行电热水壶', 'travel kettle 0.6L', 268, 0.7), odd('8516799000', '旅行电热水壶', 'travel kettle 0.6L LOT7731', 268, 0.7),
];

export const recalledGoods: Episode = {
  id: 'public-security/recalled-goods',
  label: { en: 'Goods that have been recalled elsewhere', zh: '境外已召回商品' },
  plan(random, start, scene) {
    return oddDeals(random, start, scene, this.id, RECALLED[severity(random)] as Good, 'DEU', 1);
  },
};
