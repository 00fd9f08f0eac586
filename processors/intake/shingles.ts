/** Keyed 32-bit numbers of character pairs, remembered: addresses draw on some ten thousand pairs, and an HMAC for each would cost more than all else. */
import type { Tokens } from './tokens.ts';

const SLOTS = 1 << 17;
/** Half full the table starts anew: bounded, and a lookup stays short. */
const MOST = SLOTS / 2;

/** Open addressing over plain arrays: a Map keyed by two-letter strings costs three times as much. A pair of two zero characters has no slot: it is never kept. */
export function createShingles(tokens: Tokens): (first: number, second: number) => number {
  const pairs = new Uint32Array(SLOTS);
  const values = new Uint32Array(SLOTS);
  let used = 0;
  return (first, second) => {
    const pair = ((first << 16) | second) >>> 0;
    let slot = Math.imul(pair, 0x9e3779b1) >>> 15;
    while (pairs[slot] !== 0) {
      if (pairs[slot] === pair) return values[slot] as number;
      slot = (slot + 1) & (SLOTS - 1);
    }
    const value = tokens.number('shingle', String.fromCharCode(first, second));
    if (++used > MOST) {
      pairs.fill(0);
      used = 0;
    } else {
      pairs[slot] = pair;
      values[slot] = value;
    }
    return value;
  };
}
