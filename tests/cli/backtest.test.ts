/** The command over a recorded journal: what it compares, what it prints, and how it refuses. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fromOf, toOf, type BacktestOptions } from '../../cli/backtest.ts';
import { backtest } from '../../cli/backtest/run.ts';
import type { Report } from '../../cli/backtest/report.ts';
import { type CommandError, EXIT } from '../../cli/exit.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { changed, HOUR, record, SPLIT, START } from '../processors/recording.ts';

const root = mkdtempSync(join(tmpdir(), 'fenghuo-backtest-'));
const data = join(root, 'data');
const plotFile = join(root, 'plot.svg');
const until = START + 8 * HOUR;

beforeAll(async () => {
  const { pipeline, alerts } = await record(data, { hours: 8, partitions: 2 });
  // An officer first doubts each alert, then confirms most.
  for (const [i, alertId] of [...new Set(alerts.map((one) => one.split(' ')[1] as string))].entries()) {
    const said = { alertId, revision: 1, ruleId: SPLIT, ruleVersion: 3, category: 'transaction', grade: 'blue', status: 'live', zone: 'none', reason: 'seen', officer: 'ann', raisedAt: START } as const;
    await pipeline.journal({ type: 'verdict', key: alertId, body: { ...said, verdict: 'unclear', at: until } });
    await pipeline.journal({ type: 'verdict', key: alertId, body: { ...said, verdict: i % 4 === 0 ? 'false' : 'confirmed', at: until + 1 } });
  }
  await pipeline.stop();
  mkdirSync(join(root, 'looser'));
  writeFileSync(join(root, 'looser', 'mine.yaml'), changed(0.9, 4));
  mkdirSync(join(root, 'broken'));
  writeFileSync(join(root, 'broken', 'mine.yaml'), changed(2, 4));
  writeFileSync(join(root, 'same.yaml'), changed(1.2));
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => { vi.unstubAllEnvs(); vi.restoreAllMocks(); });

async function run(names: string[], over: Partial<BacktestOptions> = {}, folder = data): Promise<string> {
  vi.stubEnv('FENGHUO_DATA', folder);
  vi.stubEnv('NO_COLOR', '1');
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => { out += String(text); return true; });
  await backtest(names, { to: until, plot: false, examples: 10, lang: 'en', ...over });
  return out;
}
const json = async (...args: Parameters<typeof run>): Promise<Report> => JSON.parse(await run(args[0], { ...args[1], json: true }, args[2])) as Report;

describe('a changed folder against the set in force', () => {
  test('is tried over its own rules alone, with overlap, examples with documents and a plot in both languages', async () => {
    const made = await json([], { rules: join(root, 'looser'), plot: plotFile });
    expect(made.rules.map(({ id, version }) => [id, version])).toEqual([[SPLIT, 4]]);
    const { both, onlyBefore, onlyAfter } = made.overlap as NonNullable<Report['overlap']>;
    expect([both + onlyBefore, both + onlyAfter]).toEqual([made.before?.alerts, made.after.alerts]);
    expect(onlyAfter).toBeGreaterThan(0);
    expect(both).toBeGreaterThan(0);
    expect(made.examples[0]).toMatchObject({ kind: 'new', alert: { ruleId: SPLIT, ruleVersion: 4 } });
    expect(made.examples[0]?.alert.documents.length).toBeGreaterThan(0);
    expect(made.examples[0]?.alert.reason.zh).toContain('24小时内');
    expect(readFileSync(plotFile, 'utf8')).toMatch(/^<svg [\s\S]*2026-11-05[\s\S]*预警按日分级[\s\S]*<\/svg>\n$/);
  }, 30_000);

  test('counts what officers said in the journal, the newest word of each alert, for a changed rule by its case', async () => {
    const { before, after } = await json([], { rules: join(root, 'looser') });
    const { confirmed = 0, false: wrong = 0, precision } = before?.verdicts ?? {};
    expect([confirmed + wrong, precision]).toEqual([before?.alerts, confirmed / (before?.alerts as number)]);
    expect([wrong > 0, after.verdicts.confirmed > 0]).toEqual([true, true]);
  }, 30_000);

  test('in words', async () => {
    const out = await run([], { rules: join(root, 'looser', 'mine.yaml'), examples: 2, lang: 'zh' });
    expect(out).toMatch(/旧: rule set second, in force\n新: .*mine\.yaml\n/);
    expect(out).toMatch(/transaction\/split-orders v4 +旧/);
    expect(out).toMatch(/最具代表性 \(2\):\n.*仅新.*\n.*24小时内.*\n.*单证: \d/);
  }, 30_000);
});

describe('against', () => {
  test('an earlier version by number, by the name of its rule set, and what was recorded', async () => {
    const [number, name, recorded, alone] = [await json(['split-orders'], { against: '2' }), await json(['T6'], { against: 'first' }), await json([SPLIT], { against: 'recorded' }), await json(['transaction/split-*'])];
    expect([number.before?.name, name.before?.name, recorded.before?.name, alone.before]).toEqual(['version 2 (rule set first)', 'rule set first', 'recorded', undefined]);
    expect(number.before?.byGrade).toEqual(name.before?.byGrade);
    for (const made of [name, recorded, alone]) expect(made.after.byGrade).toEqual(number.after.byGrade);
    expect(alone.examples.every(({ kind }) => kind === 'told')).toBe(true);
    expect(alone.journal).toMatchObject({ cold: false, partitions: 2 });
  }, 30_000);
});

test('a later beginning says so, warms up, and counts from there only', async () => {
  const from = START + 2 * HOUR;
  const made = await json(['transaction'], { from, warm: HOUR });
  expect(made.journal).toMatchObject({ cold: true, warmSince: new Date(START + HOUR).toISOString() });
  expect(made.examples.length).toBeGreaterThan(0);
  expect(made.examples.every(({ alert }) => alert.detectedAt >= from && alert.category === 'transaction')).toBe(true);
  expect(await run(['transaction'], { from, warm: 0 })).toMatch(/The journal reaches back to .*; the replay begins .*, with empty windows and no open orders\. These rules look back \d+ h:/);
}, 30_000);

describe('refusals', () => {
  test.each<[string, string[], Partial<BacktestOptions>, number, RegExp]>([
    ['an unknown rule', ['split-order'], {}, EXIT.usage, /No rule is called split-order\. Did you mean `split-orders`\?.*rules list/],
    ['a glob that fits nothing', ['transaction/x*'], {}, EXIT.usage, /nothing fits it/],
    ['an empty range', ['T6'], { from: until + HOUR, to: until + 2 * HOUR }, EXIT.usage, /Nothing lies between 2026-11-05 09:00 \(Shanghai\) and .*The journal reaches from 2026-11-05 00:0\d.* to 2026-11-05 08:00/],
    ['a range before the journal', ['T6'], { from: START - 9 * HOUR, to: START - 8 * HOUR }, EXIT.usage, /Nothing lies between/],
    ['a folder that is not there', [], { rules: '/no/such' }, EXIT.usage, /--rules \/no\/such: no such file or folder/],
    ['files that change nothing', [], { rules: join(root, 'same.yaml') }, EXIT.usage, /changes nothing: its 1 file/],
    ['rules with a finding', [], { rules: join(root, 'broken') }, EXIT.refused, /2 finding\(s\), so nothing was replayed\. The first: transaction\/split-orders\.yaml:\d+ bands-overlap: /],
    ['a version that never was', ['T6'], { against: '99' }, EXIT.usage, /the log knows no such version of transaction\/split-orders\. It knows 3 in rule set second; 2 in rule set first\./],
  ])('%s', async (_what, names, over, code, said) => {
    const refused = await run(names, over).catch((error: CommandError) => error) as CommandError;
    expect(refused.message).toMatch(said);
    expect(refused.code).toBe(code);
  });

  test('no journal, and one that holds nothing', async () => {
    const empty = join(root, 'empty');
    await expect(run(['T6'], {}, empty)).rejects.toThrow(/There is no journal at .*log\.sqlite\. Expected the data folder of a Fenghuo that has run: set FENGHUO_DATA/);
    const log = new EmbeddedLog({ file: join(empty, 'log', 'log.sqlite'), now: () => START });
    await log.ensureTopics();
    await log.close();
    await expect(run(['T6'], {}, empty)).rejects.toThrow(/The log holds no rule set yet/);
  });
});

test('days are days in Shanghai, the last one whole', () => {
  expect([fromOf('2026-11-05'), toOf('2026-11-05')]).toEqual([START, START + 24 * HOUR]);
  expect([fromOf('2026-11-05T00:00:00Z'), toOf('2026-11-05T00:00:00Z')]).toEqual([START + 8 * HOUR, START + 8 * HOUR]);
  expect(() => fromOf('2026-13-45')).toThrow(/Expected an ISO time/);
});
