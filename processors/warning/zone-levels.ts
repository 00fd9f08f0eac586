/**
 * Level of a zone in one category: R = 1 − Π(1 − w·s) over its rules, s by the worst grade that the rule has open there. Raised at once; lowered only
 * after R stayed below easeFactor × the grade's threshold for levelEaseMinutes.
 */
import { type Alert, GRADES, type Grade, type Level } from '../../schemas/risk/alert.ts';
import type { Category } from '../../schemas/risk/alert.ts';
import type { KeyedState, StateTable } from '../../streams/stage.ts';
import { Deadlines } from '../assessment/deadlines.ts';
import { gradeAt, rankOf, riskOf } from '../assessment/levels.ts';
import type { Limits } from '../assessment/limits.ts';

/** Where an open alert is counted. */
interface Place { zoneKey: string; rule: string; rank: number }
/** `rules`: open alerts by rule and grade (blue … red). `low`: since when the score has been low; 0 = it is not. */
interface Standing { zone: string; category: Category; grade: Grade | ''; low: number; rules: Record<string, [number, number, number, number]> }

export class ZoneLevels {
  readonly #open: StateTable<Place>;
  readonly #zones: StateTable<Standing>;
  readonly #deadlines = new Deadlines();

  constructor(state: KeyedState) {
    this.#open = state.table<Place>('open');
    this.#zones = state.table<Standing>('zones');
    for (const [key, standing] of this.#zones.entries()) if (standing.low > 0) this.#deadlines.add(standing.low, key);
  }

  /** Takes in a published revision; the level where its grade rose. */
  revise(alert: Alert, now: number, limits: Limits): Level | undefined {
    const key = `${alert.zone}|${alert.category}`;
    const standing = this.#zones.get(key) ?? { zone: alert.zone, category: alert.category, grade: '' as const, low: 0, rules: {} };
    this.#count(key, standing, alert);
    const score = scoreOf(standing, limits);
    const rank = rankOf(score, limits.levels);
    const held = GRADES.indexOf(standing.grade as Grade) + 1;
    let level: Level | undefined;
    if (rank > held) level = this.#change(standing, rank, score, now);
    else this.#trackLow(key, standing, score, held, now, limits);
    this.#store(key, standing);
    return level;
  }

  #count(key: string, standing: Standing, alert: Alert): void {
    const before = this.#open.get(alert.alertId);
    if (before) bump(standing, before, -1);
    if (alert.score === 0) return this.#open.delete(alert.alertId);
    const place: Place = { zoneKey: key, rule: alert.ruleId, rank: GRADES.indexOf(alert.grade) };
    bump(standing, place, 1);
    this.#open.set(alert.alertId, place);
  }

  #trackLow(key: string, standing: Standing, score: number, held: number, now: number, limits: Limits): void {
    if (held === 0 || score >= limits.easeFactor * (limits.levels[held - 1] as number)) standing.low = 0;
    else if (standing.low === 0) {
      standing.low = now;
      this.#deadlines.add(now, key);
    }
  }

  #change(standing: Standing, rank: number, score: number, now: number): Level {
    standing.grade = gradeAt(rank);
    standing.low = 0;
    return {
      subject: { type: 'zone', id: standing.zone }, category: standing.category, grade: standing.grade, score, reasons: Object.keys(standing.rules).sort(), zone: standing.zone, at: now,
    };
  }

  #store(key: string, standing: Standing): void {
    if (standing.grade === '' && Object.keys(standing.rules).length === 0) this.#zones.delete(key);
    else this.#zones.set(key, standing);
  }

  /** Levels that stayed low for long enough, in order of the time since which they are low. */
  timePassed(now: number, limits: Limits): Level[] {
    const levels: Level[] = [];
    for (let due = this.#deadlines.next(now - limits.levelEaseMs); due; due = this.#deadlines.next(now - limits.levelEaseMs)) {
      const standing = this.#zones.get(due.key);
      if (!standing || standing.low !== due.at) continue;
      const score = scoreOf(standing, limits);
      levels.push(this.#change(standing, rankOf(score, limits.levels), score, now));
      this.#store(due.key, standing);
    }
    return levels;
  }
}

function bump(standing: Standing, { rule, rank }: Place, by: number): void {
  const counts = standing.rules[rule] ?? [0, 0, 0, 0];
  counts[rank] = (counts[rank] as number) + by;
  if (counts.some((count) => count > 0)) standing.rules[rule] = counts;
  else delete standing.rules[rule];
}

/** In order of rule ids, so that the product's last digits do not hang on the order of arrival. */
function scoreOf(standing: Standing, limits: Limits): number {
  const rules = Object.keys(standing.rules).sort();
  return riskOf(rules.map((rule) => {
    const worst = (standing.rules[rule] as number[]).findLastIndex((count) => count > 0) + 1;
    return { weight: limits.zoneRuleWeight, score: worst / GRADES.length };
  }));
}
