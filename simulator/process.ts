/**
 * The simulator as a sender: a process that posts over HTTP under its own key, like any platform. `start` forks it; it can be run alone:
 * FENGHUO_URL=… FENGHUO_KEY=… FENGHUO_SIMULATE=20 node simulator/process.ts [--seed N] [--seconds N] [--skip-baselines] [--no-episodes]
 */
import { parseArgs } from 'node:util';
import { baselines } from './baselines.ts';
import { loadUniverse } from './parties.ts';
import { createTraffic } from './traffic.ts';

export interface SenderOptions {
  url: string;
  /** A key of role simulator or admin. */
  key: string;
  ordersPerSecond: number;
  seed: number;
  episodes: boolean;
  /** Send what is usual per zone first: rules that compare with it have no history on a first start. */
  baselines: boolean;
  /** 0 = until stopped. */
  seconds: number;
  signal: AbortSignal;
  /** At most one line a minute, and one where sending stalls. */
  tell(line: string): void;
}
export interface Sent { events: number; accepted: number; rejected: number; retries: number }

const PACE_MS = 100;
const MOST_PER_POST = 2000;
/** After a longer pause (a machine that slept, a gateway that was away) the lost time is not made up for. */
const GIVE_UP_BEHIND_MS = 60_000;
const MINUTE = 60_000;

/** Sends until stopped. Rejects where the gateway refuses the key or the form: nothing would ever get through. */
export async function send(options: SenderOptions): Promise<Sent> {
  const sent: Sent = { events: 0, accepted: 0, rejected: 0, retries: 0 };
  const universe = loadUniverse();
  const create = (start: number) => createTraffic({ seed: options.seed, start, ordersPerSecond: options.ordersPerSecond, episodes: options.episodes, further: true }, universe);
  if (options.baselines) await post(options, baselines(universe, options.ordersPerSecond), sent);
  const began = Date.now();
  let reached = began;
  let told = began;
  let traffic = create(began);
  while (!options.signal.aborted && (options.seconds === 0 || reached < began + options.seconds * 1000)) {
    const now = options.seconds === 0 ? Date.now() : Math.min(Date.now(), began + options.seconds * 1000);
    if (now - reached > GIVE_UP_BEHIND_MS) traffic = create(now);
    reached = now;
    const due = traffic.next(now);
    for (let i = 0; i < due.length; i += MOST_PER_POST) await post(options, due.slice(i, i + MOST_PER_POST).map(({ event }) => event), sent);
    if (now - told >= MINUTE) {
      told = now;
      options.tell(`simulator: ${sent.events} events sent, ${sent.rejected} refused (episodes include malformed ones), ${sent.retries} sent again`);
    }
    await pause(now + PACE_MS - Date.now(), options.signal);
  }
  return sent;
}

/** Sends until it is answered. The same bytes every time, so that what had been taken before the line broke is told from new events. */
async function post(options: SenderOptions, events: readonly unknown[], sent: Sent): Promise<void> {
  const body = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
  for (let attempt = 0; !options.signal.aborted; attempt++) {
    const answer = await once(options, body);
    if (answer !== undefined) {
      sent.events += events.length;
      sent.accepted += answer.accepted;
      sent.rejected += answer.rejected;
      return;
    }
    sent.retries++;
    if (attempt === 5) options.tell(`simulator: ${options.url} does not take events; trying on`);
    await pause(Math.min(5000, 100 * 2 ** attempt), options.signal);
  }
}

/** undefined = not taken now, worth trying again. */
async function once({ url, key, signal }: SenderOptions, body: Buffer): Promise<{ accepted: number; rejected: number } | undefined> {
  let response: Response;
  try {
    response = await fetch(new URL('/v1/events', url), { method: 'POST', body: new Uint8Array(body), signal, headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${key}` } });
    if (response.status === 202) {
      const answer = (await response.json()) as { accepted: number; rejected: unknown[] };
      return { accepted: answer.accepted, rejected: answer.rejected.length };
    }
  } catch {
    // A lost connection or a stop: the loop above decides.
    return undefined;
  }
  const said = (await response.text().catch(() => '')).slice(0, 300);
  if (response.status === 429 || response.status >= 500) return undefined;
  throw new Error(`POST ${url}/v1/events answered ${response.status}, expected 202: ${said}. ${response.status === 401 || response.status === 403
    ? 'FENGHUO_KEY must be a key of role simulator or admin: npx fenghuo keys add' : 'Is another program listening there? See FENGHUO_URL.'}`);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => { clearTimeout(timer); signal.removeEventListener('abort', done); resolve(); };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string' }, 'skip-baselines': { type: 'boolean' }, 'no-episodes': { type: 'boolean' } } });
  const number = (name: string, text: string | undefined, fallback: number): number => {
    const value = text === undefined || text === '' ? fallback : Number(text);
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name}: expected a number of at least 0, given '${text}'`);
    return value;
  };
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Forked: when the parent is gone there is nobody to send to.
  process.once('disconnect', () => stop.abort());
  const key = process.env['FENGHUO_KEY'];
  if (!key) throw new Error('FENGHUO_KEY is not set: expected a key of role simulator or admin (npx fenghuo keys add --role simulator)');
  await send({
    url: process.env['FENGHUO_URL'] || 'http://127.0.0.1:8080', key, ordersPerSecond: number('FENGHUO_SIMULATE', process.env['FENGHUO_SIMULATE'], 20),
    seed: number('--seed', values.seed, 1), seconds: number('--seconds', values.seconds, 0), episodes: !values['no-episodes'], baselines: !values['skip-baselines'],
    signal: stop.signal, tell: (line) => void process.stderr.write(`${line}\n`),
  });
  if (process.connected) process.disconnect?.();
}

if (import.meta.main) {
  main().catch((error: Error) => {
    process.stderr.write(`simulator: ${error.message}\n`);
    process.exit(1);
  });
}
