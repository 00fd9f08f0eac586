import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RuleSet } from '../../language/ruleset.ts';
import { compiled, SMALL_RULE, smallSource } from './sources.ts';

const RULE = 'transaction/many-orders.yaml';
const rule = (text = SMALL_RULE, files: Record<string, string> = {}) => compiled(smallSource({ [RULE]: text, ...files })).ruleSet.rule('transaction/many-orders')!;
const values = (orders: number, total: number) => new Map([['orders', orders], ['total', total]]);
const ZONE = { zone: 'none' };
const feature = (ruleSet: RuleSet, name: string) => ruleSet.rules[0]!.features.buyer!.get(name)!;

describe('bands', () => {
  test.each<[total: number, grade: string | undefined, score: number, threshold: number]>([
    [4999.99, undefined, 0, 1], [5000, 'blue', 0.25, 1], [6250, 'blue', 0.375, 1], [7500, 'yellow', 0.5, 1.5], [10_000, 'orange', 0.75, 2], [12_500, 'orange', 0.875, 2], [15_000, 'red', 1, 3], [1e9, 'red', 1, 3],
  ])('%d yuan: %s', (total, grade, score, threshold) => {
    const got = rule().evaluate(values(2, total), ZONE);
    expect([got.grade, got.score, got.threshold]).toEqual([grade, expect.closeTo(score, 9), threshold]);
  });

  test('where bands are absent the score rises towards the next that is there', () => {
    const got = rule(SMALL_RULE.replace('blue: 1, yellow: 1.5, orange: 2, red: 3', 'blue: 1, red: 3').replace('grade: yellow', 'grade: blue')).evaluate(values(2, 10_000), ZONE);
    expect([got.grade, got.score]).toEqual(['blue', expect.closeTo(0.625, 9)]);
  });

  test('a higher value never has a lower score', () => {
    const subject = rule();
    fc.assert(fc.property(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.double({ min: 0, max: 1e5, noNaN: true }), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((total) => subject.evaluate(values(2, total), ZONE).score);
      expect(high!).toBeGreaterThanOrEqual(low!);
    }));
  });

  test('a band of 0 is a band', () => {
    const text = SMALL_RULE.replace('blue: 1, yellow: 1.5', 'blue: 0, yellow: 1.5').replace('paid: 4000 }, subjects: { buyer: b1 } }]', 'paid: 9000 }, subjects: { buyer: b1 } }]');
    expect(rule(text).evaluate(values(2, 0), ZONE)).toMatchObject({ outcome: 'ok', grade: 'blue' });
  });
});

describe('what cannot be judged is an error, not no risk', () => {
  test.each<[string, Map<string, number>, RegExp]>([
    ['a missing feature', new Map([['orders', 2]]), /no value for feature total/], ['an infinite feature', values(2, Number.POSITIVE_INFINITY), /no finite number/], ['no number', values(2, Number.NaN), /no finite number/],
  ])('%s', (_, given, why) => expect(rule().evaluate(given, ZONE)).toMatchObject({ outcome: 'error', grade: undefined, error: expect.stringMatching(why) }));

  test('a zero divisor', () => {
    const text = SMALL_RULE.replace('value: ratio(total, parameters.singleLimit)', 'value: ratio(total, orders - 2)');
    expect(rule(text).evaluate(values(2, 1), ZONE)).toMatchObject({ outcome: 'error', error: expect.stringMatching(/divisor is 0/) });
  });

  test('below the minimum support there is no grade, and no error', () => expect(rule().evaluate(values(1, 1e6), ZONE)).toMatchObject({ outcome: 'ok', grade: undefined }));
});

test('an override holds in its zone only', () => {
  const subject = rule(SMALL_RULE, { 'overrides/hangzhou.yaml': "rule: transaction/many-orders\nwhere: { zone: ['3301', '3302'] }\nbands: { red: 1 }\n" });
  expect(['3301', '3302', '4403'].map((zone) => subject.evaluate(values(2, 5000), { zone }).grade)).toEqual(['red', 'red', 'blue']);
});

test('the grounds are what is in force there and then', () => {
  const text = SMALL_RULE.replace('  total: {', '  mean: { kind: formula, of: "ratio(total, orders)" }\n  total: {').replace('value: ratio(total, parameters.singleLimit)', 'value: ratio(mean * orders, parameters.singleLimit)');
  const subject = rule(text, { 'overrides/hangzhou.yaml': "rule: transaction/many-orders\nwhere: { zone: '3301' }\nbands: { red: 1 }\n" });
  const known = { formula: 'ratio(mean * orders, parameters.singleLimit)', formulas: { mean: 'ratio(total, orders)' }, support: { feature: 'orders', min: 2 } };
  expect(subject.grounds({ zone: '3301', at: Date.parse('2018-06-01') })).toEqual({ ...known, parameters: { singleLimit: 2000 }, bands: { red: 1 } });
  expect(subject.grounds({ zone: '4403', at: Date.parse('2026-06-01') })).toEqual({ ...known, parameters: { singleLimit: 5000 }, bands: { blue: 1, yellow: 1.5, orange: 2, red: 3 } });
});

test('parameters hold from their day on', () => {
  const { parameters } = compiled(smallSource()).ruleSet;
  expect(['2018-12-31T23:59:59+08:00', '2019-01-01T00:00:00+08:00', '2026-11-01T00:00:00+08:00'].map((at) => parameters.number('singleLimit', Date.parse(at)))).toEqual([2000, 5000, 5000]);
  expect(rule().evaluate(values(2, 4000), { zone: 'none', at: Date.parse('2018-06-01') }).grade).toBe('orange');
  expect(() => parameters.number('singleLimt', 0)).toThrow(/did you mean `singleLimit`/);
});

describe('reasons', () => {
  const explain = (en: string, zh: string, given = values(3, 14_700)) => {
    const subject = rule(SMALL_RULE.replace("{ en: '{orders|count} orders, {total|cny}', zh: '{orders|count}单，{total|cny}' }", `{ en: '${en}', zh: '${zh}' }`));
    return subject.explain(given, subject.evaluate(given, ZONE), { type: 'buyer', id: 'b1' });
  };
  test('in both languages, each with its own words', () => {
    expect(explain('{orders|count} orders, {total|cny}: {value|times}, {grade}', '{orders|count}单，{total|cny}，{value|times}，{grade}')).toEqual({
      en: '3 orders, CNY 14,700.00: 2.94 times, orange (II)', zh: '3单，14,700.00 元，2.94 倍，橙色（II级）',
    });
  });
  test('percent, plain numbers, threshold, parameters and subject', () => {
    expect(explain('{value|percent} of {parameters.singleLimit|cny}, over {threshold}, {total}', '{subject} {total|minutes} {total|kg}', values(1234, 14_700.625))).toEqual({
      en: '294.01% of CNY 5,000.00, over 2, 14,700.63', zh: 'b1 14,700.6 分钟 14,700.625 千克',
    });
  });
});

describe('a feature is known by its definition', () => {
  const id = (text: string, files: Record<string, string> = {}) => feature(compiled(smallSource({ [RULE]: text, ...files })).ruleSet, 'total').id;
  test('thresholds, texts and parameters leave it as it is', () => {
    const parameters = smallSource().files['parameters.yaml']!.replace('value: 5000', 'value: 8000');
    const changed = SMALL_RULE.replace('red: 3', 'red: 4').replace('Many orders.', 'Very many.').replace('min: 2', 'min: 1').replace('total: {', 'total: { ').replace('order.paid <= ', 'order.paid  <=  ');
    expect(id(changed, { 'parameters.yaml': parameters.replace('{ value: 5000,', '{ value: 5001,') })).toBe(id(SMALL_RULE));
  });
  test.each([['window', 'order.paid, window: 24h', 'order.paid, window: 12h'], ['measure', 'of: order.paid', 'of: order.goodsValue'], ['gate', 'order.paid <= ', 'order.paid < '], ['subject', 'subject: buyer', 'subject: [address, buyer]']])(
    'another %s is another feature', (what, from, to) => {
      const changed = compiled(smallSource({ [RULE]: SMALL_RULE.replace(from, to) })).ruleSet.rules[0]!;
      const types = Object.keys(changed.features).map((type) => changed.features[type]!.get('total')!.id);
      if (what === 'subject') expect(new Set(types).size).toBe(2);
      else expect(types).not.toContain(id(SMALL_RULE));
    });
});

test('whether a value can only grow is read from its expression', () => {
  const grows = (value: string) => rule(SMALL_RULE.replace('value: ratio(total, parameters.singleLimit)', `value: ${value}`).replace('grade: yellow', 'grade: red')).growsOnly;
  expect(['ratio(total, parameters.singleLimit)', 'total', 'max(total, orders) + 1', 'ratio(total, orders)', 'total - orders', '1 - total'].map(grows)).toEqual([true, true, true, false, false, false]);
});

test('the same source gives the same set, in whatever order its files come', () => {
  const source = smallSource();
  const turned = { files: Object.fromEntries(Object.entries(source.files).reverse()), tables: Object.fromEntries(Object.entries(source.tables).reverse()) };
  expect(compiled(turned).ruleSet.hash).toBe(compiled(source).ruleSet.hash);
  expect(compiled(smallSource({ [RULE]: SMALL_RULE.replace('red: 3', 'red: 4') })).ruleSet.hash).not.toBe(compiled(source).ruleSet.hash);
});
