/**
 * What a user's SQL may do: one SELECT over the published tables, with functions that reach nothing outside them. The connection is read-only for
 * good, but ClickHouse's readonly still lets `file()` read any file, INTO OUTFILE write one and merge() list system tables; hence this check of the
 * parsed statement (EXPLAIN AST: ClickHouse's own parser, nothing evaluated) against lists of what is allowed.
 */
import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';

export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
}

/** Categories of system.functions that compute from their arguments alone. Others (Other, AI, Dictionary, Encryption, Introspection, Internal …) are refused. */
const CATEGORIES = ['Arithmetic', 'Arrays', 'Bit', 'Bitmap', 'Comparison', 'Conditional', 'Dates and Times', 'Distance', 'Encoding', 'Geo', 'Hash', 'IP Address', 'JSON', 'Logical', 'Map',
  'Mathematical', 'Null', 'Random Number', 'Rounding', 'String', 'String Replacement', 'String Search', 'String Splitting', 'Time Window', 'Tuple', 'Type Conversion', 'URL', 'UUID'];
/** From the category Other, and what the parser itself writes. */
const ALSO = ['bar', 'byteSize', 'countDigits', 'formatReadableDecimalSize', 'formatReadableQuantity', 'formatReadableSize', 'formatReadableTimeDelta', 'identity', 'ignore', 'materialize',
  'neighbor', 'rowNumberInAllBlocks', 'runningDifference', 'toTypeName', 'transform', 'caseWithExpression', 'caseWithoutExpression', 'caseWithoutExpr', 'caseWithExpr', 'numbers', 'lambda', 'exists', '_CAST'];

/** Nodes of a statement or of its parts that only read. */
const QUERIES = new Set(['SelectQuery', 'SelectWithUnionQuery', 'SelectIntersectExceptQuery', 'TablesInSelectQuery']);
/** Tables of the database that only the sink uses. */
const UNPUBLISHED = /^facts_hourly_next|_local$|^migrating$/;
const REMEMBERED = 500;

export interface Guard {
  /** Rejects with QueryRefused (what, expected, next step) or with ClickHouse's syntax error. `on`: a reading connection that is free. */
  check(sql: string, params: Record<string, unknown>, on: ClickHouseClient): Promise<void>;
}

export async function createGuard(client: Pick<ClickHouseClient, 'query'>, published: readonly string[]): Promise<Guard> {
  const functions = await allowedFunctions(client);
  const tables = new Set(published);
  const passed = new Set<string>();
  return {
    async check(sql, params, on) {
      if (isListing(sql, tables) || passed.has(sql)) return;
      checkText(sql);
      // On the reading connection, and without FORMAT, which would be taken for the statement's own.
      const result = await on.exec({ query: `EXPLAIN AST ${sql}`, query_params: params });
      checkTree((await text(result.stream)).split('\n').map((line) => line.replace(/^"(.*)"$/, '$1').trim()), functions, tables);
      // Parameters are values, never names (the word Identifier is refused), so the text alone decides.
      if (passed.size >= REMEMBERED) passed.clear();
      passed.add(sql);
    },
  };
}

/** The two other statements that a user may send, spelt plainly. */
function isListing(sql: string, tables: Set<string>): boolean {
  if (/^\s*show\s+tables\s*$/i.test(sql)) return true;
  const described = /^\s*desc(?:ribe)?\s+(?:table\s+)?(?:fenghuo\.)?(\w+)\s*$/i.exec(sql)?.[1];
  return described !== undefined && tables.has(described);
}

/** Before the parser: what would end the statement early, or hide a name from the tree. */
function checkText(sql: string): void {
  if (!/^\s*(select|with|\()/i.test(sql)) throw refused('a statement that does not begin with SELECT or WITH', 'one SELECT statement, without comments before it');
  if (sql.includes(';')) throw refused('a semicolon', 'one SELECT statement without a closing semicolon (inside a string write char(59))');
  const word = /\b(outfile|infile|apply|identifier)\b/i.exec(sql)?.[0];
  if (word) throw refused(`the word ${word.toUpperCase()}`, 'a plain SELECT: no output files, no APPLY, no names in parameters (inside a string split the word with concat)');
}

/** One node a line, e.g. `TableIdentifier fenghuo.orders`, `Function sum (alias total) (children 1)`. */
function checkTree(lines: string[], functions: Set<string>, tables: Set<string>): void {
  for (const line of lines) {
    const [kind = '', name = ''] = line.split(' ');
    if (kind === 'Function' && !functions.has(name.toLowerCase())) throw refused(`the function ${name}`, 'functions that compute from their arguments (no files, network, settings, dictionaries, sleep)');
    if (kind === 'ColumnsApplyTransformer' || (kind.endsWith('Query') && !QUERIES.has(kind))) throw refused(`the part ${kind}`, 'a plain SELECT');
    if (kind === 'TableIdentifier' && !mayRead(name, tables)) throw refused(`the table ${name}`, `one of fenghuo.${[...tables].join(', ')}`);
    if (kind === 'Identifier' && /^(system|information_schema|default|_temporary_and_external_tables)\./i.test(name)) throw refused(`the name ${name}`, 'columns and published tables');
  }
}

/** A bare name is a WITH of the same statement (the tree does not tell), or a table of the current database, fenghuo: then it must be published. */
function mayRead(name: string, tables: Set<string>): boolean {
  if (name.startsWith('fenghuo.')) return tables.has(name.slice('fenghuo.'.length));
  return /^\w+$/.test(name) && !UNPUBLISHED.test(name);
}

async function allowedFunctions(client: Pick<ClickHouseClient, 'query'>): Promise<Set<string>> {
  const read = async <T>(query: string) => (await client.query({ query, format: 'JSONEachRow' })).json<T>();
  const all = await read<{ name: string; alias_to: string; is_aggregate: number; categories: string }>('SELECT name, alias_to, is_aggregate, categories FROM system.functions');
  const combinators = (await read<{ name: string }>('SELECT name FROM system.aggregate_function_combinators')).map((row) => row.name);
  const allowed = new Set(ALSO.map((name) => name.toLowerCase()));
  for (const f of all) {
    if (!f.is_aggregate && !f.categories.split(',').some((category) => CATEGORIES.includes(category.trim()))) continue;
    allowed.add(f.name.toLowerCase());
    if (f.is_aggregate) for (const suffix of combinators) allowed.add(`${f.name}${suffix}`.toLowerCase());
  }
  for (const f of all) if (f.alias_to !== '' && allowed.has(f.alias_to.toLowerCase())) allowed.add(f.name.toLowerCase());
  return allowed;
}

const refused = (given: string, expected: string): QueryRefused =>
  new QueryRefused(`this query is refused: it uses ${given}. Expected ${expected}. The published tables and their columns are in schemas/tables.`);
