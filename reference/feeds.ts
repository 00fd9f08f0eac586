/**
 * The three public recall feeds to rows of the recalls table. Their exports differ from year to year, so fields are found by name in any case and with any
 * separators, and a record that cannot be read is left out with the reason instead of spoiling the rest. Pure.
 */
import { SaxesParser } from 'saxes';
import { parseCsv } from '../seeds/csv.ts';
import { dayOf, startOfDay } from './days.ts';
import type { Cells } from './diff.ts';
import { countriesIn, type FeedNames, goodsIn, kindOf, lotsIn, NO_NAMES, originIn } from './notices.ts';
import { gtinOf } from './recalls.ts';
import { DATES, TABLES } from './tables.ts';

export const FEEDS = ['safety-gate', 'cpsc', 'rasff'] as const;
export type Feed = (typeof FEEDS)[number];
export interface Imported { rows: Cells[]; skipped: { record: number; why: string }[] }

/** Values of a record by plain field name (lower case, letters and digits only). */
type Fields = ReadonlyMap<string, string[]>;

/** `day`: from when a recall holds whose record gives no date. `kindDays`: how long one holds that names no article but a kind of goods; such a notice is of one consignment. */
export interface Importing { day: string; kindDays?: number; names?: FeedNames }

export function importFeed(feed: Feed, text: string, { day, kindDays = 365, names = NO_NAMES }: Importing): Imported {
  const { rows, skipped } = collect(readers[feed](text), feed, { day, kindDays, names });
  // The same case in two exports of one file: the later one says more.
  return { rows: [...new Map(rows.map((row) => [`${row.case_id}\n${row.product}\n${row.model}`, row])).values()], skipped };
}

function collect(records: Fields[], feed: Feed, { day, kindDays, names }: Required<Importing>): Imported {
  const rows: Cells[] = [];
  const skipped: Imported['skipped'] = [];
  for (const [record, fields] of records.entries()) {
    const given = shapes[feed](fields, names);
    const from = dayIn(first(fields, 'date', 'recalldate', 'publicationdate', 'dateofcase', 'validationdate', 'publisheddate', 'notificationdate', 'ecvalidationdate')) || day;
    const article = [given.brand, given.model, given.gtin].some((cell) => cell !== undefined && cell !== '');
    if (!given.case_id) skipped.push({ record, why: 'no case number' });
    else rows.push(rowOf({ ...given, origin: countriesIn(given.origin ?? '', names), source: feed, valid_from: from, valid_to: article || !given.hs_prefix ? '' : dayOf(startOfDay(from) + kindDays * DAY) }));
  }
  return { rows, skipped };
}

const DAY = 86_400_000;
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const first = (fields: Fields, ...names: string[]): string => names.flatMap((name) => fields.get(name) ?? []).find((value) => value !== '') ?? '';
const all = (fields: Fields, ...names: string[]): string => [...new Set(names.flatMap((name) => fields.get(name) ?? []).filter((value) => value !== ''))].join('; ');

/** One line, no key separator, of bearable length. */
const clean = (value: string): string => value.replace(/\s+/g, ' ').replaceAll('|', '/').trim().slice(0, 400);

function rowOf(given: Cells): Cells {
  const row: Cells = {};
  for (const name of [...Object.keys(TABLES.recalls.columns), ...DATES]) row[name] = clean(given[name] ?? '');
  return row;
}

/** GTINs among what a feed calls barcode; whatever else stands there is taken as a batch. */
function codesOf(text: string): { gtin: string; batch: string } {
  const parts = text.split(/[,;/\n]/).map((part) => part.trim()).filter((part) => part !== '');
  const digits = (part: string): string => part.replace(/^[a-z. :]+(?=\d)/i, '').replace(/[\s-]/g, '');
  const gtins = parts.map(digits).filter((part) => gtinOf(part) !== '');
  return { gtin: [...new Set(gtins)].join(' '), batch: parts.filter((part) => gtinOf(digits(part)) === '').join('; ') };
}

/** `2026-01-05T00:00:00`, `05/01/2026`, `05-01-2026 10:11`: the day, or '' where it is none of the calendar. */
function dayIn(text: string): string {
  const iso = /^(\d{4}-\d\d-\d\d)/.exec(text)?.[1];
  const european = /^(\d\d)[/.-](\d\d)[/.-](\d{4})/.exec(text);
  const day = iso ?? (european ? `${european[3]}-${european[2]}-${european[1]}` : '');
  return Number.isNaN(startOfDay(day)) ? '' : day;
}

const shapes: Record<Feed, (fields: Fields, names: FeedNames) => Cells> = {
  'safety-gate': (f) => {
    const codes = codesOf(all(f, 'barcode', 'barcodes', 'gtin'));
    const batches = codesOf(all(f, 'batchnumber', 'batchnumbers', 'batch', 'batchnumberbarcode'));
    return {
      case_id: first(f, 'casenumber', 'alertnumber', 'reference'), category: first(f, 'category', 'productcategory'), product: first(f, 'name', 'product', 'productname'), brand: real(first(f, 'brand')),
      model: real(first(f, 'model', 'typenumberofmodel', 'modelnumber')), gtin: [codes.gtin, batches.gtin].filter(Boolean).join(' '), batch: real([codes.batch, batches.batch].filter(Boolean).join('; ')),
      risk_type: all(f, 'risktype'), risk_level: first(f, 'risklevel', 'level', 'type'), danger: all(f, 'danger', 'riskdescription'), measures: all(f, 'measures', 'measure'),
      notifier: first(f, 'notifyingcountry', 'country'), origin: first(f, 'countryoforigin', 'origin'), url: first(f, 'url', 'casurl', 'caseurl', 'reference'),
    };
  },
  cpsc: (f) => {
    const codes = codesOf(all(f, 'productupcsupc', 'upc'));
    return {
      case_id: first(f, 'recallnumber', 'recallid'), category: first(f, 'productstype', 'productscategoryid'), product: first(f, 'productsname', 'title'),
      // The feed has no brand; titles begin with it: `Acme Recalls Kettles Due to …`.
      brand: /^(.{2,60}?) (?:and .+ )?recalls? /i.exec(first(f, 'title'))?.[1] ?? first(f, 'manufacturersname'), model: real(first(f, 'productsmodel')), ...codes, risk_type: all(f, 'hazardshazardtype'),
      risk_level: '', danger: all(f, 'hazardsname'), measures: all(f, 'remediesname', 'remedyoptionsoption'), notifier: 'USA', origin: all(f, 'manufacturercountriescountry'), url: first(f, 'url'),
    };
  },
  rasff: (f, names) => ({
    case_id: first(f, 'reference', 'notificationreference'), category: first(f, 'category', 'productcategory'), ...foodOf(f, names), brand: real(first(f, 'brand', 'brandname')), model: '',
    ...codesOf(all(f, 'barcode', 'gtin', 'batch', 'lot', 'lotnumber', 'batchnumber') || lotsIn(first(f, 'subject'))), risk_type: all(f, 'hazards', 'hazard', 'hazardobserved'), risk_level: first(f, 'riskdecision'), danger: first(f, 'subject'),
    measures: first(f, 'classification', 'notificationclassification', 'type'), notifier: first(f, 'notifyingcountry', 'country'), origin: all(f, 'origin', 'countryoforigin', 'origincountries') || originIn(first(f, 'subject')),
    url: first(f, 'url'),
  }),
};

/** What the goods are called, the kind's names behind; and their headings, else those of the feed's category. */
function foodOf(f: Fields, names: FeedNames): Cells {
  const goods = first(f, 'product', 'productname', 'productdescription') || goodsIn(first(f, 'subject'));
  const kind = kindOf(goods, names);
  const hs = kind?.hs ?? names.categories.get(first(f, 'category', 'productcategory').toLowerCase()) ?? [];
  return { product: [...new Set([goods || first(f, 'subject'), ...(kind?.names ?? [])])].map((name) => name.replaceAll(';', ',')).join('; '), hs_prefix: goods === '' ? '' : hs.join(' ') };
}

/** Feeds write `Unknown` where they know nothing: no brand to look for. */
const real = (value: string): string => (/^(unknown|n\/?a|none|not specified|-)$/i.test(value.trim()) ? '' : value);

const readers: Record<Feed, (text: string) => Fields[]> = {
  'safety-gate': (text) => (text.trimStart().startsWith('<') ? xmlRecords(text, ['casenumber', 'alertnumber']) : jsonRecords(text)),
  cpsc: (text) => jsonRecords(text).flatMap(byProduct),
  rasff: (text) => (text.trimStart().startsWith('<') ? xmlRecords(text, ['reference']) : /^\s*[[{]/.test(text) ? jsonRecords(text) : csvRecords(text)),
};

/** Elements of the name that a marked one has: one without its mark is a record too, which is then left out with the reason. Entities are not expanded by the parser. */
function xmlRecords(text: string, marks: string[]): Fields[] {
  const closed: { name: string; fields: Map<string, string[]> }[] = [];
  const open: { fields: Map<string, string[]>; text: string }[] = [{ fields: new Map(), text: '' }];
  const parser = new SaxesParser();
  const top = () => open.at(-1) as (typeof open)[0];
  const marked = (fields: Fields): boolean => marks.some((mark) => fields.has(mark));
  parser.on('error', (error) => { throw new Error(`the feed is no readable XML: ${error.message.slice(0, 200)}`); });
  parser.on('opentag', () => open.push({ fields: new Map(), text: '' }));
  parser.on('text', (piece) => { top().text += piece; });
  parser.on('cdata', (piece) => { top().text += piece; });
  parser.on('closetag', ({ name }) => {
    const { fields, text: content } = open.pop() as (typeof open)[0];
    if (fields.size > 0) closed.push({ name, fields });
    if (marked(fields)) return;
    if (content.trim() !== '') add(top().fields, plain(name), content.trim());
    for (const [key, values] of fields) for (const value of values) add(top().fields, key, value);
  });
  parser.write(text).close();
  const names = new Set(closed.filter(({ fields }) => marked(fields)).map(({ name }) => name));
  return closed.filter(({ name }) => names.has(name)).map(({ fields }) => fields);
}

function jsonRecords(text: string): Fields[] {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new Error(`the feed is no readable JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  const list = Array.isArray(given) ? given : typeof given === 'object' && given !== null ? (Object.values(given).find(Array.isArray) ?? [given]) : [];
  return (list as unknown[]).map((item) => {
    const fields = new Map<string, string[]>();
    flatten('', item, fields, 0);
    return fields;
  });
}

/** `{Products: [{Name}]}` gives `productsname`. */
function flatten(path: string, value: unknown, into: Map<string, string[]>, depth: number): void {
  if (depth > 6 || value === null || value === undefined) return;
  if (Array.isArray(value)) for (const item of value) flatten(path, item, into, depth + 1);
  else if (typeof value === 'object') for (const [name, inner] of Object.entries(value)) flatten(path + plain(name), inner, into, depth + 1);
  else add(into, path, String(value).trim());
}

/** A recall of several products is one row for each: names and models stand in the same order. */
function byProduct(fields: Fields): Fields[] {
  const names = fields.get('productsname') ?? [];
  const models = fields.get('productsmodel') ?? [];
  if (names.length < 2) return [fields];
  return names.map((name, i) => new Map([...fields, ['productsname', [name]], ['productsmodel', [models.length === names.length ? (models[i] as string) : '']]]));
}

function csvRecords(text: string): Fields[] {
  const [head, ...rows] = parseCsv('feed', text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const names = head?.fields.map(plain) ?? [];
  return rows.map(({ fields }) => new Map(names.map((name, i) => [name, [fields[i]?.trim() ?? '']])));
}

function add(into: Map<string, string[]>, name: string, value: string): void {
  const known = into.get(name);
  if (known) known.push(value);
  else into.set(name, [value]);
}
