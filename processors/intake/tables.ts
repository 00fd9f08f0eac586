/** The reference tables that intake itself reads: words, sanctions, customs' codes. */
import { readFileSync } from 'node:fs';
import type { DatedName } from '../../reference/names.ts';
import { readTable, type Table } from '../../reference/read.ts';
import type { TableName } from '../../reference/tables.ts';
import { type Codes, createCodes } from '../../schemas/trade/codes.ts';
import type { Word } from './words.ts';

export type SanctionedName = DatedName;
export interface IntakeTables {
  words: readonly Word[];
  sanctions: { complete: boolean; names: readonly SanctionedName[] };
  /** Texts that stand in addresses of pick-up points and lockers. */
  pickups?: readonly Word[];
  /** CSV texts; those of the installation where they are not given. */
  codes?: CodeTexts;
}
interface CodeTexts { countries: string; currencies: string; units: string }

const SEEDS = new URL('../../seeds/', import.meta.url);
const CODES = ['countries', 'currencies', 'units'] as const;
/** Whoever puts another version of one of these in force tells intake. */
export const INTAKE_TABLES: readonly TableName[] = ['words', 'sanctions', 'pickup-points', 'customs-countries', 'customs-currencies', 'customs-units'];

export function loadCodes(given?: CodeTexts): Codes {
  return createCodes(given ?? (Object.fromEntries(CODES.map((name) => [name, readFileSync(new URL(`customs-${name}.csv`, SEEDS), 'utf8')])) as unknown as CodeTexts));
}

/** `texts` by file name, from a rule set that was checked. */
export function intakeTables(texts: Record<string, string>): IntakeTables {
  const words = read('words', texts);
  const sanctions = read('sanctions', texts);
  const pickups = read('pickup-points', texts);
  const codes = CODES.map((name) => texts[`customs-${name}.csv`]);
  const [countries, currencies, units] = codes;
  return {
    words: rows(words, (cell, dates) => ({ word: cell('word'), score: Number(cell('score')), ...dates })),
    sanctions: { complete: sanctions?.complete ?? false, names: rows(sanctions, (cell, dates) => ({ name: cell('name'), countries: cell('country').split(' ').filter((code) => code !== ''), elsewhere: cell('elsewhere') === '' ? 1 : Number(cell('elsewhere')), ...dates })) },
    pickups: rows(pickups, (cell, dates) => ({ word: cell('text'), score: 1, ...dates })),
    ...(countries !== undefined && currencies !== undefined && units !== undefined ? { codes: { countries, currencies, units } } : {}),
  };
}

function read(name: TableName, texts: Record<string, string>): Table | undefined {
  const text = texts[`${name}.csv`];
  if (text === undefined) return undefined;
  const result = readTable(name, text);
  if (!result.ok) throw new Error(`table ${name} is in force but cannot be read (line ${result.problems[0]?.line}: ${result.problems[0]?.message}): it was checked before it was published, so the code has changed under it`);
  return result.table;
}

function rows<T>(table: Table | undefined, make: (cell: (name: string) => string, dates: { from?: number; to?: number }) => T): T[] {
  if (!table) return [];
  const { cells, columns, from, to } = table;
  return cells.map((row, i) => {
    const dates = { ...(Number.isFinite(from[i]) && { from: from[i] as number }), ...(Number.isFinite(to[i]) && { to: to[i] as number }) };
    return make((name) => row[columns.indexOf(name)] ?? '', dates);
  });
}
