import { describe, expect, test } from 'vitest';
import { assessment } from '../../processors/assessment/stage.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import { runStage } from '../stage-harness.ts';
import { artifactsOf, compileOf, control, DAY, event, feature, HOUR, MINUTE, rule, ruleSet, sliding, T0, tick } from './rule-set.ts';

const unanswered = feature('absence', 'seller', 'unanswered', { window: sliding(DAY), reachMs: HOUR });
const set = ruleSet('set', [rule({ id: 'financial/phantom', features: { unanswered }, bands: { blue: 1, red: 2 } })]);
const asked = (at: number, id: string, item: string) => event(at, id, { give: [{ feature: 'unanswered', value: 1, item }] });
const answered = (at: number, id: string, item: string) => event(at, id, { give: [{ feature: 'unanswered', value: 2, item }] });
const ticks = (from: number, to: number) => Array.from({ length: (to - from) / MINUTE + 1 }, (_, i) => tick(from + i * MINUTE));

function alerts(records: Parameters<typeof runStage>[1], restoreEvery = 0): [change: string, grade: string, at: number][] {
  const { outputs } = runStage(assessment(compileOf(set)), records, { partitions: { 'journal.v1': 1, 'assessments.v1': 1 }, artifacts: artifactsOf('set'), restoreEvery });
  return outputs.filter((o) => o.type === 'alert').map(({ body }) => body as Alert).map(({ change, grade, detectedAt }) => [change, grade, (detectedAt - T0) / MINUTE]);
}

describe('what does not come is judged when its time is over, though no event tells of it', () => {
  const start = [tick(T0 - 1), control('set', T0 - 1)];
  test.each([0, 1, 7])('with a restart every %i records', (restoreEvery) => {
    const records = [...start, asked(T0, 'a', 'order 1'), asked(T0 + MINUTE, 'b', 'order 2'), ...ticks(T0 + 2 * MINUTE, T0 + 90 * MINUTE)];
    expect(alerts(records, restoreEvery).slice(0, 2)).toEqual([['raised', 'blue', 60], ['escalated', 'red', 61]]);
  });
  test('an answer in time is quiet, one that is late lowers what was found', () => {
    const records = [...start, asked(T0, 'a', 'order 1'), asked(T0 + MINUTE, 'b', 'order 2'), answered(T0 + 30 * MINUTE, 'c', 'order 1'), ...ticks(T0 + 31 * MINUTE, T0 + 90 * MINUTE)];
    expect(alerts(records).slice(0, 2)).toEqual([['raised', 'blue', 61]]);
    expect(alerts([...start, asked(T0, 'a', 'order 1'), answered(T0 + 60 * MINUTE, 'c', 'order 1'), ...ticks(T0 + 61 * MINUTE, T0 + 90 * MINUTE)])).toEqual([]);
  });
});
