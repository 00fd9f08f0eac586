/** A rule set changed for a trial. */
import { describe, expect, test } from 'vitest';
import { changedRules, chooseRules } from '../../cli/backtest/choose.ts';
import type { RuleSet, RuleSource } from '../../language/ruleset.ts';
import { overlay, variant, type Variant } from '../../language/variant.ts';
import { compiled, SMALL_RULE, smallSource, treeSource } from './sources.ts';

const SPLIT = 'transaction/split-orders';
const tried = (source: RuleSource, how: Variant): RuleSet => {
  const result = variant(how)(source);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.ruleSet;
};
const statuses = (ruleSet: RuleSet, of: string) => ruleSet.rules.filter(({ status }) => status === of).map(({ id }) => id).sort();

describe('the chosen rules', () => {
  const tree = treeSource();
  const whole = compiled(tree).ruleSet;

  test('are live, those that hold others back stay, the others are at rest; the hash is that of the whole', () => {
    const ruleSet = tried(tree, { chosen: new Set([SPLIT]) });
    expect(statuses(ruleSet, 'live')).toEqual(['technical/feed-silence', SPLIT].sort());
    expect(statuses(ruleSet, 'retired').length).toBe(whole.rules.length - 2);
    expect([ruleSet.hash, ruleSet.version]).toEqual([whole.hash, whole.version]);
    const features = (set: RuleSet) => [...(set.rule(SPLIT)?.features.buyer?.values() ?? [])].map(({ id }) => id);
    expect(features(ruleSet)).toEqual(features(whole));
  });

  test('are live also as a draft; without a choice each keeps its status', () => {
    const files = { ...tree.files, [`${SPLIT}.yaml`]: (tree.files[`${SPLIT}.yaml`] as string).replace(/^status: .*$/m, 'status: draft') };
    expect(statuses(tried(tree, { files, chosen: new Set([SPLIT]) }), 'live')).toContain(SPLIT);
    expect(statuses(tried(tree, { files }), 'draft')).toEqual([SPLIT]);
    expect(tried(tree, { files }).hash).not.toBe(whole.hash);
  });
});

describe('an override by mode', () => {
  const RULE = SMALL_RULE.replace('on: order\n', 'on: declaration\n').replace('where: order.paid <= parameters.singleLimit', 'where: declaration.value > 0').replace('of: order.key', 'of: declaration.key').replace('of: order.paid', 'of: declaration.value')
    .replaceAll('order: { key:', 'declaration: { key:').replaceAll('paid: 4000', 'value: 4000');
  const before = smallSource({ 'transaction/many-orders.yaml': RULE });
  const files = overlay(before.files, { 'overrides/direct.yaml': "rule: transaction/many-orders\nwhere: { mode: ['9610'] }\nbands: { blue: 10 }\n" });
  const ids = ['transaction/many-orders', 'transaction/many-orders@direct'];

  test('makes a variant that is chosen and live with its rule', () => {
    const { ruleSet } = compiled({ ...before, files });
    expect(chooseRules(ruleSet.rules, ['many-orders'])).toEqual(ids);
    expect(chooseRules(ruleSet.rules, ['transaction/many-orders@direct'])).toEqual([ids[1]]);
    expect(statuses(tried(before, { files, chosen: new Set([ids[1] as string]) }), 'live')).toEqual(ids);
  });

  test('changes what all live rules share, unless a rule alone has changed', () => {
    const { ruleSet } = compiled({ ...before, files });
    expect(changedRules(before.files, ruleSet, files)).toEqual(ids);
    expect(changedRules(files, ruleSet, { ...files, 'transaction/many-orders.yaml': `${RULE}\n` })).toEqual(ids);
  });
});

test('changed files lie where their id says, others at their own path', () => {
  expect(overlay({ 'a/b.yaml': 'id: a/b\nold', 'parameters.yaml': 'x' }, { 'mine.yaml': 'id: a/b\nnew', 'parameters.yaml': 'y', 'overrides/z.yaml': 'rule: a/b' }))
    .toEqual({ 'a/b.yaml': 'id: a/b\nnew', 'parameters.yaml': 'y', 'overrides/z.yaml': 'rule: a/b' });
});
