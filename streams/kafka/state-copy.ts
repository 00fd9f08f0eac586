/**
 * A partition's state once more, in an SQLite file of this machine: so it need not be in memory, and a start over the same folder reads of the state topic only what came since. The topic is right, this is its copy:
 * a flush is written here as it is sent and committed here once Kafka has it, so the copy is of that flush or of an earlier one, never ahead, and what it lacks is read from the topic.
 * It outlives processes, not the machine's restart: nothing waits for the disk, so of a system that went down SQLite may have lost pages, and the copy is thrown away.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SqliteRest } from '../disk/rest.ts';
import type { Room } from '../disk/room.ts';
import type { StateChange, StateValue } from '../log.ts';
import type { Rest } from '../rest.ts';

/** To be raised where a table stops resting. */
const FORMAT = 1;
/** Kafka forgets that a key was deleted a day after (`delete.retention.ms`): a copy that is older than half of it might keep such a key for ever. */
const LONGEST_MS = 12 * 3_600_000;

export class StateCopy {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #room: Room;
  readonly #rests = new Map<string, SqliteRest>();
  readonly #put: StatementSync;
  readonly #take: StatementSync;
  readonly #note: StatementSync;
  /** Tables that rested here and that the stage has not asked for. */
  readonly #left: Set<string>;
  /** What came from the topic, by table, of those that may not rest. */
  readonly #came = new Map<string, StateChange[]>();
  /** It was not empty when it was opened. */
  readonly used: boolean;
  #applied: number;
  #closed = false;

  private constructor(file: string, db: DatabaseSync, room: Room, applied: number) {
    this.#file = file;
    this.#db = db;
    this.#room = room;
    this.#applied = applied;
    this.used = applied > 0;
    this.#put = db.prepare('INSERT OR REPLACE INTO plain (key, value, applied) VALUES (?, ?, ?)');
    this.#take = db.prepare('DELETE FROM plain WHERE key = ?');
    this.#note = db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)');
    this.#left = new Set(db.prepare("SELECT name FROM sqlite_master WHERE name LIKE 'rest/%' AND name NOT LIKE '% %'").all().map(({ name }) => (name as string).slice('rest/'.length)));
    db.exec('BEGIN');
  }

  /**
   * The copy in `file`, or an empty one where there is none that may be believed. `of`: names the state topic's partition and its log. `end`: where that ends now. Throws where the file cannot be made.
   */
  static open(file: string, of: string, end: number, room: Room, now = Date.now()): StateCopy {
    const boot = bootId();
    const identity = JSON.stringify([FORMAT, boot, of]);
    try {
      const db = opened(file);
      const note = (name: string) => db.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value;
      const [applied, age] = [Number(note('applied')), now - Number(note('at'))];
      if (boot !== undefined && note('of') === identity && applied <= end && age >= 0 && age <= LONGEST_MS) return new StateCopy(file, db, room, applied);
      db.close();
    } catch {
      // Not a database, or a damaged one.
    }
    StateCopy.remove(file);
    const db = opened(file);
    db.prepare("INSERT INTO meta (name, value) VALUES ('of', ?)").run(identity);
    return new StateCopy(file, db, room, 0);
  }

  static remove(file: string): void {
    for (const part of ['', '-wal', '-shm', '-journal']) rmSync(file + part, { force: true });
  }

  /** What stands before this offset of the state topic is in it. */
  get applied(): number {
    return this.#applied;
  }

  rest(table: string): Rest {
    let rest = this.#rests.get(table);
    if (!rest) {
      this.#rests.set(table, (rest = new SqliteRest(this.#db, `rest/${table}`, this.#room, true)));
      this.#left.delete(table);
      this.#came.delete(table);
      // Where an earlier build did not rest it: it was read from here.
      this.#db.prepare('DELETE FROM plain WHERE substr(key, 1, ?) = ?').run(table.length + 1, `${table}/`);
    }
    return rest;
  }

  /** All that does not rest. */
  *plain(): Iterable<StateChange> {
    for (const { key, value, applied } of this.#db.prepare('SELECT key, value, applied FROM plain').iterate()) yield { key: key as string, value: value as StateValue, offset: applied as number };
  }

  /** Read from the topic, behind `applied`. What rests is put by its table. */
  took(change: StateChange): void {
    const table = tableOf(change);
    if (change.dueSecond !== undefined || this.#left.has(table) || this.#rests.has(table)) return;
    const came = this.#came.get(table);
    if (came) came.push(change);
    else this.#came.set(table, [change]);
  }

  /** Of a flush that is about to be sent; what rests has been put already. */
  write(changes: readonly StateChange[]): void {
    if (this.#left.size > 0) throw new Error(`${this.#file} has rows of ${[...this.#left].join(', ')}, which do not rest in this build: the copy is of no use to it`);
    for (const came of this.#came.values()) for (const change of came) this.#keep(change);
    this.#came.clear();
    for (const change of changes) if (change.dueSecond === undefined) this.#keep(change);
    for (const rest of this.#rests.values()) rest.write();
  }

  #keep({ key, value, offset }: StateChange): void {
    if (value === null) this.#take.run(key);
    else this.#put.run(key, value, offset);
  }

  /** Kafka has the flush that was written. `end`: behind its last record. */
  commit(end: number, now = Date.now()): void {
    if (this.#closed) return;
    this.#applied = Math.max(this.#applied, end);
    this.#note.run('applied', this.#applied);
    this.#note.run('at', now);
    this.#db.exec('COMMIT; BEGIN');
  }

  /** What is not committed is gone. */
  close(): void {
    if (!this.#closed) this.#db.close();
    this.#closed = true;
  }

  /** Closes it and begins with nothing next time. */
  drop(): void {
    this.close();
    StateCopy.remove(this.#file);
  }
}

const tableOf = ({ key }: StateChange): string => key.slice(0, key.indexOf('/'));

function opened(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: 0 });
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;');
  db.exec('CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID; CREATE TABLE IF NOT EXISTS plain (key TEXT PRIMARY KEY, value NOT NULL, applied INTEGER NOT NULL) WITHOUT ROWID;');
  return db;
}

/** Of the running system; undefined where it does not tell, and then no copy is believed after a restart of the process. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
