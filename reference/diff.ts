/** What a new version of a table changes, row by row. A row is told by its key and the day it begins. Pure. */
import { dayOf } from './days.ts';
import type { Table } from './read.ts';
import { atOnce, type Steps } from '../seeds/steps.ts';
import { DATES } from './tables.ts';

export type Cells = Record<string, string>;
export interface Change { kind: 'added' | 'changed' | 'removed'; key: string; from: string; before: Cells | null; after: Cells | null }
export interface Difference {
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  /** The first day on which an event is judged otherwise; '' = from the beginning. null where nothing changes. */
  from: string | null;
  changes: Change[];
}

/** Rows between two steps. */
const STEP_ROWS = 500;

export const diff = (before: Table | undefined, after: Table): Difference => atOnce(diffSteps(before, after));

export function* diffSteps(before: Table | undefined, after: Table): Steps<Difference> {
  const old = yield* indexed(before);
  const made = yield* indexed(after);
  const changes: Change[] = [];
  let unchanged = 0;
  let compared = 0;
  let first = Number.POSITIVE_INFINITY;
  const change = (kind: Change['kind'], row: Row, left: Cells | null, right: Cells | null): void => {
    changes.push({ kind, key: row.key, from: dayOf(row.from), before: left, after: right });
    first = Math.min(first, row.from);
  };
  for (const [id, row] of made) {
    const known = old.get(id);
    if (!known) change('added', row, null, cellsOf(row));
    else if (same(known, row)) unchanged++;
    else change('changed', row, cellsOf(known), cellsOf(row));
    if (++compared % STEP_ROWS === 0) yield;
  }
  for (const [id, row] of old) if (!made.has(id)) change('removed', row, cellsOf(row), null);
  const count = (kind: Change['kind']): number => changes.reduce((n, c) => n + Number(c.kind === kind), 0);
  return { added: count('added'), changed: count('changed'), removed: count('removed'), unchanged, from: changes.length === 0 ? null : dayOf(first), changes };
}

/** Cells in the order of the declaration, dates last. A column that a file leaves out counts as empty, so that leaving one out is no change. */
interface Row { key: string; from: number; line: string[]; table: Table; places: readonly number[] }

/** Rows by what tells them apart. */
function* indexed(table: Table | undefined): Steps<Map<string, Row>> {
  const rows = new Map<string, Row>();
  if (!table) return rows;
  const places = columnsOf(table).map((name) => table.columns.indexOf(name));
  for (const [i, line] of table.cells.entries()) {
    const [key, from] = [table.keys[i] as string, table.from[i] as number];
    rows.set(`${key}\n${from}`, { key, from, line, table, places });
    if (i % STEP_ROWS === 0) yield;
  }
  return rows;
}

const columnsOf = ({ spec }: Table): string[] => [...Object.keys(spec.columns), ...DATES];
const cellAt = ({ line, places }: Row, column: number): string => line[places[column] as number] ?? '';
const cellsOf = (row: Row): Cells => Object.fromEntries(columnsOf(row.table).map((name, column) => [name, cellAt(row, column)]));
const same = (left: Row, right: Row): boolean => left.places.every((_, column) => cellAt(left, column) === cellAt(right, column));

/** The same with their cells by name, told apart by key and first day. */
export function rowsOf(table: Table | undefined): Map<string, { cells: Cells }> {
  return new Map([...atOnce(indexed(table)).values()].map((row) => [`${row.key}\n${dayOf(row.from)}`, { cells: cellsOf(row) }]));
}
