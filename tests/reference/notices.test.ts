/** Food notices, invented in the form of RASFF's export, against declared lines as platforms name such goods. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importFeed } from '../../reference/feeds.ts';
import { feedNames, goodsIn, kindOf, originIn } from '../../reference/notices.ts';
import { type Goods, Recalls, type RecallRow, recallOf } from '../../reference/recalls.ts';
import { loadSeed } from '../../seeds/load.ts';

const NAMES = feedNames({ terms: loadSeed('feeds/food-terms'), categories: loadSeed('feeds/rasff-categories'), countries: loadSeed('customs-countries'), moreCountries: loadSeed('feeds/country-names') });
const sample = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const { rows, skipped } = importFeed('rasff', sample('rasff-sample.csv'), { day: '2026-11-02', names: NAMES });
/** What is sold of some of these kinds; for the others nobody sells it by retail. */
const SOLD = JSON.parse(sample('rasff-goods.json')) as (Omit<Goods, 'barcode'> & { reference: string })[];
const AT = Date.parse('2026-11-20T00:00:00+08:00');
const recallsOf = (...some: Record<string, string>[]): Recalls => new Recalls(some.map((row) => recallOf(row as unknown as RecallRow, Date.parse(row['valid_from'] as string), Date.parse(row['valid_to'] as string) || Number.POSITIVE_INFINITY)));
const noticed = (reference: string): Record<string, string> => rows.find((row) => row.case_id === reference) as Record<string, string>;
const score = (given: Omit<Goods, 'barcode'>, recalls: Recalls): number => recalls.score({ barcode: '', ...given }, AT);

test.each([
  ['Aflatoxins (B1 = 14.2; Tot. = 16.0 µg/kg - ppb) in pistachios from Iran, via Türkiye', 'pistachios', 'Iran', '开心果'],
  ['aflatoxins (B1 = 23 µg/kg) in shelled almonds from the United States', 'shelled almonds', 'the United States', '扁桃仁'],
  ['Salmonella in chocolates from Belgium, with raw material from Italy', 'chocolates', 'Belgium', '巧克力'],
  ['undeclared milk in chocolate with hazelnuts from Italy', 'chocolate', 'Italy', '巧克力'],
  ['Presenza di X in "Ali"/ Presence of X in frozen marinated spicy chicken wings', 'frozen marinated spicy chicken wings', '', '鸡翅'],
  ['aflatoxins in roasted hazelnut kernels from Türkiye', 'roasted hazelnut kernels', 'Türkiye', '榛子'],
  // What stands behind the term makes it something else.
  ['mineral oil in sesame seed halva from Greece', 'sesame seed halva', 'Greece', undefined],
  ['migration of formaldehyde from melamine tableware from China', '', 'China', undefined],
])('%s', (subject, goods, origin, chinese) => {
  expect([goodsIn(subject), originIn(subject), kindOf(goodsIn(subject), NAMES)?.names[1]]).toEqual([goods, origin, chinese]);
});

test('an import names the kind in both languages, its headings and the country, for a year', () => {
  expect(skipped).toEqual([]);
  expect(noticed('2026.9000')).toMatchObject({ product: 'pistachios; 开心果; 阿月浑子', hs_prefix: '0802 2008', origin: 'IRN', brand: '', gtin: '', valid_from: '2026-10-01', valid_to: '2027-10-01' });
  expect(noticed('2026.9046')).toMatchObject({ origin: 'unknown', hs_prefix: '' });
});

describe('the sample', () => {
  test('41 of 52 notices find the goods that are sold of their kind, at the score that is watched and no more; one finds its lot', () => {
    const found = SOLD.filter((given) => score(given, recallsOf(noticed(given.reference))) >= 0.6);
    for (const given of found) expect(score(given, recallsOf(noticed(given.reference)))).toBe(given.reference === '2026.9051' ? 1 : 0.6);
    // A kind without a term, a sentence of another form, a name that the term does not know.
    expect(SOLD.filter((given) => !found.includes(given)).map(({ name }) => name)).toEqual(['冷冻树莓 覆盆子', '韩国果冻 杯装 草莓味', '泰式甜辣酱']);
    expect([rows.length, SOLD.length, found.length]).toEqual([52, 44, 41]);
  });

  test('without brand, GTIN and kind, as before, none was found', () => {
    expect(SOLD.filter((given) => score(given, recallsOf({ ...noticed(given.reference), hs_prefix: '' })) > 0)).toEqual([]);
  });

  test('the same goods of another country, and those of unknown heading or country, fit none', () => {
    const all = recallsOf(...rows);
    for (const { reference: _, ...given } of SOLD) {
      expect(score({ ...given, origin: 'ISL' }, all)).toBe(0);
      expect(score({ ...given, origin: '' }, all)).toBe(0);
      expect(score({ ...given, hs: '' }, all)).toBe(0);
    }
  });

  test.each<[string, Omit<Goods, 'barcode'>]>([
    ['pistachio ice cream is no pistachios', { name: '开心果冰淇淋', model: '', hs: '2105000000', origin: 'IRN' }],
    ['other nuts of the country', { name: '核桃仁', model: '500g', hs: '0802320000', origin: 'IRN' }],
    ['a phone case of the country', { name: 'pistachio green case', model: '', hs: '3926909090', origin: 'IRN' }],
    ['cheese in a cracker', { name: '芝士味饼干', model: '', hs: '1905310000', origin: 'FRA' }],
    ['a kettle', { name: '电热水壶 咖啡色', model: '', hs: '8516799000', origin: 'DEU' }],
    ['a coffee mug', { name: 'instant coffee mug', model: '', hs: '6912001000', origin: 'DEU' }],
  ])('%s', (_what, given) => expect(score(given, recallsOf(...rows))).toBe(0));

  test('its lot beside kind, heading and country is the recalled goods themselves; the lot alone is not', () => {
    const given = { name: '威化饼干 榛子味', model: 'MW-48821|90克', hs: '1905320000', origin: 'HRV' };
    const recalls = recallsOf(noticed('2026.9051'));
    expect([score(given, recalls), score({ ...given, model: '90克' }, recalls), score({ ...given, name: '果酱' }, recalls), score({ ...given, origin: 'DEU' }, recalls)]).toEqual([1, 0.6, 0, 0]);
  });

  test('a notice is over after its time; one that names an article holds on', () => {
    const given = SOLD.find(({ reference }) => reference === '2026.9000') as (typeof SOLD)[0];
    expect(recallsOf(noticed('2026.9000')).score({ ...given, barcode: '' }, Date.parse('2027-10-02T00:00:00+08:00'))).toBe(0);
    const [article] = importFeed('rasff', 'reference,subject,brand,origin,date,category\nX,undeclared milk in wafers from Italy,Mellowick,Italy,01-10-2026,confectionery\n', { day: '2026-11-02', names: NAMES }).rows;
    expect([article?.brand, article?.valid_to]).toEqual(['Mellowick', '']);
  });
});
