/** What hinders nothing and is likely not meant: told by `rules check` and shown to whoever approves a change. One named check each, as in findings.ts. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Bands } from './bands.ts';
import type { RuleDraft } from './check.ts';
import type { FeatureDraft } from './features.ts';
import { GRADE_WORDS } from './explain.ts';
import { Findings } from './findings.ts';
import { isRecord, type Doc, type Path } from './parse.ts';
import type { FeatureKind, Finding } from './ruleset.ts';

export const ADVICE = {
  'bands-gap': 'no grade between two others is left out',
  'band-unreachable': 'every band can be reached by the value',
  'band-always': 'the lowest band is above the least that the value can be',
  'window-unbounded': 'no window is longer than a year',
  'feature-unused': 'each feature is graded, supports the grade or is told in the reason',
  untranslated: 'texts in zh are Chinese, texts in en are not',
} as const;
type AdviceName = keyof typeof ADVICE;

const LONGEST_MS = 366 * 86_400_000;
const HAN = /\p{Script=Han}/u;
const TEXTS = ['title', 'description', 'falsePositives', 'reason', 'action'];

/** Of a set that has no findings. */
export function lint(drafts: readonly RuleDraft[], docs: readonly Doc[]): Finding[] {
  const findings = new Findings();
  const byFile = new Map(docs.map((doc) => [doc.file, doc]));
  const tell: Tell = (check, doc, path, [message, suggestion], [zh, zhSuggestion]) => void findings.list.push({ check, file: doc.file, ...doc.place(path, 'key'), message, suggestion, zh: { message: zh, suggestion: zhSuggestion } });
  for (const draft of drafts) {
    const doc = byFile.get(`${draft.id}.yaml`);
    if (!doc) continue;
    lintBands(draft, draft.bands, doc, tell);
    lintFeatures(draft, doc, tell);
    lintTexts(doc, tell);
  }
  for (const doc of docs) if (doc.file.startsWith('overrides/')) lintOverride(doc, drafts, tell);
  return findings.sorted();
}

type Said = readonly [message: string, suggestion: string];
type Tell = (check: AdviceName, doc: Doc, path: Path, en: Said, zh: Said) => void;
const ORDER = ['blue', 'yellow', 'orange', 'red'];
const zhOf = (grade: string | undefined): string => GRADE_WORDS[grade as keyof typeof GRADE_WORDS]?.zh ?? '';

function lintBands(draft: RuleDraft, bands: Bands, doc: Doc, tell: Tell): void {
  const given = bands.map(({ grade }) => ORDER.indexOf(grade));
  for (const [i, at] of given.entries()) {
    const before = given[i - 1];
    if (before !== undefined && at > before + 1) tell('bands-gap', doc, ['bands', ORDER[at] as string], [`between ${ORDER[before]} and ${ORDER[at]} a grade is left out`, 'say its threshold, or begin the bands higher'], [`${zhOf(ORDER[before])}与${zhOf(ORDER[at])}之间缺少等级`, '补上其阈值，或从更高等级起设']);
  }
  const [least, most] = draft.value ? rangeOf(draft.value.ast, draft.features) : rangeOfFeature(draft.features[0]);
  for (const { grade, from } of bands) if (from > most) tell('band-unreachable', doc, ['bands', grade], [`${grade} begins at ${from}, but the value is ${most} at most`, `choose a threshold up to ${most}`], [`${zhOf(grade)}起点为 ${from}，但数值最大为 ${most}`, `阈值不应超过 ${most}`]);
  const lowest = bands[0];
  if (lowest && lowest.from <= least) tell('band-always', doc, ['bands', lowest.grade], [`${lowest.grade} begins at ${lowest.from}, and the value is never below ${least}: every event would fire`, `choose a threshold above ${least}`], [`${zhOf(lowest.grade)}起点为 ${lowest.from}，而数值不会低于 ${least}：每个事件都会触发`, `阈值应高于 ${least}`]);
}

function lintOverride(doc: Doc, drafts: readonly RuleDraft[], tell: Tell): void {
  const raw = doc.value as { rule?: unknown; bands?: Record<string, number> };
  const draft = drafts.find(({ id }) => id === raw.rule);
  const bands = ORDER.flatMap((grade) => (raw.bands?.[grade] === undefined ? [] : [{ grade: grade as Bands[number]['grade'], from: raw.bands[grade] as number }]));
  if (draft && bands.length > 0) lintBands(draft, bands, doc, tell);
}

function lintFeatures(draft: RuleDraft, doc: Doc, tell: Tell): void {
  const raw = doc.value as { value?: unknown; reason?: unknown };
  const said = `${typeof raw.value === 'string' ? raw.value : ''} ${draft.formulas.map(({ of }) => of.source).join(' ')} ${JSON.stringify(raw.reason)}`;
  for (const { name, window } of draft.features) {
    if (draft.features.length > 1 && draft.support?.feature !== name && !new RegExp(`\\b${name}\\b`).test(said)) tell('feature-unused', doc, ['features', name], [`feature \`${name}\` is kept for nothing`, 'use it in value, support or reason, or leave it out'], [`特征 \`${name}\` 未被使用`, '用于 value、support 或 reason，否则删去']);
    if (window.ms > LONGEST_MS) tell('window-unbounded', doc, ['features', name], [`a window of ${window.text} keeps its subjects for longer than a year`, 'at most 366d, or calendar year'], [`窗口 ${window.text} 保留对象超过一年`, '最长 366d，或 calendar year']);
  }
}

function lintTexts(doc: Doc, tell: Tell): void {
  const raw = doc.value as Record<string, unknown>;
  for (const key of TEXTS) {
    const text = raw[key];
    if (!isRecord(text)) continue;
    if (typeof text.zh === 'string' && !HAN.test(text.zh)) tell('untranslated', doc, [key, 'zh'], [`${key}: zh holds no Chinese character`, 'translate it'], [`${key}：zh 中没有汉字`, '请翻译']);
    if (typeof text.en === 'string' && HAN.test(text.en)) tell('untranslated', doc, [key, 'en'], [`${key}: en holds Chinese characters`, 'translate it'], [`${key}：en 中含有汉字`, '请翻译']);
  }
}

type Range = [least: number, most: number];
const ANY: Range = [-Infinity, Infinity];
const OF_KIND: Partial<Record<FeatureKind, Range>> = { count: [0, Infinity], distinct: [0, Infinity], silence: [0, Infinity], topShare: [0, 1], hhi: [0, 10_000] };
const OF_FUNCTION: Record<string, Range> = { prohibitedHs: [0, 1], recallScore: [0, 1], diseaseLevel: [0, 4] };

/** A measure that is a list's score keeps its bounds in a maximum, a last value or one event's own. */
function rangeOfFeature(feature: FeatureDraft | undefined): Range {
  if (!feature) return ANY;
  const known = OF_KIND[feature.kind];
  if (known || !['value', 'max', 'last', 'percentile'].includes(feature.kind)) return known ?? ANY;
  const [least, most] = span(feature.feeds.map(({ of }) => (of ? rangeOf(of.ast, []) : [1, 1])));
  // Of a window without any event it is 0.
  return [Math.min(0, least), Math.max(0, most)];
}

const span = (ranges: Range[]): Range => [Math.min(...ranges.map(([least]) => least)), Math.max(...ranges.map(([, most]) => most))];

/** Between what an expression must lie. Where it cannot be told, anywhere. */
function rangeOf(node: ASTNode, features: readonly FeatureDraft[]): Range {
  if (node.op === 'value') return typeof node.args === 'number' || typeof node.args === 'bigint' ? [Number(node.args), Number(node.args)] : ANY;
  if (node.op === 'id') return rangeOfFeature(features.find(({ name }) => name === node.args));
  if (node.op === '?:') return span([rangeOf(node.args[1], features), rangeOf(node.args[2], features)]);
  if (node.op === '+' || node.op === '-' || node.op === '*') return combined(node.op, rangeOf(node.args[0], features), rangeOf(node.args[1], features));
  if (node.op !== 'call') return ANY;
  const [name, args] = node.args;
  const ranges = args.map((arg: ASTNode) => rangeOf(arg, features));
  if (name === 'min') return [Math.min(...ranges.map(([least]) => least)), Math.min(...ranges.map(([, most]) => most))];
  if (name === 'max') return [Math.max(...ranges.map(([least]) => least)), Math.max(...ranges.map(([, most]) => most))];
  if (name === 'abs') return ranges[0] && ranges[0][0] >= 0 ? ranges[0] : [0, Infinity];
  if (name === 'ratio' && ranges[0] && ranges[1] && ranges[0][0] >= 0 && ranges[1][0] >= 0) return [0, Infinity];
  return OF_FUNCTION[name] ?? ANY;
}

function combined(op: '+' | '-' | '*', a: Range, b: Range): Range {
  if (op === '+') return [a[0] + b[0], a[1] + b[1]];
  if (op === '-') return [a[0] - b[1], a[1] - b[0]];
  const products = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
  return products.some(Number.isNaN) ? ANY : [Math.min(...products), Math.max(...products)];
}
