/** Files of rules before and after a change: what each becomes, line by line. Pure. */
import { createTwoFilesPatch } from 'diff';
import { headOf, isRuleFile } from '../language/versions.ts';
import { atOnce, type Steps } from '../seeds/steps.ts';
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

/** One file a step; `diffs`: line by line as well, which takes longer. */
export function* differenceSteps(before: Files, after: Files, { among = [...new Set([...Object.keys(before), ...Object.keys(after)])], diffs = true }: { among?: readonly string[]; diffs?: boolean } = {}): Steps<FileChange[]> {
  const changes: FileChange[] = [];
  for (const file of among.filter((one) => before[one] !== after[one]).sort()) {
    const [was, is] = [before[file], after[file]];
    const [old, now] = [was, is].map((text) => (text !== undefined && isRuleFile(file) ? headOf(file, text) : undefined));
    changes.push({
      file, kind: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', version: [old?.version ?? null, now?.version ?? null], status: [old?.status ?? null, now?.status ?? null],
      diff: diffs ? createTwoFilesPatch(file, file, was ?? '', is ?? '', was === undefined ? 'not there' : 'in force', is === undefined ? 'removed' : 'proposed', { context: 3 }) : '', text: is ?? null,
    });
    yield;
  }
  return changes;
}

export const differences = (before: Files, after: Files, among: readonly string[]): FileChange[] => atOnce(differenceSteps(before, after, { among }));
