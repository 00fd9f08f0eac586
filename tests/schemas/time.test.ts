import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beijingDay, parseBeijing } from '../../schemas/trade/time.ts';

test.each([
  ['20261120115900', Date.UTC(2026, 10, 20, 3, 59)], ['20240229000000', Date.UTC(2024, 1, 28, 16)], ['20261120115959123', Date.UTC(2026, 10, 20, 3, 59, 59, 123)],
  ['20261120', Date.UTC(2026, 10, 19, 16)], ['2026-11-20 11:59:00', Date.UTC(2026, 10, 20, 3, 59)], ['2026-11-20T11:59:00.500', Date.UTC(2026, 10, 20, 3, 59, 0, 500)], ['2026-11-20', Date.UTC(2026, 10, 19, 16)],
  ['20260230080000', undefined], ['20250229000000', undefined], ['19000229000000', undefined], ['20261301000000', undefined], ['20260100000000', undefined], ['20261120240000', undefined],
  ['20261120116000', undefined], ['2026112011590', undefined], ['202611201159001', undefined], ['2026112011590x', undefined], ['2026-11-20T03:59:00Z', Date.UTC(2026, 10, 20, 3, 59)], ['2026-11-20T11:59:00.000+08:00', Date.UTC(2026, 10, 20, 3, 59)], ['2026-11-19 22:59:00-0500', Date.UTC(2026, 10, 20, 3, 59)],
  ['2026/11/20 11:59:00', Date.UTC(2026, 10, 20, 3, 59)], ['2026-11/20', undefined], ['2026-11-20T11:59:00+15:00', undefined], ['2026-11-20T11:59:00+08:60', undefined], ['2026-11-20T11:59:00+8', undefined], ['2026-02-30', undefined], ['', undefined], ['00000000000000', undefined],
])('%s', (text, expected) => expect(parseBeijing(text)).toBe(expected));

test('every time of the calendar comes back as it was written', () => {
  const from = Date.UTC(2014, 0, 1);
  fc.assert(fc.property(fc.integer({ min: from, max: Date.UTC(2099, 0, 1) }), (at) => {
    const text = new Date(at + 8 * 3600_000).toISOString().replace(/[-T:.Z]/g, '');
    return parseBeijing(text) === at && beijingDay(at) === Number(text.slice(0, 8));
  }));
});
