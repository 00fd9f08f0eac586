/** Episodes of the public-security rules S1, S2, S5 and S6. */
import { CATALOGUE, type Good } from '../catalogue.ts';
import { untilMidnight } from '../clock.ts';
import { settle } from '../deal.ts';
import type { Random } from '../random.ts';
import { type Episode, GRADE, type Plan, type Scene, seller as sellerOf, severity, type Severity, someSeller, spread, subject, within } from './episode.ts';

/** Priced, taxed and weighed as other goods of its code are: what the order withholds then agrees with the rates, the weight with the norms, and the price with what the code usually costs. */
export function odd(hs: string, name: string, model: string, price: number, netKg: number): Good {
  return { vat: 0.13, consumptionTax: 0, netKg, price, ...ofCode(hs), hs, name, model, unit: '011', popularity: 0, origins: [] };
}

function ofCode(hs: string): Pick<Good, 'vat' | 'consumptionTax' | 'netKg' | 'price'> | undefined {
  const found = CATALOGUE.find((good) => good.hs === hs);
  return found && { vat: found.vat, consumptionTax: found.consumptionTax, netKg: found.netKg, price: found.price };
}

/** Orders for something that the catalogue would never hold; where there is time, behind an honest first line and among honest orders. */
export function oddDeals(random: Random, start: number, scene: Scene, episode: string, good: Good, country: string, count: number, longest?: number): Pick<Plan, 'deals' | 'subjects'> | undefined {
  const { dealer, leisure } = scene;
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const countryCode = dealer.universe.countryCode.get(country) ?? '';
  const honest = leisure > 0 ? 2 : 0;
  const deals = spread(count + honest, start, within(scene, 4000, longest), (at, i) => {
    const deal = dealer.draw(random, at, { seller, lineCount: 1, episode });
    if (i < honest) return deal;
    const line = { good, country, countryCode, quantity: 1, priceFen: Math.round(good.price * 100 * (0.95 + random.next() / 10)) };
    deal.lines = leisure > 0 && random.chance(0.5) ? [...deal.lines, line] : [line];
    return settle(deal);
  });
  return { deals, subjects: sellerOf(seller) };
}

/** By severity: words scored .65, .75, .9 and 1 in seeds/words.csv. Their HS codes are harmless ones. */
const WORDS: Good[] = [
  odd('9503002100', '花卉种子礼盒', 'flower growing gift box', 58, 0.2), odd('8509802000', '电子烟套装', 'starter kit', 228, 0.2),
  odd('9503008390', 'garden air gun', 'spring driven', 320, 1.4), odd('4202220000', '象牙手串', 'bracelet', 880, 0.05),
];
/** The same, as somebody writes who does not want to be found: the word in the model, in full width, in capitals. */
const HIDDEN: Good[] = [
  odd('9503002100', '园艺礼盒', 'contains ＳＯＷＩＮＧ ＳＥＥＤ mix', 58, 0.2), odd('8509802000', '香薰套装', 'E-Cigarette style', 228, 0.2), odd('9503008390', '户外玩具', 'AIR GUN 6mm', 320, 1.4), odd('4202220000', '文玩手串', '仿古象牙', 880, 0.05),
];

export const prohibitedWords: Episode = {
  id: 'public-security/prohibited-goods',
  label: { en: 'Descriptions hold words of prohibited goods', zh: '商品描述含违禁词' },
  plan(random, start, scene) {
    const level = severity(random);
    const goods = scene.leisure > 0 && random.chance(0.5) ? HIDDEN : WORDS;
    const made = oddDeals(random, start, scene, this.id, goods[level] as Good, 'THA', 1);
    // The carrier writes down what the goods are called.
    const carriers = made?.deals?.map(({ carrier }) => carrier.code) ?? [];
    return made && {
      ...made, grade: GRADE[level],
      // The worst of them are of ivory.
      also: [{ rule: 'public-security/prohibited-goods-carried', subjects: subject('carrier', ...carriers) }, ...(level === 3 ? [{ rule: 'public-security/protected-species', subjects: made.subjects }] : [])],
    };
  },
};

/** Names that hold a listed word's letters, or what it stands for, without being it. */
const HARMLESS: Good[] = [
  odd('9619001100', '象牌婴儿纸尿裤', 'elephant brand', 104, 2.6), odd('3304990031', 'seedless grape mask', '10 pieces', 96, 0.3), odd('9503008390', 'bubble gun toy', 'soap bubbles', 58, 0.4), odd('0409000000', '野花蜂蜜', 'wild flower', 168, 0.5),
];

export const harmlessWords: Episode = {
  id: 'public-security/prohibited-goods', lookAlike: true,
  label: { en: 'Names that resemble prohibited goods', zh: '与违禁词相近的普通商品名' },
  plan: (random, start, scene) => oddDeals(random, start, scene, 'public-security/prohibited-goods', random.pick(HARMLESS), 'THA', 6),
};

const carried = (random: Random, start: number, scene: Scene, episode: string, names: (level: Severity) => string, level: Severity) => {
  const { dealer, fresh } = scene;
  const carrier = fresh(random, dealer.universe.carriers);
  if (!carrier) return undefined;
  const deal = { ...dealer.draw(random, start, { episode }), carrier };
  deal.goodsInfo = names(level);
  return { deals: [deal], subjects: subject('carrier', carrier.code) };
};

export const prohibitedCarried: Episode = {
  id: 'public-security/prohibited-goods-carried',
  label: { en: 'A waybill tells of goods that the declaration hides', zh: '运单内容与申报不符且含违禁词' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = carried(random, start, scene, this.id, (of) => (scene.leisure > 0 ? `日用品、${(HIDDEN[of] as Good).model}` : (WORDS[of] as Good).name), level);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const harmlessCarried: Episode = {
  id: 'public-security/prohibited-goods-carried', lookAlike: true,
  label: { en: 'A waybill that names its goods in general words', zh: '运单品名笼统' },
  plan: (random, start, scene) => carried(random, start, scene, 'public-security/prohibited-goods-carried', () => random.pick(['日用品', '保健食品、化妆品', 'daily goods', '象牌文具']), 0),
};

export const excludedLines: Episode = {
  id: 'public-security/off-positive-list',
  label: { en: 'A seller declares goods that are excluded from the positive list', zh: '商户申报正面清单外商品' },
  plan(random, start, scene) {
    // The rule knows no blue: one line is yellow already.
    const level = Math.max(1, severity(random)) as Severity;
    const count = [1, 1, 3, 10][level] as number;
    // Counted by the day, so all on one.
    const made = oddDeals(random, start, scene, this.id, odd('2402200000', '卷烟制品', '200 pieces', 320, 0.3), 'KOR', count, untilMidnight(start));
    return made && { ...made, grade: GRADE[level], also: [{ rule: 'transaction/goods-mismatch', subjects: made.subjects }] };
  },
};

export const unlistedLines: Episode = {
  id: 'public-security/off-positive-list', lookAlike: true,
  label: { en: 'Goods that the incomplete list does not name', zh: '清单样本未列名的商品' },
  plan: (random, start, scene) => oddDeals(random, start, scene, 'public-security/off-positive-list', odd('2403110000', '草本茶饮', 'herbal blend', 120, 0.3), 'TUR', 8),
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
    const level = severity(random);
    const [good, country] = DISEASED[level] as [Good, string];
    const made = oddDeals(random, start, scene, this.id, good, country, 1);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const cleanOrigin: Episode = {
  id: 'public-security/disease-area', lookAlike: true,
  label: { en: 'The same goods from a country without an alert, and other goods from one under it', zh: '非疫区同类商品及疫区非易感商品' },
  plan(random, start, scene) {
    const [good, country] = random.pick<[Good, string]>([[(DISEASED[0] as [Good, string])[0], 'CHL'], [(DISEASED[2] as [Good, string])[0], 'ESP'], [odd('0409000000', '天然蜂蜜', 'honey 500g', 168, 0.5), 'NZL'], [odd('1806310000', '夹心巧克力', 'filled chocolate', 88, 0.3), 'DEU']]);
    return oddDeals(random, start, scene, this.id, good, country, 5);
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
    const level = severity(random);
    const made = oddDeals(random, start, scene, this.id, RECALLED[level] as Good, 'DEU', 1);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const otherGoods: Episode = {
  id: 'public-security/recalled-goods', lookAlike: true,
  label: { en: 'Other goods of a recalled brand, and like goods of none', zh: '召回品牌的其他商品及同类商品' },
  plan: (random, start, scene) => oddDeals(random, start, scene, 'public-security/recalled-goods', random.pick([
    odd('9503008900', '拼图卡片', 'Bramblekin BK-99 puzzle cards', 58, 0.3), odd('9503008900', '木制叠叠乐', 'wooden stacking tower', 108, 0.6), odd('8516310000', '电吹风', 'Ostervane OV-12 hair dryer', 560, 1)]), 'DEU', 5),
};
