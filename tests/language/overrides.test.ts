/** Overrides by trade mode and commodity chapter: other bands for a part of the events, which then leave the rule itself. */
import { describe, expect, test } from 'vitest';
import type { EventView, RuleSet } from '../../language/ruleset.ts';
import { SHAPES } from '../../language/expressions.ts';
import { compiled, findingsOf, show, SMALL_RULE, smallSource } from './sources.ts';

const RULE = SMALL_RULE.replace('on: order\n', 'on: declaration\neach: line\n').replace('where: order.paid <= parameters.singleLimit', 'where: line.total > 0')
  .replace('of: order.key', 'of: declaration.key').replace('of: order.paid', 'of: line.total').replaceAll('order: { key:', 'declaration: { key:').replaceAll(/, paid: 4000 \}/g, ' }, lines: [{ total: 4000 }]');
const with_ = (overrides: Record<string, string>) => smallSource({ 'transaction/many-orders.yaml': RULE, ...Object.fromEntries(Object.entries(overrides).map(([name, text]) => [`overrides/${name}.yaml`, `rule: transaction/many-orders\n${text}\n`])) });

const declared = (mode: string, hs2: string[]): EventView => ({
  name: 'declaration', common: { ...new SHAPES.common.ctor(), mode } as EventView['common'], fields: { ...new SHAPES.events.declaration.ctor(), key: 'D|1' } as EventView['fields'],
  lines: hs2.map((chapter) => ({ ...(SHAPES.lines.declaration && new SHAPES.lines.declaration.ctor()), hs2: chapter, total: 100 }) as EventView['lines'][0]), subjects: { buyer: 'b1' }, lineSubjects: hs2.map(() => ({})),
});

/** Rules that a declaration gives something to, with the sum that each is given. */
function given(ruleSet: RuleSet, view: EventView): Record<string, number> {
  const sums: Record<string, number> = {};
  const failed: string[] = [];
  ruleSet.screen(view, 0, (_type, _id, feature, value) => {
    for (const rule of ruleSet.rulesOf(feature)) if (rule.features.buyer?.get('total')?.id === feature) sums[rule.id] = (sums[rule.id] ?? 0) + value;
  }, (rule, why) => failed.push(`${rule}: ${why}`));
  expect(failed).toEqual([]);
  return sums;
}
const grade = (ruleSet: RuleSet, id: string, total: number, zone = 'none') => ruleSet.rule(id)?.evaluate(new Map([['orders', 5], ['total', total]]), { zone, at: Date.parse('2026-11-01') }).grade;

describe('by trade mode', () => {
  const { ruleSet } = compiled(with_({ direct: "where: { mode: ['9610'] }\nbands: { blue: 10 }" }));
  test('what is of the mode is counted in the variant alone', () => {
    expect(given(ruleSet, declared('9610', ['33', '34']))).toEqual({ 'transaction/many-orders@direct': 200 });
    expect(given(ruleSet, declared('1210', ['33', '34']))).toEqual({ 'transaction/many-orders': 200 });
  });
  test('each has its own bands', () => expect([grade(ruleSet, 'transaction/many-orders', 20_000), grade(ruleSet, 'transaction/many-orders@direct', 20_000), grade(ruleSet, 'transaction/many-orders@direct', 60_000)]).toEqual(['red', undefined, 'blue']));
});

describe('by chapter, and by zone as well', () => {
  const { ruleSet } = compiled(with_({ cosmetics: "where: { hs2: ['33'], zone: '3301' }\nbands: { blue: 10 }", hangzhou: "where: { zone: '3301' }\nbands: { red: 100 }" }));
  test('each line goes where it belongs', () => expect(given(ruleSet, declared('9610', ['33', '34', '33']))).toEqual({ 'transaction/many-orders': 100, 'transaction/many-orders@cosmetics': 200 }));
  test('outside of the zone the variant has the bands of the rule', () => {
    expect([grade(ruleSet, 'transaction/many-orders@cosmetics', 20_000), grade(ruleSet, 'transaction/many-orders@cosmetics', 20_000, '3301'), grade(ruleSet, 'transaction/many-orders', 20_000, '3301')]).toEqual(['red', undefined, undefined]);
  });
});

test('a rule without override keeps its features, whatever other rules have', () => {
  const ids = (overrides: Record<string, string>) => [...(compiled(with_(overrides)).ruleSet.rule('transaction/many-orders')?.features.buyer?.values() ?? [])].map((f) => f.id);
  expect(ids({ hangzhou: "where: { zone: '3301' }\nbands: { red: 100 }" })).toEqual(ids({}));
  expect(ids({ direct: "where: { mode: '9610' }\nbands: { blue: 10 }" })).not.toEqual(ids({}));
});

test.each([
  ['a chapter where lines are not judged', { x: "where: { hs2: '33' }\nbands: { blue: 1 }" }, true, /only lines of declarations know their chapter/],
  ['the same part twice', { x: "where: { mode: '9610' }\nbands: { blue: 1 }", y: "where: { mode: ['9610'] }\nbands: { blue: 2 }" }, false, /already has an override for the same modes/],
  ['a mode that is none', { x: "where: { mode: direct }\nbands: { blue: 1 }" }, false, /trade modes of four digits/],
  ['too many', Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x${i}`, `where: { mode: '${1000 + i}' }\nbands: { blue: 1 }`])), false, /more than 20 overrides/],
])('refused: %s', (_, overrides, whole, says) => {
  const source = with_(overrides as Record<string, string>);
  if (whole) source.files['transaction/many-orders.yaml'] = RULE.replace('each: line\n', '').replace('where: line.total > 0', 'where: declaration.value > 0').replace('of: line.total', 'of: declaration.value');
  expect(findingsOf(source).map(show).filter((text) => says.test(text)).length, findingsOf(source).map(show).join('\n')).toBeGreaterThan(0);
});
