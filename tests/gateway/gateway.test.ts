import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../gateway/keys.ts';
import { openApi, ROUTES } from '../../gateway/openapi.ts';
import { aLetter, anAlert, bench } from './doubles.ts';

const b = bench({ bodyBytes: 2_000 });
const { app } = b.gateway;
/** Access that routes ask for, by method and path. */
const asked = new Map<string, string | undefined>();
app.addHook('onRoute', ({ method, url, config }) => { for (const one of [method].flat()) asked.set(`${one} ${url}`, config?.access); });
afterAll(() => b.gateway.stop());
const host = { host: '127.0.0.1:8080' };
const post = (payload: string, headers: Record<string, string>) =>
  app.inject({ method: 'POST', url: '/v1/events', payload, headers: { ...host, ...headers } });
const get = (url: string, headers: Record<string, string> = b.bearer('read')) => app.inject({ url, headers: { ...host, ...headers } });

describe('POST /v1/events', () => {
  test("hands the bytes to the pipeline as they came, with the key's name and role", async () => {
    const answer = await post('{"type":"order"}', { ...b.bearer('write'), 'content-type': 'application/json; charset=utf-8' });
    expect([answer.statusCode, answer.json()]).toEqual([202, { accepted: 1, rejected: [], events: ['e1'] }]);
    expect(b.pipeline.submissions.at(-1)).toMatchObject({ form: 'json', sender: 'the-write', origin: 'live', allowReference: false });
    expect(Buffer.from(b.pipeline.submissions.at(-1)!.bytes as Uint8Array).toString()).toBe('{"type":"order"}');
  });

  test.each([
    ['application/x-ndjson', 'ndjson'],
    ['application/xml', 'xml'],
    ['text/xml', 'xml'],
  ])('takes %s', async (type, form) => {
    await post('x', { ...b.bearer('simulator'), 'content-type': type });
    expect(b.pipeline.submissions.at(-1)).toMatchObject({ form, origin: 'simulated', allowReference: true });
  });

  test('a backfill is declared by an admin key only', async () => {
    const headers = { 'content-type': 'application/json', 'x-fenghuo-backfill': 'q1-2026' };
    expect((await post('[]', { ...b.bearer('write'), ...headers })).statusCode).toBe(403);
    await post('[]', { ...b.bearer('admin'), ...headers });
    expect(b.pipeline.submissions.at(-1)).toMatchObject({ origin: 'backfill', backfill: 'q1-2026' });
  });

  test('says what it cannot take: 400 unreadable, 413 too long, 415 other types, 503 busy', async () => {
    const json = { ...b.bearer('write'), 'content-type': 'application/json' };
    const before = b.pipeline.answer;
    b.pipeline.answer = () => ({
      accepted: 0,
      rejected: [{ index: 0, code: 'UNREADABLE', path: '', message: 'no JSON' }],
      events: [],
      unreadable: true,
    });
    const unreadable = await post('{', json);
    expect([unreadable.statusCode, unreadable.json().rejected[0].code]).toEqual([400, 'UNREADABLE']);
    b.pipeline.answer = () => {
      throw Object.assign(new Error('full'), { code: 'BUSY' });
    };
    const busy = await post('[]', json);
    expect([busy.statusCode, busy.headers['retry-after'], busy.json().error.code]).toEqual([503, '1', 'BUSY']);
    b.pipeline.answer = before;
    const long = await post('x'.repeat(3_000), json);
    expect([long.statusCode, long.json().error.expected]).toEqual([413, 'at most 2000 bytes a request, unpacked']);
    expect((await post('a,b', { ...b.bearer('write'), 'content-type': 'text/csv' })).json().error).toMatchObject({
      code: 'MEDIA_TYPE',
      given: 'text/csv',
    });
    expect((await post('x', { ...json, 'content-encoding': 'br' })).json().error).toMatchObject({ code: 'MEDIA_TYPE', given: 'br', expected: expect.stringContaining('gzip') });
  });

  describe('gzip', () => {
    const json = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    let url = '';
    beforeAll(async () => { url = `${await b.gateway.start()}/v1/events`; });
    const send = async (body: Uint8Array, headers: Record<string, string> = json) => {
      const answer = await fetch(url, { method: 'POST', headers: { ...b.bearer('write'), ...headers }, body: body as BodyInit });
      return { status: answer.status, error: (await answer.json() as { error?: { code: string; expected: string } }).error };
    };

    test('a packed body is handed over unpacked', async () => {
      expect(await send(gzipSync('{"type":"order"}'))).toMatchObject({ status: 202 });
      expect(Buffer.from(b.pipeline.submissions.at(-1)!.bytes as Uint8Array).toString()).toBe('{"type":"order"}');
    });

    test.each([
      ['the limit counts what comes out', gzipSync(Buffer.alloc(5_000_000)), 413, 'BODY_TOO_LARGE'],
      ['a long packed body is read to its end, so that its sender hears the answer', gzipSync(randomBytes(6 << 20)), 413, 'BODY_TOO_LARGE'],
      ['what is no gzip', Buffer.from('{"type":"order"}'), 400, 'UNREADABLE_GZIP'],
      ['a long body that is no gzip', Buffer.alloc(1_900, 120), 400, 'UNREADABLE_GZIP'],
      ['a stream cut short', gzipSync('{"type":"order","n":1234567}').subarray(0, 25), 400, 'UNREADABLE_GZIP'],
      ['nothing', Buffer.alloc(0), 400, 'UNREADABLE_GZIP'],
    ])('%s: refused, and nothing is taken', async (_what, body, status, code) => {
      const before = b.pipeline.submissions.length;
      expect(await send(body)).toMatchObject({ status, error: { code } });
      expect(b.pipeline.submissions.length).toBe(before);
    }, 8_000); // a body that is not drained holds its sender for ten seconds

    test('a key is asked for before anything is unpacked', async () => {
      expect(await send(Buffer.from('no gzip'), { ...json, authorization: 'Bearer x' })).toMatchObject({ status: 401 });
    });
  });
});

describe('access', () => {
  test('every route but the open ones wants a key in force, of a fitting role', async () => {
    const open = ['/healthz', '/readyz', '/openapi.json', '/', '/desk/desk.css'];
    for (const url of open) expect([url, (await get(url, {})).statusCode]).toEqual([url, 200]);
    for (const url of ['/v1/alerts', '/metrics', '/v1/levels', '/registry/subjects', '/v1/alerts/stream']) {
      expect([url, (await get(url, {})).statusCode]).toEqual([url, 401]);
      expect([url, (await get(url, b.bearer('write'))).statusCode]).toEqual([url, 403]);
    }
    expect((await get('/v1/keys')).json().error).toMatchObject({ code: 'WRONG_ROLE', expected: 'admin', given: 'read' });
    expect((await get('/v1/alerts', { authorization: 'Bearer fh_000000000000_x' })).statusCode).toBe(401);
    expect((await post('[]', { ...b.bearer('read'), 'content-type': 'application/json' })).statusCode).toBe(403);
  });

  test('a foreign host name is refused (DNS rebinding), headers forbid inline script', async () => {
    expect((await app.inject({ url: '/healthz', headers: { host: 'evil.example:8080' } })).json().error.code).toBe('WRONG_HOST');
    const page = await get('/', {});
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.headers['access-control-allow-origin']).toBeUndefined();
    expect(page.body).not.toMatch(/<script>|onclick=|style="/);
  });

  test('the one-time token opens one session, which reads and nothing else', async () => {
    const token = b.keys.oneTimeToken();
    const first = await get(`/?token=${token}`, {});
    expect([first.statusCode, first.headers.location]).toEqual([303, '/']);
    const cookie = String(first.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/);
    const session = { cookie: cookie.split(';')[0] as string };
    expect((await get('/v1/alerts', session)).statusCode).toBe(200);
    expect((await get('/v1/keys', session)).statusCode).toBe(403);
    expect((await get(`/?token=${token}`, {})).headers['set-cookie']).toBeUndefined();
  });

  test('a session may do what its key may, and says so; what is an administrator’s alone asks for the key itself', async () => {
    const sessionOf = async (role: Role) => {
      const answer = await b.gateway.app.inject({ method: 'POST', url: '/v1/session', payload: JSON.stringify({ key: b.key[role] }), headers: host });
      return { cookie: String(answer.headers['set-cookie']).split(';')[0] as string };
    };
    const may = async (role: Role) => (await get('/v1/session', await sessionOf(role))).json();
    expect(await may('author')).toMatchObject({ name: 'the-author', role: 'author', may: ['any', 'read', 'verdict', 'propose', 'lift'] });
    expect(await may('read')).toMatchObject({ may: ['any', 'read'] });
    const admin: string[] = (await may('admin')).may;
    expect([admin.includes('approve'), admin.includes('write'), admin.includes('admin')]).toEqual([true, false, false]);
    const refused = await get('/v1/keys', await sessionOf('admin'));
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'KEY_NEEDED']);
    expect((await get('/v1/keys', b.bearer('admin'))).statusCode).toBe(200);
  });

  test('too many requests of one key are answered 429, others go on', async () => {
    const small = bench({ reads: 3 });
    const ask = (role: 'read' | 'admin') => small.gateway.app.inject({ url: '/v1/rules', headers: { ...host, ...small.bearer(role) } });
    for (let i = 0; i < 3; i++) expect((await ask('read')).statusCode).toBe(200);
    const refused = await ask('read');
    expect([refused.statusCode, refused.json().error.code]).toEqual([429, 'RATE_LIMITED']);
    expect((await ask('admin')).statusCode).toBe(200);
    await small.gateway.stop();
  });
});

describe('reading', () => {
  test('alerts: latest revision each, filters, pages', async () => {
    const { pipeline, store } = b;
    for (let i = 0; i < 5; i++) store.addAlert(pipeline.publish(anAlert({ alertId: `p${i}`, detectedAt: 1_000 + i, zone: i % 2 ? '3302' : '1100' })));
    store.addAlert(pipeline.publish(anAlert({ alertId: 'p0', revision: 2, grade: 'red', change: 'escalated', detectedAt: 2_000, zone: '1100' })));
    const first = (await get('/v1/alerts?limit=3')).json();
    expect(first.alerts.map((a: { alertId: string; revision: number }) => `${a.alertId}.${a.revision}`)).toEqual(['p0.2', 'p4.1', 'p3.1']);
    const second = (await get(`/v1/alerts?limit=3&cursor=${first.next}`)).json();
    expect([second.alerts.map((a: { alertId: string }) => a.alertId), second.next]).toEqual([['p2', 'p1'], null]);
    expect((await get('/v1/alerts?grade=red')).json().alerts).toHaveLength(1);
    expect((await get('/v1/alerts?zone=3302')).json().alerts).toHaveLength(2);
    expect((await get('/v1/alerts?grade=purple')).json().error).toMatchObject({
      code: 'BAD_PARAMETER',
      expected: 'comma-separated, of blue, yellow, orange, red',
    });
  });

  test('a dossier holds documents, match and alerts; an unknown order says what to do', async () => {
    const orderKey = 'EBP|1';
    b.store.add('orders', {
      orderKey,
      documentKey: orderKey,
      appTime: '2026-06-01 04:00:00.000',
      buyerIdMasked: '3302**',
      'lines.name': ['tea', 'cup'],
      'lines.hs': ['1', '2'],
      logOffset: 4,
    });
    b.store.add('matches', {
      orderKey,
      revision: 1,
      state: 'MISMATCHED',
      codes: ['AMOUNT_DIFF'],
      'findings.code': ['AMOUNT_DIFF'],
      'findings.outcome': ['fail'],
      'findings.left': ['10'],
      'findings.right': ['11'],
      'findings.detail': [''],
      'findings.detailZh': [''],
      at: '2026-06-01 04:00:01.000',
    });
    const d = (await get('/v1/orders/EBP/1')).json();
    expect(d.documents.orders[0]).toEqual({
      orderKey,
      documentKey: orderKey,
      appTime: Date.UTC(2026, 5, 1, 4),
      buyer: { idMasked: '3302**' },
      lines: [
        { name: 'tea', hs: '1' },
        { name: 'cup', hs: '2' },
      ],
    });
    expect(d.match).toMatchObject({
      state: 'MISMATCHED',
      codes: ['AMOUNT_DIFF'],
      findings: [{ code: 'AMOUNT_DIFF', left: '10', right: '11' }],
      history: [{ revision: 1 }],
    });
    const missing = await get('/v1/orders/EBP/none');
    expect([missing.statusCode, missing.json().error.next]).toEqual([404, expect.stringContaining('dead-letters')]);
  });

  test('zones, rules, levels, registry, metrics', async () => {
    expect((await get('/v1/zones')).json().zones).toHaveLength(165);
    expect((await get('/v1/rules')).json().rules).toEqual([]);
    expect((await get('/v1/levels')).json()).toEqual({ levels: [] });
    const subjects = (await get('/registry/subjects')).json();
    expect(subjects).toContain('fenghuo.Alert');
    const version = (await get('/registry/subjects/fenghuo.Alert/versions/latest')).json();
    expect((await get(`/registry/schemas/ids/${version.id}`)).json().schema).toBe(version.schema);
    expect((await get('/registry/subjects/none/versions')).json()).toMatchObject({ error_code: 40401 });
    const metrics = (await get('/metrics')).body;
    for (const line of [
      'fenghuo_events_accepted_total',
      'fenghuo_stage_lag_records{stage="screening",topic="journal.v1",partition="0"} 2',
      'fenghuo_alert_revisions_total{category="transaction",grade="red",change="escalated"} 1',
      'fenghuo_store_up 1',
    ])
      expect(metrics).toContain(line);
  });

  test("query is for admins, in ClickHouse's words when it fails; replay names its ids", async () => {
    const ask = (url: string, body: unknown) =>
      app.inject({ method: 'POST', url, payload: JSON.stringify(body), headers: { ...host, ...b.bearer('admin') } });
    expect((await ask('/v1/query', { sql: 'SELECT * FROM orders' })).json().rows).toHaveLength(1);
    expect((await ask('/v1/query', { sql: 'broken' })).json().error.message).toContain('Syntax error');
    b.store.add('dead_letters', aLetter({ id: 'd1' }));
    expect((await ask('/v1/dead-letters/replay', { ids: ['d1'] })).statusCode).toBe(202);
    expect(b.replayed).toEqual([['d1']]);
    expect(b.pipeline.submissions.at(-1)).toMatchObject({ sender: 'p', replayOf: 'd1', operator: 'the-admin', repaired: [] });
  });

  test.each([
    ['{"name":5,"role":"read"}', 'name', 'a number'],
    ['{"name":"'.concat('x'.repeat(90), '","role":"read"}'), 'name', 'a text of 90 characters'],
    ['{"role":"read"}', 'name', 'nothing'],
    ['[1,2]', '(whole body)', 'a list of 2'],
  ])('%s: which field, what was expected, what kind of value came, and where to look', async (payload, field, given) => {
    const { error } = (await app.inject({ method: 'POST', url: '/v1/keys', payload, headers: { ...host, ...b.bearer('admin') } })).json();
    expect(error).toMatchObject({ code: 'BAD_BODY', message: `Field ${field} cannot be used.`, expected: expect.stringMatching(/./), given, next: expect.stringContaining('/openapi.json') });
    expect(JSON.stringify(error)).not.toContain('xxx');
  });

  test('keys are made, listed without secret, revoked; the last admin key stays', async () => {
    const admin = { ...host, ...b.bearer('admin') };
    const made = (await app.inject({ method: 'POST', url: '/v1/keys', payload: '{"name":"ningbo","role":"read"}', headers: admin })).json();
    expect((await get('/v1/rules', { authorization: `Bearer ${made.key}` })).statusCode).toBe(200);
    expect(JSON.stringify((await get('/v1/keys', b.bearer('admin'))).json())).not.toContain(made.key.slice(16));
    expect((await app.inject({ method: 'DELETE', url: `/v1/keys/${made.id}`, headers: admin })).statusCode).toBe(204);
    expect((await get('/v1/rules', { authorization: `Bearer ${made.key}` })).statusCode).toBe(401);
  });
});

test('openapi.json describes every route that is served, and no other', async () => {
  const served = new Set<string>();
  for (const [path, methods] of routes(app.printRoutes({ commonPrefix: false, includeHooks: false })))
    for (const m of methods) if (m !== 'HEAD') served.add(`${m} ${path}`);
  const described = Object.entries(openApi('0', 2_000).paths as Record<string, object>).flatMap(([path, o]) =>
    Object.keys(o).map((m) => `${m.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual([...served].sort());
});

test('each route is described with the access that it asks for', () => {
  for (const { method, path, access } of ROUTES) {
    const url = path.replace(/\{(\w+)\}/g, ':$1');
    expect([method, path, asked.get(`${method.toUpperCase()} ${url}`)]).toEqual([method, path, access]);
  }
});

/** Fastify prints a tree: each line's depth says whose child it is. */
function routes(tree: string): [string, string[]][] {
  const stack: string[] = [];
  const found: [string, string[]][] = [];
  for (const line of tree.split('\n').filter((l) => l.includes('── '))) {
    const depth = line.indexOf('── ') >> 2;
    const [, part = '', methods] = /── (\S*)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    stack.length = depth;
    stack.push(part);
    if (methods) found.push([stack.join('').replace(/:(\w+)/g, '{$1}'), methods.split(', ')]);
  }
  return found;
}
