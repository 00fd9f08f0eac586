/** `fenghuo verdict` and `fenghuo rules stats`: what officers say of alerts, and how each rule does by it. */
import { Argument, type Command } from 'commander';
import type { RuleStats } from '../gateway/verdicts.ts';
import { VERDICTS } from '../schemas/risk/alert.ts';
import { sinceOf } from './alerts.ts';
import { clock, table } from './format.ts';
import { connect, gatewayCommand, print, printJson, type GatewayOptions } from './output.ts';

export function verdictCommand(program: Command): void {
  gatewayCommand(program, 'verdict', 'say whether an alert was right: confirmed, false or unclear', ['verdict a06b9f931e453cdf3c9e49eb988d3f82 false --why "pick-up point, checked on site"'])
    .argument('<alert>', 'its id, from `alerts --json` or the desk').addArgument(new Argument('<verdict>', 'the verdict').choices([...VERDICTS])).requiredOption('--why <reason>', 'the reason').action(give);
}

export function ruleStatsCommand(rules: Command): void {
  gatewayCommand(rules, 'stats', 'per rule: alerts, verdicts, precision, median time to a verdict, never fired', ['rules stats', 'rules stats --since 7d --json']).option('--since <when>', 'ISO time, or an age such as 12h, 7d (default 30d)', sinceOf).action(stats);
}

async function give(alert: string, verdict: string, options: GatewayOptions & { why: string }): Promise<void> {
  const made = await connect(options).send<{ ruleId: string; revision: number; officer: string }>('POST', `/v1/alerts/${encodeURIComponent(alert)}/verdicts`, { verdict, reason: options.why });
  if (options.json) printJson(made);
  else print(`${verdict}: ${made.ruleId}, revision ${made.revision}, by ${made.officer}.`);
}

const length = (seconds: number): string => (seconds < 120 ? `${seconds} s` : seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`);

async function stats(options: GatewayOptions & { since?: string }): Promise<void> {
  const answer = await connect(options).get<{ rules: RuleStats[] }>(`/v1/rules/stats${options.since ? `?since=${encodeURIComponent(options.since)}` : ''}`);
  if (options.json) return printJson(answer.rules);
  print(answer.rules.length === 0 ? '(nothing)' : table(answer.rules.map((r) => ({
    rule: r.rule, status: r.status, alerts: r.alerts, held: r.held, confirmed: r.confirmed, false: r.false, unclear: r.unclear, precision: r.precision === null ? '' : `${Math.round(r.precision * 100)} %`,
    'to verdict': r.medianSeconds === null ? '' : length(r.medianSeconds), evaluated: r.evaluated, errors: r.errors, last: r.lastAt === null ? 'never fired' : clock(r.lastAt),
  }))));
}
