/** Episodes of the financial rules F5, F7, F9, F11, F12 and F14: money that moves under the cover of trade. */
import type { Deal } from '../deal.ts';
import { type Document, guid } from '../documents.ts';
import { exportDocuments, type Ware } from '../exports.ts';
import type { Good } from '../catalogue.ts';
import type { Random } from '../random.ts';
import { type Episode, good, GRADE, type Scene, registered, seller as sellerOf, severity, someSeller, spread, subject, within } from './episode.ts';
import { MOST } from './financial.ts';
import { observed } from './observations.ts';

const TIMES = [1.42, 2.2, 3.3, 5.6] as const;
const INVOICED = ['2106903010', '9503002100', '2106909011', '3304990049'];

/** A seller's orders, every other one at a price of its own. */
const priced = (random: Random, start: number, scene: Scene, episode: string, factor: () => number) => {
  const seller = someSeller(random, scene);
  return seller && {
    deals: spread(10, start, within(scene, 8000), (when, i) => scene.dealer.draw(random, when, { seller, ...(i % 2 === 0 ? { good: good(random.pick(INVOICED)), quantity: 1, priceFactor: factor() } : {}), episode })),
    subjects: sellerOf(seller),
  };
};

export const overInvoiced: Episode = {
  id: 'financial/invoice-ratio',
  label: { en: 'Invoices far above the usual price, among honest ones', zh: '部分发票价格远高于基准' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = priced(random, start, scene, this.id, () => TIMES[level] * (0.97 + random.next() * 0.06));
    return made && { ...made, grade: GRADE[level] };
  },
};

export const dearBrand: Episode = {
  id: 'financial/invoice-ratio', lookAlike: true,
  label: { en: 'A brand that is a fifth dearer than others', zh: '溢价两成的品牌' },
  plan(random, start, scene) {
    return priced(random, start, scene, this.id, () => 1.15 + random.next() * 0.07);
  },
};

const THIRD = [0.1, 0.2, 0.35, 0.5] as const;
const RECEIPTS = 20;

/** What a bank tells of the money that came for exports; `third` of the value from elsewhere. */
function receipts(random: Random, start: number, scene: Scene, third: number, elsewhere: readonly string[]) {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const many = Math.ceil(RECEIPTS * third);
  const events = spread(RECEIPTS, start, within(scene, 20_000), (when, i) => {
    const expected = random.pick(['USA', 'DEU', 'GBR', 'AUS']);
    // Every so many of them, so that the share holds at the end.
    const isThird = Math.floor(((i + 1) * many) / RECEIPTS) > Math.floor((i * many) / RECEIPTS);
    const value = random.between(9_000, 11_000) * (isThird ? 1.3 : 1);
    return observed(when, `${seller.code}-${start}-${i}`, { kind: 'export-receipt', subjectType: 'seller', subject: seller.code, value: Math.round(value), unit: 'CNY', item: isThird ? random.pick(elsewhere) : expected, expected });
  });
  return { events, subjects: sellerOf(seller) };
}

export const thirdCountries: Episode = {
  id: 'financial/third-country-receipts',
  label: { en: 'Goods go to one country, money comes from another', zh: '货到一国、款自他国' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = receipts(random, start, scene, THIRD[level] * 1.05, ['PAN', 'CYP', 'ARE', 'SGP']);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const oneReceipt: Episode = {
  id: 'financial/third-country-receipts', lookAlike: true,
  label: { en: 'One customer of twenty who pays from abroad', zh: '个别买家从境外付款' },
  plan(random, start, scene) {
    return receipts(random, start, scene, 0.05, ['SGP']);
  },
};

const HEADPHONES: Ware = { hs: '8518300000', name: '头戴式耳机', unit: '011', price: 1390, netKg: 0.3 };

/** No seller imports it. */
const CHARGER: Ware = { hs: '8504401400', name: '充电器', unit: '011', price: 45, netKg: 0.15 };

/** Turns: the ware is exported, then headphones are imported by the same seller. */
function turns(random: Random, start: number, scene: Scene, episode: string, rounds: number, ware: Ware) {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const span = within(scene, 40_000) / (rounds * 2);
  const deals: Deal[] = [];
  const events: { at: number; event: Document }[] = [];
  for (let i = 0; i < rounds; i++) {
    const out = start + Math.floor(2 * i * span);
    const parcel = scene.dealer.draw(random, out, { seller, newcomer: true, episode });
    events.push(...exportDocuments({ deal: parcel, cancelled: false, mode: '9610', ware, quantity: 1, country: scene.dealer.universe.countryCode.get('USA') ?? '', simplified: false, fobFen: ware.price * 100, freightFen: 3000, grams: Math.round(ware.netKg * 1000) }, (n) => guid(scene.seed, parcel.number, n), out, random));
    deals.push(scene.dealer.draw(random, start + Math.floor((2 * i + 1) * span), { seller, good: good('8518300000'), quantity: 1, newcomer: true, episode }));
  }
  return { deals, events, subjects: sellerOf(seller) };
}

export const carousel: Episode = {
  id: 'financial/carousel',
  label: { en: 'The same headphones go out and come in again', zh: '同款耳机反复进出口' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = turns(random, start, scene, this.id, [1, 2, 3, 5][level] as number, HEADPHONES);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const bothWays: Episode = {
  id: 'financial/carousel', lookAlike: true,
  label: { en: 'A seller who exports one thing and imports another', zh: '出口与进口商品不同的商户' },
  plan(random, start, scene) {
    return turns(random, start, scene, this.id, 4, CHARGER);
  },
};

/** Pledges of one document, as lenders tell them. */
const pledge = (document: string, lender: string, at: number, appType = '1') => observed(at, `${document.replace('|', '-')}-${lender}`, { kind: 'pledge', subjectType: 'document', subject: document, value: 1, unit: 'pledges', item: lender }, appType);

export const pledgedTwice: Episode = {
  id: 'financial/double-pledge',
  label: { en: 'One order stands as security with two banks', zh: '同一订单向两家银行质押' },
  plan(random, start, scene) {
    const deal = scene.dealer.draw(random, start, { episode: this.id });
    const document = `${deal.platform.code}|${deal.orderNo}`;
    const later = start + Math.round(within(scene, 30_000) * (0.3 + random.next() / 2));
    return { deals: [deal], events: [pledge(document, 'SIMBANK1', start + 10_000), pledge(document, 'SIMBANK2', Math.max(later, start + 15_000))], subjects: subject('document', document), grade: 'red' };
  },
};

export const loanMoved: Episode = {
  id: 'financial/double-pledge', lookAlike: true,
  label: { en: 'A loan is paid back before the next bank lends', zh: '还清原贷款后向他行质押' },
  plan(random, start, scene) {
    const deal = scene.dealer.draw(random, start, { episode: this.id });
    const document = `${deal.platform.code}|${deal.orderNo}`;
    const apart = Math.floor(within(scene, 30_000) / 3);
    return { deals: [deal], events: [pledge(document, 'SIMBANK1', start + apart), pledge(document, 'SIMBANK1', start + 2 * apart, '3'), pledge(document, 'SIMBANK2', start + 3 * apart)], subjects: subject('document', document) };
  },
};

/** Gold jewellery: nobody sells it in ordinary traffic, and none of those whose scope is known may. */
const GOLD: Good = { hs: '7113191990', name: '黄金吊坠', model: 'gold pendant', unit: '011', price: 3400, netKg: 0.005, vat: 0.13, consumptionTax: 0, popularity: 0, origins: ['ITA'] };

const OUTSIDE = [0.2, 0.4, 0.6, 0.8] as const;

function business(random: Random, start: number, scene: Scene, episode: string, share: number) {
  const seller = scene.fresh(random, registered(scene));
  if (!seller) return undefined;
  const { universe } = scene.dealer;
  const own = scene.ordersInZone(universe.zone(seller.zone), 24 * 3_600_000, start + 24 * 3_600_000) / (universe.sellers.get(seller.zone)?.length ?? 1);
  // An honest order is worth some 330 yuan, now and then far more.
  const gold = Math.min(MOST, Math.ceil(((share / (1 - share)) * 1.7 * (own + 6) * 330) / GOLD.price));
  const deals = spread(gold + 6, start, within(scene, 15_000), (when, i) => scene.dealer.draw(random, when, { seller, ...(i % 2 === 1 || i >= 12 ? { good: share > 0.1 ? GOLD : good('9102110000'), country: 'ITA', quantity: 1, newcomer: true } : {}), episode }));
  return { deals, subjects: sellerOf(seller) };
}

export const newBusiness: Episode = {
  id: 'financial/out-of-scope',
  label: { en: 'A seller of daily goods turns to gold', zh: '日用品商户转营黄金饰品' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = business(random, start, scene, this.id, OUTSIDE[level]);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const season: Episode = {
  id: 'financial/out-of-scope', lookAlike: true,
  label: { en: 'A seller who sells more watches than usual, as registered', zh: '手表销量上升但在登记范围内' },
  plan(random, start, scene) {
    return business(random, start, scene, this.id, 0.1);
  },
};

export const TRADE_FINANCE: readonly Episode[] = [overInvoiced, thirdCountries, carousel, pledgedTwice, newBusiness];
