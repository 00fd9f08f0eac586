/** Episodes of the financial rules F1, F2, F3, F4 and F10. */
import type { Deal } from '../deal.ts';
import type { Random } from '../random.ts';
import { type Episode, good, type Plan, type Scene, severity, spread, worth } from './episode.ts';

/** Enough orders at one seller and one platform that a single bad one is a share and no accident. */
function amongMany(random: Random, start: number, { dealer }: Scene, episode: string, spoil: (deal: Deal) => void): Plan {
  const bad = severity(random) + 1;
  const seller = random.pick(dealer.universe.sellers.get('3301') ?? []);
  const platform = random.pick(dealer.universe.platforms);
  const deals = spread(120, start, 40_000, (at) => dealer.draw(random, at, { seller, platform, episode }));
  for (const deal of deals.slice(60, 60 + bad)) spoil(deal);
  return { deals };
}

export const payerDiffers: Episode = {
  id: 'financial/payer-differs',
  label: { en: 'Somebody else than the buyer pays', zh: '支付人与订购人不一致' },
  plan(random, start, scene) {
    return amongMany(random, start, scene, this.id, (deal) => { deal.payer = scene.dealer.person(random); });
  },
};

export const manyPayments: Episode = {
  id: 'financial/payment-burst',
  label: { en: 'One payer pays for many orders within the hour', zh: '同一支付人一小时内多次支付' },
  plan(random, start, { dealer }) {
    const buyer = dealer.person(random);
    const count = [6, 11, 21, 52][severity(random)] as number;
    return { deals: spread(count, start, 8000, (at) => dealer.draw(random, at, { buyer, good: good('3304100099'), quantity: 1, episode: this.id })) };
  },
};

export const amountDiffers: Episode = {
  id: 'financial/amount-differs',
  label: { en: 'Payments differ from the orders they pay for', zh: '支付金额与订单实付金额不符' },
  plan(random, start, scene) {
    return amongMany(random, start, scene, this.id, (deal) => { deal.amountPaidFen += random.between(2, 5000); });
  },
};

export const nearLimit: Episode = {
  id: 'financial/near-limit',
  label: { en: 'An unusual share of orders just below the single limit', zh: '大量订单金额接近单笔限额' },
  plan(random, start, { dealer }) {
    // Goods of that value cost 4,540 to 4,950 CNY with tax and freight: near the limit as paid.
    const near = [9, 14, 20, 30][severity(random)] as number;
    const seller = random.pick(dealer.universe.sellers.get(dealer.universe.byWeight.draw(random).code) ?? []);
    const deals = spread(45, start, 25_000, (at, i) => {
      const wishes = (i * near) % 45 < near ? worth('4202210090', random.pick(['ITA', 'FRA', 'ESP']), random.between(4160, 4500)) : {};
      const deal = dealer.draw(random, at, { ...wishes, seller, episode: this.id });
      return deal;
    });
    return { deals };
  },
};

export const paymentReused: Episode = {
  id: 'financial/payment-reused',
  label: { en: 'One payment is named by several orders', zh: '多笔订单共用同一支付单' },
  plan(random, start, { dealer }) {
    const deals = spread(random.chance(0.85) ? 2 : 5, start, 5000, (at) => dealer.draw(random, at, { episode: this.id }));
    for (const deal of deals) {
      deal.payTransactionId = deals[0]?.payTransactionId ?? '';
      deal.payment = deals[0]?.payment ?? deal.payment;
    }
    return { deals };
  },
};
