/** The three forms of a submission → documents as sent, or what could not be read. Parsers' own messages may quote the text: none is passed on. */
import { reduceJson } from '../../schemas/customs/reduce-json.ts';
import { reduceXml } from '../../schemas/customs/reduce-xml.ts';
import type { Reduced } from '../../schemas/customs/messages.ts';
import { readXml } from '../../schemas/customs/xml.ts';
import type { Problem } from '../../schemas/reasons.ts';
import type { Submission } from './intake.ts';

/** `source`: the text to keep where there is no document. */
export type Piece = { reduced: Reduced; problem?: undefined } | { reduced?: undefined; problem: Problem; source: Uint8Array | string };

/** Of one JSON text; a body of NDJSON is bounded by the gateway alone. */
export const JSON_BYTES = 64 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function readSubmission(submission: Submission): Piece[] {
  if (submission.form === 'xml') return readOneXml(submission.bytes);
  let text: string;
  try {
    text = typeof submission.bytes === 'string' ? submission.bytes : utf8.decode(submission.bytes);
  } catch {
    return [unread('UNREADABLE_JSON', 'expected UTF-8; given: bytes that are none. Send the text as UTF-8', submission.bytes)];
  }
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  if (submission.form === 'json') return readOneJson(text, '');
  const pieces: Piece[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() !== '') for (const piece of readOneJson(line, ` in line ${number}`)) pieces.push(piece);
  }
  return pieces.length > 0 ? pieces : [unread('EMPTY_MESSAGE', 'expected one JSON document a line; given: no line with text', text)];
}

function readOneJson(text: string, where: string): Piece[] {
  if (text.trim() === '') return [unread('EMPTY_MESSAGE', 'expected a JSON document or an array of them; given: nothing', text)];
  if (text.length > JSON_BYTES) return [unread('TOO_LARGE', `expected at most ${JSON_BYTES} characters of JSON${where}; given: ${text.length}`, text)];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const place = position === undefined ? `${text.length} characters` : `the fault is at character ${position} of ${text.length}`;
    return [unread('UNREADABLE_JSON', `expected JSON${where}; ${place}. Check quotes, commas and that the text is complete`, text)];
  }
  const documents = reduceJson(value);
  if (documents.length === 0) return [unread('EMPTY_MESSAGE', `expected at least one document${where}; given: none`, text)];
  return documents.map((reduced) => ({ reduced }));
}

function readOneXml(bytes: Uint8Array | string): Piece[] {
  if (bytes.length === 0) return [unread('EMPTY_MESSAGE', 'expected a CEB message; given: nothing', bytes)];
  const reading = readXml(bytes);
  if (!reading.ok) return [{ problem: reading.problem, source: bytes }];
  const documents = reduceXml(reading.root);
  if (documents.length === 0) return [unread('EMPTY_MESSAGE', 'expected at least one document in the message; given: none', bytes)];
  return documents.map((reduced) => ({ reduced }));
}

const unread = (code: Problem['code'], message: string, source: Uint8Array | string): Piece => ({ problem: { code, path: '', message }, source });
