/** Whether it lives, whether it does what it promises, and its figures. */
import { statfs } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Operations } from '../processors/operations.ts';
import type { Pipeline } from '../processors/pipeline.ts';
import { type Measured, readiness } from '../processors/readiness.ts';
import type { Store } from '../processors/sink/store.ts';
import type { Metrics } from './metrics.ts';
import { openApi } from './openapi.ts';

export interface Watched { pipeline: Pipeline; store: Store; operations: Partial<Pick<Operations, 'lag'>>; dataFolder: string }

/** Undefined where that folder is not there. */
async function diskOf(folder: string): Promise<Measured['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch {
    return undefined;
  }
}

export async function measure({ pipeline, store, operations, dataFolder }: Watched): Promise<Measured> {
  const [storeLag, operationsLag, disk, stages] = await Promise.all([store.lag().catch(() => undefined), operations.lag?.() ?? 0, diskOf(dataFolder), pipeline.unread?.() ?? pipeline.status()]);
  return { now: Date.now(), stages, trouble: pipeline.trouble, storeLag, storeTrouble: store.trouble, operationsLag, oldestWaiting: pipeline.oldestWaiting?.(), disk };
}

export function healthRoutes(app: FastifyInstance, deps: Watched & { version: string }, metrics: Metrics, bodyBytes: number): void {
  const open = { access: 'open' as const };
  app.get('/healthz', { config: open }, async () => ({ status: 'ok', version: deps.version }));
  app.get('/readyz', { config: open }, async (_request, reply) => {
    const state = readiness(await measure(deps));
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  app.get('/metrics', { config: { access: 'read' } }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get('/openapi.json', { config: open }, async () => openApi(deps.version, bodyBytes));
}
