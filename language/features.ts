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
import { duration, inBuckets, EVENT_WINDOW, parseWindow, SILENCE_WINDOW, windowMisfit } from './windows.ts';

/** How one event feeds a feature. All gates must hold; no `of` gives 1, no `item` gives ''. */
export interface Feed {
  event: EventName;
  gates: Expression[];
  of: Expression | undefined;
  item: Expression | undefined;
  /** What a contribution says where there is no `of`: 1, or which step of a sequence this is. */
  gives: number;
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
  over: number;
  reachMs: number;
  /** Definition without thresholds and without the subject. */
  definition: unknown[];
}

/** What the rule says for all its features. */
export interface Surrounding {
  doc: Doc;
  on: EventName[];
  where: string;
  each: boolean;
  /** Conditions of an override by mode or commodity chapter: one for each event it is asked of. */
  narrow: string;
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
  avg: { of: 'number', item: 'no' },
  min: { of: 'number', item: 'no' },
  stddev: { of: 'number', item: 'no' },
  topSum: { of: 'maybe', item: 'yes' },
  itemsOver: { of: 'maybe', item: 'yes' },
  intervalCv: { of: 'no', item: 'no' },
  sequence: { of: 'no', item: 'no' },
  absence: { of: 'no', item: 'no' },
  firstSeen: { of: 'no', item: 'yes' },
  newShare: { of: 'maybe', item: 'yes' },
  psi: { of: 'no', item: 'yes' },
};
/** Kinds made of steps. */
const STEPPED: readonly FeatureKind[] = ['sequence', 'absence'];
const KEYS = ['kind', 'of', 'item', 'on', 'each', 'where', 'window', 'resolution', 'quantile', 'weeks', 'madFloor', 'leastExcess', 'expectedGap', 'margin', 'over', 'first', 'then', 'without', 'within', 'remember', 'against'];
/** Keys that only some kinds have. */
const ONLY: readonly [key: string, ...kinds: FeatureKind[]][] = [
  ['quantile', 'percentile', 'silence'], ['weeks', 'robustZ'], ['madFloor', 'robustZ'], ['leastExcess', 'robustZ'], ['expectedGap', 'silence'], ['margin', 'silence'], ['over', 'itemsOver'],
  ['first', ...STEPPED], ['then', ...STEPPED], ['without', ...STEPPED], ['within', ...STEPPED], ['remember', 'firstSeen', 'newShare'], ['against', 'psi'],
];
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
  return Object.entries(value).flatMap(([name, entry]) => (isFormula(entry) ? [] : (readFeature(around, name, plainKind(entry), context) ?? [])));
}

/** language/formulas.ts reads these. */
export const isFormula = (entry: unknown): entry is Record<string, unknown> => isRecord(entry) && entry.kind === 'formula';

/** A median is a percentile. */
const plainKind = (entry: unknown): unknown => (isRecord(entry) && entry.kind === 'median' && entry.quantile === undefined ? { ...entry, kind: 'percentile', quantile: 0.5 } : entry);

function readFeature(around: Surrounding, name: string, entry: unknown, context: Context): FeatureDraft | undefined {
  const { doc } = around;
  const { findings } = context;
  const path = ['features', name];
  checkFeatureName(doc, name, context);
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
      didYouMean(String(entry.kind), [...FEATURE_KINDS, 'median', 'formula']) || `kinds: ${FEATURE_KINDS.join(', ')}, median, formula`,
    );
  const own = entry.on !== undefined;
  const stepped = STEPPED.includes(kind);
  const steps = stepped ? readSteps(around, path, entry, context) : [];
  const on = stepped ? [...new Set(steps.flatMap(({ events }) => events))] : own ? readEvents(doc, [...path, 'on'], entry.on, context) : around.on;
  const each = entry.each === undefined ? around.each && on.every((event) => LINES[event]) : entry.each === 'line';
  checkEach(doc, path, entry, on, each, context);
  const window = readWindow(doc, path, kind, entry, context);
  checkNeeds(doc, path, kind, entry, context);
  const expression = (at: Path, source: unknown, event: EventName, type: 'bool' | 'double' | 'string') => (source === undefined || source === '' ? undefined : context.expression(doc, at, source, event, each, type));
  const gates = (event: EventName, own: boolean, where: unknown, at: Path) =>
    [own ? undefined : expression(['where'], around.where, event, 'bool'), expression(at, where, event, 'bool'), expression(['where'], around.narrow, event, 'bool')].filter((gate) => gate !== undefined);
  const item = itemSource(kind, entry);
  const feeds = stepped
    ? steps.flatMap(({ step, gives, events }) =>
        events.map((event): Feed => ({
          event,
          gates: gates(event, step.on !== undefined, step.where, [...path, STEPS[gives - 1]!, 'where']),
          of: undefined,
          item: expression([...path, STEPS[gives - 1]!, 'item'], step.item, event, 'string'),
          gives,
        })),
      )
    : on.map((event): Feed => ({
        event,
        gates: gates(event, own, entry.where, [...path, 'where']),
        of: kind === 'distinct' ? undefined : expression([...path, 'of'], entry.of, event, 'double'),
        item: expression([...path, kind === 'distinct' ? 'of' : 'item'], item, event, 'string'),
        gives: 1,
      }));
  const plain = (source: unknown) => (typeof source === 'string' ? source.replaceAll(/\s+/g, ' ').trim() : '');
  const quantile = readNumber(doc, [...path, 'quantile'], entry.quantile, kind === 'percentile' ? undefined : 0, 0, 1, context);
  const weeks = readNumber(doc, [...path, 'weeks'], entry.weeks, 8, 1, 52, context);
  const over = readNumber(doc, [...path, 'over'], entry.over, kind === 'itemsOver' ? undefined : 0, -1e12, 1e12, context);
  const reachMs = readReach(doc, path, kind, entry, window, context);
  // Left out where a kind has none, so that features keep their ids as kinds are added.
  const further = { ...(kind === 'itemsOver' && { over }), ...(reachMs > 0 && { reachMs }), ...(around.narrow !== '' && { narrow: plain(around.narrow) }), ...(stepped && { steps: STEPS.map((name) => entry[name] ?? '') }) };
  return {
    name,
    kind,
    window,
    each,
    feeds,
    quantile,
    weeks,
    over,
    reachMs,
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
      ...(Object.keys(further).length > 0 ? [further] : []),
    ],
  };
}

/** Steps of a sequence or an absence, in the order of what they give: 1, 2, 3. */
const STEPS = ['first', 'then', 'without'] as const;
const STEP_KEYS = ['on', 'where', 'item'];
interface Step { step: Record<string, unknown>; gives: number; events: EventName[] }

function readSteps({ doc, on }: Surrounding, path: Path, entry: Record<string, unknown>, context: Context): Step[] {
  const steps = STEPS.flatMap((name, i): Step[] => {
    const step = entry[name];
    if (step === undefined) {
      if (name !== 'without') context.findings.add('feature-kind', doc, path, `kind ${String(entry.kind)} needs \`${name}\``, `e.g. ${name}: {on: order}`);
      return [];
    }
    if (!isRecord(step)) {
      context.findings.add('wrong-type', doc, [...path, name], 'expected {on, where, item}');
      return [];
    }
    for (const key of Object.keys(step))
      if (!STEP_KEYS.includes(key)) context.findings.add('unknown-key', doc, [...path, name, key], `unknown key \`${key}\` of a step`, didYouMean(key, STEP_KEYS), 'key');
    return [{ step, gives: i + 1, events: step.on === undefined ? on : readEvents(doc, [...path, name, 'on'], step.on, context) }];
  });
  if (new Set(steps.map(({ step }) => step.item !== undefined)).size > 1)
    context.findings.add('feature-kind', doc, path, 'either all steps have an `item` or none has: it tells which of them belong together');
  return steps;
}

const REACH: Partial<Record<FeatureKind, { key: string; standard: string | undefined; example: string }>> = {
  sequence: { key: 'within', standard: undefined, example: '1h' },
  absence: { key: 'within', standard: undefined, example: '30d' },
  firstSeen: { key: 'remember', standard: '365d', example: '365d' },
  newShare: { key: 'remember', standard: '365d', example: '365d' },
  psi: { key: 'against', standard: '7d', example: '7d' },
};

function readReach(doc: Doc, path: Path, kind: FeatureKind, entry: Record<string, unknown>, window: Window, { findings }: Context): number {
  const reach = REACH[kind];
  if (!reach) return 0;
  const given = entry[reach.key] ?? reach.standard;
  const ms = duration(given);
  if (ms === undefined) findings.add('window', doc, [...path, reach.key], `kind ${kind} needs \`${reach.key}\`, a length such as ${reach.example}, given \`${String(given)}\``);
  else if (reach.key !== 'within' && ms < window.ms) findings.add('window', doc, [...path, reach.key], `${reach.key} ${String(given)} is shorter than the window ${window.text}`);
  return ms ?? 0;
}

export function checkFeatureName(doc: Doc, name: string, { findings }: Context): void {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name) || RESERVED.includes(name))
    findings.add('feature-name', doc, ['features', name], `\`${name}\` is no plain word in camelCase, or is reserved`, '', 'key');
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
  for (const [key, ...only] of ONLY) if (entry[key] !== undefined && !only.includes(kind)) say(key, `has no \`${key}\``);
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

const GROWING: readonly FeatureKind[] = ['value', 'count', 'distinct', 'max', 'topSum', 'itemsOver'];

/** Few subjects of many events each. */
const BUSY: readonly SubjectType[] = ['feed', 'platform', 'carrier', 'zone', 'country', 'hs4', 'hs6', 'zoneHs4', 'route', 'stage', 'currency'];
/** Kinds for which it is enough to know how many entries and which sum each item got in a bucket, or how often each value came. */
const SUMMABLE: readonly FeatureKind[] = ['count', 'sum', 'avg', 'distinct', 'topShare', 'hhi', 'topSum', 'itemsOver', 'robustZ', 'psi', 'silence', 'percentile'];

/** The feature of one subject type. Its id leaves thresholds out, so that a changed threshold keeps its window. */
export function makeFeature(draft: FeatureDraft, subjectType: SubjectType): Feature {
  const summed = BUSY.includes(subjectType) && SUMMABLE.includes(draft.kind) && (draft.window.kind !== 'event' || draft.kind === 'silence');
  const window = summed ? inBuckets(draft.window, draft.kind) : draft.window;
  const id = createHash('sha256')
    .update(JSON.stringify([...draft.definition, ...(window === draft.window ? [] : [window.resolutionMs]), subjectType]))
    .digest('hex')
    .slice(0, 16);
  const { kind, quantile, weeks, madFloor, leastExcess, expectedGapMinutes, margin, over, reachMs } = draft;
  const growsOnly = GROWING.includes(kind) || (kind === 'sum' && draft.feeds.every((feed) => !feed.of || PLAIN_FIELD.test(feed.of.source.trim())));
  return { id, kind, window, subjectType, quantile, weeks, madFloor, leastExcess, expectedGapMinutes, margin, over, reachMs, growsOnly, summed };
}
