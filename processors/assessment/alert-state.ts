/** What is remembered of one rule's alert on one subject, while it is open and until its cooldown has passed. */
import { createHash } from 'node:crypto';
import type { Alert } from '../../schemas/risk/alert.ts';
import type { Source } from '../../streams/log.ts';
import type { Question } from './judge.ts';
import type { Plan } from './plans.ts';

export interface AlertState {
  /** The latest revision. A closing revision has score 0. */
  alert: Alert;
  open: boolean;
  /** 1 blue … 4 red; of a closed one, the last grade. */
  rank: number;
  /** Evaluations at or above the lowest band, and how many of them the latest revision told. */
  count: number;
  told: number;
  lastSeen: number;
  /** Event ids with their order keys, newest last. */
  seen: [eventId: string, orderKey: string][];
  /** Older events than `seen` were left out. */
  more: boolean;
  /** Of a per-event rule: the values of the latest graded event. */
  values: Record<string, number>;
  /** Stage times. */
  gradedAt: number;
  revisedAt: number;
  /** Since when the value has been below easeFactor × the grade's threshold; 0 = it is not. */
  below: number;
  checkAt: number;
  /** False after a withdrawal: what was taken back must not silence what comes next. */
  cools: boolean;
  /** A live revision was told: then its end is told as well, suppressed or not. */
  published?: boolean;
}

/** What made a judgement: an event, told by the journal record `source`, or time alone (eventId '', no source). */
export interface Moment { now: number; at: number; arrival: number; eventId: string; orderKey: string; origin: string; source?: Source }

export const alertKey = ({ plan, subject }: Pick<Question, 'plan' | 'subject'>): string => `${plan.key}${subject.backfill ? '~' : '|'}${subject.id}`;

/**
 * Derived from rule, subject, opening event and where the journal has it told (the opening time where time alone opened it): a replay gives the same id. The same event may open again what was closed or forgotten
 * since, when it is told anew; one record opens one alert of a key, so that is another alert, and no revision is ever told twice.
 */
export const alertIdOf = (key: string, { eventId, now, source }: Moment): string =>
  createHash('sha256').update(`${key}|${source ? `${eventId}|${source.partition}:${source.offset}` : now}`).digest('hex').slice(0, 32);

const CHECK_LEAST = 10_000;
const CHECK_MOST = 600_000;

/** When time alone may change an open alert: its window slides empty, it has been low for long enough, or growth waits for the cooldown. */
export function nextCheck(state: AlertState, plan: Plan, now: number): number {
  const { easeAfterMs, cooldownMs } = plan.rule;
  let at = state.below + easeAfterMs;
  if (plan.perEvent) at = state.gradedAt + easeAfterMs;
  else if (state.below === 0) at = now + Math.min(CHECK_MOST, Math.max(CHECK_LEAST, easeAfterMs / 4));
  if (state.count > state.told) at = Math.min(at, state.revisedAt + cooldownMs);
  return Math.max(at, now + 1);
}

/** Adds the event to the evidence, newest last. */
export function see(state: AlertState, moment: Moment, limit: number): void {
  state.count++;
  state.lastSeen = Math.max(state.lastSeen, moment.at);
  state.gradedAt = moment.now;
  if (moment.eventId === '' || state.seen.some(([id]) => id === moment.eventId)) return;
  state.seen.push([moment.eventId, moment.orderKey]);
  if (state.seen.length <= limit) return;
  state.seen.shift();
  state.more = true;
}
