/** Serves the risk desk: read once at start, types stripped, nothing else of the disk can be asked for. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { actsOf, COOKIE, MAY } from './access.ts';
import { ApiError } from './errors.ts';
import { type Caller, SESSION_MS, type Keys } from './keys.ts';
import { readBody } from './request.ts';

interface Asset {
  body: string;
  type: string;
  etag: string;
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  ts: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

function loadAssets(folder: URL): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(folder)) {
    const type = TYPES[name.split('.').pop() ?? ''];
    if (type === undefined) continue;
    const source = readFileSync(new URL(name, folder), 'utf8');
    // Stripping keeps positions and import paths (`./text.ts`), so the browser asks for the same names.
    const body = name.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
    assets.set(name, { body, type, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"` });
  }
  return assets;
}

const cookieOptions = { path: '/', httpOnly: true, sameSite: 'strict', maxAge: SESSION_MS / 1000 } as const;
const sessionBody = z.object({ key: z.string().max(200) });

export function deskRoutes(app: FastifyInstance, keys: Keys): void {
  const assets = loadAssets(new URL('../desk/', import.meta.url));
  const config = { access: 'open' as const };
  const send = (reply: FastifyReply, name: string, known: string | undefined): FastifyReply => {
    const asset = assets.get(name);
    if (!asset) throw new ApiError(404, 'NOT_FOUND', 'The desk has no such file.', { next: 'Open /' });
    reply.header('etag', asset.etag).header('cache-control', 'no-cache');
    return known === asset.etag ? reply.code(304).send() : reply.type(asset.type).send(asset.body);
  };

  app.get<{ Querystring: { token?: string } }>('/', { config }, async (request, reply) => {
    const { token } = request.query;
    if (token === undefined) return send(reply, 'index.html', request.headers['if-none-match']);
    const session = keys.exchange(String(token));
    // A used token beside a living session is an officer who pressed reload: let him in.
    if (session !== undefined) reply.setCookie(COOKIE, session, cookieOptions);
    return reply.header('cache-control', 'no-store').redirect(session !== undefined || request.caller ? '/' : '/?expired', 303);
  });
  app.get<{ Params: { file: string } }>('/desk/:file', { config }, async (request, reply) =>
    send(reply, request.params.file, request.headers['if-none-match']),
  );

  app.get('/v1/session', { config: { access: 'read' } }, async (request) => {
    const caller = request.caller as Caller;
    return { id: caller.id, name: caller.name, role: caller.role, may: actsOf(caller) };
  });
  app.post('/v1/session', { config: { access: 'open', rateLimit: { max: 10, timeWindow: '1 minute' } } }, async (request, reply) => {
    const caller = keys.authenticate(readBody(sessionBody, request).key);
    if (!caller || !MAY.read.includes(caller.role)) {
      throw new ApiError(401, 'NO_ACCESS', 'This key does not open the desk.', {
        expected: `a key in force with one of the roles ${MAY.read.join(', ')}`,
        given: caller?.role ?? 'an unknown or revoked key',
        next: '`npx fenghuo keys add` makes one.',
      });
    }
    reply.setCookie(COOKIE, keys.openSession(caller), cookieOptions);
    return reply.code(204).send();
  });
  app.delete('/v1/session', { config }, async (request, reply) => {
    const id = request.cookies[COOKIE];
    if (id !== undefined) keys.endSession(id);
    return reply.clearCookie(COOKIE, { path: '/' }).code(204).send();
  });
}
