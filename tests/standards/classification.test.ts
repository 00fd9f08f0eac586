import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headings } from '../../gateway/publication.ts';
import { canFeedPrices, classify, digitsThatHold, type Goods } from '../../schemas/customs/classification.ts';

const { names } = headings();
const goods = (over: Partial<Goods> = {}): Goods => ({ mode: '9610', direction: 'E', zone: true, hs: '6109100000', value: 120, licence: false, inspection: false, exportDuty: false, refund: false, ...over });
const of = (over: Partial<Goods> = {}) => classify(goods(over), { retail: 5000, list: 4000 }, (heading) => names.get(heading));

test.each<[string, Partial<Goods>, number, string, string[]]>([
  ['retail in a zone', {}, 4, '6109', []],
  ['retail outside a zone', { zone: false }, 10, '6109100000', ['NOT_IN_ZONE']],
  ['retail with a licence', { licence: true }, 10, '6109100000', ['LICENCE']],
  ['retail with duty and refund', { exportDuty: true, refund: true }, 10, '6109100000', ['EXPORT_DUTY', 'REFUND']],
  ['retail under inspection', { inspection: true }, 4, '6109', []],
  ['retail at the limit', { value: 5000 }, 4, '6109', []],
  ['retail above the limit', { value: 5000.01 }, 10, '6109100000', ['OVER_LIMIT']],
  ['B2B at its own limit', { mode: '9710', value: 4000 }, 6, '610910', []],
  ['B2B above it', { mode: '9710', value: 4000.01 }, 10, '6109100000', ['OVER_LIMIT']],
  ['to an overseas warehouse under inspection', { mode: '9810', inspection: true }, 10, '6109100000', ['INSPECTION']],
  ['import', { direction: 'I', zone: false }, 10, '6109100000', ['NOT_EXPORT']],
  ['market procurement', { mode: '1039' }, 10, '6109100000', ['MODE']],
])('%s', (_name, over, digits, code, hindrances) => {
  const found = of(over);
  expect([found.digits, found.code, found.simplified, found.hindrances.map((one) => one.code)]).toEqual([digits, code, hindrances.length === 0, hindrances]);
  expect(found.name).toEqual({ en: 'T-shirts', zh: 'T恤衫' });
  for (const { en, zh } of found.hindrances) expect([en, zh].every((text) => text !== '')).toBe(true);
});

test('a code too short for what must be declared is told, and four digits feed no price index', () => {
  expect([of({ hs: '6109' }).incomplete, of({ hs: '6109', zone: false }).incomplete, of({ mode: '9710', hs: '6109' }).incomplete]).toEqual([false, true, true]);
  expect([of().forPrices, of({ mode: '9710' }).forPrices, of({ zone: false }).forPrices, of({ zone: false, hs: '6109' }).forPrices]).toEqual([false, true, true, false]);
  expect([digitsThatHold('6109100000', 'A'), digitsThatHold('6109100000', 'B'), digitsThatHold('610910', '')]).toEqual([4, 10, 6]);
});

describe('any goods', () => {
  const any: fc.Arbitrary<Goods> = fc.record({
    mode: fc.constantFrom('9610', '9710', '9810', '1210', '0110'), direction: fc.constantFrom('I' as const, 'E' as const), zone: fc.boolean(), hs: fc.stringMatching(/^\d{4,10}$/), value: fc.double({ min: 0, max: 20_000, noNaN: true }),
    licence: fc.boolean(), inspection: fc.boolean(), exportDuty: fc.boolean(), refund: fc.boolean(),
  });
  test('are simplified or say why not; a further hindrance never makes them simpler; the code is a beginning of the given one', () => {
    fc.assert(fc.property(any, fc.constantFrom('licence' as const, 'exportDuty' as const, 'refund' as const, 'inspection' as const), (given, flag) => {
      const found = classify(given, { retail: 5000, list: 4000 }, () => undefined);
      expect(found.simplified).toBe(found.hindrances.length === 0);
      expect(found.simplified).toBe(found.digits < 10);
      expect(given.hs.startsWith(found.code) && found.code.length <= found.digits).toBe(true);
      expect(found.forPrices).toBe(canFeedPrices(found.code.length));
      expect(classify({ ...given, [flag]: true }, { retail: 5000, list: 4000 }, () => undefined).digits).toBeGreaterThanOrEqual(found.digits);
    }));
  });
});
