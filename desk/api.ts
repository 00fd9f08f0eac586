/** The desk's only way out: same-origin requests with the session cookie, and the stream of revisions. */
import type { Alert } from './model.ts';

export class ApiFailure extends Error {
  readonly status: number;
  readonly next: string;
  constructor(status: number, message: string, next: string) {
    super(message);
    this.status = status;
    this.next = next;
  }
}

export const get = <T>(path: string): Promise<T> => ask<T>(path, { headers: { accept: 'application/json' } });
export const post = <T>(path: string, type: string, body: string): Promise<T> => ask<T>(path, { method: 'POST', headers: { accept: 'application/json', 'content-type': type }, body });

async function ask<T>(path: string, request: RequestInit): Promise<T> {
  const answer = await fetch(path, request).catch(() => {
    throw new ApiFailure(0, 'no answer', '');
  });
  if (answer.ok) return (await answer.json()) as T;
  const body = (await answer.json().catch(() => ({}))) as { error?: { message: string; next: string } };
  throw new ApiFailure(answer.status, body.error?.message ?? `HTTP ${answer.status}`, body.error?.next ?? '');
}

export async function signIn(key: string): Promise<boolean> {
  return (await fetch('/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ key }) })).ok;
}

export const signOut = async (): Promise<void> => void (await fetch('/v1/session', { method: 'DELETE' }));

export type StreamState = 'connecting' | 'live' | 'lost';

/** The browser reconnects by itself with Last-Event-ID; where it gives up (the gateway answered an error), we begin again. */
export function follow(onAlert: (alert: Alert) => void, onReset: () => void, onState: (state: StreamState) => void): void {
  const open = () => {
    const source = new EventSource('/v1/alerts/stream');
    source.addEventListener('open', () => onState('live'));
    source.addEventListener('alert', (event) => onAlert(JSON.parse((event as MessageEvent<string>).data) as Alert));
    source.addEventListener('reset', onReset);
    source.addEventListener('error', () => {
      onState('lost');
      if (source.readyState !== EventSource.CLOSED) return;
      // Without the last id a gap is possible, so what was missed is loaded anew.
      window.setTimeout(() => {
        onReset();
        open();
      }, 3_000);
    });
  };
  onState('connecting');
  open();
}
