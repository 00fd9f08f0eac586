/** A document as sent in its flat form: `type`, customs' field names, lines under `items`. */
import type { Wire } from '../trade/contract.ts';
import type { Reduced } from './messages.ts';

export function toFlat(reduced: Reduced): Wire {
  if (typeof reduced.fields['type'] === 'string') return reduced.fields;
  const guid = reduced.guid === '' ? {} : { guid: reduced.guid };
  return { type: reduced.type || reduced.named, ...guid, ...reduced.fields, ...(reduced.lines === undefined ? {} : { items: reduced.lines }) };
}
