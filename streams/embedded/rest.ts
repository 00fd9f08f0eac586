/**
 * Values at rest in the log's own SQLite file, so that one transaction holds them, the flush that moved them and the position. They are appended by row id, in segments of
 * one table; each segment has one small row with its keys' hashes and deadlines. In memory stand 9 bytes a key (where its row is) and the earliest deadline of each
 * segment: a key that is not here costs no read, a start reads only the small rows, and deadlines are looked at when their segment's time has come.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { StateValue } from '../log.ts';
import { NEVER, type Rest } from '../rest.ts';
import { hashOf, KeyIndex } from './key-index.ts';

export const REST_SCHEMA = `
  CREATE TABLE IF NOT EXISTS rest (id INTEGER PRIMARY KEY, key TEXT NOT NULL, packed INTEGER NOT NULL, value NOT NULL);
  CREATE TABLE IF NOT EXISTS rest_segments (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, hashes BLOB NOT NULL, dues BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS rest_segments_by_owner ON rest_segments (owner, id);`;

/** Bytes from this length on rest packed: an order of four documents takes 1.5 KB instead of 3.5 KB, for 36 µs once. */
const PACK_FROM = 512;
const PACK = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Rows of a segment: its small row is written again with each flush that touches it. */
const SEGMENT = 512;

interface Row { key: string; value: StateValue }
/** A segment's small row, in hand while a flush changes it. */
interface Cells { hashes: Uint32Array; dues: Uint32Array }

/** What all tables share: the statements and the numbers of segments. */
export class RestFile {
  readonly read: StatementSync;
  readonly add: StatementSync;
  readonly drop: StatementSync;
  readonly cells: StatementSync;
  readonly putCells: StatementSync;
  readonly dropCells: StatementSync;
  readonly segments: StatementSync;
  readonly count: StatementSync;
  readonly #last: StatementSync;
  #next: number | undefined;

  constructor(db: DatabaseSync) {
    db.exec(REST_SCHEMA);
    this.read = db.prepare('SELECT key, packed, value FROM rest WHERE id = ?');
    this.add = db.prepare('INSERT INTO rest (id, key, packed, value) VALUES (?, ?, ?, ?)');
    this.drop = db.prepare('DELETE FROM rest WHERE id = ?');
    this.cells = db.prepare('SELECT hashes, dues FROM rest_segments WHERE id = ?');
    this.putCells = db.prepare('INSERT INTO rest_segments (id, owner, hashes, dues) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET hashes = excluded.hashes, dues = excluded.dues');
    this.dropCells = db.prepare('DELETE FROM rest_segments WHERE id = ?');
    this.segments = db.prepare('SELECT id, hashes, dues FROM rest_segments WHERE owner = ? ORDER BY id');
    this.count = db.prepare('SELECT count(*) AS n FROM rest_segments WHERE owner = ?');
    this.#last = db.prepare('SELECT max(id) AS last FROM rest_segments');
  }

  /** Numbers may come again once a segment is gone with all its rows. */
  nextSegment(): number {
    this.#next ??= Number(this.#last.get()?.last ?? 0) + 1;
    return this.#next++;
  }

  /** After a failed transaction: counts from what is stored again. */
  reset(): void {
    this.#next = undefined;
  }
}

export class SqliteRest implements Rest {
  readonly #file: RestFile;
  readonly #owner: string;
  readonly #index: KeyIndex;
  /** Earliest deadline of each segment. */
  readonly #earliest = new Map<number, number>();
  readonly #changed = new Map<number, Cells>();
  readonly #added = new Map<number, Row>();
  readonly #dropped = new Set<number>();
  /** Told as due and not yet settled by a flush. */
  readonly #told = new Set<number>();
  #open = 0;
  #filled = SEGMENT;

  constructor(file: RestFile, owner: string) {
    this.#file = file;
    this.#owner = owner;
    this.#index = new KeyIndex(Number(file.count.get(owner)?.n) * SEGMENT);
    for (const row of file.segments.iterate(owner)) this.#load(row.id as number, cellsOf(row));
  }

  #load(segment: number, { hashes, dues }: Cells): void {
    let earliest = NEVER;
    let live = 0;
    for (let i = 0; i < hashes.length; i++) {
      const hash = hashes[i] as number;
      if (hash === 0) continue;
      live++;
      this.#index.add(hash, segment * SEGMENT + i);
      if ((dues[i] as number) < earliest) earliest = dues[i] as number;
    }
    this.#earliest.set(segment, earliest);
    if (live === 0) this.#changed.set(segment, { hashes, dues }); // the next flush drops it
  }

  get size(): number {
    return this.#index.size;
  }

  get(key: string): StateValue | undefined {
    let row: Row | undefined;
    this.#find(key, (found) => { row = found; });
    return row?.value;
  }

  has(key: string): boolean {
    return this.#find(key) >= 0;
  }

  #find(key: string, take?: (row: Row) => void): number {
    if (this.#index.size === 0) return -1;
    return this.#index.find(hashOf(key), (id) => {
      const row = this.#row(id);
      if (row.key !== key) return false;
      take?.(row);
      return true;
    });
  }

  #row(id: number): Row {
    const row = this.#added.get(id) ?? unpacked(this.#file.read.get(id));
    if (!row) throw new Error(`row ${id} of ${this.#owner} is in the index but not in the table rest: the file is damaged. Restore the data folder from its backup.`);
    return row;
  }

  put(key: string, value: StateValue, dueSecond: number): void {
    if (this.#filled === SEGMENT) {
      this.#open = this.#file.nextSegment();
      this.#filled = 0;
      this.#changed.set(this.#open, { hashes: new Uint32Array(SEGMENT), dues: new Uint32Array(SEGMENT).fill(NEVER) });
      this.#earliest.set(this.#open, NEVER);
    }
    const cells = this.#cells(this.#open);
    const hash = hashOf(key);
    const id = this.#open * SEGMENT + this.#filled;
    cells.hashes[this.#filled] = hash;
    cells.dues[this.#filled++] = dueSecond;
    this.#index.add(hash, id);
    this.#added.set(id, { key, value });
    if (dueSecond < (this.#earliest.get(this.#open) as number)) this.#earliest.set(this.#open, dueSecond);
  }

  take(key: string): boolean {
    const id = this.#find(key);
    if (id < 0) return false;
    const cells = this.#cells(Math.floor(id / SEGMENT));
    cells.hashes[id % SEGMENT] = 0;
    this.#index.remove(hashOf(key), id);
    if (!this.#added.delete(id)) this.#dropped.add(id);
    return true;
  }

  *due(second: number): Iterable<[string, StateValue]> {
    for (const [segment, earliest] of this.#earliest) {
      if (earliest > second) continue;
      const { hashes, dues } = this.#changed.get(segment) ?? this.#stored(segment);
      for (let i = 0; i < SEGMENT; i++) {
        const id = segment * SEGMENT + i;
        if (hashes[i] === 0 || (dues[i] as number) > second || this.#told.has(id)) continue;
        this.#told.add(id);
        const { key, value } = this.#row(id);
        yield [key, value];
      }
    }
  }

  *entries(): Iterable<[string, StateValue]> {
    for (const segment of [...this.#earliest.keys()]) {
      const { hashes } = this.#changed.get(segment) ?? this.#stored(segment);
      for (let i = 0; i < SEGMENT; i++) {
        if (hashes[i] === 0) continue;
        const { key, value } = this.#row(segment * SEGMENT + i);
        yield [key, value];
      }
    }
  }

  #cells(segment: number): Cells {
    let cells = this.#changed.get(segment);
    if (!cells) this.#changed.set(segment, (cells = this.#stored(segment)));
    return cells;
  }

  #stored(segment: number): Cells {
    return cellsOf(this.#file.cells.get(segment) as Record<string, unknown>);
  }

  /** Inside the log's transaction: all that was put and taken since the last call. */
  write(): void {
    for (const [id, { key, value }] of this.#added) {
      const pack = typeof value !== 'string' && value.length >= PACK_FROM;
      this.#file.add.run(id, key, pack ? 1 : 0, pack ? zstdCompressSync(value, PACK) : value);
    }
    for (const id of [...this.#dropped].sort((a, b) => a - b)) this.#file.drop.run(id);
    for (const [segment, cells] of this.#changed) this.#writeCells(segment, cells);
    const open = this.#filled < SEGMENT ? this.#changed.get(this.#open) : undefined;
    this.#changed.clear();
    if (open) this.#changed.set(this.#open, open);
    this.#added.clear();
    this.#dropped.clear();
    this.#told.clear();
  }

  #writeCells(segment: number, { hashes, dues }: Cells): void {
    let earliest = NEVER;
    let live = 0;
    for (let i = 0; i < SEGMENT; i++) {
      if (hashes[i] === 0) continue;
      live++;
      if ((dues[i] as number) < earliest) earliest = dues[i] as number;
    }
    const filling = segment === this.#open && this.#filled < SEGMENT;
    if (live > 0 || filling) {
      this.#file.putCells.run(segment, this.#owner, bytesOf(hashes), bytesOf(dues));
      this.#earliest.set(segment, earliest);
    } else {
      this.#file.dropCells.run(segment);
      this.#earliest.delete(segment);
    }
  }
}

function unpacked(row: Record<string, unknown> | undefined): Row | undefined {
  return row?.packed === 1 ? { key: row.key as string, value: zstdDecompressSync(row.value as Uint8Array) } : (row as Row | undefined);
}

function cellsOf({ hashes, dues }: Record<string, unknown>): Cells {
  return { hashes: wordsOf(hashes as Uint8Array), dues: wordsOf(dues as Uint8Array) };
}

/** SQLite gives each blob memory of its own: no copy. */
const wordsOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / 4);
const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
