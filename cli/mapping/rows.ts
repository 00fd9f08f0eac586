/** Rows of a table → flat JSON documents, each with the row and columns that it came from. */
import type { Wire } from '../../schemas/trade/contract.ts';
import { MOST_LINES } from '../../schemas/trade/fields.ts';
import { readCell, textOf, type Cell, type Fault } from './cells.ts';
import type { Bound, Columns } from './columns.ts';
import type { Mapping } from './form.ts';
import type { Row } from './table.ts';

/** What is wrong with a cell; `path` is the field's, as in `items[0].qty`. */
export interface CellFault extends Fault { path: string; row: number; column: string }
export interface Mapped {
  index: number;
  row: number;
  document: Wire;
  faults: CellFault[];
  /** Of each line: its row, and its group of numbered columns. */
  rows: number[];
  groups: number[];
  cells: (readonly Cell[])[];
  columns: Columns;
}

/** Seen once a column: `told` keeps what was said. */
export type Warn = (column: string, message: string) => void;

interface Draft { key: string; mapped: Mapped }

/** A document of several rows ends where the next one begins; so rows of one document must stand together. */
export async function* documentsOf(rows: AsyncIterable<Row>, width: number, columns: Columns, mapping: Mapping, warn: Warn): AsyncGenerator<Mapped> {
  const seen = new Map<string, number>();
  let open: Draft | undefined;
  let index = 0;
  for await (const row of rows) {
    const next = draft(row, width, columns, mapping, warn);
    if (open && joins(open, next, row, mapping, columns)) {
      append(open.mapped, next.mapped);
      continue;
    }
    if (open) yield { ...open.mapped, index: index++ };
    if (mapping.items?.by === 'rows') notApart(seen, next, mapping);
    open = next;
  }
  if (open) yield { ...open.mapped, index };
}

function draft({ row, cells }: Row, width: number, columns: Columns, mapping: Mapping, warn: Warn): Draft {
  const faults: CellFault[] = [];
  const fill = (bound: readonly Bound[], prefix: string): Wire => {
    const wire: Wire = {};
    for (const one of bound) {
      const value = valueOf(one, cells, prefix, row, faults, warn);
      if (value !== '') wire[one.field.name] = value;
    }
    return wire;
  };
  const document: Wire = { type: mapping.type, ...fill(columns.head, '') };
  const groups = columns.lines.flatMap((group, n) => (n === 0 || group.some((b) => b.indexes.some((i) => textOf(cells[i]) !== '')) ? [n] : []));
  if (mapping.items) document.items = groups.map((group, n) => fill(columns.lines[group] as Bound[], `items[${n}].`));
  if (cells.slice(width).some((cell) => textOf(cell) !== '') || (cells.length < width && cells.every((cell) => typeof cell === 'string'))) {
    faults.unshift({ code: 'FIELD_TYPE', path: '', row, column: '', message: `expected ${width} cells, as the header has; given: ${cells.length}. A cell that holds the delimiter or a line break is put in quotes; check \`file.delimiter\`` });
  }
  return { key: JSON.stringify(mapping.items?.key.map((name) => document[name] ?? '')), mapped: { index: 0, row, document, faults, rows: groups.map(() => row), groups, cells: mapping.items ? groups.map(() => cells) : [cells], columns } };
}

function valueOf({ field, indexes, column }: Bound, cells: readonly Cell[], prefix: string, row: number, faults: CellFault[], warn: Warn): string {
  if (field.constant !== undefined) return field.constant;
  const cell = field.join ? indexes.map((i) => textOf(cells[i])).filter((text) => text !== '').join(field.with) : cells[indexes[0] as number];
  const read = readCell(field, cell);
  if (read.fault) {
    faults.push({ ...read.fault, path: prefix + field.name, row, column });
    return '';
  }
  if (read.warning) warn(column, read.warning);
  return read.value;
}

/** The same key; or none at all, since merged cells leave all rows but the first empty. */
function joins(open: Draft, next: Draft, { cells }: Row, { items }: Mapping, columns: Columns): boolean {
  if (items?.by !== 'rows') return false;
  return next.key === open.key || columns.head.every(({ indexes }) => indexes.every((i) => textOf(cells[i]) === ''));
}

function append(into: Mapped, { row, document, faults, cells, columns }: Mapped): void {
  const place = (into.document.items as Wire[]).length;
  // A key that is the same in every row would gather the whole file.
  if (place === MOST_LINES) {
    if (into.faults.at(-1)?.code !== 'TOO_LARGE') into.faults.push({ code: 'TOO_LARGE', path: 'items', row, column: '', message: `expected at most ${MOST_LINES} rows of one document; given: more. Check that \`items.rows\` names what is different in every document` });
    return;
  }
  for (const fault of faults) into.faults.push({ ...fault, path: fault.path.replace('items[0]', `items[${place}]`) });
  for (const { field, column } of columns.head) {
    const value = document[field.name];
    if (value === undefined || field.constant !== undefined || value === into.document[field.name]) continue;
    if (into.document[field.name] === undefined) into.document[field.name] = value;
    else if (value !== field.blank) into.faults.push({ code: 'FIELD_TYPE', path: field.name, row, column, message: `expected the same in every row of one document; given: another value than in row ${into.row}` });
  }
  (into.document.items as Wire[]).push((document.items as Wire[])[0] as Wire);
  into.rows.push(row);
  into.groups.push(0);
  into.cells.push(...cells);
}

function notApart(seen: Map<string, number>, { key, mapped }: Draft, { items }: Mapping): void {
  const before = seen.get(key);
  if (before === undefined) seen.set(key, mapped.row);
  else mapped.faults.unshift({ code: 'FIELD_TYPE', path: items?.key[0] ?? '', row: mapped.row, column: '', message: `the same ${items?.key.join(' and ')} as in row ${before}, with others between. Rows of one document stand together: sort the file by it, and send the file again` });
}

/** Where a field of a document stands in the file, in words. */
export function placeOf({ row, rows, groups, columns }: Mapped, path: string): string {
  const [, line, inLine] = /^items\[(\d+)\]\.(\w+)/.exec(path) ?? [];
  const at = Number(line ?? 0);
  const bound = inLine === undefined ? columns.head : columns.lines[groups[at] ?? 0] ?? [];
  return inRow(inLine === undefined ? row : rows[at] ?? row, bound.find(({ field }) => field.name === (inLine ?? path))?.column ?? '');
}

export const inRow = (row: number, column: string): string => `row ${row}${column === '' ? '' : `, column ${column}`}`;
