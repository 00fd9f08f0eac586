/** What has been released stays readable: bytes of every Avro release, documents of every wire release. And a change that nobody has frozen is told here. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AVRO, added } from '../../schemas/avro.ts';
import type { DocumentMessage } from '../../schemas/customs/messages.ts';
import { createRegistry, decode, encode, RECORD_TYPES, RELEASES, upToDate } from '../../schemas/registry.ts';
import frozenAvro from '../../schemas/released/avro.json' with { type: 'json' };
import { avroBreaks, pendingAvro, wireBreaks } from '../../schemas/releases.ts';
import { nextRelease } from '../../schemas/standards/next-release.ts';
import { FROZEN_WIRE, PRODUCTS } from '../../schemas/standards/wire.ts';
import { typeOf } from '../../schemas/strings.ts';
import { type Contract, read, type Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { documentsOf } from '../standards/arbitrary.ts';

const HOW = 'Freeze it: npx fenghuo standards --release, and commit schemas/released. docs/compatibility.md says what may change.';

describe('this source tree', () => {
  const next = nextRelease();
  test('changes nothing that has been released in a way that breaks it', () => expect(next.breaks, 'docs/compatibility.md says what may change and how').toEqual([]));
  test('has no Avro schema that is not frozen', () => expect(next.avro.map(({ type, version }) => `${type}.${version}`), `These schemas are new or have changed since their last release. ${HOW}`).toEqual([]));
  test('has no wire contract that is not frozen', () => expect(next.wire.map(({ type, version }) => `${type}.${version}`), `These contracts are new or have changed since their last release. ${HOW}`).toEqual([]));

  test('ids are places in the list, versions count up, and no type came from nowhere', () => {
    expect(frozenAvro.map(({ id }) => id)).toEqual(frozenAvro.map((_release, i) => i + 1));
    for (const list of [frozenAvro, FROZEN_WIRE] as { type: string; version: number }[][]) {
      const seen = new Map<string, number>();
      for (const { type, version } of list) {
        expect([type, version]).toEqual([type, (seen.get(type) ?? 0) + 1]);
        seen.set(type, version);
      }
    }
    expect(new Set(RELEASES.map(({ type }) => type))).toEqual(new Set(RECORD_TYPES));
  });
});

/** Any value of a schema, by avsc's own types. */
const anyOf = (schema: unknown): fc.Arbitrary<unknown> => fc.constant(undefined).map(() => typeOf(schema).random());

describe('bytes of every release', () => {
  test.each(RELEASES.map((release) => [`${release.type}.${release.version} (id ${release.id})`, release] as const))('%s are read into today’s shape', (_name, { id, type, schema }) => {
    const [old, today] = [typeOf(schema), typeOf(AVRO[type])];
    fc.assert(fc.property(anyOf(schema), (body) => {
      const bytes = Buffer.concat([Buffer.from([0, 0, 0, id >> 8, id & 255]), old.toBuffer(body)]);
      const read = decode(bytes);
      expect(today.isValid(read)).toBe(true);
      // Written anew under today's schema, they are the same record, under today's id.
      expect(decode(upToDate(bytes))).toEqual(read);
    }), { numRuns: 5 });
  });
});

describe('a field that is added', () => {
  const before = { type: 'record', name: 'Point', namespace: 'fenghuo', fields: [{ name: 'x', type: 'long' }, { name: 'parts', type: { type: 'array', items: { type: 'record', name: 'Part', fields: [{ name: 'id', type: 'string' }] } } }] };
  const grown = structuredClone(before);
  (grown.fields as unknown[]).push({ name: 'y', type: 'string', default: 'none' });
  ((grown.fields[1] as { type: { items: { fields: unknown[] } } }).type.items.fields).push({ name: 'weight', type: 'long', default: 7 });

  test('is read with its default from bytes that have none, in lines too', () => {
    const old = createRegistry([], ['point'], { point: before });
    const today = createRegistry(old.releases, ['point'], { point: grown });
    const bytes = old.encode('point', { x: 1, parts: [{ id: 'a' }] });
    const body = { x: 1, parts: [{ id: 'a', weight: 7 }], y: 'none' };
    expect(today.decode(bytes)).toEqual(body);
    expect(today.upToDate(bytes)).toEqual(today.encode('point', body));
    expect([bytes.readUInt32BE(1), today.encode('point', body).readUInt32BE(1)]).toEqual([1, 2]);
    expect(avroBreaks(before, grown)).toEqual([]);
  });

  test('gives a new version under a new id; the old id keeps its schema', () => {
    const frozen = [{ id: 1, type: 'point', version: 1, schema: before }, { id: 2, type: 'other', version: 1, schema: 'string' }];
    expect(pendingAvro(frozen, ['point', 'other', 'new'], { point: grown, other: 'string', new: 'long' }))
      .toEqual([{ id: 3, type: 'point', version: 2, schema: grown }, { id: 4, type: 'new', version: 1, schema: 'long' }]);
    expect(pendingAvro(frozen, ['point', 'other'], { point: before, other: 'string' })).toEqual([]);
  });

  test('is written with added(type, default)', () => expect(added('string', '')).toEqual({ added: 'string', default: '' }));

  type Fields = { name: string; type: unknown; default?: unknown }[];
  test.each<[string, (fields: Fields) => void, string]>([
    ['a field without a default', (fields) => void fields.push({ name: 'z', type: 'long' }), 'z: is new and has no default'],
    ['a field removed', (fields) => void fields.shift(), 'x: was field 1, and is gone'],
    ['a field moved', (fields) => void fields.reverse(), 'x: was field 1, and is moved'],
    ['a field retyped', (fields) => { fields[0] = { name: 'x', type: 'string' }; }, 'x: was "long", is "string"'],
    ['a line’s field retyped', (fields) => { fields[1] = { name: 'parts', type: { type: 'array', items: { type: 'record', name: 'Part', fields: [{ name: 'id', type: 'long' }] } } }; }, 'parts[].id: was "string"'],
  ])('%s is refused', (_name, change, why) => {
    const now = structuredClone(before);
    change(now.fields as Fields);
    expect(avroBreaks(before, now).join('\n')).toContain(why);
  });
});

describe('documents of every wire release', () => {
  const isMessage = (type: string): type is DocumentMessage => type in CONTRACTS;
  const takes = (type: string, document: Wire): boolean => (isMessage(type) ? read(CONTRACTS[type] as Contract<unknown>, document, undefined).ok : PRODUCTS.find(({ id }) => id === type)?.takes(document) === true);

  test.each(FROZEN_WIRE.map((release) => [`${release.type}.${release.version}`, release] as const))('%s are still taken', (_name, { type, schema, samples }) => {
    const valid = new Ajv2020({ strict: false, logger: false }).compile(schema as object);
    for (const sample of samples) expect([valid(sample), takes(type, sample)]).toEqual([true, true]);
    if (!isMessage(type)) return;
    fc.assert(fc.property(documentsOf(schema as Record<string, unknown>), (document) => {
      expect([valid(document), takes(type, document)]).toEqual([true, true]);
    }), { numRuns: 10 });
  });

  const before = {
    type: 'object', properties: { a: { type: 'string', maxLength: 60 }, n: { type: ['string', 'number'], minimum: 0, maximum: 10, pattern: '^(\\d+)$' }, items: { type: 'array', maxItems: 5, items: { $ref: '#/$defs/line' } } },
    required: ['a'], $defs: { line: { type: 'object', properties: { q: { enum: ['1', '2'] } }, required: [] } },
  };
  type Loose = { properties: Record<string, Record<string, unknown>>; required: string[]; $defs: { line: { properties: Record<string, Record<string, unknown>>; required: string[] } } };
  const changed = (change: (schema: Loose) => void): Loose => {
    const now = structuredClone(before) as unknown as Loose;
    change(now);
    return now;
  };

  test.each<[string, (schema: Loose) => void]>([
    ['a new field', (s) => { s.properties['b'] = { type: 'string' }; }], ['a longer text', (s) => { (s.properties['a'] as { maxLength: number }).maxLength = 90; }],
    ['a duty less', (s) => { s.required = []; }], ['one code more', (s) => { (s.$defs.line.properties['q'] as { enum: string[] }).enum.push('3'); }],
    ['a number that may be empty', (s) => { (s.properties['n'] as { pattern: string }).pattern = '^(\\d+)?$'; }],
  ])('%s is no break', (_name, change) => expect(wireBreaks(before, changed(change))).toEqual([]));

  test.each<[string, (schema: Loose) => void, string]>([
    ['a shorter text', (s) => { (s.properties['a'] as { maxLength: number }).maxLength = 50; }, 'document.a: maxLength was 60, is 50'],
    ['a new bound', (s) => { (s.properties['a'] as { minLength: number }).minLength = 1; }, 'document.a: minLength was open, is 1'],
    ['a field gone', (s) => { delete s.properties['a']; }, 'document.a: is gone'],
    ['a type less', (s) => { (s.properties['n'] as { type: unknown }).type = 'string'; }, 'no longer takes type number'],
    ['a code less', (s) => { (s.$defs.line.properties['q'] as { enum: string[] }).enum = ['1']; }, 'no longer takes enum 2'],
    ['a new duty', (s) => { s.required.push('n'); }, 'n became required'],
    ['a new duty of a line', (s) => { s.$defs.line.required.push('q'); }, 'q became required'],
    ['another pattern', (s) => { (s.properties['n'] as { pattern: string }).pattern = '^\\d$'; }, 'the pattern is another'],
    ['fewer lines', (s) => { (s.properties['items'] as { maxItems: number }).maxItems = 2; }, 'maxItems was 5, is 2'],
  ])('%s is refused', (_name, change, why) => expect(wireBreaks(before, changed(change)).join('\n')).toContain(why));
});

test('a record of today is written and read under the newest id', () => {
  const tick = { intake: 'i', time: 1 };
  const bytes = encode('tick', tick);
  expect(RELEASES[bytes.readUInt32BE(1) - 1]?.type).toBe('tick');
  expect([decode(bytes), upToDate(bytes)]).toEqual([tick, bytes]);
  expect(() => decode(Buffer.from([0, 0, 0, 255, 255]))).toThrow('known ids 1–');
});
