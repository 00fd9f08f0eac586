/** Episodes of the market rules M7 to M10: what others observe. */
import type { Random } from '../random.ts';
import { bigZone } from './market.ts';
import { rarities } from './market-trade.ts';
import { observed } from './observations.ts';
import { DAY, type Episode, freshText, GRADE, HOUR, type Plan, type Scene, seller as sellerOf, severity, someSeller, spread, subject, within } from './episode.ts';

const CURRENCIES = ['USD', 'EUR', 'JPY', 'GBP', 'AUD', 'NZD', 'KRW', 'CHF', 'CAD', 'SGD', 'HKD', 'THB', 'SEK', 'NOK', 'DKK', 'MYR'];
const QUOTES = 8;

/** Rates of a currency that nobody else moves; `path` from 0 to 1 gives how far it is from where it began. */
function rates(random: Random, start: number, scene: Scene, path: (share: number) => number): Plan | undefined {
  const currency = freshText(random, scene, CURRENCIES, 'currency');
  if (currency === undefined) return undefined;
  const base = random.between(50, 900) / 100;
  const events = spread(QUOTES, start, within(scene, 20_000), (at, i) => observed(at, `FX-${currency}-${at}`, { kind: 'exchange-rate', subjectType: 'currency', subject: currency, value: Math.round(base * (1 + path(i / (QUOTES - 1))) * 1e5) / 1e5, unit: 'CNY' }));
  return { events, subjects: subject('currency', currency) };
}

export const currencyMoves: Episode = {
  id: 'market/currency-move',
  label: { en: 'A currency rises or falls within the day, step by step', zh: '某货币当日持续升值或贬值' },
  plan(random, start, scene) {
    const level = severity(random);
    const move = ([0.018, 0.03, 0.047, 0.075][level] as number) * (random.chance(0.5) ? 1 : -1);
    const made = rates(random, start, scene, (share) => move * share + (random.next() - 0.5) / 1000);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const currencyWavers: Episode = {
  id: 'market/currency-move', lookAlike: true,
  label: { en: 'A currency goes up and down by half a percent', zh: '某货币小幅来回波动' },
  plan: (random, start, scene) => rates(random, start, scene, () => (random.next() - 0.5) / 100),
};

/** Orders of a shop, and what is said of them: one item for each complaint, '' = the one before is taken back. */
function complainedOf(random: Random, start: number, scene: Scene, episode: string, items: readonly string[]): Plan | undefined {
  const seller = someSeller(random, scene);
  if (!seller) return undefined;
  const quick = scene.leisure > 0 ? 0 : 5000;
  const deals = spread(12, start, within(scene, 10_000, 3 * HOUR), (at) => scene.dealer.draw(random, at, { seller, lineCount: 1, newcomer: true, episode }));
  const from = start + (quick || Math.min(HOUR, scene.leisure / 2));
  let given = observed(0, '', { kind: 'complaint', subjectType: 'seller', subject: seller.code, value: 1, unit: 'complaints' });
  const events = spread(items.length, from, scene.leisure > 0 ? start + scene.leisure - from : 10_000, (at, i) => {
    const item = items[i] as string;
    if (item === '') return { at, event: { ...given.event, appType: '3' } };
    return (given = observed(at, `C-${seller.code}-${at}`, { kind: 'complaint', subjectType: 'seller', subject: seller.code, value: 1, unit: 'complaints', item }));
  });
  return { deals, events, subjects: sellerOf(seller) };
}

export const counterfeits: Episode = {
  id: 'market/complaints',
  label: { en: 'Buyers complain about counterfeits of one shop', zh: '消费者集中投诉某店铺售假' },
  plan(random, start, scene) {
    // A day's orders are few: three complaints about them are a red rate.
    const made = complainedOf(random, start, scene, this.id, Array.from({ length: random.between(3, 6) }, (_, i) => (i % 3 === 1 ? 'ip' : 'counterfeit')));
    return made && { ...made, grade: 'red' };
  },
};

export const slowParcels: Episode = {
  id: 'market/complaints', lookAlike: true,
  label: { en: 'Complaints about late parcels; two about counterfeits, and one more that was withdrawn', zh: '物流投诉为主，售假投诉两件，另有一件已撤回' },
  plan: (random, start, scene) => complainedOf(random, start, scene, 'market/complaints', ['delivery', 'counterfeit', '', 'delivery', 'counterfeit', 'quality', 'ip', 'delivery']),
};

const STOCKED = rarities(['IND', 'PER', 'POL']);
const stockReport = (at: number, product: string, pieces: number) => observed(at, `W-${product.replace('|', '-')}-${at}`, { kind: 'stock', subjectType: 'product', subject: product, value: pieces, unit: 'pieces' });

/** A product of which three pieces a day went out over `days`; its stock, first reported `reportedDays` ago, is now enough for `cover` days of 28 days' outflow. */
function stockOf(random: Random, start: number, scene: Scene, episode: string, days: number, reportedDays: number, cover: number): Plan | undefined {
  const key = freshText(random, scene, [...STOCKED.keys()], 'stock');
  const rarity = key === undefined ? undefined : STOCKED.get(key);
  if (!rarity) return undefined;
  const product = `${rarity.good.hs}|${rarity.country}`;
  const sold = (at: number) => scene.dealer.draw(random, at, { ...rarity, zone: bigZone(random, scene), quantity: 3, priceFactor: 1, mode: '1210', newcomer: true, episode });
  const before = spread(days, scene.opening - (days + 0.5) * DAY, days * DAY, sold);
  const deals = spread(2, start, within(scene, 5000, HOUR), sold);
  const pieces = Math.round((cover * 3 * (before.length + deals.length)) / 28);
  return { history: { deals: before, events: [stockReport(scene.opening - reportedDays * DAY, product, pieces)] }, deals, events: [stockReport(start + within(scene, 15_000), product, pieces)], subjects: subject('product', product) };
}

export const stockStays: Episode = {
  id: 'market/stock-cover',
  label: { en: 'Bonded goods that hardly sell any more', zh: '保税货物长期滞销' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = stockOf(random, start, scene, this.id, 24, 42, [105, 175, 280, 430][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const stockForWeeks: Episode = {
  id: 'market/stock-cover', lookAlike: true,
  label: { en: 'Stock for two months; or much stock of goods that came last week', zh: '备货两月以内，或上周刚入库的大批新货' },
  plan: (random, start, scene) => (random.chance(0.5) ? stockOf(random, start, scene, 'market/stock-cover', 24, 42, 60) : stockOf(random, start, scene, 'market/stock-cover', 5, 6, 400)),
};

const LANES = ['DEU', 'USA', 'JPN', 'KOR', 'AUS', 'NLD', 'GBR', 'FRA', 'ITA', 'NZL'];

/** Quotes of a lane: daily for weeks, at the usual price; the last days and the day itself as `factor` says. */
function quotesOf(random: Random, start: number, scene: Scene, factor: (i: number) => number): Plan | undefined {
  const { zones } = scene.dealer.universe;
  const route = freshText(random, scene, LANES.map((country, i) => `${country}→${zones[i]?.customsCode}`), 'lane');
  if (route === undefined) return undefined;
  const usual = random.between(18, 60);
  const quote = (at: number, times: number) => observed(at, `F-${route}-${at}`, { kind: 'freight-price', subjectType: 'route', subject: route, value: Math.round(usual * times * (99 + 2 * random.next())) / 100, unit: 'CNY/kg' });
  const before = spread(28, scene.opening - 27.5 * DAY, 28 * DAY, (at, i) => quote(at, i < 25 ? 1 : factor(i - 25)));
  return { history: { events: before }, events: spread(6, start, within(scene, 15_000), (at, i) => quote(at, factor(i + 3))), subjects: subject('route', route) };
}

export const freightRises: Episode = {
  id: 'market/freight-price',
  label: { en: 'Freight of a lane has risen for some days', zh: '某航线运价连日上涨' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = quotesOf(random, start, scene, () => [1.2, 1.37, 1.6, 2.15][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const freightMistyped: Episode = {
  id: 'market/freight-price', lookAlike: true,
  label: { en: 'Freight a tenth dearer, and a quote with a wrong decimal point', zh: '运价小幅上涨，另有小数点误录' },
  plan: (random, start, scene) => quotesOf(random, start, scene, (i) => (i === 4 ? 10 : 1.08)),
};
