/** The oracle: keeps everything and computes each feature anew from its definition. Slow and simple, so that windows can be compared with it. */
import type { ExampleRun, ExampleSignal, Judge } from '../../language/examples.ts';
import type { Feature, Rule } from '../../language/ruleset.ts';
import { absence, firstSeen, intervalCv, psi, sequence } from './naive-kinds.ts';
import type { Grade } from '../../schemas/risk/alert.ts';
import type { SubjectType } from '../../schemas/risk/signal.ts';

export interface Given { at: number; value: number; item: string }
const HOUR = 3_600_000;
const SHANGHAI = 8 * HOUR;
const alignDown = (at: number, width: number) => Math.floor((at + SHANGHAI) / width) * width - SHANGHAI;

/** First moment that a window ending at `end` counts. */
export function windowStart(feature: Feature, end: number): number {
  const { kind, ms, unit, resolutionMs } = feature.window;
  if (kind === 'calendar') {
    const local = new Date(end + SHANGHAI);
    const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
    return Date.UTC(year, unit === 'year' ? 0 : month, unit === 'day' ? day : 1) - SHANGHAI;
  }
  return resolutionMs === 0 ? end - ms + 1 : alignDown(end - ms, resolutionMs) + resolutionMs;
}

/** What is left of contributions after take-backs. */
export function kept(signals: readonly ExampleSignal[], feature: Feature, subjectId: string): Given[] {
  const given: Given[] = [];
  for (const signal of signals) {
    if (signal.subjectType !== feature.subjectType || signal.subjectId !== subjectId) continue;
    for (const c of signal.contributions) {
      if (c.feature !== feature.id) continue;
      const place = c.sign > 0 ? -1 : given.findIndex((g) => g.value === c.value && g.item === c.item);
      if (c.sign > 0) given.push({ at: signal.at, value: c.value, item: c.item });
      else if (place >= 0) given.splice(place, 1);
    }
  }
  return given;
}

/** The expected gap after these events, ms: learned from the gaps between them, of which each counts no longer than was expected then. undefined = not known yet. */
function expectedGap({ quantile, margin, expectedGapMinutes }: Feature, times: readonly number[]): number | undefined {
  const stated = expectedGapMinutes * 60_000;
  if (quantile === 0) return stated;
  const gaps: number[] = [];
  const now = (): number | undefined => {
    const all = gaps.reduce((sum, gap) => sum + gap, 0);
    let usual = 1000;
    while (gaps.reduce((sum, gap) => sum + Math.max(0, gap - usual), 0) > (1 - quantile) * all) usual *= Math.SQRT2;
    const own = margin * usual;
    return own <= (1 - quantile) * all && (own <= 5 * stated || all >= 24 * HOUR) ? Math.max(stated, own) : undefined;
  };
  for (const [i, at] of times.entries()) if (i > 0) gaps.push(Math.min(at - (times[i - 1] as number), now() ?? Number.POSITIVE_INFINITY));
  return now();
}

/** undefined where there is nothing to compare with (robustZ without history, silence before the first event). */
export function compute(feature: Feature, given: readonly Given[], end: number, baseline: { median: number; mad: number } | undefined): number | undefined {
  const from = windowStart(feature, end);
  const inside = given.filter((g) => g.at >= from && g.at <= end);
  const values = inside.map((g) => g.value);
  const sum = values.reduce((a, b) => a + b, 0);
  const sums = [...Map.groupBy(inside, (g) => g.item).values()].map((of) => of.reduce((a, g) => a + g.value, 0));
  const shares = sums.map((of) => of / sum);
  switch (feature.kind) {
    case 'count': return inside.length;
    case 'sum': return Math.round(sum * 100_000) / 100_000;
    case 'distinct': return new Set(inside.map((g) => g.item)).size;
    case 'avg': return values.length === 0 ? 0 : sum / values.length;
    case 'min': return values.length === 0 ? 0 : Math.min(...values);
    case 'stddev': return values.length === 0 ? 0 : Math.sqrt(values.reduce((a, v) => a + (v - sum / values.length) ** 2, 0) / values.length);
    case 'topSum': return Math.max(0, ...sums);
    case 'itemsOver': return sums.filter((of) => of >= feature.over).length;
    case 'intervalCv': return intervalCv(feature, given, end);
    case 'sequence': return sequence(feature, given, end);
    case 'absence': return absence(feature, given, end);
    case 'psi': return psi(feature, given, end);
    case 'firstSeen': case 'newShare': return firstSeen(feature, given, end);
    case 'max': return Math.max(0, ...values);
    case 'last': return inside.sort((a, b) => a.at - b.at).at(-1)?.value ?? 0;
    case 'topShare': return sum > 0 ? Math.max(...shares) : 0;
    case 'hhi': return sum > 0 ? shares.reduce((a, s) => a + s * s, 0) * 10_000 : 0;
    case 'percentile': return values.sort((a, b) => a - b)[Math.max(0, Math.ceil(feature.quantile * values.length) - 1)] ?? 0;
    case 'robustZ': return baseline && (inside.length > baseline.median && inside.length - baseline.median < feature.leastExcess) ? 0 : baseline && (inside.length - baseline.median) / (1.4826 * Math.max(baseline.mad, feature.madFloor * baseline.median, 1));
    case 'silence': {
      if (given.length === 0) return undefined;
      const gap = expectedGap(feature, given.map((g) => g.at).sort((a, b) => a - b));
      return gap === undefined ? undefined : Math.max(0, end - Math.max(...given.map((g) => g.at)) - gap) / 60_000;
    }
    case 'value': return values.length === 0 ? undefined : Math.max(...values);
  }
}

/** Kind value: the event's own number, the largest where several lines gave one. Of the last signal only. */
function ofEvent(signals: readonly ExampleSignal[], feature: Feature, subjectId: string): number | undefined {
  const last = signals.findLast((s) => s.subjectType === feature.subjectType && s.subjectId === subjectId);
  const values = (last?.contributions ?? []).filter((c) => c.feature === feature.id).map((c) => c.value);
  if (values.length === 0) return feature.kind === 'value' ? undefined : 0;
  switch (feature.kind) {
    case 'count': return values.length;
    case 'sum': return values.reduce((a, b) => a + b, 0);
    case 'min': return Math.min(...values);
    default: return Math.max(...values);
  }
}

function valuesOf(rule: Rule, type: SubjectType, id: string, { signals, baselines, until }: ExampleRun): Map<string, number> | undefined {
  const values = new Map<string, number>();
  for (const [name, feature] of rule.features[type] ?? []) {
    const baseline = baselines.find((b) => b.feature === feature.id && b.subjectId === id);
    const value = feature.window.kind === 'event' && feature.kind !== 'silence' ? ofEvent(signals, feature, id) : compute(feature, kept(signals, feature, id), until, baseline);
    if (value !== undefined) values.set(name, value);
    else if (feature.kind !== 'value') return undefined;
  }
  return values;
}

export const naiveJudge: Judge = (run) => {
  const grades = new Map<string, Grade | undefined>();
  for (const rule of run.ruleSet.rules) {
    for (const type of rule.subjects) {
      for (const id of new Set(run.signals.filter((s) => s.subjectType === type).map((s) => s.subjectId))) {
        const values = valuesOf(rule, type, id, run);
        if (values) grades.set(`${rule.id}|${type}|${id}`, rule.evaluate(values, { zone: 'none', at: run.until }).grade);
      }
    }
  }
  return grades;
};
