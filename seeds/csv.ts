/** CSV tables with comment lines (RFC 4180 and `#`), of which the first states version, completeness and source. Pure. */
export interface Seed { version: string; complete: boolean; source: string; rows: Record<string, string>[] }

const HEADER = /^#\s*version:\s*([^,\s]+),\s*complete:\s*(true|false),\s*source:\s*(.+)$/;

/** A table from its text. Line numbers in errors count from 1 and include comments. */
export function parseSeed(name: string, text: string): Seed {
  const meta = HEADER.exec((text.split(/\r?\n/, 1)[0] ?? '').trim());
  if (!meta) {
    throw new Error(`seeds/${name}.csv:1: the first line must read \`# version: V, complete: true|false, source: S\`; without it nobody knows whether a miss means anything`);
  }
  const records = parseCsv(name, text);
  const columns = records[0]?.fields;
  if (!columns) throw new Error(`seeds/${name}.csv: no line of column names after the comments`);
  const rows = records.slice(1).map(({ line, fields }) => {
    if (fields.length !== columns.length) {
      throw new Error(`seeds/${name}.csv:${line}: ${fields.length} fields, but the table has ${columns.length} columns (${columns.join(', ')}); a comma inside a value needs quotes`);
    }
    return Object.fromEntries(columns.map((column, i) => [column, fields[i] as string]));
  });
  return { version: meta[1] as string, complete: meta[2] === 'true', source: meta[3] as string, rows };
}

interface CsvRecord { line: number; fields: string[] }

function parseCsv(name: string, text: string): CsvRecord[] {
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
    if (at < text.length && text[at] !== '\n') throw new Error(`seeds/${name}.csv:${line}: text after a closing quote; a quote inside a value is written twice`);
    at++;
    line++;
    records.push(record);
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
  throw new Error(`seeds/${name}.csv:${line}: a quoted value is never closed`);
}
