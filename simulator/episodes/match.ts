/** Episodes of the match families: at one seller, the documents of some orders disagree. Look-alikes differ within what the match allows. */
import type { Deal, Wishes } from '../deal.ts';
import type { Random } from '../random.ts';
import { type Bilingual, dear, type Episode, good, GRADE, MINUTE, type Plan, type Scene, seller as sellerOf, severity, someSeller, spread, within, worth } from './episode.ts';

type Spoil = (deal: Deal, random: Random, scene: Scene) => void;
type Want = (random: Random, scene: Scene) => Wishes;
interface Family { id: string; label: Bilingual; counts: readonly number[]; spoil: Spoil; wishes?: Want; graceMs?: number }

const sameSeller = (random: Random, start: number, scene: Scene, count: number, { id, spoil, wishes }: Family): Pick<Plan, 'deals' | 'subjects'> | undefined => {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const deals = spread(count, start, within(scene, 8000), (at) => scene.dealer.draw(random, at, { seller, ...wishes?.(random, scene), episode: id }));
  for (const deal of deals) spoil(deal, random, scene);
  return { deals, subjects: sellerOf(seller) };
};

/** `counts`: orders by severity, those that the rule's bands ask for. */
function family(family: Family): Episode {
  return {
    id: family.id, label: family.label,
    plan(random, start, scene) {
      const level = severity(random);
      const made = sameSeller(random, start, scene, family.counts[level] as number, family);
      return made && { ...made, grade: GRADE[level], ...(family.graceMs && { graceMs: family.graceMs }) };
    },
  };
}

/** A dozen orders that a careless rule would take for the real thing. `also`: rules that do have a case in them. */
const alike = (id: string, label: Bilingual, spoil: Spoil, wishes?: Want, also: readonly string[] = []): Episode => ({
  id, label, lookAlike: true,
  plan(random, start, scene) {
    const made = sameSeller(random, start, scene, 12, { id, label, counts: [], spoil, ...(wishes && { wishes }) });
    return made && { ...made, also: also.map((rule) => ({ rule, subjects: made.subjects })) };
  },
});

const FEW = [1, 3, 10, 30] as const;
const SEVERAL = [3, 10, 30, 100] as const;

export const documents = family({
  id: 'transaction/documents-missing', label: { en: 'Payments or waybills never come', zh: '支付单或运单缺失' }, counts: SEVERAL,
  spoil(deal, random, { leisure }) {
    deal.sent = { ...deal.sent, [leisure > 0 ? random.pick(['payment', 'waybill']) : 'payment']: undefined };
  },
  // A document is missed after half an hour.
  graceMs: 40 * MINUTE,
});

export const documentsLate = alike('transaction/documents-missing', { en: 'Payments come twenty minutes late', zh: '支付单迟到二十分钟' },
  (deal) => { deal.sent = { ...deal.sent, payment: (deal.sent.payment as number) + 20 * MINUTE }; });

export const money = family({
  id: 'financial/money-mismatch', label: { en: 'The order\'s sums are wrong', zh: '订单金额勾稽错误' }, counts: FEW,
  spoil(deal, random, { leisure }) { deal.paidFen = deal.amountPaidFen = Math.round(deal.paidFen * (leisure > 0 ? random.pick([0.9, 1.07, 1.12, 1.25]) : 1.12)); },
});

/** In seeds/guarantees.csv this guarantor's guarantee has ended. */
export const guarantee = family({
  id: 'financial/guarantee-short', label: { en: 'The tax guarantee has ended', zh: '税款担保已失效' }, counts: FEW,
  spoil(deal) { deal.guarantor = { code: '3301SIG901', name: '模拟担保已失效', zone: '3301' }; },
});

export const guaranteeEnough = alike('financial/guarantee-short', { en: 'Dear orders under a guarantee that covers them', zh: '担保充足的高额订单' }, () => undefined, (random) => dear(random, random.between(3300, 4050)));

export const moneyRounded = alike('financial/money-mismatch', { en: 'Sums that a sender rounds to whole yuan or a few percent', zh: '发送方四舍五入造成的小额差异' },
  (deal, random) => { deal.paidFen = deal.amountPaidFen = Math.round(deal.paidFen * (0.97 + random.next() * 0.06)); });

export const persons = family({
  id: 'transaction/person-mismatch', label: { en: 'The parcel goes to somebody else', zh: '收件人与订单不一致' }, counts: FEW,
  spoil(deal, random, { dealer, leisure }) {
    const other = dealer.person(random);
    // A careful smuggler keeps the name and changes only the door or the phone.
    const kind = leisure > 0 ? random.between(0, 2) : 0;
    deal.receiver = kind === 0 ? other : kind === 1 ? { ...deal.consignee, phone: other.phone } : { ...deal.consignee, address: other.address };
  },
});

/** ASCII letters and digits in full width. */
const wide = (text: string): string => text.replace(/[0-9a-z]/gi, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

export const personsRewritten = alike('transaction/person-mismatch', { en: 'The same person, written another way by the carrier', zh: '同一收件人的不同写法' },
  (deal, random) => {
    const { name, phone, address } = deal.consignee;
    deal.receiver = { ...deal.consignee, name: ` ${name} `, phone: random.pick([`+86${phone}`, `0086${phone}`, wide(phone)]), address: random.pick([wide(address), `中国 ${address}`, address.replace('路', '路 ')]) };
  });

export const goods = family({
  id: 'transaction/goods-mismatch', label: { en: 'The parcel weighs far more than declared', zh: '运单重量与申报重量不符' }, counts: FEW,
  spoil(deal, _random, { leisure }) {
    // Just beyond what scales may differ by: 5 % or 50 g, whichever is more.
    deal.waybillGrams = leisure > 0 ? Math.round(deal.waybillGrams * 1.08) + 60 : Math.round(deal.waybillGrams * 1.6) + 300;
  },
});

export const goodsWeighed = alike('transaction/goods-mismatch', { en: 'Scales that differ by a few percent', zh: '秤差在容许范围内' },
  (deal, random) => { deal.waybillGrams = Math.round(deal.waybillGrams * (0.96 + random.next() * 0.08)); });

export const limits = family({
  id: 'transaction/over-limit', label: { en: 'An order above the single limit of 5,000 CNY', zh: '订单超过单次限值 5,000 元' }, counts: FEW,
  spoil: () => undefined, wishes: (random, { leisure }) => (leisure > 0 ? dear(random, random.between(5040, 7800), 2) : worth('9102110000', 'CHE', 6400)),
});

export const limitsSingle = alike('transaction/over-limit', { en: 'One indivisible piece above the limit, and orders just below it', zh: '单件不可分割商品超限，或订单略低于限值' },
  (deal) => {
    // Above the limit full taxes are due, which the buyer pays customs and not the seller.
    if (deal.goodsFen > 500_000) Object.assign(deal, { taxFen: 0, paidFen: deal.paidFen - deal.taxFen, amountPaidFen: deal.paidFen - deal.taxFen });
  }, (random) => (random.chance(0.4) ? { good: good('4202210090'), country: 'FRA', quantity: 1, priceFactor: 2.6 } : dear(random, random.between(3600, 4050), 2)), ['financial/invoice-ratio']);

export const sequence = family({
  id: 'transaction/order-of-things', label: { en: 'Declared before it was ordered and paid', zh: '先申报后下单支付' }, counts: SEVERAL,
  // The declaration is dated back: a date ahead of arrival would be refused at the door.
  spoil(deal, random, { leisure }) { deal.made = { ...deal.made, declaration: -(leisure > 0 ? random.between(6, 40) : 20) * MINUTE }; },
});

export const sequenceSkewed = alike('transaction/order-of-things', { en: 'A declarant\'s clock is four minutes slow', zh: '申报端时钟慢四分钟' },
  (deal) => { deal.made = { ...deal.made, declaration: (deal.made.declaration as number) - 4 * MINUTE }; });

export const parties: Episode = {
  id: 'transaction/unregistered-party',
  label: { en: 'A seller whose registration has ended', zh: '商户备案已失效' },
  plan(random, start, scene) {
    const { dealer, fresh } = scene;
    const seller = fresh(random, dealer.universe.lapsed);
    if (!seller) return undefined;
    const level = severity(random);
    return {
      deals: spread(FEW[level], start, within(scene, 8000), (at) => dealer.draw(random, at, { seller, episode: this.id })), subjects: sellerOf(seller), grade: GRADE[level],
    };
  },
};

export const partyRenewed: Episode = {
  id: 'transaction/unregistered-party', lookAlike: true,
  label: { en: 'A seller whose registration has lapsed and been renewed', zh: '备案到期后已续期的商户' },
  plan(random, start, scene) {
    const { dealer, fresh } = scene;
    const seller = fresh(random, dealer.universe.renewed);
    return seller && { deals: spread(12, start, within(scene, 8000), (at) => dealer.draw(random, at, { seller, episode: this.id })), subjects: sellerOf(seller) };
  },
};
