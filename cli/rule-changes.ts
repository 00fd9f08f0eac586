/** `fenghuo rules propose|proposals|diff|approve|reject|history|show`: how the rules in force change, by two keys. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { Finding } from '../language/ruleset.ts';
import type { Proposal, RuleHistory } from '../processors/rule-changes.ts';
import type { FileChange } from '../processors/rule-differences.ts';
import { limitOf } from './alerts.ts';
import { CommandError, EXIT } from './exit.ts';
import { clock, plain, table } from './format.ts';
import { connect, gatewayCommand, note, print, printJson, type GatewayOptions } from './output.ts';
import { readRuleSource } from './rule-source.ts';

export function ruleChangeCommands(rules: Command): void {
  gatewayCommand(rules, 'propose', 'propose a change with an author’s key; another key must approve it', ['rules propose transaction/split-orders.yaml --why "limit raised by notice 12"', 'rules propose my-rules --why "quarterly review" --dry-run', 'rules propose --remove market/order-surge --why "replaced by M2"'])
    .argument('[path...]', 'files (category/name.yaml, overrides/name.yaml, parameters.yaml), or a folder: the whole set').requiredOption('--why <reason>', 'why, for whoever approves and for later')
    .option('--remove <rule...>', 'rules that go').option('--dry-run', 'only say what would change, and what stands against it').action(propose);
  gatewayCommand(rules, 'proposals', 'what was proposed, by whom and why, and what became of it', ['rules proposals']).option('--limit <n>', 'how many (default 50)', limitOf, 50).action(proposals);
  gatewayCommand(rules, 'diff', 'what a proposal changes, line by line; or what a rule became since a version', ['rules diff p3f9a0c12d4', 'rules diff transaction/split-orders --from 1'])
    .argument('<proposal-or-rule>', 'id of a proposal, or of a rule').option('--from <version>', 'of a rule: since which version').option('--to <version>', 'of a rule: up to which version (else the one in force)').action(diff);
  gatewayCommand(rules, 'approve', 'put a proposal in force: with another key than that of its author', ['rules approve p3f9a0c12d4 --key fh_…']).argument('<proposal>', 'its id').option('--why <reason>', 'else that of the proposal')
    .action((id: string, options: DecisionOptions) => decide(id, 'approve', options));
  gatewayCommand(rules, 'reject', 'decline a proposal', ['rules reject p3f9a0c12d4 --why "threshold too low"']).argument('<proposal>', 'its id').requiredOption('--why <reason>', 'why')
    .action((id: string, options: DecisionOptions) => decide(id, 'reject', options));
  gatewayCommand(rules, 'history', 'who put which version in force when, who approved it, and why', ['rules history', 'rules history transaction/split-orders']).argument('[rule]', 'one rule only').option('--limit <n>', 'how many (default 50)', limitOf, 50).action(history);
  gatewayCommand(rules, 'show', 'the text of a rule in force, or of an earlier version', ['rules show transaction/split-orders', 'rules show transaction/split-orders --label 1']).argument('<rule>', 'its id').option('--label <version>', 'an earlier version').action(show);
}

interface DecisionOptions extends GatewayOptions { why?: string }
interface ProposeOptions extends DecisionOptions { remove?: string[]; dryRun?: boolean }

async function propose(paths: string[], options: ProposeOptions): Promise<void> {
  if (paths.length === 0 && !options.remove) throw new CommandError(EXIT.usage, 'Nothing to propose: name files or a folder, or rules to --remove.');
  const client = connect(options);
  const files: Record<string, string | null> = Object.fromEntries((options.remove ?? []).map((rule) => [fileOf(rule), null]));
  for (const path of paths) Object.assign(files, folder(path) ? readRuleSource(path).files : { [placeOf(path)]: read(path) });
  if (paths.some(folder)) {
    const { rules } = await client.get<{ rules: { id: string }[] }>('/v1/rules');
    for (const { id } of rules) files[fileOf(id)] ??= null;
  }
  const proposal = await client.send<Proposal>('POST', `/v1/rules/proposals${options.dryRun ? '?dry-run=1' : ''}`, { why: options.why, files });
  if (options.json) return printJson(proposal);
  print(changesTable(proposal.changes));
  tellAdvice(proposal.advice);
  print(options.dryRun ? 'Nothing was changed (dry run).' : `\nProposal ${proposal.id}. Another key puts it in force: npx fenghuo rules approve ${proposal.id}`);
}

const fileOf = (rule: string): string => (rule.endsWith('.yaml') ? rule : `${rule}.yaml`);
/** Where a file lies in the rules folder: its last two names. */
const placeOf = (path: string): string => (basename(path) === 'parameters.yaml' ? 'parameters.yaml' : join(basename(dirname(join(process.cwd(), path))), basename(path)).replaceAll('\\', '/'));

function folder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new CommandError(EXIT.usage, `${path} cannot be read: ${(error as Error).message}`);
  }
}

const read = (path: string): string => readFileSync(path, 'utf8');
const arrow = ([from, to]: [unknown, unknown]): string => (from === to ? String(from ?? '') : `${from ?? '(none)'} → ${to ?? '(none)'}`);
const changesTable = (changes: Omit<FileChange, 'diff' | 'text'>[]): string => table(changes.map(({ file, kind, version, status }) => ({ file, change: kind, version: arrow(version), status: arrow(status) })));

function tellAdvice(advice: readonly Finding[]): void {
  for (const { file, line, check, message, suggestion } of advice) note(`${file}:${line}  ${check}  ${message}${suggestion && `\n    ${suggestion}`}`);
}

async function proposals(options: GatewayOptions & { limit: number }): Promise<void> {
  const answer = await connect(options).get<{ proposals: Omit<Proposal, 'changes' | 'advice'>[] }>(`/v1/rules/proposals?limit=${options.limit}`);
  if (options.json) return printJson(answer.proposals);
  print(answer.proposals.length === 0 ? '(nothing)' : table(answer.proposals.map(({ id, at, by, why, state, decision }) => ({ id, when: clock(at), by: plain(by), state, decided: decision ? `${plain(decision.by)}: ${plain(decision.why)}` : '', why: plain(why) }))));
}

async function diff(what: string, options: GatewayOptions & { from?: string; to?: string }): Promise<void> {
  const client = connect(options);
  if (!what.includes('/')) {
    const proposal = await client.get<Proposal>(`/v1/rules/proposals/${encodeURIComponent(what)}`);
    if (options.json) return printJson(proposal);
    print(`${proposal.id} by ${plain(proposal.by)}, ${clock(proposal.at)}, ${proposal.state}: ${plain(proposal.why)}\n`);
    for (const change of proposal.changes) print(coloured(change.diff));
    return tellAdvice(proposal.advice);
  }
  if (options.from === undefined) throw new CommandError(EXIT.usage, `Since which version of ${what}? Give --from N; \`npx fenghuo rules history ${what}\` lists them.`);
  const text = (version: string | undefined) => client.get<{ text: string; version: number }>(`/v1/rules/${what}${version === undefined ? '' : `?version=${encodeURIComponent(version)}`}`);
  const [from, to] = await Promise.all([text(options.from), text(options.to)]);
  const { createTwoFilesPatch } = await import('diff');
  const patch = createTwoFilesPatch(fileOf(what), fileOf(what), from.text, to.text, `version ${from.version}`, `version ${to.version}`, { context: 3 });
  if (options.json) printJson({ rule: what, from: from.version, to: to.version, diff: patch });
  else print(coloured(patch));
}

const coloured = (patch: string): string => patch.split('\n').filter((line) => !/^(====|Index:)/.test(line)).map((line) => plain(line)).map((line) => (/^\+(?!\+\+)/.test(line) ? styleText('green', line) : /^-(?!--)/.test(line) ? styleText('red', line) : line)).join('\n');

async function decide(id: string, decision: 'approve' | 'reject', options: DecisionOptions): Promise<void> {
  const proposal = await connect(options).send<Proposal>('POST', `/v1/rules/proposals/${encodeURIComponent(id)}/${decision}`, { why: options.why ?? '' });
  if (options.json) return printJson(proposal);
  print(changesTable(proposal.changes));
  print(decision === 'approve' ? 'In force now.' : 'Rejected; nothing was changed.');
}

async function history(rule: string | undefined, options: GatewayOptions & { limit: number }): Promise<void> {
  const query = new URLSearchParams({ limit: String(options.limit), ...(rule && { rule }) });
  const answer = await connect(options).get<{ history: RuleHistory[] }>(`/v1/rules/history?${query}`);
  if (options.json) return printJson(answer.history);
  const rows = answer.history.flatMap(({ since, by, approval, changes }) => changes.map(({ file, kind, version, status }) => ({
    when: clock(since), file, change: kind, version: arrow(version), status: arrow(status), by: plain(by), approved: plain(approval?.approver ?? ''), why: plain(approval?.why ?? '') })));
  print(rows.length === 0 ? '(nothing)' : table(rows));
}

async function show(rule: string, options: GatewayOptions & { label?: string }): Promise<void> {
  const found = await connect(options).get<{ text: string }>(`/v1/rules/${rule}${options.label === undefined ? '' : `?version=${encodeURIComponent(options.label)}`}`);
  if (options.json) return printJson(found);
  process.stdout.write(found.text);
}
