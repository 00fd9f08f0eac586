/**
 * Intake: a submission in any of the three forms → journal records, dead letters and operations. The same function answers HTTP and feeds the journal.
 * Order of work: bytes → documents as sent (schemas/customs) → contract → identity → tokens → record.
 */
import type { Alias, Baseline, Operation } from '../../schemas/risk/journal.ts';
import type { DeadLetter } from '../../schemas/risk/alert.ts';
import type { RecordType } from '../../schemas/registry.ts';
import type { Envelope, Origin } from '../../schemas/trade/envelope.ts';
import type { Derive } from '../../schemas/trade/contract.ts';
import type { Problem } from '../../schemas/reasons.ts';
import { checkPiece, type Checked } from './check.ts';
import { makeDocument, type Made, type Workshop } from './document.ts';
import { createPersons } from './person.ts';
import { type Piece, readSubmission } from './reading.ts';
import { refuse } from './refusal.ts';
import { createSeal } from './seal.ts';
import { loadCodes } from './tables.ts';
import { createTokens } from './tokens.ts';
import { createWords } from './words.ts';

export interface Submission {
  bytes: Uint8Array | string;
  form: 'json' | 'ndjson' | 'xml';
  /** Name of the key's owner: with the message type it makes the feed. */
  sender: string;
  origin: Origin;
  /** The backfill's id, or ''. */
  backfill: string;
  /** May send reference records (baseline). */
  allowReference: boolean;
  /** Id of the dead letter that is replayed, or ''. */
  replayOf: string;
}
/** `index`: the document's place in the submission, counted from 0 over all its messages. */
export interface Taken { index: number; type: RecordType; key: string; everyPartition: boolean; eventTime: number; body: Envelope | Baseline; aliases: Alias[] }
export interface Rejected { index: number; code: string; path: string; message: string; deadLetter: DeadLetter; operation: Operation }
export interface IntakeResult {
  taken: Taken[];
  rejected: Rejected[];
  /** Not one document could be read: HTTP 400. */
  unreadable: boolean;
}
export interface SubmissionResult {
  accepted: number;
  rejected: { index: number; code: string; path: string; message: string }[];
  unreadable: boolean;
  events: { eventId: string; type: string; key: string; orderKey: string }[];
}
export interface IntakeConfig {
  linkageKey: Uint8Array;
  sealKey: Uint8Array;
  sealKeyId: string;
  words: { word: string; score: number }[];
  sanctions: { complete: boolean; names: string[] };
}
export interface Intake {
  take(submission: Submission, now: number): IntakeResult;
  /** What `take` would make of it, with every problem of each document; nothing is refused for good. */
  check(submission: Submission, now: number): Checked[];
  unseal(bytes: Uint8Array): Uint8Array;
}

export function createIntake(config: IntakeConfig): Intake {
  const tokens = createTokens(config.linkageKey);
  const seal = createSeal(config.sealKey, config.sealKeyId);
  const codes = loadCodes();
  const derive: Derive = { person: createPersons(tokens, config.sanctions).person, words: createWords(config.words), country: codes.country, currency: codes.currency };
  const workshop: Workshop = { tokens, seal, derive };

  return {
    take(submission, now) {
      const taken: Taken[] = [];
      const rejected: Rejected[] = [];
      let anyDocument = false;
      let index = 0;
      for (const piece of readSubmission(submission)) {
        const made = make(workshop, piece, index, submission, now);
        if (made.ok) taken.push(made.taken);
        else rejected.push(refuse(workshop, made.problem, piece, index, submission, now));
        anyDocument ||= piece.reduced !== undefined;
        index++;
      }
      return { taken, rejected, unreadable: !anyDocument };
    },
    check: (submission, now) => readSubmission(submission).map((piece, index) => checkPiece(piece, make(workshop, piece, index, submission, now))),
    unseal: (bytes) => seal.unseal(bytes),
  };
}

/** A fault of intake itself costs one record its way, never the submission: the record goes to the dead letters under INTERNAL. */
function make(workshop: Workshop, piece: Piece, index: number, submission: Submission, now: number): Made {
  if (piece.problem) return { ok: false, problem: piece.problem };
  try {
    return makeDocument(workshop, piece.reduced, index, submission, now);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    const problem: Problem = { code: 'INTERNAL', path: '', message: `intake failed with ${kind} on this record (its text is sealed in the dead letter). Report the fault; replay the dead letter after it is mended` };
    return { ok: false, problem };
  }
}
