/** Episodes of the transaction rules T4, T6, T8 and T14. */
import { CATALOGUE } from '../catalogue.ts';
import { checkDigit, idNumber } from '../people.ts';
import type { Random } from '../random.ts';
import { buyerAndAddress, dear, type Episode, GRADE, HOUR, type Scene, seller as sellerOf, severity, someSeller, spread, subject, within, worth } from './episode.ts';

const WATCH = '9102110000';
const HEADPHONES = '8518300000';

export const annualQuota: Episode = {
  id: 'transaction/annual-quota',
  label: { en: 'A buyer nears the yearly limit of 26,000 CNY', zh: '买家接近年度限额 26,000 元' },
  plan(random, start, scene) {
    const buyer = scene.dealer.person(random);
    const level = severity(random);
    const target = 26_000 * ([0.84, 0.93, 0.985, 1.03][level] as number);
    const wishes = () => (scene.leisure > 0 ? dear(random, target / 7) : worth(WATCH, 'JPN', target / 6));
    const deals = spread(scene.leisure > 0 ? 7 : 6, start, within(scene, 20_000), (at) => scene.dealer.draw(random, at, { ...wishes(), buyer, episode: this.id }));
    return { deals, subjects: subject('buyer', buyer.idNumber), grade: GRADE[level], also: [{ rule: 'transaction/split-orders', subjects: buyerAndAddress(buyer) }, { rule: 'financial/payment-burst', subjects: subject('payer', buyer.idNumber) }] };
  },
};

export const quotaLeft: Episode = {
  id: 'transaction/annual-quota', lookAlike: true,
  label: { en: 'A good customer who stays at three quarters of the yearly limit', zh: '全年购买额约为年度限额四分之三的买家' },
  plan(random, start, scene) {
    const buyer = scene.dealer.person(random);
    const deals = spread(5, start, within(scene, 20_000), (at) => scene.dealer.draw(random, at, { ...dear(random, random.between(3600, 3900)), buyer, episode: this.id }));
    return { deals, subjects: subject('buyer', buyer.idNumber), also: [{ rule: 'transaction/split-orders', subjects: buyerAndAddress(buyer) }, { rule: 'financial/payment-burst', subjects: subject('payer', buyer.idNumber) }] };
  },
};

export const splitOrders: Episode = {
  id: 'transaction/split-orders',
  label: { en: 'One purchase split into several orders, each within the single limit', zh: '同一购买拆分为多笔限额内订单' },
  plan(random, start, scene) {
    const { dealer, leisure } = scene;
    const buyer = dealer.person(random);
    const level = severity(random);
    const count = [2, 2, 3, 4][level] as number;
    // As paid: tax takes 9.1 % on top of the goods.
    const target = (5000 / 1.091) * ([1.15, 1.7, 2.3, 3.3][level] as number);
    if (leisure === 0) {
      const seller = random.pick(dealer.universe.sellers.get(dealer.universe.byWeight.draw(random).code) ?? []);
      return { deals: spread(count, start, 5000, (at) => dealer.draw(random, at, { ...worth(HEADPHONES, 'JPN', target / count), seller, buyer, episode: this.id })), subjects: buyerAndAddress(buyer), grade: GRADE[level] };
    }
    // Hidden: at different sellers, in unequal parts, sent to several addresses of one buyer, or bought by the household for one address.
    const household = random.chance(0.4);
    const deals = spread(count, start, leisure, (at, i) => {
      const part = (target / count) * (i === 0 && count > 1 ? 0.94 : 1 + 0.06 / Math.max(1, count - 1));
      const who = household && i > 0 ? { ...dealer.person(random), address: buyer.address, district: buyer.district } : buyer;
      const deal = dealer.draw(random, at, { ...dear(random, part), buyer: who, episode: this.id });
      deal.consignee = deal.receiver = household ? who : { ...who, address: i === 0 ? buyer.address : dealer.person(random).address };
      return deal;
    });
    return { deals, subjects: household ? subject('address', buyer.address) : subject('buyer', buyer.idNumber), grade: GRADE[level], also: [{ rule: 'transaction/resale', subjects: subject('address', buyer.address) }] };
  },
};

export const ordersApart: Episode = {
  id: 'transaction/split-orders', lookAlike: true,
  label: { en: 'One buyer\'s orders that together stay within the limit on any day', zh: '同一买家多笔订单，任一日内合计未超限' },
  plan(random, start, scene) {
    const buyer = scene.dealer.person(random);
    return { deals: spread(3, start, within(scene, 5000), (at) => scene.dealer.draw(random, at, { ...dear(random, random.between(1350, 1450)), buyer, episode: this.id })), subjects: buyerAndAddress(buyer) };
  },
};

export const pickUpPoint: Episode = {
  id: 'transaction/split-orders', lookAlike: true,
  label: { en: 'A pick-up point: many buyers, one address, small orders', zh: '代收点：多名买家共用同一地址的小额订单' },
  plan(random, start, scene) {
    const { dealer } = scene;
    const home = dealer.person(random);
    const point = { ...home, address: `${home.address}代收点` };
    const deals = spread(16, start, within(scene, 5000), (at) => {
      const buyer = { ...dealer.person(random), address: point.address, district: point.district };
      const deal = dealer.draw(random, at, { buyer, lineCount: 1, episode: this.id });
      deal.consignee = deal.receiver = buyer;
      return deal;
    });
    return { deals, subjects: subject('address', point.address) };
  },
};

export const undervaluation: Episode = {
  id: 'transaction/undervaluation',
  label: { en: 'Goods declared far below the reference price', zh: '申报价格远低于参考价' },
  plan(random, start, scene) {
    const { dealer, leisure } = scene;
    const level = severity(random);
    const priceFactor = [0.74, 0.58, 0.42, 0.24][level] as number;
    const seller = leisure > 0 ? someSeller(random, scene) : undefined;
    if (leisure > 0 && !seller) return undefined;
    // Hidden: a cheap order among the seller's honest ones. A little below pays only on something dear.
    const dearly = level === 0 ? { good: random.pick(CATALOGUE.filter(({ price }) => price >= 520)) } : {};
    const deals = spread(leisure > 0 ? 6 : 1, start, within(scene, 1000), (at, i) =>
      dealer.draw(random, at, { ...(seller && { seller }), ...(i === (leisure > 0 ? 3 : 0) ? { ...dearly, priceFactor: priceFactor * (leisure > 0 ? 1.05 : 1), lineCount: 1 } : {}), episode: this.id }));
    return { deals, subjects: sellerOf(seller ?? (deals[0] as (typeof deals)[0]).seller), grade: GRADE[level] };
  },
};

export const clearanceSale: Episode = {
  id: 'transaction/undervaluation', lookAlike: true,
  label: { en: 'A clearance sale at 17 % below the usual', zh: '清仓促销，低于通常价格 17%' },
  plan(random, start, scene) {
    const seller = someSeller(random, scene);
    return seller && { deals: spread(12, start, within(scene, 8000), (at) => scene.dealer.draw(random, at, { seller, priceFactor: 0.83, episode: this.id })), subjects: sellerOf(seller) };
  },
};

/** Readable but wrong: a false check digit, a child's number, a run of digits. */
function badId(random: Random, year: number): string {
  const honest = idNumber(random, random.between(1970, 2000));
  const kind = random.between(0, 2);
  if (kind === 0) return honest.slice(0, 17) + (honest[17] === '1' ? '2' : '1');
  if (kind === 1) return idNumber(random, year - 9);
  const body = `${honest.slice(0, 14)}111`;
  return body + checkDigit(body);
}

const BAD = [0.001, 0.005, 0.01, 0.03] as const;

/** Orders at one seller of Hangzhou, some of whose buyers have the identity number that `number` invents. */
function withIds(random: Random, start: number, scene: Scene, episode: string, isBad: (i: number, count: number) => boolean, number: () => string) {
  const { dealer, leisure } = scene;
  const seller = leisure > 0 ? someSeller(random, scene) : random.pick(dealer.universe.sellers.get('3301') ?? []);
  if (!seller) return undefined;
  const count = leisure > 0 ? 40 : 120;
  const deals = spread(count, start, within(scene, 40_000), (at, i) => {
    const buyer = dealer.person(random);
    if (isBad(i, count)) buyer.idNumber = number();
    return dealer.draw(random, at, { seller, buyer, episode });
  });
  return { deals, subjects: sellerOf(seller) };
}

export const badIds: Episode = {
  id: 'transaction/bad-identity',
  label: { en: 'One seller sends invented identity numbers', zh: '某商户报送虚假身份证号' },
  plan(random, start, scene) {
    const level = severity(random);
    const year = new Date(start).getUTCFullYear();
    const bad = Math.ceil((BAD[level] as number) * 110);
    const isBad = (i: number, count: number) => (scene.leisure > 0 ? i >= count / 2 && i < count / 2 + bad : i % 40 === 39 - (i % 3) && i / 40 < level + 1);
    const made = withIds(random, start, scene, this.id, isBad, () => badId(random, year));
    return made && { ...made, grade: GRADE[level], also: [{ rule: 'transaction/person-mismatch', subjects: made.subjects }] };
  },
};

export const oddIds: Episode = {
  id: 'transaction/bad-identity', lookAlike: true,
  label: { en: 'Buyers who have just come of age; check characters in lower case', zh: '刚成年的买家；校验码为小写字母' },
  plan(random, start, scene) {
    const year = new Date(start - 10 * HOUR).getUTCFullYear();
    return withIds(random, start, scene, this.id, (i) => i % 2 === 0, () => idNumber(random, random.between(year - 20, year - 19)).toLowerCase());
  },
};
