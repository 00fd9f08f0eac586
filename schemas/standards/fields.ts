/** A message's contract as rows, one a field: what JSON Schema, XSD, pages and the validator's page are written from. */
import type { z } from 'zod';
import { type Meaning, meaningOf } from '../customs/dictionary.ts';
import type { DocumentMessage } from '../customs/messages.ts';
import type { Bilingual } from '../risk/alert.ts';
import type { Contract } from '../trade/contract.ts';
import { CONTRACTS } from '../trade/contracts.ts';
import { type About, aboutOf } from '../trade/fields.ts';

export interface Row {
  /** `orderNo`, or `items.price` for a field of a line. */
  path: string;
  name: string;
  about: About;
  required: boolean;
  /** Also where the document is deleted (appType 3): what names it. */
  always: boolean;
  meaning: Meaning;
}
export interface Rows { head: Row[]; lines: Row[]; hasLines: boolean; linesRequired: boolean; mostLines: number }

type Schema = z.ZodType<unknown>;
/** Paths that a schema misses in a document: the contract itself says what it requires. */
function missedBy(schema: Schema, document: unknown): Set<string> {
  const result = schema.safeParse(document);
  return new Set(result.success ? [] : result.error.issues.map(({ path }) => path.filter((step) => typeof step === 'string').join('.')));
}

export function rowsOf(type: DocumentMessage): Rows {
  const { whole, deletion, shape, lineShape }: Contract<unknown> = CONTRACTS[type];
  const hasLines = 'items' in shape;
  const needed = new Set([...missedBy(whole, hasLines ? { items: [] } : {}), ...(hasLines ? missedBy(whole, { items: [{}] }) : [])]);
  const always = missedBy(deletion, hasLines ? { items: [] } : {});
  const row = (prefix: string) => ([name, schema]: [string, z.ZodRawShape[string]]): Row => {
    const path = prefix + name;
    const meaning = meaningOf(type, path);
    if (meaning === undefined) throw new Error(`schemas/customs/dictionary.ts: no entry for ${path} of ${type}; every field of a contract needs one, in English and Chinese`);
    return { path, name, about: aboutOf(schema as z.core.$ZodType), required: needed.has(path), always: always.has(path), meaning };
  };
  const head = Object.entries(shape).filter(([name]) => name !== 'items').map(row(''));
  return { head, lines: Object.entries(lineShape).map(row('items.')), hasLines, linesRequired: needed.has('items'), mostLines: hasLines ? aboutOf(shape['items'] as z.core.$ZodType).max : 0 };
}

export function exampleValue({ about, meaning }: Row): unknown {
  if (about.kind === 'measure') return Number(meaning.example);
  return about.kind === 'text' ? meaning.example.slice(0, about.max) : meaning.example;
}

/** A synthetic document with every field, or (`least`) with those that it cannot do without. */
export function exampleOf(type: DocumentMessage, least = false, deletion = false): Record<string, unknown> {
  const rows = rowsOf(type);
  const kept = (row: Row): boolean => row.name === 'appType' || (deletion ? row.always : !least || row.required);
  const values = (some: readonly Row[]) => Object.fromEntries(some.filter(kept).map((row) => [row.name, deletion && row.name === 'appType' ? '3' : exampleValue(row)]));
  return { type, ...values(rows.head), ...(rows.hasLines && !deletion && (!least || rows.linesRequired) ? { items: [values(rows.lines)] } : {}) };
}

/** The form of a field in words. */
export function formWords({ kind, max, lowest, highest, words }: About): Bilingual {
  switch (kind) {
    case 'amount': return { en: 'decimal, at most 5 places (N19,5)', zh: '十进制数，最多5位小数（N19,5）' };
    case 'whole': return { en: `whole number ${lowest} to ${highest}`, zh: `整数 ${lowest} 至 ${highest}` };
    case 'time': return { en: 'YYYYMMDD, or with hhmmss (and milliseconds)', zh: 'YYYYMMDD，或加 hhmmss（及毫秒）' };
    case 'measure': return { en: `decimal ${lowest} to ${highest}`, zh: `十进制数 ${lowest} 至 ${highest}` };
    case 'instant': return { en: 'YYYYMMDDhhmmss or ISO 8601', zh: 'YYYYMMDDhhmmss 或 ISO 8601' };
    case 'zone': return { en: 'offset such as +08:00', zh: '偏移量，如 +08:00' };
    case 'word': return { en: `one of ${words.join(', ')}`, zh: `取值 ${words.join('、')}` };
    case 'sealed': return { en: 'anything, kept sealed', zh: '任意内容，密封保存' };
    case 'appType': return { en: '1, 2 or 3; 1 where left out', zh: '1、2 或 3，省略为 1' };
    case 'key': return { en: `code, at most ${max}, without |`, zh: `代码，不超过${max}位，不含 |` };
    case 'code': return { en: `code, at most ${max}`, zh: `代码，不超过${max}位` };
    default: return { en: `text, at most ${max}`, zh: `文本，不超过${max}位` };
  }
}
