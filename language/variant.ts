/** A rule set changed for a trial: other files in its place, the chosen rules live whatever their status, the others at rest. Pure. */
import { parseDocument } from 'yaml';
import { compile, hashOf } from './compile.ts';
import { wholeRule } from './overrides.ts';
import type { Compile, Compiled, RuleSource } from './ruleset.ts';

export interface Variant {
  /** Take the place of every set's own files; its tables stay, so that those change where they did. */
  files?: Readonly<Record<string, string>>;
  /** Ids; omitted: each rule keeps its status. Rules that hold others back (`affectsFeed`) keep it in any case. */
  chosen?: ReadonlySet<string>;
}

/** Editions that a trial may come by again: its stages' partitions ask one after the other. */
const KEPT = 4;

/** Compiles as the trial wants it. The set keeps the hash of the whole, so that its alerts name what they were tried under. */
export function variant({ files, chosen }: Variant): Compile {
  // A rule and its variants by mode or chapter stand in one file.
  const live = chosen && new Set([...chosen].map(wholeRule));
  const known = new Map<string, Compiled>();
  return (source) => {
    const whole: RuleSource = files ? { files: { ...files }, tables: source.tables } : source;
    const hash = hashOf(whole);
    let compiled = known.get(hash);
    if (!compiled) {
      compiled = compile(live ? { files: withStatus(whole.files, live), tables: whole.tables } : whole);
      if (compiled.ok) compiled = { ...compiled, ruleSet: { ...compiled.ruleSet, hash, version: hash.slice(0, 12) } };
      known.set(hash, compiled);
      if (known.size > KEPT) known.delete(known.keys().next().value as string);
    }
    return compiled;
  };
}

function withStatus(files: Readonly<Record<string, string>>, live: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => {
    const document = parseDocument(text);
    const id = document.get('id');
    if (typeof id !== 'string' || (!live.has(id) && document.get('affectsFeed') === true)) return [file, text];
    document.set('status', live.has(id) ? 'live' : 'retired');
    // Nothing else of it may change: features are known by their texts.
    return [file, document.toString({ lineWidth: 0 })];
  }));
}

/** Changed files laid over a set: a rule at the place that its id names, anything else at its own path. */
export function overlay(files: Readonly<Record<string, string>>, changed: Readonly<Record<string, string>>): Record<string, string> {
  const placed = Object.entries(changed).map(([path, text]): [string, string] => {
    const id = path === 'parameters.yaml' || path.startsWith('overrides/') ? undefined : /^id:\s*['"]?([a-z-]+\/[a-z0-9-]+)/m.exec(text)?.[1];
    return [id === undefined ? path : `${id}.yaml`, text];
  });
  return { ...files, ...Object.fromEntries(placed) };
}
