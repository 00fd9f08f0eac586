import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Raised, score } from '../../simulator/score/score.ts';
import type { Planted } from '../../simulator/traffic.ts';
import { GRADES } from '../../schemas/risk/alert.ts';

const RULE = 'transaction/split-orders';
const buyer = (id: string) => ({ type: 'buyer' as const, id });
const planted = (over: Partial<Planted> = {}): Planted => ({ rule: RULE, lookAlike: false, subjects: [buyer('b1')], grade: 'yellow', also: [], from: 1000, until: 9000, ...over });
let ids = 0;
const raised = (over: Partial<Raised> = {}): Raised => ({ alertId: `a${++ids}`, ruleId: RULE, grade: 'yellow', score: 0.5, status: 'live', detectedAt: 4000, subject: buyer('b1'), ...over });
const one = (episodes: Planted[], alerts: Raised[]) => score([RULE], episodes, alerts)[0];

describe('what counts as caught', () => {
  test.each<[string, Planted, Raised, number]>([
    ['an alert of the planted grade in the window', planted(), raised(), 1],
    ['a worse grade', planted(), raised({ grade: 'red' }), 1],
    ['a milder grade is none', planted(), raised({ grade: 'blue' }), 0],
    ['one on the window\'s first and last moment', planted(), raised({ detectedAt: 9000 }), 1],
    ['one too early', planted(), raised({ detectedAt: 999 }), 0],
    ['one too late', planted(), raised({ detectedAt: 9001 }), 0],
    ['one of another rule', planted(), raised({ ruleId: 'financial/near-limit' }), 0],
    ['a held one', planted(), raised({ status: 'held' }), 0],
    ['a shadow one', planted(), raised({ status: 'shadow' }), 0],
    ['a closing revision', planted(), raised({ score: 0 }), 0],
    ['one on any of the subjects', planted({ subjects: [buyer('b0'), buyer('b1')] }), raised(), 1],
    ['one on a subject of the same id and another type', planted(), raised({ subject: { type: 'payer', id: 'b1' } }), 0],
  ])('%s', (_name, episode, alert, caught) => {
    expect(one([episode], [alert])).toMatchObject({ planted: 1, caught });
  });
});

describe('false alerts', () => {
  test('are alerts, not revisions, on subjects of no episode of the rule', () => {
    const other = raised({ subject: buyer('honest') });
    expect(one([planted()], [raised(), other, { ...other, grade: 'red' }, raised({ subject: buyer('honest'), detectedAt: 99_000 })])).toMatchObject({ caught: 1, falseAlerts: 2, precision: 0.3333 });
  });

  test('a look-alike\'s alert is one; it is not planted itself', () => {
    expect(one([planted({ lookAlike: true, grade: undefined })], [raised()])).toMatchObject({ planted: 0, caught: 0, falseAlerts: 1, recall: null, precision: 0, medianDelaySeconds: null });
  });

  test('what an episode of another rule declares as a case too is neither planted nor false', () => {
    const other = planted({ rule: 'transaction/annual-quota', also: [{ rule: RULE, subjects: [buyer('b1')] }] });
    expect(one([other], [raised()])).toMatchObject({ planted: 0, falseAlerts: 0, precision: null });
  });

  test('a late or mild alert on a planted subject is a miss and no false alert', () => {
    expect(one([planted()], [raised({ grade: 'blue' })])).toMatchObject({ caught: 0, falseAlerts: 0, recall: 0, precision: null });
  });
});

test('a run by hand: four planted, three caught after 2, 4 and 9 s, one false', () => {
  const episodes = ['b1', 'b2', 'b3', 'b4'].map((id) => planted({ subjects: [buyer(id)], from: 0, until: 60_000 }));
  const alerts = [raised({ subject: buyer('b1'), detectedAt: 2000 }), raised({ subject: buyer('b2'), detectedAt: 9000 }), raised({ subject: buyer('b3'), detectedAt: 4000 }),
    raised({ subject: buyer('b3'), detectedAt: 8000, grade: 'red' }), raised({ subject: buyer('b4'), grade: 'blue' }), raised({ subject: buyer('x') })];
  expect(score(['financial/near-limit', RULE], episodes, alerts)).toEqual([
    { id: 'financial/near-limit', planted: 0, caught: 0, falseAlerts: 0, recall: null, precision: null, medianDelaySeconds: null },
    { id: RULE, planted: 4, caught: 3, falseAlerts: 1, recall: 0.75, precision: 0.75, medianDelaySeconds: 4 },
  ]);
});

const subjects = fc.constantFrom('b1', 'b2', 'b3', 'b4').map(buyer);
const episodes = fc.array(fc.record({
  rule: fc.constantFrom(RULE, 'x/y'), lookAlike: fc.boolean(), subjects: fc.array(subjects, { minLength: 1, maxLength: 2 }), grade: fc.constantFrom(...GRADES),
  also: fc.array(fc.record({ rule: fc.constant(RULE), subjects: fc.array(subjects, { maxLength: 1 }) }), { maxLength: 1 }), from: fc.integer({ min: 0, max: 50 }), until: fc.integer({ min: 50, max: 100 }),
}), { maxLength: 8 });
const alerts = fc.array(fc.record({
  alertId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), ruleId: fc.constantFrom(RULE, 'x/y'), grade: fc.constantFrom(...GRADES), score: fc.constantFrom(0, 0.5, 1), status: fc.constantFrom('live' as const, 'held' as const),
  detectedAt: fc.integer({ min: 0, max: 120 }), subject: subjects,
}), { maxLength: 15 });

test('order does not matter, and figures stay within their bounds', () => {
  fc.assert(fc.property(episodes, alerts, fc.integer(), (planting, raising, turn) => {
    const plain = score([RULE, 'x/y'], planting, raising);
    const rotate = <T>(list: T[]): T[] => [...list.slice(Math.abs(turn) % (list.length + 1)), ...list.slice(0, Math.abs(turn) % (list.length + 1))].reverse();
    expect(score([RULE, 'x/y'], rotate(planting), rotate(raising))).toEqual(plain);
    for (const { planted: all, caught, falseAlerts, recall, precision } of plain) {
      expect(caught).toBeLessThanOrEqual(all);
      expect(recall === null ? all : recall <= 1 && recall >= 0).not.toBe(false);
      expect(precision === null).toBe(caught + falseAlerts === 0);
    }
  }));
});

test('a further alert can only help recall; a further look-alike changes nothing but what was false', () => {
  fc.assert(fc.property(episodes, alerts, alerts, (planting, raising, more) => {
    const before = score([RULE], planting, raising)[0];
    expect(score([RULE], planting, [...raising, ...more])[0]?.caught).toBeGreaterThanOrEqual(before?.caught ?? 0);
    const lookAlike: Planted = planted({ lookAlike: true, subjects: [buyer('b1')], grade: undefined });
    expect(score([RULE], [...planting, lookAlike], raising)[0]).toEqual(before);
  }));
});
