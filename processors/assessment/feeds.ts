/**
 * When each feed was last heard, and how long it is usually quiet. Silence is stage time since then beyond the expected gap: the stated one, or the feed's own where that is
 * longer. Time in which the system itself did not run (no ticks for minutes) is no silence of a sender and is not counted.
 */
import type { Feature } from '../../language/ruleset.ts';
import type { StateTable } from '../../streams/stage.ts';
import { addGap, newRhythm, type Rhythm, seen, usualQuiet } from './rhythm.ts';

const MINUTE = 60_000;
/** Intake ticks once a second: a longer gap between ticks means that nobody listened. */
const UNWATCHED_MS = 2 * MINUTE;

interface Feed { id: string; last: number; unwatched: number; origin: string; zone: string; rhythm?: Rhythm }

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
    if (feature.quantile > 0) this.#learn(feature, feed, arrival);
    feed.last = Math.max(arrival, feed.last);
    feed.unwatched = this.#unwatched;
    feed.origin = origin;
    feed.zone = zone;
    if (!known) this.#remember(feature.id, key, feed);
    this.#table.set(key, feed);
  }

  /** What lasted longer than expected was told as silence, and is no rhythm: it counts as what was expected, so that outages teach nothing and a feed that slows down still does. */
  #learn(feature: Feature, feed: Feed, arrival: number): void {
    feed.rhythm ??= newRhythm(arrival);
    if (feed.last === 0 || arrival <= feed.last) return;
    const gap = this.#quiet(feed, arrival);
    addGap(feed.rhythm, Math.min(gap, gap > feature.expectedGapMinutes * MINUTE ? (expected(feature, feed) ?? gap) : gap), arrival);
  }

  #quiet(feed: Feed, now: number): number {
    return Math.max(0, now - feed.last - (this.#unwatched - feed.unwatched));
  }

  timePassed(from: number, to: number): void {
    if (from <= 0 || to - from <= UNWATCHED_MS) return;
    this.#unwatched += to - from;
    this.#gaps.set('unwatched', this.#unwatched);
  }

  /** Minutes beyond the expected gap, at least 0; undefined where the feed is quiet and not known for long enough to say. */
  silence(feature: Feature, id: string, now: number): number | undefined {
    const feed = this.#known.get(feature.id)?.get(id)?.feed;
    if (!feed) return 0;
    const quiet = this.#quiet(feed, now);
    if (quiet <= feature.expectedGapMinutes * MINUTE) return 0;
    const gap = expected(feature, feed);
    return gap === undefined ? undefined : Math.max(0, quiet - gap) / MINUTE;
  }

  /** The expected gap that was learned, in words; '' where it is the stated one. */
  expectation(feature: Feature, id: string): string {
    const feed = this.#known.get(feature.id)?.get(id)?.feed;
    const gap = feed && expected(feature, feed);
    if (!feed?.rhythm || gap === undefined) return '';
    return `beyond ${(gap / MINUTE).toFixed(1)} min, learned from ${(seen(feed.rhythm) / 3_600_000).toFixed(1)} h of this feed`;
  }

  /** Feeds of one feature, in key order. */
  of(feature: Feature): Feed[] {
    const prefix = `${feature.id}|`;
    return [...this.#table.entries()].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, feed]) => feed);
  }
}

/** Up to so many times the stated gap a feed is busy. What sends less must have been seen for a day, its night included. */
const BUSY = 5;
const DAY = 86_400_000;

/** The expected gap, ms. A share of the time is known once so much time was seen that the gap fits into that share. */
function expected({ quantile, margin, expectedGapMinutes }: Feature, { rhythm }: Feed): number | undefined {
  const stated = expectedGapMinutes * MINUTE;
  if (quantile === 0) return stated;
  const own = rhythm ? margin * usualQuiet(rhythm, quantile) : Number.POSITIVE_INFINITY;
  const time = rhythm ? seen(rhythm) : 0;
  return own <= (1 - quantile) * time && (own <= BUSY * stated || time >= DAY) ? Math.max(stated, own) : undefined;
}
