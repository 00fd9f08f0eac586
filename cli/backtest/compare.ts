/** What two replays told, side by side. Pure. */
import { wholeRule } from '../../language/overrides.ts';
import { decode, encode } from '../../schemas/registry.ts';
import { type Alert, type Grade, GRADES, type VERDICTS } from '../../schemas/risk/alert.ts';

export type Verdict = (typeof VERDICTS)[number];
/** What officers said of an alert. A changed rule's alerts may have ids of their own: see `shared`. */
export type VerdictOf = (alert: { alertId: string; ruleId: string; subject: { type: string; id: string }; raisedAt: number }) => Verdict | undefined;

/** One alert that was raised in the range: its worst grade, and the newest revision of that grade, which names the most documents. */
export interface Told { alertId: string; ruleId: string; subject: { type: string; id: string }; raisedAt: number; grade: Grade; score: number; revision: Uint8Array | undefined }
export type Counts = Record<Grade, number>;

const DAY = 86_400_000;
/** Alerts of one rule on one subject that begin at most this far apart are the same case. */
export const SAME_CASE_MS = DAY;
/** Whole revisions kept for the examples of a side; of later ones only what is counted. */
const KEPT_REVISIONS = 20_000;

const rank = (grade: Grade): number => GRADES.indexOf(grade);
export const noCounts = (): Counts => ({ blue: 0, yellow: 0, orange: 0, red: 0 });

/** Gathers the alerts that a side raises from `from` to before `until`. */
export class Gathered {
  readonly alerts = new Map<string, Told>();
  readonly #from: number;
  readonly #until: number;
  readonly #rules: ReadonlySet<string>;

  constructor(from: number, until: number, rules: ReadonlySet<string>) {
    this.#from = from;
    this.#until = until;
    this.#rules = rules;
  }

  hear(alert: Alert): void {
    const known = this.alerts.get(alert.alertId);
    if (!known) {
      const { alertId, ruleId, subject, detectedAt, grade, score } = alert;
      if (alert.change !== 'raised' || detectedAt < this.#from || detectedAt >= this.#until || !this.#rules.has(ruleId)) return;
      this.alerts.set(alertId, { alertId, ruleId, subject, raisedAt: detectedAt, grade, score, revision: this.alerts.size < KEPT_REVISIONS ? encode('alert', alert) : undefined });
    } else if (rank(alert.grade) >= rank(known.grade) && (alert.change === 'escalated' || alert.change === 'updated')) {
      known.grade = alert.grade;
      known.score = Math.max(known.score, alert.score);
      if (known.revision) known.revision = encode('alert', alert);
    }
  }
}

export interface Pair { before: Told; after: Told }
export interface Difference { both: Pair[]; onlyBefore: Told[]; onlyAfter: Told[] }

/** Pairs the alerts of both sides, each with at most one, as many as can be: on a line the earliest possible partner is the right one. */
export function compare(before: Iterable<Told>, after: Iterable<Told>): Difference {
  const key = ({ ruleId, subject }: Told): string => `${wholeRule(ruleId)}|${subject.type}|${subject.id}`;
  const others = Map.groupBy(after, key);
  const difference: Difference = { both: [], onlyBefore: [], onlyAfter: [] };
  for (const [of, mine] of Map.groupBy(before, key)) {
    pair(mine, others.get(of) ?? [], difference);
    others.delete(of);
  }
  for (const rest of others.values()) difference.onlyAfter.push(...rest);
  return difference;
}

function pair(before: Told[], after: Told[], { both, onlyBefore, onlyAfter }: Difference): void {
  const byTime = (a: Told, b: Told): number => a.raisedAt - b.raisedAt;
  before.sort(byTime);
  after.sort(byTime);
  let next = 0;
  for (const one of before) {
    while (next < after.length && (after[next] as Told).raisedAt < one.raisedAt - SAME_CASE_MS) onlyAfter.push(after[next++] as Told);
    if (next < after.length && (after[next] as Told).raisedAt <= one.raisedAt + SAME_CASE_MS) both.push({ before: one, after: after[next++] as Told });
    else onlyBefore.push(one);
  }
  onlyAfter.push(...after.slice(next));
}

export function byGrade(alerts: Iterable<Told>): Counts {
  const counts = noCounts();
  for (const { grade } of alerts) counts[grade]++;
  return counts;
}

/** Days in Shanghai. */
export const dayOf = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);

/** Every day of the range, also those without an alert. */
export function byDay(alerts: Iterable<Told>, from: number, until: number): { day: string; counts: Counts }[] {
  const days = new Map<string, Counts>();
  for (let at = from; at < until; at += DAY) days.set(dayOf(at), noCounts());
  days.set(dayOf(until - 1), noCounts());
  for (const { raisedAt, grade } of alerts) {
    const counts = days.get(dayOf(raisedAt));
    if (counts) counts[grade]++;
  }
  return [...days].map(([day, counts]) => ({ day, counts }));
}

export interface Precision { confirmed: number; false: number; unclear: number; /** Of those that were confirmed or found false; null where none was. */ precision: number | null }

/** What was said of one side's alert holds for the other's of the same case. */
export function shared({ both }: Pick<Difference, 'both'>, verdictOf: VerdictOf): VerdictOf {
  const partners = new Map<object, Told>(both.flatMap(({ before, after }) => [[before, after], [after, before]]));
  return (alert) => {
    const partner = partners.get(alert);
    return verdictOf(alert) ?? (partner && verdictOf(partner));
  };
}

export function precisionOf(alerts: Iterable<Told>, verdictOf: VerdictOf): Precision {
  const counts = { confirmed: 0, false: 0, unclear: 0 };
  for (const alert of alerts) {
    const verdict = verdictOf(alert);
    if (verdict) counts[verdict]++;
  }
  const judged = counts.confirmed + counts.false;
  return { ...counts, precision: judged === 0 ? null : counts.confirmed / judged };
}

export type Kind = 'lost' | 'new' | 'regraded' | 'gone' | 'same' | 'told';
/** `before`: the grade of the other side's alert of the same case. */
export interface Telling { kind: Kind; alert: Alert; before: Grade | undefined; verdict: Verdict | undefined }

/** Of one side alone, the worst. */
export const worst = (alerts: readonly Told[], most: number, verdictOf: VerdictOf): Telling[] => shownOf(worstFirst(alerts.map((told) => ({ kind: 'told' as const, told, before: undefined, verdict: verdictOf(told) }))), most);

/** The most telling alerts: what differs before what does not, the kinds by turns, in each the worst first. `lost` is what officers had confirmed and the changed rule does not tell. */
export function telling({ both, onlyBefore, onlyAfter }: Difference, most: number, verdictOf: VerdictOf): Telling[] {
  const one = (kind: Kind, told: Told, before?: Grade) => ({ kind, told, before, verdict: verdictOf(told) });
  const differing = both.filter(({ before, after }) => before.grade !== after.grade);
  const gone = onlyBefore.map((told) => one(verdictOf(told) === 'confirmed' ? 'lost' : 'gone', told));
  const kinds = [
    gone.filter(({ kind }) => kind === 'lost'), onlyAfter.map((told) => one('new', told)), differing.map(({ before, after }) => one('regraded', after, before.grade)), gone.filter(({ kind }) => kind === 'gone'),
  ];
  const same = both.filter(({ before, after }) => before.grade === after.grade).map(({ after }) => one('same', after));
  return shownOf([...byTurns(kinds.map(worstFirst)), ...worstFirst(same)], most);
}

const shownOf = (found: readonly { kind: Kind; told: Told; before: Grade | undefined; verdict: Verdict | undefined }[], most: number): Telling[] =>
  found.slice(0, most).map(({ kind, told, before, verdict }) => ({ kind, alert: decode(told.revision as Uint8Array) as Alert, before, verdict }));

/** Those whose revision was kept; of one subject and rule the worst comes before any second one. */
function worstFirst<T extends { told: Told }>(tellings: T[]): T[] {
  const seen = new Set<string>();
  const [firsts, seconds]: [T[], T[]] = [[], []];
  for (const item of tellings.filter(({ told }) => told.revision !== undefined).sort((a, b) => b.told.score - a.told.score || a.told.raisedAt - b.told.raisedAt || (a.told.alertId < b.told.alertId ? -1 : 1))) {
    const key = `${item.told.ruleId}|${item.told.subject.type}|${item.told.subject.id}`;
    (seen.has(key) ? seconds : firsts).push(item);
    seen.add(key);
  }
  return [...firsts, ...seconds];
}

function byTurns<T>(lists: T[][]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
