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
