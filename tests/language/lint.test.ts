import { describe, expect, test } from 'vitest';
import { compile } from '../../language/compile.ts';
import { ADVICE } from '../../language/lint.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import { show, SMALL_RULE, smallSource, treeSource } from './sources.ts';

const RULE = 'transaction/many-orders.yaml';
const adviceOf = (source: RuleSource) => {
  const result = compile(source);
  if (!result.ok) throw new Error(result.findings.map(show).join('\n'));
  return result.advice;
};
const changed = (...replaced: [from: string, to: string][]): RuleSource => {
  let text = SMALL_RULE;
  for (const [from, to] of replaced) {
    if (!text.includes(from)) throw new Error(`the small rule does not hold ${from}`);
    text = text.replace(from, to);
  }
  return smallSource({ [RULE]: text });
};
const EXAMPLES = /examples:[\s\S]*$/.exec(SMALL_RULE)?.[0] as string;
const TOTAL = '  total: { kind: sum, of: order.paid, window: 24h }\nvalue: ratio(total, parameters.singleLimit)';
const BANDS = 'bands: { blue: 1, yellow: 1.5, orange: 2, red: 3 }';
const REASON = "reason: { en: '{orders|count} orders, {total|cny}', zh: '{orders|count}单，{total|cny}' }";
const share = (bands: string): RuleSource => changed([TOTAL, '  share: { kind: topShare, item: order.key, window: 24h }\nvalue: share'], [BANDS, bands], [REASON, "reason: { en: '{orders|count}', zh: '{orders|count}单' }"]);

describe('each advice is given where it is meant', () => {
  test.each<[keyof typeof ADVICE, string, RuleSource, RegExp, string?]>([
    ['bands-gap', 'yellow and orange left out', changed([BANDS, 'bands: { blue: 1, red: 3 }']), /between blue and red/],
    ['band-unreachable', 'a share above 1', share('bands: { blue: 0.5, yellow: 1.5 }'), /yellow begins at 1.5, but the value is 1 at most/],
    ['band-unreachable', 'in an override', { ...share('bands: { blue: 0.5 }'), files: { ...share('bands: { blue: 0.5 }').files, 'overrides/x.yaml': "rule: transaction/many-orders\nwhere: { zone: '3301' }\nbands: { blue: 2 }\n" } }, /blue begins at 2/, 'overrides/x.yaml'],
    ['band-unreachable', 'a difference from 1', changed([TOTAL, '  share: { kind: topShare, item: order.key, window: 24h }\nvalue: max(0.0, min(1.0 - share, 0.5)) * 2'], [BANDS, 'bands: { blue: 0.5, red: 1.1 }'], [REASON, "reason: { en: '{orders|count}', zh: '{orders|count}单' }"]), /red begins at 1.1, but the value is 1 at most/],
    ['band-always', 'a count from 0 on', changed([TOTAL, '  total: { kind: sum, of: order.paid, window: 24h }\nvalue: orders'], [BANDS, 'bands: { blue: 0, yellow: 2 }']), /never below 0/],
    ['window-unbounded', 'two years', changed(['of: order.paid, window: 24h', 'of: order.paid, window: 800d']), /longer than a year/],
    ['feature-unused', 'a feature that nothing names', changed(['value: ratio(total', '  spare: { kind: count, window: 24h }\nvalue: ratio(total']), /`spare` is kept for nothing/],
    ['untranslated', 'English in zh', changed(['zh: 多单 }', 'zh: Many }']), /title: zh/],
    ['untranslated', 'Chinese in en', changed(['en: Many orders,', 'en: 多单,']), /title: en/],
  ])('%s: %s', (check, _what, source, says, file = RULE) => {
    const found = adviceOf(source).filter((advice) => advice.check === check);
    expect(found.map((f) => f.file), adviceOf(source).map(show).join('\n')).toContain(file);
    expect(found.map(show).join('\n')).toMatch(says);
    expect(found.every(({ line, suggestion }) => line > 1 && suggestion !== '')).toBe(true);
  });
  test('no advice is without a case here', () => expect(Object.keys(ADVICE).sort()).toEqual(['band-always', 'band-unreachable', 'bands-gap', 'feature-unused', 'untranslated', 'window-unbounded']));
  test('none is given on the small rule', () => expect([adviceOf(smallSource()), EXAMPLES.length > 0]).toEqual([[], true]));
  test('none is given on the rules that come with Fenghuo', () => expect(adviceOf(treeSource()).map(show)).toEqual([]));
});
