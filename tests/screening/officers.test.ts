import { expect, test } from 'vitest';
import { compileOnce } from '../../language/compile-once.ts';
import { screening } from '../../processors/screening/stage.ts';
import { runStage } from '../stage-harness.ts';
import type { Signals } from '../../schemas/risk/signal.ts';
import { Journal, order, payment, shippedRules, T0 } from '../trade.ts';
import { of, rulesWith, run } from './running.ts';

test('a suppression goes on to every partition of signals, at its place; a verdict to none', () => {
  const journal = new Journal();
  const suppression = { id: 'p1', ruleId: 'market/order-surge', subjectType: '', subjectId: '', zone: '', upTo: 'orange', begins: T0, ends: T0 + 1, reason: 'r', author: 'a', approver: 'b', at: T0 };
  journal.add({ type: 'suppression', key: 'p1', arrival: T0, body: suppression });
  journal.add({ type: 'verdict', key: 'x', arrival: T0, body: { alertId: 'x' } });
  const { outputs } = runStage(screening(compileOnce), journal.records, { artifacts: shippedRules(), partitions: { 'journal.v1': 1, 'signals.v1': 3, 'facts.v1': 1 } });
  expect(outputs.filter(({ type }) => type !== 'control').map(({ topic, partition, type, body }) => [topic, partition, type, body])).toEqual([0, 1, 2].map((p) => ['signals.v1', p, 'suppression', suppression]));
});

test('each appearance of a listed subject is told, of it alone, while the entry is valid; an amendment takes its own back', () => {
  const list = (from: string) => rulesWith({}, { 'block-list.csv': `# version: 1, complete: true, source: t\nsubject_type,subject,reason,approver,valid_from,valid_to\nseller,3302SIM002,order 12,bob,${from},\nplatform,other,order 13,bob,,\n` });
  const rule = (artifacts: Record<string, string>, ...documents: object[]) => {
    const journal = new Journal();
    for (const document of documents) journal.document(document as Parameters<Journal['document']>[0], T0 + 600_000);
    const outputs = run(journal, 0, artifacts);
    const feature = [...new Set(of<Signals>(outputs, 'signals').flatMap(({ entries }) => entries))];
    return feature.filter(({ subjectType, subjectId }) => subjectType === 'seller' && subjectId === '3302SIM002').flatMap(({ contributions }) => contributions.filter((c) => !without.has(c.feature)).map(({ sign }) => sign));
  };
  const without = new Set<string>();
  const journal = new Journal();
  journal.document(order() as Parameters<Journal['document']>[0], T0 + 600_000);
  for (const { entries } of of<Signals>(run(journal, 0, rulesWith({})), 'signals')) for (const { contributions } of entries) for (const { feature } of contributions) without.add(feature);
  expect(rule(list(''), order())).toEqual([1]);
  expect(rule(list('2030-01-01'), order())).toEqual([]);
  expect(rule(list(''), order(), order({ guid: 'G-2', appType: '2', appTime: '20261102100500' }))).toEqual([1, -1, 1]);
  expect(rule(list(''), order({ ebcCode: '3302SIM009' }), payment())).toEqual([]);
});
