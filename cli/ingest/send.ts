/** One part of a file → the gateway, batch by batch, and what it says of each document, by its place in the file. */
import { CommandError, EXIT, type ExitCode } from '../exit.ts';
import { readMessage, type Client } from '../client.ts';
import { inRow, placeOf } from '../mapping/rows.ts';
import { CONTENT_TYPE, openSource, type Batch, type How, type Rejection } from './source.ts';
import { partsOf, type Part } from './unpack.ts';

interface Answer { accepted: number; rejected: Rejection[]; events: string[] }
const NOTHING: Answer = { accepted: 0, rejected: [], events: [] };
/** `error`: why the rest of the file was not read; `code`: how the command would end for it alone. */
export interface PartResult { file: string; accepted: number; rejected: number; rejections: Rejection[]; eventIds: string[]; error?: string; code?: ExitCode }

export interface Sending {
  how: How;
  backfill: string | undefined;
  /** Rejections, and ids of events, that are kept one by one. */
  room: number;
  ids: number;
  heard(events: number): void;
  stopped?(): boolean;
}

/** A file that cannot be unpacked is a result like any other: the next one is still read. */
export async function* sendFile(client: Client, name: string, sending: Sending, read: (bytes: number) => void, skipped: { name: string; why: string }[]): AsyncGenerator<PartResult> {
  try {
    for await (const part of partsOf(name, { read, skipped: (inner, why) => skipped.push({ name: inner, why }) })) yield await sendPart(client, part, sending);
  } catch (error) {
    if (!(error instanceof CommandError) || (error.code !== EXIT.refused && error.code !== EXIT.usage)) throw error;
    yield { file: name, accepted: 0, rejected: 0, rejections: [], eventIds: [], error: error.message, code: error.code };
  }
}

/** Failures of the connection, the key or the gateway are thrown: nothing of any other file would fare better. What is wrong with this file is its result's. */
export async function sendPart(client: Client, part: Part, sending: Sending): Promise<PartResult> {
  const result: PartResult = { file: part.name, accepted: 0, rejected: 0, rejections: [], eventIds: [] };
  const keep = (rejections: Rejection[]): void => {
    result.rejected += rejections.length;
    result.rejections.push(...rejections.slice(0, Math.max(0, sending.room - result.rejections.length)));
  };
  try {
    const { batches } = await openSource(part, sending.how);
    for await (const batch of batches) {
      keep(batch.refused);
      const answer = batch.body.length > 0 || batch.refused.length === 0 ? await post(client, batch, sending.backfill) : NOTHING;
      result.accepted += answer.accepted;
      keep(answer.rejected.map((r) => placed(r, batch)));
      result.eventIds.push(...answer.events.slice(0, Math.max(0, sending.ids - result.eventIds.length)));
      sending.heard(batch.refused.length + answer.accepted + answer.rejected.length);
      if (sending.stopped?.()) throw new CommandError(EXIT.refused, `${part.name}: stopped before its end`);
    }
  } catch (error) {
    if (!(error instanceof CommandError) || (error.code !== EXIT.refused && error.code !== EXIT.usage)) throw withProgress(error, result);
    result.error = error.message;
    result.code = error.code;
  }
  return result;
}

export const TAKEN_BEFORE = 'were taken before this. Sending the file again is safe: repeats are counted once.';

function withProgress(error: unknown, { file, accepted }: PartResult): unknown {
  return error instanceof CommandError && accepted > 0 ? new CommandError(error.code, `${file}: ${accepted} events ${TAKEN_BEFORE}\n${error.message}`) : error;
}

/** The gateway counts from the start of its request; people from the start of the file, and in a table by row and column. */
function placed(r: Rejection, batch: Batch): Rejection {
  const mapped = batch.documents?.[r.index];
  if (mapped) return { ...r, index: mapped.index, message: `${placeOf(mapped, r.path)}: ${r.message.replace(/ in line \d+/, '')}` };
  return { ...r, index: r.index + batch.firstIndex, message: r.message.replace(/ in line (\d+)/, (_, line: string) => ` in line ${Number(line) + batch.firstLine}`) };
}

async function post(client: Client, batch: Batch, backfill: string | undefined): Promise<Answer> {
  const headers: Record<string, string> = backfill ? { 'x-fenghuo-backfill': backfill } : {};
  const response = await client.patient('/v1/events', { method: 'POST', body: batch.body, contentType: CONTENT_TYPE[batch.form], headers });
  const text = await response.text();
  const answer = readAnswer(text);
  // 400 with a list of rejections is an answer like any other: nothing could be read, and it says why.
  if (answer && (response.ok || response.status === 400)) return answer;
  const rows = batch.documents?.[0] ? ` to ${inRow(batch.documents[0].row, '')} and after` : '';
  throw new CommandError(response.status >= 500 ? EXIT.gateway : EXIT.refused, `The gateway answered ${response.status}${rows}: ${readMessage(text)}`);
}

function readAnswer(text: string): Answer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<Answer>;
    return typeof answer.accepted === 'number' && Array.isArray(answer.rejected) ? { events: [], ...answer } as Answer : undefined;
  } catch {
    return undefined;
  }
}
