/** The port to whatever verifies signatures of messages, and what follows from its verdict. */
import type { Element } from '../../schemas/customs/xml.ts';
import type { Problem } from '../../schemas/reasons.ts';
import { SIGNATURE_OUTCOMES, type SignatureOutcome } from '../../schemas/signatures.ts';
import type { Revocation } from './chains.ts';
import type { Submission } from './intake.ts';

/** `why` is said to the sender: never a value of the message. */
export interface Verdict { outcome: SignatureOutcome; why: string }
/** `text`: the message decoded; `root`: what was read of it. `now`: certificates must be in force then. Never throws for bad input. */
export type Verify = (text: string, root: Element, now: number) => Verdict;

/** record: documents are taken all the same, and a failed signature is an operation. require: a live sender's message without a valid one is a dead letter. */
export type SignatureMode = 'record' | 'require';
/** Certificates as PEM texts, lists as DER in base64. Intermediates are trusted only under an anchor; messages may bring them as well. */
export interface AuthorityConfig { anchors: string[]; intermediates: string[]; lists: string[]; revocation: Revocation }
/** `certificates`: PEM texts of the senders that are trusted one by one. Plain data, so that it reaches intake's thread. */
export interface SignatureConfig { mode: SignatureMode; certificates: string[]; authorities?: AuthorityConfig }
export interface Signatures { mode: SignatureMode; verify: Verify }

/** Only a start with certificates loads what verifies them. */
export async function loadSignatures(config: SignatureConfig | undefined): Promise<Signatures | undefined> {
  if (config === undefined) return undefined;
  const { createVerifier } = await import('./xmldsig.ts');
  return { mode: config.mode, verify: createVerifier(config.certificates, config.authorities) };
}

export const NONE: Verdict = { outcome: 'none', why: 'the message is not signed' };
/** JSON has no canonical form that customs signs. */
export const IN_JSON: Verdict = { outcome: 'unsupported', why: 'a signature in JSON is not verified; send the signed XML' };

/** The problem of a message that may not be taken, or undefined. Simulated traffic and backfills are not signed; a dead letter that is replayed was verified when it first came. */
export function unsigned(mode: SignatureMode, verdict: Verdict, submission: Submission): Problem | undefined {
  if (mode !== 'require' || verdict.outcome === 'valid' || submission.origin !== 'live' || submission.verified === true) return undefined;
  return { code: 'SIGNATURE_INVALID', path: 'Signature', message: `Signature: expected a valid XML signature by a trusted certificate; given: ${verdict.outcome} (${verdict.why}) ${SIGNATURE_OUTCOMES[verdict.outcome].zh}` };
}

/** What counts as a failure of a feed: an unsigned message only where signatures are required. */
export const hasFailed = (mode: SignatureMode, verdict: Verdict, submission: Submission): boolean =>
  (verdict.outcome !== 'valid' && verdict.outcome !== 'none') || unsigned(mode, verdict, submission) !== undefined;
