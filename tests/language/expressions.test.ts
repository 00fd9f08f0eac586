import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asDoubles, isProblem, Language, shapeOf } from '../../language/expressions.ts';
import { parseTables } from '../../language/tables.ts';
import { Findings } from '../../language/findings.ts';
import { TABLES } from './sources.ts';

const parameters = shapeOf({ limit: 'double' });
const scope = { at: Date.parse('2026-11-02T10:00:00+08:00'), tables: parseTables(TABLES, new Findings()) };
const language = new Language({ a: 'double', b: 'double', s: 'string', parameters }, scope);

function run(source: string, variables: Record<string, unknown> = {}): unknown {
  const expression = language.compile(source);
  if (isProblem(expression)) throw new Error(`${expression.check}: ${expression.message}`);
  return expression.run({ a: 6, b: 4, s: 'x', parameters: Object.assign(new parameters.ctor(), { limit: 5000 }), ...variables });
}

test.each<[string, unknown]>([
  ['a == 6', true], ['a * 2 + 1', 13], ['ratio(a, b)', 1.5], ['ratio(a, 2) > 2 && b < 5', true], ['abs(b - a)', 2], ['ln(1)', 0], ['min(a, b)', 4], ['max(a, b, 9)', 9],
  ['parameters.limit * 0.9', 4500], ['a > 5 ? 1 : 0', 1], ["s in ['x', 'y2']", true], ["s.startsWith('x')", true], ['-a', -6], ["matches('lot 77', '^lot [0-9]+$')", true], ["matches(s, 'y')", false], ['text(a)', '6'], ["s.contains('x')", true], ['1e3 + a', 1006], ["'12' == s", false],
  ["hasReferencePrice('3304990099', 'DEU')", true], ["1 - ratio(19, referencePrice('3304990099', 'DEU'))", 0.75], ["prohibitedHs('9302001000')", 1], ["prohibitedHs('9303001000')", 0.5],
  ["positiveList('2402200000')", 'excluded'], ["positiveList('9999')", 'not-checked'], ["diseaseLevel('POL', '0203291000')", 3], ["diseaseLevel('POL', '3304')", 0],
])('%s gives %s', (source, expected) => expect(run(source)).toBe(expected));

test.each([['ratio(a, 0)', /divisor is 0/], ['rateAtLeast(a, 0, 1.28)', /whole is 0/], ['ln(0)', /not above 0/], ["referencePrice('1', 'DEU')", /none for this code/]])('%s is an error, not a number', (source, why) =>
  expect(() => run(source)).toThrow(why));

test.each([['a / b', 'division'], ['a % b', 'division'], ['ratio(a / 2, b)', 'division'], ['a +', 'expression'], ["s.matches('(a+)+$')", 'expression'], ['matches(s, s)', 'expression'], ["matches(s, '(')", 'expression'], ["matches(s, '(?=a)')", 'expression'], ['s.size() > 1', 'expression'], ["[s].exists(x, [s].exists(y, x == y))", 'expression'], ['c > 1', 'unknown-field'], ["s > 1", 'expression-type']])('%s is refused: %s', (source, check) =>
  expect(language.compile(source)).toMatchObject({ check }));

test('rateAtLeast is the root of the score test, below the share, and nears it with the number', () => {
  const least = (part: number, whole: number, z: number) => run('rateAtLeast(a, b, z)'.replace('z)', `${z.toFixed(2)})`), { a: part, b: whole }) as number;
  fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 1.28, 2.33), (whole, x, z) => {
    const part = Math.round(whole * x);
    const share = part / whole;
    const low = least(part, whole, z);
    expect(low).toBeLessThanOrEqual(share + 1e-12);
    // Wilson: the rate under which what was seen lies just z deviations above what is expected.
    expect((share - low) ** 2).toBeCloseTo((z * z * low * (1 - low)) / whole, 9);
    expect(least(part * 10, whole * 10, z)).toBeGreaterThanOrEqual(low - 1e-12);
  }), { numRuns: 200 });
});

test('whole numbers become doubles, names, texts and fractions stay', () => {
  expect(asDoubles(`a1 > 2 && s == '3' || b.c4 < 5.5e2 || 7 == x`).text).toBe(`a1 > 2.0 && s == '3' || b.c4 < 5.5e2 || 7.0 == x`);
});

test('offsets lead back to the source', () => {
  const token = fc.constantFrom('a', '12', "'3'", '4.5', 'x1', '+', '7');
  fc.assert(fc.property(fc.array(token, { minLength: 1, maxLength: 12 }), (tokens) => {
    const source = `${tokens.join(' ')} END`;
    const { text, back } = asDoubles(source);
    expect(back(text.indexOf('END'))).toBe(source.indexOf('END'));
  }));
});

test('a pattern that runs away elsewhere is done in no time; a huge text is an error', () => {
  const began = performance.now();
  expect(run("matches(s, '(a+)+$')", { s: `${'a'.repeat(900)}b` })).toBe(false);
  expect(() => run("matches(s, '(a+)+$')", { s: 'a'.repeat(100_000) })).toThrow(/longer than 1000/);
  // Backtracking would need longer than the universe has lasted.
  expect(performance.now() - began).toBeLessThan(5000);
});
