/** One signal entry: its contributions go into the windows, then each rule that reads one of them is judged once. */
import type { Feature, RuleSet } from '../../language/ruleset.ts';
import type { Contribution, Signal } from '../../schemas/risk/signal.ts';
import type { LogRecord, Source } from '../../streams/log.ts';
import type { Moment } from './alert-state.ts';
import type { Alerts, Around } from './alerts.ts';
import type { Feeds } from './feeds.ts';
import type { Judge, Question, Verdict } from './judge.ts';
import { isOfEvent, type Plan } from './plans.ts';
import type { Subject, WindowStore } from './windows/store.ts';
import { FIXED, toFixed5 } from './windows/totals.ts';

interface Parts { around: Around; ruleSet: RuleSet; windows: WindowStore; feeds: Feeds; judge: Judge; alerts: Alerts; count: (name: string) => void }
interface TakeBack { question: Question; moment: Moment }

export class EntryJudge {
  readonly around: Around;
  readonly #parts: Parts;
  #stamp = 0;
  /** Plans that the entry in hand touches: the first `#touches` of them. Emptying an array would give its room away. */
  readonly #touched: Plan[] = [];
  #touches = 0;
  /** Filled anew for each judgement: who keeps one takes a copy. */
  readonly #question: Question = { plan: undefined as unknown as Plan, subject: { id: '', backfill: false }, zone: '', at: 0, now: 0 };
  readonly #moment: Moment = { now: 0, at: 0, arrival: 0, eventId: '', orderKey: '', origin: '' };
  /** Values of kind value in the entry in hand, by feature: several where an event has lines. */
  readonly #lists = new Map<string, number[]>();
  readonly #own = new Map<string, number>();
  /** Judged when the whole record is applied: an amendment takes back and gives anew within one record. */
  #takeBacks: TakeBack[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.around = parts.around;
  }

  apply(entry: Signal, now: number, { arrival, source }: Pick<LogRecord, 'arrival' | 'source'>): void {
    const subject = { id: entry.subjectId, backfill: entry.origin === 'backfill' };
    this.#stamp++;
    this.#touches = 0;
    if (this.#lists.size > 0) this.#lists.clear();
    if (subject.backfill) this.#parts.windows.backfilled(arrival);
    for (const given of entry.contributions) {
      const feature = this.#parts.ruleSet.feature(given.feature);
      if (!feature) this.#parts.count('contribution_unknown');
      // Older data says nothing of whether its sender is heard of now.
      else if (feature.kind !== 'silence' || !subject.backfill) {
        this.#take(feature, given, entry, subject, arrival);
        this.#touch(given.feature, given.sign > 0);
      }
    }
    for (const sum of entry.sums) {
      const feature = this.#parts.ruleSet.feature(sum.feature);
      if (!feature) {
        this.#parts.count('contribution_unknown');
        continue;
      }
      if (feature.kind !== 'silence') this.#parts.windows.sum(feature, subject, sum);
      else if (subject.backfill) continue;
      else this.#parts.feeds.heard(feature, entry.subjectId, arrival, entry.origin, entry.zone || 'none');
      this.#touch(sum.feature, sum.n > 0 || (sum.n === 0 && sum.value > 0));
    }
    if (this.#touches > 0) this.#judgeTouched(entry, subject, now, arrival, source);
  }

  #judgeTouched(entry: Signal, subject: Subject, now: number, arrival: number, source: Source): void {
    const { at, eventId, orderKey, origin, zone } = entry;
    const moment = this.#moment;
    moment.now = now;
    moment.at = at;
    moment.arrival = arrival;
    moment.eventId = eventId;
    moment.orderKey = orderKey;
    moment.origin = origin;
    moment.source = source;
    const question = this.#question;
    question.subject = subject;
    question.zone = zone || 'none';
    question.at = at;
    question.now = now;
    for (let i = 0; i < this.#touches; i++) {
      const plan = this.#touched[i] as Plan;
      question.plan = plan;
      if (plan.takes) {
        if (entry.sums.length === 0) this.#parts.alerts.forget(question, eventId);
        this.#takeBacks.push({ question: { ...question }, moment: { ...moment } });
      }
      if (plan.gives) this.#judge(question, moment);
    }
  }

  #take(feature: Feature, given: Contribution, entry: Signal, subject: Subject, arrival: number): void {
    if (feature.kind === 'silence') return this.#parts.feeds.heard(feature, entry.subjectId, arrival, entry.origin, entry.zone || 'none');
    if (!isOfEvent(feature)) {
      this.#parts.windows.contribute(feature, subject, entry.at, entry.eventId, given);
      if (feature.kind === 'absence') this.#parts.windows.awaitHit(feature, subject, entry.zone || 'none', entry.origin);
      return;
    }
    if (given.sign < 0) return;
    const list = this.#lists.get(feature.id);
    if (list) list.push(given.value);
    else this.#lists.set(feature.id, [given.value]);
  }

  #touch(feature: string, gives: boolean): void {
    for (const plan of this.around.plans.of(feature)) {
      if (plan.stamp !== this.#stamp) {
        plan.stamp = this.#stamp;
        plan.gives = false;
        plan.takes = false;
        this.#touched[this.#touches++] = plan;
      }
      if (gives) plan.gives = true;
      else plan.takes = true;
    }
  }

  #judge(question: Question, moment: Moment): void {
    const { judge, alerts } = this.#parts;
    const verdict = question.plan.perEvent ? this.#worstLine(question) : judge.judge(question);
    alerts.settle(question, verdict, moment, this.around);
  }

  /** A per-event rule is judged on each line; the worst one counts. */
  #worstLine(question: Question): Verdict {
    const features = question.plan.own;
    let lines = 1;
    for (const { id, kind } of features) if (kind === 'value') lines = Math.max(lines, this.#lists.get(id)?.length ?? 0);
    let worst = this.#judgeLine(question, features, 0);
    let worstLine = 0;
    for (let line = 1; line < lines; line++) {
      const verdict = this.#judgeLine(question, features, line);
      if (!isWorse(verdict, worst)) continue;
      worst = verdict;
      worstLine = line;
    }
    // The plan must hold the worst line's values again, for the reason and the evidence.
    return worstLine === lines - 1 ? worst : this.#judgeLine(question, features, worstLine);
  }

  /** A value that is given once for the event holds for all its lines. */
  #judgeLine(question: Question, features: readonly Feature[], line: number): Verdict {
    for (const { id, kind } of features) {
      const list = this.#lists.get(id);
      if (list) this.#own.set(id, kind === 'value' ? (list[Math.min(line, list.length - 1)] as number) : overLines(kind, list));
      else this.#own.delete(id);
    }
    return this.#parts.judge.judge(question, this.#own);
  }

  settleTakeBacks(): void {
    if (this.#takeBacks.length === 0) return;
    const settled = this.#takeBacks;
    this.#takeBacks = [];
    for (const { question, moment } of settled) this.#parts.alerts.settleTakeBack(question, { ...moment, eventId: '' }, this.around);
  }

  /** Judges the subjects of which something did not come in time: that, too, no event tells of. */
  judgeAbsences(now: number, arrival: number): void {
    for (const { type, id, zone, origin } of this.#parts.windows.overdue(now)) {
      const subject: Subject = { id, backfill: false };
      const moment: Moment = { now, at: now, arrival, eventId: '', orderKey: '', origin };
      for (const plan of this.around.plans.all()) {
        if (plan.type !== type || !plan.awaits || plan.perEvent) continue;
        this.#judge({ plan, subject, zone, at: now, now }, moment);
        for (const [, feature] of plan.features) if (feature.kind === 'absence') this.#parts.windows.awaitHit(feature, subject, zone, origin);
      }
    }
  }

  /** Judges every known feed: silence is what no event tells of. */
  judgeSilence(now: number, arrival: number): void {
    for (const plan of this.around.plans.all()) {
      if (!plan.timed) continue;
      const feature = plan.features.find(([, f]) => f.kind === 'silence')?.[1] as Feature;
      for (const feed of this.#parts.feeds.of(feature)) {
        const moment: Moment = { now, at: now, arrival, eventId: '', orderKey: '', origin: feed.origin };
        this.#judge({ plan, subject: { id: feed.id, backfill: false }, zone: feed.zone, at: now, now }, moment);
      }
    }
  }
}

/** Sums as integers of 0.00001, like those of windows. */
function overLines(kind: Feature['kind'], list: readonly number[]): number {
  switch (kind) {
    case 'sum': return list.reduce((sum, value) => sum + toFixed5(value), 0) / FIXED;
    case 'max': return Math.max(...list);
    case 'min': return Math.min(...list);
    default: return list.length;
  }
}

/** Any grade is worse than none; what could not be judged is worse than what is fine: it must show in the tally. */
function isWorse(a: Verdict, b: Verdict): boolean {
  if (a.rank !== b.rank) return a.rank > b.rank;
  if (a.outcome !== b.outcome) return b.outcome === 'ok' && a.outcome !== 'ok';
  return (a.evaluation?.value ?? 0) > (b.evaluation?.value ?? 0);
}
