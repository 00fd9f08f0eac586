/** Episodes of the financial rules F1, F2, F3, F4, F10 and F13. */
import type { Deal, Wishes } from '../deal.ts';
import { guid, order } from '../documents.ts';
import { taxBill } from '../follow-ups.ts';
import type { Party } from '../parties.ts';
import type { Random } from '../random.ts';
import { buyerAndAddress, dear, type Episode, good, GRADE, HOUR, MINUTE, type Plan, type Scene, seller as sellerOf, severity, someSeller, spread, subject, within, worth } from './episode.ts';

const DAY = 24 * HOUR;
type Spoil = (deal: Deal, random: Random) => void;

/** Enough orders at one seller and one platform that a single bad one is a share and no accident: 120 before watchers, 40 where there is time, or twice the bad ones. */
function amongMany(random: Random, start: number, scene: Scene, episode: string, bad: (orders: number) => number, spoil: Spoil) {
  const { dealer, leisure } = scene;
  const seller = leisure > 0 ? someSeller(random, scene) : random.pick(dealer.universe.sellers.get('3301') ?? []);
  const platform = scene.fresh(random, dealer.universe.platforms);
  if (!seller || !platform) return undefined;
  const least = leisure > 0 ? 40 : 120;
  const count = Math.max(least, 2 * bad(least));
  const deals = spread(count, start, within(scene, 40_000), (at) => dealer.draw(random, at, { seller, platform, episode }));
  // In the second half: by then there are enough to judge.
  for (const deal of deals.slice(count / 2, count / 2 + bad(least))) spoil(deal, random);
  return { seller, platform, deals };
}

/** More orders than this no case makes, whatever its seller has besides: in traffic so dense it may stay unseen. */
export const MOST = 600;

/** Orders that the seller has from others within a day, generously. */
export const besides = (scene: Scene, sellerZone: string, start: number): number => {
  const { universe } = scene.dealer;
  return (1.5 * scene.ordersInZone(universe.zone(sellerZone), DAY, start + DAY)) / (universe.sellers.get(sellerZone)?.length ?? 1);
};

const DIFFERING = [0.005, 0.01, 0.03, 0.05] as const;

export const payerDiffers: Episode = {
  id: 'financial/payer-differs',
  label: { en: 'Somebody else than the buyer pays', zh: '支付人与订购人不一致' },
  plan(random, start, scene) {
    const level = severity(random);
    const bad = (orders: number) => (scene.leisure > 0 ? Math.ceil(DIFFERING[level] * (orders + 60)) : level + 1);
    const made = amongMany(random, start, scene, this.id, bad, (deal) => { deal.payer = scene.dealer.person(random); });
    if (!made) return undefined;
    const subjects = sellerOf(made.seller);
    return { deals: made.deals, subjects, grade: GRADE[level], also: [{ rule: 'transaction/person-mismatch', subjects }] };
  },
};

export const payerRespelt: Episode = {
  id: 'financial/payer-differs', lookAlike: true,
  label: { en: 'A transliterated name whose dot and spaces differ', zh: '译名间隔号写法不同' },
  plan(random, start, scene) {
    const made = amongMany(random, start, scene, this.id, (orders) => orders / 2, (deal) => {
      deal.buyer = { ...deal.buyer, name: `${deal.buyer.name}·${deal.buyer.name}` };
      deal.payer = { ...deal.buyer, name: deal.buyer.name.replace('·', random.pick([' • ', '‧', '∙'])) };
    });
    return made && { deals: made.deals, subjects: sellerOf(made.seller) };
  },
};

export const manyPayments: Episode = {
  id: 'financial/payment-burst',
  label: { en: 'One payer pays for many orders within the hour', zh: '同一支付人一小时内多次支付' },
  plan(random, start, scene) {
    const buyer = scene.dealer.person(random);
    const level = severity(random);
    const deals = spread([6, 11, 21, 52][level] as number, start, within(scene, 8000, 50 * MINUTE), (at) =>
      scene.dealer.draw(random, at, { buyer, good: good(scene.leisure > 0 ? random.pick(['3304100099', '9619002000', '3304990099']) : '3304100099'), quantity: scene.leisure > 0 ? random.between(1, 3) : 1, episode: this.id }));
    return { deals, subjects: subject('payer', buyer.idNumber), grade: GRADE[level], also: [{ rule: 'transaction/split-orders', subjects: buyerAndAddress(buyer) }] };
  },
};

export const keenShopper: Episode = {
  id: 'financial/payment-burst', lookAlike: true,
  label: { en: 'One buyer with a dozen small orders over the day, at most four within an hour', zh: '同一买家全天多笔小额订单' },
  plan(random, start, scene) {
    const buyer = scene.dealer.person(random);
    const every = scene.leisure > 0 ? 20 * MINUTE : 2000;
    const count = scene.leisure > 0 ? Math.max(3, Math.min(12, Math.floor(scene.leisure / every))) : 4;
    return { deals: spread(count, start, count * every, (at) => scene.dealer.draw(random, at, { buyer, good: good('3304100099'), quantity: 1, episode: this.id })), subjects: subject('payer', buyer.idNumber) };
  },
};

const AMOUNTS = [0.001, 0.005, 0.01, 0.03] as const;

export const amountDiffers: Episode = {
  id: 'financial/amount-differs',
  label: { en: 'Payments differ from the orders they pay for', zh: '支付金额与订单实付金额不符' },
  plan(random, start, scene) {
    const level = severity(random);
    const platforms = scene.dealer.universe.platforms.length;
    // A platform has many orders besides: so many must be bad that they are the share of all.
    const share = (orders: number) => Math.ceil(AMOUNTS[level] * 1.2 * (orders + scene.ordersWithin(DAY, start + DAY) / platforms));
    const made = amongMany(random, start, scene, this.id, (orders) => (scene.leisure > 0 ? Math.min(MOST / 2, share(orders)) : level + 1), (deal) => {
      deal.amountPaidFen += scene.leisure > 0 && random.chance(0.5) ? -random.between(2, 300) : random.between(2, 5000);
    });
    return made && { deals: made.deals, subjects: subject('platform', made.platform.code), grade: GRADE[level], also: [{ rule: 'financial/money-mismatch', subjects: sellerOf(made.seller) }] };
  },
};

export const centRounded: Episode = {
  id: 'financial/amount-differs', lookAlike: true,
  label: { en: 'A payment provider rounds by one fen', zh: '支付机构一分钱舍入差' },
  plan(random, start, scene) {
    const made = amongMany(random, start, scene, this.id, (orders) => orders / 2, (deal) => { deal.amountPaidFen += random.pick([-1, 1]); });
    return made && { deals: made.deals, subjects: subject('platform', made.platform.code) };
  },
};

/** Orders at one seller of which `near` cost what `amount` says. */
function dearShop(random: Random, start: number, scene: Scene, episode: string, seller: Party, orders: number, near: number, amount: () => Wishes): Plan {
  const deals = spread(orders, start, within(scene, 25_000), (at, i) => scene.dealer.draw(random, at, { ...((i * near) % orders < near ? amount() : {}), seller, episode }));
  return { deals, subjects: sellerOf(seller) };
}

const NEAR = [0.15, 0.25, 0.4, 0.6] as const;

export const nearLimit: Episode = {
  id: 'financial/near-limit',
  label: { en: 'An unusual share of orders just below the single limit', zh: '大量订单金额接近单笔限额' },
  plan(random, start, scene) {
    const level = severity(random);
    const seller = someSeller(random, scene);
    if (!seller) return undefined;
    const { leisure } = scene;
    // Goods of that value cost 4,540 to 4,950 CNY with tax and freight: near the limit as paid. Ordinary orders of the seller thin the share out.
    const [others, share] = [besides(scene, seller.zone, start), NEAR[level] * 1.15];
    const some = leisure > 0 ? Math.ceil(share * (45 + others)) : ([9, 14, 20, 30][level] as number);
    // Where the seller has so many others that not even all of them would do, it takes more.
    const orders = some <= 45 ? 45 : Math.min(MOST, Math.ceil((share * others) / (1 - share)));
    const near = some <= 45 ? some : orders;
    const amount = () => (leisure > 0 ? dear(random, random.between(4160, 4500)) : worth('4202210090', random.pick(['ITA', 'FRA', 'ESP']), random.between(4160, 4500)));
    return { ...dearShop(random, start, scene, this.id, seller, orders, near, amount), grade: GRADE[level] };
  },
};

export const dearGoods: Episode = {
  id: 'financial/near-limit', lookAlike: true,
  label: { en: 'A shop whose goods cost less than four thousand yuan', zh: '主营近四千元商品的店铺' },
  plan(random, start, scene) {
    const seller = someSeller(random, scene);
    return seller && dearShop(random, start, scene, this.id, seller, 32, 32, () => dear(random, random.between(3300, 3950)));
  },
};

export const paymentReused: Episode = {
  id: 'financial/payment-reused',
  label: { en: 'One payment is named by several orders', zh: '多笔订单共用同一支付单' },
  plan(random, start, scene) {
    const grave = random.chance(0.15);
    const deals = spread(grave ? 5 : 2, start, within(scene, 5000), (at) => scene.dealer.draw(random, at, { episode: this.id }));
    for (const deal of deals) {
      deal.payTransactionId = deals[0]?.payTransactionId ?? '';
      deal.payment = deals[0]?.payment ?? deal.payment;
    }
    return { deals, subjects: subject('payment', `${deals[0]?.payment.code}|${deals[0]?.payTransactionId}`), grade: grave ? 'red' : 'orange' };
  },
};

export const orderAmended: Episode = {
  id: 'financial/payment-reused', lookAlike: true,
  label: { en: 'One order, changed three times under its one payment', zh: '同一订单多次变更' },
  plan(random, start, scene) {
    const deal = scene.dealer.draw(random, start, { episode: this.id });
    const events = [1, 2, 3].map((n) => {
      const at = start + 20_000 + n * within(scene, 2000, 20 * MINUTE);
      return { at, event: { ...order(deal, guid(scene.seed, deal.number, 92 + n), '2', at), batchNumbers: `B${n}` } };
    });
    return { deals: [deal], events, subjects: subject('payment', `${deal.payment.code}|${deal.payTransactionId}`) };
  },
};

/** In seeds/guarantees.csv these stand for 2,000 yuan each. */
const SMALL: readonly Party[] = Array.from({ length: 40 }, (_, i) => ({ code: `3301SIG2${String(i + 1).padStart(2, '0')}`, name: `模拟担保小额${i + 1}`, zone: '3301' }));
const SMALL_FEN = 200_000;
const USED = [0.7, 0.85, 0.95, 1] as const;

/** Orders whose taxes come to `share` of the guarantee or a little more. */
function underOneGuarantee(random: Random, start: number, scene: Scene, episode: string, share: number, spanMs: number): { guarantor: Party; deals: Deal[] } | undefined {
  const guarantor = scene.fresh(random, SMALL, 'guarantees');
  if (!guarantor) return undefined;
  const deals: Deal[] = [];
  for (let tax = 0; tax < share * SMALL_FEN; tax += deals.at(-1)?.taxFen ?? 0) {
    deals.push(Object.assign(scene.dealer.draw(random, start, { ...dear(random, random.between(1200, 2400)), episode }), { guarantor }));
  }
  for (const [i, deal] of deals.entries()) deal.at = start + Math.floor((i * spanMs) / deals.length);
  return { guarantor, deals };
}

export const guaranteeUsed: Episode = {
  id: 'financial/guarantee-used',
  label: { en: 'Taxes pile up under a small guarantee', zh: '小额担保项下税款累积' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = underOneGuarantee(random, start, scene, this.id, USED[level], within(scene, 8000));
    return made && { deals: made.deals, subjects: subject('guarantor', made.guarantor.code), grade: GRADE[level] };
  },
};

export const guaranteeFreed: Episode = {
  id: 'financial/guarantee-used', lookAlike: true,
  label: { en: 'A small guarantee under which bills are summarised as fast as new taxes fall due', zh: '税单及时汇总、担保循环使用' },
  plan(random, start, scene) {
    // Before watchers there is no time for bills: then a share that is left free.
    const turns = scene.leisure > HOUR ? 1.6 : 0.5;
    const made = underOneGuarantee(random, start, scene, this.id, turns, within(scene, 8000));
    if (!made) return undefined;
    const events = turns < 1 ? [] : made.deals.flatMap((deal) => taxBill(deal, (n) => guid(scene.seed, deal.number, n), deal.at + MINUTE));
    return { deals: made.deals, events, subjects: subject('guarantor', made.guarantor.code) };
  },
};
