/** Journal records that are no trade document. Times are epoch milliseconds. */

/** What intake (or screening, for repeats) says about a feed, a key, a reader or a dead letter: technical-risk input, never a payload. */
export interface Operation {
  kind: 'rejected' | 'repeat' | 'signature-failed' | 'sensitive-read' | 'replayed' | 'repaired';
  feed: string;
  /** The message type, or 'unknown'. */
  messageType: string;
  /** Reason code of a rejection, e.g. FIELD_MISSING; outcome of a failed signature, e.g. unknown-key. */
  code: string;
  operator: string;
  origin: 'live' | 'simulated' | 'backfill';
  at: number;
  /** Of what was done with a dead letter: its id, the event that it became ('': refused again, `code` says why), the fields that were changed (never values). */
  letter?: string;
  eventId?: string;
  fields?: readonly string[];
}

/** A watermark: all that arrived before `time` at intake source `intake` is journalled. One a second, to every partition. */
export interface Tick { intake: string; time: number }

/** Names the content that is in force from this record on; the content lies in artifacts.v1 under `hash`. */
export interface Control { name: string; version: string; hash: string; by: string }

/** `foreignKey` (a document's own number) belongs to the order `orderKey`. Keyed by foreignKey. */
export interface Alias { foreignKey: string; orderKey: string; by: string }

/** History that the log does not hold: per hour of the week (0 = Monday 00:00 Asia/Shanghai) the median and MAD of one feature of one subject. */
export interface Baseline { rule: string; feature: string; subjectType: string; subjectId: string; median: number[]; mad: number[]; label: string }

/** Content-addressed, compacted. `content` is UTF-8 text (YAML set as JSON, or CSV). `by`: who put it, a key's name; '' in records of old. */
export interface Artifact { name: string; version: string; hash: string; content: string; by: string }

/** Told to a stage that begins where records before are missing to it: offsets `from` to `to` − 1 of its input. Made by whoever runs it; passed on, so that windows behind it know. */
export interface Gap { stage: string; from: number; to: number }

/** On intake.operations.v1: what a gateway or a starting process asks of the one that publishes. `by`: a key's id and name, `args`: what the command takes, both as JSON. */
export interface Command { id: string; name: string; by: string; args: string }

/** Stands on the same topic once the command `id` is done. `result`: JSON. */
export interface Answer { id: string; result: string }
