import { expect, test } from 'vitest';
import { duration, parseWindow } from '../../language/windows.ts';

const [M, H, D] = [60_000, 3_600_000, 86_400_000];

test.each<[string, string | undefined, number, number]>([
  ['15m', undefined, 15 * M, 0], ['24h', undefined, D, 0], ['25h', undefined, 25 * H, H], ['7d', undefined, 7 * D, H], ['30d', undefined, 30 * D, H], ['31d', undefined, 31 * D, D], ['7d', '1d', 7 * D, D], ['1h', '5m', H, 5 * M],
])('%s (resolution %s)', (text, resolution, ms, resolutionMs) => expect(parseWindow(text, resolution)).toEqual({ kind: 'sliding', ms, unit: '', resolutionMs, text }));

test.each(['day', 'month', 'year'])('calendar %s', (unit) => expect(parseWindow(`calendar ${unit}`, undefined)).toMatchObject({ kind: 'calendar', unit, text: `calendar ${unit}` }));

test.each([['', undefined], ['24', undefined], ['0h', undefined], ['1w', undefined], ['calendar week', undefined], [24, undefined], ['24h', '7h'], ['1h', '1d']])('%s with resolution %s is refused', (text, resolution) =>
  expect(parseWindow(text, resolution)).toMatch(/expected a length|resolution must/));

test('durations', () => expect(['10s', '5m', '2h', '3d', 'h', '1.5h'].map(duration)).toEqual([10_000, 5 * M, 2 * H, 3 * D, undefined, undefined]));
