/** A rule in words: every rule of the tree reads whole in both languages, and the words follow from the text. */
import { describe, expect, test } from 'vitest';
import { describeRule } from '../../language/describe.ts';
import { isRuleFile } from '../../language/versions.ts';
import { SMALL_RULE, treeSource } from './sources.ts';

const { files } = treeSource();
const parameters = files['parameters.yaml'] as string;
const NOW = Date.parse('2026-11-26T00:00:00Z');
const words = (rule: string, at = NOW) => describeRule('transaction/many-orders.yaml', rule, parameters, at);
const featureOf = (definition: string) => words(SMALL_RULE.replace('total: { kind: sum, of: order.paid, window: 24h }', `total: { ${definition} }`))?.features[1]?.text;

test.each(Object.keys(files).filter(isRuleFile))('%s reads whole in English and Chinese', (file) => {
  const said = describeRule(file, files[file] as string, parameters, NOW);
  expect(said?.id).toBe(file.replace('.yaml', ''));
  for (const { en, zh } of [said?.title, said?.description, said?.falsePositives, said?.action, said?.reason, said?.events, ...(said?.features.map(({ text }) => text) ?? [])].filter((text) => text !== undefined)) {
    expect([en, zh]).not.toContain('');
    expect(`${en}${zh}`).not.toMatch(/undefined|\[object/);
    expect(en).not.toMatch(/[\u4e00-\u9fff]/);
  }
  expect(said?.parameters.filter(({ value, unit, description }) => value === null || unit === '' || description.zh === '')).toEqual([]);
  expect(said?.bands.length).toBeGreaterThan(0);
  expect(said?.examples.length).toBeGreaterThan(1);
});

test('parameters are those that the rule reads, as they hold on the day', () => {
  expect(words(SMALL_RULE)?.parameters).toEqual([{ name: 'singleLimit', value: 5000, unit: 'CNY', source: 'law', description: expect.objectContaining({ zh: expect.stringContaining('单次交易限值') }) }]);
  expect(words(SMALL_RULE, Date.parse('2018-12-31T15:59:59Z'))?.parameters[0]?.value).toBe(2000);
  expect(words(SMALL_RULE, Date.parse('2018-12-31T16:00:00Z'))?.parameters[0]?.value).toBe(5000);
  expect(words(SMALL_RULE.replace('parameters.singleLimit\n', 'parameters.nowhere\n'))?.parameters.find(({ name }) => name === 'nowhere')).toMatchObject({ value: null, unit: '' });
});

describe('a feature says', () => {
  test.each([
    ['kind: count, window: 15m', 'number of orders, in 15 min', '15分钟内订单数量'],
    ['kind: sum, of: order.paid, window: calendar year', 'sum of order.paid over orders, in the calendar year', '自然年内订单的 order.paid 合计'],
    ['kind: median, of: order.paid, window: 28d, on: payment', 'median of order.paid over payments, in 28 days', '28天内支付单的 order.paid 中位数'],
    ['kind: sequence, first: { on: order }, then: { on: payment, where: "a > 1" }, within: 1h, window: 24h', 'how often orders were followed by payments (a > 1) within 1 h, in 24 h', '24小时内订单之后 1小时 内出现支付单（a > 1）的次数'],
    ['kind: count, each: line, on: declaration, window: event', 'number of lines of declarations, in the event in hand', '当前事件内清单表体行数量'],
    ['kind: unheard, window: 24h', 'unheard, in 24 h', '24小时内unheard'],
  ])('%s', (definition, en, zh) => expect(featureOf(definition)).toEqual({ en, zh }));
});

test('what is no rule has no words', () => expect([words('a: [1'), words('- 1')]).toEqual([undefined, undefined]));
