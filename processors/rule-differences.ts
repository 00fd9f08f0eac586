/** Files of rules before and after a change: what each becomes, line by line. Pure. */
import { createTwoFilesPatch } from 'diff';
import { headOf, isRuleFile } from '../language/versions.ts';
import { type Files, sorted } from './rule-versions.ts';

/** One file's change. Numbers and status of a rule before and after: null where it was or will be none. `text`: as it will be. */
export interface FileChange { file: string; kind: 'added' | 'changed' | 'removed'; version: [number | null, number | null]; status: [string | null, string | null]; diff: string; text: string | null }

export function laidOver(files: Files, changed: Record<string, string | null>): Files {
  const next = { ...files };
  for (const [file, text] of Object.entries(changed)) {
    if (text === null) delete next[file];
    else next[file] = text;
  }
  return sorted(next);
}

export function differences(before: Files, after: Files, among: readonly string[] = [...new Set([...Object.keys(before), ...Object.keys(after)])]): FileChange[] {
  return among.filter((file) => before[file] !== after[file]).sort().map((file) => {
    const [was, is] = [before[file], after[file]];
    const [old, now] = [was, is].map((text) => (text !== undefined && isRuleFile(file) ? headOf(file, text) : undefined));
    return {
      file, kind: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', version: [old?.version ?? null, now?.version ?? null], status: [old?.status ?? null, now?.status ?? null],
      diff: createTwoFilesPatch(file, file, was ?? '', is ?? '', was === undefined ? 'not there' : 'in force', is === undefined ? 'removed' : 'proposed', { context: 3 }), text: is ?? null,
    };
  });
}
