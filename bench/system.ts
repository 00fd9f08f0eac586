/** Fenghuo as its own processes on a fresh data folder, as `npm start` runs it, and what the system says of their memory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

export interface System { url: string; key: string; data: string; readySeconds: number; rssBytes(): number; stop(): Promise<void> }

export async function startSystem(nodeArguments: string[] = []): Promise<System> {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-bench-'));
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...nodeArguments, MAIN, 'start'], {
    env: { ...process.env, FENGHUO_DATA: data, FENGHUO_PORT: String(port), FENGHUO_HOST: '127.0.0.1', FENGHUO_SIMULATE: '0' }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => { complaints = (complaints + chunk.toString()).slice(-2_000); });
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child, () => complaints);
  return {
    url, data, readySeconds: (performance.now() - began) / 1000, key: readFileSync(join(data, 'keys', 'admin.key'), 'utf8').trim(), rssBytes: () => rssOfTree(child.pid as number),
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
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

/** Resident memory of the process and all that it started, in bytes (Linux; elsewhere 0). */
function rssOfTree(root: number): number {
  let total = 0;
  const pids = [root];
  for (let pid = pids.pop(); pid !== undefined; pid = pids.pop()) {
    try {
      total += Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
      for (const task of readdirSync(`/proc/${pid}/task`)) pids.push(...readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number));
    } catch { /* it has ended since */ }
  }
  return total;
}
