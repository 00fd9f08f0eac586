/** What a backtest says of two sides: pairs against every possible pairing, counts by day, precision, examples, plot. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byDay, compare, Gathered, precisionOf, SAME_CASE_MS, shared, telling, type Told, type Verdict, worst } from '../../cli/backtest/compare.ts';
import { plot } from '../../cli/backtest/plot.ts';
import type { Alert, Grade } from '../../schemas/risk/alert.ts';
import { anAlert } from '../gateway/doubles.ts';

const HOUR = 3_600_000;
const T0 = Date.parse('2026-11-05T00:00:00+08:00');
const alert = (over: Partial<Alert>): Alert => anAlert({ ruleId: 'transaction/split-orders', subject: { type: 'buyer', id: 'b' }, change: 'raised', ...over });

function gathered(alerts: Alert[], until = T0 + 72 * HOUR): Told[] {
  const side = new Gathered(T0, until, new Set(['transaction/split-orders']));
  for (const one of alerts) side.hear(one);
  return [...side.alerts.values()];
}
const told = (id: string, hours: number, grade: Grade = 'blue', score = 0.25, subject = 'b'): Told =>
  gathered([alert({ alertId: id, detectedAt: T0 + hours * HOUR, grade, score, subject: { type: 'buyer', id: subject } })])[0] as Told;

/** The most pairs that any assignment gives. */
function mostPairs(before: readonly number[], after: readonly number[]): number {
  if (before.length === 0) return 0;
  const [first, ...rest] = before as [number, ...number[]];
  return Math.max(mostPairs(rest, after), ...after.flatMap((at, i) => (Math.abs(at - first) <= SAME_CASE_MS ? [1 + mostPairs(rest, after.toSpliced(i, 1))] : [])));
}

describe('two sides', () => {
  test('are paired as often as can be, each alert once, none across rule or subject', () => {
    const hours = fc.array(fc.integer({ min: 0, max: 71 }), { maxLength: 5 });
    fc.assert(fc.property(hours, hours, (left, right) => {
      const before = left.map((h, i) => told(`o${i}`, h));
      const after = [...right.map((h, i) => told(`n${i}`, h)), told('other', 3, 'blue', 0.25, 'c')];
      const { both, onlyBefore, onlyAfter } = compare(before, after);
      expect(both.length).toBe(mostPairs(left.map((h) => T0 + h * HOUR), right.map((h) => T0 + h * HOUR)));
      expect([...both.map((p) => p.before.alertId), ...onlyBefore.map((t) => t.alertId)].sort()).toEqual(before.map((t) => t.alertId).sort());
      expect([...both.map((p) => p.after.alertId), ...onlyAfter.map((t) => t.alertId)].sort()).toEqual(after.map((t) => t.alertId).sort());
      for (const p of both) expect(Math.abs(p.before.raisedAt - p.after.raisedAt)).toBeLessThanOrEqual(SAME_CASE_MS);
    }), { numRuns: 200 });
  });

  test('count what was raised in the range, by its worst grade', () => {
    const alerts = gathered([
      alert({ alertId: 'early', detectedAt: T0 - 1 }), alert({ alertId: 'late', detectedAt: T0 + 72 * HOUR }), alert({ alertId: 'other', ruleId: 'transaction/over-limit', detectedAt: T0 }),
      alert({ alertId: 'a', detectedAt: T0, grade: 'blue' }), alert({ alertId: 'a', detectedAt: T0 + HOUR, grade: 'red', change: 'escalated' }), alert({ alertId: 'a', detectedAt: T0 + 2 * HOUR, grade: 'yellow', change: 'eased' }),
      alert({ alertId: 'unseen', detectedAt: T0 + HOUR, change: 'updated' }),
    ]);
    expect(alerts.map(({ alertId, grade, raisedAt }) => [alertId, grade, raisedAt])).toEqual([['a', 'red', T0]]);
    // A day begins at midnight in Shanghai; days without alerts are shown too.
    expect(byDay(alerts, T0, T0 + 72 * HOUR).map(({ day, counts }) => [day, counts.red])).toEqual([['2026-11-05', 1], ['2026-11-06', 0], ['2026-11-07', 0]]);
    expect(byDay(alerts, T0 + 30 * HOUR, T0 + 30 * HOUR + 1).map(({ day }) => day)).toEqual(['2026-11-06']);
  });
});

describe('verdicts', () => {
  const says = (verdicts: Record<string, Verdict>) => ({ alertId }: { alertId: string }) => verdicts[alertId];
  test('give precision of what was judged; none where nothing was', () => {
    const alerts = ['a', 'b', 'c', 'd'].map((id, i) => told(id, i));
    expect(precisionOf(alerts, says({ a: 'confirmed', b: 'confirmed', c: 'false', d: 'unclear' }))).toEqual({ confirmed: 2, false: 1, unclear: 1, precision: 2 / 3 });
    expect(precisionOf(alerts, says({})).precision).toBeNull();
  });

  test('hold for the other side of the same case', () => {
    const [before, after] = [[told('a', 1), told('b', 2, 'blue', 0.25, 'c')], [told('a-2', 2), told('d', 2, 'blue', 0.25, 'd')]];
    const verdictOf = shared(compare(before, after), says({ a: 'confirmed', b: 'false' }));
    expect([before, after].map((side) => side.map(verdictOf))).toEqual([['confirmed', 'false'], ['confirmed', undefined]]);
  });

  test('examples: a confirmed alert that is lost comes first, then what is new, regraded and gone by turns, the same last, of each the worst', () => {
    const subject = (s: string, grade: Grade, score: number, id = s) => told(id, 1, grade, score, s);
    const before = [subject('lost', 'blue', 0.3), subject('gone', 'red', 1), subject('regraded', 'blue', 0.25), subject('same', 'red', 1)];
    const after = [subject('new', 'yellow', 0.5), subject('newer', 'red', 1), subject('regraded', 'orange', 0.75, 'regraded-2'), subject('same', 'red', 1, 'same-2')];
    const examples = telling(compare(before, after), 10, says({ lost: 'confirmed' }));
    expect(examples.map(({ kind, alert }) => `${kind} ${alert.subject.id}`)).toEqual(['lost lost', 'new newer', 'regraded regraded', 'gone gone', 'new new', 'same same']);
    expect(examples[2]).toMatchObject({ before: 'blue', alert: { grade: 'orange', alertId: 'regraded-2' } });
    expect(telling(compare(before, after), 2, says({}))).toHaveLength(2);
    expect(worst([...after, told('new-again', 2, 'red', 1, 'newer')], 4, says({})).map(({ alert }) => alert.alertId)).toEqual(['newer', 'same-2', 'regraded-2', 'new']);
  });
});

test('the plot is whole by itself: a bar for each day, side and grade, names as text', () => {
  const days = byDay([told('a', 1, 'red'), told('b', 30, 'blue')], T0, T0 + 48 * HOUR);
  const svg = plot('<b> & "x"', [{ name: 'old', days }, { name: 'n<e>w', days }]);
  expect(svg.match(/<title>/g)).toHaveLength(4);
  expect(svg.match(/fill-opacity/g)).toHaveLength(2);
  expect(svg).toContain('n&#60;e&#62;w: 1 red 红');
  expect(svg).not.toMatch(/<b>|href|<script/);
});
