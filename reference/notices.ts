/**
 * What can be read from a food notice, which mostly names no brand, article number or lot but a kind of goods in a sentence: "aflatoxins (B1 = 12) in pistachios from
 * Iran, via Turkey". The kind, what it is called in Chinese, the headings that it is declared under, where it comes from. Pure.
 */
import type { Seed } from '../seeds/csv.ts';

export interface Kind { names: string[]; hs: string[] }
export interface FeedNames {
  /** By the English term, in lower case and without a plural's end. */
  terms: ReadonlyMap<string, Kind>;
  /** Headings of a feed's product category, in lower case. */
  categories: ReadonlyMap<string, string[]>;
  /** ISO alpha-3 by country name in lower case. */
  countries: ReadonlyMap<string, string>;
}
export const NO_NAMES: FeedNames = { terms: new Map(), categories: new Map(), countries: new Map() };

const lower = (text: string | undefined): string => (text ?? '').trim().toLowerCase();
const list = (text: string | undefined, by: string): string[] => (text ?? '').split(by).map((part) => part.trim()).filter((part) => part !== '');
/** `seeds` and `seed` are one kind; `ss` is no plural. */
export const stem = (word: string): string => (word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word);
const stems = (text: string): string[] => (lower(text).normalize('NFKC').match(/[\p{L}\p{N}]+/gu) ?? []).map(stem);

export function feedNames(seeds: Record<'terms' | 'categories' | 'countries' | 'moreCountries', Pick<Seed, 'rows'>>): FeedNames {
  return {
    terms: new Map(seeds.terms.rows.map((row) => [stems(row['term'] ?? '').join(' '), { names: [row['term'] ?? '', ...list(row['names_zh'], ';')], hs: list(row['hs_prefixes'], ' ') }])),
    categories: new Map(seeds.categories.rows.map((row) => [lower(row['category']), list(row['hs_prefixes'], ' ')])),
    countries: new Map([...seeds.countries.rows.map((row) => [lower(row['name_en']), row['iso_alpha3'] ?? ''] as const), ...seeds.moreCountries.rows.map((row) => [lower(row['name']), row['iso_alpha3'] ?? ''] as const)]),
  };
}

/** Where the goods' own name ends. */
const AFTER = /\s*(?:,|;|\(|\s(?:from|originating|produced|manufactured|packed|dispatched|imported|via|with|without|containing|flavou?red|filled|covered|sold|labelled|intended|by|for|and)\s).*$/is;
/** Words behind the kind that do not change it. */
const STATE = new Set(['in', 'shell', 'kernel', 'whole', 'frozen', 'chilled', 'fresh', 'dried', 'organic', 'ground', 'raw', 'roasted', 'salted', 'natural', 'powder', 'capsule', 'tablet', 'product']);

/** The goods of `… in GOODS from …`; '' where the sentence has another form. Of two languages with a slash between, the one that has it last. */
export function goodsIn(subject: string): string {
  for (const sentence of subject.split(/\/(?=\s*\p{Lu})/u).reverse()) {
    const goods = /^.*?\)?\s(?:found |detected |present )?in (.+)$/is.exec(sentence.replace(/\([^()]*\)/g, ' ').replace(/\s+/g, ' '))?.[1];
    if (goods !== undefined) return ` ${goods} `.replace(AFTER, '').replace(/["“”«»]/g, '').trim();
  }
  return '';
}

/** The term that the goods' name ends with: what stands before it tells it apart, what stands behind would make it something else. */
export function kindOf(goods: string, { terms }: FeedNames): Kind | undefined {
  const words = stems(goods);
  while (words.length > 0) {
    for (let from = 0; from < words.length; from++) {
      const kind = terms.get(words.slice(from).join(' '));
      if (kind) return kind;
    }
    if (!STATE.has(words.at(-1) as string)) return undefined;
    words.pop();
  }
  return undefined;
}

/** `from X` of the sentence, where the feed has no column for it. */
export const originIn = (subject: string): string => /\b(?:from|originating in|produced in) ((?:the )?[\p{Lu}][\p{L}'’ .-]*?)(?=,|;|\(|\)|$| via | and | with )/u.exec(subject)?.[1] ?? '';

/** `lot MW-48821`: with a digit, so that it is no word. */
export const lotsIn = (subject: string): string => [...subject.matchAll(/\b(?:lot|batch)(?: (?:no\.?|number|code))?:? ((?=[\w/-]*\d)[\w/-]{4,})/gi)].map((match) => match[1] as string).join('; ');

/** ISO codes where the names are known, else the names; `; ` between. */
export function countriesIn(text: string, { countries }: FeedNames): string {
  const whole = countries.get(lower(text));
  if (whole !== undefined) return whole;
  return [...new Set(list(text.replaceAll(';', ','), ',').map((name) => countries.get(lower(name)) ?? name))].join('; ');
}
