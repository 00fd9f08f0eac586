/** Features of a rule: what is counted, over which window, for which subject. */
import { createHash } from 'node:crypto';
import type { SubjectType } from '../schemas/risk/signal.ts';
import type { Context } from './compile.ts';
import type { Expression } from './expressions.ts';
import { didYouMean } from './findings.ts';
import { isRecord } from './parse.ts';
import type { Doc, Path } from './parse.ts';
import { EVENT_NAMES, FEATURE_KINDS } from './ruleset.ts';
import type { EventName, Feature, FeatureKind, Window } from './ruleset.ts';
import { LINES } from './vocabulary.ts';
import { EVENT_WINDOW, parseWindow, SILENCE_WINDOW, windowMisfit } from './windows.ts';

/** How one event feeds a feature. All gates must hold; no `of` gives 1, no `item` gives ''. */
export interface Feed {
  event: EventName;
  gates: Expression[];
  of: Expression | undefined;
  item: Expression | undefined;
}

export interface FeatureDraft {
  name: string;
  kind: FeatureKind;
  window: Window;
  each: boolean;
  feeds: Feed[];
  quantile: number;
  weeks: number;
  madFloor: number;
  leastExcess: number;
  expectedGapMinutes: number;
  margin: number;
  /** Definition without thresholds and without the subject. */
  definition: unknown[];
}

/** What the rule says for all its features. */
export interface Surrounding {
  doc: Doc;
  on: EventName[];
  where: string;
  each: boolean;
}

interface Needs {
  of: 'number' | 'text' | 'maybe' | 'no';
  item: 'yes' | 'maybe' | 'no';
}
const NEEDS: Record<FeatureKind, Needs> = {
  value: { of: 'number', item: 'no' },
  count: { of: 'no', item: 'no' },
  sum: { of: 'number', item: 'no' },
  distinct: { of: 'text', item: 'no' },
  max: { of: 'number', item: 'no' },
  last: { of: 'number', item: 'no' },
  topShare: { of: 'maybe', item: 'yes' },
  hhi: { of: 'maybe', item: 'yes' },
  percentile: { of: 'number', item: 'no' },
  robustZ: { of: 'no', item: 'no' },
  silence: { of: 'no', item: 'no' },
};
const KEYS = ['kind', 'of', 'item', 'on', 'each', 'where', 'window', 'resolution', 'quantile', 'weeks', 'madFloor', 'leastExcess', 'expectedGap', 'margin'];
const RESERVED = [
  'value',
  'threshold',
  'grade',
  'subject',
  'parameters',
  'event',
  'line',
  'ratio',
  'rateAtLeast',
  'abs',
  'ln',
  'min',
  'max',
  'in',
  'true',
  'false',
  'null',
];
/** Sums of these only grow: intake refuses negative amounts, weights and quantities. */
const PLAIN_FIELD = /^(?:[a-z]+\.[A-Za-z0-9]+|parameters\.\w+ == \d+(?:\.\d+)? \? [a-z]+\.\w+ : [a-z]+\.\w+)$/;

export function readFeatures(around: Surrounding, value: unknown, context: Context): FeatureDraft[] {
  const { doc } = around;
  if (!isRecord(value) || Object.keys(value).length === 0) {
    context.findings.add('wrong-type', doc, ['features'], 'expected features by name, e.g. {orders: {kind: count, window: 24h}}');
    return [];
  }
  return Object.entries(value).flatMap(([name, entry]) => readFeature(around, name, entry, context) ?? []);
}

function readFeature(around: Surrounding, name: string, entry: unknown, context: Context): FeatureDraft | undefined {
  const { doc } = around;
  const { findings } = context;
  const path = ['features', name];
  if (!/^[a-z][A-Za-z0-9]*$/.test(name) || RESERVED.includes(name))
    findings.add('feature-name', doc, path, `\`${name}\` is no plain word in camelCase, or is reserved`, '', 'key');
  if (!isRecord(entry)) return void findings.add('wrong-type', doc, path, 'expected {kind, of, window, …}');
  for (const key of Object.keys(entry))
    if (!KEYS.includes(key)) findings.add('unknown-key', doc, [...path, key], `unknown key \`${key}\` of a feature`, didYouMean(key, KEYS), 'key');
  const kind = entry.kind as FeatureKind;
  if (!FEATURE_KINDS.includes(kind))
    return void findings.add(
      'feature-kind',
      doc,
      [...path, 'kind'],
      `unknown kind \`${String(entry.kind)}\``,
      didYouMean(String(entry.kind), FEATURE_KINDS) || `kinds: ${FEATURE_KINDS.join(', ')}`,
    );
  const own = entry.on !== undefined;
  const on = own ? readEvents(doc, [...path, 'on'], entry.on, context) : around.on;
  const each = entry.each === undefined ? around.each && on.every((event) => LINES[event]) : entry.each === 'line';
  checkEach(doc, path, entry, on, each, context);
  const window = readWindow(doc, path, kind, entry, context);
  checkNeeds(doc, path, kind, entry, context);
  const feeds = on.map(
    (event): Feed => ({
      event,
      gates: [
        ...(own || around.where === '' ? [] : [context.expression(doc, ['where'], around.where, event, each, 'bool')]),
        ...(entry.where === undefined ? [] : [context.expression(doc, [...path, 'where'], entry.where, event, each, 'bool')]),
      ].filter((gate) => gate !== undefined),
      of: kind === 'distinct' || entry.of === undefined ? undefined : context.expression(doc, [...path, 'of'], entry.of, event, each, 'double'),
      item:
        itemSource(kind, entry) === undefined
          ? undefined
          : context.expression(doc, [...path, kind === 'distinct' ? 'of' : 'item'], itemSource(kind, entry), event, each, 'string'),
    }),
  );
  const plain = (source: unknown) => (typeof source === 'string' ? source.replaceAll(/\s+/g, ' ').trim() : '');
  const quantile = readNumber(doc, [...path, 'quantile'], entry.quantile, kind === 'percentile' ? undefined : 0, 0, 1, context);
  const weeks = readNumber(doc, [...path, 'weeks'], entry.weeks, 8, 1, 52, context);
  return {
    name,
    kind,
    window,
    each,
    feeds,
    quantile,
    weeks,
    madFloor: readNumber(doc, [...path, 'madFloor'], entry.madFloor, 0.05, 0, 1, context),
    leastExcess: readNumber(doc, [...path, 'leastExcess'], entry.leastExcess, 0, 0, 1_000_000, context),
    expectedGapMinutes: kind === 'silence' ? readNumber(doc, [...path, 'expectedGap'], entry.expectedGap, undefined, 0, 100_000, context) : 0,
    margin: readNumber(doc, [...path, 'margin'], entry.margin, 1, 1, 100, context),
    definition: [
      [...on].sort(),
      own ? '' : plain(around.where),
      plain(entry.where),
      plain(entry.of),
      plain(entry.item),
      kind,
      window.text,
      window.resolutionMs,
      each,
      quantile,
      weeks,
      // The gap belongs to the id so that rules with different gaps do not judge each other.
      kind === 'silence' ? plain(entry.expectedGap) || entry.expectedGap : '',
    ],
  };
}

const itemSource = (kind: FeatureKind, entry: Record<string, unknown>): unknown => (kind === 'distinct' ? entry.of : entry.item);

export function readEvents(doc: Doc, path: Path, value: unknown, context: Context): EventName[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) context.findings.add('event', doc, path, 'at least one event is needed', `events: ${EVENT_NAMES.join(', ')}`);
  return list.filter((event): event is EventName => {
    const known = EVENT_NAMES.includes(event as EventName);
    if (!known)
      context.findings.add(
        'event',
        doc,
        path,
        `unknown event \`${String(event)}\``,
        didYouMean(String(event), EVENT_NAMES) || `events: ${EVENT_NAMES.join(', ')}`,
      );
    return known;
  });
}

function checkEach(doc: Doc, path: Path, entry: Record<string, unknown>, on: EventName[], each: boolean, context: Context): void {
  if (entry.each !== undefined && entry.each !== 'line' && entry.each !== 'event')
    context.findings.add('each', doc, [...path, 'each'], `expected line or event, given \`${String(entry.each)}\``);
  const without = on.filter((event) => !LINES[event]);
  if (each && without.length > 0)
    context.findings.add('each', doc, [...path, 'each'], `${without.join(', ')} has no lines`, 'events with lines: order, declaration');
}

function readWindow(doc: Doc, path: Path, kind: FeatureKind, entry: Record<string, unknown>, context: Context): Window {
  const free = kind === 'value' ? EVENT_WINDOW : kind === 'silence' ? SILENCE_WINDOW : undefined;
  const window = entry.window === undefined && free ? free : parseWindow(entry.window, entry.resolution);
  const problem = typeof window === 'string' ? window : windowMisfit(kind, window);
  if (problem !== '') context.findings.add('window', doc, [...path, 'window'], problem);
  return typeof window === 'string' ? EVENT_WINDOW : window;
}

function checkNeeds(doc: Doc, path: Path, kind: FeatureKind, entry: Record<string, unknown>, context: Context): void {
  const needs = NEEDS[kind];
  const say = (key: string, message: string) => context.findings.add('feature-kind', doc, [...path, key], `kind ${kind} ${message}`, '', 'key');
  if ((needs.of === 'number' || needs.of === 'text') && entry.of === undefined)
    say('of', `needs \`of\`: ${needs.of === 'text' ? 'the text whose different values are counted' : 'the number'}`);
  if (needs.of === 'no' && entry.of !== undefined) say('of', 'has no `of`');
  if (needs.item === 'yes' && entry.item === undefined) say('item', 'needs `item`: the text by which shares are taken');
  if (needs.item === 'no' && entry.item !== undefined) say('item', 'has no `item`');
  for (const [key, ...kinds] of [
    ['quantile', 'percentile', 'silence'],
    ['weeks', 'robustZ'],
    ['madFloor', 'robustZ'],
    ['leastExcess', 'robustZ'],
    ['expectedGap', 'silence'],
    ['margin', 'silence'],
  ] as [string, ...FeatureKind[]][]) {
    if (entry[key] !== undefined && !kinds.includes(kind)) say(key, `has no \`${key}\``);
  }
}

/** A number, or `parameters.NAME` whose latest value is taken. */
export function readNumber(doc: Doc, path: Path, value: unknown, standard: number | undefined, low: number, high: number, context: Context): number {
  if (value === undefined && standard !== undefined) return standard;
  const name = typeof value === 'string' && value.startsWith('parameters.') ? value.slice(11) : '';
  if (name !== '' && !context.parameters.names.includes(name)) {
    context.findings.add('parameter-missing', doc, path, `unknown parameter \`${name}\``, didYouMean(name, context.parameters.names));
    return low;
  }
  const number = name === '' ? value : context.parameters.latest(name);
  if (typeof number === 'number' && number >= low && number <= high) return number;
  context.findings.add('wrong-type', doc, path, `expected a number from ${low} to ${high} or parameters.NAME, given \`${String(value)}\``);
  return low;
}

const GROWING: readonly FeatureKind[] = ['value', 'count', 'distinct', 'max'];

/** The feature of one subject type. Its id leaves thresholds out, so that a changed threshold keeps its window. */
export function makeFeature(draft: FeatureDraft, subjectType: SubjectType): Feature {
  const id = createHash('sha256')
    .update(JSON.stringify([...draft.definition, subjectType]))
    .digest('hex')
    .slice(0, 16);
  const { kind, window, quantile, weeks, madFloor, leastExcess, expectedGapMinutes, margin } = draft;
  const growsOnly = GROWING.includes(kind) || (kind === 'sum' && draft.feeds.every((feed) => !feed.of || PLAIN_FIELD.test(feed.of.source.trim())));
  return { id, kind, window, subjectType, quantile, weeks, madFloor, leastExcess, expectedGapMinutes, margin, growsOnly };
}
