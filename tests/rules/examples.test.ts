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

const INDICATORS = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9', 'T10', 'T11', 'T12', 'T13', 'T14', 'F1', 'F2', 'F3', 'F4', 'F5', 'F7', 'F9', 'F10', 'F11', 'F12', 'F14', 'M2', 'M4', 'K1', 'K2', 'K4', 'K10', 'K12', 'S1', 'S2', 'S5', 'S7', 'S9', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8'];
test('every indicator that is told has a live rule', () => {
  const live = new Set(ruleSet.rules.filter((rule) => rule.status === 'live').map((rule) => rule.indicator));
  expect(INDICATORS.filter((indicator) => !live.has(indicator))).toEqual([]);
});

test('all five categories have rules', () => {
  expect(new Set(ruleSet.rules.map((rule) => rule.category)).size).toBe(5);
});
