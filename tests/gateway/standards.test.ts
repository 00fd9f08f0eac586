import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RuleSet } from '../../language/ruleset.ts';
import { bench, type Bench } from './doubles.ts';

const rules = { parameters: { number: () => 5000 } } as unknown as RuleSet;
let b: Bench;
beforeAll(() => {
  b = bench({}, () => rules);
});
afterAll(async () => b.gateway.stop());
const get = (url: string, headers: Record<string, string> = b.bearer('write')) => b.gateway.app.inject({ method: 'GET', url, headers: { host: 'localhost', ...headers } });

describe('GET /v1/standards', () => {
  test('any key reads them, none does not', async () => {
    for (const role of ['read', 'write', 'simulator', 'admin'] as const) expect((await get('/v1/standards', b.bearer(role))).statusCode).toBe(200);
    expect((await get('/v1/standards', {})).statusCode).toBe(401);
  });

  test('lists standards with files that are there, each under its type of content', async () => {
    const { standards } = (await get('/v1/standards')).json<{ standards: { id: string; kind: string; title: { en: string; zh: string }; version: string; files: string[] }[] }>();
    expect(standards.map(({ id }) => id)).toEqual(expect.arrayContaining(['order', 'export-order', 'electronic-order', 'electronic-contract', 'transaction-entity', 'classification', 'codes/countries', 'alert']));
    const types: Record<string, string> = { json: 'application/json', avsc: 'application/json', xsd: 'application/xml', md: 'text/markdown', html: 'text/html', csv: 'text/csv' };
    for (const file of standards.flatMap(({ files }) => files)) {
      const answer = await get(file);
      expect([file, answer.statusCode]).toEqual([file, 200]);
      expect(answer.headers['content-type']).toContain(types[file.split('.').pop() ?? '']);
    }
  }, 20_000);

  test('tells a reader that nothing changed', async () => {
    const first = await get('/v1/standards/order.xsd');
    expect(first.headers['cache-control']).toBe('private, max-age=3600');
    expect((await get('/v1/standards/order.xsd', { ...b.bearer('read'), 'if-none-match': String(first.headers.etag) })).statusCode).toBe(304);
  });

  test.each(['/v1/standards/nope.xsd', '/v1/standards/codes/nope', '/v1/standards/codes/..%2Fzones', '/v1/standards/__proto__'])('%s is explained', async (url) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error.next).not.toBe('');
  });
});

describe('code lists', () => {
  test('on a day, as JSON and CSV', async () => {
    const codes = async (at: string) => (await get(`/v1/standards/codes/trade-modes${at}`)).json<{ codes: { code: string }[] }>().codes.map(({ code }) => code);
    expect([(await codes('?at=2020-06-30')).includes('9810'), (await codes('?at=2020-07-01')).includes('9810'), (await codes('')).includes('9810')]).toEqual([false, true, true]);
    expect((await get('/v1/standards/codes/trade-modes.csv?at=2020-06-30')).body).not.toContain('9810');
    expect((await get('/v1/standards/codes/trade-modes?at=yesterday')).statusCode).toBe(400);
  });
});

describe('classification', () => {
  const classify = async (query: string) => (await get(`/v1/standards/classify?${query}`)).json<{ digits: number; code: string; simplified: boolean; hindrances: { code: string }[]; name: { zh: string } }>();
  test('says how many digits and why', async () => {
    expect(await classify('mode=9610&hs=6109100000&value=120')).toMatchObject({ digits: 4, code: '6109', simplified: true, name: { zh: 'T恤衫' } });
    expect(await classify('mode=9710&hs=6109100000&value=6000&licence=1')).toMatchObject({ digits: 10, simplified: false, hindrances: [{ code: 'LICENCE' }, { code: 'OVER_LIMIT' }] });
  });
  test.each(['mode=9610&hs=61&value=1', 'mode=9610&hs=6109', 'hs=6109&value=1', 'mode=9610&hs=6109&value=-1', 'mode=9610&hs=6109&value=1&zone=perhaps'])('%s is refused with the field', async (query) => {
    expect((await get(`/v1/standards/classify?${query}`)).statusCode).toBe(400);
  });
  test('without the limit of the law it says so, and does not guess', async () => {
    const bare = bench();
    const answer = await bare.gateway.app.inject({ method: 'GET', url: '/v1/standards/classify?mode=9710&hs=6109&value=1', headers: { host: 'localhost', ...bare.bearer('read') } });
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'NO_PARAMETER']);
    await bare.gateway.stop();
  });
});

test('the registry shows versions with their own ids', async () => {
  const versions = (await get('/registry/subjects/fenghuo.Order/versions', b.bearer('read'))).json<number[]>();
  const latest = (await get('/registry/subjects/fenghuo.Order/versions/latest', b.bearer('read'))).json<{ id: number; version: number; schema: string }>();
  expect(latest.version).toBe(versions.at(-1));
  expect((await get(`/registry/schemas/ids/${latest.id}`, b.bearer('read'))).json()).toMatchObject({ schema: latest.schema });
  expect((await get('/registry/subjects/fenghuo.Order/versions/999', b.bearer('read'))).statusCode).toBe(404);
});
