/** One judgement: a rule's values for one subject at one moment, and what its bands say of them. */
import type { Evaluation, Feature } from '../../language/ruleset.ts';
import { GRADES } from '../../schemas/risk/alert.ts';
import type { Feeds } from './feeds.ts';
import { isOfEvent, type Plan } from './plans.ts';
import { coveredFrom } from '../../language/span.ts';
import type { Subject, WindowStore } from './windows/store.ts';

export interface Verdict {
  outcome: 'ok' | 'error' | 'warming';
  /** 0 = below the lowest band (or below the minimum support), 1 blue … 4 red. */
  rank: number;
  /** undefined where the outcome is warming. */
  evaluation: Evaluation | undefined;
  lowerBound: boolean;
}

export interface Question { plan: Plan; subject: Subject; zone: string; at: number; now: number }

const WARMING: Verdict = { outcome: 'warming', rank: 0, evaluation: undefined, lowerBound: false };

export class Judge {
  readonly #windows: WindowStore;
  readonly #feeds: Feeds;
  /** Stage time from which on a feature's records are known. */
  readonly #knownFrom: (feature: Feature) => number;

  constructor(windows: WindowStore, feeds: Feeds, knownFrom: (feature: Feature) => number) {
    this.#windows = windows;
    this.#feeds = feeds;
    this.#knownFrom = knownFrom;
  }

  /** Fills the plan's values, those of kind value from `own` by feature id (0 where this event has none), and evaluates them. */
  judge(question: Question, own?: ReadonlyMap<string, number>): Verdict {
    const { plan } = question;
    let lowerBound = false;
    for (let i = 0; i < plan.features.length; i++) {
      const [name, feature] = plan.features[i] as Plan['features'][number];
      const value = isOfEvent(feature) ? (own?.get(feature.id) ?? 0) : this.#value(question, feature);
      if (value === undefined) return WARMING;
      plan.values.set(name, value);
      if (plan.complete || this.#covered(question, feature)) continue;
      if (!feature.growsOnly || !plan.rule.growsOnly) return WARMING;
      lowerBound = true;
    }
    return this.evaluate(question, lowerBound);
  }

  /** Bands over the values that the plan holds. */
  evaluate({ plan, zone, at }: Question, lowerBound: boolean): Verdict {
    const { rule, values } = plan;
    const evaluation = rule.evaluate(values, { zone, at });
    if (evaluation.outcome === 'error') return { outcome: 'error', rank: 0, evaluation, lowerBound };
    const supported = !rule.support || (values.get(rule.support.feature) ?? 0) >= rule.support.min;
    const rank = supported && evaluation.grade ? GRADES.indexOf(evaluation.grade) + 1 : 0;
    if (lowerBound && rank === 0) return WARMING;
    return { outcome: 'ok', rank, evaluation, lowerBound };
  }

  #value({ subject, at, now }: Question, feature: Feature): number | undefined {
    if (feature.kind === 'silence') return this.#feeds.silence(feature, subject.id, now);
    if (feature.kind === 'robustZ') return this.#windows.z(feature, subject, at, this.#knownFrom(feature));
    return this.#windows.at(feature, subject, at)?.value() ?? 0;
  }

  #covered({ subject, at }: Question, feature: Feature): boolean {
    if (feature.window.kind === 'event') return true;
    const from = this.#windows.at(feature, subject, at)?.coveredFrom() ?? coveredFrom(feature.window, at);
    return this.#knownFrom(feature) <= from;
  }

  /** How the values differ from event-exact ones, for the evidence. */
  approximation({ plan, subject, at }: Question): string {
    const said = plan.features.map(([name, feature]) => {
      const text = feature.kind === 'silence' ? this.#feeds.expectation(feature, subject.id) : feature.window.kind === 'event' ? '' : this.#windows.at(feature, subject, at)?.approximation();
      return text ? `${name}: ${text}` : '';
    });
    return said.filter(Boolean).join('; ');
  }
}
