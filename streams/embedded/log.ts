/**
 * The log in one SQLite file (WAL). Appends and outputs made inside `together` are gathered in memory and written in one transaction at its end, one blob a topic partition;
 * stages of this process read them from memory before that, with their decoded bodies. State and position are written into that transaction at once. It is durable when the write-ahead
 * file has been synced since (`Wal`): that goes on beside the gathering of the next batch, which is not committed before. If writing or syncing fails, the log refuses everything until
 * `reset` and the owner restarts from the positions.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { encode } from '../../schemas/registry.ts';
import { fromSqlite, LogError } from '../errors.ts';
import { partitionOf, type Commit, type Entry, type Log, type LogRecord, type Output, type StateChange, type StateFlush } from '../log.ts';
import { topic as topicSpec, TOPICS } from '../topics.ts';
import { identify, openWriter, READ_BATCHES, readStored } from './file.ts';
import { FrameWriter } from './frame.ts';
import { Names } from './names.ts';
import { SqliteRest } from '../disk/rest.ts';
import { Retention, type Pruned } from './retention.ts';
import { Room, ROOM_BYTES } from '../disk/room.ts';
import { packState, unpackState } from './state-blob.ts';
import { type Sync, Wal } from './wal.ts';

interface Tail { topic: string; partition: number; end: number; /** Bytes ever appended to it. */ bytes: number; lastAppendedAt: number; pending: PendingRecord[] }

/** A record of this process that may not be on disk yet: its body is handed on as it is. */
class PendingRecord implements LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
  readonly incarnation: string;
  readonly entry: Entry;
  constructor(tail: Tail, offset: number, appendedAt: number, incarnation: string, entry: Entry) {
    this.topic = tail.topic;
    this.partition = tail.partition;
    this.offset = offset;
    this.appendedAt = appendedAt;
    this.incarnation = incarnation;
    this.entry = entry;
  }
  get type() { return this.entry.type; }
  get key() { return this.entry.key; }
  get eventTime() { return this.entry.eventTime; }
  get arrival() { return this.entry.arrival; }
  get source() { return this.entry.source; }
  get body() { return this.entry.body; }
  get bytes(): Uint8Array { return this.entry.bytes ?? encode(this.entry.type, this.entry.body); }
}

export interface EmbeddedLogOptions {
  file: string;
  /** Epoch ms. */
  now: () => number;
  /** Called after each durable commit with what it appended. */
  onCommitted?: (records: LogRecord[]) => void;
  /** Bytes of records that are kept at most; omitted: only their age counts. */
  maxBytes?: number;
  /** What the resting tables keep of their rows in memory, all together. Default 64 MB. */
  roomBytes?: number;
  /** Groups of other processes that read these topics: nothing is dropped before they have told how far they are (`reads`). */
  readers?: Readonly<Record<string, readonly string[]>>;
  /** Partition counts where a test wants others than streams/topics.ts; must stay the same for the file's life. */
  partitions?: (topic: string) => number;
  /** How the write-ahead file comes to the disk, where a test wants to hold it up or to have it fail. */
  sync?: Sync;
}

/** A batch that is written; `durable` rejects where it may not be. */
export interface Written<T> { result: T; durable: Promise<void> }

export class EmbeddedLog implements Log {
  readonly incarnation: string;
  readonly #db: DatabaseSync;
  readonly #wal: Wal;
  readonly #options: EmbeddedLogOptions;
  readonly #names: Names;
  readonly #writer: FrameWriter;
  readonly #tails = new Map<string, Tail>();
  readonly #touched = new Set<Tail>();
  /** Where the pass of a group's partition began. */
  readonly #passes = new Map<string, number>();
  #room: Room;
  readonly #retention: Retention;
  /** By group and partition, then by table. */
  readonly #rests = new Map<string, Map<string, SqliteRest>>();
  #notes = new Map<string, string>();
  #inside = false;
  #broken: LogError | undefined;
  /** Resolves when nothing is being synced, whatever came of it. */
  #inFlight: Promise<void> = Promise.resolve();
  /** A sync has failed: what was written then is in the file, but it may not be on the disk, whatever a later sync says. */
  #unsynced: { error: LogError; untold: LogRecord[] } | undefined;
  readonly #insertBatch: StatementSync;
  readonly #addState: StatementSync;
  readonly #dropState: StatementSync;
  readonly #putPosition: StatementSync;
  readonly #readBatches: StatementSync;

  constructor(options: EmbeddedLogOptions) {
    this.#options = options;
    mkdirSync(dirname(options.file), { recursive: true });
    this.#db = this.#try('open', () => openWriter(options.file));
    this.incarnation = this.#try('read the format', () => identify(this.#db, options.file));
    this.#wal = new Wal(options.file, options.sync);
    this.#names = new Names(this.#db);
    for (const { name } of TOPICS) this.#names.id(name); // known before any batch, so that a failed one cannot leave a name behind in memory only
    this.#names.id('http');
    this.#writer = new FrameWriter(this.#names);
    this.#insertBatch = this.#db.prepare('INSERT INTO batches (topic, partition, base, count, appended_at, bytes_to, frames) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#addState = this.#db.prepare('INSERT INTO state (grp, partition, changes) VALUES (?, ?, ?)');
    this.#dropState = this.#db.prepare('DELETE FROM state WHERE grp = ? AND partition = ? AND flush < ?');
    this.#putPosition = this.#db.prepare('INSERT INTO positions (grp, topic, partition, position) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position');
    this.#readBatches = this.#db.prepare(READ_BATCHES);
    this.#room = new Room(options.roomBytes ?? ROOM_BYTES);
    this.#retention = new Retention(this.#db, options.file, options.maxBytes ?? Number.POSITIVE_INFINITY, (topic) => this.partitions(topic));
    for (const [group, topics] of Object.entries(options.readers ?? {})) for (const topic of topics) for (let p = 0; p < this.partitions(topic); p++) this.reads(group, topic, p, 0);
  }

  async ensureTopics(): Promise<void> {
    for (const { name } of TOPICS) {
      const stored = await this.note(`partitions:${name}`);
      const wanted = String(this.partitions(name));
      if (stored !== undefined && stored !== wanted) {
        throw new LogError('OTHER_VERSION', `topic ${name} has ${stored} partitions in ${this.#options.file}, but ${wanted} are asked for. The count is fixed for the life of a topic version: start with ${stored}, or with an empty data folder.`);
      }
      if (stored === undefined) await this.setNote(`partitions:${name}`, wanted);
    }
  }

  partitions(topic: string): number {
    return this.#options.partitions?.(topic) ?? topicSpec(topic).partitions.embedded;
  }

  async append(topic: string, partition: number, entries: Entry[]): Promise<number> {
    this.#usable();
    const base = this.#tail(topic, partition).end;
    for (const entry of entries) this.#add(topic, partition, entry);
    if (!this.#inside) await this.#flush();
    return base;
  }

  async read(topic: string, partition: number, offset: number, limit: number): Promise<LogRecord[]> {
    const tail = this.#tail(topic, partition);
    const inMemory = tail.end - tail.pending.length;
    if (offset >= inMemory && offset <= tail.end) return tail.pending.slice(offset - inMemory, offset - inMemory + limit);
    return readStored(this.#readBatches, this.#names, this.incarnation, topic, partition, offset, limit, tail.end);
  }

  async bounds(topic: string, partition: number): Promise<{ start: number; end: number }> {
    const first = this.#db.prepare('SELECT min(base) AS start FROM batches WHERE topic = ? AND partition = ?').get(topic, partition);
    const { end, pending } = this.#tail(topic, partition);
    return { start: (first?.start as number | null) ?? end - pending.length, end };
  }

  /** The next offset of a partition, known in memory. */
  endOf(topic: string, partition: number): number {
    return this.#tail(topic, partition).end;
  }

  /** The folder's lock has settled it. */
  async claim(): Promise<void> {}

  async position(group: string, topic: string, partition: number): Promise<number> {
    const row = this.#db.prepare('SELECT position FROM positions WHERE grp = ? AND topic = ? AND partition = ?').get(group, topic, partition);
    const position = (row?.position as number | undefined) ?? 0;
    this.reads(group, topic, partition, position);
    return position;
  }

  /** How far a reader has come: what it has still to read is kept whatever its age. */
  reads(group: string, topic: string, partition: number, position: number): void {
    this.#retention.reads(group, topic, partition, position);
  }

  async *restore(group: string, _topic: string, partition: number): AsyncIterable<StateChange> {
    const rows = this.#db.prepare('SELECT changes FROM state WHERE grp = ? AND partition = ? ORDER BY flush').iterate(group, partition);
    for (const { changes } of rows) yield* unpackState(Buffer.from((changes as Uint8Array).buffer, (changes as Uint8Array).byteOffset, (changes as Uint8Array).length));
  }

  /** Names of the resting tables that a group's partition has. */
  resting(group: string, partition: number): string[] {
    const owner = `${group}/${partition}/`;
    const names = this.#db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, ?) = ? ORDER BY name").all(owner.length, owner).map(({ name }) => name as string);
    return names.filter((name) => !name.includes(' ')).map((name) => name.slice(owner.length));
  }

  rest(group: string, _topic: string, partition: number, table: string): SqliteRest {
    const owner = `${group}/${partition}`;
    let rests = this.#rests.get(owner);
    if (!rests) this.#rests.set(owner, (rests = new Map()));
    let rest = rests.get(table);
    if (!rest) rests.set(table, (rest = new SqliteRest(this.#db, `${owner}/${table}`, this.#room)));
    return rest;
  }

  async commit(commit: Commit): Promise<void> {
    this.#usable();
    for (const output of commit.outputs) this.#add(output.topic, this.#target(output), output);
    const { state } = commit;
    // At once: what a stage puts into its resting tables after this belongs to its next flush.
    if (state) this.#try('write a batch', () => this.#writing(() => this.#writeState(commit, state)));
    if (!this.#inside) await this.#flush();
  }

  async together<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside) {
      this.#usable();
      return work();
    }
    const { result, durable } = await this.written(work);
    await durable;
    return result;
  }

  /** `together`, for whoever goes on with the next batch while this one is being synced: one at a time, the next waits with its writing. Never inside another. */
  async written<T>(work: () => Promise<T>): Promise<Written<T>> {
    this.#usable();
    this.#inside = true;
    try {
      const result = await work();
      await this.#inFlight;
      this.#usable();
      return { result, durable: this.#flush() };
    } catch (error) {
      this.#broken ??= new LogError('FAILED', `${this.#options.file}: the last batch was not written; restart from the committed positions`, error);
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#inside = false;
    }
  }

  async note(name: string): Promise<string | undefined> {
    return this.#notes.get(name) ?? (this.#db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value as string | undefined);
  }

  /** All of them, the log's own format and incarnation included. */
  notes(): Record<string, string> {
    return Object.fromEntries(this.#db.prepare('SELECT name, value FROM meta ORDER BY name').all().map(({ name, value }) => [name as string, value as string]));
  }

  async setNote(name: string, value: string): Promise<void> {
    this.#usable();
    this.#notes.set(name, value);
    if (!this.#inside) await this.#flush();
  }

  /** Forgets what a failed transaction left in memory. The owner then restores every stage from its committed position. */
  reset(): void {
    if (this.#unsynced) this.#bringToDisk(this.#unsynced.untold);
    this.#tails.clear();
    this.#touched.clear();
    this.#notes.clear();
    this.#passes.clear();
    this.#rests.clear();
    this.#room = new Room(this.#options.roomBytes ?? ROOM_BYTES);
    this.#broken = undefined;
  }

  /** One turn of retention; between two commits. */
  prune(): Pruned {
    this.#usable();
    return this.#try('drop old batches', () => this.#retention.prune(this.#options.now()));
  }

  async close(): Promise<void> {
    await this.#inFlight;
    if (this.#db.isOpen) this.#db.close();
    this.#wal.close();
  }

  #target(output: Output): number {
    return output.partition ?? partitionOf(output.key, this.partitions(output.topic));
  }

  #add(topic: string, partition: number, entry: Entry): void {
    const tail = this.#tail(topic, partition);
    if (tail.pending.length === 0) {
      tail.lastAppendedAt = Math.max(tail.lastAppendedAt, this.#options.now());
      this.#touched.add(tail);
    }
    tail.pending.push(new PendingRecord(tail, tail.end, tail.lastAppendedAt, this.incarnation, entry));
    tail.end++;
  }

  /** Writes what is gathered. Resolves when it is durable. */
  #flush(): Promise<void> {
    const committed: LogRecord[] = [];
    this.#try('write a batch', () => this.#writing(() => {
      for (const tail of this.#touched) this.#writeTail(tail, committed);
      for (const rests of this.#rests.values()) for (const rest of rests.values()) rest.writeRows();
      for (const [name, value] of this.#notes) this.#db.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(name, value);
      this.#db.exec('COMMIT');
    }));
    for (const tail of this.#touched) tail.pending = [];
    this.#touched.clear();
    this.#notes.clear();
    const durable = this.#inFlight.then(() => this.#sync(committed));
    this.#inFlight = durable.catch(() => undefined);
    return durable;
  }

  /** Inside the transaction of the batch that is gathered. */
  #writing(work: () => void): void {
    if (!this.#db.isTransaction) this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  async #sync(committed: LogRecord[]): Promise<void> {
    try {
      if (!this.#unsynced) await this.#wal.sync();
    } catch (error) {
      this.#unsynced = { error: fromSqlite(error, this.#options.file, 'bring a batch to the disk'), untold: [] };
    }
    if (this.#unsynced) {
      this.#unsynced.untold.push(...committed);
      throw this.#broken = this.#unsynced.error;
    }
    if (committed.length > 0) this.#options.onCommitted?.(committed);
  }

  /** After a sync that failed: into the database, from where the write-ahead file begins anew. Its writers were refused, but it is in the log and it counts. */
  #bringToDisk(untold: LogRecord[]): void {
    this.#try('bring a batch to the disk', () => {
      const { busy } = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
      if (busy !== 0) throw new LogError('FAILED', `${this.#options.file}: the last batch could not be brought to the disk while another process reads the log; it is tried again`);
    });
    this.#unsynced = undefined;
    if (untold.length > 0) this.#options.onCommitted?.(untold);
  }

  #writeTail(tail: Tail, committed: LogRecord[]): void {
    for (const record of tail.pending) {
      this.#writer.add(record.entry);
      committed.push(record);
    }
    const frames = this.#writer.take();
    tail.bytes += frames.length;
    this.#insertBatch.run(tail.topic, tail.partition, tail.end - tail.pending.length, tail.pending.length, tail.lastAppendedAt, tail.bytes, frames);
  }

  #writeState({ group, topic, partition }: Commit, { changes, pass, position }: StateFlush): void {
    const owner = `${group}/${partition}`;
    const flushed = Number(this.#addState.run(group, partition, packState(changes)).lastInsertRowid);
    if (pass.begins) this.#passes.set(owner, flushed);
    const began = this.#passes.get(owner);
    if (pass.ends && began !== undefined) this.#dropState.run(group, partition, began);
    for (const rest of this.#rests.get(owner)?.values() ?? []) rest.write();
    this.#putPosition.run(group, topic, partition, position);
    this.reads(group, topic, partition, position);
  }

  #tail(topic: string, partition: number): Tail {
    const name = `${topic}/${partition}`;
    let tail = this.#tails.get(name);
    if (!tail) {
      const last = this.#db.prepare('SELECT base + count AS end, appended_at, bytes_to FROM batches WHERE topic = ? AND partition = ? ORDER BY base DESC LIMIT 1').get(topic, partition);
      tail = { topic, partition, end: (last?.end as number | undefined) ?? 0, bytes: (last?.bytes_to as number | undefined) ?? 0, lastAppendedAt: (last?.appended_at as number | undefined) ?? 0, pending: [] };
      this.#tails.set(name, tail);
    }
    return tail;
  }

  #usable(): void {
    if (this.#broken) throw this.#broken;
  }

  #try<T>(doing: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const told = error instanceof LogError ? error : fromSqlite(error, this.#options.file, doing);
      if (doing === 'write a batch') this.#broken = told;
      throw told;
    }
  }
}
