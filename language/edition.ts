/** A rule source as an edition of artifacts, and back. Pure. */
import { type Approval, type Edition, hashOf, partsOf, readEdition, RULE_SET, type Part } from '../schemas/risk/edition.ts';
import type { Artifact } from '../schemas/risk/journal.ts';
import type { RuleSource } from './ruleset.ts';

export interface Publication {
  edition: Edition;
  hash: string;
  /** Those that are new with this edition, the edition's own last. */
  artifacts: Artifact[];
}

/** undefined where the source is what `current` holds already. A part keeps who and when while its content stays. `approval` is that of the rules. */
export function publicationOf(source: RuleSource, current: { edition: Edition; hash: string } | undefined, version: string, by: string, at: number, approval?: Approval): Publication | undefined {
  const artifacts: Artifact[] = [];
  const stored = new Set(current ? partsOf(current.edition).map((part) => part.hash) : []);
  const part = (name: string, known: Part | undefined, partVersion: string, content: string): Part => {
    const hash = hashOf(content);
    if (known?.hash === hash) return known;
    if (!stored.has(hash)) artifacts.push({ name, version: partVersion, hash, content, by });
    return { hash, version: partVersion, by, since: at };
  };
  let rules = part('rules', current?.edition.rules, version, JSON.stringify(source.files));
  if (approval && rules !== current?.edition.rules) rules = { ...rules, approval };
  const tables = Object.fromEntries(Object.entries(source.tables).map(([file, text]) => {
    const name = file.replace(/\.csv$/, '');
    return [name, part(name, current?.edition.tables[name], versionOf(text), text)];
  }));
  const edition: Edition = { before: current?.hash ?? '', rules, tables };
  if (current && same(current.edition, edition)) return undefined;
  const content = JSON.stringify(edition);
  const hash = hashOf(content);
  return { edition, hash, artifacts: [...artifacts, { name: RULE_SET, version, hash, content, by }] };
}

/** What the first line of a table says of its version. */
const versionOf = (text: string): string => /^\uFEFF?#\s*version:\s*([^,\s]+)/.exec(text)?.[1] ?? 'unknown';

function same(left: Edition, right: Edition): boolean {
  const names = Object.keys(right.tables);
  return left.rules.hash === right.rules.hash && names.length === Object.keys(left.tables).length && names.every((name) => left.tables[name]?.hash === right.tables[name]?.hash);
}

/** The rule source behind a control record's hash. A rule set of old was stored in one piece. */
export function sourceOf(hash: string, artifact: (hash: string) => string): RuleSource {
  const content = artifact(hash);
  const edition = readEdition(content);
  if (!edition) return JSON.parse(content) as RuleSource;
  return {
    files: JSON.parse(artifact(edition.rules.hash)) as Record<string, string>,
    tables: Object.fromEntries(Object.entries(edition.tables).map(([name, part]) => [`${name}.csv`, artifact(part.hash)])),
  };
}
