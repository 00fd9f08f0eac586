/** `fenghuo ingest`: posts files of customs messages and JSON events, then tells what became of their orders. */
import { SingleBar } from 'cli-progress';
import { Option, type Command } from 'commander';
import type { Alert } from '../schemas/risk/alert.ts';
import type { MatchFinding } from '../schemas/risk/fact.ts';
import { readMessage, type Client } from './client.ts';
import { CommandError, EXIT } from './exit.ts';
import { alertLine, plain, type Lang } from './format.ts';
import { CONTENT_TYPE, openSource, type Batch, type SourceFile } from './ingest-source.ts';
import { connect, gatewayCommand, langOf, langOption, note, print, printJson, type GatewayOptions } from './output.ts';

interface IngestOptions extends GatewayOptions { as?: string; backfill?: string; lang?: string; wait: boolean }
interface Rejection { index: number; code: string; path: string; message: string }
interface Answer { accepted: number; rejected: Rejection[]; events: string[] }
interface FileResult { file: string; accepted: number; rejected: number; rejections: Rejection[]; eventIds: string[] }
interface OrderView { orderKey: string; match: { state: string; codes: string[]; findings: MatchFinding[]; documents: string[] }; alerts: Alert[] }

/** Of a long file only so many rejections and orders are shown one by one. */
const SHOWN = 20;
const MOST_IDS = 100;
const WAIT_MS = 5_000;
/** The store is at most a second behind the log; an alert may come in the flush after its document. */
const SETTLE_MS = 1_200;
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

export function ingestCommand(program: Command): void {
  gatewayCommand(program, 'ingest', 'send files of customs messages (XML) or JSON events', [
    'ingest examples/order.xml examples/payment.xml examples/waybill.xml', 'ingest events.ndjson --json', 'cat message.xml | npx fenghuo ingest -'])
    .argument('<file...>', '.xml, .json, .ndjson or .jsonl; - is standard input')
    .addOption(new Option('--as <form>', 'what the files hold, where extension and first bytes do not tell').choices(['ceb', 'json']))
    .option('--backfill <id>', 'declare the events as older data under this id: own windows, no published alerts (admin key)')
    .option('--no-wait', 'do not wait for match state and alerts')
    .addOption(langOption())
    .action(ingest);
}

async function ingest(files: string[], options: IngestOptions): Promise<void> {
  const client = connect(options);
  const sources: SourceFile[] = [];
  for (const name of files) sources.push(await openSource(name, options.as));
  const results: FileResult[] = [];
  for (const source of sources) {
    results.push(await sendFile(client, source, options));
    if (!options.json) for (const line of resultLines(results.at(-1) as FileResult)) print(line);
  }
  const orders = options.wait ? await watchOrders(client, await orderKeys(client, results.flatMap((r) => r.eventIds))) : [];
  if (options.json) printJson({ files: results, orders });
  else for (const line of orderLines(orders, langOf(options.lang))) print(line);
  if (results.some((r) => r.rejected > 0)) throw new CommandError(EXIT.refused, '');
}

async function sendFile(client: Client, source: SourceFile, options: IngestOptions): Promise<FileResult> {
  const result: FileResult = { file: source.name, accepted: 0, rejected: 0, rejections: [], eventIds: [] };
  const bar = source.form === 'ndjson' && process.stderr.isTTY ? new SingleBar({ format: `${source.name} {bar} {percentage} % · {events} events · {eta_formatted} left`, stream: process.stderr, clearOnComplete: true }) : undefined;
  bar?.start(source.bytes || 1, 0, { events: 0 });
  try {
    for await (const batch of source.batches) {
      const answer = await sendBatch(client, batch, options);
      result.accepted += answer.accepted;
      result.rejected += answer.rejected.length;
      const room = options.json ? Infinity : SHOWN;
      for (const r of answer.rejected) if (result.rejections.length < room) result.rejections.push(placed(r, batch));
      result.eventIds.push(...answer.events.slice(0, MOST_IDS - result.eventIds.length));
      bar?.increment(batch.bytes, { events: result.accepted + result.rejected });
    }
  } catch (error) {
    if (error instanceof CommandError && result.accepted > 0) note(`${source.name}: ${result.accepted} events were taken before this. Sending the file again is safe: repeats are counted once.`);
    throw error;
  } finally {
    bar?.stop();
  }
  return result;
}

/** The gateway counts from the start of its request; people from the start of the file. */
const placed = (r: Rejection, batch: Batch): Rejection => ({
  ...r, index: r.index + batch.firstIndex, message: r.message.replace(/ in line (\d+)/, (_, line: string) => ` in line ${Number(line) + batch.firstLine}`),
});

async function sendBatch(client: Client, batch: Batch, options: IngestOptions): Promise<Answer> {
  const headers: Record<string, string> = options.backfill ? { 'x-fenghuo-backfill': options.backfill } : {};
  const response = await client.patient('/v1/events', { method: 'POST', body: batch.body, contentType: CONTENT_TYPE[batch.form], headers });
  const text = await response.text();
  const answer = readAnswer(text);
  // 400 with a list of rejections is an answer like any other: nothing could be read, and it says why.
  if (answer && (response.ok || response.status === 400)) return answer;
  const code = response.status >= 500 ? EXIT.gateway : EXIT.refused;
  throw new CommandError(code, `The gateway answered ${response.status}: ${readMessage(text)}`);
}

function readAnswer(text: string): Answer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<Answer>;
    return typeof answer.accepted === 'number' && Array.isArray(answer.rejected) ? { events: [], ...answer } as Answer : undefined;
  } catch {
    return undefined;
  }
}

function resultLines(result: FileResult): string[] {
  const lines = [`${result.file}: accepted ${result.accepted}, rejected ${result.rejected}`];
  for (const r of result.rejections) lines.push(`  [${r.index}] ${r.code}${r.path ? ` at ${plain(r.path)}` : ''}: ${plain(r.message)}`);
  if (result.rejected > result.rejections.length) lines.push(`  … and ${result.rejected - result.rejections.length} more: npx fenghuo dead-letters list`);
  return lines;
}

const ORDERS_OF = `SELECT DISTINCT orderKey FROM (${['orders', 'payments', 'waybills', 'declarations', 'receipts', 'tracking', 'reversals', 'tax_bills', 'raw_payments'].map((t) => `SELECT eventId, orderKey FROM ${t}`).join(' UNION ALL ')})
  WHERE eventId IN {ids:Array(String)} AND orderKey != '' LIMIT ${SHOWN}`;

/** A document may name no order of its own, so the store tells which orders the events belong to. Only an admin key may ask. */
async function orderKeys(client: Client, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  await pause(SETTLE_MS);
  try {
    const { rows } = await client.send<{ rows: { orderKey: string }[] }>('POST', '/v1/query', { sql: ORDERS_OF, params: { ids } });
    return rows.map((row) => row.orderKey);
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== EXIT.key) throw error;
    note('Taken. Match and alerts are shown to an admin key only (--key).');
    return [];
  }
}

/** Waits until each order is in the store, and then once more for what follows from it. An order that does not show up in time is left out. */
async function watchOrders(client: Client, keys: string[]): Promise<OrderView[]> {
  const until = Date.now() + WAIT_MS;
  const path = (key: string): string => `/v1/orders/${key.split('|').map(encodeURIComponent).join('/')}`;
  const missing = new Set(keys);
  while (missing.size > 0 && Date.now() < until) {
    for (const key of missing) if (await client.find<OrderView>(path(key))) missing.delete(key);
    if (missing.size > 0) await pause(200);
  }
  if (keys.length > 0) await pause(Math.min(SETTLE_MS, Math.max(0, until - Date.now())));
  const orders: OrderView[] = [];
  for (const key of keys) {
    const order = await client.find<OrderView>(path(key));
    if (order) orders.push(order);
  }
  return orders;
}

function orderLines(orders: OrderView[], lang: Lang): string[] {
  return orders.flatMap(({ orderKey, match, alerts }) => [
    '', `order ${plain(orderKey)}: ${match.state}${match.documents.length > 0 ? ` (${match.documents.join(', ')})` : ''}`,
    ...match.findings.map((f) => `  ${f.outcome === 'fail' ? '✗' : f.outcome === 'soft' ? '!' : '?'} ${f.code}: ${plain(f.detail)}${f.left || f.right ? ` (${plain(f.left)} / ${plain(f.right)})` : ''}`),
    ...alerts.map((alert) => `  ${alertLine(alert, lang)}`),
    ...(alerts.length === 0 ? ['  no alert'] : []),
  ]);
}
