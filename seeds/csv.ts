/** CSV tables with comment lines (RFC 4180 and `#`), of which the first states version, completeness and source. Pure. */
import { atOnce, type Steps } from './steps.ts';

export interface Seed { version: string; complete: boolean; source: string; rows: Record<string, string>[] }

const HEADER = /^#\s*version:\s*([^,\s]+),\s*complete:\s*(true|false),\s*source:\s*(.+)$/;

/** What is wrong with a table's text, and where. */
export class SeedError extends Error {
  readonly line: number;
  readonly what: string;
  constructor(name: string, line: number, what: string) {
    super(`seeds/${name}.csv:${line}: ${what}`);
    this.line = line;
    this.what = what;
  }
}

/** A table as it is written: cells by row, and the line of each row. Line numbers count from 1 and include comments. */
export interface Sheet { version: string; complete: boolean; source: string; columns: string[]; columnsLine: number; cells: string[][]; lines: number[] }

export const readSheet = (name: string, given: string): Sheet => atOnce(sheetSteps(name, given));

export function* sheetSteps(name: string, given: string): Steps<Sheet> {
  const text = given.charCodeAt(0) === 0xfeff ? given.slice(1) : given;
  const meta = HEADER.exec(text.slice(0, text.indexOf('\n') < 0 ? text.length : text.indexOf('\n')).trim());
  if (!meta) throw new SeedError(name, 1, 'the first line must read `# version: V, complete: true|false, source: S`; without it nobody knows whether a miss means anything');
  const records = yield* csvSteps(name, text);
  const head = records[0];
  if (!head) throw new SeedError(name, 1, 'no line of column names after the comments');
  const columns = head.fields;
  const cells: string[][] = [];
  const lines: number[] = [];
  for (let i = 1; i < records.length; i++) {
    const { line, fields } = records[i] as CsvRecord;
    if (fields.length !== columns.length) throw new SeedError(name, line, `${fields.length} fields, but the table has ${columns.length} columns (${columns.join(', ')}); a comma inside a value needs quotes`);
    cells.push(fields);
    lines.push(line);
  }
  return { version: meta[1] as string, complete: meta[2] === 'true', source: meta[3] as string, columns, columnsLine: head.line, cells, lines };
}

/** The same with each row by its columns' names. */
export function parseSeed(name: string, text: string): Seed {
  const { version, complete, source, columns, cells } = readSheet(name, text);
  return { version, complete, source, rows: cells.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] as string]))) };
}

const plainCell = (cell: string): boolean => !/[",\r\n]/.test(cell) && cell.trim() === cell && !cell.startsWith('#');
export const csvLine = (cells: readonly string[]): string => cells.map((cell) => (plainCell(cell) ? cell : `"${cell.replaceAll('"', '""')}"`)).join(',');

/** The text of a sheet, in the form that is read again. */
export function writeSheet({ version, complete, source, columns, cells }: Pick<Sheet, 'version' | 'complete' | 'source' | 'columns' | 'cells'>): string {
  return `# version: ${version}, complete: ${complete}, source: ${source}\n${[columns, ...cells].map(csvLine).join('\n')}\n`;
}

export interface CsvRecord { line: number; fields: string[] }

/** Records between two steps. */
const STEP_RECORDS = 500;

/** RFC 4180, with `#` lines as comments. */
export const parseCsv = (name: string, text: string): CsvRecord[] => atOnce(csvSteps(name, text));

function* csvSteps(name: string, text: string): Steps<CsvRecord[]> {
  const records: CsvRecord[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    if (text[at] === '#' || text[at] === '\n' || text[at] === '\r') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end + 1;
      line++;
      continue;
    }
    const record: CsvRecord = { line, fields: [] };
    for (;;) {
      const [field, next] = text[at] === '"' ? quoted(name, text, at, line) : plain(text, at);
      record.fields.push(field);
      line += field.split('\n').length - 1;
      at = next;
      if (text[at] !== ',') break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (at < text.length && text[at] !== '\n') throw new SeedError(name, line, 'text after a closing quote; a quote inside a value is written twice');
    at++;
    line++;
    if (records.push(record) % STEP_RECORDS === 0) yield;
  }
  return records;
}

function plain(text: string, from: number): [string, number] {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
  return [text.slice(from, end).trim(), end];
}

function quoted(name: string, text: string, from: number, line: number): [string, number] {
  let value = '';
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') value += text[at++];
    else return [value, at + 1];
  }
  throw new SeedError(name, line, 'a quoted value is never closed');
}
