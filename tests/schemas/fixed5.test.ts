import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFixed5, parseFixed5 } from '../../schemas/trade/fixed5.ts';

const MOST = 90_071_992_547;
const exact = fc.tuple(fc.integer({ min: 0, max: MOST - 1 }), fc.integer({ min: 0, max: 99_999 }));

describe('decimal text is read exactly', () => {
  test.each([
    ['0', 0], ['12', 1_200_000], ['12.5', 1_250_000], ['.5', 50_000], ['5.', 500_000], ['+3', 300_000], ['0.00001', 1], ['12.3400000', 1_234_000], ['0001.10', 110_000],
    ['-0.00', 0], [12, 1_200_000], [0.1, 10_000], [1.005, 100_500], [19.900000000000002, 1_990_000], [0.30000000000000004, 30_000], ['1.00000999999999999', 100_001],
    ['90071992547.4099', 9_007_199_254_740_990], ['00000000000000000012', 1_200_000],
  ])('%s', (given, expected) => expect(parseFixed5(given)).toBe(expected));

  test.each([
    ['', 'FIELD_TYPE'], ['.', 'FIELD_TYPE'], ['-', 'FIELD_TYPE'], ['1e3', 'FIELD_TYPE'], [1e21, 'FIELD_TYPE'], [1e-7, 'FIELD_TYPE'], [Number.NaN, 'FIELD_TYPE'], [Infinity, 'FIELD_TYPE'],
    ['1,000', 'FIELD_TYPE'], ['1 000', 'FIELD_TYPE'], ['--1', 'FIELD_TYPE'], ['0x1', 'FIELD_TYPE'], ['-1', 'NEGATIVE_AMOUNT'], [-0.01, 'NEGATIVE_AMOUNT'], ['-0.00001', 'NEGATIVE_AMOUNT'],
    ['1.000001', 'MONEY_PRECISION'], ['0.000001', 'MONEY_PRECISION'], ['0.000009', 'MONEY_PRECISION'], ['123456789012345', 'AMOUNT_TOO_LARGE'], ['99999999999', 'AMOUNT_TOO_LARGE'], [1e15, 'AMOUNT_TOO_LARGE'],
  ])('%s is refused', (given, reason) => expect(parseFixed5(given)).toBe(reason));

  test('five decimals: whole × 100000 + fraction, with no float between', () => {
    fc.assert(fc.property(exact, ([whole, fraction]) => parseFixed5(`${whole}.${String(fraction).padStart(5, '0')}`) === whole * 100_000 + fraction));
  });
  test('format and parse are inverse', () => {
    fc.assert(fc.property(exact, ([whole, fraction]) => parseFixed5(formatFixed5(whole * 100_000 + fraction)) === whole * 100_000 + fraction));
  });
  test('a JSON number of up to five decimals reads as its text does', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 99_999 }), (whole, fraction) => {
      const text = `${whole}.${String(fraction).padStart(5, '0')}`;
      return parseFixed5(Number(text)) === parseFixed5(text);
    }));
  });
  test('a sum of floats is read as the sum meant', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 99_999 }), { minLength: 2, maxLength: 5 }), (cents) => parseFixed5(cents.reduce((sum, each) => sum + each / 100, 0)) === cents.reduce((a, b) => a + b, 0) * 1000));
  });
  test('any text gives an integer or a reason, never a throw', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const value = parseFixed5(text);
      return typeof value === 'string' || Number.isSafeInteger(value);
    }));
  });
});
