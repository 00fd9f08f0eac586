/**
 * What time it is by the log. Intake judges an original by the time at which the log took it, so a gateway that answers for it goes by that time too, whatever its own clock says: now and then it
 * reads back what it has just appended; from there the monotone clock goes on.
 */
import type { Log } from '../streams/log.ts';

export interface LogTimeOptions {
  log: Pick<Log, 'read'>;
  /** Epoch ms: holds until the log has told. */
  now: () => number;
  /** Monotone ms. */
  clock: () => number;
  onTrouble: (error: Error) => void;
}

/** The clocks of brokers may jump, too. */
const LEARN_MS = 5_000;

export class LogTime {
  readonly #options: LogTimeOptions;
  #known: { time: number; at: number } | undefined;
  #learning: Promise<void> | undefined;

  constructor(options: LogTimeOptions) {
    this.#options = options;
  }

  /** Epoch ms by the log, at the monotone time `at`. */
  of(at: number): number {
    return this.#known ? Math.round(this.#known.time + at - this.#known.at) : this.#options.now();
  }

  /** The log has just taken the record at `offset`. Waits for what it tells where nothing is known, or what is known is old. */
  async took(topic: string, partition: number, offset: number): Promise<void> {
    const at = this.#options.clock();
    if (this.#known && at < this.#known.at + LEARN_MS) return;
    this.#learning ??= this.#learn(topic, partition, offset, at).finally(() => { this.#learning = undefined; });
    await this.#learning;
  }

  /** Without an answer what was known goes on: what was taken is taken. */
  async #learn(topic: string, partition: number, offset: number, at: number): Promise<void> {
    try {
      const [record] = await this.#options.log.read(topic, partition, offset, 1);
      if (record) this.#known = { time: record.appendedAt, at };
    } catch (error) {
      this.#options.onTrouble(error as Error);
    }
  }
}
