/** One Fenghuo per data folder. The lock is a SQLite file held exclusively: the system frees it when the process dies, however it dies. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LogError } from './errors.ts';

export interface Lock { release(): void }

/** Throws LogError IN_USE naming the other process's id where the folder is taken, and stays so for `patienceMs`. */
export function lockDataFolder(folder: string, patienceMs = 300): Lock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const owner = join(folder, 'owner.pid');
  const db = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: patienceMs });
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    db.close();
    throw new LogError('IN_USE', `data folder ${folder} is in use by another Fenghuo (process ${ownerOf(owner)}). Stop it first (Ctrl-C there, or kill ${ownerOf(owner)}), or set FENGHUO_DATA to another folder.`, error);
  }
  writeFileSync(owner, String(process.pid));
  return { release: () => db.close() };
}

function ownerOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
