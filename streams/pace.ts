/** Keeps what this process reads within seconds of each other while it catches up: who is ahead waits for who is behind. Who has nothing to read holds back nobody. */
export class Pace {
  readonly #aheadMs: number;
  /** By name: the record time that it has come to, of those that have more to read. */
  readonly #behind = new Map<string, number>();

  constructor(aheadMs: number) {
    this.#aheadMs = aheadMs;
  }

  /** `time` 0: not known yet. */
  at(name: string, time: number, more: boolean): void {
    if (more && time > 0) this.#behind.set(name, time);
    else this.#behind.delete(name);
  }

  isAhead(name: string, time: number): boolean {
    for (const [other, behind] of this.#behind) if (other !== name && behind + this.#aheadMs < time) return true;
    return false;
  }
}
