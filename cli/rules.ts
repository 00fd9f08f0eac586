/** `fenghuo rules`: check and test a rules folder without a gateway; list what the running gateway uses. */
import { relative } from 'node:path';
import type { Command } from 'commander';
import type { Finding, RuleSource } from '../language/ruleset.ts';
import { CommandError, EXIT } from './exit.ts';
import { say, table } from './format.ts';
import { connect, gatewayCommand, langOf, langOption, print, printJson, withExamples, type GatewayOptions } from './output.ts';
import { ruleChangeCommands } from './rule-changes.ts';
import { readRuleSource } from './rule-source.ts';
import { readSettings } from './settings.ts';
import { ruleStatsCommand } from './verdicts.ts';

interface LocalOptions { json?: boolean; strict?: boolean }
interface ListedRule { id: string; indicator: string; category: string; version: number; status: string; title?: { en: string; zh: string } }

export function rulesCommand(program: Command): void {
  const rules = withExamples(program.command('rules').description('check, test, list and change rules'), ['rules check', 'rules test', 'rules list --json', 'rules propose my-rule.yaml --why "notice 12"']);
  const folder = 'folder of rules (else FENGHUO_RULES, else the rules that come with Fenghuo)';
  withExamples(rules.command('check').description('compile the rules; every finding with file, line and suggestion').argument('[folder]', folder).option('--json', 'print JSON'),
    ['rules check', 'rules check my-rules --json']).option('--strict', 'advice counts as well').action(checkRules);
  withExamples(rules.command('test').description('run every rule on its own examples').argument('[folder]', folder).option('--json', 'print JSON'),
    ['rules test', 'FENGHUO_RULES=my-rules npx fenghuo rules test']).action(testRules);
  gatewayCommand(rules, 'list', 'the rules in force in the running gateway', ['rules list', 'rules list --json | jq -r .[].id']).addOption(langOption()).action(listRules);
  ruleChangeCommands(rules);
  ruleStatsCommand(rules);
}

const readSource = (folder: string | undefined): { source: RuleSource; folder: string } => {
  const chosen = folder ?? readSettings().rules;
  return { source: readRuleSource(chosen), folder: chosen || 'rules' };
};

/** In the form that editors and terminals make clickable. */
const findingLines = (findings: readonly Finding[], folder: string): string[] => findings.flatMap((f) => [
  `${f.file.endsWith('.csv') ? `seeds/${f.file}` : `${relative('', folder) || '.'}/${f.file}`}:${f.line}:${f.column}  ${f.check}  ${f.message}`,
  ...(f.suggestion ? [`    ${f.suggestion}`] : []),
]);

function refuse(findings: Finding[], folder: string, json: boolean | undefined): never {
  if (json) printJson({ ok: false, findings });
  else {
    for (const line of findingLines(findings, folder)) print(line);
    print(`\n${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}: a rule set with one bad rule is refused whole.`);
  }
  throw new CommandError(EXIT.refused, '');
}

/** Loaded only where rules are compiled: it takes longer than most commands. */
async function language() {
  const [{ compile }, { runExamples }, { stageJudge }] = await Promise.all([import('../language/compile.ts'), import('../language/examples.ts'), import('../processors/examples.ts')]);
  return { compile, runExamples, stageJudge };
}

async function checkRules(given: string | undefined, options: LocalOptions): Promise<void> {
  const { source, folder } = readSource(given);
  const { compile } = await language();
  const compiled = compile(source);
  if (!compiled.ok) refuse(compiled.findings, folder, options.json);
  const { ruleSet, advice } = compiled;
  if (options.json) printJson({ ok: true, findings: [], advice, hash: ruleSet.hash, rules: ruleSet.rules.length });
  else {
    for (const line of findingLines(advice, folder)) print(line);
    print(`${ruleSet.rules.length} rules are fine (${relative('', folder) || '.'}, version ${ruleSet.version})${advice.length > 0 ? `; ${advice.length} to look at` : ''}.`);
  }
  if (options.strict && advice.length > 0) throw new CommandError(EXIT.refused, '');
}

async function testRules(given: string | undefined, options: LocalOptions): Promise<void> {
  const { source, folder } = readSource(given);
  const { compile, runExamples, stageJudge } = await language();
  const compiled = compile(source);
  if (!compiled.ok) refuse(compiled.findings, folder, options.json);
  const judge = stageJudge(compiled.tables);
  const results = compiled.ruleSet.rules.flatMap((rule) => runExamples(compiled.ruleSet, rule, judge));
  const failed = results.filter((r) => !r.ok);
  if (options.json) printJson({ ok: failed.length === 0, examples: results.map((r) => ({ ...r, expected: r.expected ?? 'none', actual: r.actual ?? 'none' })) });
  else {
    for (const r of failed) print(`✗ ${r.rule}: ${r.example}: expected ${r.expected ?? 'none'}, got ${r.actual ?? 'none'}${r.errors.length > 0 ? ` (${r.errors.join('; ')})` : ''}`);
    print(`${results.length - failed.length} of ${results.length} examples of ${new Set(results.map((r) => r.rule)).size} rules pass.`);
  }
  if (failed.length > 0) throw new CommandError(EXIT.refused, '');
}

async function listRules(options: GatewayOptions & { lang?: string }): Promise<void> {
  const { rules } = await connect(options).get<{ rules: ListedRule[] }>('/v1/rules');
  if (options.json) return printJson(rules);
  const lang = langOf(options.lang);
  print(table(rules.map((r) => ({ id: r.id, indicator: r.indicator, version: r.version, status: r.status, title: say(r.title, lang) }))));
}
