/** Episodes of the financial rules F6, F8 and F11: what is owed and paid for exports, as banks tell it, and what was paid for and never sent. */
import type { Deal } from '../deal.ts';
import { type Document, guid, order, payment } from '../documents.ts';
import { saleAbroad } from '../exports.ts';
import type { Random } from '../random.ts';
import { DAY, type Episode, GRADE, HOUR, type Plan, type Scene, seller as sellerOf, severity, someSeller, spread, subject, within } from './episode.ts';
import { smallZone } from './market.ts';
import { observed } from './observations.ts';

/** So many that a few honest exports of the seller besides do not matter. */
const SALES = 60;
const RECEIPTS = 9;

/** Sales abroad, and receipts that come to `share` of them in the end. */
function paidFor(random: Random, start: number, scene: Scene, share: number): Plan | undefined {
  // Of a zone of its own: so many sales would thin out another case of its seller.
  const zone = smallZone(random, scene);
  if (!zone) return undefined;
  const seller = random.pick(scene.dealer.universe.sellers.get(zone.code) ?? []);
  const sales = spread(SALES, start, within(scene, 15_000) * 0.8, (at) => saleAbroad(scene.dealer, scene.seed, random, at, { zone, seller, hs: '9405210000', country: random.pick(['USA', 'GBR', 'DEU', 'FRA', 'AUS', 'JPN', 'KOR']) })).flat();
  const sold = sales.reduce((sum, { event }) => (event['type'] === 'export-declaration' ? sum + (event['items'] as { totalPrice: number }[]).reduce((all, { totalPrice }) => all + totalPrice, 0) : sum), 0);
  // The last of them comes after the last sale: until then it is not known what the receipts belong to.
  const receipts = spread(RECEIPTS, start, within(scene, 20_000), (at, i) => observed(at, `R-${seller.code}-${at}`, { kind: 'export-receipt', subjectType: 'seller', subject: seller.code, value: Math.round(sold * share * (i === RECEIPTS - 1 ? 60 : 5)) / 100, unit: 'CNY' }));
  return { events: [...sales, ...receipts], subjects: sellerOf(seller), also: [{ rule: 'market/country-concentration', subjects: subject('zone', zone.code) }] };
}

export const paidTooMuch: Episode = {
  id: 'financial/forex-gap',
  label: { en: 'A seller is paid more than it ever exported', zh: '收汇金额超过出口金额' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = paidFor(random, start, scene, [1.17, 1.29, 1.45, 1.72][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const paidInFull: Episode = {
  id: 'financial/forex-gap', lookAlike: true,
  label: { en: 'Exports paid in full at once, with a small prepayment', zh: '出口货款当即足额到账，另有少量预收' },
  plan: (random, start, scene) => paidFor(random, start, scene, 1.05),
};

/** Invoices of a seller: a share of what they come to, and one more that is paid before the end, is long overdue. */
function owedTo(random: Random, start: number, scene: Scene, share: number): Plan | undefined {
  const seller = scene.fresh(random, [...scene.dealer.universe.sellers.values()].flat(), 'creditor');
  if (!seller) return undefined;
  const invoice = (at: number, number: number, value: number, item: string, appType = '1') => observed(at, `I-${seller.code}-${start}-${number}`, { kind: 'receivable', subjectType: 'seller', subject: seller.code, value: Math.round(value * 100) / 100, unit: 'CNY', item }, appType);
  const values = Array.from({ length: 24 }, () => random.between(800, 1200));
  const total = values.reduce((sum, value) => sum + value, 0);
  const half = within(scene, 20_000) / 2;
  const events = spread(values.length, start, half, (at, i) => invoice(at, i, values[i] as number, random.chance(0.3) ? 'overdue' : 'current'));
  const paid = { at: start + half, event: invoice(start + half, 0, values[0] as number, 'current', '3').event };
  // One that was said to be in order is long overdue when it is told again.
  const late = share > 0 ? [invoice(start + half + 1000, 1, (total * share) / (1 - share), 'overdue-30')] : [];
  return { events: [...events, paid, ...late], subjects: sellerOf(seller) };
}

export const owedForLong: Episode = {
  id: 'financial/overdue-receivables',
  label: { en: 'Invoices that were said to be in order turn out long overdue', zh: '原报正常的应收账款实为长期逾期' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = owedTo(random, start, scene, [0.07, 0.14, 0.26, 0.45][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const owedBriefly: Episode = {
  id: 'financial/overdue-receivables', lookAlike: true,
  label: { en: 'Invoices of which a third is some days overdue', zh: '三成应收账款短期逾期' },
  plan: (random, start, scene) => owedTo(random, start, scene, 0),
};

/** A seller's paid orders of two months, evenly, `due` of them a month old and more. `unsent`, which come of that age in the course of the case, brought order and payment alone, and then what `after` says. */
function soldMonthAgo(random: Random, start: number, scene: Scene, episode: string, due: number, unsent: number, after: (deal: Deal) => { at: number; event: Document }[]): Plan | undefined {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const span = within(scene, 20_000);
  const sold = (at: number) => scene.dealer.draw(random, at, { seller, newcomer: true, episode });
  const sent = spread(2 * due, scene.opening - 58 * DAY, 57 * DAY, sold);
  // Some were declared only half a day after they were paid.
  for (const deal of sent) if (random.chance(0.1)) deal.made = { ...deal.made, waybill: 10 * HOUR, declaration: 10 * HOUR + 60_000 };
  const paid = spread(unsent, start - 30 * DAY, span / 2, sold);
  const events = paid.flatMap((deal) => [{ at: deal.at, event: order(deal, guid(scene.seed, deal.number, 0)) }, { at: deal.at + 1000, event: payment(deal, guid(scene.seed, deal.number, 1)) }, ...after(deal)]);
  // Paid for and not declared: the documents are missing as well.
  return { history: { deals: sent, events }, deals: spread(3, start, span, sold), subjects: sellerOf(seller), also: ['transaction/documents-missing', 'transaction/mismatch-rate'].map((rule) => ({ rule, subjects: sellerOf(seller) })) };
}

export const neverSent: Episode = {
  id: 'financial/phantom-shipment',
  label: { en: 'Orders that were paid a month ago and have not moved since', zh: '付款满月仍无货物流转的订单' },
  plan(random, start, scene) {
    const level = severity(random);
    const [orders, unsent] = [[130, 1], [64, 1], [64, 3], [64, 5]][level] as [number, number];
    const made = soldMonthAgo(random, start, scene, this.id, orders, unsent, () => []);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const calledOff: Episode = {
  id: 'financial/phantom-shipment', lookAlike: true,
  label: { en: 'Orders of a month ago that were withdrawn before they were declared, and some that were declared half a day late', zh: '一个月前申报前已撤销的订单，及迟半日申报的订单' },
  plan: (random, start, scene) => soldMonthAgo(random, start, scene, 'financial/phantom-shipment', 45, 5, (deal) => {
    const at = deal.at + 0.8 * DAY;
    return [{ at, event: order(deal, guid(scene.seed, deal.number, 90), '3', at) }, { at: at + 1000, event: { ...payment(deal, guid(scene.seed, deal.number, 91)), appType: '3' } }];
  }),
};
