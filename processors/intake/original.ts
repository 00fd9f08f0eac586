/**
 * A submission as it stands in `intake.*`: the sender's bytes, sealed, with what was known at the door. Parties that write there themselves put their text as it is (JSON, NDJSON or XML) into
 * the value and their name into the header `sender`; whoever may write to an intake topic is trusted to name itself, so its access is the topic's. The log hands such a record on as an original
 * in clear: no key id, the text as it came.
 */
import type { RecordType } from '../../schemas/registry.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { Submission } from './intake.ts';
import type { Seal } from './seal.ts';
import type { Accepted } from './service.ts';

/** What the gateway and parties write to intake topics. `feed`: the sender's name. */
export interface Original {
  feed: string;
  form: string;
  origin: string;
  sealed: Uint8Array;
  sealKeyId: string;
  /** When it came to the door, epoch ms. Its arrival is the append time of the record. */
  at: number;
  backfill: string;
  allowReference: boolean;
  replayOf: string;
  verified: boolean;
  operator: string;
  repaired: readonly string[];
}

export function toOriginal({ bytes, form, sender, origin, backfill, allowReference, replayOf, verified = false, operator = '', repaired = [] }: Submission, seal: Seal, at: number): Original {
  return { feed: sender, form, origin, sealed: seal.seal(bytes), sealKeyId: seal.keyId, at, backfill, allowReference, replayOf, verified, operator, repaired };
}

/** Throws where it was sealed under another key: nothing can be told of it then, and whoever runs this has to give the right one. What cannot be read otherwise is left to intake, which refuses it. */
export function toSubmission(record: LogRecord, seal: Seal): Submission {
  const original = readOriginal(record);
  if (!original) return ofParty(record.bytes, '');
  const { feed, form, origin, sealed, sealKeyId, backfill, allowReference, replayOf, verified, operator, repaired } = original;
  if (sealKeyId === '') return ofParty(sealed, feed);
  if (sealKeyId !== seal.keyId) throw new Error(`${record.topic} partition ${record.partition} offset ${record.offset} was sealed under key ${sealKeyId}, the key given is ${seal.keyId}: start with the key that its gateway has (FENGHUO_SEAL_KEY)`);
  try {
    return { bytes: seal.unseal(sealed), form: form as Submission['form'], sender: feed, origin: origin as Submission['origin'], backfill, allowReference, replayOf, verified, operator, repaired };
  } catch {
    return ofParty(record.bytes, feed);
  }
}

/** undefined where it is something else, or cannot be read. */
function readOriginal(record: LogRecord): Original | undefined {
  try {
    return record.type === 'original' ? (record.body as Original) : undefined;
  } catch {
    return undefined;
  }
}

/** A party may send events only: no reference records, no backfill, nothing in another's name. One without a name shares one with all such. */
const ofParty = (bytes: Uint8Array, sender: string): Submission =>
  ({ bytes: Buffer.from(bytes), form: formOf(bytes), sender: /^[\w.-]{1,40}$/.test(sender) ? sender : 'kafka', origin: 'live', backfill: '', allowReference: false, replayOf: '' });

const [TAB, NEWLINE, RETURN, SPACE, BRACE, LESS] = [9, 10, 13, 32, 123, 60];
const BLANK: ReadonlySet<number> = new Set([TAB, NEWLINE, RETURN, SPACE, 0xef, 0xbb, 0xbf]);

/** XML begins with `<`; where a further line begins with `{` as the first did, each is a document of its own. */
function formOf(bytes: Uint8Array): Submission['form'] {
  let at = 0;
  while (BLANK.has(bytes[at] as number)) at++;
  if (bytes[at] === LESS) return 'xml';
  if (bytes[at] !== BRACE) return 'json';
  for (let next = bytes.indexOf(NEWLINE, at); next >= 0; next = bytes.indexOf(NEWLINE, next + 1)) if (bytes[next + 1] === BRACE) return 'ndjson';
  return 'json';
}

const TOPIC: Partial<Record<RecordType, string>> = {
  order: 'intake.orders.v1', payment: 'intake.payments.v1', 'raw-payment': 'intake.payments.v1', waybill: 'intake.logistics.v1', tracking: 'intake.logistics.v1', reading: 'intake.logistics.v1', manifest: 'intake.logistics.v1',
};

/** Where a submission goes, by the first of its documents that can be taken; which one matters to the load only. */
export function placeOf(first: Pick<Accepted, 'type' | 'key'> | undefined): { topic: string; key: string } {
  return { topic: (first && TOPIC[first.type]) ?? 'intake.customs.v1', key: first?.key ?? '' };
}
