/** Lookups by key and day against what a naive scan of the rows says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Dated, Prefixed } from '../../reference/dated.ts';
import { dayOf, startOfDay } from '../../reference/days.ts';
import { diff, rowsOf, type Cells, type Change } from '../../reference/diff.ts';
import { readTable, type Table } from '../../reference/read.ts';
import { DATES, specOf } from '../../reference/tables.ts';
import { readSheet, writeSheet } from '../../seeds/csv.ts';

const HEAD = '# version: 1, complete: true, source: test\n';
const FIRST = startOfDay('2026-01-01');
const DAY = 86_400_000;
const dayAt = (n: number): string => dayOf(FIRST + n * DAY);

/** Spans of one key, one after the other, some open at an end. */
const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 5 }).chain((steps) => fc.tuple(fc.boolean(), fc.boolean()).map(([openStart, openEnd]) => {
  let at = 0;
  return steps.map(([gap, length], i) => {
    const from = at + gap;
    at = from + length + 1;
    return { from: i === 0 && openStart ? '' : dayAt(from), to: i === steps.length - 1 && openEnd ? '' : dayAt(at - 1) };
  });
}));
const prefixes = fc.uniqueArray(fc.stringMatching(/^[12]{2,5}$/), { minLength: 1, maxLength: 8 });
const rows = prefixes.chain((keys) => fc.tuple(...keys.map((key) => spans.map((list) => list.map((span) => ({ key, ...span })))))).chain((lists) => fc.shuffledSubarray(lists.flat(), { minLength: lists.flat().length }));
type Span = { key: string; from: string; to: string };
const tableOf = (list: readonly Span[]): Table => {
  const read = readTable('prohibited-hs', `${HEAD}hs_prefix,score,valid_from,valid_to\n${list.map(({ key, from, to }, i) => `${key},${(i + 1) / 1000},${from},${to}\n`).join('')}`);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.table;
};
const inForce = ({ from, to }: Span, at: number): boolean => (from === '' || at >= startOfDay(from)) && (to === '' || at < startOfDay(to) + DAY);
/** Around midnights, where the answer changes. */
const moments = fc.array(fc.tuple(fc.integer({ min: -2, max: 40 }), fc.constantFrom(-1, 0, 1)).map(([day, ms]) => day * DAY + ms), { minLength: 1, maxLength: 20 });

test('by key: what a scan finds', () => {
  fc.assert(fc.property(rows, moments, (list, offsets) => {
    const table = tableOf(list);
    const dated = Dated.of(table, (row) => row);
    for (const offset of offsets) for (const { key } of list) {
      expect(dated.at(key, FIRST + offset) ?? -1).toBe(list.findIndex((span) => span.key === key && inForce(span, FIRST + offset)));
    }
    expect(dated.at('nowhere', FIRST)).toBeUndefined();
  }));
});

test('by the longest prefix in force: what a scan finds', () => {
  fc.assert(fc.property(rows, fc.stringMatching(/^[12]{0,7}$/), moments, (list, code, offsets) => {
    const prefixed = new Prefixed(tableOf(list), 0, (row) => row);
    for (const offset of offsets) {
      const fits = list.map((span, i) => ({ ...span, i })).filter((span) => code.startsWith(span.key) && inForce(span, FIRST + offset)).sort((a, b) => b.key.length - a.key.length);
      expect(prefixed.at('', code, FIRST + offset)).toBe(fits[0]?.i);
    }
  }));
});

test('what stands before a prefix is its own part of the key, also where another part would give the same text', () => {
  const read = readTable('disease-alerts', `${HEAD}country_iso3,hs_prefix,level\nDEU,01,1\nDEU,0102,2\nPOL,01,3\n`);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const levels = new Prefixed(read.table, 1, (row) => row + 1);
  const asked: [before: string, code: string, level: number | undefined][] = [['DEU|', '0102', 2], ['DEU|', '0199', 1], ['DEU|01', '99', undefined], ['DEU|', '0199', 1], ['POL|', '0102', 3], ['', 'DEU|0102', undefined], ['FRA|', '01', undefined]];
  for (const [before, code, level] of [...asked, ...asked]) expect(levels.at(before, code, FIRST)).toBe(level);
});

test('rows of one key that are in force on the same day are refused, all others taken', () => {
  const any = fc.array(fc.record({ key: fc.constantFrom('11', '22'), from: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }), length: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }) }), { maxLength: 5 });
  fc.assert(fc.property(any, (list) => {
    const written = list.map(({ key, from, length }): Span => ({ key, from: from === undefined ? '' : dayAt(from), to: length === undefined ? '' : dayAt((from ?? 0) + length) }));
    const clash = written.some((a, i) => written.some((b, j) => i < j && a.key === b.key && Array.from({ length: 40 }, (_, n) => FIRST + (n - 10) * DAY).some((at) => inForce(a, at) && inForce(b, at))));
    const read = readTable('prohibited-hs', `${HEAD}hs_prefix,score,valid_from,valid_to\n${written.map(({ key, from, to }) => `${key},0.5,${from},${to}\n`).join('')}`);
    expect(read.ok).toBe(!clash);
  }));
});

describe('what changes', () => {
  const apply = (before: Table | undefined, changes: readonly Change[]): Cells[] => {
    const known = new Map([...rowsOf(before)].map(([id, { cells }]) => [id, cells]));
    for (const { kind, key, from, after } of changes) {
      if (kind === 'removed') known.delete(`${key}\n${from}`);
      else known.set(`${key}\n${from}`, after as Cells);
    }
    return [...known.values()];
  };
  const columns = [...Object.keys(specOf('prohibited-hs').columns), ...DATES];
  const sorted = (cells: Iterable<Cells>): string[] => [...cells].map((row) => JSON.stringify(columns.map((name) => row[name]))).sort();

  test('applied to the old version it gives the new one, and its first day is right', () => {
    fc.assert(fc.property(rows, rows, (left, right) => {
      const [before, after] = [tableOf(left), tableOf(right)];
      const difference = diff(before, after);
      expect(sorted(apply(before, difference.changes))).toEqual(sorted([...rowsOf(after).values()].map(({ cells }) => cells)));
      expect(difference.added + difference.changed + difference.unchanged).toBe(after.cells.length);
      if (difference.from === null) expect(sorted(apply(before, []))).toEqual(sorted([...rowsOf(after).values()].map(({ cells }) => cells)));
      else for (const { from } of difference.changes) expect(from >= difference.from).toBe(true);
    }));
  });

  test('a version against itself changes nothing, also where an optional column is left out', () => {
    const [full, short] = ['hs_prefix,score,note\n93,0.5,\n', 'hs_prefix,score\n93,0.5\n'].map((text) => readTable('prohibited-hs', HEAD + text));
    if (!full?.ok || !short?.ok) throw new Error('refused');
    expect(diff(full.table, short.table)).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 1, from: null });
  });
});

test('a sheet is read again as it was written', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '#', ' ', '汉') }).filter((text) => !text.includes('\r'));
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (cells) => {
    const sheet = { version: 'v1', complete: false, source: 's', columns: ['left', 'right'], cells: cells.map(([a, b]) => [a, b]) };
    expect(readSheet('t', writeSheet(sheet))).toMatchObject(sheet);
  }));
});
