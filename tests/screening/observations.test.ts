import { describe, expect, test } from 'vitest';
import type { RuleSource } from '../../language/ruleset.ts';
import { beijing, declaration, declarationReceipt, Journal, order, payment, shippedRules, T0, waybill } from '../trade.ts';
import { run, standing } from './running.ts';

const MINUTE = 60_000;
const RULE = `id: market/complaints
indicator: M10
version: 1
status: shadow
title: { en: Complaints, zh: 投诉 }
description: { en: Complaints., zh: 投诉。 }
basis: own
falsePositives: { en: none known, zh: 无 }
on: observation
where: observation.kind == "complaint"
subject: seller
features:
  points: { kind: sum, of: observation.value, window: 30d }
  devices: { kind: distinct, of: observation.private, window: 30d }
  waits: { kind: sum, on: receipt, where: receipt.hasWait, of: receipt.waitMinutes, window: 24h }
value: points + devices + waits
bands: { blue: 1 }
reason: { en: '{points}', zh: '{points}' }
action: { en: Look., zh: 查看。 }
examples:
  - { name: one, events: [{ observation: { kind: complaint, value: 1 }, subjects: { seller: s1 } }], grade: blue }
  - { name: none, events: [{ observation: { kind: stock, value: 1 }, subjects: { seller: s1 } }], grade: none }
`;
const source = JSON.parse(shippedRules().rules as string) as RuleSource;
const only = (rule: string) => ({ rules: JSON.stringify({ files: { 'parameters.yaml': source.files['parameters.yaml'], 'market/complaints.yaml': rule }, tables: source.tables }) });
const artifacts = only(RULE);

const complaint = (over: Record<string, unknown> = {}) => ({ type: 'observation', kind: 'complaint', subjectType: 'seller', subject: '3302SIM002', value: 2, at: beijing(T0), source: '12315', number: 'C-1', ...over });
/** Values that stand for the seller, added up by their sign. */
const sums = (journal: Journal, restoreEvery = 1): string[] => standing(run(journal, restoreEvery, artifacts), 'seller').map((line) => line.split('|').slice(3).join('|'));

describe('observations from outside', () => {
  test('count for the subject that they name', () => expect(sums(new Journal().document(complaint(), T0).document(complaint({ number: 'C-2' }), T0))).toEqual(['2| 2']));
  test('the same again counts once', () => expect(sums(new Journal().document(complaint(), T0).document(complaint(), T0 + MINUTE))).toEqual(['2| 1']));
  test('under the same number the later one replaces the earlier', () => expect(sums(new Journal().document(complaint(), T0).document(complaint({ value: 5, guid: 'B' }), T0 + MINUTE))).toEqual(['5| 1']));
  test('a deletion takes it back', () => expect(sums(new Journal().document(complaint(), T0).document(complaint({ appType: 3 }), T0 + MINUTE))).toEqual([]));
  test('without a number, two are two', () => expect(sums(new Journal().document(complaint({ number: '', guid: 'A' }), T0).document(complaint({ number: '', guid: 'B' }), T0))).toEqual(['2| 2']));
  test('a private item is counted by its token alone', () => {
    expect(sums(new Journal().document(complaint({ private: '10.0.0.7' }), T0)).filter((line) => /^1\|[\w-]{22} 1$/.test(line)).length).toBe(1);
    expect(JSON.stringify(run(new Journal().document(complaint({ private: '10.0.0.7' }), T0), 0, artifacts))).not.toContain('10.0.0.7');
  });
});

test('an answer knows how long its declaration waited for it', () => {
  const journal = new Journal().document(order(), T0).document(declaration(), T0 + 3 * MINUTE).document(declarationReceipt(800, { returnTime: `${beijing(T0 + 33 * MINUTE)}000` }), T0 + 34 * MINUTE);
  expect(sums(journal)).toEqual(['30| 1']);
});

test('an answer knows how long its waybill waited for it, though neither names the order', () => {
  const sent = waybill({ appTime: beijing(T0) });
  const journal = new Journal().document(sent, T0).document({ type: 'waybill-receipt', logisticsCode: sent['logisticsCode'], logisticsNo: sent['logisticsNo'], returnStatus: '120', returnTime: `${beijing(T0 + 12 * MINUTE)}000` }, T0 + 12 * MINUTE);
  expect(standing(run(journal.tick(T0 + 20 * MINUTE), 1, only(RULE.replace('subject: seller', 'subject: carrier'))), 'carrier').map((line) => line.split('|').slice(3).join('|'))).toEqual(['n| 1', 'sum| 1200000']);
});

test('a rule on the match hears of the release once, though the comparison says what it said before', () => {
  const rule = RULE.replace(/^on: observation\nwhere: .*$/m, 'on: match\nwhere: match.returnStatus == 800 || match.returnStatus == 899').replace(/^features:\n( {2}.*\n)+value: .*$/m, 'features: { released: { kind: count, window: 30d } }')
    .replace('{points}', '{released}').replace('{points}', '{released}').replace(/^examples:\n(.|\n)*$/m, 'examples:\n  - { name: one, events: [{ match: { returnStatus: 800 }, subjects: { seller: s1 } }], grade: blue }\n  - { name: none, events: [{ match: {}, subjects: { seller: s1 } }], grade: none }\n');
  const answered = (...statuses: number[]) => statuses.reduce((journal, status, i) => journal.document(declarationReceipt(status, { guid: `R-${status}`, returnTime: `${beijing(T0 + (10 + i) * MINUTE)}000` }), T0 + (10 + i) * MINUTE), new Journal().document(order(), T0).document(payment(), T0 + MINUTE).document(waybill(), T0 + 2 * MINUTE).document(declaration(), T0 + 3 * MINUTE));
  const released = (journal: Journal) => standing(run(journal, 1, only(rule)), 'seller').map((line) => line.split('|').slice(3).join('|'));
  expect(released(answered(120))).toEqual([]);
  expect(released(answered(120, 800))).toEqual(['1| 1']);
  expect(released(answered(120, 800, 899))).toEqual(['1| 1']);
});
