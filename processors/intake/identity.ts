/** Citizen identity numbers (GB 11643): what can be told of one without knowing whose it is. */
import type { IdCheck } from '../../schemas/trade/envelope.ts';
import { beijingDay, isDate } from '../../schemas/trade/time.ts';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';
const FORM = /^\d{17}[\dX]$/;
const ADULT_AGE = 18;

export function checkDigit(seventeen: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (seventeen.charCodeAt(i) - 48) * (WEIGHTS[i] as number);
  return CHECK.charAt(sum % 11);
}

/** `number` is already plain and upper case. Only type 1 (identity card) has a form that can be checked; none given counts as 1. */
export function checkId(number: string, idType: string, eventDay: number): IdCheck {
  if (number === '') return 'missing';
  if (idType !== '' && Number(idType) !== 1) return 'other-type';
  if (number.includes('*')) return 'masked';
  if (!FORM.test(number)) return 'malformed';
  const born = Number(number.slice(6, 14));
  if (born < 1850_01_01 || born > eventDay || !isDate(Math.floor(born / 10_000), Math.floor(born / 100) % 100, born % 100)) return 'bad-date';
  return checkDigit(number) === number.charAt(17) ? 'valid' : 'bad-checksum';
}

/** Under 18 on the event's day in Beijing. Born on 29 February: of age on 1 March. Of a birthday that was read from a number of the right form. */
export function isMinor(number: string, eventTime: number): boolean {
  return beijingDay(eventTime) - Number(number.slice(6, 14)) < ADULT_AGE * 10_000;
}

/** The serial part (characters 15 to 17) counts up or stays the same: 123, 111. */
export function isRun(number: string): boolean {
  const a = number.charCodeAt(14);
  const step = number.charCodeAt(15) - a;
  return (step === 0 || step === 1) && number.charCodeAt(16) - number.charCodeAt(15) === step;
}

/** First four and last two characters; of short numbers less. */
export function maskId(number: string): string {
  if (number.length < 8) return '*'.repeat(number.length);
  return `${number.slice(0, 4)}${'*'.repeat(number.length - 6)}${number.slice(-2)}`.toWellFormed();
}
