/** `fenghuo reference`: the reference tables in force, their history, and another version of one. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Argument, type Command } from 'commander';
import type { HistoryEntry, Loaded, TableState } from '../processors/reference.ts';
import { dayOf } from '../reference/days.ts';
import { FEEDS, importFeed, type Feed } from '../reference/feeds.ts';
import { feedNames } from '../reference/notices.ts';
import { DATES, TABLES } from '../reference/tables.ts';
import { writeSheet } from '../seeds/csv.ts';
import { loadSeed } from '../seeds/load.ts';
import { limitOf } from './alerts.ts';
import { CommandError, EXIT } from './exit.ts';
import { clock, plain, say, table } from './format.ts';
import { connect, gatewayCommand, langOf, langOption, note, print, printJson, withExamples, type GatewayOptions } from './output.ts';

interface LoadOptions extends GatewayOptions { table?: string; dryRun?: boolean; topic?: boolean }
interface ImportOptions extends GatewayOptions { dryRun?: boolean; label?: string; print?: boolean; kindDays: number }
/** Rows of one answer that a terminal shows. */
const SHOWN = 20;

export function referenceCommand(program: Command): void {
  const group = withExamples(program.command('reference').description('list, show, load and compare reference tables'), ['reference list', 'reference load positive-list.csv --dry-run']);
  gatewayCommand(group, 'list', 'the tables in force: version, completeness, rows, since when, by whom', ['reference list', 'reference list --json']).addOption(langOption()).action(list);
  gatewayCommand(group, 'show', 'the text of a table', ['reference show exchange-rates', 'reference show positive-list --at 2022-03-01', 'reference show parties --label 2026-11 > parties.csv'])
    .argument('<table>', 'its name').option('--label <version>', 'another version than the one in force').option('--at <day>', 'only rows in force on that day (YYYY-MM-DD, Beijing)').action(show);
  gatewayCommand(group, 'load', 'put a table in force, whole or not at all', ['reference load positive-list.csv --dry-run', 'reference load ministries-2026.csv --table positive-list'])
    .argument('<file>', 'CSV whose first line reads `# version: V, complete: true|false, source: S`').option('--table <name>', "the table (else the file's name)").option('--dry-run', 'only say what would change')
    .option('--topic', 'put it on intake.operations.v1 and do not wait for the outcome').action(load);
  gatewayCommand(group, 'diff', 'what loading a file would change, row by row', ['reference diff positive-list.csv']).argument('<file>', 'CSV').option('--table <name>', "the table (else the file's name)")
    .action((file: string, options: LoadOptions) => load(file, { ...options, dryRun: true }));
  gatewayCommand(group, 'history', 'which table changed when, by whom', ['reference history', 'reference history sanctions --limit 10'])
    .argument('[table]', 'one table only').option('--limit <n>', 'how many (default 50)', limitOf, 50).action(history);
  gatewayCommand(group, 'import', 'take a public recall feed into the recalls in force', ['reference import safety-gate weekly.xml --dry-run', 'reference import cpsc recalls.json', 'reference import rasff export.csv --print > recalls.csv'])
    .addArgument(new Argument('<feed>', 'which feed').choices(FEEDS)).argument('<file>', 'its export').option('--label <version>', 'version of the table (else the time and the feed)').option('--dry-run', 'only say what would change')
    .option('--kind-days <n>', 'how long a notice holds that names no article but a kind of goods (default 365)', limitOf, 365)
    .option('--print', 'print the table instead of loading it').action(importRecalls);
}

async function list(options: GatewayOptions & { lang?: string }): Promise<void> {
  const { tables } = await connect(options).get<{ tables: TableState[] }>('/v1/reference');
  if (options.json) return printJson(tables);
  const lang = langOf(options.lang);
  print(table(tables.map((t) => ({ table: t.table, version: plain(t.version), complete: t.complete ? 'yes' : 'no', rows: t.rows, since: clock(t.since), by: plain(t.by), what: say(t.title, lang) }))));
}

async function show(name: string, options: GatewayOptions & { label?: string; at?: string }): Promise<void> {
  const query = new URLSearchParams({ ...(options.label && { version: options.label }), ...(options.at && { at: options.at }) });
  const shown = await connect(options).get<{ version: string; complete: boolean; source: string; rows: Record<string, string>[] }>(`/v1/reference/${encodeURIComponent(name)}?${query}`);
  if (options.json) return printJson(shown);
  const columns = Object.keys(shown.rows[0] ?? {});
  process.stdout.write(writeSheet({ ...shown, columns, cells: shown.rows.map((row) => columns.map((column) => row[column] ?? '')) }));
}

async function load(file: string, options: LoadOptions): Promise<void> {
  await send(options.table ?? basename(file).replace(/\.csv$/, ''), read(file), options);
}

async function send(name: string, text: string, options: LoadOptions): Promise<void> {
  if (options.topic) return putOnTopic(name, text, options);
  const path = `/v1/reference/${encodeURIComponent(name)}${options.dryRun ? '?dry-run=1' : ''}`;
  const loaded = await connect(options).post<Loaded>(path, text, 'text/csv');
  if (options.json) return printJson(loaded);
  for (const { kind, key, from, before, after } of loaded.changes.slice(0, SHOWN)) {
    const fields = Object.keys(after ?? before ?? {}).filter((column) => before?.[column] !== after?.[column]);
    const what = kind === 'changed' ? fields.map((column) => `${column} ${before?.[column] || '(none)'} → ${after?.[column] || '(none)'}`).join(', ') : '';
    print(plain(`${{ added: '+', changed: '~', removed: '-' }[kind]} ${key}${from ? ` from ${from}` : ''}${what ? `: ${what}` : ''}`));
  }
  const all = loaded.added + loaded.changed + loaded.removed;
  if (all > SHOWN) print(`  … and ${all - SHOWN} more rows`);
  print(`${loaded.table} ${plain(loaded.before) || '(nothing)'} → ${plain(loaded.version)}: ${loaded.added} added, ${loaded.changed} changed, ${loaded.removed} removed, ${loaded.unchanged} unchanged${loaded.from === null ? '' : `; events are judged otherwise from ${loaded.from || 'the beginning'}`}.`);
  print(loaded.inForce ? 'In force now.' : 'Nothing was changed (dry run).');
}

async function putOnTopic(name: string, text: string, options: LoadOptions): Promise<void> {
  if (options.dryRun) throw new CommandError(EXIT.usage, '--dry-run is answered at once and --topic is not: give one of the two');
  const put = await connect(options).post<{ topic: string; partition: number; offset: number }>(`/v1/reference/${encodeURIComponent(name)}?via=topic`, text, 'text/csv');
  if (options.json) return printJson(put);
  print(`${plain(name)} lies on ${put.topic} at offset ${put.offset}. \`npx fenghuo reference history ${plain(name)}\` shows it once it is in force, \`npx fenghuo dead-letters list\` why it was refused.`);
}

async function history(name: string | undefined, options: GatewayOptions & { limit: number }): Promise<void> {
  const query = new URLSearchParams({ limit: String(options.limit), ...(name && { table: name }) });
  const answer = await connect(options).get<{ history: HistoryEntry[] }>(`/v1/reference/history?${query}`);
  if (options.json) return printJson(answer.history);
  print(answer.history.length === 0 ? '(nothing)' : table(answer.history.map((h) => ({ when: clock(h.since), table: h.table, version: plain(h.version), by: plain(h.by), added: h.added, changed: h.changed, removed: h.removed, from: h.from ?? '' }))));
}

/** Cases of the feed replace what the table knew of them; other rows stay. */
async function importRecalls(feed: Feed, file: string, options: ImportOptions): Promise<void> {
  const now = Date.now();
  const { rows, skipped } = imported(feed, file, dayOf(now), options.kindDays);
  for (const { record, why } of skipped.slice(0, SHOWN)) note(`record ${record + 1} is left out: ${why}`);
  if (rows.length === 0) throw new CommandError(EXIT.refused, `${file} holds no recall that could be read. Expected an export of ${feed}.`);
  const known = await connect(options).get<{ rows: Record<string, string>[] }>('/v1/reference/recalls');
  const cases = new Set(rows.map((row) => row.case_id));
  const kept = known.rows.filter((row) => row.source !== feed || !cases.has(row.case_id as string));
  const columns = [...Object.keys(TABLES.recalls.columns), ...DATES];
  const version = options.label ?? `${new Date(now).toISOString().slice(0, 16).replace(':', '')}-${feed}`;
  const text = writeSheet({ version, complete: false, source: 'imported from public recall feeds', columns, cells: [...kept, ...rows].map((row) => columns.map((column) => row[column] ?? '')) });
  note(`${rows.length} recalls read, ${skipped.length} records left out.`);
  if (options.print) process.stdout.write(text);
  else await send('recalls', text, options);
}

const names = () => feedNames({ terms: loadSeed('feeds/food-terms'), categories: loadSeed('feeds/rasff-categories'), countries: loadSeed('customs-countries'), moreCountries: loadSeed('feeds/country-names') });

function imported(feed: Feed, file: string, day: string, kindDays: number) {
  const text = read(file);
  try {
    return importFeed(feed, text, { day, kindDays, names: names() });
  } catch (error) {
    throw new CommandError(EXIT.refused, `${file}: ${(error as Error).message}. Expected an export of ${feed}: safety-gate as XML, cpsc as JSON, rasff as CSV or JSON.`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.usage, `${file} cannot be read: ${(error as Error).message}`);
  }
}
