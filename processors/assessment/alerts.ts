/**
 * The life of alerts, one per rule and subject: raised → escalated (a worse grade at once) → updated (growth, once per cooldown) → eased (a lower
 * grade after the value stayed low) → closed by time (`eased`, score 0) or by a take-back (`withdrawn`, score 0). After a close by time an alert of the same
 * or a lower grade is suppressed until the cooldown has passed.
 */
import { type Alert, GRADES, type Grounds, NO_GROUNDS } from '../../schemas/risk/alert.ts';
import type { StateTable } from '../../streams/stage.ts';
import { alertIdOf, alertKey, type AlertState, type Moment, nextCheck, see } from './alert-state.ts';
import { Deadlines } from './deadlines.ts';
import type { Judge, Question, Verdict } from './judge.ts';
import type { Limits } from './limits.ts';
import { type Plan, planKey, type Plans } from './plans.ts';
import type { Suppressions } from './suppressions.ts';
import type { Tallies } from './tallies.ts';
import { BACKFILL_REST_MS } from './windows/store.ts';

export type Publish = (alert: Alert, plan: Plan | undefined, moment: Moment) => void;

/** In force with one rule set. */
export interface Around { ruleSet: string; plans: Plans; limits: Limits }

export class Alerts {
  readonly #table: StateTable<AlertState>;
  /** Subjects by plan that have a state: most have none, and need no key to be built and looked up. */
  readonly #subjects = new Map<string, Set<string>>();
  readonly #deadlines = new Deadlines();
  readonly #judge: Judge;
  readonly #tallies: Tallies;
  readonly #suppressions: Pick<Suppressions, 'holds'>;
  readonly #publish: Publish;

  constructor(table: StateTable<AlertState>, judge: Judge, tallies: Tallies, suppressions: Pick<Suppressions, 'holds'>, publish: Publish) {
    this.#table = table;
    this.#judge = judge;
    this.#tallies = tallies;
    this.#suppressions = suppressions;
    this.#publish = publish;
    for (const [key, state] of table.entries()) {
      this.#deadlines.add(state.checkAt, key);
      this.#note(state.alert);
    }
  }

  #note({ ruleId, subject }: Alert): void {
    const key = planKey(ruleId, subject.type);
    const subjects = this.#subjects.get(key);
    if (subjects) subjects.add(subject.id);
    else this.#subjects.set(key, new Set([subject.id]));
  }

  /** Live and backfill alerts of one subject share a place here. */
  #has({ plan, subject }: Question): boolean {
    return this.#subjects.get(plan.key)?.has(subject.id) === true;
  }

  /** After a judgement. `around` is what is in force. */
  settle(question: Question, verdict: Verdict, moment: Moment, around: Around): void {
    const { rule } = question.plan;
    this.#tallies.add(rule.id, 'evaluated');
    if (verdict.outcome !== 'ok') return this.#tallies.add(rule.id, verdict.outcome);
    const grade = GRADES[verdict.rank - 1];
    if (grade) this.#tallies.add(rule.id, grade);
    if (verdict.rank === 0 && !this.#has(question)) return;
    const key = alertKey(question);
    const state = this.#table.get(key);
    if (state?.open) this.#goOn(key, state, question, verdict, moment, around);
    else if (verdict.rank > 0) this.#raise(key, state, question, verdict, moment, around);
  }

  #raise(key: string, closed: AlertState | undefined, question: Question, verdict: Verdict, moment: Moment, around: Around): void {
    const { plan, subject, zone } = question;
    if (closed?.cools && verdict.rank <= closed.rank && moment.now < closed.revisedAt + plan.rule.cooldownMs) return this.#tallies.add(plan.rule.id, 'suppressed');
    const state: AlertState = {
      alert: { ...blank(plan, moment), alertId: alertIdOf(key, moment), revision: 0, subject: { type: plan.type, id: subject.id }, zone },
      open: true, rank: verdict.rank, count: 0, told: 0, lastSeen: moment.at, seen: [], more: false, values: {}, gradedAt: 0, revisedAt: 0, below: 0, checkAt: 0, cools: true,
    };
    this.#note(state.alert);
    this.#see(state, question, moment, around);
    this.#revise(key, state, 'raised', question, verdict, moment, around);
  }

  #goOn(key: string, state: AlertState, question: Question, verdict: Verdict, moment: Moment, around: Around): void {
    const { plan } = question;
    if (verdict.rank > 0) this.#see(state, question, moment, around);
    if (verdict.rank > state.rank) {
      state.rank = verdict.rank;
      return this.#revise(key, state, 'escalated', question, verdict, moment, around);
    }
    const wasBelow = state.below;
    this.#trackBelow(state, question, verdict, moment.now, around.limits);
    if (verdict.rank > 0 && moment.now >= state.revisedAt + plan.rule.cooldownMs) return this.#revise(key, state, 'updated', question, verdict, moment, around);
    if (verdict.rank === 0 && state.below === wasBelow) return;
    this.#plan(key, state, plan, moment.now, false);
  }

  #see(state: AlertState, { plan }: Question, moment: Moment, { limits }: Around): void {
    see(state, moment, limits.evidenceEvents);
    if (plan.perEvent) state.values = Object.fromEntries(plan.values);
  }

  #trackBelow(state: AlertState, { plan }: Question, verdict: Verdict, now: number, limits: Limits): void {
    if (plan.perEvent || !verdict.evaluation) return;
    const low = verdict.rank === 0 && verdict.evaluation.grade !== undefined; // too little support to be graded at all
    if (low || verdict.evaluation.value < limits.easeFactor * state.alert.evidence.threshold) state.below ||= now;
    else state.below = 0;
  }

  /** An event was taken back: it is evidence no more. `settleTakeBack` follows once the whole record has been applied. */
  forget(question: Question, eventId: string): void {
    const key = alertKey(question);
    const state = this.#table.get(key);
    if (!state?.open) return;
    state.seen = state.seen.filter(([id]) => id !== eventId);
    this.#table.set(key, state);
  }

  settleTakeBack(question: Question, moment: Moment, around: Around): void {
    const key = alertKey(question);
    const state = this.#table.get(key);
    if (!state?.open) return;
    const verdict = this.#again(state, question);
    if (verdict.outcome !== 'ok') return;
    const gone = question.plan.perEvent ? state.seen.length === 0 && !state.more : verdict.rank === 0;
    if (gone) return this.#close(key, state, 'withdrawn', question, verdict, moment, around);
    this.#trackBelow(state, question, verdict, moment.now, around.limits);
    this.#plan(key, state, question.plan, moment.now, false);
  }

  /** The present verdict; of a per-event rule that of its latest graded event. */
  #again(state: AlertState, question: Question): Verdict {
    if (!question.plan.perEvent) return this.#judge.judge(question);
    for (const [name, value] of Object.entries(state.values)) question.plan.values.set(name, value);
    return this.#judge.evaluate(question, state.alert.evidence.lowerBound);
  }

  /** All alerts that time may have changed, in (deadline, key) order. */
  timePassed(now: number, arrival: number, around: Around): void {
    for (let due = this.#deadlines.next(now); due; due = this.#deadlines.next(now)) {
      const state = this.#table.get(due.key);
      if (!state || state.checkAt !== due.at) continue;
      if (state.open) this.#check(due.key, state, { now, at: now, arrival, eventId: '', orderKey: '', origin: state.alert.origin }, around);
      else this.#forget(due.key, state.alert);
    }
  }

  #forget(key: string, { ruleId, subject, origin }: Alert): void {
    this.#table.delete(key);
    const plan = planKey(ruleId, subject.type);
    const other = `${plan}${origin === 'backfill' ? '|' : '~'}${subject.id}`;
    if (!this.#table.get(other)) this.#subjects.get(plan)?.delete(subject.id);
  }

  #check(key: string, state: AlertState, moment: Moment, around: Around): void {
    const { alert } = state;
    const plan = around.plans.find(alert.ruleId, alert.subject.type);
    if (!plan) return this.#retire(key, state, moment);
    const backfill = alert.origin === 'backfill';
    if (backfill && moment.now > state.revisedAt + BACKFILL_REST_MS) return this.#forget(key, alert);
    // A backfill's windows end where its own time stands: our clock would empty them.
    const question: Question = { plan, subject: { id: alert.subject.id, backfill }, zone: alert.zone, at: backfill ? state.lastSeen : moment.at, now: moment.now };
    const verdict = this.#again(state, question);
    if (verdict.outcome === 'ok') {
      this.#trackBelow(state, question, verdict, moment.now, around.limits);
      if (this.#ease(key, state, question, verdict, moment, around)) return;
      if (state.count > state.told && moment.now >= state.revisedAt + plan.rule.cooldownMs) return this.#revise(key, state, 'updated', question, verdict, moment, around);
    }
    this.#plan(key, state, plan, moment.now, true);
  }

  #ease(key: string, state: AlertState, question: Question, verdict: Verdict, moment: Moment, around: Around): boolean {
    const { plan } = question;
    const since = plan.perEvent ? state.gradedAt : state.below;
    if (since === 0 || moment.now < since + plan.rule.easeAfterMs) return false;
    if (plan.perEvent || verdict.rank === 0) this.#close(key, state, 'eased', question, verdict, moment, around);
    else {
      state.rank = verdict.rank;
      state.below = 0;
      this.#revise(key, state, 'eased', question, verdict, moment, around);
    }
    return true;
  }

  #close(key: string, state: AlertState, change: 'eased' | 'withdrawn', question: Question, verdict: Verdict, moment: Moment, around: Around): void {
    state.open = false;
    state.cools = change === 'eased';
    this.#revise(key, state, change, question, verdict, moment, around);
  }

  /** The rule is no longer in force: nothing can judge this alert any more. */
  #retire(key: string, state: AlertState, moment: Moment): void {
    state.alert = { ...state.alert, revision: state.alert.revision + 1, change: 'withdrawn', score: 0, detectedAt: moment.now, heldBy: state.alert.heldBy ?? '' };
    if (state.published && state.alert.status === 'held') state.alert = { ...state.alert, status: 'live', heldBy: '' };
    this.#forget(key, state.alert);
    this.#publish(state.alert, undefined, moment);
  }

  #revise(key: string, state: AlertState, change: Alert['change'], question: Question, verdict: Verdict, moment: Moment, around: Around): void {
    const { plan } = question;
    state.alert = { ...nextRevision(state, question, verdict, moment, this.#judge.approximation(question)), change, ruleSet: around.ruleSet };
    this.#hold(state, plan.rule, moment.now);
    state.told = state.count;
    state.revisedAt = moment.now;
    if (state.open) this.#plan(key, state, plan, moment.now, true);
    else {
      state.checkAt = moment.now + Math.max(1, plan.rule.cooldownMs);
      this.#deadlines.add(state.checkAt, key);
      this.#table.set(key, state);
    }
    this.#publish(state.alert, plan, moment);
  }

  /** Whether officers are told of the revision in hand. */
  #hold(state: AlertState, { id, status }: Plan['rule'], now: number): void {
    const { alert } = state;
    alert.heldBy = '';
    alert.status = status === 'live' ? 'live' : 'shadow';
    if (alert.origin === 'backfill') alert.heldBy = 'backfill';
    else if (alert.status === 'live' && (state.open || !state.published)) alert.heldBy = this.#suppressions.holds(alert, state.rank, now);
    if (alert.heldBy !== '') alert.status = 'held';
    if (alert.status === 'held' && alert.origin !== 'backfill') this.#tallies.add(id, 'suppressed');
    state.published ||= alert.status === 'live';
  }

  /** A suppression has ended: open alerts that nothing holds any more are told as they stand. */
  release(moment: Pick<Moment, 'now' | 'arrival'>, around: Around): void {
    const held = [...this.#table.entries()].filter(([, { open, alert }]) => open && alert.status === 'held' && alert.origin !== 'backfill').sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, state] of held) {
      const plan = around.plans.find(state.alert.ruleId, state.alert.subject.type);
      if (plan?.rule.status !== 'live' || this.#suppressions.holds(state.alert, state.rank, moment.now) !== '') continue;
      state.alert = { ...state.alert, revision: state.alert.revision + 1, change: state.published ? 'updated' : 'raised', status: 'live', heldBy: '', detectedAt: moment.now };
      state.published = true;
      this.#table.set(key, state);
      this.#publish(state.alert, plan, { now: moment.now, at: state.lastSeen, arrival: moment.arrival, eventId: '', orderKey: '', origin: state.alert.origin });
    }
  }

  /** Sets the next check; outside of a check only ever to an earlier time. */
  #plan(key: string, state: AlertState, plan: Plan, now: number, anew: boolean): void {
    const at = nextCheck(state, plan, now);
    if (anew || at < state.checkAt) {
      state.checkAt = at;
      this.#deadlines.add(at, key);
    }
    this.#table.set(key, state);
  }
}

function blank({ rule }: Plan, moment: Moment): Omit<Alert, 'alertId' | 'revision' | 'subject' | 'zone'> {
  return {
    change: 'raised', ruleId: rule.id, ruleVersion: rule.version, ruleSet: '', category: rule.category, grade: 'blue', score: 0, window: rule.windowText,
    eventTime: moment.at, detectedAt: moment.now, firstSeen: moment.at, lastSeen: moment.at, count: 0, documents: [], reason: { en: '', zh: '' },
    evidence: { values: {}, threshold: 0, events: [], lowerBound: false, approximation: '', tables: [], ...NO_GROUNDS }, action: rule.action, status: 'live', origin: moment.origin, heldBy: '', explanation: { en: '', zh: '' },
  };
}

const groundsOf = ({ evidence: { formula, formulas, parameters, bands, support } }: Alert): Grounds => ({ formula, formulas, parameters, bands, support });

function nextRevision(state: AlertState, question: Question, verdict: Verdict, moment: Moment, approximation: string): Alert {
  const { alert } = state;
  const { rule, values, perEvent } = question.plan;
  const evaluation = verdict.evaluation;
  const same = verdict.rank === state.rank;
  // A weaker event of a per-event rule adds to the count, but what the alert says stays what made its grade.
  const keep = !evaluation || (perEvent && !same);
  const documents = [...new Set(state.seen.map(([, orderKey]) => orderKey).filter((orderKey) => orderKey !== ''))];
  return {
    ...alert, revision: alert.revision + 1, ruleVersion: rule.version, grade: GRADES[state.rank - 1] ?? 'blue',
    score: state.open ? (same && evaluation ? evaluation.score : alert.score) : 0,
    eventTime: moment.eventId === '' ? state.lastSeen : moment.at, detectedAt: moment.now, lastSeen: state.lastSeen, count: state.count, documents,
    reason: keep ? alert.reason : rule.explain(values, evaluation, { type: question.plan.type, id: question.subject.id }),
    evidence: {
      values: keep ? alert.evidence.values : { ...Object.fromEntries(values), value: evaluation.value },
      // The threshold of the alert's own grade, by which it is eased.
      threshold: same && evaluation ? evaluation.threshold : alert.evidence.threshold,
      events: state.seen.map(([id]) => id), lowerBound: verdict.lowerBound, approximation, tables: [...rule.tables],
      ...(keep ? groundsOf(alert) : rule.grounds(question)),
    },
  };
}
