/**
 * How well the rules found what was planted. Pure: episodes and alert revisions in, figures out, whatever order they come in.
 *  - An episode is caught when its rule has a live alert of at least the planted grade on one of its subjects, told within the episode's window: from its first
 *    document to its last, and the grace that the episode states. A revision that is held (a silent feed, a suppression) counts only once it is published.
 *  - A false alert is one alert, whatever its revisions, of a rule on a subject that belongs to no episode of that rule. A look-alike is no episode; what an episode says is also a case
 *    of another rule is neither planted nor false there.
 *  - Recall = caught / planted. Precision = caught / (caught + false alerts). Delay = from the episode's first document to the first such revision.
 */
import { type Alert, GRADES } from '../../schemas/risk/alert.ts';
import type { Planted } from '../traffic.ts';

export type Raised = Pick<Alert, 'alertId' | 'ruleId' | 'grade' | 'score' | 'status' | 'detectedAt' | 'subject'>;
/** A ratio is null where there is nothing to divide by, a delay where nothing was caught. */
export interface RuleScore { id: string; planted: number; caught: number; falseAlerts: number; recall: number | null; precision: number | null; medianDelaySeconds: number | null }

const nameOf = ({ type, id }: { type: string; id: string }): string => `${type}|${id}`;
const rank = (grade: Alert['grade']): number => GRADES.indexOf(grade);

/** `rules`: those to be scored, in this order. */
export function score(rules: readonly string[], planted: readonly Planted[], raised: readonly Raised[]): RuleScore[] {
  const live = Map.groupBy(raised.filter(({ status, score }) => status === 'live' && score > 0), ({ ruleId }) => ruleId);
  return rules.map((id) => ruleScore(id, planted, live.get(id) ?? []));
}

function ruleScore(id: string, planted: readonly Planted[], alerts: readonly Raised[]): RuleScore {
  const episodes = planted.filter(({ rule, lookAlike }) => rule === id && !lookAlike);
  const bySubject = Map.groupBy(alerts, ({ subject }) => nameOf(subject));
  const delays = episodes.flatMap((episode) => delayOf(episode, bySubject) ?? []).sort((a, b) => a - b);
  const known = new Set([...episodes.flatMap(({ subjects }) => subjects), ...planted.flatMap(({ also }) => also.filter(({ rule }) => rule === id).flatMap(({ subjects }) => subjects))].map(nameOf));
  const falseAlerts = new Set(alerts.filter(({ subject }) => !known.has(nameOf(subject))).map(({ alertId }) => alertId)).size;
  return {
    id, planted: episodes.length, caught: delays.length, falseAlerts, recall: ratio(delays.length, episodes.length), precision: ratio(delays.length, delays.length + falseAlerts), medianDelaySeconds: median(delays),
  };
}

/** Seconds until the episode was told; undefined = it was not. */
function delayOf({ subjects, grade, from, until }: Planted, bySubject: ReadonlyMap<string, readonly Raised[]>): number | undefined {
  const least = grade ? rank(grade) : 0;
  const times = subjects.flatMap((subject) => bySubject.get(nameOf(subject)) ?? []).filter((alert) => rank(alert.grade) >= least && alert.detectedAt >= from && alert.detectedAt <= until).map(({ detectedAt }) => detectedAt);
  return times.length === 0 ? undefined : (Math.min(...times) - from) / 1000;
}

const round = (x: number, digits: number): number => Math.round(x * 10 ** digits) / 10 ** digits;
const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : round(part / whole, 4));

function median(sorted: readonly number[]): number | null {
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return round(sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2, 3);
}
