/**
 * Dead letters: found, opened, mended and sent through intake again. A letter's later life stands in the journal as an operation beside the record that it became (or beside the
 * letter that took its place), in one commit; so what is open follows from two tables, and nothing is kept of who did what but these operations: fields, never values.
 */
import type { Operation } from '../../schemas/risk/journal.ts';
import { MESSAGE, MESSAGE_TYPES, type DocumentMessage } from '../../schemas/customs/messages.ts';
import type { Origin } from '../../schemas/trade/envelope.ts';
import type { Checked } from '../intake/check.ts';
import type { Submission, SubmissionResult } from '../intake/intake.ts';
import { TABLES } from '../sink/rows.ts';
import type { Store } from '../sink/store.ts';
import { type Opened, openedView } from './opened.ts';
import { type Changes, patch, type Patched, safePath } from './patch.ts';

/** open: nothing came of it yet · taken: it is in the journal · replaced: it was refused again, and a newer letter stands for it. */
export const LETTER_STATUS = ['open', 'taken', 'replaced'] as const;
export interface LetterFilter { ids?: readonly string[]; reason?: string; feed?: string; since?: number; until?: number; open?: boolean; limit: number }
type Row = Record<string, unknown>;

/** What became of a letter, one entry a document or refusal; newest last. */
export interface Life { kind: string; at: number; by: string; messageType: string; code: string; fields: string[]; eventId: string; documentKey: string; orderKey: string; refusedBy: string }
export interface Story { letter: Row; lives: Life[]; /** Letters that took its place. */ successors: string[] }

export interface Replayed extends Omit<SubmissionResult, 'unreadable'> { /** Ids that were taken or replaced before: not sent again. */ already: string[] }
/** `set` for a document that could be read; `message`, the whole anew, for any. */
export type Mending = { set: Changes } | { message: string; form: Submission['form'] };

interface Kept { id: string; reason: string; messageType: string; form: Submission['form'] | 'avro' | 'csv'; feed: string; origin: Origin; backfill: string; sealed: string; sealKeyId: string; status: (typeof LETTER_STATUS)[number] }

export interface LettersOptions {
  store: Pick<Store, 'query'>;
  unseal(bytes: Uint8Array): Uint8Array;
  submit(submission: Submission): Promise<SubmissionResult>;
  check(submission: Submission, now: number): Checked[];
  note(operation: Operation): void;
  now: () => number;
}

const LATER = `(SELECT letter, countIf(code = '') AS taken, count() AS tries FROM fenghuo.operations WHERE kind IN ('replayed', 'repaired') GROUP BY letter)`;
const SELECT = `SELECT d.*, multiIf(l.taken > 0, 'taken', l.tries > 0, 'replaced', 'open') AS status FROM fenghuo.dead_letters AS d LEFT JOIN ${LATER} AS l ON l.letter = d.id`;

function whereOf({ ids, reason, feed, since, until, open }: Omit<LetterFilter, 'limit'>): string {
  const where = ['1'];
  if (ids !== undefined) where.push('d.id IN {ids:Array(String)}');
  if (reason !== undefined) where.push('reason = {reason:String}');
  if (feed !== undefined) where.push('feed = {feed:String}');
  if (since !== undefined) where.push('at >= fromUnixTimestamp64Milli({since:Int64})');
  if (until !== undefined) where.push('at < fromUnixTimestamp64Milli({until:Int64})');
  if (open === true) where.push("status = 'open'");
  return where.join(' AND ');
}

/** Codes of texts of which no document could be read, though they are kept in the form in which they came. */
const UNREAD = new Set(['UNREADABLE_JSON', 'EMPTY_MESSAGE', 'TOO_LARGE']);
const holdsDocument = ({ form, reason }: Pick<Kept, 'form' | 'reason'>): boolean => form === 'json' && !UNREAD.has(reason);

export class DeadLetters {
  readonly #options: LettersOptions;

  constructor(options: LettersOptions) {
    this.#options = options;
  }

  /** Newest first. */
  list(filter: LetterFilter): Promise<Row[]> {
    return this.#options.store.query<Row>(`${SELECT} WHERE ${whereOf(filter)} ORDER BY at DESC, logOffset DESC LIMIT {limit:UInt32}`, { ...filter });
  }

  /** What a replay by filter would send, oldest first: all open letters that fit, of which `limit` ids. */
  async select(filter: LetterFilter): Promise<{ total: number; ids: string[] }> {
    const open = { ...filter, open: true };
    const [count] = await this.#options.store.query<{ total: number }>(`SELECT count() AS total FROM (${SELECT} WHERE ${whereOf(open)})`, { ...open });
    const rows = await this.#options.store.query<{ id: string }>(`SELECT id FROM (${SELECT} WHERE ${whereOf(open)}) ORDER BY at, logOffset LIMIT {limit:UInt32}`, { ...open });
    return { total: Number(count?.total ?? 0), ids: rows.map(({ id }) => id) };
  }

  /** All that is known of a letter without opening it. */
  async story(id: string): Promise<Story | undefined> {
    const [letter] = await this.list({ ids: [id], limit: 1 });
    if (!letter) return undefined;
    const [lives, next] = await Promise.all([
      this.#options.store.query<Row>("SELECT kind, at, operator, messageType, code, fields, eventId FROM fenghuo.operations WHERE kind IN ('replayed', 'repaired') AND letter = {id:String} ORDER BY at LIMIT 100", { id }),
      this.#options.store.query<{ id: string }>('SELECT id FROM fenghuo.dead_letters WHERE replayOf = {id:String} ORDER BY at LIMIT 100', { id }),
    ]);
    return { letter, lives: await Promise.all(lives.map((life) => this.#life(life))), successors: next.map((one) => one.id) };
  }

  /** The letters that documents come from, by event id. */
  async origins(eventIds: readonly string[]): Promise<Map<string, string>> {
    if (eventIds.length === 0) return new Map();
    const rows = await this.#options.store.query<{ eventId: string; letter: string }>("SELECT eventId, letter FROM fenghuo.operations WHERE kind IN ('replayed', 'repaired') AND eventId IN {eventIds:Array(String)} ORDER BY at", { eventIds });
    return new Map(rows.map(({ eventId, letter }) => [eventId, letter]));
  }

  /** Opens the seal: an operation of the journal, as the reading of a dossier is. */
  async open(id: string, clear: boolean, by: string): Promise<Opened | undefined> {
    const [letter] = await this.#kept([id]);
    if (!letter) return undefined;
    const bytes = this.#bytes(letter);
    this.#options.note({ kind: 'sensitive-read', feed: letter.feed, messageType: 'dead-letter', code: clear ? 'clear' : 'masked', operator: by, origin: 'live', at: this.#options.now(), letter: id });
    return openedView(letter.form, bytes, clear);
  }

  /** Sends letters as they are, one after the other. What was taken or replaced before is not sent again, so a replay may be repeated. */
  async replay(ids: readonly string[], by: string): Promise<Replayed> {
    const letters = new Map((await this.#kept(ids)).map((letter) => [letter.id, letter]));
    const total: Replayed = { accepted: 0, rejected: [], events: [], already: [] };
    for (const [index, id] of [...new Set(ids)].entries()) {
      const letter = letters.get(id);
      const refusal = letter ? unreplayable(letter) : { code: 'NOT_FOUND', message: `no dead letter ${id}; GET /v1/dead-letters lists them` };
      if (letter && letter.status !== 'open') total.already.push(id);
      else if (refusal || !letter) total.rejected.push({ index, path: '', ...(refusal as { code: string; message: string }) });
      else {
        const { accepted, events, rejected } = await this.#options.submit(submissionOf(letter, this.#bytes(letter), letter.form as Submission['form'], by, []));
        total.accepted += accepted;
        total.events.push(...events);
        for (const one of rejected) total.rejected.push({ ...one, index });
      }
    }
    return total;
  }

  /** The letter's message with other fields, or another message whole; `dry`: only says what intake would make of it. */
  async repair(id: string, mending: Mending, by: string, dry: boolean): Promise<Mended | undefined> {
    const [letter] = await this.#kept([id]);
    if (!letter) return undefined;
    if (letter.status !== 'open') return { ok: false, code: 'ALREADY', path: '', message: `dead letter ${id} is ${letter.status} already: \`npx fenghuo dead-letters show ${id}\` tells what became of it` };
    const made = this.#mend(letter, mending);
    if (!made.ok) return { ok: false, code: 'NOT_REPAIRABLE', path: made.path, message: made.message };
    const [form, fields]: [Submission['form'], string[]] = 'message' in mending ? [mending.form, ['*']] : ['json', Object.keys(mending.set).map(safePath)];
    const submission = submissionOf(letter, made.text, form, by, fields);
    if (dry) return { ok: true, problems: this.#options.check(submission, this.#options.now()).flatMap(({ problems }) => problems) };
    const { unreadable: _, ...result } = await this.#options.submit(submission);
    return { ok: true, result: { ...result, already: [] } };
  }

  #mend(letter: Kept, mending: Mending): Patched {
    if (letter.form === 'csv') return { ok: false, path: '', message: TABLE };
    if ('message' in mending) return { ok: true, text: mending.message };
    if (holdsDocument(letter)) return patch(Buffer.from(this.#bytes(letter)).toString('utf8'), mending.set);
    return { ok: false, path: '', message: letter.form === 'avro'
      ? 'the letter had passed intake, so its original is gone and only tokens are left: give the whole message as its sender has it (--message FILE)'
      : 'no document could be read of the letter, so it has no fields to set: give the whole message (--message FILE)' };
  }

  async #life({ kind, at, operator, messageType, code, fields, eventId }: Row): Promise<Life> {
    const life = { kind: String(kind), at: Date.parse(`${String(at).replace(' ', 'T')}Z`), by: String(operator), messageType: String(messageType), code: String(code), fields: fields as string[], eventId: String(eventId), documentKey: '', orderKey: '', refusedBy: '' };
    const table = life.eventId === '' || !(MESSAGE_TYPES as readonly string[]).includes(life.messageType) || life.messageType === 'baseline' ? undefined : TABLES.find(({ type }) => type === MESSAGE[life.messageType as DocumentMessage].record);
    if (!table) return life;
    const [[document], [refused]] = await Promise.all([
      this.#options.store.query<{ documentKey: string; orderKey: string }>(`SELECT documentKey, orderKey FROM fenghuo.${table.name} WHERE eventId = {eventId:String} LIMIT 1`, { eventId: life.eventId }),
      // Taken by intake and put aside by screening: a guid that was used, an order that is closed. Its id begins with the event's.
      this.#options.store.query<{ id: string }>("SELECT id FROM fenghuo.dead_letters WHERE form = 'avro' AND startsWith(id, concat('dl-', {eventId:String}, '-')) ORDER BY at DESC LIMIT 1", { eventId: life.eventId }),
    ]);
    return { ...life, documentKey: document?.documentKey ?? '', orderKey: document?.orderKey ?? '', refusedBy: refused?.id ?? '' };
  }

  #kept(ids: readonly string[]): Promise<Kept[]> {
    return this.#options.store.query<Kept>(`${SELECT} WHERE ${whereOf({ ids })} ORDER BY at`, { ids });
  }

  #bytes({ form, sealed }: Kept): Uint8Array {
    const bytes = Buffer.from(sealed, 'base64');
    return form === 'avro' ? bytes : this.#options.unseal(bytes);
  }
}

export type Mended = { ok: true; problems: Checked['problems'] } | { ok: true; result: Replayed } | { ok: false; code: 'ALREADY' | 'NOT_REPAIRABLE'; path: string; message: string };

const TABLE = 'the letter is a refused table: mend the lines that it names and load the file again (`npx fenghuo reference load FILE`)';

function unreplayable({ id, form }: Kept): { code: string; message: string } | undefined {
  if (form === 'csv') return { code: 'NOT_REPLAYABLE', message: `dead letter ${id}: ${TABLE}` };
  if (form === 'avro') return { code: 'NOT_REPLAYABLE', message: `dead letter ${id} had passed intake (guid reused, or order closed): send it anew under a guid of its own, or \`npx fenghuo dead-letters repair ${id} --message FILE\`` };
  return undefined;
}

/** As its sender's, whoever sends it again. What was refused for its signature, or of what nothing could be read, was never verified. */
const submissionOf = (letter: Kept, bytes: Uint8Array | string, form: Submission['form'], operator: string, repaired: string[]): Submission => ({
  bytes, form, sender: letter.feed.split('/')[0] ?? 'replay', origin: letter.origin, backfill: letter.backfill, allowReference: letter.messageType === 'baseline' && letter.reason !== 'REFERENCE_NOT_ALLOWED', replayOf: letter.id,
  verified: holdsDocument(letter) && letter.reason !== 'SIGNATURE_INVALID', operator, repaired,
});
