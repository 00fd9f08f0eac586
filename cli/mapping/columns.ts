/** Which column of a file fills which field; what is missing, there twice, or not used. */
import { didYouMean } from '../../language/findings.ts';
import type { FieldMap, Mapping } from './form.ts';

export interface Bound { field: FieldMap; indexes: number[]; column: string }
export interface Columns { head: Bound[]; lines: Bound[][]; unused: string[]; problems: string[] }

/** Case, spaces, and the signs with which headers mark required columns or yuan and kilograms do not tell columns apart. A unit that changes the value does. */
export const plainName = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/[\s*_:-]/g, '').replace(/\((元|人民币|cny|rmb|kg|千克|公斤|必填|选填)\)$/, '');

/** A, B, … Z, AA: what Excel calls a column. */
export function letters(index: number): string {
  return (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}

export const columnsOf = ({ fields, items }: Mapping): string[] =>
  [...fields, ...(items?.fields ?? [])].flatMap((f) => [...(f.column ?? []), ...(f.join ?? [])]).flatMap((name) => (name.includes('{n}') ? [name.replaceAll('{n}', '1')] : [name]));

/** How many columns of the mapping a row names, were it the header. */
export function matches(wanted: ReadonlySet<string>, row: readonly string[]): number {
  let n = 0;
  for (const name of new Set(row.map(plainName))) if (name !== '' && wanted.has(name)) n++;
  return n;
}

export function bindColumns(mapping: Mapping, header: readonly string[]): Columns {
  const places = new Map<string, number[]>();
  for (const [index, name] of header.entries()) if (plainName(name) !== '') places.set(plainName(name), [...(places.get(plainName(name)) ?? []), index]);
  const problems: string[] = [];
  const used = new Set<number>();
  const find = (name: string): number | undefined => {
    const found = places.get(plainName(name));
    if (found && found.length > 1) problems.push(`column ${name} is there ${found.length} times (${found.map(letters).join(', ')}): rename all but one`);
    return found?.[0];
  };
  const bind = (field: FieldMap, n: number): Bound | undefined => {
    const named = (name: string): string => name.replaceAll('{n}', String(n));
    if (field.constant !== undefined) return { field, indexes: [], column: '' };
    const wanted = (field.join ?? field.column ?? []).map(named);
    const found = wanted.flatMap((name) => find(name) ?? []);
    const taken = field.join ? found : found.slice(0, 1);
    for (const index of field.join ? found : found) used.add(index);
    const enough = field.join ? found.length === wanted.length : found.length > 0;
    // Of numbered columns the first group must be there; a file may have fewer groups than the mapping allows.
    if (!enough && !field.mayMiss && n === 1) problems.push(missing(field, wanted, header));
    return taken.length === 0 ? undefined : { field, indexes: taken, column: taken.map((i) => (header[i] ?? '').trim()).join('+') };
  };
  const head = mapping.fields.flatMap((field) => bind(field, 1) ?? []);
  const lines: Bound[][] = [];
  for (let n = 1; n <= (mapping.items?.count ?? 0); n++) {
    const group = (mapping.items?.fields ?? []).flatMap((field) => bind(field, n) ?? []);
    if (n === 1 || group.some((b) => b.indexes.length > 0)) lines.push(group);
  }
  for (const name of mapping.ignore) for (const index of places.get(plainName(name)) ?? []) used.add(index);
  return { head, lines, unused: header.filter((name, index) => name.trim() !== '' && !used.has(index)), problems: [...new Set(problems)] };
}

function missing(field: FieldMap, wanted: string[], header: readonly string[]): string {
  const near = wanted.map((name) => didYouMean(name, header)).find((text) => text !== '') ?? 'correct the name in the mapping, or the header';
  const what = wanted.length === 1 ? `column ${wanted[0]}` : `${field.join ? 'one of the joined columns' : 'any of the columns'} ${wanted.join(', ')}`;
  return `${what} for ${field.name}${field.needed ? ' (required)' : ''} is missing: ${near}`;
}
