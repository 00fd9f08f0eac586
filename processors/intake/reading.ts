/** The three forms of a submission → documents as sent, or what could not be read. Parsers' own messages may quote the text: none is passed on. */
import { isEnvelope, openEnvelope, type Transfer } from '../../schemas/customs/dxp.ts';
import { reduceFlat, reduceJson } from '../../schemas/customs/reduce-json.ts';
import { reduceXml } from '../../schemas/customs/reduce-xml.ts';
import type { Reduced } from '../../schemas/customs/messages.ts';
import { readXml, type XmlReading } from '../../schemas/customs/xml.ts';
import type { Problem } from '../../schemas/reasons.ts';
import type { Submission } from './intake.ts';
import { IN_JSON, NONE, type Signatures, unsigned, type Verdict } from './signature.ts';

/** `source`: the text to keep where there is no document. `transfer`: ids of the envelope that it came in. */
/** `verdict`: of its signature, where signatures are verified. */
export type Piece = ({ reduced: Reduced; problem?: undefined } | { reduced?: undefined; problem: Problem; source: Uint8Array | string }) & { transfer?: Transfer; verdict?: Verdict; type?: Reduced['type'] };

/** Of one JSON text; a body of NDJSON is bounded by the gateway alone. */
export const JSON_BYTES = 64 * 1024 * 1024;

const BRACE = 123;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function readSubmission(submission: Submission, signatures: Signatures | undefined, now: number): Piece[] {
  if (submission.form === 'xml') return readOneXml(submission, signatures, now);
  const pieces = readText(submission);
  if (signatures) for (const piece of pieces) piece.verdict = piece.reduced?.signed ? IN_JSON : NONE;
  return pieces;
}

function readText(submission: Submission): Piece[] {
  let text: string;
  try {
    text = typeof submission.bytes === 'string' ? submission.bytes : utf8.decode(submission.bytes);
  } catch {
    return [unread('UNREADABLE_JSON', 'expected UTF-8; given: bytes that are none. Send the text as UTF-8', submission.bytes)];
  }
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  const pieces: Piece[] = [];
  if (submission.form === 'json') readOneJson(text, 0, pieces);
  else readLines(text, pieces);
  return pieces;
}

function readLines(text: string, pieces: Piece[]): void {
  let number = 0;
  for (let start = 0, end = 0; end < text.length; start = end + 1) {
    const next = text.indexOf('\n', start);
    end = next < 0 ? text.length : next;
    const line = text.slice(start, end);
    number++;
    if (line.charCodeAt(0) === BRACE || line.trim() !== '') readOneJson(line, number, pieces);
  }
  if (pieces.length === 0) pieces.push(unread('EMPTY_MESSAGE', 'expected one JSON document a line; given: no line with text', text));
}

const placeOf = (line: number): string => (line === 0 ? '' : ` in line ${line}`);

/** `line`: its number in NDJSON, 0 for a body that is one text. */
function readOneJson(text: string, line: number, pieces: Piece[]): void {
  if (line === 0 && text.trim() === '') return void pieces.push(unread('EMPTY_MESSAGE', 'expected a JSON document or an array of them; given: nothing', text));
  if (text.length > JSON_BYTES) return void pieces.push(unread('TOO_LARGE', `expected at most ${JSON_BYTES} characters of JSON${placeOf(line)}; given: ${text.length}`, text));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const place = position === undefined ? `${text.length} characters` : `the fault is at character ${position} of ${text.length}`;
    return void pieces.push(unread('UNREADABLE_JSON', `expected JSON${placeOf(line)}; ${place}. Check quotes, commas and that the text is complete`, text));
  }
  const flat = reduceFlat(value);
  if (flat !== undefined) return void pieces.push({ reduced: flat });
  const documents = reduceJson(value);
  if (documents.length === 0) return void pieces.push(unread('EMPTY_MESSAGE', `expected at least one document${placeOf(line)}; given: none`, text));
  for (const reduced of documents) pieces.push({ reduced });
}

function readOneXml(submission: Submission, signatures: Signatures | undefined, now: number): Piece[] {
  const { bytes } = submission;
  if (bytes.length === 0) return [unread('EMPTY_MESSAGE', 'expected a CEB message; given: nothing', bytes)];
  const reading = readXml(bytes);
  if (!reading.ok) return [{ problem: reading.problem, source: bytes }];
  const take = (message: Message): Piece[] => documentsOf(message, submission, signatures, now);
  return isEnvelope(reading.root) ? readEnvelope(reading.root, bytes, take) : take(reading);
}

type Message = Extract<XmlReading, { ok: true }>;

function documentsOf({ root, text }: Message, submission: Submission, signatures: Signatures | undefined, now: number): Piece[] {
  const { bytes } = submission;
  const documents = reduceXml(root);
  if (documents.length === 0) return [unread('EMPTY_MESSAGE', 'expected at least one document in the message; given: none', bytes)];
  if (!signatures) return documents.map((reduced) => ({ reduced }));
  const verdict = signatures.verify(text, root, now);
  const problem = unsigned(signatures.mode, verdict, submission);
  // Kept whole, so that it can be verified again once its certificate is trusted.
  if (problem) return [{ problem, source: bytes, verdict, type: documents[0]?.type ?? '' }];
  return documents.map((reduced) => ({ reduced, verdict }));
}

/** Kept whole where its message cannot be read: the envelope says who sent it. */
function readEnvelope(root: Message['root'], bytes: Uint8Array | string, take: (message: Message) => Piece[]): Piece[] {
  const opened = openEnvelope(root);
  const { transfer } = opened;
  if (!opened.ok) return [{ problem: opened.problem, source: bytes, transfer }];
  const inner = readXml(opened.bytes);
  if (!inner.ok) return [{ problem: { ...inner.problem, path: 'Data', message: `Data: ${inner.problem.message}` }, source: bytes, transfer }];
  if (isEnvelope(inner.root)) return [{ ...unread('BAD_ENVELOPE', 'Data: expected a CEB message; given: another envelope. Put the message itself into Data', bytes), transfer }];
  return take(inner).map((piece) => ({ ...piece, transfer }));
}

const unread = (code: Problem['code'], message: string, source: Uint8Array | string): Piece => ({ problem: { code, path: '', message }, source });
