/** Episodes of the transaction rules T1, T9, T11, T12 and T13: sellers whose documents, weights, codes or returns do not hold. */
import { type Deal, settle } from '../deal.ts';
import { reversal } from '../follow-ups.ts';
import { guid } from '../documents.ts';
import type { Random } from '../random.ts';
import { type Episode, good, GRADE, MINUTE, type Plan, type Scene, seller as sellerOf, severity, someSeller, spread, within } from './episode.ts';
import { besides, MOST } from './financial.ts';

type Spoil = (deal: Deal, random: Random, scene: Scene) => void;
const ORDERS = 40;

/** Forty orders at one seller and what it has besides; `spoilt` of them, in the second half: by then there are enough to judge. */
function atSeller(random: Random, start: number, scene: Scene, episode: string, spoilt: (all: number) => number, spoil: Spoil) {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const deals = spread(ORDERS, start, within(scene, 30_000), (when) => scene.dealer.draw(random, when, { seller, episode }));
  const bad = deals.slice(ORDERS / 2, ORDERS / 2 + Math.min(ORDERS / 2, spoilt(ORDERS + besides(scene, seller.zone, start))));
  for (const deal of bad) spoil(deal, random, scene);
  return { deals, bad, subjects: sellerOf(seller) };
}

/** Each order fails for another reason. */
const disagree: Spoil = (deal, random, { dealer }) => {
  const kind = random.between(0, 2);
  if (kind === 0) deal.receiver = dealer.person(random);
  if (kind === 1) deal.waybillGrams = Math.round(deal.waybillGrams * 1.1) + 80;
  if (kind === 2) deal.paidFen = deal.amountPaidFen = Math.round(deal.paidFen * 1.12);
};

const MISMATCHED = [0.01, 0.03, 0.05, 0.1] as const;

export const mismatches: Episode = {
  id: 'transaction/mismatch-rate',
  label: { en: 'A seller whose documents disagree now here, now there', zh: '商户单证时有不符，原因各异' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = atSeller(random, start, scene, this.id, (all) => Math.ceil(MISMATCHED[level] * 1.15 * all), disagree);
    if (!made) return undefined;
    const { deals, subjects } = made;
    return { deals, subjects, grade: GRADE[level], also: ['financial/money-mismatch', 'transaction/person-mismatch', 'transaction/goods-mismatch'].map((rule) => ({ rule, subjects })) };
  },
};

export const withinTolerance: Episode = {
  id: 'transaction/mismatch-rate', lookAlike: true,
  label: { en: 'Documents that differ by what scales and roundings allow', zh: '差异均在衡器与舍入容许范围内' },
  plan(random, start, scene) {
    const made = atSeller(random, start, scene, this.id, () => ORDERS, (deal) => {
      deal.waybillGrams = Math.round(deal.waybillGrams * (0.97 + random.next() * 0.06));
      deal.receiver = { ...deal.receiver, phone: `+86${deal.receiver.phone}`, name: ` ${deal.receiver.name}` };
    });
    return made && { deals: made.deals, subjects: made.subjects };
  },
};

/** The weight that is declared and carried is another than that of the goods: something else is in the box. */
const heavier = (deal: Deal, factor: number, least: number): void => {
  deal.netGrams = Math.max(Math.round(deal.netGrams * factor), deal.netGrams + least);
  deal.grossGrams = deal.waybillGrams = Math.round(deal.netGrams * 1.08) + 60;
};

export const wrongWeight: Episode = {
  id: 'transaction/weight-gap',
  label: { en: 'Boxes heavier than their goods, on declaration and waybill alike', zh: '清单与运单一致但明显重于所报商品' },
  plan(random, start, scene) {
    const level = severity(random);
    const seller = someSeller(random, scene);
    if (!seller) return undefined;
    const hidden = scene.leisure > 0 ? 3 : 0;
    const deals = spread(hidden * 2 || 1, start, within(scene, 1000), (when, i) => {
      if (i !== hidden) return scene.dealer.draw(random, when, { seller, episode: this.id });
      const deal = scene.dealer.draw(random, when, { seller, good: good(random.pick(['0901210000', '2106100000', '9619001100', '1509200000', '7013370000'])), quantity: 2, episode: this.id });
      heavier(deal, [1.22, 1.4, 1.7, 2.3][level] as number, 0);
      return deal;
    });
    return { deals, subjects: sellerOf(seller), grade: GRADE[level] };
  },
};

export const gifts: Episode = {
  id: 'transaction/weight-gap', lookAlike: true,
  label: { en: 'Little gifts in the box; scales that show a tenth too much', zh: '箱内小赠品；秤偏重一成' },
  plan(random, start, scene) {
    const seller = someSeller(random, scene);
    return seller && {
      deals: spread(12, start, within(scene, 8000), (when, i) => {
        const light = i % 2 === 0;
        const deal = scene.dealer.draw(random, when, { seller, good: good(light ? '3304100091' : '2106100000'), quantity: 1, episode: this.id });
        heavier(deal, light ? 1 : 1.1, light ? 40 : 0);
        return deal;
      }),
      subjects: sellerOf(seller),
    };
  },
};

/** Customs' last answer comes within a minute of the declaration. */
const RELEASED_MS = 2 * MINUTE;

/** Some of a seller's orders are taken back some time after their release. */
function takenBack(random: Random, start: number, scene: Scene, episode: string, share: number, kind: 'cancel' | 'return', honest = false): Pick<Plan, 'deals' | 'events' | 'subjects'> | undefined {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  // In a case the share must hold over all that the seller has released; honest returns are a share of these orders alone.
  const all = ORDERS + (honest ? 0 : besides(scene, seller.zone, start));
  const deals = spread(ORDERS + Math.min(MOST, Math.max(0, Math.ceil(share * all) - ORDERS / 2)), start, within(scene, 20_000) * 0.8, (when) => {
    const deal = scene.dealer.draw(random, when, { seller, episode });
    deal.answers = [2, 120, 800, 899];
    return deal;
  });
  const many = Math.ceil(share * (deals.length + all - ORDERS));
  const step = Math.max(1, Math.floor(deals.length / many));
  const chosen = deals.filter((_, i) => i % step === 0).slice(0, many);
  const events = chosen.flatMap((deal) => {
    const when = Math.max(deal.at, start) + (scene.leisure > 0 ? RELEASED_MS + random.between(0, 20) * MINUTE : 50_000);
    return reversal(deal, kind, (n) => guid(scene.seed, deal.number, n), Math.min(when, start + Math.max(scene.leisure, 55_000)));
  });
  return { deals, events, subjects: sellerOf(seller) };
}

const BACK = [0.08, 0.15, 0.25, 0.4] as const;

export const muchReturned: Episode = {
  id: 'transaction/returns',
  label: { en: 'Goods that are sold, released and sent back', zh: '售出放行后大量退回' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = takenBack(random, start, scene, this.id, BACK[level] * 1.1, 'return');
    return made && { ...made, grade: GRADE[level] };
  },
};

export const fewReturned: Episode = {
  id: 'transaction/returns', lookAlike: true,
  label: { en: 'The usual returns of a clothes shop', zh: '服装店的正常退货' },
  plan(random, start, scene) {
    return takenBack(random, start, scene, this.id, 0.04, 'return', true);
  },
};

const CANCELLED = [0.01, 0.02, 0.04, 0.08] as const;

export const lateCancels: Episode = {
  id: 'transaction/cancel-after-release',
  label: { en: 'Declarations are cancelled once the parcels are out', zh: '包裹放行后撤销清单' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = takenBack(random, start, scene, this.id, CANCELLED[level] * 1.15, 'cancel');
    return made && { ...made, grade: GRADE[level], also: [{ rule: 'transaction/returns', subjects: made.subjects }] };
  },
};

export const earlyCancels: Episode = {
  id: 'transaction/cancel-after-release', lookAlike: true,
  label: { en: 'Buyers who change their mind before release', zh: '放行前买家取消' },
  plan(random, start, scene) {
    const made = atSeller(random, start, scene, this.id, () => 4, (deal) => { deal.answers = [2, 120, 300]; });
    if (!made) return undefined;
    const events = made.bad.flatMap((deal) => reversal(deal, 'cancel', (n) => guid(scene.seed, deal.number, n), deal.at + (deal.sent.declaration ?? 0) + 12_000));
    return { deals: made.deals, events, subjects: made.subjects, also: [{ rule: 'transaction/returns', subjects: made.subjects }] };
  },
};

/** What it is, and the code under which less tax is due: a third, a half, three fifths less. */
const SIBLINGS: readonly (readonly [hs: string, declared: string])[] = [['0901210000', '0802120000'], ['2204210000', '2009120000'], ['3304990029', '3401300000']];

const asDeclared = (deal: Deal, hs: string): Deal => {
  const { vat, consumptionTax } = good(hs);
  for (const line of deal.lines) line.good = { ...line.good, hs, vat, consumptionTax };
  return settle(deal);
};

export const wrongCode: Episode = {
  id: 'transaction/misclassified',
  label: { en: 'Goods declared under a code of less tax', zh: '以低税率编码申报' },
  plan(random, start, scene) {
    const level = Math.max(1, severity(random));
    const seller = someSeller(random, scene);
    const [hs, declared] = SIBLINGS[level - 1] as (typeof SIBLINGS)[number];
    const hidden = scene.leisure > 0 ? 3 : 0;
    return seller && {
      deals: spread(hidden * 2 || 1, start, within(scene, 1000), (when, i) => (i === hidden ? asDeclared(scene.dealer.draw(random, when, { seller, good: good(hs), quantity: 2, episode: this.id }), declared) : scene.dealer.draw(random, when, { seller, episode: this.id }))),
      subjects: sellerOf(seller), grade: GRADE[level as 1 | 2 | 3], also: [{ rule: 'transaction/weight-gap', subjects: sellerOf(seller) }, { rule: 'transaction/undervaluation', subjects: sellerOf(seller) }],
    };
  },
};

export const sameTax: Episode = {
  id: 'transaction/misclassified', lookAlike: true,
  label: { en: 'Names that tell of other goods of the same tax: skimmed milk powder, sparkling wine', zh: '名称相近但税率相同：脱脂奶粉、起泡葡萄酒' },
  plan(random, start, scene) {
    const seller = someSeller(random, scene);
    return seller && { deals: spread(8, start, within(scene, 8000), (when, i) => scene.dealer.draw(random, when, { seller, good: good(i % 2 === 0 ? '0402100000' : '2204100000'), quantity: 1, episode: this.id })), subjects: sellerOf(seller) };
  },
};

export const INTEGRITY: readonly Episode[] = [mismatches, wrongWeight, muchReturned, lateCancels, wrongCode];
