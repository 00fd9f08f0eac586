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
import { laterLife, refuse } from './refusal.ts';
import { createSeal } from './seal.ts';
import { hasFailed, type SignatureConfig, type Signatures, unsigned } from './signature.ts';
import { type IntakeTables, loadCodes } from './tables.ts';
import { createTokens } from './tokens.ts';
import { datedWords } from './words.ts';

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
  /** A replay of what was refused for something else than its signature: one document of a message cannot carry the message's signature. */
  verified?: boolean;
  /** Of a replay: who sends it (a key's name), and the fields that were changed on the way. */
  operator?: string;
  repaired?: readonly string[];
}
/** `index`: the document's place in the submission, counted from 0 over all its messages. */
export interface Taken { index: number; type: RecordType; key: string; everyPartition: boolean; eventTime: number; body: Envelope | Baseline; aliases: Alias[] }
export interface Rejected { index: number; code: string; path: string; message: string; deadLetter: DeadLetter; operation: Operation }
export interface IntakeResult {
  taken: Taken[];
  rejected: Rejected[];
  /** What a technical rule shall know of the submission as a whole: a failed signature. */
  noted: Operation[];
  /** Not one document could be read: HTTP 400. */
  unreadable: boolean;
}
export interface SubmissionResult {
  accepted: number;
  rejected: { index: number; code: string; path: string; message: string }[];
  unreadable: boolean;
  events: { eventId: string; type: string; key: string; orderKey: string }[];
}
/** With the tables that hold until others are given to use. */
export interface IntakeConfig extends IntakeTables {
  linkageKey: Uint8Array;
  sealKey: Uint8Array;
  sealKeyId: string;
  /** Undefined: signatures are not verified. */
  signatures?: SignatureConfig | undefined;
}
export interface Intake {
  take(submission: Submission, now: number): IntakeResult;
  /** What `take` would make of it, with every problem of each document; nothing is refused for good. */
  check(submission: Submission, now: number): Checked[];
  /** Other versions of its tables, from the next submission on. */
  use(tables: IntakeTables): void;
  unseal(bytes: Uint8Array): Uint8Array;
}

/** `signatures`: what verifies them, where that is configured. */
export function createIntake(config: IntakeConfig, signatures?: Signatures): Intake {
  const tokens = createTokens(config.linkageKey);
  const seal = createSeal(config.sealKey, config.sealKeyId);
  const moment = { at: 0 };
  const deriveOf = (tables: IntakeTables): Derive => {
    const codes = loadCodes(tables.codes);
    const pickups = datedWords(tables.pickups ?? [], moment);
    return { person: createPersons(tokens, tables.sanctions, (address) => pickups(address).score > 0).person, words: datedWords(tables.words, moment), country: codes.country, currency: codes.currency, token: (text) => tokens.token('account', text) };
  };
  const workshop: Workshop = { tokens, seal, derive: deriveOf(config), moment };

  return {
    take(submission, now) {
      const taken: Taken[] = [];
      const rejected: Rejected[] = [];
      let anyDocument = false;
      let index = 0;
      const pieces = readSubmission(submission, signatures, now);
      for (const piece of pieces) {
        const made = make(workshop, piece, index, submission, now, signatures);
        if (made.ok) taken.push(made.taken);
        else rejected.push(refuse(workshop, made.problem, piece, index, submission, now));
        anyDocument ||= piece.reduced !== undefined;
        index++;
      }
      const noted = signatures ? failuresOf(pieces, signatures, submission, now) : [];
      if (submission.replayOf !== '') for (const one of taken) noted.push(replayed(submission, one, now));
      return { taken, rejected, noted, unreadable: !anyDocument };
    },
    check: (submission, now) => readSubmission(submission, signatures && { ...signatures, mode: 'record' }, now).map((piece, index) => checkPiece(piece, make(workshop, piece, index, submission, now, undefined))),
    use(tables) {
      workshop.derive = deriveOf(tables);
    },
    unseal: (bytes) => seal.unseal(bytes),
  };
}

/** A fault of intake itself costs one record its way, never the submission: the record goes to the dead letters under INTERNAL. */
function make(workshop: Workshop, piece: Piece, index: number, submission: Submission, now: number, signatures: Signatures | undefined): Made {
  if (piece.problem) return { ok: false, problem: piece.problem };
  if (piece.verdict) {
    const problem = signatures && unsigned(signatures.mode, piece.verdict, submission);
    if (problem) return { ok: false, problem };
    // A signature that was found wrong is none.
    piece.reduced.signed = piece.verdict.outcome === 'valid';
  }
  try {
    return makeDocument(workshop, piece.reduced, index, submission, now);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    const problem: Problem = { code: 'INTERNAL', path: '', message: `intake failed with ${kind} on this record (its text is sealed in the dead letter). Report the fault; replay the dead letter after it is mended` };
    return { ok: false, problem };
  }
}

/** Stands in the journal beside the record: the letter's later life, found from either end. */
function replayed(submission: Submission, { body }: Taken, at: number): Operation {
  const [feed, eventId] = 'feed' in body ? [body.feed, body.eventId] : [`${submission.sender}/baseline`, ''];
  return laterLife(submission, feed, '', eventId, at);
}

/** One for the submission: a message has one signature, however many documents it holds. */
function failuresOf(pieces: readonly Piece[], { mode }: Signatures, submission: Submission, now: number): Operation[] {
  const failed = pieces.find(({ verdict }) => verdict !== undefined && hasFailed(mode, verdict, submission));
  if (failed?.verdict === undefined) return [];
  const { sender, origin } = submission;
  const messageType = failed.reduced?.type || failed.type || 'unknown';
  return [{ kind: 'signature-failed', feed: `${sender}/${messageType}`, messageType, code: failed.verdict.outcome, operator: '', origin, at: now }];
}
