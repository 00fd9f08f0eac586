/** Since when the log knows what a feature counts: a log's first record starts its history, a feature defined later starts with its rule set. */
import type { Feature, RuleSet } from '../../language/ruleset.ts';
import type { StateTable } from '../../streams/stage.ts';

interface Known { start: number; since: Record<string, number> | null }
const KEY = 'known';

export class History {
  readonly #table: StateTable<Known>;
  #known: Known | undefined;

  constructor(table: StateTable<Known>) {
    this.#table = table;
    this.#known = table.get(KEY);
  }

  /** `arrival` of the record in hand: that of the first one starts the history. */
  began(arrival: number): void {
    if (this.#known) return;
    this.#known = { start: arrival, since: null };
    this.#table.set(KEY, this.#known);
  }

  /** What the first rule set defines is as old as the log; what a later one adds is as old as its switch. */
  switched(ruleSet: RuleSet, now: number): void {
    const known = this.#known as Known;
    const since: Record<string, number> = {};
    for (const rule of ruleSet.rules) {
      for (const features of Object.values(rule.features)) {
        for (const { id } of features.values()) since[id] = known.since === null ? known.start : (known.since[id] ?? now);
      }
    }
    known.since = since;
    this.#table.set(KEY, known);
  }

  /** Records before are missing: nothing is known from before `now`. */
  lost(now: number): void {
    const known = this.#known as Known;
    known.start = Math.min(known.start, now - 1);
    known.since = Object.fromEntries(Object.keys(known.since ?? {}).map((id) => [id, now]));
    this.#table.set(KEY, known);
  }

  complete(feature: Feature): boolean {
    const since = this.#known?.since?.[feature.id];
    return since !== undefined && since <= (this.#known as Known).start;
  }

  knownFrom(feature: Feature): number {
    return this.complete(feature) ? Number.NEGATIVE_INFINITY : (this.#known?.since?.[feature.id] ?? Number.POSITIVE_INFINITY);
  }
}
