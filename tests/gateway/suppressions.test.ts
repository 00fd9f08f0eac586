import { afterAll, describe, expect, test } from 'vitest';
import type { Role } from '../../gateway/keys.ts';
import { bench } from './doubles.ts';

const HOUR = 3_600_000;
const b = bench();
const { app } = b.gateway;
afterAll(() => b.gateway.stop());
const host = { host: '127.0.0.1:8080' };
const send = (url: string, payload: object, role: Role) => app.inject({ method: 'POST', url: `/v1/${url}`, payload: JSON.stringify(payload), headers: { ...host, ...b.bearer(role), 'content-type': 'application/json' } });
const list = async () => (await app.inject({ url: '/v1/suppressions', headers: { ...host, ...b.bearer('read') } })).json().suppressions;
const GOOD = { rule: 'market/order-surge', zone: '3301', ends: new Date(Date.now() + HOUR).toISOString(), why: 'expected' };

test('proposed, approved by another key, lifted: each step can be read', async () => {
  const made = await send('suppressions', { ...GOOD, rule: '', zone: '', subject: 'seller:S:1', upTo: 'red' }, 'author');
  const { id } = made.json();
  expect([made.statusCode, made.json()]).toEqual([201, expect.objectContaining({ subjectType: 'seller', subjectId: 'S:1', upTo: 'red', state: 'open', by: 'the-author' })]);
  expect((await send(`suppressions/${id}/approve`, {}, 'approver')).json()).toMatchObject({ state: 'in force', decision: { by: 'the-approver', why: 'expected' } });
  expect((await send(`suppressions/${id}/lift`, { why: 'over' }, 'author')).json().state).toBe('lifted');
  expect(await list()).toMatchObject([{ id, state: 'lifted', decision: { by: 'the-author', why: 'over' } }]);
});

describe('refused', () => {
  test.each<[string, object, RegExp]>([
    ['without an end', { ...GOOD, ends: undefined }, /ends/],
    ['with an end that has passed', { ...GOOD, ends: Date.now() - 1 }, /needs an end/],
    ['for longer than a year', { ...GOOD, ends: Date.now() + 400 * 24 * HOUR }, /needs an end/],
    ['without a reason', { ...GOOD, why: '' }, /why/],
    ['of everything', { ...GOOD, rule: '', zone: '' }, /every alert/],
    ['of a zone that is none', { ...GOOD, zone: 'hangzhou' }, /zone/],
    ['up to no grade', { ...GOOD, upTo: 'pink' }, /upTo/],
  ])('%s', async (_what, body, says) => {
    const before = (await list()).length;
    const answer = await send('suppressions', body, 'author');
    expect([answer.statusCode, answer.json().error.message]).toEqual([400, expect.stringMatching(says)]);
    expect(await list()).toHaveLength(before);
  });
  test('by the same key, for an unknown one, and by other roles', async () => {
    const { id } = (await send('suppressions', GOOD, 'admin')).json();
    expect((await send(`suppressions/${id}/approve`, {}, 'admin')).json().error.code).toBe('SAME_KEY');
    expect((await send('suppressions/p0/approve', {}, 'approver')).statusCode).toBe(404);
    expect(await Promise.all((['officer', 'read', 'write', 'approver'] as const).map(async (role) => (await send('suppressions', GOOD, role)).statusCode))).toEqual([403, 403, 403, 403]);
    expect(await Promise.all((['officer', 'read', 'author'] as const).map(async (role) => (await send(`suppressions/${id}/approve`, {}, role)).statusCode))).toEqual([403, 403, 403]);
    expect((await send(`suppressions/${id}/lift`, { why: 'never was' }, 'author')).json().error.code).toBe('DECIDED');
  });
  test.each<[Role, number]>([['read', 403], ['write', 403], ['simulator', 403], ['officer', 404], ['author', 404], ['approver', 404]])('a verdict by a key of role %s: %i', async (role, status) => {
    expect((await send('alerts/none/verdicts', { verdict: 'false', reason: 'because' }, role)).statusCode).toBe(status);
  });
});
