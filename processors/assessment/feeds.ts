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
  /** The same feeds by feature and id: each event is heard, and spares to join the table's key. */
  readonly #known = new Map<string, Map<string, { key: string; feed: Feed }>>();
  /** Sum of unwatched time so far; under its own key. */
  readonly #gaps: StateTable<number>;
  #unwatched: number;

  constructor(feeds: StateTable<Feed>, gaps: StateTable<number>) {
    this.#table = feeds;
    this.#gaps = gaps;
    this.#unwatched = gaps.get('unwatched') ?? 0;
    for (const [key, feed] of feeds.entries()) this.#remember(key.slice(0, key.indexOf('|')), key, feed);
  }

  #remember(feature: string, key: string, feed: Feed): void {
    const feeds = this.#known.get(feature);
    if (feeds) feeds.set(feed.id, { key, feed });
    else this.#known.set(feature, new Map([[feed.id, { key, feed }]]));
  }

  heard(feature: Feature, id: string, arrival: number, origin: string, zone: string): void {
    const known = this.#known.get(feature.id)?.get(id);
    const key = known?.key ?? `${feature.id}|${id}`;
    const feed = known?.feed ?? { id, last: 0, unwatched: 0, origin, zone };
    feed.last = Math.max(arrival, feed.last);
    feed.unwatched = this.#unwatched;
    feed.origin = origin;
    feed.zone = zone;
    if (!known) this.#remember(feature.id, key, feed);
    this.#table.set(key, feed);
  }

  timePassed(from: number, to: number): void {
    if (from <= 0 || to - from <= UNWATCHED_MS) return;
    this.#unwatched += to - from;
    this.#gaps.set('unwatched', this.#unwatched);
  }

  /** Minutes beyond the expected gap, at least 0. */
  silence(feature: Feature, id: string, now: number): number {
    const feed = this.#known.get(feature.id)?.get(id)?.feed;
    if (!feed) return 0;
    const heardOf = now - feed.last - (this.#unwatched - feed.unwatched);
    return Math.max(0, heardOf / MINUTE - feature.expectedGapMinutes);
  }

  /** Feeds of one feature, in key order. */
  of(feature: Feature): Feed[] {
    const prefix = `${feature.id}|`;
    return [...this.#table.entries()].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, feed]) => feed);
  }
}
