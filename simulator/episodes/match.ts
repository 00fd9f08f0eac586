/** Episodes of the match families: at one seller, the documents of some orders disagree. */
import type { Deal, Wishes } from '../deal.ts';
import type { Random } from '../random.ts';
import { type Bilingual, type Episode, type Scene, severity, spread, worth } from './episode.ts';

const MINUTE = 60_000;
type Spoil = (deal: Deal, random: Random, scene: Scene) => void;

/** `counts`: orders by severity, those that the rule's bands ask for. */
function family(id: string, label: Bilingual, counts: readonly number[], spoil: Spoil, wishes: Wishes = {}): Episode {
  return {
    id, label,
    plan(random, start, scene) {
      const { universe } = scene.dealer;
      const seller = random.pick(universe.sellers.get(universe.byWeight.draw(random).code) ?? []);
      const deals = spread(counts[severity(random)] as number, start, 8000, (at) => scene.dealer.draw(random, at, { seller, ...wishes, episode: id }));
      for (const deal of deals) spoil(deal, random, scene);
      return { deals };
    },
  };
}

const FEW = [1, 3, 10, 30] as const;
const SEVERAL = [3, 10, 30, 100] as const;

export const documents = family('transaction/documents-missing', { en: 'Payments never come', zh: '支付单缺失' }, SEVERAL,
  (deal) => { deal.sent = { ...deal.sent, payment: undefined }; });

export const money = family('financial/money-mismatch', { en: 'The order\'s sums are wrong', zh: '订单金额勾稽错误' }, FEW,
  (deal) => { deal.paidFen = deal.amountPaidFen = Math.round(deal.paidFen * 1.12); });

/** In seeds/guarantees.csv this guarantor's guarantee has ended. */
export const guarantee = family('financial/guarantee-short', { en: 'The tax guarantee has ended', zh: '税款担保已失效' }, FEW,
  (deal) => { deal.guarantor = { code: '3301SIG901', name: '模拟担保已失效', zone: '3301' }; });

export const persons = family('transaction/person-mismatch', { en: 'The parcel goes to somebody else', zh: '收件人与订单不一致' }, FEW,
  (deal, random, { dealer }) => { deal.receiver = dealer.person(random); });

export const goods = family('transaction/goods-mismatch', { en: 'The parcel weighs far more than declared', zh: '运单重量与申报重量不符' }, FEW,
  (deal) => { deal.waybillGrams = Math.round(deal.waybillGrams * 1.6) + 300; });

export const limits = family('transaction/over-limit', { en: 'An order above the single limit of 5,000 CNY', zh: '订单超过单次限值 5,000 元' }, FEW,
  () => undefined, worth('9102110000', 'CHE', 6400));

export const sequence = family('transaction/order-of-things', { en: 'Declared before it was ordered and paid', zh: '先申报后下单支付' }, SEVERAL,
  // The declaration is dated twenty minutes back: a date ahead of arrival would be refused at the door.
  (deal) => { deal.made = { ...deal.made, declaration: -20 * MINUTE }; });

export const parties: Episode = {
  id: 'transaction/unregistered-party',
  label: { en: 'A seller whose registration has ended', zh: '商户备案已失效' },
  plan(random, start, { dealer }) {
    const seller = random.pick(dealer.universe.lapsed);
    return { deals: spread(FEW[severity(random)], start, 8000, (at) => dealer.draw(random, at, { seller, episode: this.id })) };
  },
};
