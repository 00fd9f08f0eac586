/** The rules' past, read back along the editions: what each version number stood for, and what the rules folder said at the last start. */
import type { Finding } from '../language/ruleset.ts';
import { headOf, isRuleFile, type RuleHead, versionFinding } from '../language/versions.ts';
import { hashOf, type Part } from '../schemas/risk/edition.ts';
import type { Artifact } from '../schemas/risk/journal.ts';
import { editionsOf, type Standing } from './editions.ts';
import type { Journalled } from './pipeline.ts';

/** Who: the rules folder and the tables of the installation. Everything else is the name of a key. */
export const START = 'start';

export type Files = Record<string, string>;
/** What of the pipeline it needs. */
export interface Past {
  readonly edition: Standing | undefined;
  artifact(hash: string): Promise<string>;
  /** A word that the log keeps under a name, contents that it names, and what of it the stages must know: durable together once resolved. */
  keep(name: string, word: string, artifacts?: readonly Artifact[], journalled?: readonly Journalled[]): Promise<void>;
  kept(name: string): Promise<string | undefined>;
}

/** Each change of rules, newest first, with the files as they were from then on. */
export async function* rulesOf(past: Past): AsyncGenerator<{ part: Part; files: Files }> {
  let later: Part | undefined;
  for await (const { rules } of editionsOf(past)) {
    // An edition of other tables alone has the part of the one before it.
    if (later && (later.hash !== rules.hash || later.since !== rules.since)) yield await read(past, later);
    later = rules;
  }
  if (later) yield await read(past, later);
}

const read = async (past: Past, part: Part) => ({ part, files: JSON.parse(await past.artifact(part.hash)) as Files });

/** What stands against these files, once they are in force: a number of a version that stood for something else. */
export async function versionFindings(past: Past, files: Files, changed: readonly string[]): Promise<Finding[]> {
  const heads = new Map(changed.filter(isRuleFile).flatMap((file): [string, RuleHead][] => {
    const head = files[file] === undefined ? undefined : headOf(file, files[file]);
    return head ? [[file, head]] : [];
  }));
  const known = new Map<string, RuleHead[]>();
  const texts = new Map<string, Set<string>>();
  for await (const { files: were } of heads.size === 0 ? [] : rulesOf(past)) {
    for (const file of heads.keys()) {
      const text = were[file];
      if (text === undefined || texts.get(file)?.has(text)) continue;
      texts.set(file, (texts.get(file) ?? new Set()).add(text));
      const head = headOf(file, text);
      if (head) known.set(file, [...(known.get(file) ?? []), head]);
    }
  }
  return [...heads].flatMap(([file, head]) => versionFinding(file, head, known.get(file) ?? []) ?? []);
}

/** The log's note of what the rules folder held at the last start: hash by file. */
const FOLDER_NOTE = 'rules-folder';

/**
 * What the folder says anew at this start, laid over the rules in force: a file that has not changed since the last start does not undo what two keys have agreed on
 * since. `findings`: what stands against it.
 */
export async function rulesAtStart(past: Past, folder: Files): Promise<{ files: Files; findings: Finding[] }> {
  if (!past.edition) return { files: folder, findings: [] };
  const files = JSON.parse(await past.artifact(past.edition.edition.rules.hash)) as Files;
  const note = await past.kept(FOLDER_NOTE);
  const last = note === undefined ? hashes(files) : (JSON.parse(note) as Record<string, string>);
  const changed = Object.keys(folder).filter((file) => hashOf(folder[file] as string) !== last[file]);
  for (const file of changed) files[file] = folder[file] as string;
  for (const file of Object.keys(last)) if (folder[file] === undefined) delete files[file];
  return { files: sorted(files), findings: await versionFindings(past, files, changed) };
}

export const folderRead = (past: Past, folder: Files): Promise<void> => past.keep(FOLDER_NOTE, JSON.stringify(hashes(folder)));

const hashes = (files: Files): Record<string, string> => Object.fromEntries(Object.entries(files).map(([file, text]) => [file, hashOf(text)]));

/** The same files have the same hash whatever way they came. */
export const sorted = (files: Files): Files => Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
