/** What `fenghuo ingest` does: sends each file, and tells what became of it and of its orders. */
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { findFiles, isTable } from './find.ts';
import { peek } from './bytes.ts';
import { orderKeys, orderLines, watchOrders } from './orders.ts';
import { progressOf, resultLines, summaryLines } from './report.ts';
import { sendFile, TAKEN_BEFORE, type PartResult, type Sending } from './send.ts';
import { formOf, noMapping, openTable, type How } from './source.ts';
import { partsOf } from './unpack.ts';
import { watch } from './watch.ts';
import { loadMapping } from '../mapping/load.ts';
import type { Mapping } from '../mapping/form.ts';
import { preview, previewLines, type Preview } from '../mapping/preview.ts';
import { templateOf } from '../mapping/template.ts';
import type { IngestOptions } from '../ingest.ts';
import { connect, langOf, note, print, printJson } from '../output.ts';

type Skipped = { name: string; why: string }[];

/** Of a long file only so many rejections and orders are shown one by one. */
const SHOWN = 20;
const MOST_IDS = 100;

export async function ingest(files: string[], options: IngestOptions): Promise<void> {
  if (options.mapTemplate) return print(templateOf(options.mapTemplate).trimEnd());
  checkUsage(files, options);
  const mapping = options.map === undefined ? undefined : await loadMapping(options.map);
  const how: How = { warn: note, ...(options.as && { as: options.as }), ...(mapping && { mapping }) };
  if (options.dryRun) return dryRun(files, how, mapping, options);
  const client = connect(options);
  if (options.watch !== undefined) return watch(client, { folder: options.watch, done: options.done, failed: options.failed, backfill: options.backfill, how, say: print });
  const skipped: Skipped = [];
  const results = await sendAll(client, files, how, options, skipped);
  const orders = options.wait && !options.backfill ? await watchOrders(client, await orderKeys(client, results.flatMap((r) => r.eventIds))) : [];
  if (options.json) printJson({ files: results.map(({ code: _code, ...result }) => result), skipped, orders });
  else for (const line of [...orderLines(orders, langOf(options.lang)), ...summaryLines(results, skipped)]) print(line);
  endWith(results);
}

/** All that is wrong with the command line itself, before anything is read or sent. */
function checkUsage(files: string[], { watch: folder, done, failed, dryRun: dry, map, backfill, as }: IngestOptions): void {
  const problems: string[] = [];
  if (files.length === 0 && folder === undefined) problems.push("missing required argument 'file': name files or folders, - for standard input, or give --watch DIR");
  if (files.length > 0 && folder !== undefined) problems.push(`--watch takes files from its folder only: leave out ${files.join(' ')}`);
  if (folder === undefined && (done ?? failed) !== undefined) problems.push('--done and --failed move the files of --watch: give --watch DIR, or leave them out');
  if (dry && folder !== undefined) problems.push('--dry-run looks at files by name: leave out --watch');
  if (dry && map === undefined) problems.push('--dry-run shows how a mapping reads a table: give --map FILE (`npx fenghuo ingest --map-template order > map.yaml` prints one to start from)');
  if (backfill !== undefined && !/^[\w.-]{1,60}$/.test(backfill)) problems.push(`--backfill: expected 1–60 letters, digits, dots, dashes or underscores; given ${backfill.length} characters`);
  if ((as === 'csv' || as === 'xlsx') && map === undefined) problems.push(noMapping(`--as ${as}`).message);
  for (const name of files) if (as === undefined && map === undefined && isTable(name)) problems.push(noMapping(name).message);
  if (problems.length > 0) throw new CommandError(EXIT.usage, problems.join('\n'));
}

async function sendAll(client: Client, names: string[], how: How, options: IngestOptions, skipped: Skipped): Promise<PartResult[]> {
  const found = await findFiles(names, how.mapping !== undefined);
  skipped.push(...found.skipped);
  const progress = progressOf(found.files.reduce((n, f) => n + f.bytes, 0), process.stderr.isTTY && !options.json);
  const results: PartResult[] = [];
  const sending: Sending = { how, backfill: options.backfill, room: options.json ? Number.POSITIVE_INFINITY : SHOWN, ids: MOST_IDS, heard: progress.heard };
  try {
    for (const { name } of found.files) {
      progress.at(name);
      for await (const result of sendFile(client, name, sending, progress.read, skipped)) {
        results.push(result);
        progress.clear();
        if (!options.json && (result.error === undefined || result.accepted + result.rejected > 0)) for (const line of resultLines(result)) print(line);
      }
    }
  } finally {
    progress.stop();
  }
  return results;
}

function endWith(results: readonly PartResult[]): void {
  const failed = results.filter((r) => r.error !== undefined);
  const code = results.length === 1 && failed[0]?.accepted === 0 ? failed[0].code : undefined;
  if (failed.length > 0) throw new CommandError(code ?? EXIT.refused, failed.map((r) => r.error + (r.accepted > 0 ? `\n  ${r.accepted} events ${TAKEN_BEFORE}` : '')).join('\n'));
  if (results.some((r) => r.rejected > 0)) throw new CommandError(EXIT.refused, '');
}

async function dryRun(names: string[], how: How, mapping: Mapping | undefined, options: IngestOptions): Promise<void> {
  const found = await findFiles(names, true);
  const seen: Preview[] = [];
  const skipped: Skipped = found.skipped;
  for (const { name } of found.files) {
    for await (const part of partsOf(name, { read() {}, skipped: (inner, why) => skipped.push({ name: inner, why }) })) {
      const peeked = await peek(part.bytes, 64 << 10);
      const holds = formOf(part.name, peeked.head.subarray(0, 4096).toString('utf8'), how.as);
      if (holds !== 'csv' && holds !== 'xlsx') {
        skipped.push({ name: part.name, why: 'no table: --dry-run is for tables' });
        continue;
      }
      const one = await preview(part.name, openTable(part.name, peeked, holds, mapping as Mapping, how.warn), mapping as Mapping);
      seen.push(one);
      if (!options.json) for (const line of previewLines(one)) print(line);
    }
  }
  if (options.json) printJson({ files: seen, skipped });
  else for (const line of summaryLines([], skipped)) print(line);
  if (seen.length === 0 || seen.some((p) => p.wrong > 0 || p.documents === 0)) throw new CommandError(EXIT.refused, seen.length === 0 ? 'No table was found to look at.' : '');
}
