/** The keys of a rule file: which there are, which are required, and what each holds. */
import type { Bilingual } from '../schemas/risk/alert.ts';
import type { Context } from './compile.ts';
import { didYouMean } from './findings.ts';
import { isRecord } from './parse.ts';
import type { Doc } from './parse.ts';

type Kind = 'text' | 'number' | 'both' | 'texts' | 'map' | 'list' | 'flag' | 'any';
const REQUIRED: Record<string, Kind> = {
  id: 'text',
  indicator: 'text',
  version: 'number',
  status: 'text',
  title: 'both',
  description: 'both',
  basis: 'text',
  falsePositives: 'both',
  on: 'any',
  subject: 'any',
  features: 'map',
  bands: 'map',
  reason: 'both',
  action: 'both',
  examples: 'list',
};
const OPTIONAL: Record<string, Kind> = {
  owner: 'both',
  references: 'texts',
  where: 'text',
  each: 'text',
  value: 'text',
  support: 'map',
  cooldown: 'text',
  easeAfter: 'text',
  dependsOnFeeds: 'texts',
  affectsFeed: 'flag',
  weight: 'any',
  tables: 'texts',
};
const KEYS = [...Object.keys(REQUIRED), ...Object.keys(OPTIONAL)];

export function checkKeys(doc: Doc, raw: Record<string, unknown>, { findings }: Context): void {
  for (const key of Object.keys(raw))
    if (!KEYS.includes(key)) findings.add('unknown-key', doc, [key], `unknown key \`${key}\``, didYouMean(key, KEYS), 'key');
  for (const key of Object.keys(REQUIRED))
    if (raw[key] === undefined || raw[key] === null) findings.add('missing-key', doc, [key], `required key \`${key}\` is missing`);
  for (const [key, kind] of Object.entries({ ...REQUIRED, ...OPTIONAL })) {
    const value = raw[key];
    if (value === undefined || value === null) continue;
    if (kind === 'both') {
      for (const tongue of ['en', 'zh'] as const)
        if (textOf(value, tongue) === '') findings.add('language', doc, [key, tongue], `${key} is needed in en and zh: ${tongue} is missing`);
    } else if (!fits(value, kind))
      findings.add('wrong-type', doc, [key], `${key}: expected ${EXPECTED[kind]}, given \`${JSON.stringify(value)?.slice(0, 60)}\``);
  }
}

const EXPECTED: Record<Kind, string> = {
  text: 'a text',
  number: 'a whole number above 0',
  both: 'en and zh',
  texts: 'a list of texts',
  map: 'keys and values',
  list: 'a list',
  flag: 'true or false',
  any: 'a value',
};

function fits(value: unknown, kind: Kind): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'number') return Number.isInteger(value) && (value as number) > 0;
  if (kind === 'texts') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (kind === 'map') return isRecord(value);
  if (kind === 'list') return Array.isArray(value);
  return kind === 'flag' ? typeof value === 'boolean' : true;
}

export const textOf = (value: unknown, tongue: 'en' | 'zh'): string => (isRecord(value) && typeof value[tongue] === 'string' ? value[tongue] : '');
export const both = (value: unknown): Bilingual => ({ en: textOf(value, 'en').trim(), zh: textOf(value, 'zh').trim() });
export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
