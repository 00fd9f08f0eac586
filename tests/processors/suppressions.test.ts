import { beforeEach, expect, test } from 'vitest';
import { Register } from '../../processors/register.ts';
import { Suppressions, type SuppressionResult } from '../../processors/suppressions.ts';
import { MemoryPublisher } from '../reference/publisher.ts';

const DAY = 86_400_000;
const ann = { id: 'k1', name: 'ann' };
const bob = { id: 'k2', name: 'bob' };
let log: MemoryPublisher;
let s: Suppressions;
const open = (): Suppressions => new Suppressions(new Register(log, () => log.clock), () => log.clock);
beforeEach(() => {
  log = new MemoryPublisher();
  s = open();
});
const change = (ends = log.clock + DAY) => ({ ruleId: 'market/surge', subjectType: '' as const, subjectId: '', zone: '3301', upTo: 'orange' as const, begins: log.clock, ends });
const codeOf = (result: SuppressionResult): string => (result.ok ? result.suppression.state : result.code);

test('the stages hear of it once another key has approved it, with reason, author and approver; and of its end', async () => {
  const { id } = await s.propose(change(), ann, 'expected');
  expect([log.journalled, codeOf(await s.approve(id, { ...bob, id: 'k1' }, ''))]).toEqual([[], 'SAME_KEY']);
  log.clock += 1_000;
  const approvedAt = log.clock;
  expect(codeOf(await s.approve(id, bob, ''))).toBe('in force');
  log.clock += 5_000;
  expect(codeOf(await s.lift(id, ann, 'over'))).toBe('lifted');
  expect(log.journalled.map(({ type, key, body }) => [type, key, body])).toEqual([
    ['suppression', id, expect.objectContaining({ id, ruleId: 'market/surge', zone: '3301', begins: approvedAt, ends: approvedAt - 1_000 + DAY, reason: 'expected', author: 'ann', approver: 'bob', at: approvedAt })],
    ['suppression', id, expect.objectContaining({ id, ends: log.clock, at: log.clock, approver: 'bob' })],
  ]);
});

test('is decided once; what has ended is neither approved nor lifted; another start knows all of it', async () => {
  const [first, second, third] = await Promise.all([s.propose(change(), ann, 'first'), s.propose(change(), ann, 'second'), s.propose(change(log.clock + 1_000), ann, 'third')]);
  expect([codeOf(await s.approve(first.id, bob, '')), codeOf(await s.approve(first.id, bob, '')), codeOf(await s.reject(second.id, bob, 'no')), codeOf(await s.lift(second.id, bob, 'no')), codeOf(await s.lift('p0', bob, 'no'))])
    .toEqual(['in force', 'DECIDED', 'rejected', 'DECIDED', 'NO_SUPPRESSION']);
  log.clock += 2_000;
  expect(codeOf(await s.approve(third.id, bob, ''))).toBe('ENDED');
  log.clock += DAY;
  expect(codeOf(await s.lift(first.id, bob, 'late'))).toBe('DECIDED');
  expect((await open().list()).map(({ why, state, decision }) => [why, state, decision?.by])).toEqual([['third', 'open', undefined], ['second', 'rejected', 'bob'], ['first', 'ended', 'bob']]);
});
