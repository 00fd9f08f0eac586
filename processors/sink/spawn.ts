/** Starts the store's process and speaks with it. If the process dies it is started again: the tables are the checkpoint, so nothing is lost by that. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LogPlace, Reply, Request } from './messages.ts';
import type { QueryOptions, Store } from './store.ts';

export interface StoreOptions {
  /** `$FENGHUO_DATA`: the log in `log/log.sqlite`, the store in `store`. */
  dataFolder: string;
  /** Default: in the data folder. */
  logPlace?: LogPlace;
  /** One line for the operator. Default: standard error. */
  log?: (level: 'warn' | 'error', message: string) => void;
  /** Pause before a process that died is started again; doubles up to 30 s while it does not come up. Default 1,000 ms. */
  restartMs?: number;
  /** Of the tables at most; 0 or omitted: no limit. */
  maxBytes?: number;
  /** Told every other second: what lies before is in the tables. */
  onKept?: (topic: string, partition: number, position: number) => void;
  /** Aborted, a start that is under way is given up at once. */
  signal?: AbortSignal;
}

export interface StoreProcess extends Store {
  /** The process of this moment. */
  readonly child: ChildProcess;
}

interface Waiting { resolve: (json: string) => void; reject: (error: Error) => void; timer: NodeJS.Timeout }

const ENTRY = fileURLToPath(new URL('process.ts', import.meta.url));
const DEFAULT_TIMEOUT_MS = 20_000;
/** Whoever asks whether the system is ready does not wait long. */
const LAG_TIMEOUT_MS = 5_000;
/** Each running query and insert holds one thread of libuv. */
const THREADS = '8';
const STOP_TIMEOUT_MS = 30_000;
const LONGEST_RESTART_MS = 30_000;
/** A process that ends while it first starts, and says no reason, was ended by somebody else: not for ever. */
const FIRST_TRIES = 3;

/** The process said no reason. */
class Ended extends Error {}

/** Resolves once the store answers queries; rejects with the reason where it can't be opened or does not belong to the log. */
export async function startStore({ dataFolder, log = (level, message) => console.error(`${level}: store: ${message}`), restartMs = 1_000, maxBytes = 0, logPlace = 'embedded', onKept, signal }: StoreOptions): Promise<StoreProcess> {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let stopping = false;
  let started = false;
  let failures = 0;
  let trouble: Error | undefined;

  function launch(): { child: ChildProcess; ready: Promise<void> } {
    const child = fork(ENTRY, [dataFolder, String(maxBytes), logPlace], { execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=1024', '--min-semi-space-size=16', '--max-semi-space-size=16'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, UV_THREADPOOL_SIZE: THREADS } });
    const ready = new Promise<void>((resolve, reject) => {
      let reason = '';
      child.on('message', (reply: Reply) => {
        if (reply.kind === 'ready') {
          failures = 0;
          resolve();
        } else if (reply.kind === 'failed') reason = reply.message;
        else if (reply.kind === 'kept') {
          trouble = reply.trouble === '' ? undefined : new Error(reply.trouble);
          for (const place of reply.positions) onKept?.(...place);
        } else if (reply.kind === 'report') log(reply.level, reply.message);
        else settle(reply);
      });
      child.on('error', (error) => { reason = error.message; });
      child.on('exit', (code, signal) => {
        trouble = undefined;
        const error = reason === '' ? new Ended(`the store's process ended (${signal ?? `code ${code}`})`) : new Error(reason);
        for (const [id, one] of waiting) drop(id, one).reject(error);
        reject(error);
        if (!started || stopping) return;
        const wait = Math.min(LONGEST_RESTART_MS, restartMs * 2 ** failures++);
        log('error', `${error.message}. Accepted records wait in the log; next start in ${wait / 1000} s.`);
        setTimeout(relaunch, wait);
      });
    });
    return { child, ready };
  }

  function relaunch(): void {
    if (stopping) return;
    current = launch();
    current.ready.catch(() => undefined); // told by its exit
  }

  function drop(id: number, one: Waiting): Waiting {
    waiting.delete(id);
    clearTimeout(one.timer);
    return one;
  }

  function settle(reply: Reply & { kind: 'answer' | 'refusal' }): void {
    const one = waiting.get(reply.id);
    if (!one) return;
    drop(reply.id, one);
    if (reply.kind === 'answer') one.resolve(reply.json);
    else one.reject(Object.assign(new Error(reply.message), { name: reply.name }));
  }

  function ask(request: (id: number) => Request, timeoutMs: number, doing: string): Promise<string> {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`the store did not answer within ${timeoutMs} ms (${doing}). Likely it reads too many rows or the machine is busy. Next: narrow the query by time, or ask again.`));
      }, timeoutMs);
      waiting.set(id, { resolve, reject, timer });
      const failed = (error: Error | null) => {
        const one = waiting.get(id);
        if (error && one) drop(id, one).reject(new Error(`the store's process is not there (${error.message}); it starts again by itself, ask again in some seconds`));
      };
      if (current.child.connected) current.child.send(request(id), failed);
      else failed(new Error('no channel'));
    });
  }

  let current = launch();
  signal?.addEventListener('abort', () => { if (!started) current.child.kill('SIGKILL'); });
  for (let tries = 1; ; tries++) {
    const error = await current.ready.then(() => undefined, (cause: Error) => cause);
    if (error === undefined) break;
    if (!(error instanceof Ended) || signal?.aborted || tries === FIRST_TRIES) throw error;
    log('warn', `${error.message} while it started; it is started again.`);
    current = launch();
  }
  started = true;
  return {
    get child() { return current.child; },
    get trouble() { return trouble; },
    async query<T>(sql: string, params: Record<string, unknown> = {}, options: QueryOptions = {}): Promise<T[]> {
      return JSON.parse(await ask((id) => ({ id, kind: 'query', sql, params, options }), options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 'query')) as T[];
    },
    async lag() {
      return JSON.parse(await ask((id) => ({ id, kind: 'lag' }), LAG_TIMEOUT_MS, 'lag')) as Record<string, number>;
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      const { child } = current;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => { child.once('exit', () => resolve()); });
      await ask((id) => ({ id, kind: 'stop' }), STOP_TIMEOUT_MS, 'stop').catch((error: Error) => log('warn', `the store did not end by itself: ${error.message}`));
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await gone;
      clearTimeout(kill);
    },
  };
}
