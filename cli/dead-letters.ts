/** `fenghuo dead-letters`: what could not be taken, why, and taking it again. */
import type { Command } from 'commander';
import { limitOf } from './alerts.ts';
import { CommandError, EXIT } from './exit.ts';
import { clock, plain, table } from './format.ts';
import { connect, gatewayCommand, note, print, printJson, withExamples, type GatewayOptions } from './output.ts';

interface Letter { id: string; reason: string; path: string; message: string; feed: string; messageType: string; form: string; replayOf: string; origin: string; at: number }
interface ListOptions extends GatewayOptions { reason?: string; feed?: string; limit: number }
interface Replayed { accepted: number; rejected: { index: number; code: string; path: string; message: string }[] }

export function deadLettersCommand(program: Command): void {
  const parent = withExamples(program.command('dead-letters').description('list and replay what could not be taken'), ['dead-letters list', 'dead-letters replay dl-5b0c…']);
  gatewayCommand(parent, 'list', 'newest first', ['dead-letters list', 'dead-letters list --reason GUID_REUSED --json'])
    .option('--reason <code>', 'reason code, e.g. FIELD_MISSING')
    .option('--feed <feed>', 'sender\'s feed')
    .option('--limit <n>', 'at most so many', limitOf, 50)
    .action(listLetters);
  gatewayCommand(parent, 'replay', 'send letters through intake again, e.g. after a rule or table was mended', ['dead-letters replay dl-5b0c1f… dl-77aa02…'])
    .argument('<id...>', 'ids, from `dead-letters list`')
    .action(replayLetters);
}

async function listLetters(options: ListOptions): Promise<void> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  for (const name of ['reason', 'feed'] as const) if (options[name]) query.set(name, options[name]);
  const answer = await connect(options).get<{ deadLetters: Letter[] }>(`/v1/dead-letters?${query}`);
  if (options.json) return printJson(answer);
  if (answer.deadLetters.length === 0) return note('No dead letters.');
  print(table(answer.deadLetters.map((d) => ({ at: clock(d.at), id: d.id, reason: d.reason, path: d.path, type: d.messageType, feed: d.feed, message: plain(d.message) }))));
}

async function replayLetters(ids: string[], options: GatewayOptions): Promise<void> {
  const result = await connect(options).send<Replayed>('POST', '/v1/dead-letters/replay', { ids });
  if (options.json) printJson(result);
  else {
    print(`taken ${result.accepted}, refused again ${result.rejected.length}`);
    for (const r of result.rejected) print(`  [${ids[r.index] ?? r.index}] ${r.code} ${r.path}: ${plain(r.message)}`);
  }
  if (result.rejected.length > 0) throw new CommandError(EXIT.refused, '');
}
