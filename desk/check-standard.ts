/** The published standard of a message, as the page needs it: what a field is, and what its codes are called. */
import { get } from './api.ts';
import type { Bilingual } from './text.ts';

export interface FieldOf {
  label: Bilingual;
  meaning: Bilingual;
  form: Bilingual;
  required: boolean;
  unit: string;
  personal: boolean;
  /** Name of a code list, or ''. */
  codes: string;
}
export interface Codes {
  complete: boolean;
  title: Bilingual;
  names: Map<string, Bilingual>;
}

interface Property {
  title?: string;
  description?: string;
  [extension: `x-${string}`]: string | boolean | undefined;
}
interface Part {
  properties?: Record<string, Property>;
  required?: string[];
}
interface Schema extends Part {
  'x-customs-message'?: string;
  else?: Part;
  allOf?: Part[];
  $defs?: { line?: Part };
}

const fieldsOf = (prefix: string, part: Part, required: readonly string[]): [string, FieldOf][] =>
  Object.entries(part.properties ?? {})
    .filter(([, p]) => p.title !== undefined)
    .map(([name, p]) => [
      prefix + name,
      {
        label: { en: p.title ?? name, zh: String(p['x-title-zh'] ?? name) },
        meaning: { en: p.description ?? '', zh: String(p['x-description-zh'] ?? '') },
        form: { en: String(p['x-form'] ?? ''), zh: String(p['x-form-zh'] ?? '') },
        required: required.includes(name),
        unit: String(p['x-unit'] ?? ''),
        personal: p['x-personal-data'] !== false,
        codes: /^codes\/([\w-]+)/.exec(String(p['x-code-list'] ?? ''))?.[1] ?? '',
      },
    ]);

export interface Standard {
  /** By path without indices, `items.qty`. Empty where the type has no standard. */
  fields: Map<string, FieldOf>;
  /** It has an official XML form. */
  official: boolean;
}
const NONE: Standard = { fields: new Map(), official: false };

const standards = new Map<string, Promise<Standard>>([['', Promise.resolve(NONE)]]);
export function standardOf(type: string): Promise<Standard> {
  const known = standards.get(type);
  if (known) return known;
  const asked = get<Schema>(`/v1/standards/${encodeURIComponent(type)}.schema.json`).then(
    (schema) => {
      const required = [...(schema.required ?? []), ...(schema.else?.required ?? []), ...(schema.allOf ?? []).flatMap((part) => part.required ?? [])];
      const line = schema.$defs?.line ?? {};
      return { fields: new Map([...fieldsOf('', schema, required), ...fieldsOf('items.', line, line.required ?? [])]), official: schema['x-customs-message'] !== undefined };
    },
    () => NONE,
  );
  standards.set(type, asked);
  return asked;
}

interface Listed {
  complete: boolean;
  title: Bilingual;
  codes: { code: string; name: Bilingual; more: Record<string, string> }[];
}
const lists = new Map<string, Promise<Codes | undefined>>();
/** The codes valid on a day; senders may also write the ISO code beside customs' own. */
export function codesOf(list: string, day: string): Promise<Codes | undefined> {
  const key = `${list}${day === '' ? '' : `?at=${day}`}`;
  const known = lists.get(key);
  if (known) return known;
  const asked = get<Listed>(`/v1/standards/codes/${key}`).then(
    ({ complete, title, codes }) => {
      const named = ({ name, more }: Listed['codes'][number]): Bilingual => (name.en === '' && name.zh === '' ? { en: more.iso_alpha3 ?? '', zh: more.iso_alpha3 ?? '' } : name);
      const pairs = codes.flatMap((one): [string, Bilingual][] => [[one.code, named(one)], ...[one.more.iso_alpha3, one.more.iso_4217, one.more.upu].flatMap((iso): [string, Bilingual][] => (iso ? [[iso, named(one)]] : []))]);
      return { complete, title, names: new Map(pairs) };
    },
    () => undefined,
  );
  lists.set(key, asked);
  return asked;
}
