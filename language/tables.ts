/** Reference tables that gates read, from their CSV texts. A code's entry is the one with the longest prefix in force. */
import type { Tables } from './ruleset.ts';
import type { Findings } from './findings.ts';

const COLUMNS = {
  'positive-list': ['hs_prefix', 'status', 'valid_from', 'valid_to', 'note'],
  'reference-prices': ['hs10', 'country', 'price_cny', 'unit', 'valid_from', 'source'],
  'prohibited-hs': ['hs_prefix', 'score', 'note'],
  'disease-alerts': ['country_iso3', 'hs_prefix', 'level', 'valid_from', 'valid_to', 'note'],
} as const;
export const TABLE_NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
/** Which table a function of the language reads. */
export const TABLE_OF: Readonly<Record<string, string>> = {
  positiveList: 'positive-list',
  referencePrice: 'reference-prices',
  hasReferencePrice: 'reference-prices',
  prohibitedHs: 'prohibited-hs',
  diseaseLevel: 'disease-alerts',
};

interface Table {
  version: string;
  complete: boolean;
  rows: string[][];
  lines: number[];
}
interface Dated<V> {
  from: number;
  to: number;
  value: V;
}

export function parseTables(texts: Record<string, string>, findings: Findings): Tables {
  const table = (name: keyof typeof COLUMNS) => parseTable(name, texts[`${name}.csv`], findings);
  const positive = table('positive-list');
  const prices = table('reference-prices');
  const prohibited = table('prohibited-hs');
  const disease = table('disease-alerts');
  const read = reader(findings);

  const listed = index(
    positive.rows,
    () => '',
    (r) => r[0]!,
    (r, i) =>
      read.dated(
        'positive-list',
        positive.lines[i]!,
        r[2]!,
        r[3]!,
        read.choice('positive-list', positive.lines[i]!, r[1]!, ['allowed', 'excluded'] as const),
      ),
  );
  const priceOf = new Map(prices.rows.map((r, i) => [`${r[0]}|${r[1]}`, read.number('reference-prices', prices.lines[i]!, r[2]!, 0, Infinity)]));
  const scores = index(
    prohibited.rows,
    () => '',
    (r) => r[0]!,
    (r, i) => read.dated('prohibited-hs', prohibited.lines[i]!, '', '', read.number('prohibited-hs', prohibited.lines[i]!, r[1]!, 0, 1)),
  );
  const levels = index(
    disease.rows,
    (r) => `${r[0]}|`,
    (r) => r[1]!,
    (r, i) => read.dated('disease-alerts', disease.lines[i]!, r[3]!, r[4]!, read.number('disease-alerts', disease.lines[i]!, r[2]!, 0, 4)),
  );

  return {
    versions: Object.fromEntries(
      Object.entries({ 'positive-list': positive, 'reference-prices': prices, 'prohibited-hs': prohibited, 'disease-alerts': disease }).map(
        ([name, t]) => [name, `${name} ${t.version}${t.complete ? '' : ' (incomplete)'}`],
      ),
    ),
    referencePrice: (hs, country) => priceOf.get(`${hs}|${country}`),
    prohibitedHs: (hs) => longest(scores, '', hs, 0) ?? 0,
    positiveList: (hs, at) => longest(listed, '', hs, at) ?? (positive.complete ? 'miss' : 'not-checked'),
    diseaseLevel: (country, hs, at) => longest(levels, `${country}|`, hs, at) ?? 0,
  };
}

function parseTable(name: keyof typeof COLUMNS, text: string | undefined, findings: Findings): Table {
  const file = `${name}.csv`;
  const none: Table = { version: 'absent', complete: false, rows: [], lines: [] };
  const refuse = (line: number, message: string, suggestion = '') => {
    findings.addAt('table', file, line, 1, message, suggestion);
    return none;
  };
  if (text === undefined) return refuse(1, `table ${file} is missing`, 'add it to the tables of the rule set');
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const head = /^# version: *([^,]+), *complete: *(true|false)\b/.exec(lines[0] ?? '');
  if (!head) return refuse(1, 'expected a first line such as `# version: 2026-11, complete: false, source: …`');
  const columns = COLUMNS[name];
  if (splitCsv(lines[1] ?? '').join() !== columns.join()) return refuse(2, `expected the columns ${columns.join(', ')}`);
  const rows: string[][] = [];
  const numbers: number[] = [];
  for (const [i, line] of lines.entries()) {
    if (i < 2) continue;
    const cells = line === '' || line.startsWith('#') ? [] : splitCsv(line);
    if (cells.length !== 0 && cells.length !== columns.length)
      findings.addAt('table', file, i + 1, 1, `expected ${columns.length} cells, found ${cells.length}`);
    if (cells.length !== columns.length) continue;
    rows.push(cells);
    numbers.push(i + 1);
  }
  return { version: head[1]!.trim(), complete: head[2] === 'true', rows, lines: numbers };
}

function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim());
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(,|$)/g)]
    .filter((m) => m.index < line.length || m[0] !== '')
    .map((m) => (m[1]!.startsWith('"') ? m[1]!.slice(1, -1).replaceAll('""', '"') : m[1]!).trim());
}

/** Readers of cells that name the line of what they refuse. */
function reader(findings: Findings) {
  const refuse = (name: string, line: number, message: string) => findings.addAt('table', `${name}.csv`, line, 1, message);
  return {
    number(name: string, line: number, text: string, low: number, high: number): number {
      const value = text === '' ? Number.NaN : Number(text);
      if (!(value >= low && value <= high)) refuse(name, line, `expected a number from ${low} to ${high}, given \`${text}\``);
      return value;
    },
    choice<T extends string>(name: string, line: number, text: string, known: readonly T[]): T {
      if (!known.includes(text as T)) refuse(name, line, `expected ${known.join(' or ')}, given \`${text}\``);
      return text as T;
    },
    /** Dates are days in Asia/Shanghai, the last one included; '' is open. A day that is none would put the entry out of force without a word. */
    dated<V>(name: string, line: number, from: string, to: string, value: V): Dated<V> {
      const day = (text: string) => {
        const start = Date.parse(`${text}T00:00:00+08:00`);
        if (Number.isNaN(start)) refuse(name, line, `expected a day such as 2026-01-31, given \`${text}\``);
        return start;
      };
      return { from: from === '' ? -Infinity : day(from), to: to === '' ? Infinity : day(to) + 86_400_000, value };
    },
  };
}

/** Entries by prefix (disease alerts: by `country|prefix`), and the prefix lengths that occur, longest first: only these are looked up. */
interface Prefixes<V> {
  entries: Map<string, Dated<V>[]>;
  lengths: number[];
}

function index<V>(
  rows: string[][],
  before: (row: string[]) => string,
  prefixOf: (row: string[]) => string,
  entryOf: (row: string[], i: number) => Dated<V>,
): Prefixes<V> {
  const entries = new Map<string, Dated<V>[]>();
  for (const [i, row] of rows.entries()) {
    const key = before(row) + prefixOf(row);
    const known = entries.get(key);
    if (known) known.push(entryOf(row, i));
    else entries.set(key, [entryOf(row, i)]);
  }
  return { entries, lengths: [...new Set(rows.map((row) => prefixOf(row).length))].sort((a, b) => b - a) };
}

function longest<V>({ entries, lengths }: Prefixes<V>, before: string, hs: string, at: number): V | undefined {
  for (const length of lengths) {
    const dated = length > hs.length ? undefined : entries.get(before + hs.slice(0, length));
    if (dated === undefined) continue;
    for (const entry of dated) if (at >= entry.from && at < entry.to) return entry.value;
  }
  return undefined;
}
