import avro from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { typeOf } from '../../schemas/strings.ts';

const schema = { type: 'record', name: 'Pair', fields: [{ name: 'a', type: 'string' }, { name: 'b', type: 'string' }] };
const fast = typeOf(schema);
const plain = avro.Type.forSchema(schema as avro.Schema);
const texts = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom('', 'x'.repeat(63), 'x'.repeat(64), '键'.repeat(30)));

test('strings are the bytes that avsc writes, and come back', () => {
  fc.assert(fc.property(texts, texts, (a, b) => {
    const value = { a: a.toWellFormed(), b: b.toWellFormed() };
    const bytes = fast.toBuffer(value);
    expect(bytes.equals(plain.toBuffer(value))).toBe(true);
    expect(fast.fromBuffer(bytes)).toEqual(value);
  }), { numRuns: 2_000 });
});

test('a buffer that is too small says by how much, wherever it ends', () => {
  const value = { a: 'token-1', b: '键值' };
  const whole = plain.toBuffer(value).length;
  for (let size = 0; size < whole; size++) expect(fast.encode(value, Buffer.alloc(size), 0)).toBe(size - whole);
});

test('bytes cut short are refused', () => {
  const bytes = plain.toBuffer({ a: 'token-1', b: 'x' });
  for (let size = 0; size < bytes.length; size++) expect(() => fast.fromBuffer(bytes.subarray(0, size))).toThrow(/truncated/);
});
