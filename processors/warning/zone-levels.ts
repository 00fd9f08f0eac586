/** Level of a zone in one category (assessment/levels.ts): of each rule counts the worst grade that it has open there. */
import { type Alert, GRADES, type Level } from '../../schemas/risk/alert.ts';
import type { KeyedState, StateTable } from '../../streams/stage.ts';
import { Levels, saidOf } from '../assessment/levels.ts';
import type { Limits } from '../assessment/limits.ts';

/** How many alerts a rule has open in a zone by grade, blue … red. */
type Counts = [number, number, number, number];

export class ZoneLevels {
  /** Open alerts: where each is counted, `zone|category|rule` and the place of its grade. */
  readonly #open: StateTable<{ at: string; grade: number }>;
  readonly #counts: StateTable<Counts>;
  readonly #levels: Levels;

  constructor(state: KeyedState) {
    this.#open = state.table('zone-alerts');
    this.#counts = state.table('zone-rules');
    this.#levels = new Levels(state.table('zone-standings'));
  }

  /** Takes in a revision that is published, or no longer live. */
  revise(alert: Alert, now: number, limits: Limits): Level[] {
    const { zone, category, ruleId } = alert;
    const known = this.#open.get(alert.alertId);
    const counts = alert.score > 0 && alert.status === 'live';
    if (!known && !counts) return [];
    const at = `${zone}|${category}|${ruleId}`;
    if (known) this.#bump(known.at, known.grade, -1);
    const grade = GRADES.indexOf(alert.grade);
    if (counts) {
      this.#open.set(alert.alertId, { at, grade });
      this.#bump(at, grade, 1);
    } else this.#open.delete(alert.alertId);
    const worst = (this.#counts.get(at) ?? []).findLastIndex((count) => count > 0) + 1;
    const said = { ...saidOf(alert), weight: limits.zoneRuleWeight, score: worst / GRADES.length };
    return this.#levels.revise(`${zone}|${category}`, { subject: { type: 'zone', id: zone }, category, zone }, said, now, limits);
  }

  #bump(at: string, grade: number, by: number): void {
    const counts: Counts = [...(this.#counts.get(at) ?? [0, 0, 0, 0])];
    counts[grade] = (counts[grade] as number) + by;
    if (counts.some((count) => count > 0)) this.#counts.set(at, counts);
    else this.#counts.delete(at);
  }

  timePassed(now: number, limits: Limits): Level[] {
    return this.#levels.timePassed(now, limits);
  }
}
