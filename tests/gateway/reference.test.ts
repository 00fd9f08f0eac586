import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallSource } from '../language/sources.ts';
import { bench } from './doubles.ts';
import type { Role } from '../../gateway/keys.ts';

const b = bench();
const { app } = b.gateway;
const host = { host: '127.0.0.1:8080' };
const HEAD = (version: string): string => `# version: ${version}, complete: true, source: ministries\nhs_prefix,status,valid_from,valid_to\n`;
const post = (table: string, payload: string | object, type = 'text/csv', role: Role = 'admin') =>
  app.inject({ method: 'POST', url: `/v1/reference/${table}`, payload: typeof payload === 'string' ? payload : JSON.stringify(payload), headers: { ...host, ...b.bearer(role), 'content-type': type } });
const get = (url: string) => app.inject({ url: `/v1/reference${url}`, headers: { ...host, ...b.bearer('read') } });

beforeAll(async () => {
  const { files, tables } = smallSource();
  expect(await b.reference.start(files, tables, {})).toEqual([]);
});
afterAll(() => b.gateway.stop());

test('a dry run says what would change; the load changes it; both in CSV', async () => {
  const text = `${HEAD('2026-12')}04021000,allowed,2022-03-01,\n93,excluded,2026-12-01,\n`;
  const expected = { table: 'positive-list', version: '2026-12', before: '2026-11', added: 1, changed: 0, removed: 1, unchanged: 1, from: '2019-01-01' };
  expect((await post('positive-list?dry-run=1', text)).json()).toMatchObject({ ...expected, inForce: false });
  expect((await get('')).json().tables.find((t: { table: string }) => t.table === 'positive-list')).toMatchObject({ version: '2026-11', by: 'start' });
  const answer = await post('positive-list', text);
  expect([answer.statusCode, answer.json()]).toEqual([200, expect.objectContaining({ ...expected, inForce: true })]);
  expect((await get('')).json().tables.find((t: { table: string }) => t.table === 'positive-list')).toMatchObject({ version: '2026-12', complete: true, rows: 2, by: 'the-admin' });
  expect((await get('/history?table=positive-list')).json().history.map((h: { version: string; by: string }) => [h.version, h.by])).toEqual([['2026-12', 'the-admin'], ['2026-11', 'start']]);
});

test('JSON is taken as well; rows are shown as of a day, of any version, or as the text that was given', async () => {
  expect((await post('words', { version: 'w2', complete: false, source: 'office', rows: [{ word: 'horn', score: 0.5, valid_from: '2026-01-01' }, { word: '象牙, "roh"', score: 1 }] }, 'application/json')).json()).toMatchObject({ version: 'w2', added: 2 });
  const words = (answer: { json(): { rows: { word: string }[] } }) => answer.json().rows.map(({ word }) => word);
  expect(words(await get('/words'))).toEqual(['horn', '象牙, "roh"']);
  expect(words(await get('/words?at=2025-12-31'))).toEqual(['象牙, "roh"']);
  expect(words(await get('/words?at=2026-01-01'))).toHaveLength(2);
  const csv = await get('/positive-list?version=2026-11&format=csv');
  expect([csv.headers['content-type'], csv.body]).toEqual(['text/csv; charset=utf-8', expect.stringContaining('# version: 2026-11')]);
});

describe('what is refused says where and why, and changes nothing', () => {
  test.each<[string, string, string | object, string, number, string, RegExp]>([
    ['an unknown table', 'colours', 'x', 'text/csv', 404, 'NOT_FOUND', /no reference table colours/],
    ['a bad row', 'positive-list', `${HEAD('3')}93,banned,,\n`, 'text/csv', 422, 'TABLE_REFUSED', /^positive-list.csv:3 status: expected allowed or excluded, given `banned`$/],
    ['a version name that is taken', 'positive-list', `${HEAD('2026-11')}93,excluded,,\n`, 'text/csv', 409, 'VERSION_TAKEN', /put in force before with other rows/],
    ['another kind of content', 'positive-list', 'x', 'application/xml', 415, 'MEDIA_TYPE', /not taken/],
    ['JSON of another shape', 'words', { rows: [] }, 'application/json', 400, 'BAD_BODY', /version/],
    ['a column that is none', 'words', { version: 'w3', complete: true, source: 's', rows: [{ word: 'a', score: 1, colour: 'x' }] }, 'application/json', 422, 'TABLE_REFUSED', /`colour` is no column/],
  ])('%s', async (_what, table, payload, type, status, code, says) => {
    const before = (await get('')).json();
    const answer = await post(table, payload, type);
    expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
    expect(answer.json().error.message).toMatch(says);
    expect((await get('')).json()).toEqual(before);
  });

  test.each<Role>(['read', 'write', 'simulator'])('a key of role %s may not load', async (role) => {
    expect((await post('words', 'x', 'text/csv', role)).statusCode).toBe(403);
  });

  test.each([['/words?at=yesterday', 400], ['/words?version=nope', 404], ['/colours', 404]])('GET %s: %i', async (url, status) => expect((await get(url)).statusCode).toBe(status));
});

test('by topic: an admin’s text is put there whole and answered once durable; a dry run is not', async () => {
  const answer = await post('words?via=topic', '# version: 9, complete: false, source: s\nword,score\nhorn,9\n');
  expect([answer.statusCode, answer.json()]).toEqual([202, { table: 'words', topic: 'intake.operations.v1', partition: 0, offset: 7 }]);
  expect((await post('words?via=topic', 'x', 'text/csv', 'write')).statusCode).toBe(403);
  expect((await post('words?via=topic&dry-run=1', 'x')).json().error).toMatchObject({ code: 'BAD_QUERY', expected: 'dry-run=1 or via=topic' });
});
