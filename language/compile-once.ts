/** Every partition of every stage compiles the set that is in force: the same content is compiled once. */
import { createHash } from 'node:crypto';
import { atOnce, type Steps } from '../seeds/steps.ts';
import { compileSteps } from './compile.ts';
import type { Compile, Compiled, RuleSource } from './ruleset.ts';

/** The one in force, and those that control records are about to bring. */
const KEPT = 4;
const known = new Map<string, Compiled>();

export const compileOnce: Compile = (source) => atOnce(compileOnceSteps(source));

export function* compileOnceSteps(source: RuleSource): Steps<Compiled> {
  const key = createHash('sha256').update(JSON.stringify(source)).digest('base64');
  const compiled = known.get(key) ?? (yield* compileSteps(source));
  known.delete(key);
  known.set(key, compiled);
  if (known.size > KEPT) known.delete(known.keys().next().value as string);
  return compiled;
}
