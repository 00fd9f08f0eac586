/** N19,5 of the CEB messages as integers of 0.00001, read from decimal text without float arithmetic, so that sums are exact. */
import type { Reason } from '../reasons.ts';
import { FIXED5, type Fixed5 } from './envelope.ts';

/** Above this an integer of 0.00001 is no exact double any more. */
const MOST = Math.floor(Number.MAX_SAFE_INTEGER / FIXED5);
/** The greatest long that Avro's library writes. */
export const LARGEST = Number.MAX_SAFE_INTEGER - 1;
const DIGIT_0 = 48;
/** 19.900000000000002 is the trace of a sender's float, not a sixth decimal. */
const NOISE = 1e-9;

export const isReason = (value: Fixed5 | Reason): value is Reason => typeof value === 'string';

/** Text such as `12`, `12.50`, `.5`, `+3`; JSON numbers through their shortest text. Anything else gives the reason of its refusal. */
export function parseFixed5(given: string | number): Fixed5 | Reason {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= MOST) return given * FIXED5;
  return typeof given === 'number' ? parseNumber(given) : parseText(given);
}

/** Two decimals of at most 15 digits never share a double: where the division gives the number back, its shortest text is these units. All else goes by its text. */
function parseNumber(given: number): Fixed5 | Reason {
  const units = Math.round(given * FIXED5);
  return given > 0 && units < 1e15 && units / FIXED5 === given ? units : parseText(String(given));
}

function parseText(text: string): Fixed5 | Reason {
  let i = 0;
  const sign = text.charCodeAt(0);
  if (sign === 43 || sign === 45) i = 1;
  let whole = 0;
  let wholeDigits = 0;
  const start = i;
  for (; i < text.length; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0;
    if (digit < 0 || digit > 9) break;
    if (whole > 0 || digit > 0) wholeDigits++;
    if (wholeDigits <= 14) whole = whole * 10 + digit;
  }
  const digits = i - start;
  const fraction = i < text.length ? parseFraction(text, i) : NO_FRACTION;
  if (fraction === undefined || digits + fraction.digits === 0) return 'FIELD_TYPE';
  if (wholeDigits > 14 || whole > MOST) return 'AMOUNT_TOO_LARGE';
  let units = whole * FIXED5 + fraction.units;
  if (fraction.rest > 0) {
    const error = Math.min(fraction.rest, 1 - fraction.rest);
    units += fraction.rest >= 0.5 ? 1 : 0;
    if (error >= NOISE * units) return 'MONEY_PRECISION';
  }
  if (sign === 45 && units > 0) return 'NEGATIVE_AMOUNT';
  return units > LARGEST ? 'AMOUNT_TOO_LARGE' : units;
}

interface Fraction { units: number; digits: number; rest: number }
const NO_FRACTION: Fraction = { units: 0, digits: 0, rest: 0 };

/** `rest` is what lies beyond the fifth decimal, as a share of one unit. */
function parseFraction(text: string, dot: number): Fraction | undefined {
  if (text.charCodeAt(dot) !== 46) return undefined;
  let units = 0;
  let scale = FIXED5;
  let rest = 0;
  let restScale = 1;
  for (let i = dot + 1; i < text.length; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0;
    if (digit < 0 || digit > 9) return undefined;
    if (scale > 1) { scale /= 10; units += digit * scale; }
    else { restScale /= 10; rest += digit * restScale; }
  }
  return { units, digits: text.length - dot - 1, rest };
}

/** Shortest exact decimal text: `1250000` → `12.5`. */
export function formatFixed5(value: Fixed5): string {
  const sign = value < 0 ? '-' : '';
  const units = Math.abs(value);
  const fraction = units % FIXED5;
  const whole = (units - fraction) / FIXED5;
  return fraction === 0 ? `${sign}${whole}` : `${sign}${whole}.${String(fraction).padStart(5, '0').replace(/0+$/, '')}`;
}
