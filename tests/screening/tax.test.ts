import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaxRate } from '../../language/ruleset.ts';
import { taxesOf } from '../../processors/screening/tax.ts';

const rate = (vat: number, consumption: number, duty: number | undefined = 0): TaxRate => ({ vat, consumption, duty });
const yuan = (v: number): number => Math.round(v * 100_000);

describe('taxes of one line', () => {
  test.each([
    ['9.1 % in limit', 210, rate(13_000, 0), true, 19.11],
    ['6.3 % in limit', 100, rate(9_000, 0), true, 6.3],
    ['23.06 % in limit', 100, rate(13_000, 15_000), true, 23.06],
    ['half a fen goes up', 0.5, rate(10_000, 0), true, 0.04],
    ['full: duty, then VAT on it', 6000, rate(13_000, 0, 8_000), false, 1322.4],
    ['full with consumption tax', 6000, rate(13_000, 15_000, 5_000), false, 2375.29],
  ])('%s', (_name, price, r, inLimit, tax) => {
    expect(taxesOf({ freight: 0, insurance: 0, lines: [{ hs: 'x', total: yuan(price) }] }, inLimit, () => r, 0).total).toBe(yuan(tax));
  });

  test('a code without a rate, or above the limit without a duty, is named', () => {
    const lines = [{ hs: 'a', total: yuan(1) }, { hs: 'b', total: yuan(1) }];
    const rates = (hs: string) => (hs === 'a' ? rate(13_000, 0, undefined) : undefined);
    const bare: TaxRate = { vat: 13_000, consumption: 0, duty: undefined };
    expect(taxesOf({ freight: 0, insurance: 0, lines }, true, rates, 0).unknown).toEqual(['b']);
    expect(taxesOf({ freight: 0, insurance: 0, lines }, false, (hs) => (hs === 'a' ? bare : undefined), 0).unknown).toEqual(['a', 'b']);
  });
});

/** Rationals, written down as the reference gives the formulas, with no thought of speed. */
type Q = { n: bigint; d: bigint };
const q = (n: bigint | number, d: bigint | number = 1): Q => ({ n: BigInt(n), d: BigInt(d) });
const add = (a: Q, b: Q): Q => q(a.n * b.d + b.n * a.d, a.d * b.d);
const mul = (a: Q, b: Q): Q => q(a.n * b.n, a.d * b.d);
const div = (a: Q, b: Q): Q => q(a.n * b.d, a.d * b.n);
/** To whole fen: the fen below, and one more from the half on. */
function toFen(a: Q): bigint {
  const cents = mul(a, q(1, 1000));
  const floor = cents.n / cents.d;
  return 2n * (cents.n - floor * cents.d) >= cents.d ? floor + 1n : floor;
}
function naive(freight: number, lines: { total: number; rate: TaxRate }[], inLimit: boolean): bigint[] {
  const value = lines.reduce((sum, l) => sum + l.total, 0);
  let left = BigInt(freight);
  return lines.map(({ total, rate: { vat, consumption, duty } }, i) => {
    let share = left;
    if (i < lines.length - 1) {
      share = value === 0 ? 0n : toFen(div(mul(q(freight), q(total)), q(value))) * 1000n;
      if (share > left) share = left;
    }
    left -= share;
    const p = q(BigInt(total) + share);
    const [v, c, d] = [q(vat, 100_000), q(consumption, 100_000), q(duty ?? 0, 100_000)];
    const rest = add(q(1), mul(q(-1), c));
    if (inLimit) return toFen(div(mul(mul(q(7, 10), p), add(c, v)), rest)) * 1000n;
    const duties = mul(p, d);
    const ct = div(mul(add(p, duties), c), rest);
    const vats = div(mul(add(p, duties), v), rest);
    return toFen(add(duties, add(ct, vats))) * 1000n;
  });
}

test('any list comes to the fen to what the formulas give in rational numbers; freight is shared out whole', () => {
  const line = fc.record({ total: fc.integer({ min: 0, max: 3_000_000_000 }), vat: fc.integer({ min: 0, max: 20_000 }), consumption: fc.integer({ min: 0, max: 60_000 }), duty: fc.integer({ min: 0, max: 90_000 }) });
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 50_000_000 }), fc.integer({ min: 0, max: 5_000_000 }), fc.boolean(), (lines, freight, insurance, inLimit) => {
    const rates = new Map(lines.map(({ vat, consumption, duty }, i) => [String(i), { vat, consumption, duty }]));
    const given = lines.map(({ total }, i) => ({ hs: String(i), total }));
    const taxes = taxesOf({ freight, insurance, lines: given }, inLimit, (hs) => rates.get(hs), 0);
    expect(taxes.lines.map(BigInt)).toEqual(naive(freight + insurance, lines.map(({ total, ...r }) => ({ total, rate: r })), inLimit));
    expect(taxes.total).toBe(taxes.lines.reduce((a, b) => a + b, 0));
  }), { numRuns: 1000 });
});
