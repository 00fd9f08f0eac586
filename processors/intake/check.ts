/** One document as a sender sees it before declaring: what was read of it, or every problem with it. */
import { toFlat } from '../../schemas/customs/flat.ts';
import type { MessageType } from '../../schemas/customs/messages.ts';
import type { Problem } from '../../schemas/reasons.ts';
import { problemsOf, unknownOf, type Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import type { Made } from './document.ts';
import type { Taken } from './intake.ts';
import type { Piece } from './reading.ts';
import type { Verdict } from './signature.ts';

export interface Checked {
  type: MessageType | '';
  signed: boolean;
  /** Of its signature; undefined where signatures are not verified. */
  verdict: Verdict | undefined;
  /** Undefined where no document could be read. */
  flat: Wire | undefined;
  taken: Taken | undefined;
  problems: Problem[];
  /** Names of fields that no contract knows. */
  unknown: string[];
}

export function checkPiece(piece: Piece, made: Made): Checked {
  const { reduced, verdict } = piece;
  const taken = made.ok ? made.taken : undefined;
  if (reduced === undefined) return { type: '', signed: false, verdict, flat: undefined, taken, problems: made.ok ? [] : [made.problem], unknown: [] };
  const { type, signed, fields, lines } = reduced;
  if (type === '' || type === 'baseline') return { type, signed, verdict, flat: toFlat(reduced), taken, problems: made.ok ? [] : [made.problem], unknown: [] };
  // Where every field is in order by itself, intake's own objection (an implausible time) is the only one.
  const broken = made.ok ? [] : problemsOf<unknown>(CONTRACTS[type], fields, lines);
  const problems = made.ok ? [] : broken.length > 0 ? broken : [made.problem];
  return { type, signed, verdict, flat: toFlat(reduced), taken, problems, unknown: unknownOf<unknown>(CONTRACTS[type], fields, lines) };
}
