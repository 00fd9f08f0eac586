/** `fenghuo backtest`: what rules would have told of the recorded journal. Reads the data folder only, also beside a running system. */
import { InvalidArgumentError, type Command } from 'commander';
import { limitOf, sinceOf } from './alerts.ts';
import { langOption, withExamples } from './output.ts';

export interface BacktestOptions { from?: number; to?: number; against?: string; rules?: string; warm?: number; plot: string | false; examples: number; json?: boolean; lang?: string }

const DAY = 86_400_000;
const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: DAY };

export function backtestCommand(program: Command): void {
  withExamples(program.command('backtest').description('screen the recorded journal again: alerts by grade, what a change adds and loses, precision, examples'), [
    'backtest split-orders --from 7d --rules changed/', "backtest 'transaction/*' --from 2026-11-01 --to 2026-11-07", 'backtest T6 --against 1', 'backtest transaction/split-orders --against recorded --json'])
    .argument('[rule...]', 'rules by id, name, category, indicator or glob (none: those that --rules changes, else all live ones); draft and shadow rules run as if live')
    .option('--from <when>', 'Shanghai day, ISO time, or an age such as 12h, 7d (none: where the journal begins)', fromOf)
    .option('--to <when>', 'likewise; a day counts whole (none: now)', toOf)
    .option('--rules <path>', 'folder with changed rules, or one rule file, laid over the set in force, which it is compared with')
    .option('--against <version>', 'compare with another version: of the rules (a number), a rule set (version or hash), or `recorded`: what was in force at each moment')
    .option('--warm <length>', 'read so much before --from without counting, e.g. 24h (none: as far as the rules look back, and the journal reaches)', lengthOf)
    .option('--plot <file>', 'where the plot of alerts by day goes', 'backtest.svg')
    .option('--no-plot', 'no plot')
    .option('--examples <n>', 'so many examples', limitOf, 10)
    .option('--json', 'print JSON')
    .addOption(langOption())
    // Only this needs rules and stages: other commands start faster without them.
    .action(async (rules: string[], options: BacktestOptions) => (await import('./backtest/run.ts')).backtest(rules, options));
}

const dayStart = (text: string): number | undefined => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00+08:00`) : undefined);

export function fromOf(text: string): number {
  const day = dayStart(text);
  if (day !== undefined && !Number.isNaN(day)) return day;
  return Date.parse(sinceOf(text));
}

export function toOf(text: string): number {
  const day = dayStart(text);
  return day === undefined || Number.isNaN(day) ? fromOf(text) : day + DAY;
}

function lengthOf(text: string): number {
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (!count) throw new InvalidArgumentError('Expected a length such as 30m, 24h, 7d; 0h for none.');
  return Number(count) * (UNITS[unit] as number);
}
