/** `fenghuo suppressions`: what officers are not to be told of, until when, and who agreed. */
import { Option, type Command } from 'commander';
import type { SuppressionView } from '../processors/suppressions.ts';
import { GRADES } from '../schemas/risk/alert.ts';
import { CommandError, EXIT } from './exit.ts';
import { clock, plain, table } from './format.ts';
import { connect, gatewayCommand, print, printJson, withExamples, type GatewayOptions } from './output.ts';

interface ProposeOptions extends GatewayOptions { rule?: string; subject?: string; zone?: string; upTo: string; until: string; why: string }

export function suppressionsCommand(program: Command): void {
  const group = withExamples(program.command('suppressions').description('hold alerts of a rule, a subject or a zone until an end; two keys agree on it'), [
    'suppressions list', 'suppressions propose --rule market/order-surge --zone 3301 --until 2026-11-12 --why "Double Eleven, expected"', 'suppressions approve p3f9a0c12d4']);
  gatewayCommand(group, 'list', 'all of them, newest first', ['suppressions list', 'suppressions list --json']).action(list);
  gatewayCommand(group, 'propose', 'propose one with an author’s key', ['suppressions propose --rule transaction/split-orders --subject address:46TYmk… --until 48h --why "pick-up point, checked on site"'])
    .option('--rule <id>', 'of which rule (else of every rule)').option('--subject <type:id>', 'about whom (else about everyone)').option('--zone <code>', 'in which zone (else everywhere)')
    .requiredOption('--until <time>', 'its end: a day, a time as ISO 8601, or a length such as 12h or 7d').requiredOption('--why <reason>', 'why, for whoever approves and for later')
    .addOption(new Option('--up-to <grade>', 'the worst grade that is held; a worse one breaks through').choices([...GRADES]).default('orange')).action(propose);
  for (const [word, what] of [['approve', 'put one in force, with another key'], ['reject', 'decline one'], ['lift', 'end one now; open alerts that it held are told']] as const) {
    gatewayCommand(group, word, what, [`suppressions ${word} p3f9a0c12d4${word === 'approve' ? '' : ' --why "no longer needed"'}`]).argument('<id>', 'its id')
      .option('--why <reason>', word === 'approve' ? 'else that of the proposal' : 'why').action((id: string, options: GatewayOptions & { why?: string }) => decide(id, word, options));
  }
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A day ends with it, in Beijing. */
export function endOf(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (count && unit) return now + Number(count) * (UNITS[unit] as number);
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999+08:00` : text);
  if (Number.isNaN(at)) throw new CommandError(EXIT.usage, `--until ${text}: expected a day (2026-11-12), a time (2026-11-12T18:00+08:00) or a length (12h, 7d).`);
  return at;
}

const shown = (s: SuppressionView) => ({
  id: s.id, state: s.state, rule: s.ruleId || '(all)', subject: s.subjectId ? plain(`${s.subjectType}:${s.subjectId}`) : '(all)', zone: s.zone || '(all)', 'up to': s.upTo, until: clock(s.ends), by: plain(s.by), decided: s.decision ? plain(s.decision.by) : '', why: plain(s.why),
});

async function list(options: GatewayOptions): Promise<void> {
  const { suppressions } = await connect(options).get<{ suppressions: SuppressionView[] }>('/v1/suppressions');
  if (options.json) return printJson(suppressions);
  print(suppressions.length === 0 ? '(nothing)' : table(suppressions.map(shown)));
}

async function propose({ rule, subject, zone, upTo, until, why, ...options }: ProposeOptions): Promise<void> {
  const made = await connect(options).send<SuppressionView>('POST', '/v1/suppressions', { ...(rule && { rule }), ...(subject && { subject }), ...(zone && { zone }), upTo, ends: endOf(until, Date.now()), why });
  if (options.json) return printJson(made);
  print(table([shown(made)]));
  print(`\nAnother key puts it in force: npx fenghuo suppressions approve ${made.id}`);
}

async function decide(id: string, word: 'approve' | 'reject' | 'lift', options: GatewayOptions & { why?: string }): Promise<void> {
  if (word !== 'approve' && !options.why) throw new CommandError(EXIT.usage, `Why? Give --why "…" to ${word} a suppression.`);
  const made = await connect(options).send<SuppressionView>('POST', `/v1/suppressions/${encodeURIComponent(id)}/${word}`, { why: options.why ?? '' });
  if (options.json) printJson(made);
  else print(table([shown(made)]));
}
