import { expect, test } from 'vitest';
import { Findings } from '../../language/findings.ts';
import { parseTables } from '../../language/tables.ts';
import { TABLES } from './sources.ts';

const read = (texts: Record<string, string> = {}) => {
  const findings = new Findings();
  return { tables: parseTables({ ...TABLES, ...texts }, findings), findings: findings.list };
};
const day = (text: string) => Date.parse(`${text}T12:00:00+08:00`);

test('the longest prefix in force wins', () => {
  const { tables } = read();
  expect(['9302001000', '9303001000', '94', '', '9'].map((hs) => tables.prohibitedHs(hs, 0))).toEqual([1, 0.5, 0, 0, 0]);
  expect(tables.positiveList('0402100010', day('2026-11-02'))).toBe('allowed');
});

test('entries hold from their first to their last day in Shanghai', () => {
  const { tables } = read();
  expect(['2018-12-31', '2019-01-01', '2026-12-31', '2027-01-01'].map((d) => tables.positiveList('2402200000', day(d)))).toEqual(['not-checked', 'excluded', 'excluded', 'not-checked']);
  expect(tables.positiveList('2402200000', Date.parse('2026-12-31T23:59:59+08:00'))).toBe('excluded');
  expect([day('2025-12-31'), day('2026-01-01')].map((at) => tables.diseaseLevel('POL', '0203291000', at))).toEqual([0, 3]);
});

test('a miss means something only where the list is complete', () => {
  expect(read().tables.positiveList('99999999', 0)).toBe('not-checked');
  const complete = TABLES['positive-list.csv'].replace('complete: false', 'complete: true');
  expect(read({ 'positive-list.csv': complete }).tables.positiveList('99999999', 0)).toBe('miss');
});

test('versions tell what the evidence rests on', () => {
  expect(read().tables.versions).toMatchObject({ 'positive-list': 'positive-list 2026-11 (incomplete)', 'prohibited-hs': 'prohibited-hs 3' });
});

test('comments, blank lines, quoted cells and a byte-order mark are read', () => {
  const { tables, findings } = read({ 'prohibited-hs.csv': '\uFEFF# version: 1, complete: true, source: t\r\nhs_prefix,score,note\r\n# why\r\n\r\n9302,1,"a, ""b"""\r\n' });
  expect([findings, tables.prohibitedHs('9302', 0)]).toEqual([[], 1]);
});

test('tax rates by the longest prefix in force, as integers of 0.00001; without a duty nothing is known of full rates', () => {
  const { tables, findings } = read({ 'tax-rates.csv': '# version: 1, complete: false, source: t\nhs_prefix,vat,consumption,duty,valid_from,valid_to,note\n33,0.13,0,,,,\n3304,0.13,0.15,0.05,2026-01-01,,\n3304,0.16,0.3,0.1,,2025-12-31,\n' });
  expect(findings).toEqual([]);
  const rate = (hs: string, on: string) => tables.taxRate(hs, day(on));
  expect(rate('3304990039', '2026-01-01')).toEqual({ vat: 13_000, consumption: 15_000, duty: 5_000 });
  expect(rate('3304990039', '2025-12-31')).toEqual({ vat: 16_000, consumption: 30_000, duty: 10_000 });
  expect(rate('3305100000', '2026-01-01')).toEqual({ vat: 13_000, consumption: 0, duty: undefined });
  expect(rate('8500', '2026-01-01')).toBeUndefined();
  expect(read({ 'tax-rates.csv': '# version: 1, complete: false, source: t\nhs_prefix,vat,consumption,valid_from,valid_to,note\n33,0.1234567,0,,,\n' }).findings).toMatchObject([{ message: expect.stringContaining('at most five decimals') }]);
});

test('guarantees in force at once add up; one that has ended is not a miss', () => {
  const text = '# version: 1, complete: false, source: t\nguarantor,guarantee_no,amount_cny,valid_from,valid_to,note\nG1,A,100.5,2026-01-01,,\nG1,B,50,2026-06-01,2026-06-30,\nG2,C,1,,2025-12-31,\n';
  const of = (given: string, code: string, on: string) => read({ 'guarantees.csv': given }).tables.guarantee(code, day(on));
  expect([of(text, 'G1', '2026-05-31'), of(text, 'G1', '2026-06-30'), of(text, 'G1', '2025-01-01'), of(text, 'G2', '2026-01-01')]).toEqual([10_050_000, 15_050_000, 'lapsed', 'lapsed']);
  expect([of(text, 'G3', '2026-01-01'), of(text.replace('false', 'true'), 'G3', '2026-01-01')]).toEqual(['not-checked', 'miss']);
});

test('a place lies in a supervised site within its circle and its days', () => {
  const { tables, findings } = read({ 'sites.csv': '# version: 1, complete: false, source: t\nsite_code,name,lat,lon,radius_km,valid_from,valid_to,note\nA,a,30,120,3,2026-01-01,2026-06-30,\nB,b,-30,-120,0,,,\n' });
  expect(findings).toEqual([]);
  const at = (lat: number, lon: number, on = '2026-03-01') => tables.atSite(lat * 100_000, lon * 100_000, day(on));
  // A degree of latitude is 111.2 km.
  expect([at(30, 120), at(30.0269, 120), at(30.0271, 120), at(30, 120.0311), at(30, 120.0312), at(-30, -120), at(-30, -120.001)]).toEqual([true, true, false, true, false, true, false]);
  expect([at(30, 120, '2025-12-31'), at(30, 120, '2026-06-30'), at(30, 120, '2026-07-01')]).toEqual([false, true, false]);
  expect(read().tables.atSite(0, 0, 0)).toBe(false);
});

test('a day that is none is refused', () => {
  expect(read({ 'disease-alerts.csv': TABLES['disease-alerts.csv'].replace('2026-01-01', '2026-31-01') }).findings.map((f) => [f.check, f.line])).toEqual([['table', 3]]);
});
