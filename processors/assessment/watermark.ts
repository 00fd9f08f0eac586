/** A stage's time: the least of its sources' last ticks, never going back. 0 until every source has ticked. */
export class Watermark {
  readonly #last: number[];
  time: number;

  /** `stored`: the stage's time, then the last tick of each source. */
  constructor(sources: number, stored: readonly number[] = []) {
    this.time = stored[0] ?? 0;
    this.#last = Array.from({ length: sources }, (_, i) => stored[i + 1] ?? 0);
  }

  /** True where the stage's time went on. */
  tick(source: number, time: number): boolean {
    if (source >= this.#last.length) throw new Error(`tick from source partition ${source}, but the topic has ${this.#last.length}: partition counts are fixed for the life of a topic version`);
    if (time > (this.#last[source] as number)) this.#last[source] = time;
    const least = Math.min(...this.#last);
    if (least <= this.time) return false;
    this.time = least;
    return true;
  }

  pack(): number[] {
    return [this.time, ...this.#last];
  }
}
