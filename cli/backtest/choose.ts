/** Which rules are tried, and under which files: by name, category, indicator or glob; an earlier version from the log, or changed files from a folder. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, matchesGlob } from 'node:path';
import { sourceOf } from '../../language/edition.ts';
import { didYouMean } from '../../language/findings.ts';
import { compile } from '../../language/compile.ts';
import { wholeRule } from '../../language/overrides.ts';
import type { Finding, Rule, RuleSet, RuleSource } from '../../language/ruleset.ts';
import { overlay } from '../../language/variant.ts';
import type { Known } from '../../processors/recorded.ts';
import { CATEGORIES } from '../../schemas/risk/alert.ts';
import { partsOf } from '../../schemas/risk/edition.ts';
import type { Artifacts } from '../../streams/artifacts.ts';
import { CommandError, EXIT } from '../exit.ts';
import { readYamlFolder } from '../rule-source.ts';

/** Files as recorded, each set where it was in force. */
export const RECORDED = 'recorded';

/** One side of a backtest. `files` undefined: as recorded. */
export interface Tried { name: string; files: Readonly<Record<string, string>> | undefined; ruleSet: RuleSet }

export async function sourceIn(artifacts: Artifacts, { hash, edition }: Known): Promise<RuleSource> {
  const contents = new Map<string, string>();
  for (const part of [hash, ...(edition ? partsOf(edition).map((p) => p.hash) : [])]) contents.set(part, await artifacts.read(part));
  return sourceOf(hash, (part) => contents.get(part) as string);
}

/** Refused with the first finding where the set is not right. */
export function compiled(source: RuleSource, where: string): RuleSet {
  const result = compile(source);
  if (result.ok) return result.ruleSet;
  const [first] = result.findings as [Finding];
  throw new CommandError(EXIT.refused, `${where}: the rule set has ${result.findings.length} finding(s), so nothing was replayed. The first: ${first.file}:${first.line} ${first.check}: ${first.message}${first.suggestion ? ` (${first.suggestion})` : ''}. \`npx fenghuo rules check FOLDER\` shows all of a folder's.`);
}

/** The set in force with the changed files of a folder, or with one changed file, laid over it. */
export function changedFiles(files: Readonly<Record<string, string>>, path: string): Record<string, string> {
  if (!existsSync(path)) throw new CommandError(EXIT.usage, `--rules ${path}: no such file or folder. Expected a folder with changed rules (*.yaml), or one such file.`);
  const changed = statSync(path).isDirectory() ? readYamlFolder(path) : { [basename(path)]: readFileSync(path, 'utf8') };
  if (Object.keys(changed).length === 0) throw new CommandError(EXIT.usage, `--rules ${path} holds no rule (*.yaml). Copy the rule to change there, e.g. rules/transaction/split-orders.yaml, and edit the copy.`);
  const over = overlay(files, changed);
  if (Object.entries(over).every(([file, text]) => files[file] === text)) throw new CommandError(EXIT.usage, `--rules ${path} changes nothing: its ${Object.keys(changed).length} file(s) are what is in force. Change a threshold there first.`);
  return over;
}

/** Ids of rules whose file is another one; every running rule where what they share (parameters, overrides) has changed. */
export function changedRules(before: Readonly<Record<string, string>>, after: RuleSet, files: Readonly<Record<string, string>>): string[] {
  const changed = Object.keys(files).filter((file) => files[file] !== before[file]);
  const ids = after.rules.filter(({ id }) => changed.includes(`${wholeRule(id)}.yaml`)).map(({ id }) => id);
  return new Set(ids.map(wholeRule)).size === changed.length ? ids : after.rules.filter(({ id, status }) => status === 'live' || ids.includes(id)).map(({ id }) => id);
}

/** Ids in the set's order. Without names: what is live. */
export function chooseRules(rules: readonly Rule[], names: readonly string[]): string[] {
  if (names.length === 0) return rules.filter(({ status }) => status === 'live').map(({ id }) => id);
  const chosen = new Set<string>();
  for (const name of names) {
    const meant = rules.filter((rule) => isMeant(rule, name));
    if (meant.length === 0) throw new CommandError(EXIT.usage, unknownRule(rules, name));
    for (const { id } of meant) chosen.add(id);
  }
  return rules.map(({ id }) => id).filter((id) => chosen.has(id));
}

/** A rule's name means its variants too. */
const isMeant = ({ id, category, indicator }: Rule, name: string): boolean => [id, wholeRule(id), category, indicator, wholeRule(id).split('/')[1]].includes(name) || (/[*?{[]/.test(name) && matchesGlob(id, name));

function unknownRule(rules: readonly Rule[], name: string): string {
  const near = didYouMean(name, rules.flatMap(({ id }) => (name.includes('/') ? [id] : [id, id.split('/')[1] as string])).concat(CATEGORIES));
  return `No rule is called ${name}${/[*?]/.test(name) ? ' (nothing fits it)' : ''}. ${near ? `${near[0]?.toUpperCase()}${near.slice(1)}` : `Expected an id such as ${rules[0]?.id}.`} A category, an indicator such as T6 or a glob such as 'transaction/*' do as well; \`npx fenghuo rules list\` shows all.`;
}

/** `--against`: a number is that version of the chosen rules; else a rule set by its version or hash. The newest that fits. */
export async function earlier(artifacts: Artifacts, editions: readonly Known[], version: string, ids: readonly string[]): Promise<{ name: string; source: RuleSource }> {
  const seen: string[] = [];
  for (const known of editions.toReversed()) {
    const name = known.edition?.rules.version ?? known.version;
    const isNamed = name === version || (version.length >= 6 && (known.hash.startsWith(version) || (known.edition?.rules.hash.startsWith(version) ?? false)));
    const isNumber = /^\d{1,5}$/.test(version);
    if (!isNamed && !isNumber) {
      seen.push(name);
      continue;
    }
    const source = await sourceIn(artifacts, known);
    const versions = ids.map((id) => /^version:\s*(\d+)/m.exec(source.files[`${wholeRule(id)}.yaml`] ?? '')?.[1] ?? 'none');
    if (isNamed || versions.every((v) => v === version)) return { name: isNumber && !isNamed ? `version ${version} (rule set ${name})` : `rule set ${name}`, source };
    seen.push(`${versions.join(', ')} in rule set ${name}`);
  }
  throw new CommandError(EXIT.usage, `--against ${version}: the log knows no such version${ids.length > 0 ? ` of ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''}` : ''}. It knows ${[...new Set(seen)].slice(0, 8).join('; ') || 'none'}. \`--against recorded\` compares with what was in force at each moment.`);
}
