/** Keys, sessions, the desk, and how the system is. */
import { HINDRANCES } from '../../processors/readiness.ts';
import { ROLES } from '../keys.ts';
import { bilingual, int, list, obj, ref, str } from '../shapes.ts';
import { json, query, type Route } from './route.ts';

export const ACCESS: Route[] = [
  {
    method: 'post',
    path: '/v1/query',
    access: 'admin',
    summary: 'Read-only SQL over the published tables',
    body: json(obj({ sql: str, params: { type: 'object' }, maxRows: int })),
    ok: [200, 'rows', json(obj({ rows: list({ type: 'object' }) }))],
    errors: [400],
  },
  {
    method: 'get',
    path: '/v1/keys',
    access: 'admin',
    summary: 'Keys, without their secrets',
    ok: [200, 'keys', json(obj({ keys: list(ref('Key')) }))],
  },
  {
    method: 'post',
    path: '/v1/keys',
    access: 'admin',
    summary: 'A new key; it can be seen only in this answer',
    body: json(obj({ name: str, role: { type: 'string', enum: [...ROLES] } })),
    ok: [201, 'the key', json({ allOf: [ref('Key'), obj({ key: str })] })],
  },
  {
    method: 'delete',
    path: '/v1/keys/{id}',
    access: 'admin',
    summary: 'Revoke a key and end its sessions',
    ok: [204, 'revoked'],
    errors: [404, 409],
  },
  {
    method: 'get',
    path: '/v1/session',
    access: 'read',
    summary: 'Who is calling, and what this caller may do',
    ok: [200, 'the id of the key, its name and role, and kinds of access', json(obj({ id: str, name: str, role: str, may: list(str) }))],
  },
  {
    method: 'post',
    path: '/v1/session',
    access: 'open',
    summary: 'Open a session of the desk with a key: it may do what the key may, but for what is for administrators alone',
    body: json(obj({ key: str })),
    ok: [204, 'the cookie is set'],
  },
  { method: 'delete', path: '/v1/session', access: 'open', summary: 'End the session', ok: [204, 'ended'] },
  { method: 'get', path: '/metrics', access: 'read', summary: 'Prometheus metrics', ok: [200, 'metrics', { 'text/plain': { schema: str } }] },
  { method: 'get', path: '/openapi.json', access: 'open', summary: 'This description', ok: [200, 'OpenAPI 3.1', json({ type: 'object' })] },
  { method: 'get', path: '/healthz', access: 'open', summary: 'The process answers', ok: [200, 'alive', json(obj({ status: str, version: str }))] },
  {
    method: 'get',
    path: '/readyz',
    access: 'open',
    summary: 'What is not ready, and why, by stage and partition; 503 where something blocks. Hindrances that do not block are told too',
    ok: [200, 'ready', json(obj({
      ready: { type: 'boolean' },
      hindrances: list(obj({ part: str, state: { type: 'string', enum: [...HINDRANCES] }, stage: str, topic: str, partition: int, lag: int, sinceMs: int, blocks: { type: 'boolean' }, words: bilingual })),
      stages: list(obj({ stage: str, topic: str, partition: int, state: str, lag: int, sinceMs: int, waitingMs: int })),
    }))],
    errors: [503],
  },
  {
    method: 'get',
    path: '/',
    access: 'open',
    summary: 'The risk desk; `token` is exchanged for a session once',
    query: [query('token', 'one-time token printed at start')],
    ok: [200, 'the page', { 'text/html': { schema: str } }],
  },
  {
    method: 'get',
    path: '/desk/{file}',
    access: 'open',
    summary: 'Files of the desk',
    ok: [200, 'a file', { 'text/javascript': { schema: str }, 'text/css': { schema: str } }],
    errors: [404],
  },
];
