/** What is kept of a record that is refused: the dead letter with its sealed text, and the operation that the technical rules count. */
import { transferText } from '../../schemas/customs/dxp.ts';
import { toFlat } from '../../schemas/customs/flat.ts';
import { letterId } from '../../schemas/risk/alert.ts';
import type { Operation } from '../../schemas/risk/journal.ts';
import type { Problem } from '../../schemas/reasons.ts';
import type { Workshop } from './document.ts';
import type { Rejected, Submission } from './intake.ts';
import type { Piece } from './reading.ts';

export function refuse(workshop: Workshop, problem: Problem, piece: Piece, index: number, submission: Submission, now: number): Rejected {
  const kept = keptText(piece, submission);
  const messageType = piece.reduced?.type || piece.type || 'unknown';
  const feed = `${submission.sender}/${messageType}`;
  const message = problem.message + (piece.transfer ? transferText(piece.transfer) : '');
  const text = typeof kept.text === 'string' ? kept.text : Buffer.from(kept.text).toString('latin1');
  return {
    index, code: problem.code, path: problem.path, message,
    deadLetter: {
      id: letterId(workshop.tokens.token('dead-letter', `${feed}|${now}|${index}|${problem.code}|${problem.path}|${text}`)), reason: problem.code, path: problem.path,
      message, feed, messageType, form: kept.form, sealed: workshop.seal.seal(kept.text), sealKeyId: workshop.seal.keyId,
      replayOf: submission.replayOf, origin: submission.origin, at: now, backfill: submission.backfill,
    },
    // A replay that is refused again is no new fault of its sender.
    operation: submission.replayOf === '' ? { kind: 'rejected', feed, messageType, code: problem.code, operator: '', origin: submission.origin, at: now } : laterLife(submission, feed, problem.code, '', now),
  };
}

/** What became of the dead letter that is replayed, as far as one document tells. */
export const laterLife = ({ replayOf, operator = '', repaired = [], origin }: Submission, feed: string, code: string, eventId: string, at: number): Operation =>
  ({ kind: repaired.length > 0 ? 'repaired' : 'replayed', feed, messageType: feed.slice(feed.indexOf('/') + 1), code, operator, origin, at, letter: replayOf, eventId, fields: repaired });

/** One document of a message is kept as flat JSON, so that it can be repaired and replayed alone; what could not be read is kept as it came. */
function keptText(piece: Piece, submission: Submission): { text: string | Uint8Array; form: string } {
  if (!piece.reduced) return { text: piece.source, form: submission.form };
  try {
    return { text: JSON.stringify(toFlat(piece.reduced)), form: 'json' };
  } catch {
    // Nested too deep to be written: then the whole submission.
    return { text: submission.bytes, form: submission.form };
  }
}
