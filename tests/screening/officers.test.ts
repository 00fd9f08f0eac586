import { expect, test } from 'vitest';
import { compileOnce } from '../../language/compile-once.ts';
import { screening } from '../../processors/screening/stage.ts';
import { runStage } from '../stage-harness.ts';
import { Journal, shippedRules, T0 } from '../trade.ts';

test('a suppression goes on to every partition of signals, at its place; a verdict to none', () => {
  const journal = new Journal();
  const suppression = { id: 'p1', ruleId: 'market/order-surge', subjectType: '', subjectId: '', zone: '', upTo: 'orange', begins: T0, ends: T0 + 1, reason: 'r', author: 'a', approver: 'b', at: T0 };
  journal.add({ type: 'suppression', key: 'p1', arrival: T0, body: suppression });
  journal.add({ type: 'verdict', key: 'x', arrival: T0, body: { alertId: 'x' } });
  const { outputs } = runStage(screening(compileOnce), journal.records, { artifacts: shippedRules(), partitions: { 'journal.v1': 1, 'signals.v1': 3, 'facts.v1': 1 } });
  expect(outputs.filter(({ type }) => type !== 'control').map(({ topic, partition, type, body }) => [topic, partition, type, body])).toEqual([0, 1, 2].map((p) => ['signals.v1', p, 'suppression', suppression]));
});
