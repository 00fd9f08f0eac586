/**
 * Which events an order (or a waiting document) has taken, 12 bytes each: 64 bits of the event's id and 32 of its content's hash, both of them hashes. By chance, of the events of an order
 * with a dozen others one in 10^18 would be taken for a repeat, and of guids that are used again one in four thousand million would pass for a repeat instead of being put aside.
 */
import type { Envelope } from '../../schemas/trade/envelope.ts';

export const NONE_SEEN = Buffer.alloc(0);
const ID_CHARS = 11;
const ID_BYTES = 8;
const HASH_CHARS = 6;
const ENTRY_BYTES = 12;
/** Large enough for all that the characters stand for. */
const wanted = Buffer.alloc(ENTRY_BYTES + 1);

/** Shorter ids are padded, so that each entry has the same length whatever it is of. */
function entry(eventId: string, contentHash: string): Buffer {
  wanted.fill(0);
  wanted.write(eventId.slice(0, ID_CHARS), 0, ID_BYTES, 'base64url');
  wanted.write(contentHash.slice(0, HASH_CHARS), ID_BYTES, ENTRY_BYTES - ID_BYTES, 'base64url');
  return wanted;
}

/** With `contentHash`: whether that event came with that content. */
export function hasSeen(seen: Buffer, eventId: string, contentHash?: string): boolean {
  const one = entry(eventId, contentHash ?? '');
  const [high, low, hash] = [one.readInt32LE(0), one.readInt32LE(4), one.readInt32LE(ID_BYTES)];
  for (let at = 0; at < seen.length; at += ENTRY_BYTES) {
    if (seen.readInt32LE(at) === high && seen.readInt32LE(at + 4) === low && (contentHash === undefined || seen.readInt32LE(at + ID_BYTES) === hash)) return true;
  }
  return false;
}

export function remember(holder: { seen: Buffer }, { eventId, contentHash }: Pick<Envelope, 'eventId' | 'contentHash'>): void {
  holder.seen = Buffer.concat([holder.seen, entry(eventId, contentHash).subarray(0, ENTRY_BYTES)]);
}
