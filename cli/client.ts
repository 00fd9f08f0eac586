/** Talks to the running gateway. Every failure becomes a CommandError that says what to do next. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, EXIT } from './exit.ts';
import type { Settings } from './settings.ts';

export interface ServerEvent { id: string; event: string; data: string }

interface RequestOptions { method?: string; body?: string | Uint8Array; contentType?: string; headers?: Record<string, string>; signal?: AbortSignal }

const RETRY_DELAYS_MS = [250, 500, 1000, 2000, 4000, 8000, 8000, 8000];
const sleep = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** `--key`, else FENGHUO_KEY, else the admin key that the first start wrote; '' where there is none. */
export function findKey(given: string | undefined, settings: Settings): string {
  const named = given || process.env.FENGHUO_KEY;
  if (named) return named.trim();
  try {
    return readFileSync(join(settings.data, 'keys', 'admin.key'), 'utf8').trim();
  } catch {
    return '';
  }
}

export class Client {
  readonly url: string;
  readonly #key: string;
  readonly #data: string;

  constructor(settings: Settings, key?: string) {
    const host = settings.host === '0.0.0.0' ? '127.0.0.1' : settings.host === '::' ? '[::1]' : settings.host;
    this.url = `http://${host}:${settings.port}`;
    this.#key = findKey(key, settings);
    this.#data = settings.data;
  }

  async get<T>(path: string): Promise<T> {
    return await (await this.#checked(path, {})).json() as T;
  }

  /** Like `get`, but undefined where the gateway knows no such thing (404). */
  async find<T>(path: string): Promise<T | undefined> {
    const response = await this.request(path, {});
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    return await (await this.#orThrow(path, response)).json() as T;
  }

  async send<T>(method: 'POST' | 'DELETE' | 'PUT', path: string, body?: unknown): Promise<T> {
    const options = body === undefined ? { method } : { method, body: JSON.stringify(body), contentType: 'application/json' };
    const text = await (await this.#checked(path, options)).text();
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  /** A body of another kind than JSON. */
  async post<T>(path: string, body: string, contentType: string): Promise<T> {
    return await (await this.#checked(path, { method: 'POST', body, contentType })).json() as T;
  }

  /** Any answer, also one of refusal. Waits and tries again while the gateway says that it is busy (503, 429). */
  async patient(path: string, options: RequestOptions): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const response = await this.request(path, options);
      const delay = RETRY_DELAYS_MS[attempt];
      if ((response.status !== 503 && response.status !== 429) || delay === undefined) return this.#keyTaken(response);
      await response.body?.cancel();
      const asked = Number(response.headers.get('retry-after')) * 1000;
      await sleep(Math.min(asked > 0 ? asked : delay, 60_000));
    }
  }

  async request(path: string, options: RequestOptions): Promise<Response> {
    const headers: Record<string, string> = { ...options.headers };
    if (this.#key) headers.authorization = `Bearer ${this.#key}`;
    if (options.contentType) headers['content-type'] = options.contentType;
    try {
      return await fetch(this.url + path, { method: options.method ?? 'GET', headers, body: options.body as BodyInit, signal: options.signal });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  /** Server-sent events from `path`; ends when the gateway closes the stream. */
  async *events(path: string, lastId: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const headers: Record<string, string> = lastId ? { 'last-event-id': lastId, accept: 'text/event-stream' } : { accept: 'text/event-stream' };
    const response = await this.#checked(path, { headers, signal });
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event.data) yield event;
      }
    }
  }

  async #checked(path: string, options: RequestOptions): Promise<Response> {
    return this.#orThrow(path, await this.request(path, options));
  }

  async #orThrow(path: string, response: Response): Promise<Response> {
    this.#keyTaken(response);
    if (response.ok) return response;
    const why = readMessage(await response.text());
    throw new CommandError(response.status >= 500 ? EXIT.gateway : EXIT.refused, `The gateway answered ${response.status} to ${path.split('?')[0]}: ${why}`);
  }

  #keyTaken(response: Response): Response {
    if (response.status !== 401 && response.status !== 403) return response;
    const why = !this.#key ? `no key was given, and ${join(this.#data, 'keys', 'admin.key')} cannot be read`
      : response.status === 401 ? 'it does not know the key' : 'the key\'s role does not allow this';
    throw new CommandError(EXIT.key, `The gateway at ${this.url} refused (${response.status}): ${why}. `
      + 'Give a key with --key or FENGHUO_KEY, or run this in the folder of the start (FENGHUO_DATA tells where its keys are).');
  }

  #unreachable(error: unknown): CommandError {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = (cause as { code?: string }).code ?? (cause instanceof Error ? cause.message : String(cause));
    const next = code === 'ECONNREFUSED' ? 'Fenghuo is not running there. Start it with `npm start` in another terminal, or set FENGHUO_HOST and FENGHUO_PORT to where it runs.'
      : 'Is it still running? Try again; sending the same events again is safe, repeats are counted once. `npx fenghuo doctor` says more.';
    return new CommandError(EXIT.unreachable, `Cannot reach the gateway at ${this.url} (${code}). ${next}`);
  }
}

interface ErrorBody { message?: string; error?: string | { code?: string; message?: string; expected?: string; given?: string; next?: string } }

/** The gateway's errors are JSON with code, expectation and next step; a proxy's may be anything. */
export function readMessage(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as ErrorBody;
    if (typeof error !== 'object') return message ?? error ?? text.slice(0, 500);
    const parts = [error.message, error.expected && `expected ${error.expected}`, error.given && `given ${error.given}`, error.next].filter(Boolean);
    return `${parts.join('; ')}${error.code ? ` [${error.code}]` : ''}`;
  } catch {
    return text.slice(0, 500) || '(no text)';
  }
}

function parseEvent(block: string): ServerEvent {
  const event: ServerEvent = { id: '', event: 'message', data: '' };
  for (const line of block.split(/\r?\n/)) {
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (name === 'data') event.data += event.data ? `\n${value}` : value;
    else if (name === 'id') event.id = value;
    else if (name === 'event') event.event = value;
  }
  return event;
}
