import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importFeed } from '../../reference/feeds.ts';
import { feedNames } from '../../reference/notices.ts';
import { type Goods, type Recall, Recalls, recallOf, recallScore } from '../../reference/recalls.ts';
import { readTable } from '../../reference/read.ts';
import { DATES, TABLES } from '../../reference/tables.ts';
import { writeSheet } from '../../seeds/csv.ts';
import { loadSeed } from '../../seeds/load.ts';

const recall = (over: Partial<Parameters<typeof recallOf>[0]> = {}): Recall =>
  recallOf({ gtin: '4006381333931', batch: 'LOT7731; 12', brand: 'Fuzzelby', model: 'FB-77', product: 'soft bear', hs_prefix: '9503', origin: '', ...over }, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
const goods = (over: Partial<Goods> = {}): Goods => ({ barcode: '', name: '毛绒熊', model: '', hs: '9503008900', origin: 'DEU', ...over });
const AT = { day: '2026-11-02' };
const NAMES = feedNames({ terms: loadSeed('feeds/food-terms'), categories: loadSeed('feeds/rasff-categories'), countries: loadSeed('customs-countries'), moreCountries: loadSeed('feeds/country-names') });

describe('the score', () => {
  test.each<[string, Partial<Goods>, Partial<Parameters<typeof recallOf>[0]>, number]>([
    ['batch and GTIN', { barcode: '4006381333931', model: '30cm LOT7731' }, {}, 1],
    ['batch and brand', { model: 'Fuzzelby LOT7731' }, {}, 1],
    ['a batch alone is anyone’s', { model: 'LOT7731' }, {}, 0],
    ['a batch too short to mean anything', { model: 'Fuzzelby 12' }, { product: '' }, 0.4],
    ['GTIN, the batch unknown', { barcode: '4006381333931' }, {}, 0.9],
    ['GTIN with filling zeros', { barcode: '04006381333931' }, {}, 0.9],
    ['GTIN of a recall that names no batch', { barcode: '4006381333931' }, { batch: '' }, 1],
    ['brand and model, the name in another language', { model: '品牌Fuzzelby型号FB-77' }, {}, 0.7],
    ['all three, capped', { name: 'soft bear', model: 'FUZZELBY fb 77' }, {}, 0.85],
    ['brand alone', { model: 'Fuzzelby' }, { product: '' }, 0.4],
    ['a brand within a longer word', { model: 'Fuzzelbys FB-77' }, { product: '' }, 0.3],
    ['a Chinese brand within a word', { name: '小毛毛毛绒熊', model: 'FB-77' }, { brand: 'Fuzzelby; 小毛毛', product: '' }, 0.7],
    ['the brand’s other name', { model: 'fuzzelby FB-77' }, { brand: '小毛毛; Fuzzelby', product: '' }, 0.7],
    ['one character is no name', { name: '毛绒熊' }, { brand: '毛', product: '' }, 0],
    ['another category', { model: 'Fuzzelby FB-77', hs: '6110300000' }, {}, 0],
    ['a category unknown on one side', { model: 'Fuzzelby FB-77', hs: '' }, { product: '' }, 0.7],
    ['the name alone', { name: 'soft bear' }, {}, 0],
  ])('%s', (_what, given, over, score) => expect(recallScore(goods(given), recall(over))).toBeCloseTo(score, 10));
});

test('the index finds what a scan over all recalls finds', () => {
  const word = fc.constantFrom('Alba', 'BK-204', 'Alba Nova', 'nova', 'X1 Y2 Z3 W4', '熊', '毛绒', 'Nova; 毛绒', '');
  const recalls = fc.array(fc.record({ gtin: fc.constantFrom('', '4006381333931', '20000000000001 4006381333931'), batch: fc.constantFrom('', 'LOT7731'), brand: word, model: word, product: fc.constantFrom('', 'soft bear', 'alba lamp', 'lamps; 毛绒熊', 'bears; nova'), hs_prefix: fc.constantFrom('', '95', '8516', '9503 8516'), origin: fc.constantFrom('', 'DEU', 'DEU; IRN', 'Nowhere'), from: fc.integer({ min: 0, max: 5 }), days: fc.integer({ min: 1, max: 5 }) }), { maxLength: 6 })
    .map((list) => list.map(({ from, days, ...row }) => recallOf(row, from, from + days)));
  const subject = fc.record({ barcode: fc.constantFrom('', '4006381333931', '20000000000001', 'x'), name: fc.constantFrom('', 'soft bear', 'Alba', '大号毛绒熊'), model: fc.array(word, { maxLength: 3 }).map((words) => words.join(' / ')).chain((text) => fc.constantFrom(text, `${text} LOT7731`)), hs: fc.constantFrom('', '9503008900', '8516799000'), origin: fc.constantFrom('', 'DEU', 'IRN') });
  fc.assert(fc.property(recalls, subject, fc.integer({ min: 0, max: 10 }), (list, given, at) => {
    const best = Math.max(0, ...list.filter((r) => at >= r.from && at < r.to).map((r) => recallScore(given, r)));
    expect(new Recalls(list).score(given, at)).toBe(best);
  }), { numRuns: 2_000 });
});

/** What an import gives fits the table that it is for. */
const taken = (rows: Record<string, string>[]) => {
  const columns = [...Object.keys(TABLES.recalls.columns), ...DATES];
  return readTable('recalls', writeSheet({ version: 't', complete: false, source: 't', columns, cells: rows.map((row) => columns.map((name) => row[name] as string)) }));
};

describe('the feeds', () => {
  test('Safety Gate: XML, entities, what is unknown, batches among barcodes, a record without a number', () => {
    const xml = `<?xml version="1.0"?><report><weekOfPublication>w</weekOfPublication><notifications>
      <notification><caseNumber>SR/1/26</caseNumber><category>Toys</category><brand>Fuzz &amp; Co</brand><name>Soft
        bear</name><type_numberOfModel>Unknown</type_numberOfModel><barcodes><barcode>4006381333931</barcode><barcode>EAN: 20000000000001</barcode></barcodes><batchNumber>B-9, B-10</batchNumber><riskType>Choking</riskType><riskLevel>Serious</riskLevel><danger><![CDATA[Eyes < 3 cm]]></danger><countryOfOrigin>Unknown</countryOfOrigin><date>05/06/2026</date></notification>
      <notification><brand>No number</brand></notification></notifications></report>`;
    const { rows, skipped } = importFeed('safety-gate', xml, AT);
    expect(rows).toEqual([expect.objectContaining({ source: 'safety-gate', case_id: 'SR/1/26', brand: 'Fuzz & Co', product: 'Soft bear', model: '', gtin: '4006381333931 20000000000001', batch: 'B-9; B-10', danger: 'Eyes < 3 cm', valid_from: '2026-06-05', valid_to: '' })]);
    expect(skipped).toEqual([{ record: 1, why: 'no case number' }]);
    expect(taken(rows)).toMatchObject({ ok: true });
  });

  test('CPSC: JSON, a row for each product, the brand from the title, a day', () => {
    const json = JSON.stringify([{ RecallID: 10, RecallNumber: '26001', RecallDate: '2026-01-05T00:00:00', Title: 'Ostervane Recalls Kettles Due to Fire Hazard', Products: [{ Name: 'Kettle A', Model: 'OV-60', Type: 'Kettles' }, { Name: 'Kettle B', Model: 'OV-61' }],
      Hazards: [{ Name: 'fire' }], Remedies: [{ Name: 'refund' }], ManufacturerCountries: [{ Country: 'Nowhere' }], ProductUPCs: [{ UPC: '0 36000 29145 2' }], URL: 'https://example.invalid/1' }, { Title: null }, 7]);
    const { rows, skipped } = importFeed('cpsc', json, AT);
    expect(rows.map((r) => [r.case_id, r.product, r.model, r.brand, r.gtin, r.valid_from])).toEqual([['26001', 'Kettle A', 'OV-60', 'Ostervane', '036000291452', '2026-01-05'], ['26001', 'Kettle B', 'OV-61', 'Ostervane', '036000291452', '2026-01-05']]);
    expect(skipped.map(({ record }) => record)).toEqual([2, 3]);
    expect(taken(rows)).toMatchObject({ ok: true });
  });

  test('RASFF: CSV with quotes and European days; the same case twice is one row', () => {
    const csv = 'reference,category,type,subject,product,date,notifying_country,classification,risk_decision,hazards,origin\n'
      + '2026.0001,"nuts, seeds",food,"Aflatoxins | in nuts",pistachios,05-01-2026 10:11:12,XX,alert notification,serious,aflatoxins,YY\n'
      + '2026.0001,nuts,food,again,pistachios,31-02-2026,XX,alert notification,serious,aflatoxins,YY\n';
    const { rows } = importFeed('rasff', csv, AT);
    expect(rows).toEqual([expect.objectContaining({ case_id: '2026.0001', product: 'pistachios', danger: 'again', risk_level: 'serious', valid_from: '2026-11-02' })]);
    expect(taken(rows)).toMatchObject({ ok: true });
  });

  test.each([['safety-gate', '<a><b></a>', /no readable XML/], ['cpsc', '[{', /no readable JSON/]] as const)('%s: what cannot be read is refused in words', (feed, text, says) => {
    expect(() => importFeed(feed, text, AT)).toThrow(says);
  });

  test('whatever a feed holds, the rows fit the table', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('4006381333931', '2026-01-05', '05/01/2026', 'a|b', 'Unknown'), fc.integer(), fc.constant(null));
    const item = fc.dictionary(fc.constantFrom('caseNumber', 'RecallNumber', 'reference', 'brand', 'name', 'product', 'barcode', 'batch', 'date', 'Title', 'Products'), fc.oneof(value, fc.array(fc.dictionary(fc.constantFrom('Name', 'Model'), value))));
    fc.assert(fc.property(fc.constantFrom('safety-gate', 'cpsc', 'rasff'), fc.array(item, { maxLength: 5 }), (feed, items) => {
      const read = taken(importFeed(feed, JSON.stringify(items), { ...AT, names: NAMES }).rows);
      expect(read.ok ? [] : read.problems).toEqual([]);
    }), { numRuns: 500 });
  });
});
