/** Episodes of the transaction rules T4, T6, T8 and T14. */
import { checkDigit, idNumber } from '../people.ts';
import type { Random } from '../random.ts';
import { type Episode, severity, spread, worth } from './episode.ts';

const WATCH = '9102110000';
const HEADPHONES = '8518300000';

export const annualQuota: Episode = {
  id: 'transaction/annual-quota',
  label: { en: 'A buyer nears the yearly limit of 26,000 CNY', zh: '买家接近年度限额 26,000 元' },
  plan(random, start, { dealer }) {
    const buyer = dealer.person(random);
    const target = 26_000 * ([0.84, 0.93, 0.985, 1.03][severity(random)] as number);
    return { deals: spread(6, start, 20_000, (at) => dealer.draw(random, at, { ...worth(WATCH, 'JPN', target / 6), buyer, episode: this.id })) };
  },
};

export const splitOrders: Episode = {
  id: 'transaction/split-orders',
  label: { en: 'One purchase split into several orders, each within the single limit', zh: '同一购买拆分为多笔限额内订单' },
  plan(random, start, { dealer }) {
    const buyer = dealer.person(random);
    const level = severity(random);
    const count = [2, 2, 3, 4][level] as number;
    // As paid: tax takes 9.1 % on top of the goods.
    const target = (5000 / 1.091) * ([1.15, 1.7, 2.3, 3.3][level] as number);
    const seller = random.pick(dealer.universe.sellers.get(dealer.universe.byWeight.draw(random).code) ?? []);
    return { deals: spread(count, start, 5000, (at) => dealer.draw(random, at, { ...worth(HEADPHONES, 'JPN', target / count), seller, buyer, episode: this.id })) };
  },
};

export const undervaluation: Episode = {
  id: 'transaction/undervaluation',
  label: { en: 'Goods declared far below the reference price', zh: '申报价格远低于参考价' },
  plan(random, start, { dealer }) {
    const priceFactor = [0.74, 0.58, 0.42, 0.24][severity(random)] as number;
    return { deals: [dealer.draw(random, start, { priceFactor, lineCount: 1, episode: this.id })] };
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

export const badIds: Episode = {
  id: 'transaction/bad-identity',
  label: { en: 'One seller sends invented identity numbers', zh: '某商户报送虚假身份证号' },
  plan(random, start, { dealer }) {
    const bad = severity(random) + 1;
    const zone = dealer.universe.zone('3301');
    const seller = random.pick(dealer.universe.sellers.get(zone.code) ?? []);
    const year = new Date(start).getUTCFullYear();
    const deals = spread(120, start, 40_000, (at, i) => {
      const buyer = dealer.person(random);
      if (i % 40 === 39 - (i % 3) && i / 40 < bad) buyer.idNumber = badId(random, year);
      return dealer.draw(random, at, { seller, buyer, episode: this.id });
    });
    return { deals };
  },
};
