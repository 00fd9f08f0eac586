/** Reads a rule set from disk: the YAML files of the rules folder and the reference tables of seeds/. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleSource } from '../language/ruleset.ts';
import { isTable, TABLE_NAMES } from '../reference/tables.ts';
import { CommandError, EXIT } from './exit.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `folder` '' = the rules that come with Fenghuo. Table texts are keyed by file name, e.g. `positive-list.csv`. */
export function readRuleSource(folder: string): RuleSource {
  const rules = folder || join(root, 'rules');
  const files = read(rules, (name) => name.endsWith('.yaml'));
  if (Object.keys(files).length === 0) {
    throw new CommandError(EXIT.refused, `${rules} holds no rule (*.yaml). ${folder ? 'FENGHUO_RULES replaces the whole rules folder: set it to a folder with rules in it, or leave it out.' : 'The installation is not whole: restore rules/.'}`);
  }
  return { files, tables: read(join(root, 'seeds'), (name) => name.endsWith('.csv')) };
}

/** The YAML files of a folder by path, also where they are no whole set. */
export const readYamlFolder = (folder: string): Record<string, string> => read(folder, (name) => name.endsWith('.yaml'));

/** The operator's tables, laid over the seeds: FENGHUO_REFERENCE, else `reference` in the data folder where there is one. */
export function readReferenceFolder({ reference, data }: { reference: string; data: string }): { folder: string; tables: Record<string, string> } {
  const folder = reference || join(data, 'reference');
  if (reference === '' && !existsSync(folder)) return { folder, tables: {} };
  const tables = read(folder, (name) => name.endsWith('.csv'));
  const unknown = Object.keys(tables).filter((file) => !isTable(file.slice(0, -4)));
  if (unknown.length > 0) throw new CommandError(EXIT.refused, `${join(folder, unknown[0] as string)}: no reference table has this name. Expected one of ${TABLE_NAMES.map((name) => `${name}.csv`).join(', ')}.`);
  return { folder, tables };
}

/** Path → text, sorted by path, so that the same folder gives the same hash everywhere. */
function read(folder: string, wanted: (name: string) => boolean): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of names(folder).filter(wanted).sort()) texts[name] = readFileSync(join(folder, name), 'utf8');
  return texts;
}

function names(folder: string): string[] {
  try {
    return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => !name.split(/[\\/]/).some((part) => part.startsWith('.')) && statSync(join(folder, name)).isFile());
  } catch (error) {
    throw new CommandError(EXIT.usage, `${folder} cannot be read: ${(error as Error).message}`);
  }
}
