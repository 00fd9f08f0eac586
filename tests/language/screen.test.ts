import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventName, EventView, RuleSet } from '../../language/ruleset.ts';
import { EVENT_NAMES } from '../../language/ruleset.ts';
import { COMMON, EVENTS, LINES } from '../../language/vocabulary.ts';
import type { CelType, Fields } from '../../language/vocabulary.ts';
import { SUBJECT_TYPES } from '../../schemas/risk/signal.ts';
import { compiled, SMALL_RULE, smallSource, treeSource } from './sources.ts';

const AT = Date.parse('2026-11-02T10:00:00+08:00');

/** What a set gives for an event, as lines of text. */
function screened(ruleSet: RuleSet, view: EventView): string[] {
  const out: string[] = [];
  ruleSet.screen(view, AT, (type, id, feature, value, item) => out.push(`${type} ${id} ${feature} ${value} ${item}`), (ruleId, why, type, id) => out.push(`fail ${ruleId} ${why} ${type} ${id}`));
  return out;
}

const VALUES: Record<CelType, fc.Arbitrary<string | number | boolean | string[]>> = {
  double: fc.double({ min: 0, max: 1e4, noNaN: true }),
  string: fc.constantFrom('', 'valid', 'bad-checksum', 'rejected', '0203291000', '3304990099', '2402200000', 'POL', 'DEU', '3301'),
  bool: fc.boolean(),
  'list<string>': fc.subarray(['AMOUNT_DIFF', 'MISSING_DOC', 'BUYER_PAYER_DIFF']),
};
const row = (fields: Fields) => fc.record(Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, VALUES[type]])));
const subjects = fc.record(Object.fromEntries(SUBJECT_TYPES.map((type) => [type, fc.constantFrom('', 'a', 'b')])), { requiredKeys: [] });
const viewOf = (name: EventName): fc.Arbitrary<EventView> => fc.array(fc.tuple(row(LINES[name] ?? {}), subjects), { maxLength: LINES[name] ? 3 : 0 }).chain((lines) =>
  fc.record({ name: fc.constant(name), common: row(COMMON), fields: row(EVENTS[name]), lines: fc.constant(lines.map(([line]) => line)), subjects, lineSubjects: fc.constant(lines.map(([, s]) => s)) }));
const anyView = fc.constantFrom(...EVENT_NAMES).chain(viewOf);

describe('screening', () => {
  const one = compiled(treeSource()).ruleSet;
  const other = compiled(treeSource()).ruleSet;

  test('depends on the event alone: not on what came before, nor on which copy of the set', () => {
    fc.assert(fc.property(anyView, fc.array(anyView, { maxLength: 3 }), (view, before) => {
      const fresh = screened(one, view);
      for (const earlier of before) screened(other, earlier);
      expect(screened(other, view)).toEqual(fresh);
    }), { numRuns: 300 });
  });

  test('never gives to a subject without a name, and knows every feature that it gives', () => {
    fc.assert(fc.property(anyView, (view) => {
      one.screen(view, AT, (type, id, feature, value) => {
        expect(id).not.toBe('');
        expect(one.feature(feature)?.subjectType).toBe(type);
        expect(Number.isFinite(value)).toBe(true);
      }, () => {});
    }), { numRuns: 300 });
  });
});

const order = (fields: Record<string, number | string>, subject: EventView['subjects'] = { buyer: 'b1' }): EventView => ({
  name: 'order', common: {}, fields, lines: [], subjects: subject, lineSubjects: [],
});

test('a gate that reads a field which the event lacks fails, once a rule', () => {
  const { ruleSet } = compiled(smallSource());
  expect(screened(ruleSet, order({ key: 'P|1' }))).toEqual([expect.stringMatching(/^fail transaction\/many-orders .* buyer b1$/)]);
});

test('a measure that is no number fails instead of giving it', () => {
  const { ruleSet } = compiled(smallSource({ 'transaction/many-orders.yaml': SMALL_RULE.replace('of: order.paid', 'of: ln(order.paid)') }));
  expect(screened(ruleSet, order({ key: 'P|1', paid: 0 }))).toEqual([expect.stringMatching(/^buyer b1 \w+ 1 P\|1$/), expect.stringMatching(/^fail .*not above 0/)]);
});

test('rules with the same feature share one contribution', () => {
  const copy = SMALL_RULE.replace('transaction/many-orders', 'transaction/same-orders').replace('red: 3', 'red: 9');
  const { ruleSet } = compiled(smallSource({ 'transaction/same-orders.yaml': copy }));
  const given = screened(ruleSet, order({ key: 'P|1', paid: 10 }));
  expect(given.length).toBe(2);
  expect(ruleSet.rulesOf(given[0]!.split(' ')[2]!).map((rule) => rule.id)).toEqual(['transaction/many-orders', 'transaction/same-orders']);
});

test.each(['draft', 'retired'])('a %s rule is checked but gives nothing', (status) => {
  const { ruleSet } = compiled(smallSource({ 'transaction/many-orders.yaml': SMALL_RULE.replace('status: live', `status: ${status}`) }));
  expect(screened(ruleSet, order({ key: 'P|1', paid: 10 }))).toEqual([]);
  expect(ruleSet.rules.length).toBe(1);
});

test('a line speaks of its own subject before that of the event', () => {
  const text = SMALL_RULE.replace('subject: buyer', 'subject: product').replace('total: { kind: sum, of: order.paid', 'total: { kind: sum, each: line, of: line.total')
    .replaceAll('subjects: { buyer: b1 }', 'subjects: { product: x }, lines: [{ total: 4000 }]');
  const { ruleSet } = compiled(smallSource({ 'transaction/many-orders.yaml': text }));
  const view: EventView = { ...order({ key: 'P|1', paid: 1 }, { product: 'whole' }), lines: [{ total: 1 }, { total: 2 }], lineSubjects: [{ product: 'p1' }, {}] };
  expect(screened(ruleSet, view).map((line) => line.replace(/ \w{16} /, ' '))).toEqual(['product whole 1 P|1', 'product p1 1 ', 'product whole 2 ']);
});
