/** The examples fit each other: sent in README's order, and then all the others, they match without a finding that fails. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compile } from '../../language/compile.ts';
import { createIntake, type Taken } from '../../processors/intake/intake.ts';
import { intakeTables } from '../../processors/intake/tables.ts';
import { screening } from '../../processors/screening/stage.ts';
import { matchTogether } from '../../processors/together.ts';
import type { RuleSource } from '../../language/ruleset.ts';
import { CONFIG, shippedRules } from '../trade.ts';

const FOLDER = new URL('../../examples/', import.meta.url);
const NOW = Date.parse('2026-08-04T10:00:00+08:00');
const rules = shippedRules()['rules'] as string;
const source = JSON.parse(rules) as RuleSource;
const compiled = compile(source);
const intake = createIntake({ ...CONFIG, ...intakeTables(source.tables) });
const take = (name: string): Taken[] => intake.take({ bytes: readFileSync(new URL(name, FOLDER)), form: name.endsWith('.xml') ? 'xml' : 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '' }, NOW).taken;
const matches = (names: string[]) => matchTogether(screening(() => compiled), rules, names.flatMap(take), NOW).map(({ orderKey, state, findings }) => [orderKey, state, findings.filter(({ outcome }) => outcome === 'fail')]);

const first = ['order.xml', 'payment.xml', 'waybill.xml', 'declaration.xml'];
const others = readdirSync(FOLDER).filter((name) => /\.(xml|json)$/.test(name) && !name.startsWith('faulty') && !first.includes(name));
const IMPORT = '1200SIP030|SIMTJ68X0FMS00000001';

test("README's four documents", () => {
  expect(matches(first)).toEqual([[IMPORT, 'MATCHED', []]]);
});

test.each(others)('with %s', (name) => {
  expect(matches([...first, name])[0]).toEqual([IMPORT, 'MATCHED', []]);
});

test('all of them; the last one to be told is another order', () => {
  expect(matches([...first, ...others])).toEqual([[IMPORT, 'MATCHED', []], [expect.stringMatching(/\|SIMXTJ68X0FMS00000001$/), 'MATCHED', []]]);
});

test('the faulty order is found', () => {
  expect(matches(['faulty-order.json', 'faulty-payment.json'])).toMatchObject([[expect.any(String), 'MISMATCHED', [{ code: 'AMOUNT_DIFF' }]]]);
});
