import { describe, expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { scoreTable } from '../../cli/score.ts';
import { compile } from '../../language/compile.ts';
import { runScore } from '../../simulator/score/run.ts';

const source = readRuleSource('');
const RULES = ['financial/payment-reused', 'public-security/prohibited-goods', 'transaction/over-limit'];
/** An hour and a half of virtual time through the real intake and stages. */
const run = (seed: number, over: { rules?: string[]; source?: typeof source } = {}) => runScore({ seed, days: 0.06, ordersPerSecond: 0.03, rules: RULES, source, compile, ...over });

describe('a scored run', () => {
  test('catches what is planted, leaves look-alikes alone, and is the same for the same seed', async () => {
    let reached = 0;
    const first = await runScore({ seed: 5, days: 0.06, ordersPerSecond: 0.03, rules: RULES, source, compile, progress: (share) => { expect(share).toBeGreaterThan(reached); reached = share; } });
    expect(reached).toBeCloseTo(1, 2);
    expect(first.scored.rules.map(({ id }) => id)).toEqual(RULES);
    for (const { planted, caught, falseAlerts, medianDelaySeconds } of first.scored.rules) {
      expect({ planted, caught, falseAlerts }).toEqual({ planted: 2, caught: 2, falseAlerts: 0 });
      expect(medianDelaySeconds).toBeGreaterThan(0);
    }
    expect(first.planted.filter(({ lookAlike }) => lookAlike).map(({ rule }) => rule).sort()).toEqual(RULES);
    expect(JSON.stringify((await run(5)).scored)).toBe(JSON.stringify(first.scored));
    expect(Object.keys(first.scored)).toEqual(['seed', 'rules']);
    expect(Object.keys(first.scored.rules[0] ?? {})).toEqual(['id', 'planted', 'caught', 'falseAlerts', 'recall', 'precision', 'medianDelaySeconds']);
    expect(scoreTable(first.scored)).toMatch(/transaction\/over-limit +2 +2 +0 +1\.000 +1\.000/);
  });

  test('broken signatures are planted beside good ones, and told', async () => {
    const { scored, planted } = await run(7, { rules: ['technical/signature-failures'] });
    expect(scored.rules[0]).toMatchObject({ planted: 1, caught: 1, falseAlerts: 0 });
    expect(planted.filter(({ lookAlike }) => lookAlike).length).toBeGreaterThan(0);
  });

  test('the weeks before the day are lived through, so that windows of weeks have something to compare with', async () => {
    const { scored } = await run(8, { rules: ['market/demand-collapse', 'market/freight-price', 'market/price-shock', 'market/stock-cover'] });
    for (const rule of scored.rules) expect(rule).toMatchObject({ planted: 2, caught: 2, falseAlerts: 0 });
  });

  test('a rule that finds nothing is told as such', async () => {
    const id = 'transaction/over-limit';
    const name = `${id}.yaml`;
    const blind = { ...source, files: { ...source.files, [name]: (source.files[name] as string).replace(/^where:.*$/m, "where: match.codes == ['NEVER']") } };
    expect((await run(6, { rules: [id], source: blind })).scored.rules[0]).toMatchObject({ planted: 2, caught: 0, recall: 0, precision: null, medianDelaySeconds: null });
  });
});
