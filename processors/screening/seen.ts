/**
 * Which events an order (or a waiting document) has taken, 9 bytes each: 48 bits of the event's id and 24 of its content's hash, both of them hashes. One event in 10^13 that comes to an order
 * with a dozen others is refused as the reuse of a guid, which a replay under another guid mends; one in 10^20 is lost as a repeat. Of guids that are really used again one in 16 million passes for a repeat.
 */
import type { Envelope } from '../../schemas/trade/envelope.ts';

export const NONE_SEEN = Buffer.alloc(0);
const ENTRY_BYTES = 9;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SIX_BITS = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, BASE64URL.indexOf(String.fromCharCode(code))));

/** Four characters from there on. */
function bitsOf(text: string, from: number): number {
  let bits = 0;
  for (let i = from; i < from + 4; i++) bits = (bits << 6) | (SIX_BITS[text.charCodeAt(i)] as number);
  return bits;
}

const bitsAt = (seen: Buffer, at: number): number => ((seen[at] as number) << 16) | ((seen[at + 1] as number) << 8) | (seen[at + 2] as number);

/** With `contentHash`: whether that event came with that content. */
export function hasSeen(seen: Buffer, eventId: string, contentHash?: string): boolean {
  const [high, low, hash] = [bitsOf(eventId, 0), bitsOf(eventId, 4), contentHash === undefined ? -1 : bitsOf(contentHash, 0)];
  for (let at = 0; at < seen.length; at += ENTRY_BYTES) {
    if (bitsAt(seen, at) === high && bitsAt(seen, at + 3) === low && (hash < 0 || bitsAt(seen, at + 6) === hash)) return true;
  }
  return false;
}

export function remember(holder: { seen: Buffer }, { eventId, contentHash }: Pick<Envelope, 'eventId' | 'contentHash'>): void {
  const at = holder.seen.length;
  const seen = Buffer.allocUnsafe(at + ENTRY_BYTES);
  seen.set(holder.seen);
  seen.writeUIntBE(bitsOf(eventId, 0), at, 3);
  seen.writeUIntBE(bitsOf(eventId, 4), at + 3, 3);
  seen.writeUIntBE(bitsOf(contentHash, 0), at + 6, 3);
  holder.seen = seen;
}
