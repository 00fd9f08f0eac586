import { beforeAll, describe, expect, test } from 'vitest';
import { runExamples } from '../../language/examples.ts';
import type { ExampleResult } from '../../language/examples.ts';
import { naiveJudge } from '../language/naive-judge.ts';
import { compiled, treeSource } from '../language/sources.ts';

const { ruleSet } = compiled(treeSource());

describe.each(ruleSet.rules.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  let results: ExampleResult[] = [];
  beforeAll(() => { results = runExamples(ruleSet, rule, naiveJudge); });

  test.each(rule.examples.map((example) => [example.name, example.grade] as const))('%s: %s', (name, grade) => {
    const result = results.find((r) => r.example === name);
    expect({ grade: result?.actual, errors: result?.errors }).toEqual({ grade, errors: [] });
  });

  test('fires in at least two grades where it has them, and twice not at all', () => {
    const grades = rule.examples.map((example) => example.grade);
    expect(new Set(grades.filter((grade) => grade !== undefined)).size).toBeGreaterThanOrEqual(Math.min(2, rule.bands.length));
    expect(grades.filter((grade) => grade === undefined).length).toBeGreaterThanOrEqual(2);
  });
});

/** Of domain reference §5: how many there are of each letter. */
const INDICATORS = Object.entries({ M: 12, T: 14, F: 14, K: 12, S: 13 }).flatMap(([letter, n]) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`));
test('every one of the 65 indicators has a live rule, every rule somebody who answers for it', () => {
  const live = new Set(ruleSet.rules.filter((rule) => rule.status === 'live').map((rule) => rule.indicator));
  expect(INDICATORS.filter((indicator) => !live.has(indicator))).toEqual([]);
  expect(ruleSet.rules.filter(({ owner }) => owner.en === '' || owner.zh === '').map(({ id }) => id)).toEqual([]);
});

test('all five categories have rules', () => {
  expect(new Set(ruleSet.rules.map((rule) => rule.category)).size).toBe(5);
});
