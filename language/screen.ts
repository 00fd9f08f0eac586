/**
 * Runs the gates that listen to an event. Indexed by event name; a gate or a measure that several features share is evaluated once per event (per line for
 * `each: line`). Gates read the view's own objects: an event costs no allocation but for what it gives.
 */
import type { SubjectType } from '../schemas/risk/signal.ts';
import type { FeatureDraft, Feed } from './features.ts';
import type { Expression, Scope } from './expressions.ts';
import type { ParameterSet } from './parameters.ts';
import { reasonOf } from './rule.ts';
import type { EventName, Feature, RuleSet } from './ruleset.ts';

/** An expression with its result for the event in hand. `round` tells whether the result is of this event. */
interface Slot {
  run: (variables: object) => unknown;
  round: number;
  result: unknown;
  error: string;
}

interface Emitter {
  feature: Feature;
  /** The place of the feature's subject type among those of the plan's emitters. */
  subject: number;
  ruleIds: string[];
  gates: Slot[];
  of: Slot | undefined;
  item: Slot | undefined;
  gives: number;
  /** A value of 0 is as good as none. */
  quietAtZero: boolean;
}

/** Emitters, and what subject types they are about: each subject is looked up once, not once an emitter. `ids`: of the event (or line) in hand. */
interface Emitters { all: Emitter[]; types: SubjectType[]; ids: (string | undefined)[] }

interface EventPlan {
  /** Of the event itself, and of each of its lines. */
  whole: Emitters;
  lines: Emitters;
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
      if (!plan) plans.set(feed.event, (plan = { whole: { all: [], types: [], ids: [] }, lines: { all: [], types: [], ids: [] }, variables: {} }));
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
    const { whole, lines } = plan;
    for (let t = 0; t < whole.types.length; t++) whole.ids[t] = view.subjects[whole.types[t] as SubjectType];
    for (let e = 0; e < whole.all.length; e++) emit(whole.all[e] as Emitter, whole.ids, plan, round, give, fail, failed);
    if (lines.all.length === 0) return;
    for (let i = 0; i < view.lines.length; i++) {
      plan.variables.line = view.lines[i];
      const own = view.lineSubjects[i];
      round++;
      for (let t = 0; t < lines.types.length; t++) lines.ids[t] = own?.[lines.types[t] as SubjectType] || view.subjects[lines.types[t] as SubjectType];
      for (let e = 0; e < lines.all.length; e++) emit(lines.all[e] as Emitter, lines.ids, plan, round, give, fail, failed);
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

function addEmitter({ all, types }: Emitters, feature: Feature, ruleId: string, feed: Feed, quietAtZero: boolean, slot: (expression: Expression) => Slot): void {
  const same = all.find((emitter) => emitter.feature.id === feature.id && emitter.gives === feed.gives);
  if (same) {
    if (!same.ruleIds.includes(ruleId)) same.ruleIds.push(ruleId);
    return;
  }
  if (!types.includes(feature.subjectType)) types.push(feature.subjectType);
  all.push({ feature, subject: types.indexOf(feature.subjectType), ruleIds: [ruleId], gates: feed.gates.map(slot), of: feed.of && slot(feed.of), item: feed.item && slot(feed.item), gives: feed.gives, quietAtZero });
}

function emit(
  emitter: Emitter,
  ids: readonly (string | undefined)[],
  plan: EventPlan,
  round: number,
  give: (type: SubjectType, id: string, feature: string, value: number, item: string) => void,
  fail: (ruleId: string, why: string, type: SubjectType, id: string) => void,
  failed: Set<string>,
): void {
  const { feature } = emitter;
  const subjectId = ids[emitter.subject];
  if (!subjectId) return;
  for (let g = 0; g < emitter.gates.length; g++) {
    const gate = emitter.gates[g] as Slot;
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
  give(feature.subjectType, subjectId, feature.id, value as number, item as string);
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
