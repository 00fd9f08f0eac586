/** A checked draft to the rule that assessment runs: values to a grade, a grade to a reason. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { gradeOf } from './bands.ts';
import type { Bands } from './bands.ts';
import type { RuleDraft } from './check.ts';
import { makeFeature } from './features.ts';
import type { Formula } from './formulas.ts';
import type { ParameterSet } from './parameters.ts';
import type { Evaluation, Feature, Rule } from './ruleset.ts';

export function makeRule(draft: RuleDraft, parameters: ParameterSet): Rule {
  const { features: drafts, formulas, value, bands, zones: _zones, reason, ...known } = draft;
  const features: Record<string, Map<string, Feature>> = {};
  for (const type of draft.subjects) features[type] = new Map(drafts.map((f) => [f.name, makeFeature(f, type)]));
  const named = features[draft.subjects[0]!]!;
  const evaluate = evaluator(draft, parameters);
  const formula = value?.source.trim() ?? drafts[0]!.name;
  const sources = Object.fromEntries(formulas.map(({ name, of }) => [name, of.source.trim()]));
  const read = [...new Set([formula, ...Object.values(sources)].flatMap((source) => [...source.matchAll(/\bparameters\.(\w+)/g)].map(([, name]) => name!)))];
  return {
    ...known,
    features,
    bands,
    evaluate,
    windowText: (drafts.find((f) => f.name === draft.support?.feature && f.window.ms > 0) ?? drafts.find((f) => f.window.ms > 0) ?? drafts[0]!).window
      .text,
    growsOnly: value ? grows(value.ast, named, formulas) : drafts[0] !== undefined && named.get(drafts[0].name)!.growsOnly,
    grounds: ({ zone, at }) => ({
      formula, formulas: sources, bands: Object.fromEntries((draft.zones?.get(zone) ?? bands).map(({ grade, from }) => [grade, from])), support: draft.support ?? { feature: '', min: 0 },
      parameters: Object.fromEntries(read.map((name) => [name, parameters.number(name, at)])),
    }),
    explain: (values, evaluation, subject) => {
      const filling = {
        values,
        value: evaluation.value,
        threshold: evaluation.threshold,
        grade: evaluation.grade,
        subject,
        parameters: parameters.snapshot(Infinity),
      };
      return { en: reason.en(filling), zh: reason.zh(filling) };
    },
  };
}

const failed = (error: string): Evaluation => ({ outcome: 'error', value: Number.NaN, grade: undefined, threshold: 0, score: 0, error });

function evaluator(draft: RuleDraft, parameters: ParameterSet): Rule['evaluate'] {
  const { features, formulas, value, support, bands, zones } = draft;
  const measured = support && features.some((f) => f.name === support.feature);
  const only = value === undefined ? features[0]!.name : features.some((f) => f.name === value.source.trim()) ? value.source.trim() : '';
  // One object for all evaluations: they are synchronous, and its fields are all overwritten each time.
  const variables: Record<string, unknown> = {};
  return (values, where) => {
    for (const feature of features) {
      const given = values.get(feature.name) ?? (feature.kind === 'value' ? 0 : undefined);
      if (given === undefined) return failed(`no value for feature ${feature.name}`);
      variables[feature.name] = given;
    }
    const inZone = zones?.get(where.zone) ?? bands;
    const unsupported = (): boolean => support !== undefined && (variables[support.feature] as number) < support.min;
    if (measured && unsupported()) return low(inZone, 0);
    let number: unknown;
    if (only !== '' && formulas.length === 0) number = variables[only];
    else {
      variables.parameters = parameters.snapshot(where.at ?? Infinity);
      try {
        for (const { name, of } of formulas) values.set(name, (variables[name] = of.run(variables)) as number);
        if (unsupported()) return low(inZone, 0);
        number = only !== '' ? variables[only] : value!.run(variables);
      } catch (error) {
        return failed(reasonOf(error));
      }
    }
    if (typeof number !== 'number' || !Number.isFinite(number)) return failed(`the value is ${String(number)}, no finite number`);
    if (number < inZone[0]!.from) return low(inZone, number);
    const { grade, threshold, score } = gradeOf(inZone, number);
    return { outcome: 'ok', value: number, grade, threshold, score, error: '' };
  };
}

/** True where an event whose features are all 0 changes nothing: it need not be told of. */
export function quietAtZero({ features, formulas, value, bands, zones }: RuleDraft): boolean {
  const largest = value === undefined || /^(\w+|max\(\w+(, ?\w+)*\))$/.test(value.source.trim());
  return largest && formulas.length === 0 && features.every(({ kind }) => kind === 'value') && [bands, ...(zones?.values() ?? [])].every(([lowest]) => lowest!.from > 0);
}

const low = (bands: Bands, value: number): Evaluation => ({ outcome: 'ok', value, grade: undefined, threshold: bands[0]!.from, score: 0, error: '' });

/** First line only: the rest quotes the expression, which may hold what the event said. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.split('\n')[0]! : String(error));

/** Whether an expression can only grow while its features do. What divides or is subtracted must stay as it is. */
function grows(node: ASTNode, features: ReadonlyMap<string, Feature>, formulas: readonly Formula[]): boolean {
  const inner = (part: ASTNode): boolean => grows(part, features, formulas);
  if (isConstant(node)) return true;
  if (node.op === 'id') {
    const formula = formulas.find(({ name }) => name === node.args);
    return formula ? inner(formula.of.ast) : features.get(node.args)?.growsOnly === true;
  }
  if (node.op === '+' || node.op === '*') return inner(node.args[0]) && inner(node.args[1]);
  if (node.op === '-') return inner(node.args[0]) && isConstant(node.args[1]);
  if (node.op !== 'call') return false;
  const [name, args] = node.args;
  if (name === 'ratio') return inner(args[0]!) && isConstant(args[1]!);
  return (name === 'max' || name === 'min' || name === 'ln') && args.every(inner);
}

const isConstant = (node: ASTNode): boolean =>
  node.op === 'value' || (node.op === '.' && node.args[0].op === 'id' && node.args[0].args === 'parameters');
