/** What a new version of a table changes, row by row. A row is told by its key and the day it begins. Pure. */
import { dayOf } from './days.ts';
import type { Table } from './read.ts';
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

export function diff(before: Table | undefined, after: Table): Difference {
  const old = rowsOf(before);
  const made = rowsOf(after);
  const changes: Change[] = [];
  let unchanged = 0;
  let first = Number.POSITIVE_INFINITY;
  const change = (kind: Change['kind'], row: Row, left: Cells | null, right: Cells | null): void => {
    changes.push({ kind, key: row.key, from: dayOf(row.from), before: left, after: right });
    first = Math.min(first, row.from);
  };
  for (const [id, row] of made) {
    const known = old.get(id);
    if (!known) change('added', row, null, row.cells);
    else if (same(known.cells, row.cells)) unchanged++;
    else change('changed', row, known.cells, row.cells);
  }
  for (const [id, row] of old) if (!made.has(id)) change('removed', row, row.cells, null);
  const count = (kind: Change['kind']): number => changes.reduce((n, c) => n + Number(c.kind === kind), 0);
  return { added: count('added'), changed: count('changed'), removed: count('removed'), unchanged, from: changes.length === 0 ? null : dayOf(first), changes };
}

interface Row { key: string; from: number; cells: Cells }

/** Rows by what tells them apart. Columns that a file may leave out count as empty, so that leaving one out is no change. */
export function rowsOf(table: Table | undefined): Map<string, Row> {
  const rows = new Map<string, Row>();
  if (!table) return rows;
  const columns = [...Object.keys(table.spec.columns), ...DATES].map((name) => [name, table.columns.indexOf(name)] as const);
  for (const [i, line] of table.cells.entries()) {
    const from = table.from[i] as number;
    rows.set(`${table.keys[i]}\n${dayOf(from)}`, { key: table.keys[i] as string, from, cells: Object.fromEntries(columns.map(([name, at]) => [name, at < 0 ? '' : (line[at] as string)])) });
  }
  return rows;
}

const same = (left: Cells, right: Cells): boolean => Object.keys(left).every((name) => left[name] === right[name]);
