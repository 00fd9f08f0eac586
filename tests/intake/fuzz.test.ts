/** Whatever comes: intake never throws, never fails by a fault of its own, and accounts for every document. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encode } from '../../schemas/registry.ts';
import { declaration, documentXml, messageXml, order, payment, take, waybill } from './fixtures.ts';

function accounted(body: unknown, form: 'json' | 'ndjson' | 'xml'): void {
  const { taken, rejected } = take(body, form);
  expect(taken.length + rejected.length).toBeGreaterThan(0);
  expect(rejected.filter((one) => one.code === 'INTERNAL')).toEqual([]);
  for (const one of taken) encode(one.type, one.body);
  for (const one of rejected) encode('dead-letter', one.deadLetter);
  const indexes = [...taken, ...rejected].map((one) => one.index).sort((a, b) => a - b);
  expect(indexes).toEqual(indexes.map((_, i) => i));
}
const documents = [order(), payment(), waybill(), declaration()];

test('any JSON value', () => fc.assert(fc.property(fc.json(), (text) => accounted(text, 'json')), { numRuns: 300 }));

test('any JSON value in any field of a document, under any name', () => {
  fc.assert(fc.property(fc.constantFrom(...documents), fc.nat(), fc.jsonValue(), fc.string(), (fields, place, value, extra) => {
    const names = Object.keys(fields);
    accounted([{ ...fields, [names[place % names.length] as string]: value, [extra]: value }], 'json');
  }), { numRuns: 500 });
});

test('any line', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => accounted({ ...order(), items: [value, { qty: value, price: 1, totalPrice: value }] }, 'json')), { numRuns: 200 });
});

test('nested messages with anything inside', () => {
  fc.assert(fc.property(fc.constantFrom('order', 'Payment', 'logistics', 'Inventory', 'orderReturn', 'CEB311Message', 'orderHead'), fc.jsonValue(), (name, value) => {
    accounted({ [name]: value, guid: value }, 'json');
    accounted({ [name]: { [`${name}Head`]: value, [`${name}List`]: value } }, 'json');
  }), { numRuns: 200 });
});

test('an XML message with bytes changed, cut or doubled', () => {
  const message = Buffer.from(messageXml(311, documentXml('Order', order(), 'ceb:'), 'ceb:'));
  fc.assert(fc.property(fc.nat(message.length - 1), fc.nat(200), fc.uint8Array({ maxLength: 8 }), (at, cut, bytes) => {
    accounted(Buffer.concat([message.subarray(0, at), bytes, message.subarray(at + cut)]), 'xml');
  }), { numRuns: 400 });
});

test('any bytes as any form', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('json' as const, 'ndjson' as const, 'xml' as const), (bytes, form) => accounted(bytes, form)), { numRuns: 300 });
});
