/** Lists that intake reads itself are read as of the event's own day, and change without a restart. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startOfDay } from '../../reference/days.ts';
import { createIntake, type Submission } from '../../processors/intake/intake.ts';
import { intakeTables } from '../../processors/intake/tables.ts';
import { createWords, datedWords, type Word } from '../../processors/intake/words.ts';
import type { Order } from '../../schemas/trade/order.ts';
import { beijing, CONFIG, order } from '../trade.ts';

const tables = intakeTables({
  'words.csv': '# version: 1, complete: true, source: t\nword,score,valid_from,valid_to\n面霜,0.7,2026-01-01,2026-06-30\n面霜,0.9,2026-07-01,\n',
  'sanctions.csv': '# version: 1, complete: true, source: t\nname,valid_from,valid_to\n测试甲,2026-01-01,2026-06-30\n',
  'customs-countries.csv': '# version: 1, complete: true, source: t\ncustoms_code,iso_alpha3\n116,XJP\n', 'customs-currencies.csv': 'x\n142,CNY\n', 'customs-units.csv': 'x\n011,件\n',
});
const submission = (at: number): Submission => ({ bytes: JSON.stringify([order({ appTime: beijing(at) })]), form: 'json', sender: 't', origin: 'live', backfill: '', allowReference: false, replayOf: '' });
const take = (intake: ReturnType<typeof createIntake>, day: string): unknown[] => {
  const at = startOfDay(day) + 3_600_000;
  const taken = intake.take(submission(at), at).taken[0]?.body as Order | undefined;
  return [taken?.lines[0]?.wordScore, taken?.buyer.nameScreen, taken?.lines[0]?.country];
};

test('words and sanctions as of the event’s day; other tables from the next submission on', () => {
  const intake = createIntake(CONFIG);
  expect(take(intake, '2026-03-01')).toEqual([0, 'not-checked', 'JPN']);
  intake.use(tables);
  expect(take(intake, '2025-12-31')).toEqual([0, 'miss', 'XJP']);
  expect(take(intake, '2026-06-30')).toEqual([0.7, 'hit', 'XJP']);
  expect(take(intake, '2026-07-01')).toEqual([0.9, 'miss', 'XJP']);
});

test('what a name like a listed one is worth hangs on the country that the list names and the papers tell', () => {
  const intake = createIntake(CONFIG);
  const score = (rows: string, papers: Record<string, unknown> = {}) => {
    intake.use(intakeTables({ 'sanctions.csv': `# version: 1, complete: true, source: t\nname,country,elsewhere\n${rows}\n` }));
    const sent = { ...submission(startOfDay('2026-03-01')), bytes: JSON.stringify([order({ buyerName: '测试甲', appTime: beijing(startOfDay('2026-03-01')), ...papers })]) };
    return (intake.take(sent, startOfDay('2026-03-01') + 60_000).taken[0]?.body as Order | undefined)?.buyer.nameScore;
  };
  expect(score('测试甲,ZAF MOZ,0.8')).toBe(0.8);
  expect(score('测试甲,ZAF CHN,0.8')).toBe(1);
  expect(score('测试甲,,0.8')).toBe(1);
  expect(score('测试甲,ZAF,')).toBe(1);
  expect(score('测试甲,ZAF,0.8', { buyerIdType: '4', buyerIdNumber: 'E12345678' }), 'a passport tells no country').toBe(1);
});

test('dated words find what a matcher of the words in force that day finds', () => {
  const word = fc.record({ word: fc.constantFrom('gun', 'air gun', '象牙', '牙'), score: fc.constantFrom(0.2, 0.5, 1), from: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }), to: fc.option(fc.integer({ min: 5, max: 14 }), { nil: undefined }) });
  fc.assert(fc.property(fc.array(word, { maxLength: 6 }), fc.array(fc.integer({ min: -1, max: 15 }), { maxLength: 10 }), (given, moments) => {
    const list = given as Word[];
    const moment = { at: 0 };
    const find = datedWords(list, moment);
    for (const at of moments) {
      moment.at = at;
      const standing = list.filter(({ from = -1e9, to = 1e9 }) => at >= from && at < to);
      expect(find('an air gun, 象牙').score).toBe(createWords(standing)('an air gun, 象牙').score);
    }
  }));
});
