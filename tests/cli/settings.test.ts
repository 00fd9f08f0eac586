import { expect, test } from 'vitest';
import { CommandError } from '../../cli/exit.ts';
import { readSettings } from '../../cli/settings.ts';
import { sinceOf } from '../../cli/alerts.ts';

test('defaults', () => expect(readSettings({})).toEqual({ data: 'data', host: '127.0.0.1', names: [], port: 8080, simulate: 20, rules: '', reference: '', logBytes: 3e9, storeBytes: 5e9 }));

test('what is set counts, what is empty does not', () => {
  expect(readSettings({ FENGHUO_DATA: '/d', FENGHUO_PORT: '9000', FENGHUO_SIMULATE: '0', FENGHUO_HOST: '' })).toMatchObject({ data: '/d', port: 9000, simulate: 0, host: '127.0.0.1' });
});

test('all problems are told together', () => {
  const bad = () => readSettings({ FENGHUO_PORT: '70000', FENGHUO_SIMULATE: 'many' });
  expect(bad).toThrow(CommandError);
  expect(bad).toThrow(/FENGHUO_PORT: expected a number from 1 to 65535, given '70000'[\s\S]*FENGHUO_SIMULATE: .*given 'many'/);
});

test.each(['80.5', '0', '-1', ' ', 'NaN', '1e9'])('FENGHUO_PORT=%j is refused', (port) => expect(() => readSettings({ FENGHUO_PORT: port })).toThrow('FENGHUO_PORT'));

const now = Date.UTC(2026, 10, 23, 12);
test.each([['15m', '2026-11-23T11:45:00.000Z'], ['2h', '2026-11-23T10:00:00.000Z'], ['3d', '2026-11-20T12:00:00.000Z'], ['2026-11-01T00:00:00+08:00', '2026-10-31T16:00:00.000Z']])(
  '--since %s is %s', (text, iso) => expect(sinceOf(text, now)).toBe(iso));
test('--since yesterday is refused', () => expect(() => sinceOf('yesterday')).toThrow('Expected an ISO time'));
