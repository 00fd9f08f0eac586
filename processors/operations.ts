/**
 * intake.operations.v1, the door for what is no trade document: today versions of reference tables, as `artifact` records (name = the table, content = its CSV, by = who put it).
 * Each is read once: the position moves in the commit of what the record did, be it an edition or a dead letter, so no crash can part the two.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { letterId } from '../schemas/risk/alert.ts';
import { hashOf } from '../schemas/risk/edition.ts';
import type { Artifact } from '../schemas/risk/journal.ts';
import type { Log, LogRecord } from '../streams/log.ts';
import type { EmbeddedPipeline } from './embedded.ts';
import type { Rejected } from './intake/intake.ts';
import type { Seal } from './intake/seal.ts';
import type { LoadResult, Reference } from './reference.ts';

export const OPERATIONS = 'intake.operations.v1';
/** The reader's name beside its position. */
export const READER = 'reference';
const AGAIN_MS = 1_000;
/** Findings that a dead letter names. */
const NAMED = 20;

type Refused = { code: string; path: string; message: string; by: string; text: string | Uint8Array };

/** Inside a commit: what the reader did and how far it is become durable together. */
export const readTo = (log: Log, position: number): Promise<void> =>
  log.commit({ group: READER, topic: OPERATIONS, partition: 0, outputs: [], state: { changes: [], position, pass: { begins: true, ends: true } } });

export class Operations {
  readonly #pipeline: Pick<EmbeddedPipeline, 'log' | 'write' | 'subscribe'>;
  readonly #reference: Pick<Reference, 'load'>;
  readonly #seal: Seal;
  readonly #onTrouble: (error: Error) => void;
  /** What lies before it is durable. */
  #end = 0;
  #stopping = false;
  #wake: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(pipeline: Pick<EmbeddedPipeline, 'log' | 'write' | 'subscribe'>, reference: Pick<Reference, 'load'>, seal: Seal, onTrouble: (error: Error) => void) {
    this.#pipeline = pipeline;
    this.#reference = reference;
    this.#seal = seal;
    this.#onTrouble = onTrouble;
  }

  /** Goes on where the last run ended. Call it before anything is put. */
  async start(): Promise<void> {
    this.#end = (await this.#pipeline.log.bounds(OPERATIONS, 0)).end;
    this.#unsubscribe = this.#pipeline.subscribe([OPERATIONS], (records) => {
      this.#end = (records.at(-1) as LogRecord).offset + 1;
      this.#wake?.();
    });
    this.#running = this.#run();
  }

  /** Durable once resolved; in force (or a dead letter) soon after. */
  async put(table: string, text: string, by: string): Promise<{ topic: string; partition: number; offset: number }> {
    let offset = -1;
    const body: Artifact = { name: table, version: '', hash: hashOf(text), content: text, by };
    await this.#pipeline.write(async ({ log, entry }) => { offset = await log.append(OPERATIONS, 0, [entry('artifact', 'artifact', body)]); });
    return { topic: OPERATIONS, partition: 0, offset };
  }

  /** Records that were put and are not in force (or dead letters) yet. */
  async lag(): Promise<number> {
    return Math.max(0, this.#end - (await this.#pipeline.log.position(READER, OPERATIONS, 0)));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe?.();
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        // Asked anew each time: after a commit of which nobody knows whether it succeeded, the log says.
        const position = await this.#pipeline.log.position(READER, OPERATIONS, 0);
        if (position < this.#end) for (const record of await this.#pipeline.log.read(OPERATIONS, 0, position, 1)) await this.#take(record);
        else await new Promise<void>((resolve) => { this.#wake = resolve; });
      } catch (error) {
        if (this.#stopping) return;
        this.#onTrouble(error as Error);
        await sleep(AGAIN_MS);
      }
    }
  }

  async #take(record: LogRecord): Promise<void> {
    const next = record.offset + 1;
    const refused = await loadTable(record, (table, text, by) => this.#reference.load(table, text, by, false, next));
    await this.#pipeline.write(({ log }) => readTo(log, next), refused && { accepted: [], rejected: [tableLetter(record, refused, this.#seal)], noted: [], unreadable: false });
  }
}

/** Undefined where the record's table is in force now, or was before. */
export async function loadTable(record: LogRecord, load: (table: string, text: string, by: string) => Promise<LoadResult>): Promise<Refused | undefined> {
  const artifact = bodyOf(record);
  if (!artifact) return { code: 'UNKNOWN_TYPE', path: '', message: `expected an artifact record (a reference table); given: ${record.type}`, by: '', text: record.bytes };
  const { name, content, by } = artifact;
  const result = await load(name, content, by);
  if (result.ok) return undefined;
  const lines = result.findings.slice(0, NAMED).map(({ file, line, message, suggestion }) => `${file}:${line} ${message}${suggestion && ` (${suggestion})`}`);
  if (result.findings.length > NAMED) lines.push(`and ${result.findings.length - NAMED} more`);
  const [first] = result.findings;
  return { code: result.code, path: first ? `${first.file}:${first.line}` : '', message: lines.join('\n'), by, text: content };
}

export function tableLetter({ offset, arrival }: LogRecord, { code, path, message, by, text }: Refused, seal: Seal): Rejected {
  const [messageType, feed] = ['reference', `${by || 'unknown'}/reference`];
  return {
    index: 0, code, path, message,
    deadLetter: { id: letterId(`operations-${offset}`), reason: code, path, message, feed, messageType, form: 'csv', sealed: seal.seal(text), sealKeyId: seal.keyId, replayOf: '', origin: 'live', at: arrival },
    operation: { kind: 'rejected', feed, messageType, code, operator: '', origin: 'live', at: arrival },
  };
}

/** undefined where it is something else, or cannot be read. */
function bodyOf(record: LogRecord): Artifact | undefined {
  try {
    return record.type === 'artifact' ? (record.body as Artifact) : undefined;
  } catch {
    return undefined;
  }
}
