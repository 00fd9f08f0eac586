/** What administrators do: SQL, keys. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Store } from '../processors/sink/store.ts';
import { ApiError, notFound } from './errors.ts';
import { ROLES, type Keys } from './keys.ts';
import { readBody } from './request.ts';
import type { Row } from './rows.ts';

const sqlBody = z.object({
  sql: z.string().min(1).max(20_000),
  params: z.record(z.string(), z.unknown()).default({}),
  maxRows: z.number().int().min(1).max(100_000).default(10_000),
});
const keyBody = z.object({ name: z.string().regex(/^[\w.-]{1,40}$/, '1–40 letters, digits, dots, dashes or underscores'), role: z.enum(ROLES) });

async function runSql(store: Store, body: z.infer<typeof sqlBody>): Promise<{ rows: Row[] }> {
  try {
    return { rows: await store.query<Row>(body.sql, body.params, { readonly: true, timeoutMs: 15_000, maxRows: body.maxRows }) };
  } catch (error) {
    // ClickHouse's own words: the caller is an administrator and the SQL is his.
    throw new ApiError(400, 'QUERY_FAILED', (error as Error).message.slice(0, 2_000), {
      expected: 'one SELECT over the published tables',
      given: 'see the message',
      next: 'SHOW TABLES lists them.',
    });
  }
}

export function operateRoutes(app: FastifyInstance, store: Store): void {
  app.post('/v1/query', { config: { access: 'admin' } }, async (request) => runSql(store, readBody(sqlBody, request)));
}

export function keyRoutes(app: FastifyInstance, keys: Keys): void {
  app.get('/v1/keys', { config: { access: 'admin' } }, async () => ({ keys: keys.list() }));
  app.post('/v1/keys', { config: { access: 'admin' } }, async (request, reply) => {
    const { name, role } = readBody(keyBody, request);
    const { key, info } = keys.add(name, role);
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send({ key, ...info });
  });
  app.delete<{ Params: { id: string } }>('/v1/keys/:id', { config: { access: 'admin' } }, async (request, reply) => {
    if (keys.revoke(request.params.id)) return reply.code(204).send();
    const known = keys.list().find((k) => k.id === request.params.id && k.revokedAt === undefined);
    if (known)
      throw new ApiError(409, 'LAST_ADMIN', 'The last admin key cannot be revoked.', { next: 'Add another admin key first: POST /v1/keys.' });
    throw notFound('No key in force has this id.', 'GET /v1/keys lists them.');
  });
}
