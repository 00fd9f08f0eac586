/** `fenghuo dead-letters`: what could not be taken, why, mending it, and taking it again. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { limitOf } from './alerts.ts';
import type { Client } from './client.ts';
import { CommandError, EXIT } from './exit.ts';
import { clock, plain, table, type Lang } from './format.ts';
import { connect, gatewayCommand, langOf, langOption, note, print, printJson, withExamples, type GatewayOptions } from './output.ts';

interface Words { en: string; zh: string }
interface Letter { id: string; status: string; reason: string; path: string; message: string; feed: string; messageType: string; form: string; replayOf: string; origin: string; at: number; what: Words; fix: Words }
interface Life { kind: string; at: number; by: string; code: string; fields: string[]; eventId: string; documentKey: string; orderKey: string; refusedBy: string }
interface Story extends Letter { bytes: number; sealKeyId: string; lives: Life[]; successors: string[] }
interface Message { fields: { path: string; label: Words; personal: boolean; shape: string; value: string | null }[]; text: string | null; bytes: number }
interface Refusal { index: number; code: string; path: string; message: string }
interface Replayed { accepted: number; rejected: Refusal[]; events: string[]; orders: string[]; already: string[] }
interface Filter { reason?: string; feed?: string; since?: string; until?: string; limit: number }
interface ListOptions extends GatewayOptions, Filter { open?: boolean }
interface ShowOptions extends GatewayOptions { message?: boolean; clear?: boolean; lang?: string }
interface RepairOptions extends GatewayOptions { set: string[]; remove: string[]; message?: string; dryRun?: boolean }
interface ReplayOptions extends GatewayOptions, Filter { dryRun?: boolean }

/** Letters of one request: a bar that moves, and little to send again after a broken line. */
const AT_ONCE = 50;
const more = (value: string, before: string[]): string[] => [...before, value];

export function deadLettersCommand(program: Command): void {
  const parent = withExamples(program.command('dead-letters').description('list, show, repair and replay what could not be taken'), ['dead-letters list --open', 'dead-letters repair dl-5b0c… --set items[0].qty=2', 'dead-letters replay --reason INTERNAL --dry-run']);
  filtered(gatewayCommand(parent, 'list', 'newest first', ['dead-letters list --open', 'dead-letters list --reason GUID_REUSED --since 2026-11-20 --json']), 50)
    .option('--open', 'only those of which nothing came yet')
    .action(listLetters);
  gatewayCommand(parent, 'show', 'all that is known of one letter, and what became of it', ['dead-letters show dl-5b0c1f…', 'dead-letters show dl-5b0c1f… --message', 'dead-letters show dl-5b0c1f… --clear'])
    .argument('<id>', 'from `dead-letters list`')
    .option('--message', 'open it: field by field, persons masked (role approver or admin; recorded)')
    .option('--clear', 'open it in clear (likewise)')
    .addOption(langOption())
    .action(showLetter);
  gatewayCommand(parent, 'repair', 'send a letter through intake with other fields, or another message', ['dead-letters repair dl-5b0c1f… --set acturalPaid=227.11 --dry-run', 'dead-letters repair dl-5b0c1f… --set items[0].qty=2 --remove note', 'dead-letters repair dl-5b0c1f… --message mended.xml'])
    .argument('<id>', 'from `dead-letters list`')
    .option('--set <path=value>', 'another value of a field (once a field); [ or { begins JSON', more, [])
    .option('--remove <path>', 'takes a field out', more, [])
    .option('--message <file>', 'the whole message anew: .xml, .ndjson, else JSON; - reads standard input as JSON')
    .option('--dry-run', 'only say what intake would find')
    .action(repairLetter);
  filtered(gatewayCommand(parent, 'replay', 'send letters through intake again, e.g. after a rule or table was mended', ['dead-letters replay dl-5b0c1f… dl-77aa02…', 'dead-letters replay --reason TIME_IMPLAUSIBLE --since 2026-11-20 --dry-run', 'dead-letters replay --feed platform-a/order --limit 500']), 1000)
    .argument('[id...]', 'ids, from `dead-letters list`; none: all open ones that fit the options, oldest first')
    .option('--dry-run', 'only count them')
    .action(replayLetters);
}

const filtered = (command: Command, limit: number): Command => command
  .option('--reason <code>', 'reason code, e.g. FIELD_MISSING')
  .option('--feed <feed>', "sender's feed, e.g. platform-a/order")
  .option('--since <time>', 'refused at or after: ISO 8601 or epoch milliseconds')
  .option('--until <time>', 'refused before')
  .option('--limit <n>', 'at most so many', limitOf, limit);

const filterOf = (options: Filter): Record<string, string> => Object.fromEntries((['reason', 'feed', 'since', 'until'] as const).flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));

async function listLetters(options: ListOptions): Promise<void> {
  const query = new URLSearchParams({ ...filterOf(options), limit: String(options.limit), ...(options.open && { open: '1' }) });
  const answer = await connect(options).get<{ deadLetters: Letter[] }>(`/v1/dead-letters?${query}`);
  if (options.json) return printJson(answer);
  if (answer.deadLetters.length === 0) return note('No dead letters.');
  print(table(answer.deadLetters.map((d) => ({ at: clock(d.at), id: d.id, status: d.status, reason: d.reason, path: d.path, type: d.messageType, feed: d.feed, message: plain(d.message) }))));
}

const address = (id: string): string => `/v1/dead-letters/${encodeURIComponent(id)}`;

async function showLetter(id: string, options: ShowOptions): Promise<void> {
  const client = connect(options);
  const lang = langOf(options.lang);
  const letter = await client.get<Story>(address(id));
  const message = options.message || options.clear ? await client.get<Message>(`${address(id)}/message${options.clear ? '?clear=1' : ''}`) : undefined;
  if (options.json) return printJson(message ? { ...letter, opened: message } : letter);
  print(`${letter.id}  ${letter.status}\n${letter.reason} ${letter.path}: ${plain(letter.message)}\n${letter.what[lang]} ${letter.fix[lang]}`);
  print(table([{ at: clock(letter.at), type: letter.messageType, feed: letter.feed, origin: letter.origin, form: letter.form, bytes: letter.bytes, 'seal key': letter.sealKeyId, 'replay of': letter.replayOf || '—' }]));
  if (letter.lives.length > 0) print(table(letter.lives.map((l) => ({ at: clock(l.at), what: l.kind, by: l.by, fields: l.fields.join(' '), 'came of it': l.code || `taken: ${l.orderKey || l.documentKey || l.eventId}${l.refusedBy && `, put aside as ${l.refusedBy}`}` }))));
  if (letter.successors.length > 0) print(`In its place: ${letter.successors.join(', ')}`);
  if (message) tellMessage(message, lang);
}

function tellMessage({ fields, text, bytes }: Message, lang: Lang): void {
  if (fields.length > 0) print(table(fields.map((f) => ({ field: f.path, name: f.label[lang], value: f.value === null ? `(${f.shape})` : plain(f.value) }))));
  else if (text === null) note(`${bytes} bytes of which no document could be read, so nothing tells what is personal in them; --clear shows them.`);
  else print(text);
}

function changesOf({ set, remove }: RepairOptions): Record<string, unknown> {
  const changes: Record<string, unknown> = Object.fromEntries(remove.map((path) => [path, null]));
  for (const one of set) {
    const [, path, value = ''] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    if (path === undefined) throw new CommandError(EXIT.usage, `--set ${one}: expected path=value, e.g. --set items[0].qty=2`);
    changes[path] = /^[[{]/.test(value) ? readJson(path, value) : value;
  }
  return changes;
}

function readJson(path: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new CommandError(EXIT.usage, `--set ${path}: what begins with [ or { must be JSON, and this is none (${value.length} characters)`);
  }
}

function readMessage(file: string): { message: string; form: string } {
  const form = ({ '.xml': 'xml', '.ndjson': 'ndjson', '.jsonl': 'ndjson' } as Record<string, string>)[extname(file).toLowerCase()] ?? 'json';
  try {
    return { message: readFileSync(file === '-' ? 0 : file, 'utf8'), form };
  } catch (error) {
    throw new CommandError(EXIT.usage, `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

async function repairLetter(id: string, options: RepairOptions): Promise<void> {
  const changes = changesOf(options);
  const whole = options.message !== undefined;
  if (whole === Object.keys(changes).length > 0) throw new CommandError(EXIT.usage, 'Give either fields (--set, --remove) or the whole message (--message FILE).');
  const answer = await connect(options).send<Replayed & { problems?: Refusal[] }>('POST', `${address(id)}/repair`, { ...(whole ? readMessage(options.message as string) : { set: changes }), dryRun: options.dryRun === true });
  if (options.json) printJson(answer);
  else if (answer.problems) print(answer.problems.length === 0 ? 'Intake would take it.' : answer.problems.map(line).join('\n'));
  else tell(answer, () => id);
  if ((answer.problems ?? answer.rejected).length > 0) throw new CommandError(EXIT.refused, '');
}

const line = ({ code, path, message }: Refusal): string => `  ${code} ${path}: ${plain(message)}`;

function tell({ accepted, rejected, orders, already }: Replayed, idOf: (index: number) => string): void {
  print(`taken ${accepted}, refused again ${rejected.length}${already.length > 0 ? `, done before ${already.length}` : ''}`);
  for (const r of rejected) print(`  [${idOf(r.index)}]${line(r).slice(1)}`);
  if (orders.length > 0 && orders.length <= 20) print(`orders: ${orders.join(' ')}`);
}

async function replayLetters(given: string[], options: ReplayOptions): Promise<void> {
  const client = connect(options);
  const filter = filterOf(options);
  if (given.length > 0 && Object.keys(filter).length > 0) throw new CommandError(EXIT.usage, 'Give either ids or --reason, --feed, --since, --until.');
  if (given.length === 0 && Object.keys(filter).length === 0) throw new CommandError(EXIT.usage, 'Name the letters: ids, or --reason, --feed, --since, --until. (--since 2014-01-01 means all.)');
  const selected = given.length > 0 ? { total: given.length, ids: given } : await client.send<{ total: number; ids: string[] }>('POST', '/v1/dead-letters/replay', { ...filter, limit: options.limit, dryRun: true });
  if (options.dryRun) {
    if (options.json) return printJson(selected);
    return print(`${selected.total} open dead letter(s) fit${selected.total > selected.ids.length ? `; at most ${selected.ids.length} (--limit) would be sent now, oldest first` : ''}. Nothing was sent.`);
  }
  const result = await send(client, selected.ids, options.json === true);
  if (options.json) printJson({ ...result, total: selected.total });
  else {
    tell(result, (index) => selected.ids[index] ?? String(index));
    if (selected.total > selected.ids.length) note(`${selected.total - selected.ids.length} more fit: run it again.`);
  }
  if (result.rejected.length > 0) throw new CommandError(EXIT.refused, '');
}

/** In slices. Broken off, it may be run again: what was taken is passed over, or counts as a repeat. */
async function send(client: Client, ids: string[], quiet: boolean): Promise<Replayed> {
  const total: Replayed = { accepted: 0, rejected: [], events: [], orders: [], already: [] };
  const bar = quiet || ids.length <= AT_ONCE || !process.stderr.isTTY ? undefined : new SingleBar({ format: 'replaying {bar} {value}/{total} letters, {eta} s left', stream: process.stderr });
  bar?.start(ids.length, 0);
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { accepted, rejected, events, orders, already } = await client.send<Replayed>('POST', '/v1/dead-letters/replay', { ids: ids.slice(from, from + AT_ONCE) });
    total.accepted += accepted;
    total.rejected.push(...rejected.map((r) => ({ ...r, index: r.index + from })));
    total.events.push(...events);
    total.orders.push(...orders);
    total.already.push(...already);
    bar?.update(Math.min(from + AT_ONCE, ids.length));
  }
  bar?.stop();
  return total;
}
