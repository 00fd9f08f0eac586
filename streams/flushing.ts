/** Flushes of a partition that are under way beside its work, one at a time. After one that failed, or of which nobody knows, its owner is of no more use. */
export class Flushing {
  #now: Promise<void> | undefined;
  #failed: { error: unknown } | undefined;

  get underWay(): boolean {
    return this.#now !== undefined;
  }

  /** The last one must have ended. */
  begin(flush: Promise<void>): void {
    this.#now = flush.catch((error: unknown) => void (this.#failed = { error })).finally(() => (this.#now = undefined));
  }

  /** Resolves once none is under way; rejects with what one failed of. */
  async end(): Promise<void> {
    await this.#now;
    this.check();
  }

  /** Throws what one failed of. */
  check(): void {
    if (this.#failed) throw this.#failed.error;
  }
}
