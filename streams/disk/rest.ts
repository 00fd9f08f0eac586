/**
 * Resting values in an SQLite file: the embedded log's own, so that one transaction holds them and the position, or a copy beside Kafka (streams/kafka/state-copy.ts). Rows are only appended: a changed key gets a new row, its old one is gone, and
 * segments of which little is left are dropped once that has been appended again. Each segment has one small row with its keys' hashes and deadlines; which of its rows are gone
 * is appended beside it with each write. A row that no small row names is not there: so rows go to the file ahead of the flush that they belong to, a few with each transaction. In memory stand
 * 9 bytes a key (where its row is) and the earliest deadline of each segment: a key that is not here costs no read, a start reads only the small rows, and deadlines are looked at when
 * their segment's time has come.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StateValue } from '../log.ts';
import type { Rest } from '../rest.ts';
import { NEVER } from '../timers.ts';
import { hashOf, KeyBands, KeyIndex } from './key-index.ts';
import type { Recent, Room, Row } from './room.ts';

/** Rows of a segment. The one that is being filled has its small row written again with each flush. */
const SEGMENT = 1024;
/** A segment with no more live rows than this may be dropped. */
const WORN = SEGMENT / 2;
/** What dropping a segment costs beside its live rows, in rows. */
const DROP = SEGMENT / 8;
/** A gone row with a value from this length on is deleted at once: it has pages of its own, and would else lie there for as long as its segment's small rows live. */
const LARGE = 4096;
/** Ids of gone rows that may lie in the file although their segment is dropped. */
const SLACK = 50_000;

/** Rows of a copy that wait to be written: some 1 ms of work. */
const AHEAD = 64;

/** Hash 0: no row. */
interface Cells { hashes: Uint32Array; dues: Uint32Array }
interface Segment { live: number; earliest: number }

export class SqliteRest implements Rest {
  readonly holds: boolean;
  readonly #db: DatabaseSync;
  readonly #owner: string;
  readonly #index: KeyIndex;
  readonly #recent: Recent;
  readonly #segments = new Map<number, Segment>();
  /** Undefined until the first write makes the tables. */
  #file: Statements | undefined;
  /** Of segments that came since the last write, and of the one that is being filled. */
  readonly #cells = new Map<number, Cells>();
  /** Not in the file yet. */
  #added = new Map<number, Row>();
  /** Rows that came since the last write. */
  #came = 0;
  #gone: number[] = [];
  /** Of them, those of their own pages. */
  #large: number[] = [];
  #goneInFile = 0;
  #changed = false;
  #open = 0;
  #filled = SEGMENT;

  /** `owner`: a name from the code, without quotes. `copy`: of what another log holds; a transaction is open at any time, and rows go to the file as they come. */
  constructor(db: DatabaseSync, owner: string, room: Room, copy = false) {
    this.holds = !copy;
    this.#db = db;
    this.#owner = owner;
    this.#recent = room.table();
    if (db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(owner)) this.#file = new Statements(db, owner);
    const expected = Number(this.#file?.count.get()?.n ?? 0) * SEGMENT;
    this.#index = new KeyIndex(expected);
    if (this.#file) this.#load(this.#file, new KeyBands(this.#index, expected));
  }

  #load(file: Statements, keys: KeyBands): void {
    const gone = file.gone().sort();
    this.#goneInFile = gone.length;
    let next = 0;
    for (const row of file.segments.iterate()) {
      const number = row.segment as number;
      const { hashes, dues } = cellsOf(row);
      const segment: Segment = { live: 0, earliest: NEVER };
      const base = number * SEGMENT;
      while ((gone[next] as number) < base) next++;
      for (let i = 0; i < hashes.length; i++) {
        const hash = hashes[i] as number;
        if (gone[next] === base + i) next++;
        else if (hash !== 0) {
          keys.add(hash, base + i);
          segment.live++;
          if ((dues[i] as number) < segment.earliest) segment.earliest = dues[i] as number;
        }
      }
      this.#segments.set(number, segment);
      this.#open = number;
    }
    keys.end();
  }

  get size(): number {
    return this.#index.size;
  }

  get(key: string): StateValue | undefined {
    const id = this.#find(key, hashOf(key));
    return id < 0 ? undefined : this.#row(id).value;
  }

  has(key: string): boolean {
    return this.#find(key, hashOf(key)) >= 0;
  }

  #find(key: string, hash: number): number {
    return this.#index.find(hash, (id) => this.#row(id).key === key);
  }

  #row(id: number): Row {
    const known = this.#added.get(id) ?? this.#recent.get(id);
    if (known) return known;
    const row = this.#file?.read.get(id) as Row | undefined;
    if (!row) throw new Error(`row ${id} of ${this.#owner} is in the index but not in its table: the file is damaged. Restore the data folder from its backup.`);
    this.#recent.add(id, row);
    return row;
  }

  put(key: string, value: StateValue, dueSecond: number): void {
    const hash = hashOf(key);
    this.#drop(key, hash);
    this.#added.set(this.#append(hash, dueSecond), { key, value });
    if (!this.holds && this.#added.size >= AHEAD) this.writeRows();
  }

  take(key: string): void {
    this.#drop(key, hashOf(key));
  }

  #append(hash: number, dueSecond: number): number {
    if (this.#filled === SEGMENT) {
      this.#open++;
      this.#filled = 0;
      this.#cells.set(this.#open, { hashes: new Uint32Array(SEGMENT), dues: new Uint32Array(SEGMENT) });
      this.#segments.set(this.#open, { live: 0, earliest: NEVER });
    }
    const cells = this.#cells.get(this.#open) as Cells;
    const segment = this.#segments.get(this.#open) as Segment;
    const id = this.#open * SEGMENT + this.#filled;
    cells.hashes[this.#filled] = hash;
    cells.dues[this.#filled++] = dueSecond;
    segment.live++;
    if (dueSecond < segment.earliest) segment.earliest = dueSecond;
    this.#index.add(hash, id);
    this.#changed = true;
    return id;
  }

  #drop(key: string, hash: number): void {
    const id = this.#find(key, hash);
    if (id < 0) return;
    this.#index.remove(hash, id);
    const number = Math.floor(id / SEGMENT);
    (this.#segments.get(number) as Segment).live--;
    const cells = this.#cells.get(number);
    if (cells) cells.hashes[id % SEGMENT] = 0;
    else this.#gone.push(id);
    if (this.#added.has(id)) this.#added.delete(id);
    else {
      if (this.#row(id).value.length >= LARGE) this.#large.push(id);
      this.#recent.delete(id);
    }
    this.#changed = true;
  }

  *due(second: number): Iterable<string> {
    for (const [number, segment] of this.#segments) {
      if (segment.earliest > second) continue;
      segment.earliest = NEVER;
      const { hashes, dues } = this.#cellsOf(number);
      for (let i = 0; i < hashes.length; i++) {
        const due = dues[i] as number;
        const id = number * SEGMENT + i;
        if (due <= second && this.#isLive(hashes[i] as number, id)) yield this.#row(id).key;
        // Gone ones too: to look once more costs less than to ask the index for each.
        if (due > second && due < segment.earliest) segment.earliest = due;
      }
    }
  }

  *entries(): Iterable<[string, StateValue]> {
    for (const number of [...this.#segments.keys()]) {
      for (const [id] of this.#live(number)) {
        const { key, value } = this.#row(id);
        yield [key, value];
      }
    }
  }

  /** Rows of a segment that are not gone: with id, deadline and hash. */
  *#live(number: number): Iterable<[id: number, dueSecond: number, hash: number]> {
    const { hashes, dues } = this.#cellsOf(number);
    for (let i = 0; i < hashes.length; i++) {
      const hash = hashes[i] as number;
      const id = number * SEGMENT + i;
      if (this.#isLive(hash, id)) yield [id, dues[i] as number, hash];
    }
  }

  #isLive(hash: number, id: number): boolean {
    return hash !== 0 && this.#index.has(hash, id);
  }

  #cellsOf(number: number): Cells {
    return this.#cells.get(number) ?? cellsOf(this.#file?.cells.get(number) as Record<string, unknown>);
  }

  /** Inside a transaction of the log: rows that were put. Until `write` no small row names them, so a start knows nothing of them, and their ids come again. */
  writeRows(): void {
    if (this.#added.size === 0) return;
    const file = (this.#file ??= Statements.create(this.#db, this.#owner));
    for (const [id, row] of this.#added) {
      file.add.run(id, row.key, row.value);
      this.#recent.add(id, row);
    }
    this.#came += this.#added.size;
    this.#added = new Map();
  }

  /** Inside the log's transaction: all that was put and taken since the last call. */
  write(): void {
    if (!this.#changed) return;
    const file = (this.#file ??= Statements.create(this.#db, this.#owner));
    this.writeRows();
    for (const id of this.#large) file.dropRow.run(id);
    this.#clean(file, Math.max(SEGMENT, this.#came) / 2);
    for (const [number, { hashes, dues }] of this.#cells) {
      const rows = number === this.#open ? this.#filled : SEGMENT;
      file.putCells.run(number, bytesOf(hashes.subarray(0, rows)), bytesOf(dues.subarray(0, rows)));
      if (rows === SEGMENT) this.#cells.delete(number);
    }
    this.#writeGone(file);
    this.#large = [];
    this.#came = 0;
    this.#changed = false;
  }

  /** Drops the most worn segments, never with more work than writing the half of what came. The last one stays, and so no number comes again. */
  #clean(file: Statements, rows: number): void {
    const worn: [number: number, segment: Segment][] = [];
    for (const one of this.#segments) if (one[1].live <= WORN && one[0] !== this.#open) worn.push(one);
    let left = rows;
    for (const [number, { live }] of worn.sort((a, b) => a[1].live - b[1].live)) {
      left -= live + DROP;
      if (left < 0) return;
      for (const [id, dueSecond, hash] of this.#live(number)) {
        this.#index.remove(hash, id);
        file.move.run(this.#append(hash, dueSecond), id);
        this.#recent.delete(id);
      }
      file.dropRows.run(number * SEGMENT, number * SEGMENT + SEGMENT - 1);
      file.dropCells.run(number);
      this.#segments.delete(number);
      this.#cells.delete(number);
    }
  }

  #writeGone(file: Statements): void {
    if (this.#gone.length > 0) file.addGone.run(bytesOf(Float64Array.from(this.#gone)));
    this.#goneInFile += this.#gone.length;
    this.#gone = [];
    if (this.#goneInFile <= SLACK + 2 * (this.#segments.size * SEGMENT - this.#index.size)) return;
    const still = file.gone().filter((id) => this.#segments.has(Math.floor(id / SEGMENT)));
    file.clearGone.run();
    file.addGone.run(bytesOf(still));
    this.#goneInFile = still.length;
  }
}

/** The three tables of an owner. Of its own, so that every append is at a table's end: amid another's rows it costs half as much again. */
class Statements {
  readonly read: StatementSync;
  readonly add: StatementSync;
  readonly move: StatementSync;
  readonly dropRow: StatementSync;
  readonly dropRows: StatementSync;
  readonly cells: StatementSync;
  readonly putCells: StatementSync;
  readonly dropCells: StatementSync;
  readonly segments: StatementSync;
  readonly count: StatementSync;
  readonly addGone: StatementSync;
  readonly clearGone: StatementSync;
  readonly #gone: StatementSync;

  constructor(db: DatabaseSync, owner: string) {
    this.read = db.prepare(`SELECT key, value FROM "${owner}" WHERE id = ?`);
    this.add = db.prepare(`INSERT OR REPLACE INTO "${owner}" (id, key, value) VALUES (?, ?, ?)`);
    this.move = db.prepare(`INSERT OR REPLACE INTO "${owner}" (id, key, value) SELECT ?, key, value FROM "${owner}" WHERE id = ?`);
    this.dropRow = db.prepare(`DELETE FROM "${owner}" WHERE id = ?`);
    this.dropRows = db.prepare(`DELETE FROM "${owner}" WHERE id BETWEEN ? AND ?`);
    this.cells = db.prepare(`SELECT hashes, dues FROM "${owner} cells" WHERE segment = ?`);
    this.putCells = db.prepare(`INSERT OR REPLACE INTO "${owner} cells" (segment, hashes, dues) VALUES (?, ?, ?)`);
    this.dropCells = db.prepare(`DELETE FROM "${owner} cells" WHERE segment = ?`);
    this.segments = db.prepare(`SELECT segment, hashes, dues FROM "${owner} cells" ORDER BY segment`);
    this.count = db.prepare(`SELECT count(*) AS n FROM "${owner} cells"`);
    this.#gone = db.prepare(`SELECT rows FROM "${owner} gone"`);
    this.addGone = db.prepare(`INSERT INTO "${owner} gone" (rows) VALUES (?)`);
    this.clearGone = db.prepare(`DELETE FROM "${owner} gone"`);
  }

  static create(db: DatabaseSync, owner: string): Statements {
    db.exec(`
      CREATE TABLE "${owner}" (id INTEGER PRIMARY KEY, key TEXT NOT NULL, value NOT NULL);
      CREATE TABLE "${owner} cells" (segment INTEGER PRIMARY KEY, hashes BLOB NOT NULL, dues BLOB NOT NULL);
      CREATE TABLE "${owner} gone" (id INTEGER PRIMARY KEY, rows BLOB NOT NULL);`);
    return new Statements(db, owner);
  }

  gone(): Float64Array {
    const lists = this.#gone.all().map(({ rows }) => rows as Uint8Array);
    const all = new Uint8Array(lists.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const list of lists) {
      all.set(list, at);
      at += list.length;
    }
    return new Float64Array(all.buffer);
  }
}

function cellsOf({ hashes, dues }: Record<string, unknown>): Cells {
  return { hashes: wordsOf(hashes as Uint8Array), dues: wordsOf(dues as Uint8Array) };
}

/** SQLite gives each blob memory of its own: no copy. */
const wordsOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / 4);
const bytesOf = (words: Uint32Array | Float64Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
