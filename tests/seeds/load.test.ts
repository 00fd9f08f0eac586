import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../reference/read.ts';
import { TABLE_NAMES, type TableName } from '../../reference/tables.ts';
import { parseSeed } from '../../seeds/csv.ts';
import { loadSeed } from '../../seeds/load.ts';

const FOLDER = new URL('../../seeds/', import.meta.url);
const NAMES = readdirSync(FOLDER).filter((file) => file.endsWith('.csv')).map((file) => file.slice(0, -4));
const HEAD = '# version: 1, complete: true, source: test\n';

const column = (name: string, key: string) => loadSeed(name).rows.map((row) => row[key] as string);

describe('the tables', () => {
  test.each(NAMES)('%s is declared in reference/tables.ts, and as it is declared', (name) => {
    expect(TABLE_NAMES).toContain(name);
    expect(readTable(name as TableName, readFileSync(new URL(`${name}.csv`, FOLDER), 'utf8'))).toMatchObject({ ok: true });
    expect(loadSeed(name).source).not.toBe('');
  });

  test('165 zones, all told apart, as many in each area as the source counts', () => {
    const zones = loadSeed('zones').rows;
    expect(new Set(zones.map((zone) => zone['division_code'])).size).toBe(165);
    for (const area of loadSeed('test-zones-by-area').rows) {
      expect([area['area_en'], zones.filter((zone) => zone['area_en'] === area['area_en']).length]).toEqual([area['area_en'], Number(area['zones'])]);
    }
  });

  test('codes have their form and refer to what exists', () => {
    const zones = new Set(column('zones', 'division_code'));
    for (const code of [...column('customs-offices', 'division_code'), ...column('zone-prefixes', 'division_code')]) expect(zones).toContain(code);
    for (const code of column('customs-offices', 'customs_code')) expect(code).toMatch(/^\d{4}$/);
    for (const score of [...column('words', 'score'), ...column('prohibited-hs', 'score')]) expect(Number(score) > 0 && Number(score) <= 1).toBe(true);
    const countries = new Set(column('customs-countries', 'iso_alpha3'));
    for (const country of [...column('reference-prices', 'country'), ...column('disease-alerts', 'country_iso3')]) expect(countries).toContain(country);
    const headings = new Set(column('hs', 'hs4'));
    for (const hs of column('reference-prices', 'hs10')) expect(headings).toContain(hs.slice(0, 4));
  });

  test('no simulated party can be a real one: a letter stands where a registration has a digit', () => {
    const codes = column('parties', 'code');
    // A registration that was renewed stands there twice, each with its time.
    const from = column('parties', 'valid_from');
    expect(new Set(codes.map((code, i) => `${code} ${from[i]}`)).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^(\d{4}SI[A-Z]\d{3}|\d{6}[A-Z]\d{3})$/);
  });
});

describe('reading', () => {
  test('quotes, doubled quotes, commas and line ends inside a value, comments between rows, CRLF', () => {
    const text = `${HEAD}a,b\r\n# between\r\n"x, ""y""","two\nlines"\r\nplain,\r\n`;
    expect(parseSeed('t', text)).toEqual({ version: '1', complete: true, source: 'test', rows: [{ a: 'x, "y"', b: 'two\nlines' }, { a: 'plain', b: '' }] });
  });

  test.each([
    ['no version line', 'a,b\n1,2\n', /t\.csv:1: the first line must read/],
    ['a row too short', `${HEAD}a,b\n1,2\n3\n`, /t\.csv:4: 1 fields, but the table has 2 columns/],
    ['a quote left open', `${HEAD}a,b\n"1,2\n`, /t\.csv:3: a quoted value is never closed/],
    ['text after a quote', `${HEAD}a,b\n"1"x,2\n`, /t\.csv:3: text after a closing quote/],
    ['nothing at all', HEAD, /no line of column names/],
  ])('%s is refused with file and line', (_name, text, message) => {
    expect(() => parseSeed('t', text)).toThrow(message);
  });
});
