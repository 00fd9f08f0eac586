/**
 * The level of a subject, or of a zone in one category: R = 1 − Π(1 − w·s) over its rules, one grade worse where rules of several categories meet. An open alert counts in full; closed by
 * time it fades, halved each half-life; withdrawn it counts no more. A grade rises at once. It is left once R has stayed below easeFactor × its threshold for levelEaseMinutes.
 * Between revisions R only changes at known moments (a halving, the end of a meeting), so levels change exactly then, whenever the next record comes.
 */
import { explainLevel } from '../../language/explain-level.ts';
import { type Alert, type Category, GRADES, type Grade, type Level } from '../../schemas/risk/alert.ts';
import type { StateTable } from '../../streams/stage.ts';
import { Deadlines } from './deadlines.ts';
import type { Limits } from './limits.ts';

/** One rule. `score`: of what is open, 0 = nothing. `told`: when evidence came last, and `kept` what a withdrawal leaves of it. `closed`: when an alert of each grade was last closed by time, 0 = never. */
interface Part { category: Category; weight: number; score: number; told: number; kept: number; closed: [blue: number, yellow: number, orange: number, red: number] }
/** `at`: up to when it is settled. `low`: since when it has been too low for its grade, 0 = it is not. `checkAt`: no later than the next moment at which time changes it, 0 = never. */
export interface Standing { subject: Level['subject']; category: Category | ''; zone: string; grade: Grade | ''; parts: Record<string, Part>; at: number; low: number; checkAt: number }
export type About = Pick<Standing, 'subject' | 'category' | 'zone'>;
/** What a revision says of a rule: the score now open, the rank of what it closed by time (1 blue … 4 red, 0 = nothing), and whether it brought evidence. */
export interface Said { rule: string; category: Category; weight: number; score: number; closed: number; evidence: boolean }

/** How a revision ends or goes on. One that is no longer live (its rule went to shadow, or officers are not to be told) counts no more, as if it were withdrawn. */
export function saidOf({ ruleId: rule, category, score, change, grade, status }: Alert): Omit<Said, 'weight'> {
  if (status !== 'live') return { rule, category, score: 0, closed: 0, evidence: false };
  return { rule, category, score, closed: score === 0 && change !== 'withdrawn' ? rankOfGrade(grade) : 0, evidence: score > 0 && change !== 'eased' };
}

export const riskOf = (parts: Iterable<{ weight: number; score: number }>): number => {
  let calm = 1;
  for (const { weight, score } of parts) calm *= 1 - weight * score;
  return 1 - calm;
};

/** 0 = below blue. */
const rankOf = (score: number, levels: Limits['levels'], factor: number): number => levels.filter((from) => score >= factor * from).length;
const rankOfGrade = (grade: Grade | ''): number => GRADES.indexOf(grade as Grade) + 1;

export class Levels {
  readonly #table: StateTable<Standing>;
  readonly #deadlines = new Deadlines();

  constructor(table: StateTable<Standing>) {
    this.#table = table;
    for (const [key, { checkAt }] of table.entries()) if (checkAt > 0) this.#deadlines.add(checkAt, key);
  }

  /** The changes up to `now`, then the one that the revision made. */
  revise(key: string, about: About, said: Said, now: number, limits: Limits): Level[] {
    const known = this.#table.get(key);
    if (said.score === 0 && said.closed === 0 && !known?.parts[said.rule]) return [];
    const standing = known ?? { ...about, grade: '' as const, parts: {}, at: now, low: 0, checkAt: 0 };
    const levels = passTime(standing, now, limits);
    takeIn(standing, said);
    levels.push(...settle(standing, limits));
    this.#keep(key, standing, limits, false);
    return levels;
  }

  timePassed(now: number, limits: Limits): Level[] {
    const levels: Level[] = [];
    for (let due = this.#deadlines.next(now); due; due = this.#deadlines.next(now)) {
      const standing = this.#table.get(due.key);
      if (!standing || standing.checkAt !== due.at) continue;
      levels.push(...passTime(standing, due.at, limits));
      this.#keep(due.key, standing, limits, true);
    }
    return levels;
  }

  /** Outside of its own deadline a check is only ever set to an earlier time: a standing has one timer that counts, however often it is revised. */
  #keep(key: string, standing: Standing, limits: Limits, anew: boolean): void {
    if (standing.grade === '' && Object.keys(standing.parts).length === 0) return this.#table.delete(key);
    const at = nextMoment(standing, limits);
    if (anew || standing.checkAt === 0 || (at > 0 && at < standing.checkAt)) {
      standing.checkAt = at;
      if (at > 0) this.#deadlines.add(at, key);
    }
    this.#table.set(key, standing);
  }
}

/** Levels of the subjects of one assessment. */
export class SubjectLevels {
  readonly #levels: Levels;

  constructor(table: StateTable<Standing>) {
    this.#levels = new Levels(table);
  }

  /** Takes in a revision (score 0 = closed). */
  revise(alert: Alert, weight: number, now: number, limits: Limits): Level[] {
    const { subject, zone } = alert;
    return this.#levels.revise(`${subject.type}|${subject.id}`, { subject, category: '', zone }, { ...saidOf(alert), weight }, now, limits);
  }

  timePassed(now: number, limits: Limits): Level[] {
    return this.#levels.timePassed(now, limits);
  }
}

function takeIn({ parts, at }: Standing, { rule, category, weight, score, closed, evidence }: Said): void {
  const part = (parts[rule] ??= { category, weight, score: 0, told: 0, kept: 0, closed: [0, 0, 0, 0] });
  // Of a closed alert the weight stays: its rule may have been retired.
  if (score > 0) part.weight = weight;
  if (part.score === 0) part.kept = part.told;
  if (closed > 0) part.closed[closed - 1] = at;
  else if (score === 0) part.told = part.kept;
  if (evidence) part.told = at;
  part.score = score;
}

/** What is left of the closed alert of a grade: in whole halvings, so that anyone can reckon it. */
function leftOf(rank: number, closed: number, at: number, { levelHalfLifeMs, levelForgotten }: Limits): number {
  const left = closed === 0 ? 0 : rank / GRADES.length / 2 ** Math.floor((at - closed) / levelHalfLifeMs);
  return left < levelForgotten ? 0 : left;
}

const scoreAt = (part: Part, at: number, limits: Limits): number => part.closed.reduce((most, closed, i) => Math.max(most, leftOf(i + 1, closed, at, limits)), part.score);
const meets = ({ told }: Part, at: number, { escalateMs }: Limits): boolean => told > 0 && at < told + escalateMs;

function passTime(standing: Standing, now: number, limits: Limits): Level[] {
  const levels: Level[] = [];
  for (let at = nextMoment(standing, limits); at > 0 && at <= now; at = nextMoment(standing, limits)) {
    // Not back, where a parameter has become shorter.
    standing.at = Math.max(standing.at, at);
    levels.push(...settle(standing, limits));
  }
  // Records of other partitions may be a little older.
  standing.at = Math.max(standing.at, now);
  return levels;
}

/** The next moment at which time alone may change it; 0 = none. */
function nextMoment({ parts, low, at }: Standing, limits: Limits): number {
  let next = low > 0 ? low + limits.levelEaseMs : Infinity;
  for (const part of Object.values(parts)) {
    if (meets(part, at, limits)) next = Math.min(next, part.told + limits.escalateMs);
    for (let i = 0; i < part.closed.length; i++) {
      const closed = part.closed[i] as number;
      if (leftOf(i + 1, closed, at, limits) > 0) next = Math.min(next, closed + (Math.floor((at - closed) / limits.levelHalfLifeMs) + 1) * limits.levelHalfLifeMs);
    }
  }
  return next === Infinity ? 0 : next;
}

/** What is over is forgotten, and the grade follows. */
function settle(standing: Standing, limits: Limits): Level[] {
  const { at, parts } = standing;
  for (const [rule, part] of Object.entries(parts)) if (scoreAt(part, at, limits) === 0 && !meets(part, at, limits)) delete parts[rule];
  // In order of rule ids, so that the product's last digits do not hang on the order of arrival.
  const counted = Object.keys(parts).sort().map((rule) => ({ rule, weight: (parts[rule] as Part).weight, score: scoreAt(parts[rule] as Part, at, limits), open: (parts[rule] as Part).score > 0 }));
  const score = riskOf(counted);
  const escalated = meeting(standing, limits);
  const rankBy = (factor: number): number => worsen(rankOf(score, limits.levels, factor), escalated);
  const rank = rankBy(1);
  const held = rankOfGrade(standing.grade);
  if (rank <= held) {
    if (held === 0 || rankBy(limits.easeFactor) >= held) standing.low = 0;
    else standing.low ||= at;
    if (standing.low === 0 || at < standing.low + limits.levelEaseMs) return [];
  }
  const { subject, category, zone, grade: before } = standing;
  standing.grade = GRADES[rank - 1] ?? '';
  standing.low = 0;
  const level = { subject, category, grade: standing.grade, score, reasons: counted.map(({ rule }) => rule), zone, at, before, escalated: escalated && rank > 0, parts: counted };
  return [{ ...level, reason: explainLevel(level, limits) }];
}

/** Enough rules of enough categories within the time. A rule and its variants (`id@override`) are one. */
function meeting({ parts, at }: Standing, limits: Limits): boolean {
  const rules = new Map(Object.entries(parts).filter(([, part]) => meets(part, at, limits)).map(([rule, { category }]) => [rule.split('@')[0], category]));
  return rules.size >= limits.escalateRules && new Set(rules.values()).size >= limits.escalateCategories;
}

const worsen = (rank: number, escalated: boolean): number => (escalated && rank > 0 ? Math.min(GRADES.length, rank + 1) : rank);
