/** One cell → one field's value as the contract takes it, or what is wrong with it and how to mend it. */
import { type Reason, shapeOf } from '../../schemas/reasons.ts';
import { toBeijing } from './dates.ts';
import type { FieldMap } from './form.ts';

/** A number as Excel stores it: its text tells what a double would lose. */
export class ExcelNumber {
  readonly stored: string;
  constructor(stored: string) {
    this.stored = stored;
  }
}
export type Cell = string | ExcelNumber | Date | boolean | null;
export interface Fault { code: Reason; message: string }
export type Read = { value: string; warning?: string; fault?: undefined } | { value?: undefined; fault: Fault };

const fault = (code: Reason, expected: string, given: unknown, next: string): Read => ({ fault: { code, message: `expected ${expected}; given: ${shapeOf(given)}. ${next}` } });

/** Excel keeps 15 digits of a number. */
const EXACT = 15;
/** 1.23457E+17: how it shows, and exports, longer ones. */
const SCIENTIFIC = /^\d(\.\d+)?E\+\d\d$/i;

export function textOf(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'string') return tidy(cell);
  if (cell instanceof ExcelNumber) return decimalOf(cell.stored);
  return cell instanceof Date ? cell.toISOString().slice(0, 19).replace('T', ' ') : String(cell);
}

/** Exports force text by ="…", a leading apostrophe or a trailing tab. */
function tidy(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charCodeAt(0);
  if (first === 61) return /^="(.*)"$/s.exec(trimmed)?.[1]?.trim() ?? trimmed;
  return (first === 39 || first === 96) && /^['`]\d/.test(trimmed) ? trimmed.slice(1) : trimmed;
}

/** 19.899999999999999 and 2.5E-2 as Excel stores them → 19.9 and 0.025. */
function decimalOf(stored: string): string {
  const value = Number(stored);
  const text = String(value);
  if (!Number.isFinite(value) || !text.includes('e')) return Number.isFinite(value) ? text : stored;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(12).replace(/0+$/, '').replace(/\.$/, '');
}

export function readCell(field: FieldMap, cell: Cell | undefined): Read {
  const text = textOf(cell);
  if (text === '') return { value: field.blank ?? '' };
  if (typeof cell === 'string' && /^#(N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NULL!|NUM!)$/.test(text)) return fault('FIELD_TYPE', 'a value', text, 'The formula in this cell failed: mend it in the sheet');
  if (field.values) return readListed(field, text);
  switch (field.kind) {
    case 'time': return readTime(field, cell instanceof Date ? cell : text);
    case 'amount': case 'whole': return { value: readNumber(text, field) };
    default: return readCode(field, cell as Cell, text);
  }
}

function readListed(field: FieldMap, text: string): Read {
  const value = field.values?.get(text) ?? field.otherwise;
  return value !== undefined ? { value } : fault('FIELD_TYPE', `one of the ${field.values?.size} values that the mapping lists`, text, `Add it under \`${field.name}: values\`, or say \`otherwise\``);
}

function readTime(field: FieldMap, given: string | Date): Read {
  const value = toBeijing(given, field.date, field.zone);
  if (value !== undefined) return { value };
  const next = field.date === undefined ? `Say how it is written, e.g. \`${field.name}: { column: …, date: 'D/M/YYYY H:mm' }\`` : 'Correct the cell, or `date` in the mapping';
  return fault('BAD_TIME', field.date === undefined ? 'a time with the year first, such as 2026-01-31 08:00:00' : `a time of the calendar written ${field.date}`, given, next);
}

/** Currency signs and thousands go; what is no number is left for the contract to refuse. */
function readNumber(text: string, { decimal, unit }: FieldMap): string {
  let bare = text.normalize('NFKC').replace(/[¥￥$€\s]|CNY|RMB|元$/gi, '');
  if (decimal === ',' && /^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$/.test(bare)) bare = bare.replace(/\./g, '').replace(',', '.');
  else if (decimal === '.' && /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(bare)) bare = bare.replace(/,/g, '');
  return unit === 'fen' ? shifted(bare, 2) : unit === 'g' ? shifted(bare, 3) : bare;
}

/** The point `by` places to the left, on the text: no double comes near the amount. */
function shifted(text: string, by: number): string {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === '') return text;
  const digits = whole.padStart(by + 1, '0');
  const rest = (digits.slice(-by) + fraction).replace(/0+$/, '');
  return sign + digits.slice(0, -by) + (rest === '' ? '' : `.${rest}`);
}

function readCode(field: FieldMap, cell: Cell, text: string): Read {
  if (field.kind === 'text') return { value: text };
  if (cell instanceof Date) return fault('FIELD_TYPE', 'a code', text, 'Excel has made a date of it: format the column as text and enter it again');
  const digits = text.replace(/\D/g, '').length;
  if ((cell instanceof ExcelNumber && digits > EXACT) || (typeof cell === 'string' && SCIENTIFIC.test(text))) {
    return fault('FIELD_TYPE', 'all digits of the code', text, `A spreadsheet has stored it as a number, of which only ${EXACT} digits are kept: export it anew with this column as text`);
  }
  return cell instanceof ExcelNumber ? { value: text, warning: 'stored as numbers: leading zeros would be lost; format the column as text' } : { value: text };
}
