/** YAML to plain values, keeping where each value stands. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node, YAMLMap } from 'yaml';
import type { Findings } from './findings.ts';

export type Path = readonly (string | number)[];

export interface Doc {
  file: string;
  value: unknown;
  /** Line and column (from 1) of a value or of its key; of the nearest parent where the path does not exist. */
  place(path: Path, part?: 'key' | 'value', offset?: number): { line: number; column: number };
}

/** undefined where the text is no YAML mapping: the finding is added. */
export function parseYaml(file: string, text: string, findings: Findings, form = 'see rules/README.md for the form'): Doc | undefined {
  const lines = new LineCounter();
  const tree = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const error of tree.errors) {
    const { line, column } = position(error.pos[0]);
    const message = error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
    findings.addAt('yaml', file, line, column, `not readable as YAML: ${message}`, 'check indentation, quotes and duplicate keys');
  }
  if (tree.errors.length > 0) return undefined;
  if (!isMap(tree.contents)) {
    findings.addAt('yaml', file, 1, 1, 'expected a mapping of keys to values at the top of the file, found none', form);
    return undefined;
  }
  const root = tree.contents as YAMLMap;
  let value: unknown;
  try {
    value = tree.toJS();
  } catch (error) {
    // An alias without its anchor, or aliases that unfold without end.
    findings.addAt(
      'yaml',
      file,
      1,
      1,
      `not readable as YAML: ${error instanceof Error ? error.message : String(error)}`,
      'write values out instead of `*alias`, and put texts that begin with * in quotes',
    );
    return undefined;
  }
  return { file, value, place: (path, part = 'value', offset = 0) => position(offsetOf(root, path, part, offset)) };
}

function offsetOf(root: YAMLMap, path: Path, part: 'key' | 'value', offset: number): number {
  let node: unknown = root;
  let start = root.range?.[0] ?? 0;
  for (const [i, step] of path.entries()) {
    const last = i === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return start;
      const key = pair.key as Node;
      start = (last && part === 'value' ? (pair.value as Node | null)?.range?.[0] : key.range?.[0]) ?? start;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (!item) return start;
      start = item.range?.[0] ?? start;
      node = item;
    } else return start;
  }
  // Inside block scalars the position of the block is near enough.
  const type = isScalar(node) ? node.type : undefined;
  const inside = type === 'PLAIN' || type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE';
  return inside && offset > 0 ? start + offset + (type === 'PLAIN' ? 0 : 1) : start;
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
