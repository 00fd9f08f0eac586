/**
 * Runs the gates that listen to an event. Indexed by event name; a gate or a measure that several features share is evaluated once per event (per line for
 * `each: line`). Gates read the view's own objects: an event costs no allocation but for what it gives.
 */
import type { Contribution, SubjectType } from '../schemas/risk/signal.ts';
import type { FeatureDraft, Feed } from './features.ts';
import type { Expression, Scope } from './expressions.ts';
import type { ParameterSet } from './parameters.ts';
import { reasonOf } from './rule.ts';
import type { EventName, EventView, Feature, RuleSet } from './ruleset.ts';

/** An expression with its result for the event in hand. `round` tells whether the result is of this event. */
interface Slot {
  run: (variables: object) => unknown;
  round: number;
  result: unknown;
  error: string;
}

interface Emitter {
  feature: Feature;
  ruleIds: string[];
  gates: Slot[];
  of: Slot | undefined;
  item: Slot | undefined;
  gives: number;
  /** A value of 0 is as good as none. */
  quietAtZero: boolean;
}

interface EventPlan {
  /** Emitters of the event itself, and of each of its lines. */
  whole: Emitter[];
  lines: Emitter[];
  variables: Record<string, unknown>;
}

export interface Screened {
  ruleId: string;
  draft: FeatureDraft;
  features: Feature[];
}

/** Sums are exact integers of 0.00001 up to here. */
const LARGEST = 90_000_000_000;
/** Items are kept by the thousand. */
const LONGEST_ITEM = 256;

export function makeScreen(screened: readonly Screened[], quietAtZero: (feature: Feature) => boolean, parameters: ParameterSet, scope: Scope): RuleSet['screen'] {
  const plans = new Map<EventName, EventPlan>();
  const slots = new Map<string, Slot>();
  for (const { ruleId, draft, features } of screened) {
    for (const feed of draft.feeds) {
      let plan = plans.get(feed.event);
      if (!plan) plans.set(feed.event, (plan = { whole: [], lines: [], variables: {} }));
      for (const feature of features) addEmitter(draft.each ? plan.lines : plan.whole, feature, ruleId, feed, quietAtZero(feature), slotsOf(slots, feed.event, draft.each));
    }
  }
  let round = 0;
  const failed = new Set<string>();
  return (view, at, give, fail) => {
    const plan = plans.get(view.name);
    if (!plan) return;
    scope.at = at;
    plan.variables.parameters = parameters.snapshot(at);
    plan.variables.event = view.common;
    plan.variables[view.name] = view.fields;
    failed.clear();
    round++;
    for (const emitter of plan.whole) emit(emitter, plan, round, view, undefined, give, fail, failed);
    if (plan.lines.length === 0) return;
    for (let i = 0; i < view.lines.length; i++) {
      plan.variables.line = view.lines[i];
      round++;
      for (const emitter of plan.lines) emit(emitter, plan, round, view, view.lineSubjects[i], give, fail, failed);
    }
  };
}

const slotsOf =
  (slots: Map<string, Slot>, event: EventName, each: boolean) =>
  (expression: Expression): Slot => {
    const key = `${event}|${each}|${expression.source}`;
    let slot = slots.get(key);
    if (!slot) slots.set(key, (slot = { run: expression.run, round: 0, result: undefined, error: '' }));
    return slot;
  };

function addEmitter(emitters: Emitter[], feature: Feature, ruleId: string, feed: Feed, quietAtZero: boolean, slot: (expression: Expression) => Slot): void {
  const same = emitters.find((emitter) => emitter.feature.id === feature.id && emitter.gives === feed.gives);
  if (same) {
    if (!same.ruleIds.includes(ruleId)) same.ruleIds.push(ruleId);
    return;
  }
  emitters.push({ feature, ruleIds: [ruleId], gates: feed.gates.map(slot), of: feed.of && slot(feed.of), item: feed.item && slot(feed.item), gives: feed.gives, quietAtZero });
}

function emit(
  emitter: Emitter,
  plan: EventPlan,
  round: number,
  view: EventView,
  lineSubjects: EventView['subjects'] | undefined,
  give: (type: SubjectType, id: string, contribution: Contribution) => void,
  fail: (ruleId: string, why: string, type: SubjectType, id: string) => void,
  failed: Set<string>,
): void {
  const { feature } = emitter;
  const subjectId = lineSubjects?.[feature.subjectType] || view.subjects[feature.subjectType];
  if (!subjectId) return;
  for (const gate of emitter.gates) {
    const result = resultOf(gate, plan.variables, round);
    if (gate.error !== '') return failOnce(emitter, gate.error, subjectId, fail, failed);
    if (result !== true) return;
  }
  let value: unknown = emitter.gives;
  let item: unknown = '';
  if (emitter.of) {
    value = resultOf(emitter.of, plan.variables, round);
    if (emitter.of.error !== '') return failOnce(emitter, emitter.of.error, subjectId, fail, failed);
    if (value === 0 && emitter.quietAtZero) return;
    if (!(Math.abs(value as number) <= LARGEST)) return failOnce(emitter, `the measure is ${String(value)}, no number of at most ${LARGEST}`, subjectId, fail, failed);
  }
  if (emitter.item) {
    item = resultOf(emitter.item, plan.variables, round);
    if (emitter.item.error !== '') return failOnce(emitter, emitter.item.error, subjectId, fail, failed);
    // What has no name cannot be told apart: an unknown country is no country.
    if (item === '') return;
    if ((item as string).length > LONGEST_ITEM) return failOnce(emitter, `the item has ${(item as string).length} characters, expected at most ${LONGEST_ITEM}`, subjectId, fail, failed);
  }
  give(feature.subjectType, subjectId, { feature: feature.id, sign: 1, value: value as number, item: item as string });
}

function resultOf(slot: Slot, variables: object, round: number): unknown {
  if (slot.round === round) return slot.result;
  slot.round = round;
  slot.error = '';
  try {
    slot.result = slot.run(variables);
  } catch (error) {
    slot.result = undefined;
    slot.error = reasonOf(error);
  }
  return slot.result;
}

function failOnce(
  emitter: Emitter,
  why: string,
  subjectId: string,
  fail: (ruleId: string, why: string, type: SubjectType, id: string) => void,
  failed: Set<string>,
): void {
  for (const ruleId of emitter.ruleIds) {
    if (failed.has(ruleId)) continue;
    failed.add(ruleId);
    fail(ruleId, why, emitter.feature.subjectType, subjectId);
  }
}
