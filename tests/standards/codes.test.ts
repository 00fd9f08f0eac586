import { describe, expect, test } from 'vitest';
import { MILESTONES } from '../../schemas/trade/milestones.ts';
import { CODE_LISTS, type CodeList, codesCsv, codesOn, loadCodeList } from '../../seeds/code-lists.ts';
import { parseSeed } from '../../seeds/csv.ts';

const list = (name: string): CodeList => loadCodeList(name) as CodeList;
const codes = (name: string, day = ''): string[] => codesOn(list(name), day).codes.map(({ code }) => code);

describe.each(Object.keys(CODE_LISTS))('%s', (name) => {
  test('names every code in both languages, no two alike on one day', () => {
    const { codes: all, title, source } = list(name);
    expect([title.en, title.zh, source].every((text) => text !== '')).toBe(true);
    for (const { code, name: called } of all) expect([code, called.en !== '', called.zh !== ''], code).toEqual([code, true, true]);
    for (const day of ['2014-06-30', '2018-08-01', '2026-08-03']) expect(new Set(codes(name, day)).size).toBe(codes(name, day).length);
  });

  test('is published in the form of the seeds', () => {
    const { rows, version, complete } = parseSeed(name, codesCsv(list(name)));
    expect([version, complete]).toEqual([list(name).version, list(name).complete]);
    expect(rows.map((row) => [row['code'], row['name_en'], row['name_zh'], row['valid_from'], row['valid_to']])).toEqual(list(name).codes.map((one) => [one.code, one.name.en, one.name.zh, one.validFrom, one.validTo]));
  });
});

test('a code is in force from its first to its last day', () => {
  expect([codes('trade-modes', '2020-06-30').includes('9710'), codes('trade-modes', '2020-07-01').includes('9710')]).toEqual([false, true]);
  const dated: CodeList = { ...list('app-types'), codes: [{ code: 'x', name: { en: 'x', zh: 'x' }, validFrom: '2020-01-01', validTo: '2020-12-31', more: {} }] };
  expect(['2019-12-31', '2020-01-01', '2020-12-31', '2021-01-01', ''].map((day) => codesOn(dated, day).codes.length)).toEqual([0, 1, 1, 0, 1]);
});

test('milestones are those of the contract', () => {
  expect(list('milestones').codes.map(({ code, name, more }) => [code, name, more['upu']])).toEqual(Object.entries(MILESTONES).map(([code, m]) => [code, m.name, m.upu]));
});

test('a list that is none gives nothing, whatever its name', () => expect([loadCodeList('nope'), loadCodeList('constructor'), loadCodeList('../zones')]).toEqual([undefined, undefined, undefined]));
