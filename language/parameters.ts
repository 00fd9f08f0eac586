/** rules/parameters.yaml: every limit, tolerance, timer and weight, with unit and source, some with a date from which they hold. */
import type { Parameters } from './ruleset.ts';
import type { Findings } from './findings.ts';
import { didYouMean } from './findings.ts';
import { isRecord } from './parse.ts';
import type { Doc, Path } from './parse.ts';

/** One object with a field for each parameter: what gates see as `parameters`, of the values in force together. */
export type Snapshot = Record<string, number>;

export interface ParameterSet extends Parameters {
  readonly names: readonly string[];
  snapshot(at: number): Snapshot;
  latest(name: string): number;
}

/** Names that stages and the language itself read, so that a rules folder without them is refused when it is loaded and not when it is needed. */
const NEEDED = [
  'singleLimit',
  'annualLimit',
  'amountTolerance',
  'sumSoftTolerance',
  'valueTolerance',
  'addressSimilarity',
  'weightToleranceShare',
  'weightToleranceKg',
  'timeSkewMinutes',
  'partialNoticeMinutes',
  'expireHours',
  'closeAfterHours',
  'forgetAfterDays',
  'minSupport',
  'levelBlue',
  'levelYellow',
  'levelOrange',
  'levelRed',
  'easeFactor',
  'ruleWeight',
  'silenceExpectedGapMinutes',
  'exactEntries',
  'evidenceEvents',
  'limitBasis',
  'unlinkedAfterDays',
  'taxTolerance',
  'returnWindowDays',
  'reversibleDays',
  'billsByList',
  'rawPaymentRequired',
  'rawPaymentMinutes',
  'manifestPartsMinutes',
  'forgetParcelDays',
  'forgetDeviceHours',
  'forgetObservationDays',
  'coldChainLowest',
  'coldChainHighest',
  'coldChainGapMinutes',
  'levelEaseMinutes',
  'zoneRuleWeight',
  'escalateRules',
  'escalateCategories',
  'escalateHours',
  'levelHalfLifeHours',
  'levelForgotten',
];

interface Step {
  value: number;
  from: number;
}

/** `make` gives the object behind a snapshot, so that the CEL types know it. */
export function readParameters(doc: Doc | undefined, findings: Findings, make: (names: readonly string[]) => Snapshot): ParameterSet {
  const steps = new Map<string, Step[]>();
  const value = doc && isRecord(doc.value) ? doc.value : {};
  for (const [name, entry] of Object.entries(value)) if (doc) steps.set(name, readParameter(doc, name, entry, findings));
  for (const name of NEEDED) {
    if (steps.has(name)) continue;
    if (doc) findings.add('parameter-missing', doc, [], `parameter \`${name}\` is missing: stages read it`, didYouMean(name, steps.keys()));
    else findings.addAt('parameter-missing', 'parameters.yaml', 1, 1, `parameter \`${name}\` is missing: stages read it`);
  }
  const names = [...steps.keys()].sort();
  const starts = [...new Set([...steps.values()].flat().map((s) => s.from))].sort((a, b) => a - b);
  const snapshots = (starts.length > 0 ? starts : [-Infinity]).map((from) => {
    const values = make(names);
    for (const name of names) values[name] = inForce(steps.get(name)!, from);
    return { from, values };
  });
  const snapshot = (at: number): Snapshot => {
    let i = snapshots.length - 1;
    while (i > 0 && snapshots[i]!.from > at) i--;
    return snapshots[i]!.values;
  };
  const number = (name: string, at: number): number => {
    if (!steps.has(name)) throw new Error(`parameter ${name}: not declared in rules/parameters.yaml. ${didYouMean(name, names)}`);
    return snapshot(at)[name]!;
  };
  return { names, snapshot, number, latest: (name) => number(name, Infinity) };
}

/** The first value also holds before its date: better a known limit than none. */
function inForce(steps: Step[], at: number): number {
  let value = steps[0]?.value ?? 0;
  for (const step of steps) if (step.from <= at) value = step.value;
  return value;
}

function readParameter(doc: Doc, name: string, entry: unknown, findings: Findings): Step[] {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name))
    findings.add('parameter', doc, [name], `parameter names are plain words in camelCase, given \`${name}\``, '', 'key');
  if (!isRecord(entry)) {
    findings.add('parameter', doc, [name], 'expected {value, unit, source, description}');
    return [];
  }
  for (const key of Object.keys(entry)) {
    if (!['value', 'unit', 'source', 'description'].includes(key))
      findings.add('unknown-key', doc, [name, key], `unknown key \`${key}\``, didYouMean(key, ['value', 'unit', 'source', 'description']), 'key');
  }
  for (const key of ['unit', 'source']) {
    if (typeof entry[key] !== 'string' || entry[key] === '')
      findings.add(key === 'unit' ? 'unit-missing' : 'parameter', doc, [name, key], `${key} is missing: a number without ${key} cannot be judged`);
  }
  const text = entry.description;
  if (!isRecord(text) || typeof text.en !== 'string' || typeof text.zh !== 'string')
    findings.add('language', doc, [name, 'description'], 'description is needed in en and zh');
  const list = Array.isArray(entry.value) ? entry.value : [{ value: entry.value }];
  return list.flatMap((item: unknown, i) => readStep(doc, Array.isArray(entry.value) ? [name, 'value', i] : [name, 'value'], item, findings));
}

function readStep(doc: Doc, path: Path, item: unknown, findings: Findings): Step[] {
  const step = isRecord(item) ? item : { value: item };
  if (typeof step.value !== 'number' || !Number.isFinite(step.value)) {
    findings.add('parameter', doc, path, `expected a number, given \`${String(step.value)}\``);
    return [];
  }
  if (step.validFrom === undefined) return [{ value: step.value, from: -Infinity }];
  const from = typeof step.validFrom === 'string' ? Date.parse(`${step.validFrom}T00:00:00+08:00`) : Number.NaN;
  if (Number.isNaN(from))
    findings.add('parameter', doc, [...path, 'validFrom'], `expected a day such as 2026-01-31, given \`${String(step.validFrom)}\``);
  return [{ value: step.value, from }];
}
