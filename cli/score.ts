/** `fenghuo simulate --score`: how well the rules find what is planted, on this machine and without a gateway. */
import { compile } from '../language/compile.ts';
import type { RuleScore, Scored } from '../simulator/score/run.ts';
import { CommandError, EXIT } from './exit.ts';
import { table } from './format.ts';
import { print, printJson } from './output.ts';
import { readRuleSource } from './rule-source.ts';
import { readSettings } from './settings.ts';

export interface ScoreOptions { seed: number; days: number; rate: number; rules?: readonly string[]; json?: boolean }

export async function scoreRules({ seed, days, rate, rules: asked, json }: ScoreOptions): Promise<void> {
  const source = readRuleSource(readSettings().rules);
  const compiled = compile(source);
  if (!compiled.ok) throw new CommandError(EXIT.refused, `The rule set has ${compiled.findings.length} finding(s); \`npx fenghuo rules check\` shows them. The first: ${compiled.findings[0]?.file}:${compiled.findings[0]?.line} ${compiled.findings[0]?.message}`);
  const live = compiled.ruleSet.rules.filter(({ status }) => status === 'live').map(({ id }) => id);
  const unknown = (asked ?? []).filter((id) => !live.includes(id));
  if (unknown.length > 0) throw new CommandError(EXIT.usage, `--rules: no live rule ${unknown.join(', ')}. \`npx fenghuo rules list\` shows them, e.g. ${live[0]}.`);
  const rules = live.filter((id) => !asked || asked.includes(id)).sort();
  const { runScore } = await import('../simulator/score/run.ts');
  const { scored } = await runScore({ seed, days, ordersPerSecond: rate, rules, source, compile, progress: progressBar() });
  if (json) printJson(scored);
  else print(scoreTable(scored));
}

/** Redrawn in place at each hundredth; nothing where nobody watches. */
function progressBar(): (share: number) => void {
  const { stderr } = process;
  let shown = -1;
  return (share) => {
    const percent = Math.floor(share * 100);
    if (!stderr.isTTY || percent === shown) return;
    shown = percent;
    stderr.write(percent < 100 ? `\r[${'█'.repeat(percent / 4).padEnd(25, '·')}] ${percent}%` : '\r\x1b[K');
  };
}

const shown = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

export const scoreTable = ({ seed, rules }: Scored): string => `${table(rules.map((rule: RuleScore) => ({
  rule: rule.id, planted: rule.planted, caught: rule.caught, 'false alerts': rule.falseAlerts, recall: shown(rule.recall, 3), precision: shown(rule.precision, 3), 'median delay s': shown(rule.medianDelaySeconds, 1),
})))}\nseed ${seed}`;
