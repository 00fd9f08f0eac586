/** Runs screening over a journal and reads what came out. */
import { compile } from '../../language/compile.ts';
import { screening } from '../../processors/screening/stage.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import type { Fact, Match } from '../../schemas/risk/fact.ts';
import type { Signals } from '../../schemas/risk/signal.ts';
import { runStage, type Emitted } from '../stage-harness.ts';
import { type Journal, ORDER_KEY, shippedRules } from '../trade.ts';

/** Compiling is pure and dear: each source is compiled once, however often the stage is opened. */
const compiled = new Map<string, ReturnType<typeof compile>>();
const stage = screening((source) => {
  const key = JSON.stringify(source);
  const known = compiled.get(key) ?? compile(source);
  compiled.set(key, known);
  return known;
});
const shipped = shippedRules();

/** The shipped rules with other values of some parameters and with other tables. */
export function rulesWith(parameters: Record<string, number>, tables: Record<string, string> = {}): Record<string, string> {
  const source = JSON.parse(shipped.rules as string) as RuleSource;
  let text = source.files['parameters.yaml'] as string;
  for (const [name, value] of Object.entries(parameters)) text = text.replace(new RegExp(`(^${name}:\\n  value: ).*`, 'm'), `$1${value}`);
  return { rules: JSON.stringify({ files: { ...source.files, 'parameters.yaml': text }, tables: { ...source.tables, ...tables } }) };
}

/** Runs the journal as one partition, up to a tick. What screening forwards stands in the journal right behind the record that made it, as the log would have it. */
export function run(journal: Journal, restoreEvery = 0, artifacts = shipped): Emitted[] {
  // What is summed goes out with a tick.
  if (journal.records.at(-1)?.type !== 'tick') journal.tick(Math.max(...journal.records.map(({ arrival }) => arrival)));
  const options = { artifacts, restoreEvery, partitions: { 'journal.v1': 1, 'signals.v1': 1, 'facts.v1': 1 } };
  for (; ;) {
    const { outputs } = runStage(stage, journal.records, options);
    const next = outputs.filter((o) => o.topic === 'journal.v1')[journal.forwarded];
    if (!next) return spoken(outputs);
    journal.insert(next.source.offset + 1, next);
  }
}

/** Whatever a test looks at: each finding says what it says in both languages, with nothing left to fill. */
function spoken(outputs: Emitted[]): Emitted[] {
  for (const { detail, detailZh } of of<Match>(outputs, 'match').flatMap((m) => m.findings)) {
    if (detail === '' || /[{}\p{Script=Han}]|undefined|object/u.test(detail) || /[{}]|undefined|object/.test(detailZh) || !/\p{Script=Han}/u.test(detailZh)) throw new Error(`a finding is not told in both languages: '${detail}', '${detailZh}'`);
  }
  return outputs;
}

export const of = <T>(outputs: Emitted[], type: string): T[] => outputs.filter((o) => o.type === type).map((o) => o.body as T);
export const lastMatch = (outputs: Emitted[], key = ORDER_KEY): Match | undefined => of<Match>(outputs, 'match').filter((m) => m.orderKey === key).at(-1);

/** Sum of what each feature of each subject was given: 0 everywhere once all is taken back. */
export function balance(outputs: Emitted[], except: string[] = ['feed', 'operator']): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { entries } of of<Signals>(outputs, 'signals')) {
    for (const { subjectType, subjectId, contributions, sums: told } of entries) {
      if (except.includes(subjectType)) continue;
      for (const { feature, sign, value, item } of contributions) {
        const key = `${subjectType}|${subjectId}|${feature}|${value}|${item}`;
        sums.set(key, (sums.get(key) ?? 0) + sign);
      }
      for (const { feature, value, item, n } of told) {
        for (const [key, by] of [[`${subjectType}|${subjectId}|${feature}|n|${item}`, n], [`${subjectType}|${subjectId}|${feature}|sum|${item}`, Math.round(value * 100_000)]] as const) sums.set(key, (sums.get(key) ?? 0) + by);
      }
    }
  }
  return sums;
}

/** What stands of all contributions, by subject type. */
export function standing(outputs: Emitted[], ...types: string[]): string[] {
  return [...balance(outputs)].filter(([key, n]) => n !== 0 && types.includes(key.slice(0, key.indexOf('|')))).map(([key, n]) => `${key} ${n}`).sort();
}

/** Facts added up by kind and zone. */
export function totals(outputs: Emitted[], field: 'amount' | 'quantity' | 'weight' = 'amount'): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const f of of<Fact>(outputs, 'fact')) {
    const cell = `${f.kind}@${f.zone}`;
    sums[cell] = (sums[cell] ?? 0) + f.sign * f[field];
  }
  return sums;
}
