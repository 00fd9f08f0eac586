/** Reference tables as gates and the match read them: every table of a rule set is checked whole, those that are looked up become lookups by key and day. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { Dated, Prefixed } from '../reference/dated.ts';
import { Sites } from '../reference/places.ts';
import { type Table, tableSteps } from '../reference/read.ts';
import { Recalls, recallOf, type Weights, WEIGHTS } from '../reference/recalls.ts';
import { atOnce, type Steps } from '../seeds/steps.ts';
import { Terms } from '../reference/terms.ts';
import { isTable, TABLE_NAMES, type TableName } from '../reference/tables.ts';
import type { MatchCode } from '../schemas/risk/fact.ts';
import type { Findings } from './findings.ts';
import { FIXED5, type Fixed5 } from '../schemas/trade/envelope.ts';
import type { GoodsNorm, Tables, TaxRate } from './ruleset.ts';

/** Which table a function of the language reads. */
export const TABLE_OF: Readonly<Record<string, TableName>> = {
  positiveList: 'positive-list',
  referencePrice: 'reference-prices',
  hasReferencePrice: 'reference-prices',
  prohibitedHs: 'prohibited-hs',
  diseaseLevel: 'disease-alerts',
  exchangeRate: 'exchange-rates',
  hasExchangeRate: 'exchange-rates',
  recallScore: 'recalls',
  guarantee: 'guarantees',
  hasGuarantee: 'guarantees',
  atSite: 'sites',
  goodsTerm: 'goods-terms',
  likelyHs: 'goods-terms',
  controlled: 'controlled-goods',
  unitWeight: 'goods-norms',
  householdNorm: 'goods-norms',
  hasGoodsNorm: 'goods-norms',
  tradeMeasure: 'trade-measures',
  inScope: 'business-scopes',
  taxRate: 'tax-rates',
  hasTaxRate: 'tax-rates',
};
/** Fields that intake fills from a table, and codes that the match takes from one: who reads them reads the table. */
const TABLE_OF_FIELD: Readonly<Record<string, TableName>> = {
  wordScore: 'words', word: 'words', buyerNameScreen: 'sanctions', payerNameScreen: 'sanctions', buyerNameScore: 'sanctions', payerNameScore: 'sanctions', pickup: 'pickup-points',
};
const TABLE_OF_CODE: Readonly<Partial<Record<MatchCode, TableName>>> = { NOT_ON_LIST: 'positive-list', PARTY_UNREGISTERED: 'parties', TAX_DIFF: 'tax-rates', GUARANTEE_SHORT: 'guarantees' };

/** Tables that an expression reads without calling a function: through a field or a match code. */
export function tablesBehind(node: ASTNode): TableName[] {
  const found: TableName[] = [];
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(walk);
    if (typeof part !== 'object' || part === null || !('op' in part)) return;
    const { op, args } = part as { op: string; args: unknown };
    if (op === '.' && Array.isArray(args)) found.push(...(TABLE_OF_FIELD[String(args[1])] ? [TABLE_OF_FIELD[String(args[1])] as TableName] : []));
    if (op === 'value' && typeof args === 'string') found.push(...(TABLE_OF_CODE[args as MatchCode] ? [TABLE_OF_CODE[args as MatchCode] as TableName] : []));
    walk(args);
  };
  walk(node);
  return found;
}

/** What is looked up of one table, and how it is named in the evidence. */
interface Made { label: string; complete: boolean; lookup: unknown }

const makers: Partial<Record<TableName, (table: Table) => unknown>> = {
  'positive-list': (t) => new Prefixed(t, column(t, 'hs_prefix'), texts(t, 'status')),
  'reference-prices': (t) => Dated.of(t, numbers(t, 'price_cny')),
  'prohibited-hs': (t) => new Prefixed(t, column(t, 'hs_prefix'), numbers(t, 'score')),
  'disease-alerts': (t) => new Prefixed(t, column(t, 'hs_prefix'), numbers(t, 'level')),
  'exchange-rates': (t) => Dated.of(t, numbers(t, 'cny_per_unit')),
  parties: (t) => Dated.of(t, () => true),
  sites: (t) => new Sites(t),
  'allow-list': (t) => (t.cells.length === 0 ? undefined : Dated.of(t, () => true)),
  'block-list': (t) => (t.cells.length === 0 ? undefined : Dated.of(t, () => true)),
  'tax-rates': (t) => {
    const [vat, consumption] = [numbers(t, 'vat'), numbers(t, 'consumption')];
    const duty = column(t, 'duty');
    return new Prefixed<TaxRate>(t, column(t, 'hs_prefix'), (row) => {
      const cell = t.cells[row]?.[duty] ?? '';
      return { vat: integer(vat(row)), consumption: integer(consumption(row)), duty: cell === '' ? undefined : integer(Number(cell)) };
    });
  },
  guarantees: (t) => {
    const [guarantor, amount] = [texts(t, 'guarantor'), numbers(t, 'amount_cny')];
    return Map.groupBy(t.cells.map((_, row): Guarantee => ({ guarantor: guarantor(row), amount: integer(amount(row)), from: t.from[row] as number, to: t.to[row] as number })), (g) => g.guarantor);
  },
  'goods-terms': (t) => {
    const [term, list, hs] = [texts(t, 'term'), texts(t, 'list'), column(t, 'hs_prefix')];
    return new Terms(t.cells.map((cells, row) => ({ term: term(row), from: t.from[row] as number, to: t.to[row] as number, value: { list: list(row), hs: cells[hs] ?? '' } })));
  },
  'controlled-goods': (t) => new Prefixed(t, column(t, 'hs_prefix'), () => true),
  'goods-norms': (t) => {
    const [kg, units] = [numbers(t, 'unit_kg'), numbers(t, 'household_units')];
    return new Prefixed<GoodsNorm>(t, column(t, 'hs_prefix'), (row) => ({ unitKg: kg(row), householdUnits: units(row) }));
  },
  'trade-measures': (t) => new Prefixed(t, column(t, 'hs_prefix'), numbers(t, 'level')),
  'business-scopes': (t) => ({ scopes: new Prefixed(t, column(t, 'hs_prefix'), () => true), parties: new Set(t.cells.map((_, row) => texts(t, 'code')(row))) }),
  recalls: (t) => {
    const cell = (row: number, name: string): string => t.cells[row]?.[column(t, name)] ?? '';
    return new Recalls(t.cells.map((_, row) => recallOf(
      { gtin: cell(row, 'gtin'), batch: cell(row, 'batch'), brand: cell(row, 'brand'), model: cell(row, 'model'), product: cell(row, 'product'), hs_prefix: cell(row, 'hs_prefix'), origin: cell(row, 'origin') }, t.from[row] as number, t.to[row] as number)));
  },
};
interface Guarantee { guarantor: string; amount: Fixed5; from: number; to: number }
/** Of 0.00001: these columns have at most five decimals (reference/tables.ts). */
const integer = (value: number): Fixed5 => Math.round(value * FIXED5);
const column = (table: Table, name: string): number => table.columns.indexOf(name);
const numbers = (table: Table, name: string) => {
  const at = column(table, name);
  return (row: number): number => Number(table.cells[row]?.[at]);
};
const texts = (table: Table, name: string) => {
  const at = column(table, name);
  return (row: number): string => table.cells[row]?.[at] as string;
};

/** The last good text of each table with what was made of it: another rule set mostly brings the same tables, and a register of 50,000 parties takes a while to read. */
const known = new Map<TableName, { text: string; made: Made }>();

function* make(name: TableName, text: string, findings: Findings): Steps<Made | undefined> {
  const last = known.get(name);
  if (last?.text === text) return last.made;
  const read = yield* tableSteps(name, text);
  if (!read.ok) {
    for (const { line, message, suggestion } of read.problems) findings.addAt('table', `${name}.csv`, line, 1, message, suggestion);
    return undefined;
  }
  const { table } = read;
  const made: Made = { label: `${name} ${table.version}${table.complete ? '' : ' (incomplete)'}`, complete: table.complete, lookup: makers[name]?.(table) };
  known.set(name, { text, made });
  return made;
}

/** What the recall score weighs with on a day. */
export type WeightsAt = (at: number) => Weights;

export const parseTables = (given: Record<string, string>, findings: Findings): Tables => atOnce(tablesSteps(given, findings, () => WEIGHTS));

/** A table that is not given is empty and incomplete: whoever reads it is told so by its version. Files of other names are their readers' own. */
export function* tablesSteps(given: Record<string, string>, findings: Findings, weightsAt: WeightsAt): Steps<Tables> {
  const made = new Map<TableName, Made>();
  for (const [file, text] of Object.entries(given)) {
    const name = file.replace(/\.csv$/, '');
    const one = isTable(name) ? yield* make(name, text, findings) : undefined;
    if (one) made.set(name as TableName, one);
    yield;
  }
  const lookup = <T>(name: TableName): T | undefined => made.get(name)?.lookup as T | undefined;
  const miss = (name: TableName) => (made.get(name)?.complete ? 'miss' : 'not-checked');
  const listed = lookup<Prefixed<'allowed' | 'excluded'>>('positive-list');
  const prices = lookup<Dated<number>>('reference-prices');
  const scores = lookup<Prefixed<number>>('prohibited-hs');
  const levels = lookup<Prefixed<number>>('disease-alerts');
  const rates = lookup<Dated<number>>('exchange-rates');
  const register = lookup<Dated<true>>('parties');
  const allowed = lookup<Dated<true>>('allow-list');
  const blocked = lookup<Dated<true>>('block-list');
  const recalls = lookup<Recalls>('recalls');
  const sites = lookup<Sites>('sites');
  const taxes = lookup<Prefixed<TaxRate>>('tax-rates');
  const guarantees = lookup<Map<string, Guarantee[]>>('guarantees');
  const terms = lookup<Terms<{ list: string; hs: string }>>('goods-terms');
  const controls = lookup<Prefixed<true>>('controlled-goods');
  const norms = lookup<Prefixed<GoodsNorm>>('goods-norms');
  const measures = lookup<Prefixed<number>>('trade-measures');
  const business = lookup<{ scopes: Prefixed<true>; parties: ReadonlySet<string> }>('business-scopes');
  const [unlisted, unregistered, unguaranteed] = [miss('positive-list'), miss('parties'), miss('guarantees')] as const;
  return {
    versions: Object.fromEntries(TABLE_NAMES.map((name) => [name, made.get(name)?.label ?? `${name} absent`])),
    referencePrice: (hs, country, at) => prices?.at(`${hs}|${country}`, at),
    prohibitedHs: (hs, at) => scores?.at('', hs, at) ?? 0,
    positiveList: (hs, at) => listed?.at('', hs, at) ?? unlisted,
    diseaseLevel: (country, hs, at) => levels?.at(`${country}|`, hs, at) ?? 0,
    exchangeRate: (currency, at) => (currency === 'CNY' ? 1 : rates?.at(currency, at)),
    atSite: (lat, lon, at) => sites?.holds(lat, lon, at) ?? false,
    recallScore: (goods, at) => recalls?.score(goods, at, weightsAt(at)) ?? 0,
    goodsTerm: (name, list, at) => (terms?.of(name) ?? []).some(({ value, from, to }) => value.list === list && at >= from && at < to),
    likelyHs(name, at) {
      let longest: { term: string; hs: string } = { term: '', hs: '' };
      for (const { term, value, from, to } of terms?.of(name) ?? []) if (value.list === 'goods' && at >= from && at < to && term.length > longest.term.length) longest = { term, hs: value.hs };
      return longest.hs;
    },
    controlled: (list, hs, at) => controls?.at(`${list}|`, hs, at) ?? false,
    goodsNorm: (hs, at) => norms?.at('', hs, at),
    tradeMeasure: (country, hs, at) => measures?.at(`${country}|`, hs, at) ?? 0,
    // A party of whom no scope is listed was not looked at, however complete the table is.
    inScope: (code, hs, at) => (business?.scopes.at(`${code}|`, hs, at) ? 'in' : business?.parties.has(code) ? 'out' : 'not-checked'),
    party(code, role, at) {
      const key = `${role}|${code}`;
      if (register?.at(key, at)) return 'registered';
      return register?.has(key) ? 'lapsed' : unregistered;
    },
    ...(allowed && { allowed: (rule, type, id, at) => allowed.at(`${type}|${id}|`, at) === true || allowed.at(`${type}|${id}|${rule}`, at) === true }),
    ...(blocked && { blocked: (type, id, at) => blocked.at(`${type}|${id}`, at) === true }),
    taxRate: (hs, at) => taxes?.at('', hs, at),
    guarantee(code, at) {
      const known = guarantees?.get(code);
      if (!known) return unguaranteed;
      const inForce = known.filter(({ from, to }) => at >= from && at < to);
      return inForce.length === 0 ? 'lapsed' : inForce.reduce((sum, { amount }) => sum + amount, 0);
    },
  };
}
