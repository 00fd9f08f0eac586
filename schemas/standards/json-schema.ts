/** JSON Schema (draft 2020-12) of a message's flat form. It asks for what a sender should write; intake also takes other spellings and full-width digits. */
import type { Message } from '../customs/messages.ts';
import { SOURCES } from '../customs/dictionary.ts';
import type { About } from '../trade/fields.ts';
import { exampleValue, formWords, type Row, rowsOf } from './fields.ts';

export type JsonSchema = Record<string, unknown>;
export const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** Amounts are summed as integers of 0.00001: above this they would no longer be exact. */
const MOST = 90_071_992_547;
export const MOMENT = '(19|20)\\d\\d(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])(([01]\\d|2[0-3])[0-5]\\d[0-5]\\d(\\d{3})?)?';

/** So many digits that no number of them is above `highest`. */
const digits = (highest: number): number => String(highest).length - (/^9+$/.test(String(highest)) ? 0 : 1);

/** What is left out may also be sent empty. */
const ISO = '(19|20)\\d\\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,3})?(Z|[+-](0\\d|1[0-3]):?[0-5]\\d)?';
const pattern = (form: string, required: boolean): string => (required ? `^(${form})$` : `^(${form})?$`);

export function formOf({ kind, max, lowest, highest, words }: About, required: boolean): JsonSchema {
  switch (kind) {
    case 'amount': return { type: ['string', 'number'], pattern: pattern('[0-8]?\\d{1,10}(\\.\\d{1,5})?', required), minimum: 0, maximum: MOST };
    case 'whole': return { type: ['integer', 'string'], pattern: pattern(`${lowest < 0 ? '-?' : ''}\\d{1,${digits(highest)}}`, required), minimum: lowest, maximum: highest };
    case 'time': return { type: 'string', pattern: pattern(MOMENT, required) };
    case 'measure': return { type: 'number', minimum: lowest, maximum: highest };
    case 'instant': return { type: 'string', pattern: pattern(`${MOMENT}|${ISO}`, required) };
    case 'zone': return { type: 'string', pattern: pattern('Z|[+-](0\\d|1[0-3]):[0-5]\\d', required) };
    case 'word': return { enum: [...words, ...(required ? [] : [''])] };
    case 'sealed': return {};
    case 'appType': return { enum: ['1', '2', '3', 1, 2, 3] };
    case 'key': return { type: 'string', maxLength: max, pattern: required ? '^[^|\\s\\u0000-\\u001f\\u007f][^|\\u0000-\\u001f\\u007f]*$' : '^[^|\\u0000-\\u001f\\u007f]*$' };
    default: return { type: 'string', maxLength: max, ...(required ? { pattern: '\\S' } : {}) };
  }
}

const PERSONAL = { no: false, yes: true, may: 'may' } as const;

function property(row: Row): JsonSchema {
  const { about, required, meaning } = row;
  const form = formWords(about);
  const { label, meaning: means, unit, codes, personal, source, example } = meaning;
  return {
    title: label.en, 'x-title-zh': label.zh, description: means.en, 'x-description-zh': means.zh, 'x-form': form.en, 'x-form-zh': form.zh, ...formOf(about, required),
    ...(example === '' ? {} : { examples: [exampleValue(row)] }),
    ...(unit === '' ? {} : { 'x-unit': unit }), ...(codes === '' ? {} : { 'x-code-list': `codes/${codes}.json` }), 'x-personal-data': PERSONAL[personal], 'x-source': SOURCES[source].en,
  };
}

const named = (rows: readonly Row[], wanted: (row: Row) => boolean): string[] => rows.filter(wanted).map(({ name }) => name);

export function messageSchema({ type, number, title }: Message, version: number): JsonSchema {
  const { head, lines, hasLines, linesRequired, mostLines } = rowsOf(type);
  const deletable = head.some(({ name }) => name === 'appType');
  const always = ['type', ...named(head, (row) => row.always)];
  const whole = [...named(head, (row) => row.required && !row.always), ...(linesRequired ? ['items'] : [])];
  const isDeletion = { properties: { appType: { enum: ['3', 3] } }, required: ['appType'] };
  const asWhole = { ...(whole.length > 0 ? { required: whole } : {}), ...(linesRequired ? { properties: { items: { minItems: 1 } } } : {}) };
  return {
    $schema: DRAFT, $id: `${type}.schema.json`, title: title.en, 'x-title-zh': title.zh, 'x-version': version, ...(number ? { 'x-customs-message': `CEB${number}` } : {}),
    description: 'Flat form: customs’ own field names, lines under `items`. Further fields may be sent; they are kept sealed.',
    type: 'object',
    properties: {
      type: { const: type }, ...Object.fromEntries(head.map((row) => [row.name, property(row)])),
      ...(hasLines ? { items: { title: 'Lines', 'x-title-zh': '表体', type: 'array', maxItems: mostLines, items: { $ref: '#/$defs/line' } } } : {}),
    },
    required: always,
    ...(deletable ? { if: isDeletion, else: asWhole } : asWhole.required ? { allOf: [asWhole] } : {}),
    ...(hasLines ? { $defs: { line: { type: 'object', properties: Object.fromEntries(lines.map((row) => [row.name, property(row)])), required: named(lines, (row) => row.required) } } } : {}),
  };
}

/** The same without words: what a release freezes, since a better word is no new version. */
export function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== 'object' || schema === null) return schema;
  const words = (name: string, value: unknown) => name.startsWith('x-') || name.startsWith('$') && name !== '$ref' && name !== '$defs' || name === 'examples' || ((name === 'title' || name === 'description') && typeof value === 'string');
  return Object.fromEntries(Object.entries(schema).filter(([name, value]) => !words(name, value)).map(([name, value]) => [name, bare(value)]));
}
