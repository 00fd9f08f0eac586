/** Whoever dedupes by (alertId, revision) loses no revision: whatever is given, taken back, forgotten and given again by the same events, with clocks that leap. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assessment } from '../../processors/assessment/stage.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import type { LogRecord } from '../../streams/log.ts';
import { runStage } from '../stage-harness.ts';
import { artifactsOf, compileOf, control, entry, feature, MINUTE, rule, ruleSet, signals, T0, tick } from './rule-set.ts';

const spec = { cooldownMs: MINUTE, easeAfterMs: 2 * MINUTE };
const counted = rule({ ...spec, id: 'financial/burst', features: { n: feature('count', 'seller', 'n') }, bands: { blue: 1, red: 3 } });
const SETS = [
  ruleSet('A', [counted, rule({ ...spec, id: 'transaction/price', features: { gap: feature('value', 'seller', 'gap') }, bands: { blue: 0.2, red: 0.7 }, cooldownMs: 0 }),
    rule({ ...spec, id: 'technical/silence', features: { quiet: feature('silence', 'feed', 'quiet', { expectedGapMinutes: 5, quantile: 0 }) }, bands: { blue: 5 }, affectsFeed: false })]),
  ruleSet('B', [counted]),
];

type Move = { kind: 'give' | 'take' | 'heard' | 'rules'; event: number; value: number; wait: number; ahead: number; backfill: boolean };
const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom('give', 'give', 'take', 'take', 'heard', 'rules'), event: fc.integer({ min: 0, max: 1 }), value: fc.constantFrom(0.3, 0.8), wait: fc.constantFrom(0, 1, 1, 3, 12), ahead: fc.constantFrom(0, 0, 1, -2), backfill: fc.boolean(),
});

/** Time goes on minute by minute; records may have arrived a little before or after what the ticks tell. */
function recorded(moves: readonly Move[]): LogRecord[] {
  const records = [control('A'), tick(T0)];
  let now = T0;
  for (const { kind, event, value, wait, ahead, backfill } of moves) {
    for (let minute = 0; minute < wait; minute++) records.push(tick(now += MINUTE));
    const arrival = now + ahead * MINUTE;
    const give = [{ feature: 'n', sign: kind === 'take' ? -1 : 1 }, { feature: 'gap', value, sign: kind === 'take' ? -1 : 1 }];
    if (kind === 'rules') records.push(control(event === 0 ? 'A' : 'B', now));
    else if (kind === 'heard') records.push(signals(arrival, entry({ at: arrival, subjectType: 'feed', subjectId: 'f', eventId: `e${event}`, give: [{ feature: 'quiet' }] })));
    else records.push(signals(arrival, entry({ at: T0, eventId: `e${event}`, ...(backfill && { origin: 'backfill' }), give })));
  }
  return records;
}

test('no two revisions have the same id and number, each alert has the revisions 1 to n, and a restart gives the same', () => {
  let again = 0;
  fc.assert(fc.property(fc.array(move, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (moves, restoreEvery) => {
    const records = recorded(moves);
    const told = (options: object): Alert[] => runStage(assessment(compileOf(...SETS)), records, { partitions: { 'journal.v1': 1, 'signals.v1': 1, 'assessments.v1': 1 }, artifacts: artifactsOf('A', 'B'), ...options })
      .outputs.filter(({ type }) => type === 'alert').map(({ body }) => body as Alert);
    const alerts = told({});
    const lives = [...Map.groupBy(alerts, ({ alertId }) => alertId).values()];
    for (const life of lives) expect(life.map(({ revision }) => revision)).toEqual(life.map((_, i) => i + 1));
    expect(told({ restoreEvery })).toEqual(alerts);
    again += lives.length - new Set(lives.map(([opening]) => `${opening?.ruleId} ${opening?.origin} ${opening?.evidence.events.join()}`)).size;
  }), { numRuns: 300 });
  expect(again).toBeGreaterThan(10); // the same event opened more than once
});
