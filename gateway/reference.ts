/** Reference tables over HTTP: what is in force, what was, and another version. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Operations } from '../processors/operations.ts';
import type { ReferenceDesk as Desk, Refusal } from '../processors/reference.ts';
import { startOfDay } from '../reference/days.ts';
import { inTurns } from '../processors/turns.ts';
import { type Table, tableSteps } from '../reference/read.ts';
import { DATES, isTable, specOf, TABLE_NAMES, type TableName } from '../reference/tables.ts';
import { writeSheet } from '../seeds/csv.ts';
import { ApiError, notFound } from './errors.ts';
import { flag, readBody, readQuery, who } from './request.ts';

/** Changes of one answer; the counts tell of all. */
const SHOWN = 100;

const tableBody = z.object({
  version: z.string().regex(/^[^,\s]{1,60}$/, 'a version of 1 to 60 characters without spaces and commas'),
  complete: z.boolean(),
  source: z.string().min(1).max(300).regex(/^[^\r\n]*$/, 'one line'),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
});
const showQuery = z.object({ version: z.string().max(60).optional(), at: z.string().max(30).optional(), find: z.string().max(200).default(''), limit: z.coerce.number().int().min(1).max(1_000_000).default(1_000_000), format: z.enum(['json', 'csv']).default('json') });
const changesQuery = z.object({ since: z.coerce.number().int().min(0) });
const historyQuery = z.object({ table: z.string().max(60).optional(), limit: z.coerce.number().int().min(1).max(1000).default(100) });
const loadQuery = z.object({ 'dry-run': flag, via: z.enum(['http', 'topic']).default('http') });

function textOf(request: FastifyRequest, table: TableName): string {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/csv') return Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
  if (type !== 'application/json') {
    throw new ApiError(415, 'MEDIA_TYPE', 'This type of content is not taken.', { expected: 'content-type text/csv or application/json', given: type.slice(0, 60) || 'no content-type' });
  }
  const { rows, ...head } = readBody(tableBody, request);
  const given = new Set(rows.flatMap((row) => Object.keys(row)));
  const known = [...Object.keys(specOf(table).columns), ...DATES].filter((name) => given.has(name));
  const columns = [...known, ...[...given].filter((name) => !known.includes(name))];
  return writeSheet({ ...head, columns, cells: rows.map((row) => columns.map((name) => String(row[name] ?? ''))) });
}

function named(table: string): TableName {
  if (isTable(table)) return table;
  throw notFound(`There is no reference table ${table.slice(0, 60)}.`, `Tables: ${TABLE_NAMES.join(', ')}.`);
}

/** All that is wrong, as far as it can be read at once; the running version stays. */
function refused({ code, findings }: Refusal): ApiError {
  const lines = findings.slice(0, 20).map((f) => `${f.file}:${f.line} ${f.message}`);
  if (findings.length > lines.length) lines.push(`and ${findings.length - lines.length} more`);
  return new ApiError(code === 'VERSION_TAKEN' ? 409 : 422, code, lines.join('\n'), {
    expected: code === 'VERSION_TAKEN' ? 'a version name that no other content has' : 'a table without findings: it is taken whole or not at all',
    given: `${findings.length} finding(s)`, next: findings[0]?.suggestion || 'Mend the lines named; the version in force stays until then.',
  });
}

/** `at`: a day, or a moment as ISO 8601. */
function momentOf(at: string): number {
  const moment = Number.isNaN(startOfDay(at)) ? Date.parse(at) : startOfDay(at);
  if (Number.isNaN(moment)) throw new ApiError(400, 'BAD_QUERY', 'Parameter at cannot be used.', { expected: 'a day such as 2026-01-31, or a time as ISO 8601', given: at });
  return moment;
}

/** `find`: a part of any cell; of a code's beginning also the code that it stands for. */
function rowsOf(table: Table, at: number | undefined, find: string): Record<string, string>[] {
  const rows: Record<string, string>[] = [];
  const wanted = find.trim().toLowerCase();
  const prefixes = table.columns.map((name) => name.endsWith('prefix'));
  const fits = (cell: string, column: number): boolean => cell.toLowerCase().includes(wanted) || (prefixes[column] === true && cell !== '' && wanted.startsWith(cell.toLowerCase()));
  for (const [i, cells] of table.cells.entries()) {
    if (at !== undefined && (at < (table.from[i] as number) || at >= (table.to[i] as number))) continue;
    if (wanted !== '' && !cells.some(fits)) continue;
    rows.push(Object.fromEntries(table.columns.map((name, c) => [name, cells[c] as string])));
  }
  return rows;
}


async function show(reference: Desk, request: FastifyRequest<{ Params: { table: string } }>, reply: FastifyReply): Promise<unknown> {
  const table = named(request.params.table);
  const { version, at, find, limit, format } = readQuery(showQuery, request);
  const found = await reference.text(table, version);
  if (!found) throw notFound(`Table ${table} has ${version === undefined ? 'no version in force' : 'had no version of this name'}.`, `GET /v1/reference/history?table=${table} lists its versions.`);
  if (format === 'csv') return reply.type('text/csv; charset=utf-8').send(found.text);
  const read = await inTurns(tableSteps(table, found.text));
  if (!read.ok) throw new ApiError(409, 'OLD_FORM', 'This version does not fit the declaration of today.', { next: 'Ask for it with ?format=csv.' });
  const rows = rowsOf(read.table, at === undefined ? undefined : momentOf(at), find);
  return { table, ...found.part, complete: read.table.complete, source: read.table.source, total: rows.length, rows: rows.slice(0, limit) };
}

export function referenceRoutes(app: FastifyInstance, reference: Desk, operations: Pick<Operations, 'put'>): void {
  app.get('/v1/reference', { config: { access: 'read' } }, async () => ({ tables: await reference.list() }));
  app.get('/v1/reference/history', { config: { access: 'read' } }, async (request) => {
    const { table, limit } = readQuery(historyQuery, request);
    return { history: await reference.history(table === undefined ? undefined : named(table), limit) };
  });
  app.get<{ Params: { table: string } }>('/v1/reference/:table/changes', { config: { access: 'read' } }, async (request) => {
    const table = named(request.params.table);
    const { since } = readQuery(changesQuery, request);
    const found = await reference.changes(table, since);
    if (!found) throw notFound(`No version of ${table} came in force at that time.`, `GET /v1/reference/history?table=${table} lists them with since.`);
    return { table, ...found, changes: found.changes.slice(0, SHOWN) };
  });
  app.get<{ Params: { table: string } }>('/v1/reference/:table', { config: { access: 'read' } }, (request, reply) => show(reference, request, reply));
  app.post<{ Params: { table: string } }>('/v1/reference/:table', { config: { access: 'admin' } }, async (request, reply) => {
    const table = named(request.params.table);
    const { via, 'dry-run': dry } = readQuery(loadQuery, request);
    const { name } = who(request);
    if (via === 'topic') {
      if (dry) throw new ApiError(400, 'BAD_QUERY', 'A dry run is answered at once, so it does not go by the topic.', { expected: 'dry-run=1 or via=topic', given: 'both' });
      return reply.code(202).send({ table, ...(await operations.put(table, textOf(request, table), name)) });
    }
    const result = await reference.load(table, textOf(request, table), name, dry);
    if (!result.ok) throw refused(result);
    return { ...result.loaded, changes: result.loaded.changes.slice(0, SHOWN) };
  });
}
