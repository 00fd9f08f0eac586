/** Formulas: features that are computed from other features of their rule. They keep no window; one that depends on itself is refused. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Context } from './compile.ts';
import type { Expression } from './expressions.ts';
import { walk } from './expressions.ts';
import { checkFeatureName, isFormula } from './features.ts';
import { isRecord } from './parse.ts';
import type { Doc } from './parse.ts';

export interface Formula { name: string; of: Expression }

export function namesOf(node: ASTNode): Set<string> {
  const names = new Set<string>();
  walk(node, (part) => void (part.op === 'id' && names.add(part.args)));
  return names;
}

/** In an order in which each can be computed from those before it. */
export function readFormulas(doc: Doc, features: unknown, measured: readonly string[], context: Context): Formula[] {
  const entries = Object.entries(isRecord(features) ? features : {}).filter(([, entry]) => isFormula(entry)) as [string, Record<string, unknown>][];
  const all = [...measured, ...entries.map(([name]) => name)];
  const formulas = entries.flatMap(([name, entry]): Formula[] => {
    checkFeatureName(doc, name, context);
    for (const key of Object.keys(entry)) if (key !== 'kind' && key !== 'of') context.findings.add('unknown-key', doc, ['features', name, key], `a formula has \`of\` only, found \`${key}\``, '', 'key');
    const of = typeof entry.of === 'string' ? context.valueExpression(doc, ['features', name, 'of'], entry.of, all) : undefined;
    if (typeof entry.of !== 'string') context.findings.add('feature-kind', doc, ['features', name], 'a formula needs `of`: an expression over other features', 'e.g. of: ratio(lost, sent)');
    return of ? [{ name, of }] : [];
  });
  return inOrder(doc, formulas, context);
}

function inOrder(doc: Doc, formulas: readonly Formula[], { findings }: Context): Formula[] {
  const byName = new Map(formulas.map((formula) => [formula.name, formula]));
  const done: Formula[] = [];
  /** False where the way came back to where it began. */
  const visit = (formula: Formula, way: readonly string[]): boolean => {
    if (done.includes(formula)) return true;
    if (way.includes(formula.name)) {
      findings.add('cycle', doc, ['features', formula.name, 'of'], `the formula depends on itself: ${[...way, formula.name].join(' → ')}`, 'take one of these out of the circle');
      return false;
    }
    for (const name of namesOf(formula.of.ast)) {
      const other = byName.get(name);
      if (other && !visit(other, [...way, formula.name])) return false;
    }
    done.push(formula);
    return true;
  };
  formulas.every((formula) => visit(formula, []));
  return done;
}
