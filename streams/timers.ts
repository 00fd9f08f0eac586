/** Deadlines of keys in memory, by whole seconds: a deadline has passed when its second has. Derived from state, so nothing of it is stored. */
export const secondOf = (due: number): number => Math.ceil(due / 1000);

export class Timers {
  readonly #bySecond = new Map<number, Map<string, number>>();
  #cursor = Number.MAX_SAFE_INTEGER;

  set(key: string, due: number): void {
    const second = secondOf(due);
    let bucket = this.#bySecond.get(second);
    if (!bucket) this.#bySecond.set(second, (bucket = new Map()));
    bucket.set(key, due);
    if (second < this.#cursor) this.#cursor = second;
  }

  drop(key: string, due: number): void {
    const second = secondOf(due);
    const bucket = this.#bySecond.get(second);
    if (bucket?.delete(key) && bucket.size === 0) this.#bySecond.delete(second);
  }

  /** Takes out what has passed by `second`, in no order. A key that was given another deadline since is still among them: whoever asks knows the one that holds. */
  fire(second: number): [key: string, due: number][] {
    const fired: [string, number][] = [];
    if (this.#bySecond.size === 0 || this.#cursor > second) return fired;
    const seconds = second - this.#cursor > this.#bySecond.size ? [...this.#bySecond.keys()].filter((s) => s <= second) : range(this.#cursor, second);
    for (const at of seconds) {
      const bucket = this.#bySecond.get(at);
      if (!bucket) continue;
      for (const entry of bucket) fired.push(entry);
      this.#bySecond.delete(at);
    }
    this.#cursor = second + 1;
    return fired;
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
