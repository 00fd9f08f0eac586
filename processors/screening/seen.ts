/**
 * Which events an order (or a waiting document) has taken: `eventId=contentHash;` one after another. One short text instead of a map, because every order
 * has it and few have more than a dozen entries. Both parts are base64url of fixed meaning, so neither holds a separator.
 */
import type { Envelope } from '../../schemas/trade/envelope.ts';

/** With `contentHash`: whether that event came with that content. */
export const hasSeen = (seen: string, eventId: string, contentHash?: string): boolean => seen.includes(contentHash === undefined ? `${eventId}=` : `${eventId}=${contentHash};`);

export function remember(holder: { seen: string }, { eventId, contentHash }: Pick<Envelope, 'eventId' | 'contentHash'>): void {
  holder.seen += `${eventId}=${contentHash};`;
}

/** 64 of an event id's 132 bits: by chance one change in 10^18 would be taken for a repeat. */
const ID_CHARS = 11;
const ID_BYTES = 8;
/** `eventId=contentHash;` are 46 characters; of a closed order's events the ids alone matter, 8 bytes each. */
export function digest(seen: string): Buffer {
  return Buffer.concat(seen.split(';').filter((entry) => entry !== '').map(short));
}

export function rememberDigest(holder: { seen: Buffer }, { eventId }: Pick<Envelope, 'eventId'>): void {
  holder.seen = Buffer.concat([holder.seen, short(eventId)]);
}

export function hasDigest(digests: Buffer, eventId: string): boolean {
  const wanted = short(eventId);
  for (let at = digests.indexOf(wanted); at >= 0; at = digests.indexOf(wanted, at + 1)) if (at % ID_BYTES === 0) return true;
  return false;
}

/** Padded, so that each has the same length whatever the id is. */
const short = (eventId: string): Buffer => Buffer.concat([Buffer.from(eventId.slice(0, ID_CHARS), 'base64url'), Buffer.alloc(ID_BYTES)], ID_BYTES);
