/** Every named check of a rule set. All findings are gathered before anything is refused, so that one run shows all that is wrong. */
import type { Finding } from './ruleset.ts';
import type { Doc, Path } from './parse.ts';

export const CHECKS = {
  yaml: 'the file is readable YAML without duplicate keys',
  'unknown-key': 'only keys of the form are used',
  'missing-key': 'required keys are there',
  'wrong-type': 'each value has the type that the form asks for',
  'unknown-file': 'a file lies where the form expects it',
  'rule-id': 'id is category/kebab-name, equal to the path of the file',
  'duplicate-id': 'an id stands in one file only',
  indicator: 'indicator is a letter and a number of the indicator tables, e.g. T6',
  status: 'status is draft, shadow, live or retired',
  language: 'texts that officers read are given in en and zh',
  subject: 'subject types exist',
  event: 'event names exist',
  each: '`each: line` is used on events that have lines',
  feed: 'dependsOnFeeds names message types',
  'feature-name': 'feature names are plain words and not reserved',
  'feature-kind': 'feature kinds exist and have the keys that they need, no others',
  cycle: 'no formula depends on itself',
  window: 'windows and durations are readable, and fit the kind of feature',
  expression: 'expressions can be parsed',
  'unknown-field': 'expressions name fields, features and parameters that exist',
  'expression-type': 'expressions have types that fit, and give the type that is needed',
  division: 'no `/` or `%`: ratio(a, b) makes a zero divisor an error instead of Infinity',
  value: '`value` is there where a rule has several features',
  support: 'support names a feature of the rule',
  bands: 'at least one band, of known grades and with numbers',
  'bands-overlap': 'bands ascend from blue to red, none within another',
  placeholder: 'placeholders of reasons and actions exist, with known formats',
  examples: 'examples are readable, of known fields and grades',
  'no-example': 'a rule has examples that fire and examples that do not',
  parameter: 'parameters have numbers, sources, and dates in order',
  'unit-missing': 'parameters have units',
  'parameter-missing': 'parameters that rules, stages or defaults name are declared',
  override: 'an override names a rule, and zones, modes or commodity chapters',
  'override-where': 'an override by mode or chapter is one that all features of its rule know',
  table: 'tables are given, have their columns, and are named by the rules that read them',
} as const;
export type CheckName = keyof typeof CHECKS;

export class Findings {
  readonly list: Finding[] = [];

  /** `offset` counts characters into a one-line value, for expressions. */
  add(check: CheckName, doc: Doc, path: Path, message: string, suggestion = '', part: 'key' | 'value' = 'value', offset = 0): void {
    this.list.push({ check, file: doc.file, ...doc.place(path, part, offset), message, suggestion });
  }

  addAt(check: CheckName, file: string, line: number, column: number, message: string, suggestion = ''): void {
    this.list.push({ check, file, line, column, message, suggestion });
  }

  /** Each once: a rule's gate is read with every feature. */
  sorted(): Finding[] {
    const told = new Set<string>();
    const once = this.list.filter((finding) => told.size < told.add(JSON.stringify(finding)).size);
    return once.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
  }
}

/** Nearest of `known` by edit distance, as a sentence, or '' where nothing is near. */
export function didYouMean(given: string, known: Iterable<string>): string {
  let best = '';
  let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const d = distance(given.toLowerCase(), name.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [name, d];
  }
  return best === '' ? '' : `did you mean \`${best}\`?`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
