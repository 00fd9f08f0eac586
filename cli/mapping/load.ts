/** A mapping from its file, or all that is wrong with it. */
import { readFile } from 'node:fs/promises';
import { CommandError, EXIT } from '../exit.ts';
import { readMapping, type Mapping } from './form.ts';

export async function loadMapping(file: string): Promise<Mapping> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.usage, `--map ${file} cannot be read: ${(error as Error).message}. \`npx fenghuo ingest --map-template order > ${file}\` writes one to start from`);
  }
  const read = readMapping(file, text);
  if (read.ok) return read.mapping;
  throw new CommandError(EXIT.usage, `The mapping is not right:\n${read.findings.map((f) => `  ${f.file}:${f.line} ${f.message}${f.suggestion && `; ${f.suggestion}`}`).join('\n')}`);
}
