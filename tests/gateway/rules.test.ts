import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../gateway/keys.ts';
import { SMALL_RULE, smallSource } from '../language/sources.ts';
import { bench } from './doubles.ts';

const b = bench();
const { app } = b.gateway;
const host = { host: '127.0.0.1:8080' };
const RULE = 'transaction/many-orders';
const STRICTER = SMALL_RULE.replace('version: 1', 'version: 2').replace('red: 3', 'red: 2.5');
const send = (url: string, payload: object, role: Role) => app.inject({ method: 'POST', url: `/v1/rules/${url}`, payload: JSON.stringify(payload), headers: { ...host, ...b.bearer(role), 'content-type': 'application/json' } });
const get = async (url: string) => (await app.inject({ url: `/v1/rules/${url}`, headers: { ...host, ...b.bearer('read') } })).json();
const propose = (text: string | null, role: Role = 'author', query = '') => send(`proposals${query}`, { why: 'notice 12', files: { [`${RULE}.yaml`]: text } }, role);

beforeAll(async () => {
  const { files, tables } = smallSource();
  expect(await b.reference.start(files, tables, {})).toEqual([]);
});
afterAll(() => b.gateway.stop());

test('proposed by an author, approved by an approver: who, when, why and the difference can be read', async () => {
  const dry = await propose(STRICTER, 'author', '?dry-run=1');
  expect([dry.statusCode, dry.json().id, await get('proposals')]).toEqual([200, '', { proposals: [] }]);
  const made = await propose(STRICTER);
  const { id } = made.json();
  expect([made.statusCode, made.json()]).toEqual([201, expect.objectContaining({ by: 'the-author', state: 'open' })]);
  expect((await get(`proposals/${id}`)).changes[0].diff).toContain('+bands: { blue: 1, yellow: 1.5, orange: 2, red: 2.5 }');
  const approved = await send(`proposals/${id}/approve`, {}, 'approver');
  expect([approved.statusCode, approved.json().decision]).toEqual([200, expect.objectContaining({ by: 'the-approver', why: 'notice 12' })]);
  expect((await get('history')).history.map((h: { by: string; approval: { approver: string } }) => [h.by, h.approval.approver])).toEqual([['the-author', 'the-approver'], ['start', 'start']]);
  expect([(await get(RULE)).version, (await get(`${RULE}?version=1`)).text]).toEqual([2, SMALL_RULE]);
});

test('texts are checked as they are written: findings with line and column, examples with what they gave, the difference; nothing is kept', async () => {
  const before = await get('proposals');
  const check = async (text: string) => (await send('check', { files: { [`${RULE}.yaml`]: text } }, 'author')).json();
  const inForce = (await get(RULE)).text as string;
  expect(await check(inForce)).toEqual({ ok: true, findings: [], advice: [], changes: [], examples: [{ rule: RULE, example: 'two', expected: 'yellow', actual: 'yellow', ok: true, errors: [] }, { rule: RULE, example: 'one', expected: 'none', actual: 'none', ok: true, errors: [] }] });
  const wrong = await check(inForce.replace('order.paid <=', 'order.payd <='));
  expect([wrong.ok, wrong.findings, wrong.changes[0].diff]).toEqual([false, [expect.objectContaining({ check: 'unknown-field', line: 10, column: 14, suggestion: 'did you mean `paid`?' })], expect.stringContaining('+where: order.payd')]);
  const missed = await check(inForce.replace('version: 2', 'version: 9').replace('yellow: 1.5', 'yellow: 1.7'));
  expect([missed.ok, missed.findings]).toEqual([false, [expect.objectContaining({ check: 'examples', line: 23, message: 'example `two`: expected yellow, got blue' })]]);
  expect((await (await send('check', { files: { '../x.yaml': 'a: 1' } }, 'author')).json()).findings[0]).toMatchObject({ check: 'unknown-file' });
  expect((await send('check', { files: { [`${RULE}.yaml`]: inForce } }, 'approver')).statusCode).toBe(403);
  expect(await get('proposals')).toEqual(before);
});

test('a rule is told in words, as of any version, and its history line by line', async () => {
  expect((await get(`${RULE}?version=1`)).words).toMatchObject({ version: 1, features: [{ name: 'orders' }, { name: 'total', text: { zh: '24小时内订单的 order.paid 合计' } }], parameters: [{ name: 'singleLimit', value: 5000 }] });
  const { history } = await get(`history?rule=${RULE}&diff=1`);
  expect(history.map(({ changes }: { changes: { diff: string; text?: string }[] }) => [changes[0]?.diff.match(/^[+-]bands.*/gm), changes[0]?.text])).toEqual([[['-bands: { blue: 1, yellow: 1.5, orange: 2, red: 3 }', '+bands: { blue: 1, yellow: 1.5, orange: 2, red: 2.5 }'], undefined], [['+bands: { blue: 1, yellow: 1.5, orange: 2, red: 3 }'], undefined]]);
  expect((await get(`history?rule=${RULE}`)).history[0].changes[0]).not.toHaveProperty('diff');
});

describe('refused, with what to do next', () => {
  test('an admin’s own proposal, by the same key', async () => {
    const { id } = (await propose(STRICTER.replace('version: 2', 'version: 3').replace('red: 2.5', 'red: 2.6'), 'admin')).json();
    const answer = await send(`proposals/${id}/approve`, {}, 'admin');
    expect([answer.statusCode, answer.json().error]).toEqual([409, expect.objectContaining({ code: 'SAME_KEY', next: expect.stringContaining('keys add --role approver') })]);
    expect((await send(`proposals/${id}/reject`, { why: 'was a test' }, 'admin')).json().state).toBe('rejected');
    expect((await send(`proposals/${id}/approve`, {}, 'approver')).json().error.code).toBe('DECIDED');
  });
  test('changed meaning under the same number', async () => {
    const answer = await propose(STRICTER.replace('red: 2.5', 'red: 9'));
    expect([answer.statusCode, answer.json().error]).toEqual([422, expect.objectContaining({ code: 'RULES_REFUSED', next: 'write version: 3', message: expect.stringMatching(/many-orders.yaml:3 version: version 2 was in force with another meaning \(bands differ\)/) })]);
  });
  test.each<[string, () => Promise<{ statusCode: number; json(): { error: { code: string } } }>, number, string]>([
    ['no reason', () => send('proposals', { why: ' ', files: { 'a/b.yaml': 'x' } }, 'author'), 400, 'BAD_BODY'],
    ['no file', () => send('proposals', { why: 'because', files: {} }, 'author'), 400, 'BAD_BODY'],
    ['an unknown proposal', () => send('proposals/p0/approve', {}, 'approver'), 404, 'NO_PROPOSAL'],
  ])('%s', async (_what, ask, status, code) => {
    const answer = await ask();
    expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
  });
  test.each<Role>(['read', 'write', 'officer', 'approver', 'simulator'])('a proposal by a key of role %s', async (role) => expect((await propose(STRICTER, role)).statusCode).toBe(403));
  test.each<Role>(['read', 'write', 'officer', 'author', 'simulator'])('an approval by a key of role %s', async (role) => expect((await send('proposals/p0/approve', {}, role)).statusCode).toBe(403));
  test('an approval by a session of another role, or asked for by a page of another site', async () => {
    const decide = async (role: Role, site: string) => {
      const cookie = `fenghuo_session=${b.keys.openSession({ id: 'x', name: 'x', role })}`;
      const answer = await app.inject({ method: 'POST', url: '/v1/rules/proposals/p0/approve', payload: '{}', headers: { ...host, cookie, 'sec-fetch-site': site } });
      return answer.json().error.code as string;
    };
    expect([await decide('officer', 'same-origin'), await decide('approver', 'same-site'), await decide('approver', 'same-origin')]).toEqual(['WRONG_ROLE', 'OTHER_SITE', 'NO_PROPOSAL']);
  });
});
