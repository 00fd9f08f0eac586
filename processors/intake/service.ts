/** Intake as the pipeline calls it: here or in a thread of its own. Both give the same batch for the same submission and clock. */
import type { Alias, Operation } from '../../schemas/risk/journal.ts';
import { decode, type RecordType } from '../../schemas/registry.ts';
import type { Intake, IntakeResult, Rejected, Submission, SubmissionResult } from './intake.ts';
import type { IntakeTables } from './tables.ts';

/** A record ready for the journal. */
export interface Accepted {
  readonly type: RecordType;
  readonly key: string;
  readonly everyPartition: boolean;
  readonly eventTime: number;
  /** '' for reference records. */
  readonly eventId: string;
  readonly orderKey: string;
  readonly aliases: readonly Alias[];
  readonly body: unknown;
  /** Confluent wire format, where it has been made already. */
  readonly bytes?: Uint8Array;
}
/** `noted`: operations that concern no single record. */
export interface Batch { accepted: Accepted[]; rejected: Rejected[]; noted: Operation[]; unreadable: boolean }

/** What the sender is told, and the first document that can be taken. */
export interface Answered { result: SubmissionResult; first: Pick<Accepted, 'type' | 'key'> | undefined }

export interface IntakeService {
  /** Batches come back in the order of the calls. `now`: epoch ms, the arrival of everything in the submission. */
  take(submission: Submission, now: number): Promise<Batch>;
  /** Only what the sender is told, for whoever does not journal it: nothing is encoded and handed over that would be thrown away. */
  answer(submission: Submission, now: number): Promise<Answered>;
  /** Resolves when other tables hold: for submissions that are taken from then on, and for none before. */
  use(tables: IntakeTables): Promise<void>;
  stop(): Promise<void>;
}

/** In the caller's own thread. */
export const here = (intake: Pick<Intake, 'take' | 'use'>): IntakeService => ({
  take: async (submission, now) => toBatch(intake.take(submission, now)),
  answer: async (submission, now) => answered(toBatch(intake.take(submission, now))),
  use: async (tables) => intake.use(tables),
  stop: async () => undefined,
});

export function toBatch({ taken, rejected, noted, unreadable }: IntakeResult): Batch {
  const accepted = taken.map(({ type, key, everyPartition, eventTime, body, aliases }): Accepted => (
    'eventId' in body ? { type, key, everyPartition, eventTime, eventId: body.eventId, orderKey: body.orderKey, aliases, body } : { type, key, everyPartition, eventTime, eventId: '', orderKey: '', aliases, body }));
  return { accepted, rejected, noted, unreadable };
}

/** One accepted record as it travels between threads: its bytes lie from `start` to `end` in the batch's buffer. */
export type Packed = [type: RecordType, key: string, everyPartition: boolean, eventTime: number, eventId: string, orderKey: string, aliases: readonly Alias[], start: number, end: number];
export interface Reply { packed: Packed[]; buffer: ArrayBuffer; rejected: Rejected[]; noted: Operation[]; unreadable: boolean }

/** Encoded by the thread that took it, decoded here on first use. */
class Unpacked implements Accepted {
  readonly type: RecordType;
  readonly key: string;
  readonly everyPartition: boolean;
  readonly eventTime: number;
  readonly eventId: string;
  readonly orderKey: string;
  readonly aliases: readonly Alias[];
  readonly bytes: Uint8Array;
  #body: unknown;
  constructor([type, key, everyPartition, eventTime, eventId, orderKey, aliases, start, end]: Packed, buffer: ArrayBuffer) {
    this.type = type;
    this.key = key;
    this.everyPartition = everyPartition;
    this.eventTime = eventTime;
    this.eventId = eventId;
    this.orderKey = orderKey;
    this.aliases = aliases;
    this.bytes = Buffer.from(buffer, start, end - start);
  }
  get body(): unknown {
    this.#body ??= decode(this.bytes);
    return this.#body;
  }
}

export function unpack({ packed, buffer, rejected, noted, unreadable }: Reply): Batch {
  // Buffers arrive as plain Uint8Arrays; Avro takes Buffers only.
  for (const { deadLetter } of rejected) deadLetter.sealed = Buffer.from(deadLetter.sealed.buffer, deadLetter.sealed.byteOffset, deadLetter.sealed.length);
  return { accepted: packed.map((p) => new Unpacked(p, buffer)), rejected, noted, unreadable };
}

export function answered(batch: Batch): Answered {
  const [first] = batch.accepted;
  return { result: answerTo(batch), first: first && { type: first.type, key: first.key } };
}

export function answerTo({ accepted, rejected, unreadable }: Batch): SubmissionResult {
  return {
    accepted: accepted.length,
    rejected: rejected.map(({ index, code, path, message }) => ({ index, code, path, message })),
    unreadable,
    events: accepted.flatMap(({ type, key, eventId, orderKey }) => (eventId === '' ? [] : [{ eventId, type, key, orderKey }])),
  };
}
