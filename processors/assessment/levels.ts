/** Level of a subject: R = 1 − Π(1 − w·s) over its open live alerts; one grade worse where rules of several categories meet on it within a day. */
import { type Alert, type Category, GRADES, type Grade, type Level } from '../../schemas/risk/alert.ts';
import type { StateTable } from '../../streams/stage.ts';
import type { Limits } from './limits.ts';
import { DAY } from './windows/span.ts';

interface Part { weight: number; score: number; category: Category; since: number }
interface Standing { zone: string; grade: Grade | ''; parts: Record<string, Part> }

export const riskOf = (parts: Iterable<{ weight: number; score: number }>): number => {
  let calm = 1;
  for (const { weight, score } of parts) calm *= 1 - weight * score;
  return 1 - calm;
};

/** 0 = below blue. */
export const rankOf = (score: number, levels: Limits['levels']): number => levels.filter((from) => score >= from).length;
export const gradeAt = (rank: number): Grade | '' => GRADES[rank - 1] ?? '';

export class SubjectLevels {
  readonly #table: StateTable<Standing>;

  constructor(table: StateTable<Standing>) {
    this.#table = table;
  }

  /** Takes in a revision of a live alert (score 0 = closed); the new level where its grade changed. */
  revise(alert: Alert, weight: number, now: number, limits: Limits): Level | undefined {
    const key = `${alert.subject.type}|${alert.subject.id}`;
    const standing = this.#table.get(key) ?? { zone: alert.zone, grade: '' as const, parts: {} };
    if (alert.score === 0) delete standing.parts[alert.ruleId];
    else standing.parts[alert.ruleId] = { weight, score: alert.score, category: alert.category, since: standing.parts[alert.ruleId]?.since ?? now };
    const reasons = Object.keys(standing.parts).sort();
    const parts = reasons.map((rule) => standing.parts[rule] as Part);
    const score = riskOf(parts);
    const grade = gradeAt(worsen(rankOf(score, limits.levels), parts, now, limits));
    const changed = grade !== standing.grade;
    standing.grade = grade;
    if (reasons.length === 0) this.#table.delete(key);
    else this.#table.set(key, standing);
    return changed ? { subject: alert.subject, category: '', grade, score, reasons, zone: standing.zone, at: now } : undefined;
  }
}

function worsen(rank: number, parts: readonly Part[], now: number, limits: Limits): number {
  const recent = parts.filter((part) => part.since > now - DAY);
  const meet = recent.length >= limits.escalateRules && new Set(recent.map((part) => part.category)).size >= limits.escalateCategories;
  return meet && rank > 0 ? Math.min(4, rank + 1) : rank;
}
