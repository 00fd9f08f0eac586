/** The kinds of field that customs' documents are made of, as zod schemas from the wire form (text or JSON number) to clean values. */
import { z } from 'zod';
import { type Reason, shapeOf } from '../reasons.ts';
import { type AppType, FIXED5, type Fixed5 } from './envelope.ts';
import { formatFixed5, isReason, parseFixed5 } from './fixed5.ts';
import { GUID_LENGTH, isPlain, isTidy, nfkc, plain, plainGuid } from './text.ts';
import { formatBeijing, parseBeijing, parseInstant, parseZone } from './time.ts';

type Field<T> = z.ZodType<T>;

export interface Issues { issues: z.core.$ZodRawIssue[] }
/** From what was sent to the clean value; what is wrong with it goes to `context`. */
export type Read<T> = (input: unknown, context: Issues) => T;
/** Each schema's own reading, so that a whole shape can be read without zod's payload for each field. */
const READS = new WeakMap<z.core.$ZodType, Read<unknown>>();

export type Kind = 'text' | 'code' | 'key' | 'amount' | 'whole' | 'time' | 'appType' | 'guid' | 'measure' | 'instant' | 'zone' | 'word' | 'sealed' | 'other';
/** What can be told of a field beside its reading: how writers put its clean value into a message again, and its bounds. `words`: what it may be, where that is one of a few. */
export interface About { kind: Kind; required: boolean; max: number; lowest: number; highest: number; write(value: unknown, sent: unknown): string; words: readonly string[] }
const asText = (value: unknown): string => String(value);
const about = (kind: Kind, required: boolean, max: number, write: About['write'] = asText, lowest = 0, highest = 0, words: readonly string[] = []): About =>
  ({ kind, required, max, lowest, highest, write, words });
const ABOUT = new WeakMap<z.core.$ZodType, About>();
/** What was sent says more than what was made of it. */
const asSent: About['write'] = (_value, sent) => (typeof sent === 'object' ? JSON.stringify(sent) : asText(sent));
const OTHER = about('other', false, 0, asSent);

/** Of a schema made here. */
export const aboutOf = (schema: z.core.$ZodType): About => ABOUT.get(schema) ?? OTHER;
export const readOf = (schema: z.core.$ZodType): Read<unknown> => READS.get(schema) as Read<unknown>;

/** The context of a flat reading: its issues are only counted, since zod words them afterwards. */
export const UNWORDED: Issues = { issues: [] };
const ISSUE: z.core.$ZodRawIssue = { code: 'custom', input: undefined };

function refuse(context: Issues, reason: Reason, expected: string, given: unknown): void {
  if (context === UNWORDED) {
    context.issues.push(ISSUE);
    return;
  }
  context.issues.push({ code: 'custom', message: `expected ${expected}; given: ${shapeOf(given)}`, input: undefined, params: { reason } });
}

const isNothing = (input: unknown): boolean => input === undefined || input === null || input === '';

function missing(input: unknown, context: Issues, expected: string): '' {
  refuse(context, 'FIELD_MISSING', expected, input);
  return '';
}

/** Sent text, trimmed; '' where nothing was sent; undefined (and an issue) where it is no scalar, empty though needed, or too long. */
function sent(input: unknown, context: Issues, max: number, required: boolean, expected: string): string | undefined {
  let text: string;
  if (typeof input === 'string') text = input.trim();
  else if (typeof input === 'number') text = String(input);
  else if (input === undefined || input === null) text = '';
  else {
    refuse(context, 'FIELD_TYPE', expected, input);
    return undefined;
  }
  if (text === '' && required) {
    refuse(context, 'FIELD_MISSING', expected, input);
    return undefined;
  }
  if (text.length > max) {
    refuse(context, 'FIELD_TOO_LONG', expected, text);
    return undefined;
  }
  return text;
}

function field<T>(json: { type: string | string[]; maxLength?: number; description: string }, read: Read<T>, told: About = OTHER): Field<T> {
  const schema = z.transform<unknown, T>((input, context) => read(input, context as Issues)).meta(json) as unknown as Field<T>;
  READS.set(schema, read);
  ABOUT.set(schema, told);
  return schema;
}

/**
 * All fields of a shape, read into one object literal: one hidden class for every document, and a third of the time of the same schemas under z.compile, which
 * generates code in the same way. The names in the code are the contract's own, never a sender's. The first issue ends its use: then zod says what is wrong.
 */
export function flat<S extends z.ZodRawShape>(shape: S): Read<z.output<z.ZodObject<S>>> {
  const names = Object.keys(shape);
  const reads = names.map((name) => {
    const read = READS.get(shape[name] as z.core.$ZodType);
    if (read === undefined || !/^[a-z]\w*$/i.test(name)) throw new Error(`field ${name} of a contract: expected a schema of schemas/trade/fields.ts under a plain name`);
    return read;
  });
  const literal = names.map((name, i) => `${name}: read${i}(sent.${name}, context)`).join(', ');
  return new Function(...names.map((_, i) => `read${i}`), `return (sent, context) => ({ ${literal} });`)(...reads) as Read<z.output<z.ZodObject<S>>>;
}

/** Free wording: names, addresses, models. */
export function text(max: number, required = false): Field<string> {
  const expected = `${required ? 'a text' : 'a text or nothing'} of at most ${max} characters`;
  return field({ type: 'string', maxLength: max, description: expected }, (input, context) => {
    if (isNothing(input)) return required ? missing(input, context, expected) : '';
    if (typeof input === 'string' && input.length <= max && isTidy(input)) return input;
    return sent(input, context, max, required, expected)?.toWellFormed() ?? '';
  }, about('text', required, max));
}

/** A code of letters that some senders write small: `i` is I. */
export function letter(max: number): Field<string> {
  const plainly = code(max);
  const read = readOf(plainly) as Read<string>;
  const expected = `a letter or nothing, of at most ${max} characters`;
  return field({ type: 'string', maxLength: max, description: expected }, (input, context) => (
    input === 'I' || input === 'E' ? input : short(read(input, context).toUpperCase(), context, max, expected)), about('code', false, max));
}

/** Codes and numbers that name something: full-width characters become plain ones. */
export function code(max: number, required = false): Field<string> {
  const expected = `${required ? 'a code' : 'a code or nothing'} of at most ${max} characters`;
  return field({ type: ['string', 'number'] as string[], maxLength: max, description: expected }, (input, context) => {
    if (isNothing(input)) return required ? missing(input, context, expected) : '';
    if (typeof input === 'string' && input.length <= max && isPlain(input)) return input;
    return short(plain(sent(input, context, max, required, expected) ?? '').toWellFormed(), context, max, expected);
  }, about('code', required, max));
}

/** A code that becomes part of a key: the keys' own separator and control characters would make two documents look like one. */
export function key(max: number, required = false): Field<string> {
  const expected = `${required ? 'a code' : 'a code or nothing'} of at most ${max} characters without | and control characters`;
  return field({ type: ['string', 'number'] as string[], maxLength: max, description: expected }, (input, context) => {
    if (isNothing(input)) return required ? missing(input, context, expected) : '';
    if (typeof input === 'string' && input.length <= max && isPlain(input) && !input.includes('|')) return input;
    const value = short(plain(sent(input, context, max, required, expected) ?? '').toWellFormed(), context, max, expected);
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit === 124 || unit < 32 || unit === 127) {
        refuse(context, 'FIELD_TYPE', expected, value);
        break;
      }
    }
    return value;
  }, about('key', required, max));
}

/** A plain form may be longer than what was sent: one Arabic ligature stands for eighteen letters. */
function short(value: string, context: Issues, max: number, expected: string): string {
  if (value.length > max) refuse(context, 'FIELD_TOO_LONG', expected, value);
  return value;
}

/** N19,5, never negative: money in yuan, weight in kg, quantity. Nothing sent counts as 0 where it is not required. */
export function amount(required = false): Field<Fixed5> {
  const expected = 'a decimal number of at least 0 with at most 14 digits before and 5 after the point';
  return field({ type: ['number', 'string'] as string[], maxLength: 40, description: expected }, (input, context) => {
    if (isNothing(input)) return required ? (missing(input, context, expected), 0) : 0;
    if (typeof input !== 'number') {
      const given = sent(input, context, 40, required, expected);
      if (given === undefined || given === '') return 0;
      return number(isPlain(given) ? given : nfkc(given), context, expected);
    }
    return number(input, context, expected);
  }, about('amount', required, 40, (value) => formatFixed5(value as Fixed5)));
}

function number(given: string | number, context: Issues, expected: string): Fixed5 {
  const value = parseFixed5(given);
  if (!isReason(value)) return value;
  refuse(context, value, expected, given);
  return 0;
}

/** Whole number, 0 where nothing was sent. */
export function whole(lowest: number, highest: number, required = false): Field<number> {
  const expected = `a whole number from ${lowest} to ${highest}`;
  const most = Math.max(12, String(highest).length + 1);
  return field({ type: ['integer', 'string'], maxLength: most, description: expected }, (input, context) => {
    if (typeof input === 'number' && Number.isInteger(input) && input >= lowest && input <= highest) return input + 0;
    const given = sent(input, context, most, required, expected);
    if (given === undefined || given === '') return 0;
    const text = isPlain(given) ? given : nfkc(given);
    const value = /^[+-]?\d+(\.0*)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    refuse(context, lowest >= 0 && value < 0 ? 'NEGATIVE_AMOUNT' : 'FIELD_TYPE', expected, given);
    return 0;
  }, about('whole', required, 12, asText, lowest, highest));
}

/** Beijing time → epoch ms; 0 where nothing was sent. */
export function time(required = false): Field<number> {
  const expected = 'a Beijing time YYYYMMDDhhmmss of the calendar';
  return field({ type: 'string', maxLength: 30, description: expected }, (input, context) => {
    const given = sent(input, context, 30, required, expected);
    if (given === undefined || given === '') return 0;
    const at = parseBeijing(isPlain(given) ? given : nfkc(given));
    if (at === undefined) refuse(context, 'BAD_TIME', expected, given);
    // 0 means that nothing was sent, but is also 08:00 on 1 January 1970 in Beijing, a broken clock's favourite.
    return at === 0 ? -1 : at ?? 0;
  }, about('time', required, 30, writeTime));
}

/** A day that was sent without an hour stays one: customs' ieDate has eight digits. */
const writeTime = (value: unknown, sent: unknown): string => {
  const written = formatBeijing(value as number);
  return /^\d{4}[-/]?\d\d[-/]?\d\d$/.test(plain(String(sent))) ? written.slice(0, 8) : written;
};

export function appType(): Field<AppType> {
  const expected = '1 (new), 2 (change) or 3 (delete)';
  return field<AppType>({ type: ['string', 'integer'], maxLength: 2, description: expected }, (input, context) => {
    if (input === '1' || input === undefined) return 1;
    const given = plain(sent(input, context, 20, false, expected) ?? '1');
    if (given === '' || given === '1') return 1;
    if (given === '2' || given === '3') return Number(given) as AppType;
    refuse(context, 'BAD_APP_TYPE', expected, given);
    return 1;
  }, about('appType', false, 2));
}

/** 36 characters in upper case in the official contract; senders differ. Braces and missing hyphens are put right; whatever else is longer is no guid, and a cut one might be another's. */
export function guid(): Field<string> {
  const expected = `a guid of at most ${GUID_LENGTH} characters, or nothing`;
  return field({ type: 'string', maxLength: GUID_LENGTH + 2, description: expected }, (input, context) => {
    if (isNothing(input)) return '';
    if (typeof input === 'string' && input.length === GUID_LENGTH && isPlain(input)) return input.toUpperCase();
    const given = plainGuid(sent(input, context, GUID_LENGTH + 2, false, expected) ?? '');
    if (given.length > GUID_LENGTH) refuse(context, 'FIELD_TOO_LONG', expected, given);
    return given;
  }, about('guid', false, GUID_LENGTH));
}

/** What every document that a party submits begins with. */
export const submitted = () => ({ guid: guid(), appType: appType(), appTime: time(), appStatus: code(3) });

/** A measured value, rounded to 0.00001: position, temperature, speed. `absent` where nothing was sent. */
export function measure(lowest: number, highest: number, absent: Fixed5, required = false): Field<Fixed5> {
  const expected = `a decimal number from ${lowest} to ${highest}`;
  return field({ type: ['number', 'string'] as string[], maxLength: 40, description: expected }, (input, context) => {
    const given = sent(input, context, 40, required, expected);
    if (given === undefined || given === '') return absent;
    const value = /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(nfkc(given)) || typeof input === 'number' ? Number(nfkc(given)) : Number.NaN;
    if (value >= lowest && value <= highest) return Math.round(value * FIXED5) + 0;
    refuse(context, 'FIELD_TYPE', expected, given);
    return absent;
  }, about('measure', required, 40, asSent, lowest, highest));
}

/** A time of messages that are not customs': epoch ms or with a zone, else Beijing time. Epoch ms; 0 where nothing was sent. */
export function instant(required = false): Field<number> {
  const expected = 'epoch milliseconds, or a time YYYYMMDDhhmmss or YYYY-MM-DDThh:mm:ss (Beijing time unless a zone offset follows)';
  return field({ type: ['string', 'integer'] as string[], maxLength: 40, description: expected }, (input, context) => instantOf(input, context, required, expected)[1], about('instant', required, 40, asSent));
}

/** The same, kept as text, for messages that give the zone in a field of its own. */
export function localTime(required = false): Field<string> {
  const expected = 'a time YYYYMMDDhhmmss or YYYY-MM-DDThh:mm:ss, with a zone offset or in the zone that tz names (none: Beijing), or epoch milliseconds';
  return field({ type: ['string', 'integer'] as string[], maxLength: 40, description: expected }, (input, context) => instantOf(input, context, required, expected)[0], about('instant', required, 40, asSent));
}

function instantOf(input: unknown, context: Issues, required: boolean, expected: string): [text: string, at: number] {
  const given = nfkc(sent(input, context, 40, required, expected) ?? '');
  if (given === '') return ['', 0];
  const at = parseInstant(given);
  if (at === undefined) refuse(context, 'BAD_TIME', expected, given);
  return [given, at === 0 ? -1 : at ?? 0];
}

/** Zone offset of a local time, `+09:00` or `Z`; '' where nothing was sent. */
export function zone(): Field<string> {
  const expected = 'a zone offset such as +08:00, or nothing';
  return field({ type: 'string', maxLength: 6, description: expected }, (input, context) => {
    const given = plain(sent(input, context, 6, false, expected) ?? '');
    if (given !== '' && parseZone(given) === undefined) refuse(context, 'BAD_TIME', expected, given);
    return given;
  }, about('zone', false, 6, asSent));
}

/** One of a few words, in any case, as its own name in `words`; '' where nothing was sent. */
export function oneOf(words: Readonly<Record<string, string>>, required = false): Field<string> {
  const expected = `one of ${Object.keys(words).join(', ')}${required ? '' : ', or nothing'}`;
  return field({ type: 'string', maxLength: 20, description: expected }, (input, context) => {
    const given = plain(sent(input, context, 20, required, expected) ?? '').toLowerCase();
    const known = given === '' ? '' : Object.hasOwn(words, given) ? words[given] : undefined;
    if (known === undefined) refuse(context, 'FIELD_TYPE', expected, given);
    return known ?? '';
  }, about('word', required, 20, asSent, 0, 0, Object.keys(words)));
}

const MAX_DEPTH = 16;
const deeper = (value: unknown, depth: number): boolean =>
  typeof value === 'object' && value !== null && (depth > MAX_DEPTH || Object.values(value).some((inner) => deeper(inner, depth + 1)));
/** What nests deeper than any customs message could not even be written down again. Why, or undefined. */
export const tooDeep = (value: unknown): string | undefined => (deeper(value, 1) ? `expected at most ${MAX_DEPTH} levels; given: more` : undefined);

/** Text or structure of any length that is only kept sealed: the contract names it, and nothing after intake reads more than whether it was sent. */
export function sealed(): Field<boolean> {
  const expected = `anything of at most ${MAX_DEPTH} levels, kept sealed`;
  return field({ type: ['string', 'object', 'array', 'null'] as string[], description: expected }, (input, context) => {
    if (tooDeep(input) !== undefined) refuse(context, 'TOO_DEEP', expected, input);
    return !isNothing(input);
  }, about('sealed', false, 0, asSent));
}

/** Customs lets a list have some dozen lines; a thousand is no consumer's order. */
export const MOST_LINES = 1000;
/** A flight's parcels come in one list or in parts. */
export const MOST_PARCELS = 10_000;

export function lines<L extends z.ZodRawShape>(shape: L, required: boolean, most = MOST_LINES) {
  const open = z.array(z.object(shape)).max(most, { message: `expected at most ${most} lines` });
  const list = required ? open.min(1, { message: 'expected at least one line; given: none' }) : open;
  const read = flat(shape);
  ABOUT.set(list, about('other', required, most));
  READS.set(list, (input, context) => {
    const fits = Array.isArray(input) && input.length <= most && (input.length > 0 || !required);
    if (fits) return input.map((line) => read(line, context));
    refuse(context, 'FIELD_TYPE', 'lines', input);
    return [];
  });
  return list;
}
