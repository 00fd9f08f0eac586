/**
 * What a rule's version number stands for. Once it was in force, the same number never means something else: alerts name it. The words around a rule may be mended
 * under it, its status goes its way (draft, shadow, live, retired), and examples may be added. Pure.
 */
import { Findings } from './findings.ts';
import { isRecord, parseYaml } from './parse.ts';
import type { Finding } from './ruleset.ts';

/** Of a rule's file. `parts`: what decides, by key, as text that tells contents apart. */
export interface RuleHead { version: number; status: string; line: number; parts: Record<string, string> }

const NOT_MEANING = ['id', 'version', 'status', 'title', 'description', 'basis', 'owner', 'references', 'falsePositives', 'examples'];

export const isRuleFile = (file: string): boolean => file.endsWith('.yaml') && file.includes('/') && !file.startsWith('overrides/');

/** undefined where the file is no rule's, or cannot be read. */
export function headOf(file: string, text: string): RuleHead | undefined {
  const doc = isRuleFile(file) ? parseYaml(file, text, new Findings()) : undefined;
  if (!doc || !isRecord(doc.value)) return undefined;
  const meaning = Object.entries(doc.value).filter(([key]) => !NOT_MEANING.includes(key));
  return { version: Number(doc.value.version), status: String(doc.value.status), line: doc.place(['version']).line, parts: Object.fromEntries(meaning.map(([key, value]) => [key, plain(value)])) };
}

/** The same text whatever the order of keys. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part)) ?? '';

const differing = (a: RuleHead, b: RuleHead): string[] => [...new Set([...Object.keys(a.parts), ...Object.keys(b.parts)])].filter((key) => a.parts[key] !== b.parts[key]).sort();

/** `known`: what the file was while it was in force, newest first. */
export function versionFinding(file: string, head: RuleHead, known: readonly RuleHead[]): Finding | undefined {
  const next = Math.max(head.version, ...known.map(({ version }) => version)) + 1;
  const refuse = (message: string, zh: string): Finding => ({ check: 'version', file, line: head.line, column: 1, message, suggestion: `write version: ${next}`, zh: { message: zh, suggestion: `请写 version: ${next}` } });
  const same = known.filter(({ version }) => version === head.version);
  const other = same.find((one) => differing(one, head).length > 0);
  if (other) return refuse(`version ${head.version} was in force with another meaning (${differing(other, head).join(', ')} differ): alerts tell versions apart by their numbers`, `版本 ${head.version} 曾以另一含义生效（${differing(other, head).join('、')} 不同）：预警以版本号区分规则版本`);
  if (same[0]?.status === 'retired' && head.status !== 'retired') return refuse(`version ${head.version} was retired and does not come back`, `版本 ${head.version} 已停用，不再启用`);
  return undefined;
}
