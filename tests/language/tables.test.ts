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

test('a day that is none is refused', () => {
  expect(read({ 'disease-alerts.csv': TABLES['disease-alerts.csv'].replace('2026-01-01', '2026-31-01') }).findings.map((f) => [f.check, f.line])).toEqual([['table', 3]]);
});
