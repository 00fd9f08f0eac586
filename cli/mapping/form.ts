/** The mapping file: YAML → checked mapping. Every problem is reported, with its line and a suggestion. */
import { z } from 'zod';
import { didYouMean, Findings } from '../../language/findings.ts';
import { parseYaml, type Doc, type Path } from '../../language/parse.ts';
import type { Finding } from '../../language/ruleset.ts';
import type { DocumentMessage } from '../../schemas/customs/messages.ts';
import { formatProblem, isZone } from './dates.ts';
import { fieldsOf, TYPES, type FieldInfo, type Fields, type Kind } from './fields.ts';

export const ENCODINGS = ['auto', 'utf-8', 'gb18030', 'gbk', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];
export const UNITS = ['yuan', 'fen', 'kg', 'g'] as const;

const word = z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text' }).transform(String);
const list = z.array(word.pipe(z.string().min(1, 'expected the name of a column')));
const names = z.preprocess((value) => (Array.isArray(value) ? value : [value]), list.min(1, 'expected at least one column'));
const decimal = z.enum(['.', ',']);
/** A name alone, or a list of names of which the first one found counts, is the short form of `column`. */
const field = z.preprocess((value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { column: value }), z.strictObject({
  column: names.optional(), join: names.optional(), with: z.string().default(''), constant: word.optional(), values: z.record(z.string(), word).optional(), otherwise: word.optional(),
  blank: word.optional(), date: z.string().optional(), zone: z.string().optional(), decimal: decimal.optional(), unit: z.enum(UNITS).optional(), optional: z.boolean().default(false),
}));
const fields = z.record(z.string(), field);
const form = z.strictObject({
  type: z.string(),
  file: z.strictObject({
    encoding: z.enum(ENCODINGS).default('auto'), delimiter: z.string().default('auto'), sheet: z.union([z.string(), z.int().min(1)], { error: 'expected the name of a sheet, or its number from 1 on' }).default(1),
    header: z.union([z.literal('auto'), z.literal('none'), z.int().min(1)], { error: 'expected auto, none, or the number of the row with the column names' }).default('auto'), zone: z.string().default('Asia/Shanghai'), decimal: decimal.default('.'),
  }).prefault({}),
  fields,
  items: z.strictObject({ rows: names.optional(), columns: z.int().min(1).max(100).optional(), fields }).optional(),
  ignore: list.default([]),
});
type Form = z.output<typeof form>;

export interface FieldMap {
  name: string; kind: Kind; needed: boolean;
  /** Alternatives: the first that the file has counts. */
  column: string[] | undefined;
  /** A list of alternatives may be missing altogether; a single name may not. */
  mayMiss: boolean;
  join: string[] | undefined; with: string; constant: string | undefined; values: ReadonlyMap<string, string> | undefined; otherwise: string | undefined; blank: string | undefined;
  date: string | undefined; zone: string; decimal: '.' | ','; unit: (typeof UNITS)[number] | undefined;
}
export interface Mapping {
  type: DocumentMessage;
  encoding: Encoding;
  /** '' = to be found out. */
  delimiter: string;
  sheet: string | number;
  header: 'auto' | 'none' | number;
  fields: FieldMap[];
  items: { by: 'row' | 'rows' | 'columns'; key: string[]; count: number; fields: FieldMap[] } | undefined;
  ignore: string[];
}

export function readMapping(file: string, text: string): { ok: true; mapping: Mapping } | { ok: false; findings: Finding[] } {
  const findings = new Findings();
  const doc = parseYaml(file, text, findings, '`npx fenghuo ingest --map-template order` prints one to start from');
  if (!doc) return { ok: false, findings: findings.sorted() };
  const parsed = form.safeParse(doc.value);
  if (!parsed.success) for (const issue of parsed.error.issues) addIssue(findings, doc, issue);
  const mapping = parsed.success ? check(findings, doc, parsed.data) : undefined;
  return mapping && findings.list.length === 0 ? { ok: true, mapping } : { ok: false, findings: findings.sorted() };
}

const KEYS: Record<string, string[]> = { '': ['type', 'file', 'fields', 'items', 'ignore'], file: ['encoding', 'delimiter', 'sheet', 'header', 'zone', 'decimal'], items: ['rows', 'columns', 'fields'] };
const FIELD_KEYS = ['column', 'join', 'with', 'constant', 'values', 'otherwise', 'blank', 'date', 'zone', 'decimal', 'unit', 'optional'];

function addIssue(findings: Findings, doc: Doc, issue: z.core.$ZodIssue): void {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const known = KEYS[path.join('.')] ?? FIELD_KEYS;
    for (const key of issue.keys) findings.add('unknown-key', doc, [...path, key], `\`${key}\` is no key here; expected one of ${known.join(', ')}`, didYouMean(key, known), 'key');
  } else findings.add(issue.code === 'invalid_type' && issue.input === undefined ? 'missing-key' : 'wrong-type', doc, path, `\`${path.join('.')}\`: ${issue.message}`);
}

function check(findings: Findings, doc: Doc, { type, file, ...sent }: Form): Mapping | undefined {
  if (!(TYPES as string[]).includes(type)) {
    findings.add('wrong-type', doc, ['type'], `\`type\`: expected one of ${TYPES.join(', ')}; given \`${type}\``, didYouMean(type, TYPES));
    return undefined;
  }
  const known = fieldsOf(type as DocumentMessage);
  const { items } = sent;
  if (!isZone(file.zone)) addZone(findings, doc, ['file', 'zone'], file.zone);
  if (file.delimiter !== 'auto' && file.delimiter !== 'tab' && [...file.delimiter].length !== 1) findings.add('wrong-type', doc, ['file', 'delimiter'], `\`file.delimiter\`: expected auto, tab or one character; given \`${file.delimiter}\``);
  const head = fieldMaps(findings, doc, ['fields'], sent.fields, known.head, file);
  const lines = items && fieldMaps(findings, doc, ['items', 'fields'], items.fields, known.line, file);
  if (items) checkItems(findings, doc, items, known, type);
  if (!items && known.linesNeeded) findings.add('missing-key', doc, [], `${type}: a document of this type has lines: expected \`items\` with their fields`, `\`npx fenghuo ingest --map-template ${type}\` shows how`);
  return {
    type: type as DocumentMessage, encoding: file.encoding, delimiter: file.delimiter === 'auto' ? '' : file.delimiter === 'tab' ? '\t' : file.delimiter, sheet: file.sheet, header: file.header, fields: head,
    items: lines && items ? { by: items.rows ? 'rows' : items.columns ? 'columns' : 'row', key: items.rows ?? [], count: items.columns ?? 1, fields: lines } : undefined, ignore: sent.ignore,
  };
}

function checkItems(findings: Findings, doc: Doc, items: NonNullable<Form['items']>, known: Fields, type: string): void {
  if (known.line.length === 0) findings.add('unknown-key', doc, ['items'], `a ${type} has no lines: leave \`items\` out`, '', 'key');
  if (items.rows && items.columns) findings.add('unknown-key', doc, ['items'], 'lines come either as several rows (`rows`) or as numbered columns (`columns`), not both', 'leave one of them out', 'key');
  for (const name of items.rows ?? []) if (!known.head.some((f) => f.name === name)) findings.add('wrong-type', doc, ['items', 'rows'], `\`items.rows\` names the fields that are the same in all rows of one ${type}; \`${name}\` is none of its fields`, didYouMean(name, known.head.map((f) => f.name)));
  if (items.columns && !JSON.stringify(items.fields).includes('{n}')) findings.add('missing-key', doc, ['items', 'fields'], 'numbered columns are written with {n}, e.g. `itemName: 商品{n}名称`; no column has it');
}

function fieldMaps(findings: Findings, doc: Doc, path: Path, sent: Form['fields'], known: FieldInfo[], file: Form['file']): FieldMap[] {
  const infos = new Map(known.map((info) => [info.name, info]));
  for (const info of known) if (info.needed && !(info.name in sent)) findings.add('missing-key', doc, path, `\`${info.name}\` is needed: ${info.expected}`, `give its column, or { constant: … }`, 'key');
  return Object.entries(sent).flatMap(([name, f]) => {
    const info = infos.get(name);
    if (!info) findings.add('unknown-key', doc, [...path, name], `\`${name}\` is no field that can be filled here`, didYouMean(name, infos.keys()), 'key');
    else checkField(findings, doc, [...path, name], f, info);
    return info ? [{
      ...f, name, kind: info.kind, needed: info.needed, mayMiss: f.optional || ((f.column?.length ?? 0) > 1 && !info.needed), column: f.column, join: f.join, constant: f.constant, otherwise: f.otherwise,
      values: f.values && new Map(Object.entries(f.values)), blank: f.blank, date: f.date, zone: f.zone ?? file.zone, decimal: f.decimal ?? file.decimal, unit: f.unit,
    }] : [];
  });
}

function checkField(findings: Findings, doc: Doc, path: Path, f: Form['fields'][string], { name, kind }: FieldInfo): void {
  const from = [f.column && 'column', f.join && 'join', f.constant !== undefined && 'constant'].filter(Boolean);
  if (from.length !== 1) findings.add('wrong-type', doc, path, `\`${name}\` comes from exactly one of column, join, constant; given ${from.length === 0 ? 'none' : from.join(' and ')}`);
  const only = (key: 'date' | 'zone' | 'decimal' | 'unit', kinds: Kind[]) => {
    if (f[key] !== undefined && !kinds.includes(kind)) findings.add('unknown-key', doc, [...path, key], `\`${key}\` is for ${kinds.join(' and ')} fields; \`${name}\` is a ${kind} field`, 'leave it out', 'key');
  };
  only('date', ['time']), only('zone', ['time']), only('decimal', ['amount', 'whole']), only('unit', ['amount']);
  if (f.zone !== undefined && !isZone(f.zone)) addZone(findings, doc, [...path, 'zone'], f.zone);
  const wrong = f.date === undefined ? '' : formatProblem(f.date);
  if (wrong) findings.add('wrong-type', doc, [...path, 'date'], `\`date\`: ${wrong}`, 'e.g. YYYY-MM-DD HH:mm:ss, D/M/YYYY H:mm, epoch, epoch-ms');
}

function addZone(findings: Findings, doc: Doc, path: Path, zone: string): void {
  findings.add('wrong-type', doc, path, `\`${path.join('.')}\`: \`${zone}\` is no time zone`, 'e.g. Asia/Shanghai, Europe/Berlin, UTC, +08:00');
}
