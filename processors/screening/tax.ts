/**
 * Taxes of one declaration list (domain reference §3), line by line in whole fen, half up. Within the limit no duty and 70 % of VAT and consumption tax; above it
 * (one indivisible item) the full rates. Freight and insurance are apportioned by value; the last line takes what rounding leaves. Exact: rates are integers of 0.00001.
 */
import type { Tables, TaxRate } from '../../language/ruleset.ts';
import { FIXED5, type Fixed5 } from '../../schemas/trade/envelope.ts';

export interface Taxable { freight: Fixed5; insurance: Fixed5; lines: readonly { hs: string; total: Fixed5 }[] }
/** By line, in 0.00001 yuan though whole fen; `unknown` names the codes without a rate. */
export interface Taxes { lines: Fixed5[]; total: Fixed5; unknown: string[] }

const FEN = FIXED5 / 100;

export function taxesOf({ freight, insurance, lines }: Taxable, inLimit: boolean, rateOf: Tables['taxRate'], at: number): Taxes {
  const value = lines.reduce((sum, line) => sum + line.total, 0);
  const taxes: Taxes = { lines: [], total: 0, unknown: [] };
  let left = freight + insurance;
  for (const [i, { hs, total }] of lines.entries()) {
    const share = i === lines.length - 1 ? left : Math.min(left, value === 0 ? 0 : halfUp(freight + insurance, total, value * FEN) * FEN);
    left -= share;
    const rate = rateOf(hs, at);
    const known = rate !== undefined && (inLimit || rate.duty !== undefined);
    if (!known) taxes.unknown.push(hs);
    const tax = known ? taxOf(total + share, rate, inLimit) : 0;
    taxes.lines.push(tax);
    taxes.total += tax;
  }
  return taxes;
}

/** In limit 0.7 · P · (c + v) ÷ (1 − c); full D = P · d, then D + (P + D) · (c + v) ÷ (1 − c). */
function taxOf(price: Fixed5, { vat, consumption, duty }: TaxRate, inLimit: boolean): Fixed5 {
  const cv = consumption + vat;
  const rest = FIXED5 - consumption;
  if (inLimit) return halfUp(price, 7 * cv, 10 * rest * FEN) * FEN;
  const d = duty ?? 0;
  return halfUp(price, d * rest + (FIXED5 + d) * cv, FIXED5 * rest * FEN) * FEN;
}

/** a · b ÷ d of whole numbers, none negative. Below 2⁵³ a double's quotient lies on the right side of every whole number, so the floor is exact. */
function halfUp(a: number, b: number, d: number): number {
  const doubled = 2 * a * b + d;
  if (doubled <= Number.MAX_SAFE_INTEGER) return Math.floor(doubled / (2 * d));
  return Number((2n * BigInt(a) * BigInt(b) + BigInt(d)) / (2n * BigInt(d)));
}
