/** A table's text, checked whole against its declaration: columns, forms, bounds, days, rows that overlap. Every problem names its line. Pure. */
import { SeedError, type Sheet, sheetSteps } from '../seeds/csv.ts';
import { endOfDay, startOfDay } from './days.ts';
import { atOnce, type Steps } from '../seeds/steps.ts';
import { DATES, specOf, type Column, type TableName, type TableSpec } from './tables.ts';

export interface Problem { line: number; message: string; suggestion: string }

/** Rows in the file's order; `from` included, `to` excluded. `sorted`: their numbers by key, then by when they begin. */
export interface Table extends Sheet { name: TableName; spec: TableSpec; keys: string[]; from: Float64Array; to: Float64Array; sorted: number[] }
export type Read = { ok: true; table: Table } | { ok: false; problems: Problem[] };

/** Rows between two steps. */
const STEP_ROWS = 500;
/** More would bury the first. */
const MOST_PROBLEMS = 50;
/** Between the parts of a key: no cell of a key may hold it. */
export const SEPARATOR = '|';

export const readTable = (name: TableName, text: string): Read => atOnce(tableSteps(name, text));

export function* tableSteps(name: TableName, text: string): Steps<Read> {
  const spoilt = text.indexOf('\uFFFD');
  if (spoilt >= 0) return { ok: false, problems: [{ line: text.slice(0, spoilt).split('\n').length, message: 'expected UTF-8, given bytes of another encoding (often GBK, as spreadsheets save it)', suggestion: 'save the file as CSV UTF-8 and load it again' }] };
  let sheet: Sheet;
  try {
    sheet = yield* sheetSteps(name, text);
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    return { ok: false, problems: [{ line: error.line, message: error.what, suggestion: 'the whole table is refused until this is mended' }] };
  }
  const spec = specOf(name);
  const problems = columnProblems(spec, sheet);
  if (problems.length > 0) return { ok: false, problems };
  const table: Table = { ...sheet, name, spec, keys: [], from: new Float64Array(sheet.cells.length), to: new Float64Array(sheet.cells.length), sorted: [] };
  const say = (row: number, message: string, suggestion = ''): void => void problems.push({ line: table.lines[row] as number, message, suggestion });
  yield* readRows(table, say, () => problems.length >= MOST_PROBLEMS);
  if (problems.length === 0) {
    table.sorted = byKey(table.keys, table.from);
    yield;
    overlaps(table, say);
    yield;
  }
  return problems.length > 0 ? { ok: false, problems: problems.slice(0, MOST_PROBLEMS).sort((a, b) => a.line - b.line) } : { ok: true, table };
}

function columnProblems(spec: TableSpec, { columns, columnsLine }: Sheet): Problem[] {
  const known = [...Object.keys(spec.columns), ...DATES];
  const needed = Object.entries(spec.columns).filter(([, column]) => !column.optional).map(([name]) => name);
  const wrong = [
    ...columns.filter((name) => !known.includes(name)).map((name) => `\`${name}\` is no column of this table`),
    ...columns.filter((name, i) => columns.indexOf(name) !== i).map((name) => `\`${name}\` stands twice`),
    ...needed.filter((name) => !columns.includes(name)).map((name) => `\`${name}\` is missing`),
  ];
  return wrong.map((what) => ({ line: columnsLine, message: `expected the columns ${known.join(', ')}: ${what}`, suggestion: `needed are ${needed.join(', ')}; the others may be left out` }));
}

type Say = (row: number, message: string, suggestion?: string) => void;

function* readRows(table: Table, say: Say, enough: () => boolean): Steps<void> {
  const { columns, cells, spec } = table;
  const at = (name: string): number => columns.indexOf(name);
  const checks = Object.entries(spec.columns).map(([name, column]) => ({ name, column, at: at(name) })).filter((check) => check.at >= 0);
  const keyAt = spec.key.map(at);
  const [fromAt, toAt] = DATES.map(at) as [number, number];
  const days = { valid_from: new Map<string, number>(), valid_to: new Map<string, number>() };
  const day = (name: keyof typeof days, cell: string, row: number): number => {
    // A register names few days many times.
    const known = days[name].get(cell);
    const read = known ?? readDay(name, cell);
    if (known === undefined) days[name].set(cell, read);
    if (Number.isNaN(read)) say(row, `${name}: expected a day such as 2026-01-31, given \`${cell.slice(0, 60)}\``);
    return read;
  };
  for (let row = 0; row < cells.length && !enough(); row++) {
    if (row % STEP_ROWS === 0) yield;
    const line = cells[row] as string[];
    for (const check of checks) checkCell(check.name, check.column, line[check.at] as string, row, say);
    const parts = keyAt.map((i) => line[i] ?? '');
    if (parts.length > 1 && parts.slice(0, -1).some((part) => part.includes(SEPARATOR))) say(row, `a \`|\` in ${spec.key.join(', ')} cannot be told from the end of it`);
    table.keys.push(parts.length === 1 ? (parts[0] as string) : parts.join(SEPARATOR));
    table.from[row] = day('valid_from', fromAt < 0 ? '' : (line[fromAt] as string), row);
    table.to[row] = day('valid_to', toAt < 0 ? '' : (line[toAt] as string), row);
    if ((table.to[row] as number) <= (table.from[row] as number)) say(row, `expected valid_to on or after valid_from, given ${line[fromAt]} to ${line[toAt]}`, 'swap the two days, or leave valid_to empty');
  }
}

function checkCell(name: string, column: Column, cell: string, row: number, say: Say): void {
  if (column.form.test(cell) && (column.from === undefined || (Number(cell) >= column.from && Number(cell) <= (column.to as number)))) return;
  say(row, `${name}: expected ${column.expected}, given \`${cell.slice(0, 60)}\``);
}

function readDay(name: (typeof DATES)[number], cell: string): number {
  if (cell === '') return name === 'valid_from' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return name === 'valid_from' ? startOfDay(cell) : endOfDay(cell);
}

/** Two rows of one key in force on the same day: nobody could say which counts. */
function overlaps({ keys, from, to, lines, spec, sorted: rows }: Table, say: Say): void {
  for (let i = 1; i < rows.length; i++) {
    const [before, row] = [rows[i - 1] as number, rows[i] as number];
    if (keys[before] !== keys[row] || (from[row] as number) >= (to[before] as number)) continue;
    say(Math.max(row, before), `the same ${spec.key.join(' and ')} \`${(keys[row] as string).slice(0, 80)}\` is in force in line ${lines[Math.min(row, before)]} already`, 'let the earlier row end the day before (valid_to), or delete one of the two');
  }
}

/** Row numbers by key, then by when they begin. */
export function byKey(keys: readonly string[], from: Float64Array): number[] {
  return Array.from(keys, (_, i) => i).sort((a, b) => {
    const [left, right] = [keys[a] as string, keys[b] as string];
    return left < right ? -1 : left > right ? 1 : (from[a] as number) - (from[b] as number);
  });
}
