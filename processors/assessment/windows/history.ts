/** How a count now compares with the same hour of earlier weeks: z = (x − median) / (1.4826 · max(MAD, madFloor · median, 1)), 0 where x exceeds the median by less than leastExcess. */
import type { Baseline } from '../../../schemas/risk/journal.ts';
import type { Feature } from '../../../language/ruleset.ts';
import { HOUR, hourOfWeek } from '../../../language/span.ts';
import type { TextReader, TextWriter } from './text.ts';
import type { Window } from './window.ts';

const WEEK_HOURS = 168;
/** Makes the MAD of a normal distribution its standard deviation. */
const NORMAL = 1.4826;

export interface Centre { median: number; mad: number; from: 'history' | 'baseline' }

const medianOf = (sorted: readonly number[]): number => {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

const ascending = (a: number, b: number): number => a - b;

export class Hours {
  /** Hour in which the subject was first seen: earlier hours are unknown, not empty. */
  #since = Number.MAX_SAFE_INTEGER;
  readonly #counts = new Map<number, number>();
  #cachedHour = -1;
  /** Of the hour before the cached one, and of that hour. */
  #before: Centre | undefined;
  #here: Centre | undefined;

  give(at: number, by: number, weeks: number): void {
    const hour = Math.floor(at / HOUR);
    if (hour < this.#since) this.#since = hour;
    const count = (this.#counts.get(hour) ?? 0) + by;
    if (count > 0) this.#counts.set(hour, count);
    else this.#counts.delete(hour);
    if (hour !== this.#cachedHour) this.#cachedHour = -1;
    if (this.#counts.size > (weeks + 2) * WEEK_HOURS) for (const old of this.#counts.keys()) if (old < hour - (weeks + 1) * WEEK_HOURS) this.#counts.delete(old);
  }

  /**
   * What is usual for the last hour, which lies in two hours of the clock: as much of each as the window covers, else every fall of the daily rhythm would look like a surge.
   * undefined = no history at all.
   */
  centre(feature: Feature, end: number, knownFrom: number, baseline: Baseline | undefined): Centre | undefined {
    const hour = Math.floor(end / HOUR);
    if (hour !== this.#cachedHour) {
      this.#cachedHour = hour;
      this.#before = this.#ofHour(hour - 1, feature, knownFrom, baseline);
      this.#here = this.#ofHour(hour, feature, knownFrom, baseline);
    }
    const [before, here] = [this.#before, this.#here];
    if (!before || !here) return here ?? before;
    const share = end / HOUR - hour;
    return { median: before.median + share * (here.median - before.median), mad: before.mad + share * (here.mad - before.mad), from: here.from };
  }

  /** The same hour of up to `weeks` earlier weeks; a baseline stands in until half of them are known. */
  #ofHour(hour: number, feature: Feature, knownFrom: number, baseline: Baseline | undefined): Centre | undefined {
    const known = Math.max(this.#since, Math.ceil(knownFrom / HOUR));
    const span = Math.max(1, Math.round(feature.window.ms / HOUR));
    const samples: number[] = [];
    for (let week = 1; week <= feature.weeks; week++) {
      const last = hour - week * WEEK_HOURS;
      if (last - span + 1 < known) break;
      let count = 0;
      for (let h = last - span + 1; h <= last; h++) count += this.#counts.get(h) ?? 0;
      samples.push(count);
    }
    return choose(samples, feature, baseline, hourOfWeek(hour * HOUR));
  }

  forget(): void {
    this.#cachedHour = -1;
  }

  write(out: TextWriter): void {
    out.number(this.#since);
    out.number(this.#counts.size);
    for (const [hour, count] of this.#counts) {
      out.number(hour);
      out.number(count);
    }
  }

  static read(from: TextReader): Hours {
    const hours = new Hours();
    hours.#since = from.number();
    for (let left = from.number(); left > 0; left--) hours.#counts.set(from.number(), from.number());
    return hours;
  }
}

function choose(samples: number[], feature: Feature, baseline: Baseline | undefined, hour: number): Centre | undefined {
  const median = baseline?.median[hour];
  if (median !== undefined && samples.length < feature.weeks / 2) return { median, mad: baseline?.mad[hour] ?? 0, from: 'baseline' };
  if (samples.length === 0) return undefined;
  samples.sort(ascending);
  const own = medianOf(samples);
  return { median: own, mad: medianOf(samples.map((s) => Math.abs(s - own)).sort(ascending)), from: 'history' };
}

export function robustZ(window: Window, centre: Centre, feature: Feature): number {
  const excess = window.value() - centre.median;
  if (excess > 0 && excess < feature.leastExcess) return 0;
  return excess / (NORMAL * Math.max(centre.mad, feature.madFloor * centre.median, 1));
}
