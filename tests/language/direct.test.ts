import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem, Language, SHAPES } from '../../language/expressions.ts';
import type { Expression } from '../../language/expressions.ts';
import { reasonOf } from '../../language/rule.ts';

const scope = {
  at: 0,
  tables: { versions: {}, referencePrice: (hs: string) => (hs === '' ? undefined : 10), prohibitedHs: () => 0.5, positiveList: () => 'miss' as const, diseaseLevel: () => 2, exchangeRate: () => undefined, atSite: () => false, recallScore: () => 0, goodsTerm: () => false, likelyHs: () => '', controlled: () => false, goodsNorm: () => undefined, tradeMeasure: () => 0, inScope: () => 'not-checked' as const, party: () => 'not-checked' as const, taxRate: () => undefined, guarantee: () => 'not-checked' as const },
};
const language = new Language({ order: SHAPES.events.order, match: SHAPES.events.match, line: SHAPES.lines.declaration! }, scope);
const compiled = (source: string): Expression => {
  const result = language.compile(source);
  if (isProblem(result)) throw new Error(`${source}: ${result.message}`);
  return result;
};
const answer = (expression: Expression, variables: object): unknown => {
  try {
    return expression.run(variables);
  } catch (error) {
    return `error: ${reasonOf(error)}`;
  }
};

const GATES = [
  'order.paid >= 2 * order.freight && order.paid <= 100', 'order.paid - 1 > order.freight + 1', '-order.paid < -3',
  "order.buyerIdCheck in ['bad-checksum', 'malformed'] || order.buyerMinor || !order.buyerIdRun", "'A' in match.codes || 'B' in match.codes", "match.decided && 'A' in match.codes",
  'order.buyerMinor ? order.paid == 5 : order.freight != 5', "line.hs != '' && line.price > referencePrice(line.hs, line.country)", 'hasReferencePrice(line.hs, line.country)',
  'ratio(order.paid, order.freight) > 1', 'max(order.paid, order.freight, 7) > min(order.paid, 9)', 'ln(order.paid) > 1 || order.buyerMinor', "positiveList(line.hs) == 'miss'",
  'diseaseLevel(line.country, line.hs) >= 2 && abs(order.paid) > 3', "order.buyerMinor && ratio(1, order.paid) > 0 || order.buyerIdRun",
  "line.hs.startsWith('01') && !line.country.endsWith('A')", "order.buyerIdCheck.contains('o') && line.hs.startsWith(line.country)",
];
/** Now and then a field is missing or of another type: then CEL's error must come out. */
const broken = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(undefined, 'x', 7, true) });
const amount = broken(fc.constantFrom(0, 1, 5, 5.5, 50, 100, 1e6));
const variables = fc.record({
  order: fc.record({ paid: amount, freight: amount, buyerIdCheck: broken(fc.constantFrom('ok', 'malformed')), buyerMinor: broken(fc.boolean()), buyerIdRun: broken(fc.boolean()) }),
  match: fc.record({ decided: broken(fc.boolean()), codes: broken(fc.subarray(['A', 'B', 'C'])) }),
  line: fc.record({ hs: broken(fc.constantFrom('', '0101')), country: broken(fc.constantFrom('USA', '')), price: amount }),
});

describe('closures answer as CEL does', () => {
  test.each(GATES)('%s', (gate) => {
    const direct = compiled(gate);
    // `exists` has no closure: the same gate, by CEL alone.
    const cel = compiled(`[${gate}].exists(x, x)`);
    fc.assert(fc.property(variables, (v) => {
      expect(answer(direct, v)).toEqual(answer(cel, v));
    }), { numRuns: 150 });
  });

  test('an object of the declared class is read as it is', () => {
    const order = new SHAPES.events.order.ctor();
    order.paid = 3;
    expect(compiled('order.paid').run({ order })).toBe(3);
    expect(compiled('[order.paid].exists(x, x > 2)').run({ order })).toBe(true);
  });
});
