/** The file of the embedded log: its tables, what it says of itself, and records read from it. */
import { randomBytes } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { LogError } from '../errors.ts';
import type { LogRecord } from '../log.ts';
import { readFrames } from './frame.ts';
import type { Names } from './names.ts';

const FORMAT = '3';
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS batches (topic TEXT NOT NULL, partition INTEGER NOT NULL, base INTEGER NOT NULL, count INTEGER NOT NULL, appended_at INTEGER NOT NULL, bytes_to INTEGER NOT NULL, frames BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS batches_by_offset ON batches (topic, partition, base, count, appended_at);
  CREATE TABLE IF NOT EXISTS positions (grp TEXT, topic TEXT, partition INTEGER, position INTEGER NOT NULL, PRIMARY KEY (grp, topic, partition)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS state (flush INTEGER PRIMARY KEY AUTOINCREMENT, grp TEXT NOT NULL, partition INTEGER NOT NULL, changes BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS state_by_owner ON state (grp, partition, flush);`;

export const READ_BATCHES = 'SELECT base, appended_at, frames FROM batches WHERE topic = ? AND partition = ? AND base >= coalesce((SELECT max(base) FROM batches WHERE topic = ? AND partition = ? AND base <= ?), 0) ORDER BY base LIMIT 64';

export function readStored(statement: StatementSync, names: Names, incarnation: string, topic: string, partition: number, offset: number, limit: number, end: number): LogRecord[] {
  const records: LogRecord[] = [];
  if (offset === end) return records;
  for (const row of statement.iterate(topic, partition, topic, partition, offset)) {
    const base = row.base as number;
    if (records.length === 0 && base > offset) break;
    const frames = row.frames as Uint8Array;
    readFrames(Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength), base, offset, { topic, partition, appendedAt: row.appended_at as number, incarnation }, names, records, limit);
    if (records.length >= limit) break;
  }
  if (records.length === 0) {
    throw new LogError('OUT_OF_RANGE', `topic ${topic} partition ${partition}: asked for offset ${offset}, but the log ends at ${end} and keeps nothing there (retention, or another log). Nothing is skipped silently: give the reader the log that it read before, or let it start over.`);
  }
  return records;
}

export function openWriter(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 2_000 });
  // Incremental: what retention frees can be given back to the disk.
  db.exec('PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 65536; PRAGMA cache_size = -16384;');
  db.exec(SCHEMA);
  return db;
}

/** The incarnation: of a new file a new one. Rejects a file of another format. */
export function identify(db: DatabaseSync, file: string): string {
  const get = db.prepare('SELECT value FROM meta WHERE name = ?');
  const format = get.get('format')?.value;
  if (format === undefined) {
    const incarnation = randomBytes(8).toString('hex');
    db.exec(`INSERT INTO meta (name, value) VALUES ('format', '${FORMAT}'), ('incarnation', '${incarnation}')`);
    return incarnation;
  }
  if (format !== FORMAT) throw new LogError('OTHER_VERSION', `${file} is of log format ${String(format)}; this Fenghuo writes format ${FORMAT}. Start the version that wrote it, or an empty data folder.`);
  return get.get('incarnation')?.value as string;
}
