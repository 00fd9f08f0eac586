/** Where values rest that nobody has touched for long: out of memory, still read at once by their key. An adapter of the log that can keep them offers it. */
import type { StateValue } from './log.ts';

/** No deadline. */
export const NEVER = 0xffffffff;

/**
 * One table of one stage's partition. What is put and taken is seen at once and becomes durable in the same transaction as the flush that moved it; if that fails, the
 * log's owner throws all of it away and opens it again.
 */
export interface Rest {
  /** Keys that rest here. */
  readonly size: number;
  get(key: string): StateValue | undefined;
  has(key: string): boolean;
  /** `dueSecond`: the second of the value's deadline, NEVER = none. The key must not rest here already. */
  put(key: string, value: StateValue, dueSecond: number): void;
  /** False where the key does not rest here. */
  take(key: string): boolean;
  /** Keys whose deadline's second is at or before this one, with their values, in no order. What was told is told again only after the next flush: until then it is in hand. */
  due(second: number): Iterable<[key: string, value: StateValue]>;
  entries(): Iterable<[key: string, value: StateValue]>;
}
