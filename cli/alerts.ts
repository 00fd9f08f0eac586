/** `fenghuo alerts`: the latest revision of each alert, or every revision as it comes. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { CATEGORIES, GRADES, type Alert } from '../schemas/risk/alert.ts';
import type { Client } from './client.ts';
import { CommandError, EXIT } from './exit.ts';
import { alertLine, type Lang } from './format.ts';
import { connect, gatewayCommand, langOf, langOption, note, print, printJson, type GatewayOptions } from './output.ts';

interface AlertsOptions extends GatewayOptions {
  category?: string; grade?: string; rule?: string; subject?: string; zone?: string; since?: string; status?: string; limit: number; follow?: boolean; lang?: string;
}

const PAGE = 1000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

export function alertsCommand(program: Command): void {
  gatewayCommand(program, 'alerts', 'show alerts, newest last', ['alerts', 'alerts --category financial --grade orange,red --since 2h', 'alerts --follow --lang zh', 'alerts --json | jq .alerts[0].evidence'])
    .option('--category <list>', `of ${CATEGORIES.join(', ')} (comma-separated)`, wordsOf(CATEGORIES))
    .option('--grade <list>', `of ${GRADES.join(', ')} (comma-separated)`, wordsOf(GRADES))
    .option('--rule <id>', 'rule id, e.g. transaction/split-orders')
    .option('--subject <id>', 'id, or type:id, e.g. seller:EBC1')
    .option('--zone <code>', 'zone code')
    .option('--since <when>', 'ISO time, or an age such as 15m, 2h, 3d', sinceOf)
    .addOption(new Option('--status <status>', 'which alerts').choices(['live', 'shadow', 'held', 'all']).default('live'))
    .option('--limit <n>', 'at most so many', limitOf, 50)
    .option('--follow', 'go on with each new revision until Ctrl-C')
    .addOption(langOption())
    .action(showAlerts);
}

const wordsOf = (known: readonly string[]) => (text: string): string => {
  const wrong = text.split(',').filter((word) => !known.includes(word));
  if (wrong.length > 0) throw new InvalidArgumentError(`'${wrong.join(', ')}' is none of ${known.join(', ')}.`);
  return text;
};

export function limitOf(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return n;
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `2h` = two hours ago; else a time that Date can read. Returns ISO 8601. */
export function sinceOf(text: string, now: unknown = undefined): string {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const from = typeof now === 'number' ? now : Date.now();
  const at = count ? from - Number(count) * (UNITS[unit] ?? 0) : Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError('Expected an ISO time such as 2026-11-23T08:00:00Z, or an age such as 15m, 2h, 3d.');
  return new Date(at).toISOString();
}

function filterOf(options: AlertsOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ['category', 'grade', 'rule', 'subject', 'zone', 'since', 'status'] as const) {
    const value = options[name];
    if (value) query.set(name, value);
  }
  return query;
}

async function readAlerts(client: Client, options: AlertsOptions): Promise<Alert[]> {
  const alerts: Alert[] = [];
  let cursor = '';
  do {
    const query = filterOf(options);
    query.set('limit', String(Math.min(PAGE, options.limit - alerts.length)));
    if (cursor) query.set('cursor', cursor);
    const page = await client.get<{ alerts: Alert[]; next: string | null }>(`/v1/alerts?${query}`);
    alerts.push(...page.alerts);
    cursor = page.next ?? '';
  } while (cursor && alerts.length < options.limit);
  return alerts;
}

async function showAlerts(options: AlertsOptions): Promise<void> {
  const client = connect(options);
  const lang = langOf(options.lang);
  const alerts = await readAlerts(client, options);
  if (options.json && !options.follow) return printJson({ alerts });
  for (const alert of alerts.reverse()) print(options.json ? JSON.stringify(alert) : alertLine(alert, lang));
  if (options.follow) return follow(client, options, lang);
  if (alerts.length === 0) note('No alert fits. Alerts appear about a second after the event; --status all also shows those held back.');
}

/** Comes back after a lost connection with the last id, so that no revision is missed. */
async function follow(client: Client, options: AlertsOptions, lang: Lang): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  let last = '';
  let failures = 0;
  while (!stop.signal.aborted && failures < 10) {
    try {
      for await (const event of client.events(`/v1/alerts/stream?${filterOf(options)}`, last, stop.signal)) {
        failures = 0;
        if (event.id) last = event.id;
        if (event.event === 'reset') note('The gateway runs on another log now: going on with its alerts.');
        else if (event.event === 'alert' || event.event === 'message') print(options.json ? event.data : alertLine(JSON.parse(event.data) as Alert, lang));
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      if (error instanceof CommandError && error.code !== EXIT.unreachable && error.code !== EXIT.gateway) throw error;
      if (failures === 0) note(`Connection lost (${(error as Error).message.split('.')[0]}); trying again…`);
    }
    failures++;
    if (!stop.signal.aborted) await pause(1000);
  }
  if (!stop.signal.aborted) throw new CommandError(EXIT.unreachable, 'The alert stream stays away. Is Fenghuo still running? `npx fenghuo doctor` says more.');
}
