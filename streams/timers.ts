/** Deadlines of keys, by whole seconds: a deadline has passed when its second has. */

/** The second of no deadline. */
export const NEVER = 0xffffffff;

export const secondOf = (due: number): number => Math.min(Math.max(Math.ceil(due / 1000), 0), NEVER);

export class Timers {
  readonly #bySecond = new Map<number, Set<string>>();
  #cursor = NEVER;

  set(key: string, second: number): void {
    if (second === NEVER) return;
    let bucket = this.#bySecond.get(second);
    if (!bucket) this.#bySecond.set(second, (bucket = new Set()));
    bucket.add(key);
    if (second < this.#cursor) this.#cursor = second;
  }

  drop(key: string, second: number): void {
    const bucket = this.#bySecond.get(second);
    if (bucket?.delete(key) && bucket.size === 0) this.#bySecond.delete(second);
  }

  /** Takes out what has passed by `second`. */
  fire(second: number): Set<string> {
    const fired = new Set<string>();
    if (this.#bySecond.size === 0 || this.#cursor > second) return fired;
    const seconds = second - this.#cursor > this.#bySecond.size ? [...this.#bySecond.keys()].filter((s) => s <= second) : range(this.#cursor, second);
    for (const at of seconds) {
      for (const key of this.#bySecond.get(at) ?? []) fired.add(key);
      this.#bySecond.delete(at);
    }
    this.#cursor = second + 1;
    return fired;
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
