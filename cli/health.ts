/** /healthz, /readyz and /metrics of a process that has no gateway. Nothing in them tells of a person or a sender, so they are open; FENGHUO_HOST says to whom. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { registerMeasured, registerProcess, registerStages } from '../gateway/metrics.ts';
import { OPERATIONS } from '../processors/operations.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import { type Measured, readiness } from '../processors/readiness.ts';

export interface Watched extends Required<Pick<Pipeline, 'status' | 'unread' | 'onFlush' | 'counts'>> {
  /** Of the tables; a process that has none to do with them gives none. Rejects where the store does not answer. */
  storeLag(): Promise<Readonly<Record<string, number>>>;
  storeTrouble(): Error | undefined;
  /** Why it has no work, where that is not because others have it: partitions are taken away from who cannot reach the log. */
  logTrouble(): Promise<Error | undefined>;
}

async function measure(watched: Watched): Promise<Measured> {
  const [stages, trouble, storeLag] = await Promise.all([watched.unread(), watched.logTrouble(), watched.storeLag().catch(() => undefined)]);
  const operationsLag = stages.filter(({ topic }) => topic === OPERATIONS).reduce((sum, { end, position }) => sum + Math.max(0, end - position), 0);
  return { now: Date.now(), stages, trouble, storeLag, storeTrouble: watched.storeTrouble(), operationsLag, oldestWaiting: undefined, disk: undefined };
}

/** Resolves to its address and what ends it. */
export async function serveHealth(watched: Watched, { host, port, version }: { host: string; port: number; version: string }): Promise<{ address: string; stop(): Promise<void> }> {
  const registry = new Registry();
  registerProcess(registry);
  registerStages([registry], watched);
  const ask = registerMeasured([registry], () => measure(watched));
  const answer = async (path: string | undefined, out: ServerResponse): Promise<unknown> => {
    const json = (code: number, body: unknown) => out.writeHead(code, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(JSON.stringify(body));
    if (path === '/healthz') return json(200, { status: 'ok', version });
    if (path === '/metrics') {
      await ask();
      return out.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
    }
    if (path !== '/readyz') return json(404, { error: { code: 'NOT_FOUND', message: 'This process serves /healthz, /readyz and /metrics.' } });
    const state = readiness(await measure(watched));
    return json(state.ready ? 200 : 503, state);
  };
  const server = createServer((request, out) => void answer(request.url?.split('?')[0], out).catch((error: Error) => out.writeHead(500).end(error.message)));
  server.listen(port, host);
  await once(server, 'listening');
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
