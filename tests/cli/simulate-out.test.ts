import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { scoreRules } from '../../cli/score.ts';
import { formatOf, type OutOptions, writeTraffic } from '../../cli/simulate-out.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'fenghuo-out-'));
const options = (out: string, more: Partial<OutOptions> = {}): OutOptions => ({ out, seed: 3, rate: 2, start: Date.UTC(2026, 7, 3, 2), episodes: true, ...more });
vi.spyOn(process.stderr, 'write').mockReturnValue(true);

describe('the format', () => {
  test.each([['a/b.json', undefined, 'json'], ['b.ndjson', undefined, 'ndjson'], ['B.JSONL', undefined, 'ndjson'], ['-', 'json', 'json'], ['folder', 'csv', 'csv'], ['x.xml', undefined, 'xml'], ['x.json', 'ndjson', 'ndjson']] as const)('%s, --format %s: %s', (out, given, format) => {
    expect(formatOf(out, given)).toBe(format);
  });
  test.each([['-', undefined, /expected a name that ends in .json, .ndjson, .xml, .csv, or --format/i], ['x.txt', undefined, /cannot tell the format/], ['-', 'xml', /cannot go to standard output/], ['-', 'csv', /each type of document/]] as const)('%s, --format %s is refused', (out, given, message) => {
    expect(() => formatOf(out, given)).toThrow(message);
  });
});

describe('what is written', () => {
  const read = (path: string): [string, string][] => readdirSync(path).sort().map((name) => [name, readFileSync(join(path, name), 'utf8')]);

  test.each(['xml', 'csv'] as const)('a folder of %s is the same again, and replaces what was there', (format) => {
    const out = folder();
    writeTraffic(options(out, { format, seconds: 20 }));
    const first = read(out);
    expect(first.length).toBeGreaterThan(3);
    writeTraffic(options(out, { format, seconds: 20 }));
    expect(read(out)).toEqual(first);
  });

  test('at most so many documents, and a minute of traffic where nothing is said', () => {
    const file = join(folder(), 'traffic.ndjson');
    const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
    writeFileSync(file, 'of an earlier run\n');
    writeTraffic(options(file, { events: 17 }));
    expect(lines()).toHaveLength(17);
    writeTraffic(options(file));
    const times = lines().map((line) => (JSON.parse(line) as { appTime?: string }).appTime).filter((time) => time !== undefined);
    expect(lines().length).toBeGreaterThan(300);
    expect(times.every((time) => time >= '20260803093000' && time < '20260803100110')).toBe(true);
  });

  test('a place that cannot be written is named', () => {
    expect(() => writeTraffic(options(join(folder(), 'missing', 'traffic.json')))).toThrow(/--out .*traffic\.json cannot be written: ENOENT/);
  });
});

test('a rule that is not live is refused before anything runs', async () => {
  await expect(scoreRules({ seed: 1, days: 1, rate: 1, rules: ['transaction/nosuch'] })).rejects.toThrow(/no live rule transaction\/nosuch.*rules list/);
});
