/** The flat reading is the contract: whatever zod takes it takes with the same values, whatever zod refuses it refuses. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Contract, read } from '../../schemas/trade/contract.ts';
import { DECLARATION } from '../../schemas/trade/declaration.ts';
import { flat, text } from '../../schemas/trade/fields.ts';
import { parseFixed5 } from '../../schemas/trade/fixed5.ts';
import { ORDER } from '../../schemas/trade/order.ts';
import { PAYMENT } from '../../schemas/trade/payment.ts';
import { DECLARATION_RECEIPT } from '../../schemas/trade/receipt.ts';
import { isPlain, isTidy, plain } from '../../schemas/trade/text.ts';
import { beijingDay } from '../../schemas/trade/time.ts';
import { WAYBILL } from '../../schemas/trade/waybill.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { declaration, order, payment, waybill } from '../intake/fixtures.ts';
import { SAMPLES } from '../intake/messages.ts';

type Fields = Record<string, unknown>;
const receipt = (): Fields => ({ guid: 'G', returnStatus: '800', returnTime: '20261120115900000', returnInfo: '放行', agentCode: 'A', copNo: 'C', orderNo: '' });
/** The waybill of the fixtures has a misspelt field, which goes the long way. */
const { consingee: _misspelt, ...spelt } = waybill();
const HOT: [string, Contract<unknown>, Fields][] = [['order', ORDER, order()], ['payment', PAYMENT, payment()], ['waybill', WAYBILL, { ...spelt, consignee: '测试甲' }], ['declaration', DECLARATION, declaration()], ['receipt', DECLARATION_RECEIPT, receipt()]];
const KINDS = [...HOT, ...Object.entries(CONTRACTS).filter(([type]) => HOT.every(([name]) => name !== type)).map(([type, contract]): [string, Contract<unknown>, Fields] => [type, contract, SAMPLES[type as keyof typeof SAMPLES].fields])];

/** Values at the edges of every kind of field, beside any JSON. */
const values = fc.oneof(fc.jsonValue(), fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(
  '', ' ', null, -0, 3, '3', '2', ' 1 ', '１２', 'a|b', 'x\u0000', '\ud800', '\u00a0a', '\u3000', '张三\u3000', 'x'.repeat(61), 'x'.repeat(1001), '12.345678', '-5', '.5', 1e-7, 1e21, 0.1 + 0.2,
  '20261120', '2026-11-20 11:59:00', '19700101080000', '20261320000000', '1000001', '3.0', [], [{}], {},
));

describe.each(KINDS)('%s', (type, contract, document) => {
  const names = [...contract.own].filter((name) => name !== 'type');
  const without = (fields: Fields): Fields => Object.fromEntries(names.map((name) => [name, fields[name]]));
  test('a document in order reads as in zod', () => {
    const reading = read(contract, document, undefined);
    expect(reading).toMatchObject({ ok: true, wire: contract.whole.parse(without(document)) });
  });
  test('any value in any field, deletions too', () => {
    fc.assert(fc.property(fc.constantFrom(...names), values, fc.boolean(), (name, value, deleted) => {
      const fields: Fields = { ...document, ...(deleted && contract.own.has('appType') ? { appType: '3' } : {}), [name]: value };
      const isDeleted = fields['appType'] === '3' || fields['appType'] === 3;
      const items = fields['items'];
      fc.pre(name !== 'items' || (Array.isArray(items) && items.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))));
      const byZod = (isDeleted ? contract.deletion : contract.whole).safeParse(without(fields));
      const reading = read(contract, fields, undefined);
      expect(reading.ok).toBe(byZod.success);
      if (reading.ok) expect(JSON.stringify(reading.wire)).toBe(JSON.stringify(byZod.data));
    }), { numRuns: HOT.some(([name]) => name === type) ? 250 : 60 });
  });
});

test('a contract of foreign schemas, or with a name that is none, is refused when it is made', () => {
  expect(() => flat({ 'a: 1, b': text(5) })).toThrow('under a plain name');
  expect(() => flat({ ab: ORDER.whole })).toThrow('under a plain name');
});

test('a name that a line\'s contract does not know is kept, a misspelt one put right', () => {
  const [line] = order()['items'] as [Fields];
  const { qty, ...rest } = line;
  expect(read(ORDER, { ...order(), items: [{ ...rest, quantity: qty }] }, undefined)).toMatchObject({ ok: true, wire: { items: [{ qty: 100_000 }] } });
  const reading = read(ORDER, { ...order(), items: [{ ...line, brand: 'x' }] }, undefined);
  expect(reading.ok && reading.kept).toContain('"items[0].brand":"x"');
});

test('a required text is asked for, and minus nothing is nothing', () => {
  expect(['', null, undefined, ' '].map((given) => text(5, true).safeParse(given).success)).toEqual([false, false, false, false]);
  const reading = read(WAYBILL, { ...spelt, packNo: -0 }, undefined);
  expect(reading.ok && Object.is(reading.wire.packNo, 0)).toBe(true);
});

test('free texts are kept as the long way keeps them', () => {
  const fields = { ...order(), note: '门卫', items: [{ ...(order()['items'] as Fields[])[0], note: '小心 "轻放"' }] };
  const short = read(ORDER, fields, undefined);
  const long = read(ORDER, { ...fields, ordernote: '' }, undefined);
  expect(short).toEqual(long);
  expect(short).toMatchObject({ kept: '{"note":"门卫","items[0].itemDescribe":"象牙白罐","items[0].note":"小心 \\"轻放\\""}' });
});

test('a number gives what its shortest text gives', () => {
  const cents = fc.integer({ min: 0, max: 1e15 }).map((units) => units / 100_000);
  fc.assert(fc.property(fc.oneof(cents, fc.double({ min: -10, max: 1e11, noNaN: true })), (given) => parseFixed5(given) === parseFixed5(String(given))), { numRuns: 5000 });
});

test('plain and tidy texts are those that no normal form changes', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.string({ unit: fc.constantFrom('a', '中', ' ', '\u3000', '\ud800', 'é', '\u00a0', 'Ａ', '\ufeff', '~'), maxLength: 6 })), (given) => {
    if (isPlain(given)) expect(plain(given).toWellFormed()).toBe(given);
    if (isTidy(given)) expect(given.trim().toWellFormed()).toBe(given);
  }), { numRuns: 1000 });
});

test('the day in Beijing, whatever day was asked for before', () => {
  fc.assert(fc.property(fc.integer({ min: -1e12, max: 4e12 }), fc.integer({ min: -100_000_000, max: 100_000_000 }), (first, apart) => {
    for (const at of [first, first + apart]) expect(String(beijingDay(at))).toBe(new Date(at + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', ''));
  }));
});
