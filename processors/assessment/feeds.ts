/**
 * When each feed was last heard. Silence is stage time since then beyond the expected gap; time in which the system itself did not run (no ticks for
 * minutes) is no silence of a sender and is not counted.
 */
import type { Feature } from '../../language/ruleset.ts';
import type { StateTable } from '../../streams/stage.ts';

const MINUTE = 60_000;
/** Intake ticks once a second: a longer gap between ticks means that nobody listened. */
const UNWATCHED_MS = 2 * MINUTE;

interface Feed { id: string; last: number; unwatched: number; origin: string; zone: string }

export class Feeds {
  readonly #table: StateTable<Feed>;
  /** Sum of unwatched time so far; under its own key. */
  readonly #gaps: StateTable<number>;

  constructor(feeds: StateTable<Feed>, gaps: StateTable<number>) {
    this.#table = feeds;
    this.#gaps = gaps;
  }

  heard(feature: Feature, id: string, arrival: number, origin: string, zone: string): void {
    const key = `${feature.id}|${id}`;
    const known = this.#table.get(key);
    this.#table.set(key, { id, last: Math.max(arrival, known?.last ?? 0), unwatched: this.#unwatched(), origin, zone });
  }

  #unwatched(): number {
    return this.#gaps.get('unwatched') ?? 0;
  }

  timePassed(from: number, to: number): void {
    if (from > 0 && to - from > UNWATCHED_MS) this.#gaps.set('unwatched', this.#unwatched() + to - from);
  }

  /** Minutes beyond the expected gap, at least 0. */
  silence(feature: Feature, id: string, now: number): number {
    const feed = this.#table.get(`${feature.id}|${id}`);
    if (!feed) return 0;
    const heardOf = now - feed.last - (this.#unwatched() - feed.unwatched);
    return Math.max(0, heardOf / MINUTE - feature.expectedGapMinutes);
  }

  /** Feeds of one feature, in key order. */
  of(feature: Feature): Feed[] {
    const prefix = `${feature.id}|`;
    return [...this.#table.entries()].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, feed]) => feed);
  }
}
