/** A gateway whose check is the real one (intake, screening, rules), for the validator's page. */
import { readRuleSource } from '../../cli/rule-source.ts';
import { compile } from '../../language/compile.ts';
import { createCheck } from '../../processors/check.ts';
import { screening } from '../../processors/screening/stage.ts';
import { bench, type Bench } from '../gateway/doubles.ts';
import { intake } from '../intake/fixtures.ts';

export async function checkScene(): Promise<Bench & { base: string }> {
  const source = readRuleSource('');
  const compiled = compile(source);
  const b = bench({}, () => undefined, createCheck(intake, screening(() => compiled), JSON.stringify(source), compiled));
  return { ...b, base: await b.gateway.start() };
}
