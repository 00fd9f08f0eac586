/** Reads a reference table of this folder. */
import { readFileSync } from 'node:fs';
import { parseSeed, type Seed } from './csv.ts';

/** `name` without `.csv`. Throws where the file does not exist or is not well-formed, naming file and line. */
export function loadSeed(name: string): Seed {
  return parseSeed(name, readFileSync(new URL(`./${name}.csv`, import.meta.url), 'utf8'));
}
