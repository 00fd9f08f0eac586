/** A rule as it is judged for one type of subject: its features in a fixed order and one map of values that is filled anew for each judgement. */
import type { Feature, Rule, RuleSet } from '../../language/ruleset.ts';
import type { SubjectType } from '../../schemas/risk/signal.ts';

export interface Plan {
  key: string;
  rule: Rule;
  type: SubjectType;
  features: [name: string, feature: Feature][];
  values: Map<string, number>;
  /** Those of the event in hand alone. */
  own: Feature[];
  /** Has such a feature: judged for each event, closed by time alone. */
  perEvent: boolean;
  /** Has a feature of kind silence: judged on ticks. */
  timed: boolean;
  /** Has a feature of kind absence: judged when something has not come in time. */
  awaits: boolean;
  /** Every window of this plan is as old as the log: nothing can be missing. */
  complete: boolean;
  /** Marks of the entry in hand. */
  stamp: number;
  gives: boolean;
  takes: boolean;
}

/** Looks at one event: its own number, or a count, sum or extreme over its lines. */
export const isOfEvent = ({ kind, window }: Feature): boolean => window.kind === 'event' && kind !== 'silence';

export class Plans {
  readonly #byFeature = new Map<string, Plan[]>();
  readonly #byKey = new Map<string, Plan>();

  /** `complete`: whether all that this feature counts is known since the log began. */
  constructor(ruleSet: RuleSet, complete: (feature: Feature) => boolean) {
    for (const rule of ruleSet.rules) {
      if (rule.status !== 'live' && rule.status !== 'shadow') continue;
      for (const type of rule.subjects) this.#add(rule, type, complete);
    }
  }

  #add(rule: Rule, type: SubjectType, complete: (feature: Feature) => boolean): void {
    const features = [...(rule.features[type] ?? [])];
    const has = (kind: Feature['kind']): boolean => features.some(([, feature]) => feature.kind === kind);
    const plan: Plan = {
      key: planKey(rule.id, type), rule, type, features, values: new Map(features.map(([name]) => [name, 0])), own: features.map(([, feature]) => feature).filter(isOfEvent), perEvent: features.some(([, feature]) => isOfEvent(feature)), timed: has('silence'), awaits: has('absence'),
      complete: features.every(([, feature]) => complete(feature)), stamp: 0, gives: false, takes: false,
    };
    this.#byKey.set(plan.key, plan);
    for (const id of new Set(features.map(([, feature]) => feature.id))) {
      const plans = this.#byFeature.get(id);
      if (plans) plans.push(plan);
      else this.#byFeature.set(id, [plan]);
    }
  }

  of(featureId: string): readonly Plan[] {
    return this.#byFeature.get(featureId) ?? [];
  }

  find(ruleId: string, type: SubjectType): Plan | undefined {
    return this.#byKey.get(planKey(ruleId, type));
  }

  all(): IterableIterator<Plan> {
    return this.#byKey.values();
  }
}

export const planKey = (ruleId: string, type: SubjectType): string => `${ruleId}|${type}`;
