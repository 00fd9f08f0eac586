import { describe, expect, test } from 'vitest';
import { endOfDay, startOfDay } from '../../reference/days.ts';
import { readTable } from '../../reference/read.ts';
import type { TableName } from '../../reference/tables.ts';

const HEAD = '# version: 1, complete: true, source: test\n';
const problems = (name: TableName, text: string): string[] => {
  const read = readTable(name, text);
  return read.ok ? [] : read.problems.map(({ line, message }) => `${line} ${message}`);
};

describe('a table is refused whole, with line, expectation and what was given', () => {
  test.each<[string, TableName, string, (string | RegExp)[]]>([
    ['an unknown column', 'words', 'word,score,colour\n象牙,1,white\n', [/^2 expected the columns word, score, category, valid_from, valid_to: `colour` is no column/]],
    ['a missing column', 'words', 'word\n象牙\n', [/^2 .*`score` is missing/]],
    ['a column twice', 'words', 'word,score,word\na,1,b\n', [/^2 .*`word` stands twice/]],
    ['a number out of bounds', 'prohibited-hs', 'hs_prefix,score\n93,1.5\n', ['3 score: expected a number from 0 to 1, given `1.5`']],
    ['a number that is none', 'exchange-rates', 'currency,cny_per_unit\nUSD,7.1x\nEUR,\n', ['3 cny_per_unit: expected a number from 0.000001 to 1000000, given `7.1x`', /^4 cny_per_unit.*given ``/]],
    ['a day that the calendar lacks', 'words', 'word,score,valid_from\na,1,2026-02-30\n', ['3 valid_from: expected a day such as 2026-01-31, given `2026-02-30`']],
    ['an end before the beginning', 'words', 'word,score,valid_from,valid_to\na,1,2026-02-02,2026-02-01\n', [/^3 expected valid_to on or after valid_from/]],
    ['a duplicate key', 'parties', 'code,name,role\nX1,A,seller\nX1,B,seller\n', [/^4 the same role and code `seller\|X1` is in force in line 3 already/]],
    ['rows that overlap by a day', 'words', 'word,score,valid_from,valid_to\na,1,2026-01-01,2026-02-01\na,0.5,2026-02-01,\n', [/^4 the same word `a` is in force in line 3/]],
    ['an unknown choice', 'parties', 'code,name,role\nX1,A,smuggler\n', [/^3 role: expected one of platform, seller/]],
    ['several at once', 'prohibited-hs', 'hs_prefix,score\n9,0.5\n93,2\n', [/^3 hs_prefix: expected 2 to 10 digits/, /^4 score/]],
    ['another encoding', 'words', `word,score\n${Buffer.from([0xcf, 0xf3]).toString('utf8')},1\n`, [/^3 expected UTF-8/]],
    ['no first line', 'words', 'word,score\n', [/^1 the first line must read/]],
  ])('%s', (_what, name, text, expected) => {
    const found = problems(name, _what === 'no first line' ? text : HEAD + text);
    expect(found).toHaveLength(expected.length);
    for (const [i, says] of expected.entries()) expect(found[i]).toMatch(says);
  });

  test('of thousands of wrong rows the first fifty are told', () => {
    expect(problems('words', `${HEAD}word,score\n${'a,9\n'.repeat(5_000)}`)).toHaveLength(50);
  });
});

test('days are those of Beijing, the last one included; a BOM is no part of the text', () => {
  const read = readTable('words', `\uFEFF${HEAD}score,word,valid_from,valid_to\n1,a,2026-01-01,2026-01-31\n`);
  expect(read).toMatchObject({ ok: true, table: { keys: ['a'] } });
  if (!read.ok) return;
  expect([read.table.from[0], read.table.to[0]]).toEqual([Date.parse('2025-12-31T16:00:00Z'), Date.parse('2026-01-31T16:00:00Z')]);
  expect([startOfDay('2026-01-01'), endOfDay('2026-01-31')]).toEqual([read.table.from[0], read.table.to[0]]);
});
