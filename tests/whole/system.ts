/** Fenghuo as a user runs it: `start` or `run` in a process of its own, with the store's process under it, on a temporary data folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const QUIET = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];
const ROOM = '--max-semi-space-size=32';

export interface Ended { code: number | null; out: string; err: string }
export interface Answer { status: number; text: string; json: unknown }
export const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

export const temporary = (parent = tmpdir()): string => mkdtempSync(join(parent, 'fenghuo-whole-'));
export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

/** The environment of a run: nothing of the surroundings' FENGHUO_* shines through. */
function environment(data: string, port: number, more: Record<string, string>): NodeJS.ProcessEnv {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FENGHUO_') && name !== 'NODE_OPTIONS'));
  return { ...clean, FENGHUO_DATA: data, FENGHUO_PORT: String(port), FENGHUO_HOST: '127.0.0.1', FENGHUO_SIMULATE: '0', ...more };
}

/** Runs a command of the command line to its end. */
export async function command(args: string[], { data, port = 1, env = {}, limitMs = 40_000 }: { data: string; port?: number; env?: Record<string, string>; limitMs?: number }): Promise<Ended> {
  const child = spawn(process.execPath, [...QUIET, MAIN, ...args], { env: environment(data, port, env), stdio: ['ignore', 'pipe', 'pipe'] });
  const said = listen(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const code = await new Promise<number | null>((resolve) => { child.once('close', resolve); });
  clearTimeout(timer);
  return { code, ...said };
}

function listen(child: ChildProcess): { out: string; err: string } {
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => { said.out += chunk.toString(); });
  child.stderr?.on('data', (chunk: Buffer) => { said.err += chunk.toString(); });
  return said;
}

export class System {
  readonly data: string;
  readonly port: number;
  readonly child: ChildProcess;
  readonly said: { out: string; err: string };
  readonly #gone: Promise<number | null>;
  #key = '';

  constructor(data: string, port: number, env: Record<string, string>, args: readonly string[] = ['start']) {
    this.data = data;
    this.port = port;
    this.child = spawn(process.execPath, [...QUIET, ROOM, MAIN, ...args], { env: environment(data, port, env), stdio: ['ignore', 'pipe', 'pipe'] });
    this.said = listen(this.child);
    this.#gone = new Promise((resolve) => { this.child.once('close', resolve); });
  }

  /** The administrator's, as the first start wrote it. */
  get key(): string {
    this.#key ||= readFileSync(join(this.data, 'keys', 'admin.key'), 'utf8').trim();
    return this.#key;
  }

  async ready(limitMs = 30_000): Promise<this> {
    for (const end = Date.now() + limitMs; Date.now() < end;) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`the system ended by itself (${this.child.exitCode ?? this.child.signalCode}): ${this.said.err}`);
      if (/is ready|Fenghuo runs/.test(this.said.out)) return this;
      await pause(50);
    }
    this.child.kill('SIGKILL');
    throw new Error(`not ready within ${limitMs} ms: ${this.said.err}`);
  }

  async ask(method: string, path: string, body?: string | Uint8Array, type = 'application/json', key = this.key): Promise<Answer> {
    const headers: Record<string, string> = { ...(key && { authorization: `Bearer ${key}` }), ...(body !== undefined && type && { 'content-type': type }) };
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { method, headers, ...(body !== undefined && { body: body as BodyInit }), signal: AbortSignal.timeout(30_000) });
    const text = await response.text();
    return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  }

  get = (path: string): Promise<Answer> => this.ask('GET', path);

  /** Rows of the tables, asked for as an administrator would. */
  async rows<T>(sql: string): Promise<T[]> {
    const answer = await this.ask('POST', '/v1/query', JSON.stringify({ sql, maxRows: 100_000 }));
    if (answer.status !== 200) throw new Error(answer.text);
    return (answer.json as { rows: T[] }).rows;
  }

  /** Until the store has taken all that lies in the log. Ticks never stop, hence the two looks. */
  async caughtUp(limitMs = 90_000): Promise<void> {
    await pause(1_200);
    for (const until = Date.now() + limitMs; ; await pause(100)) {
      const metrics = await this.get('/metrics').catch(() => undefined);
      const lags = [...(metrics?.text ?? '').matchAll(/^fenghuo_store_lag_records\S* (\d+)/gm)].map((m) => Number(m[1]));
      if (metrics?.status === 200 && lags.length > 0 && Math.max(...lags) < 30) break;
      if (Date.now() > until) throw new Error(`the store has not caught up within ${limitMs} ms: behind by ${lags.join(', ') || 'nobody knows how much'}`);
    }
    await pause(1_300);
  }

  get storePid(): number | undefined {
    try {
      const ids = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').trim();
      return ids === '' ? undefined : Number(ids.split(' ')[0]);
    } catch {
      return undefined;
    }
  }

  /** The power cut. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#gone;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; ms: number }> {
    const began = performance.now();
    this.child.kill(signal);
    const late = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    const code = await this.#gone;
    clearTimeout(late);
    return { code, ms: performance.now() - began };
  }
}

/** Starts it and does not wait. */
export const launch = (data: string, { port, env = {} }: { port: number; env?: Record<string, string> }): System => new System(data, port, env);

/** Stages of a scaled-out system, each process with its folder. */
export const run = (stages: readonly string[], data: string, { port, env }: { port: number; env: Record<string, string> }): System => new System(data, port, env, ['run', ...stages]);

export async function start(data: string, { port, env = {} }: { port?: number; env?: Record<string, string> } = {}): Promise<System> {
  return launch(data, { port: port ?? await freePort(), env }).ready();
}
