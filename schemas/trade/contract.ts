/** Running a contract: field names as senders spell them → zod → the wire document, or the first problem with its path. */
import { z } from 'zod';
import type { Problem, Reason } from '../reasons.ts';
import { safeName, shapeOf } from '../reasons.ts';
import type { Person } from './envelope.ts';
import { flat, type Read, tooDeep, UNWORDED } from './fields.ts';

export type Wire = Record<string, unknown>;

/** Misspellings that senders are known for, beside the official misspelling acturalPaid. Lower case → customs' own name. */
export const SPELLINGS: Readonly<Record<string, string>> = {
  actualpaid: 'acturalPaid', acutalpaid: 'acturalPaid', consingee: 'consignee', consingeetelephone: 'consigneeTelephone', consingeeaddress: 'consigneeAddress',
  consigneetel: 'consigneeTelephone', consigneephone: 'consigneeTelephone', consigneeadress: 'consigneeAddress', buyertelphone: 'buyerTelephone', buyertel: 'buyerTelephone',
  consigneetelphone: 'consigneeTelephone', consigneemobile: 'consigneeTelephone', goodvalue: 'goodsValue', payeridcode: 'payerIdNumber', payermob: 'telephone',
  buyeridno: 'buyerIdNumber', payeridno: 'payerIdNumber', payertelephone: 'telephone', paytransactionno: 'payTransactionId', insurefee: 'insuredFee', insurancefee: 'insuredFee',
  itemdescribtion: 'itemDescribe', itemdescription: 'itemDescribe', quantity: 'qty', barcode: 'barCode', hscode: 'gcode', netweigth: 'netWeight', grossweigth: 'grossWeight',
};

/** Names under which a document's lines come. */
const LINE_LISTS = ['items', 'lines', 'orderlist', 'inventorylist', 'orderlists', 'inventorylists', 'itemlist', 'goodslist'];

export interface Contract<W> {
  /** Customs' own names in the order of the official message, each with its schema. */
  shape: z.ZodRawShape;
  lineShape: z.ZodRawShape;
  whole: z.ZodType<W>;
  /** A deletion (appType 3) need only name its document. */
  deletion: z.ZodType<W>;
  /** The same two as one flat reading each, for documents that are in order. */
  readWhole: Read<W>;
  readDeletion: Read<W>;
  /** Customs' own names: a document that has no others is read as it is. */
  own: ReadonlySet<string>;
  lineOwn: ReadonlySet<string>;
  names: ReadonlyMap<string, string>;
  lineNames: ReadonlyMap<string, string>;
  /** Every known name with undefined: a shape that stays the same for every document is fast to read. */
  blank: Wire;
  lineBlank: Wire;
  /** Free texts, which only live on sealed. */
  free: readonly string[];
  lineFree: readonly string[];
}

/** Keys are paths such as `note` or `items[0].itemDescribe`; no prototype, so a field may be called __proto__. */
type Extras = Record<string, unknown>;
/** `kept`: JSON of the extras and free texts, '' where there are none. */
export interface Parsed<W> { ok: true; wire: W; kept: string }
export type Reading<W> = Parsed<W> | { ok: false; problem: Problem };

/** What the mapping to a normalised document needs and only intake can give. */
export interface Derive {
  person(raw: RawPerson, at: number, same?: { raw: RawPerson; person: Person }): Person;
  words(...texts: string[]): { score: number; word: string };
  country(code: string, at: number): string;
  currency(code: string, at: number): string;
  /** Of a text that may lead to a person: a device, an account. */
  token(text: string): string;
}
export interface RawPerson { account: string; idType: string; idNumber: string; name: string; phone: string; address: string; district: string }
export const UNNAMED: RawPerson = { account: '', idType: '', idNumber: '', name: '', phone: '', address: '', district: '' };

function namesOf(shape: z.ZodRawShape): Map<string, string> {
  const names = new Map<string, string>();
  for (const name of Object.keys(shape)) names.set(name, name).set(name.toLowerCase(), name);
  for (const [wrong, right] of Object.entries(SPELLINGS)) if (right in shape && !names.has(wrong)) names.set(wrong, right);
  return names;
}

const blankOf = (shape: z.ZodRawShape): Wire => Object.fromEntries(Object.keys(shape).map((name) => [name, undefined]));

export function contract<H extends z.ZodRawShape>(parts: {
  head: (needed: boolean) => H; line?: z.ZodRawShape; free?: readonly string[]; lineFree?: readonly string[];
}): Contract<z.output<z.ZodObject<H>>> {
  const shape = parts.head(true);
  const bare = parts.head(false);
  const line = parts.line ?? {};
  const names = namesOf(shape);
  if (parts.line) for (const list of LINE_LISTS) names.set(list, 'items').set(list.toLowerCase(), 'items');
  type W = z.output<z.ZodObject<H>>;
  return {
    shape, lineShape: line,
    whole: z.object(shape) as unknown as z.ZodType<W>, deletion: z.object(bare) as unknown as z.ZodType<W>, readWhole: flat(shape), readDeletion: flat(bare),
    own: new Set([...Object.keys(shape), 'type']), lineOwn: new Set(Object.keys(line)),
    names, lineNames: namesOf(line), blank: blankOf(shape), lineBlank: blankOf(line), free: parts.free ?? [], lineFree: parts.lineFree ?? [],
  };
}

class Names {
  extras: Extras | undefined;
  problem: Problem | undefined;

  keep(path: string, value: unknown): void {
    if (isNothing(value)) return;
    const deep = typeof value === 'object' ? tooDeep(value) : undefined;
    if (deep !== undefined) {
      this.problem ??= { code: 'TOO_DEEP', path: safeName(path), message: `${safeName(path)}: ${deep}` };
      return;
    }
    this.extras ??= Object.create(null) as Extras;
    this.extras[path] = value;
  }

  /** A copy under customs' own names; what has none, or comes twice, is an extra. */
  canonical(sent: Wire, names: ReadonlyMap<string, string>, blank: Wire, prefix: string): Wire {
    const out = { ...blank };
    for (const given in sent) {
      if (prefix === '' && given === 'type') continue;
      const name = names.get(given) ?? names.get(given.toLowerCase());
      const value = sent[given];
      if (name === undefined) this.keep(prefix + given, value);
      else if (out[name] === undefined || name === given) {
        if (out[name] !== undefined && out[name] !== value) this.keep(`${prefix}${name} (other spelling)`, out[name]);
        out[name] = value;
      } else if (out[name] !== value) this.keep(prefix + given, value);
    }
    return out;
  }
}

const isRecord = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

/** undefined: something is wrong, and zod has the last word on it. */
function flatly<W>(contract: Contract<W>, head: Wire): W | undefined {
  if (UNWORDED.issues.length > 0) UNWORDED.issues.length = 0;
  const wire = (isDeletion(head) ? contract.readDeletion : contract.readWhole)(head, UNWORDED);
  return UNWORDED.issues.length === 0 ? wire : undefined;
}

const isDeletion = (head: Wire): boolean => head['appType'] === '3' || head['appType'] === 3;

function hasOnly(fields: Wire, names: ReadonlySet<string>): boolean {
  for (const name in fields) if (!names.has(name)) return false;
  return true;
}

/** Whether nothing need be renamed, kept aside or refused before the contract is read: nearly every document of most senders. */
function isCanonical<W>(contract: Contract<W>, fields: Wire, lines: unknown): boolean {
  if (lines !== undefined || !hasOnly(fields, contract.own)) return false;
  if (contract.lineOwn.size === 0) return true;
  const items = fields['items'];
  if (!Array.isArray(items)) return false;
  for (const item of items) if (!isRecord(item) || !hasOnly(item, contract.lineOwn)) return false;
  return true;
}

export function read<W>(contract: Contract<W>, fields: Wire, lines: unknown): Reading<W> {
  if (isCanonical(contract, fields, lines)) {
    const wire = flatly(contract, fields);
    if (wire !== undefined) return { ok: true, wire, kept: freeTexts(contract, fields) };
    return readRenamed(contract, fields, lines, true);
  }
  return readRenamed(contract, fields, lines, false);
}

/** Head and lines under customs' own names, values as sent: what writers and the list of all problems start from. */
export type Renamed = { ok: true; head: Wire } | { ok: false; head: Wire; problem: Problem };

export const renamed = <W>(contract: Contract<W>, fields: Wire, lines: unknown): Renamed => rename(contract, fields, lines, new Names());

function rename<W>(contract: Contract<W>, fields: Wire, lines: unknown, naming: Names): Renamed {
  const head = naming.canonical(fields, contract.names, contract.blank, '');
  const list = lines ?? head['items'];
  if ('items' in contract.blank) {
    const sent = Array.isArray(list) ? list : isRecord(list) ? [list] : list ?? [];
    const items: unknown[] = [];
    head['items'] = items;
    if (!Array.isArray(sent)) return refused(head, 'items', `expected an array of lines; given: ${shapeOf(list)}`);
    for (let i = 0; i < sent.length; i++) {
      if (!isRecord(sent[i])) return refused(head, `items[${i}]`, `expected an object with the line's fields; given: ${shapeOf(sent[i])}`);
      items.push(naming.canonical(sent[i] as Wire, contract.lineNames, contract.lineBlank, `items[${i}].`));
    }
  } else naming.keep('items', list);
  return naming.problem ? { ok: false, head, problem: naming.problem } : { ok: true, head };
}

/** The long way: names are put right, extras kept aside, and zod words what is wrong. `wrong`: the flat reading found something wrong already. */
function readRenamed<W>(contract: Contract<W>, fields: Wire, lines: unknown, wrong: boolean): Reading<W> {
  const naming = new Names();
  const renamed = rename(contract, fields, lines, naming);
  if (!renamed.ok) return { ok: false, problem: renamed.problem };
  const { head } = renamed;
  let wire = wrong ? undefined : flatly(contract, head);
  if (wire === undefined) {
    const result = (isDeletion(head) ? contract.deletion : contract.whole).safeParse(head);
    if (!result.success) return { ok: false, problem: problemOf(result.error.issues) };
    wire = result.data;
  }
  keepFreeTexts(naming, contract, head);
  return { ok: true, wire, kept: naming.extras === undefined ? '' : JSON.stringify(naming.extras) };
}

/** Every problem of a document, in the order of its fields: what a sender who checks before declaring wants to see at once. */
export function problemsOf<W>(contract: Contract<W>, fields: Wire, lines: unknown): Problem[] {
  const renamed = rename(contract, fields, lines, new Names());
  const result = (isDeletion(renamed.head) ? contract.deletion : contract.whole).safeParse(renamed.head);
  const problems = result.success ? [] : result.error.issues.map((issue) => problemOf([issue]));
  // Where the lines could not even be laid out, what zod says of them is no news.
  return renamed.ok ? problems : [renamed.problem, ...problems.filter(({ path }) => !path.startsWith('items'))];
}

/** Names of the fields that no contract knows: they are kept sealed, and read by nobody. */
export function unknownOf<W>(contract: Contract<W>, fields: Wire, lines: unknown): string[] {
  const naming = new Names();
  rename(contract, fields, lines, naming);
  return Object.keys(naming.extras ?? {}).map((path) => {
    const [, line = '', name = ''] = /^(items\[\d+\]\.)?(.*)$/s.exec(path) ?? [];
    return line + safeName(name.replace(' (other spelling)', ''));
  });
}

/** What keepFreeTexts would leave of a document without extras, as JSON at once: most documents have one such text, and an object for it costs more than it. */
function freeTexts<W>(contract: Contract<W>, head: Wire): string {
  let members = '';
  for (const name of contract.free) members += member(name, head[name]);
  if (contract.lineFree.length > 0) {
    const items = head['items'] as Wire[];
    for (let i = 0; i < items.length; i++) for (const name of contract.lineFree) members += lineMember(i, name, (items[i] as Wire)[name]);
  }
  return members === '' ? '' : `{${members.slice(1)}}`;
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '';
const member = (path: string, value: unknown): string => (isNothing(value) ? '' : `,"${path}":${JSON.stringify(value)}`);
const lineMember = (index: number, name: string, value: unknown): string => (isNothing(value) ? '' : member(`items[${index}].${name}`, value));

function keepFreeTexts<W>(naming: Names, contract: Contract<W>, head: Wire): void {
  for (const name of contract.free) naming.keep(name, head[name]);
  if (contract.lineFree.length === 0) return;
  const items = head['items'] as Wire[];
  for (let i = 0; i < items.length; i++) for (const name of contract.lineFree) naming.keep(`items[${i}].${name}`, (items[i] as Wire)[name]);
}

const refused = (head: Wire, path: string, message: string): Renamed => ({ ok: false, head, problem: { code: 'FIELD_TYPE', path, message: `${path}: ${message}` } });

const BY_ZOD: Readonly<Record<string, Reason>> = { too_small: 'FIELD_MISSING', too_big: 'FIELD_TOO_LONG' };

export function problemOf(issues: readonly z.core.$ZodIssue[]): Problem {
  const [first] = issues as [z.core.$ZodIssue];
  const path = first.path.reduce<string>((all, step) => (typeof step === 'number' ? `${all}[${step}]` : all === '' ? String(step) : `${all}.${String(step)}`), '');
  const reason = first.code === 'custom' ? (first.params?.['reason'] as Reason | undefined) : BY_ZOD[first.code];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more: correct the message against its contract)` : '';
  return { code: reason ?? 'FIELD_TYPE', path, message: `${path}: ${first.message}${more}` };
}
