import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../language/findings.ts';
import type { CheckName } from '../../language/findings.ts';
import type { Finding, RuleSource } from '../../language/ruleset.ts';
import { findingsOf, show, SMALL_RULE, smallSource, type TABLES } from './sources.ts';

const RULE = 'transaction/many-orders.yaml';
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

interface Case { check: CheckName; what: string; source: RuleSource; file: string; line: number; says: RegExp }

/** A rule with one text replaced by another: the finding is expected on the line of `to`, or of `at`. */
function bad(check: CheckName, what: string, from: string, to: string, says: RegExp, at = to.split('\n')[0]!): Case {
  if (!SMALL_RULE.includes(from)) throw new Error(`the small rule does not hold ${from}`);
  const text = SMALL_RULE.replace(from, to);
  return { check, what, source: smallSource({ [RULE]: text }), file: RULE, line: at === '' ? 1 : lineOf(text, at), says };
}

const parameters = smallSource().files['parameters.yaml']!;
function badParameter(check: CheckName, what: string, from: string, to: string, at: string, says: RegExp): Case {
  const text = parameters.replace(from, to);
  return { check, what, source: smallSource({ 'parameters.yaml': text }), file: 'parameters.yaml', line: at === '' ? 1 : lineOf(text, at), says };
}
const override = (check: CheckName, what: string, text: string, at: string, says: RegExp): Case =>
  ({ check, what, source: smallSource({ 'overrides/hangzhou.yaml': text }), file: 'overrides/hangzhou.yaml', line: lineOf(text, at), says });
const table = (what: string, file: keyof typeof TABLES, text: string, line: number, says: RegExp): Case => ({ check: 'table', what, source: smallSource({}, { [file]: text }), file, line, says });

const GATE = 'where: order.paid <= parameters.singleLimit';
const CASES: Case[] = [
  bad('yaml', 'two colons in a line', 'basis: own', 'basis: own: law', /not readable as YAML/),
  bad('yaml', 'a key twice', 'basis: own', 'basis: own\nbasis: law', /unique/, 'basis: law'),
  bad('unknown-key', 'a misspelt key', 'bands:', 'band:', /unknown key `band` .*did you mean `bands`/),
  bad('unknown-key', 'a misspelt key of a feature', 'of: order.key, window: 24h', 'of: order.key, windows: 24h', /`windows` of a feature.*`window`/, 'orders: {'),
  bad('missing-key', 'no basis', 'basis: own\n', '', /`basis` is missing/, ''),
  bad('wrong-type', 'version as a text', 'version: 1', 'version: one', /version: expected a whole number/),
  bad('wrong-type', 'features as a list', '  orders: { kind: distinct, of: order.key, window: 24h }\n  total: { kind: sum, of: order.paid, window: 24h }', '  [orders]', /expected features by name/, '[orders]'),
  { check: 'unknown-file', what: 'a folder that is no category', source: smallSource({ 'trade/x.yaml': SMALL_RULE.replace('transaction/many-orders', 'trade/x') }), file: 'trade/x.yaml', line: 1, says: /folder named after their category/ },
  bad('rule-id', 'an id that is not the path', 'id: transaction/many-orders', 'id: transaction/more-orders', /write `transaction\/many-orders`/),
  { check: 'duplicate-id', what: 'a copy that was not renamed', source: smallSource({ 'transaction/z-copy.yaml': SMALL_RULE }), file: 'transaction/z-copy.yaml', line: 1, says: /stands in transaction\/many-orders.yaml too.*write `transaction\/z-copy`/ },
  bad('indicator', 'no indicator', 'indicator: T1', 'indicator: TX', /such as T6/),
  bad('status', 'an unknown status', 'status: live', 'status: lives', /did you mean `live`/),
  bad('language', 'no Chinese title', 'title: { en: Many orders, zh: 多单 }', 'title: { en: Many orders }', /zh is missing/),
  bad('subject', 'an unknown subject', 'subject: buyer', 'subject: byer', /did you mean `buyer`/),
  bad('subject', 'no subject', 'subject: buyer', 'subject: []', /at least one subject/),
  bad('event', 'no event', 'on: order', 'on: []', /at least one event/),
  bad('examples', 'endless repetition', 'repeat: 2', 'repeat: 1000000000', /from 1 to 1000/, 'repeat: 1'),
  bad('event', 'an unknown event', 'on: order', 'on: oder', /did you mean `order`/),
  bad('each', 'lines of an event without lines', 'total: { kind: sum, of: order.paid, window: 24h }', 'total: { kind: sum, on: payment, each: line, of: payment.amount, window: 24h }', /payment has no lines/),
  bad('feed', 'an unknown feed', 'basis: own', 'basis: own\ndependsOnFeeds: [payments]', /did you mean `payment`/, 'dependsOnFeeds'),
  bad('feature-name', 'a reserved name', '  total: {', '  threshold: {', /reserved/),
  bad('feature-kind', 'an unknown kind', 'kind: sum', 'kind: summ', /did you mean `sum`/),
  bad('feature-kind', 'a sum of nothing', 'kind: sum, of: order.paid,', 'kind: sum,', /needs `of`/, 'total: {'),
  bad('feature-kind', 'a quantile of a count', 'kind: sum, of: order.paid,', 'kind: count, quantile: 0.5,', /has no `quantile`/, 'total: {'),
  bad('cycle', 'formulas in a circle', '  total: {', '  half: { kind: formula, of: twice * 0.5 }\n  twice: { kind: formula, of: half * 2 }\n  total: {', /half → twice → half/, 'of: twice * 0.5'),
  bad('window', 'an unreadable window', 'of: order.paid, window: 24h', 'of: order.paid, window: 1 day', /such as 15m/, 'total: {'),
  bad('window', 'a window of kind value', 'kind: sum, of: order.paid', 'kind: value, of: order.paid', /event alone/, 'total: {'),
  bad('window', 'an unreadable cooldown', 'basis: own', 'basis: own\ncooldown: soon', /cooldown/, 'cooldown'),
  bad('expression', 'half an expression', GATE, 'where: order.paid <=', /Unexpected/i),
  bad('unknown-field', 'an unknown field', GATE, 'where: order.payd <= 1', /payd.*did you mean `paid`/),
  bad('unknown-field', 'an unknown variable', GATE, 'where: oder.paid <= 1', /did you mean `order`/),
  bad('expression-type', 'a number as a gate', GATE, 'where: order.paid', /gives double, expected bool/),
  bad('expression-type', 'a text with a number', GATE, 'where: order.orderNo > 3', /no such overload/),
  bad('unknown-field', 'a field of another event', GATE, 'where: payment.amount > 3', /Unknown variable/i),
  bad('unknown-field', 'an unknown function', GATE, 'where: rato(order.paid, 2) > 3', /did you mean `ratio`/),
  bad('unknown-field', 'an unknown parameter', GATE, 'where: order.paid < parameters.singleLimt', /did you mean `singleLimit`/),
  bad('unknown-field', 'an unknown feature in the value', 'value: ratio(total, parameters.singleLimit)', 'value: ratio(totl, parameters.singleLimit)', /did you mean `total`/),
  bad('division', 'a division', 'value: ratio(total, parameters.singleLimit)', 'value: total / parameters.singleLimit', /ratio\(a, b\)/),
  bad('value', 'two features and no value', 'value: ratio(total, parameters.singleLimit)\n', '', /which number is graded/, 'features:'),
  bad('support', 'support of no feature', 'support: { feature: orders', 'support: { feature: order', /did you mean `orders`/),
  bad('bands-overlap', 'bands that fall', 'yellow: 1.5', 'yellow: 0.5', /not above blue 1/, 'bands:'),
  bad('bands', 'an unknown grade', 'yellow: 1.5', 'amber: 1.5', /unknown grade `amber`/, 'bands:'),
  bad('bands', 'no bands', 'bands: { blue: 1, yellow: 1.5, orange: 2, red: 3 }', 'bands: {}', /at least one/),
  bad('placeholder', 'an unknown placeholder', "en: '{orders|count} orders, {total|cny}'", "en: '{order|count} orders, {total|cny}'", /did you mean `orders`/),
  bad('placeholder', 'an unknown format', "en: '{orders|count} orders, {total|cny}'", "en: '{orders|count} orders, {total|cnny}'", /did you mean `cny`/),
  bad('examples', 'an unknown field', "key: 'P|1', paid: 4000", "key: 'P|1', payd: 4000", /did you mean `paid`/),
  bad('examples', 'a field of another type', "key: 'P|1', paid: 4000", "key: 'P|1', paid: '4000'", /expected double, given string/),
  bad('examples', 'an unknown grade', 'grade: yellow', 'grade: amber', /expected none, blue/),
  bad('no-example', 'nothing that stays quiet', 'grade: none', 'grade: blue', /stays quiet/, 'examples:'),
  bad('parameter-missing', 'an unknown parameter as support', 'min: 2', 'min: parameters.minSuport', /unknown parameter `minSuport`/, 'support:'),
  badParameter('parameter-missing', 'no exactEntries', 'exactEntries:', 'exactEntrees:', 'singleLimit:', /`exactEntries` is missing/),
  badParameter('unit-missing', 'a number without a unit', 'unit: 1 = dutiable value, 2 = amount paid\n  source: own', 'source: own', 'limitBasis:', /unit is missing/),
  badParameter('parameter', 'a number without a source', 'unit: 1 = dutiable value, 2 = amount paid\n  source: own', 'unit: 1 = dutiable value, 2 = amount paid', 'limitBasis:', /source is missing/),
  badParameter('parameter', 'a text as a number', 'value: 0.9\n  unit: overlap', "value: 'high'\n  unit: overlap", "value: 'high'", /expected a number/),
  badParameter('parameter', 'an unreadable day', "validFrom: '2019-01-01'", "validFrom: '2019-13-01'", '2019-13-01', /expected a day/),
  override('override', 'an unknown rule', "rule: transaction/many-order\nwhere: { zone: '3301' }\nbands: { blue: 2 }\n", 'rule:', /did you mean `transaction\/many-orders`/),
  override('override', 'a zone that is none', 'rule: transaction/many-orders\nwhere: { zone: hangzhou }\nbands: { blue: 2 }\n', 'where:', /four or six digits/),
  override('override-where', 'a restriction by mode', "rule: transaction/many-orders\nwhere: { zone: '3301', mode: '1210' }\nbands: { blue: 2 }\n", 'where:', /only declaration, match, reversal know their trade mode/),
  override('override-where', 'a restriction by something else', "rule: transaction/many-orders\nwhere: { zone: '3301', country: 'JPN' }\nbands: { blue: 2 }\n", 'where:', /unknown restriction `country`/),
  table('a table without its first line', 'positive-list.csv', 'hs_prefix,status\n', 1, /first line must read/),
  table('a table with other columns', 'prohibited-hs.csv', '# version: 1, complete: true, source: t\nhs,score,note\n', 2, /expected the columns hs_prefix/),
  table('a score above 1', 'prohibited-hs.csv', '# version: 1, complete: true, source: t\nhs_prefix,score,note\n# a comment\n9302,2,x\n', 4, /from 0 to 1/),
  table('an unknown status', 'positive-list.csv', '# version: 1, complete: true, source: t\nhs_prefix,status,valid_from,valid_to,note\n93,refused,,,x\n', 3, /allowed or excluded/),
  bad('table', 'a table that is read but not named', GATE, "on: declaration\nwhere: prohibitedHs('93') > 0".replace('on: declaration\n', ''), /reads prohibited-hs but does not name it/, ''),
];

describe('each check finds what it is for, at its file and line', () => {
  test.each(CASES.map((c) => [`${c.check}: ${c.what}`, c] as const))('%s', (_, c) => {
    const found = findingsOf(c.source).filter((f) => f.check === c.check);
    expect(found.map((f) => `${f.file}:${f.line}`), findingsOf(c.source).map(show).join('\n')).toContain(`${c.file}:${c.line}`);
    expect(found.some((f) => c.says.test(show(f))), found.map(show).join('\n')).toBe(true);
  });

  test('no check is without a case', () => {
    const tried = new Set<string>(CASES.map((c) => c.check));
    expect(Object.keys(CHECKS).filter((check) => !tried.has(check))).toEqual([]);
  });
});

test('the small rule itself has no findings', () => expect(findingsOf(smallSource()).map(show)).toEqual([]));

test('all findings are told at once, in the order of files and lines', () => {
  const text = SMALL_RULE.replace('subject: buyer', 'subject: byer').replace('status: live', 'status: lives').replace('kind: sum', 'kind: summ');
  const found: Finding[] = findingsOf(smallSource({ [RULE]: text, 'overrides/x.yaml': 'rule: nothing\n' }));
  expect(new Set(found.map((f) => f.check))).toEqual(new Set(['override', 'bands', 'status', 'subject', 'feature-kind', 'unknown-field', 'placeholder']));
  expect(found.map((f) => [f.file, f.line])).toEqual(found.map((f) => [f.file, f.line]).toSorted((a, b) => (a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : Number(a[1]) - Number(b[1]))));
});

test('the column of a finding in an expression is that of the wrong word', () => {
  const text = SMALL_RULE.replace(GATE, 'where: order.paid <= 5000 && order.payd <= 1');
  const [found] = findingsOf(smallSource({ [RULE]: text }));
  expect(text.split('\n')[found!.line - 1]!.slice(found!.column - 1)).toMatch(/^payd/);
});

describe('whatever a file holds, reading it ends in findings or in a set, never in an exception', () => {
  test.each(SMALL_RULE.split('\n').slice(0, -1).map((line, i) => [line, i] as const))('without the line `%s`', (_, i) => {
    const text = SMALL_RULE.split('\n').toSpliced(i, 1).join('\n');
    expect(Array.isArray(findingsOf(smallSource({ [RULE]: text })))).toBe(true);
  });

  const odd = ['[]', '{}', 'null', '-1', "''", '[[1]]', 'true', '{ a: { b: 1 } }', '2026-01-01', '*x', '"\\u0000"', '1e999'];
  test('with any value of any key replaced', () => {
    const keys = [...SMALL_RULE.matchAll(/([A-Za-z]+): /g)].map((match) => match.index + match[0].length);
    for (const [i, at] of keys.entries()) {
      // Each key meets three of the values: together they meet all.
      for (const value of [0, 1, 2].map((turn) => odd[(i * 3 + turn) % odd.length])) {
        const text = `${SMALL_RULE.slice(0, at)}${value}${SMALL_RULE.slice(at).replace(/^[^,}\n]*/, '')}`;
        expect(Array.isArray(findingsOf(smallSource({ [RULE]: text })))).toBe(true);
      }
    }
  }, 30_000);
});
