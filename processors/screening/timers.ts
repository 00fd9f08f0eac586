/** Deadlines of keys, fired in (deadline, key) order. Derived from state: rebuilt when a stage opens, so nothing of it is stored. */
export class Timers {
  readonly #bySecond = new Map<number, Map<string, number>>();
  #cursor = Number.MAX_SAFE_INTEGER;

  set(key: string, due: number): void {
    const second = Math.ceil(due / 1000);
    let bucket = this.#bySecond.get(second);
    if (!bucket) this.#bySecond.set(second, (bucket = new Map()));
    bucket.set(key, due);
    if (second < this.#cursor) this.#cursor = second;
  }

  /** Keys whose deadline is at or before `now`. A key that was given a later deadline since must be checked by the caller. */
  fire(now: number): [key: string, due: number][] {
    const fired: [string, number][] = [];
    const last = Math.floor(now / 1000);
    if (this.#bySecond.size === 0 || this.#cursor > last) return fired;
    const seconds = last - this.#cursor > this.#bySecond.size ? [...this.#bySecond.keys()].filter((s) => s <= last) : range(this.#cursor, last);
    for (const second of seconds) {
      const bucket = this.#bySecond.get(second);
      if (!bucket) continue;
      for (const entry of bucket) fired.push(entry);
      this.#bySecond.delete(second);
    }
    this.#cursor = last + 1;
    return fired.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
