/** Names on the command line → files in order. A folder is read with all that is under it. */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, sep } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import { DOCUMENTS } from './unpack.ts';

export interface Found { files: { name: string; bytes: number }[]; skipped: { name: string; why: string }[] }

const TABLE = /\.(csv|tsv|xlsx)(\.gz)?$/i;
export const isTable = (name: string): boolean => TABLE.test(name);

/** Why a file of a folder is left out, or undefined. */
export function skipReason(name: string, mapped: boolean): string | undefined {
  if (!(DOCUMENTS.test(name.replace(/\.gz$/i, '')) || /\.zip$/i.test(name))) return `not a kind of file that is read (${extname(name) || basename(name)})`;
  return !mapped && isTable(name) ? 'a table: give --map' : undefined;
}

export async function findFiles(names: readonly string[], mapped: boolean): Promise<Found> {
  const found: Found = { files: [], skipped: [] };
  for (const name of names) {
    if (name === '-') found.files.push({ name, bytes: 0 });
    else {
      const entry = await look(name);
      if (entry.isFile()) found.files.push({ name, bytes: entry.size });
      else if (entry.isDirectory()) await inFolder(name, mapped, found);
      else throw new CommandError(EXIT.usage, `${name} is neither a file nor a folder. A pipe is read as standard input: fenghuo ingest - < ${name}`);
    }
  }
  return found;
}

async function look(name: string) {
  try {
    return await stat(name);
  } catch (error) {
    throw new CommandError(EXIT.usage, `${name} cannot be read: ${(error as Error).message}`);
  }
}

async function inFolder(folder: string, mapped: boolean, found: Found): Promise<void> {
  const before = found.files.length;
  for (const name of await listFolder(folder)) {
    const why = skipReason(name, mapped);
    if (why) found.skipped.push({ name, why });
    else found.files.push({ name, bytes: (await look(name)).size });
  }
  if (found.files.length > before) return;
  const kinds = [...new Set(found.skipped.map(({ why }) => why))].slice(0, 5).join('; ');
  throw new CommandError(EXIT.usage, `${folder} holds no file that can be sent: expected .xml, .json, .ndjson, .jsonl, .csv, .tsv, .xlsx (tables with --map), .gz of these, or .zip; given ${found.skipped.length === 0 ? 'none at all' : kinds}`);
}

/** Files under a folder, sorted by path so that two runs send in one order; hidden ones stay out. */
export async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const inside = (name: string): string => name.slice(folder.length);
  return files.filter((name) => !inside(name).split(sep).some((part) => part.startsWith('.'))).sort((a, b) => (a < b ? -1 : 1));
}
