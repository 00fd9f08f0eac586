/** `fenghuo simulate`: simulated traffic into a running gateway, e.g. one started with FENGHUO_SIMULATE=0; or the rules scored by it, without a gateway. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { type Format, FORMATS } from '../simulator/write.ts';
import type { Client } from './client.ts';
import { CommandError, EXIT } from './exit.ts';
import { connect, note, print, printJson, withExamples } from './output.ts';

interface SimulateOptions { rate?: number; seed: number; seconds?: number; key?: string; baselines: boolean; episodes: boolean; json?: boolean; score?: boolean; days?: number; rules?: string[];
  out?: string; format?: Format; events?: number; start: string }

const RATE = 20;
/** A day of this is 17,000 orders: enough for rules that need support, and scored within a minute or two. */
const SCORE_RATE = 0.2;
const SCORE_DAYS = 1;
/** A fixed day, so that the same options give the same bytes; in the past, since intake refuses what lies ahead. */
const START = '2026-08-03T10:00:00+08:00';

export function simulateCommand(program: Command): void {
  withExamples(program.command('simulate').description('send simulated orders and risk episodes to the running gateway; or write them to files, or score the rules by them'), ['simulate --rate 50 --seconds 60', 'simulate --rate 200 --seed 7 --no-episodes', 'simulate --score --seed 7 --rules transaction/split-orders,financial/near-limit --json', 'simulate --out traffic.ndjson --seed 7 --seconds 600'])
    .option('--rate <n>', `orders a second (default ${RATE}; ${SCORE_RATE} with --score)`, positive)
    .option('--seed <n>', 'the same seed gives the same traffic', whole, 1)
    .option('--seconds <n>', 'stop after so long (else on Ctrl-C)', positive)
    .option('--no-baselines', 'do not first send what is usual per zone')
    .option('--no-episodes', 'ordinary traffic only')
    .option('--key <key>', 'key of role simulator, used as it is (else one is made with the admin key, and revoked at the end)')
    .option('--score', 'plant labelled episodes and look-alikes, run them through the stages here, and print what each rule caught; needs no gateway')
    .option('--days <n>', `with --score: so many days of traffic (default ${SCORE_DAYS}); they pass in seconds`, positive)
    .option('--rules <ids>', 'with --score: only these rules, separated by commas', (text: string) => text.split(',').map((id) => id.trim()).filter((id) => id !== ''))
    .option('--out <path>', 'write the traffic instead of sending it: a .json or .ndjson file, - for standard output, or a folder of .xml messages or .csv tables')
    .addOption(new Option('--format <format>', 'with --out, where its name does not tell').choices(FORMATS))
    .option('--events <n>', 'with --out: at most so many documents (without --seconds and --events: a minute of traffic)', positive)
    .option('--start <time>', 'with --out: when the traffic begins', instant, START)
    .option('--json', 'print JSON')
    .action(simulate);
}

function positive(text: string): number {
  const n = Number(text);
  if (!(n > 0) || !Number.isFinite(n)) throw new InvalidArgumentError('Expected a number above 0.');
  return n;
}

function instant(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError(`Expected a time such as ${START}.`);
  return text;
}

function whole(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('Expected a whole number from 0 on.');
  return n;
}

/** Traffic under an admin key would pass for live: a key of role simulator marks it. */
async function withKey<T>(client: Client, given: string | undefined, work: (key: string) => Promise<T>): Promise<T> {
  if (given) return work(given);
  const made = await client.send<{ id: string; key: string }>('POST', '/v1/keys', { name: 'simulate', role: 'simulator' });
  try {
    return await work(made.key);
  } finally {
    await client.send('DELETE', `/v1/keys/${made.id}`);
  }
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { seed, days = SCORE_DAYS, rules, json } = options;
  if (options.score) {
    // Only this needs rules and stages: sending starts faster without them.
    const { scoreRules } = await import('./score.ts');
    return scoreRules({ seed, days, rate: options.rate ?? SCORE_RATE, ...(rules && { rules }), json: json === true });
  }
  if (options.out !== undefined) {
    const { writeTraffic } = await import('./simulate-out.ts');
    const { out, format, seconds, events, start, episodes } = options;
    return writeTraffic({ out, seed, rate: options.rate ?? RATE, start: Date.parse(start), episodes, ...(format && { format }), ...(seconds !== undefined && { seconds }), ...(events !== undefined && { events }) });
  }
  if (options.days !== undefined || rules) throw new CommandError(EXIT.usage, '--days and --rules go with --score. Traffic to a gateway is bounded by --seconds.');
  const client = connect(options);
  // Says at once, and in our words, where the gateway is away.
  await client.get('/healthz');
  const { send } = await import('../simulator/process.ts');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const sent = await withKey(client, options.key, (key) => send({
    url: client.url, key, ordersPerSecond: options.rate ?? RATE, seed: options.seed, seconds: options.seconds ?? 0, episodes: options.episodes, baselines: options.baselines, signal: stop.signal, tell: note,
  }));
  if (options.json) printJson(sent);
  else print(`${sent.events} events sent: ${sent.accepted} accepted, ${sent.rejected} refused (episodes include malformed ones).`);
}
