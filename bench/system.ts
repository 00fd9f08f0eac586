/** Fenghuo as its own processes on a fresh data folder, as `npm start` runs it, and what the system says of their memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import room from '../cli/room.json' with { type: 'json' };

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

export interface System { url: string; /** Where stages that run in a process of their own tell of themselves. */ judges?: string; key: string; data: string; readySeconds: number; rssBytes(): number; rssByProcess(): Record<string, number>; diskBytes(): Record<string, number>; cpuSeconds(): Record<string, number>; /** Stops it; the data folder stays. */ end(): Promise<void>; /** SIGKILL, amid whatever it does. */ kill(): Promise<void>; /** Stops it and removes its data folder. */ stop(): Promise<void> }

export const newData = (): string => mkdtempSync(join(tmpdir(), 'fenghuo-bench-'));

/** `npm start`, or of a scaled-out system what `run` and `env` say. */
export async function startSystem(nodeArguments: string[] = [], data = newData(), { run, env = {} }: { run?: readonly string[]; env?: Record<string, string> } = {}): Promise<System> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...room.flags, ...nodeArguments, MAIN, ...(run ? ['run', ...run] : ['start'])], {
    env: { ...room.env, ...process.env, FENGHUO_DATA: data, FENGHUO_PORT: String(port), FENGHUO_HOST: '127.0.0.1', FENGHUO_SIMULATE: '0', ...env }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => { complaints = (complaints + chunk.toString()).slice(-2_000); });
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child, () => complaints);
  const stopBy = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await new Promise((resolve) => child.once('exit', resolve));
  };
  const end = (): Promise<void> => stopBy('SIGTERM');
  return {
    url, data, readySeconds: (performance.now() - began) / 1000, key: text(join(data, 'keys', 'admin.key')).trim(), rssBytes: () => tree(child.pid as number).reduce((sum, pid) => sum + rss(pid), 0),
    rssByProcess: () => Object.fromEntries(tree(child.pid as number).map((pid) => [pid === child.pid ? 'pipeline' : 'store', rss(pid)])),
    diskBytes: () => Object.fromEntries(['log', 'store'].map((name) => [name, list(join(data, name), true).reduce((sum, file) => sum + size(join(data, name, file)), 0)])),
    cpuSeconds: () => Object.fromEntries(tree(child.pid as number).map((pid) => [pid === child.pid ? 'pipeline' : 'store', cpu(pid)])),
    end,
    kill: () => stopBy('SIGKILL'),
    stop: async () => {
      await end();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function ready(url: string, child: ChildProcess, complaints: () => string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    if (child.exitCode !== null) throw new Error(`the system ended by itself with code ${child.exitCode}: ${complaints()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not ready within 60 s: ${complaints()}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The process and all that it started (Linux; elsewhere the process alone, and zeros below). */
export function tree(root: number): number[] {
  const found: number[] = [];
  for (const waiting = [root]; waiting.length > 0;) {
    const pid = waiting.pop() as number;
    found.push(pid);
    for (const task of list(`/proc/${pid}/task`)) waiting.push(...text(`/proc/${pid}/task/${task}/children`).trim().split(' ').filter(Boolean).map(Number));
  }
  return found;
}

const rss = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(text(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;

/** User and system time since its start; a clock tick is 10 ms. */
export function cpu(pid: number): number {
  const fields = text(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

export function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Blocks on the disk, as `du` counts them. */
function size(file: string): number {
  try {
    const found = statSync(file);
    return found.isFile() ? found.blocks * 512 : 0;
  } catch {
    return 0;
  }
}

/** What lies in a folder; `deep`: below it, too. What goes meanwhile is left out. */
function list(folder: string, deep = false): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return deep ? names.flatMap((name) => [name, ...list(join(folder, name), true).map((below) => join(name, below))]) : names;
}
