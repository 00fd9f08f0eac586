/** Where the stored values of a resting table are. An adapter of the log that can keep them outside of memory offers a place of its own (`Log.rest`); else they lie in this process. */
import type { StateValue } from './log.ts';
import { Timers } from './timers.ts';

/**
 * One table of one stage's partition. What is put and taken is seen at once; at the log's own place it becomes durable in the transaction of the flush that brought it, and
 * if that fails, the log's owner throws all of it away and opens it again. A place that holds nothing is a copy.
 */
export interface Rest {
  /** What is put here is durable with the flush: its changes need not name it. */
  readonly holds: boolean;
  readonly size: number;
  get(key: string): StateValue | undefined;
  has(key: string): boolean;
  /** In place of what the key had. */
  put(key: string, value: StateValue, dueSecond: number): void;
  take(key: string): void;
  /** Keys whose deadline's second is at or before this one, in no order; whoever asks has them in hand until they are put or taken: mostly none is told twice. */
  due(second: number): Iterable<string>;
  entries(): Iterable<[key: string, value: StateValue]>;
}

export class MemoryRest implements Rest {
  readonly holds = false;
  readonly #held = new Map<string, { value: StateValue; dueSecond: number }>();
  readonly #timers = new Timers();

  get size(): number {
    return this.#held.size;
  }

  get(key: string): StateValue | undefined {
    return this.#held.get(key)?.value;
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  put(key: string, value: StateValue, dueSecond: number): void {
    const held = this.#held.get(key);
    if (held) this.#timers.drop(key, held.dueSecond);
    // In place: a key that moved to the end of the Map would hold up the pass.
    if (held) Object.assign(held, { value, dueSecond });
    else this.#held.set(key, { value, dueSecond });
    this.#timers.set(key, dueSecond);
  }

  take(key: string): void {
    const held = this.#held.get(key);
    if (held) this.#timers.drop(key, held.dueSecond);
    this.#held.delete(key);
  }

  due(second: number): Iterable<string> {
    return this.#timers.fire(second);
  }

  *entries(): Iterable<[string, StateValue]> {
    for (const [key, { value }] of this.#held) yield [key, value];
  }
}
