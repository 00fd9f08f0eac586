/** Examples of a rule: events in, the expected grade out. They are read with the rule, and run through its gates and whatever judges the windows. */
import type { Grade } from '../schemas/risk/alert.ts';
import { GRADES } from '../schemas/risk/alert.ts';
import { SUBJECT_TYPES } from '../schemas/risk/signal.ts';
import type { Contribution, SubjectType } from '../schemas/risk/signal.ts';
import { atOnce, type Steps } from '../seeds/steps.ts';
import type { Context } from './compile.ts';
import { SHAPES } from './expressions.ts';
import type { Shape } from './expressions.ts';
import { didYouMean, Findings } from './findings.ts';
import { isRecord, parseYaml } from './parse.ts';
import type { Doc, Path } from './parse.ts';
import { EVENT_NAMES } from './ruleset.ts';
import type { EventName, EventView, Example, ExampleBaseline, ExampleEvent, Rule, RuleSet, Scalar } from './ruleset.ts';
import { duration } from './windows.ts';

export interface ExampleSignal {
  at: number;
  subjectType: SubjectType;
  subjectId: string;
  zone: string;
  contributions: Contribution[];
}
/** Everything that happened, and the time at which to judge. */
export interface ExampleRun {
  ruleSet: RuleSet;
  signals: readonly ExampleSignal[];
  baselines: readonly { feature: string; subjectId: string; median: number; mad: number }[];
  until: number;
}
/** Grades after the run, by `ruleId|subjectType|subjectId`. */
export type Judge = (run: ExampleRun) => ReadonlyMap<string, Grade | undefined>;
export interface ExampleResult {
  rule: string;
  example: string;
  expected: Grade | undefined;
  actual: Grade | undefined;
  errors: string[];
  ok: boolean;
}

/** Runs the examples of a live or shadow rule, one a step; others have no features at work, hence no results. */
export function* exampleSteps(ruleSet: RuleSet, rule: Rule, judge: Judge): Steps<ExampleResult[]> {
  const results: ExampleResult[] = [];
  for (const example of rule.status === 'live' || rule.status === 'shadow' ? rule.examples : []) {
    results.push(runExample(ruleSet, rule, example, judge));
    yield;
  }
  return results;
}

export const runExamples = (ruleSet: RuleSet, rule: Rule, judge: Judge): ExampleResult[] => atOnce(exampleSteps(ruleSet, rule, judge));

function runExample(ruleSet: RuleSet, rule: Rule, example: Example, judge: Judge): ExampleResult {
  const errors: string[] = [];
  const signals = example.events.flatMap((event) => screenOne(ruleSet, rule, event, errors));
  const baselines = example.baselines.flatMap((b) => rule.subjects.map((type) => ({ feature: rule.features[type]!.get(b.feature)!.id, subjectId: b.subject, median: b.median, mad: b.mad })));
  const grades = judge({ ruleSet, signals, baselines, until: example.events.at(-1)!.at });
  let actual: Grade | undefined;
  for (const [key, grade] of grades)
    if (grade && key.startsWith(`${rule.id}|`) && GRADES.indexOf(grade) > (actual ? GRADES.indexOf(actual) : -1)) actual = grade;
  return { rule: rule.id, example: example.name, expected: example.grade, actual, errors, ok: errors.length === 0 && actual === example.grade };
}

/** Line and column of an example in its rule's file. */
export function exampleAt(file: string, text: string, example: string): { line: number; column: number } {
  const doc = parseYaml(file, text, new Findings());
  const list: unknown[] = doc && isRecord(doc.value) && Array.isArray(doc.value.examples) ? doc.value.examples : [];
  const index = list.findIndex((one) => isRecord(one) && one.name === example);
  return doc?.place(index < 0 ? [] : ['examples', index, 'grade']) ?? { line: 1, column: 1 };
}

/** One signal a subject, as screening packs them. */
function screenOne(ruleSet: RuleSet, rule: Rule, event: ExampleEvent, errors: string[]): ExampleSignal[] {
  const signals = new Map<string, ExampleSignal>();
  if (!event.view) return [];
  ruleSet.screen(
    event.view,
    event.at,
    (subjectType, subjectId, feature, value, item) => {
      const contribution = { feature, sign: 1, value, item };
      const key = `${subjectType}|${subjectId}`;
      const signal = signals.get(key);
      if (signal) signal.contributions.push(contribution);
      else signals.set(key, { at: event.at, subjectType, subjectId, zone: event.zone, contributions: [contribution] });
    },
    (ruleId, why) => {
      if (ruleId === rule.id) errors.push(why);
    },
  );
  return [...signals.values()];
}

const START = Date.parse('2026-11-02T10:00:00+08:00');
/** Enough for any minimum support; examples are read with each rule set. */
const MOST_REPEATS = 1000;
const EVENT_KEYS = ['subjects', 'lines', 'common', 'at', 'after', 'repeat', 'every', 'tick'];
const EXAMPLE_KEYS = ['name', 'events', 'baselines', 'grade'];

export function readExamples(doc: Doc, value: unknown, needed: boolean, features: readonly string[], context: Context): Example[] {
  const list: unknown[] = Array.isArray(value) ? value : [];
  const examples = list.flatMap((item, i) => readExample(doc, ['examples', i], item, features, context) ?? []);
  const firing = examples.filter((example) => example.grade !== undefined).length;
  if (needed && firing === 0)
    context.findings.add(
      'no-example',
      doc,
      ['examples'],
      'no example fires: at least one must',
      'add one with grade: blue, yellow, orange or red',
      'key',
    );
  if (needed && firing === examples.length)
    context.findings.add('no-example', doc, ['examples'], 'no example stays quiet: at least one must not fire', 'add one with grade: none', 'key');
  return examples;
}

function readExample(doc: Doc, path: Path, item: unknown, features: readonly string[], context: Context): Example | undefined {
  const refuse = (at: Path, message: string, suggestion = '') => void context.findings.add('examples', doc, [...path, ...at], message, suggestion);
  if (!isRecord(item)) return refuse([], 'expected {name, events, grade}');
  for (const key of Object.keys(item))
    if (!EXAMPLE_KEYS.includes(key)) refuse([key], `unknown key \`${key}\` of an example`, didYouMean(key, EXAMPLE_KEYS));
  if (typeof item.name !== 'string') refuse(['name'], 'an example needs a name that says what happens');
  const grades: readonly string[] = ['none', ...GRADES];
  if (!grades.includes(String(item.grade)))
    refuse(['grade'], `expected none, ${GRADES.join(', ')}, given \`${String(item.grade)}\``, didYouMean(String(item.grade), grades));
  if (!Array.isArray(item.events) || item.events.length === 0) return refuse(['events'], 'an example needs events');
  const events: ExampleEvent[] = [];
  let at = START - 60_000;
  for (const [i, event] of item.events.entries()) {
    const read = readEvent(doc, [...path, 'events', i], event, at, context);
    events.push(...read);
    at = read.at(-1)?.at ?? at;
  }
  const baselines = Object.entries(isRecord(item.baselines) ? item.baselines : {}).flatMap(([feature, b]): ExampleBaseline[] => {
    if (!features.includes(feature)) refuse(['baselines', feature], `\`${feature}\` is no feature of this rule`, didYouMean(feature, features));
    else if (isRecord(b) && typeof b.median === 'number' && typeof b.mad === 'number')
      return [{ feature, subject: String(b.subject), median: b.median, mad: b.mad }];
    else refuse(['baselines', feature], 'expected {subject, median, mad}');
    return [];
  });
  return { name: String(item.name), events, baselines, grade: item.grade === 'none' ? undefined : (item.grade as Grade) };
}

/** An event, as often as `repeat` says. Without `at` or `after` it comes a minute after the one before. */
function readEvent(doc: Doc, path: Path, event: unknown, before: number, context: Context): ExampleEvent[] {
  const refuse = (at: Path, message: string, suggestion = ''): [] => (
    context.findings.add('examples', doc, [...path, ...at], message, suggestion), []
  );
  if (!isRecord(event)) return refuse([], 'expected an event such as {order: {paid: 4900}, subjects: {buyer: b1}}');
  const names = Object.keys(event).filter((key) => !EVENT_KEYS.includes(key));
  const name = names[0] as EventName;
  const unknown = names.find((key) => !EVENT_NAMES.includes(key as EventName));
  if (unknown !== undefined) return refuse([unknown], `unknown event \`${unknown}\``, didYouMean(unknown, [...EVENT_NAMES, ...EVENT_KEYS]));
  if (names.length !== 1 && event.tick !== true)
    return refuse([], `expected one event, found ${names.length}`, `one of ${EVENT_NAMES.join(', ')}, or tick: true`);
  const step = (key: 'after' | 'every') =>
    duration(event[key] ?? '1m') ?? (refuse([key], `expected a length such as 10m, given \`${String(event[key])}\``), 0);
  const first = event.at === undefined ? before + step('after') : Date.parse(String(event.at));
  if (Number.isNaN(first)) return refuse(['at'], `expected a time such as 2026-11-01T10:00:00+08:00, given \`${String(event.at)}\``);
  const times = event.repeat ?? 1;
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1 || times > MOST_REPEATS)
    return refuse(['repeat'], `expected a whole number from 1 to ${MOST_REPEATS}, given \`${String(times)}\``);
  const zone = isRecord(event.common) ? String(event.common.zone ?? 'none') : 'none';
  if (event.tick === true) return [{ at: first, view: undefined, zone }];
  const check = (at: Path, given: unknown, shape: Shape) => checkFields(doc, [...path, ...at], given, shape, context);
  check([name], event[name], SHAPES.events[name]);
  check(['common'], event.common ?? {}, SHAPES.common);
  const lines: unknown[] = Array.isArray(event.lines) ? event.lines : [];
  if (lines.length > 0 && !SHAPES.lines[name]) return refuse(['lines'], `${name} has no lines`);
  for (const [i, line] of lines.entries()) check(['lines', i], isRecord(line) ? withoutSubjects(line) : line, SHAPES.lines[name]!);
  for (const type of Object.keys(isRecord(event.subjects) ? event.subjects : {})) {
    if (!SUBJECT_TYPES.includes(type as SubjectType)) refuse(['subjects', type], `unknown subject \`${type}\``, didYouMean(type, SUBJECT_TYPES));
  }
  return Array.from({ length: times }, (_, n) => {
    const at = first + n * step('every');
    return { at, zone, view: viewOf(name, numbered(event, n + 1) as Record<string, unknown>, at) };
  });
}

function checkFields(doc: Doc, path: Path, given: unknown, shape: Shape, context: Context): void {
  if (!isRecord(given)) return context.findings.add('examples', doc, path, 'expected fields and values');
  for (const [field, value] of Object.entries(given)) {
    const type = shape.fields[field];
    const actual = typeof value === 'number' ? 'double' : typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'list<string>' : typeof value;
    if (type === undefined)
      context.findings.add('examples', doc, [...path, field], `unknown field \`${field}\``, didYouMean(field, Object.keys(shape.fields)), 'key');
    else if (type !== actual)
      context.findings.add(
        'examples',
        doc,
        [...path, field],
        `${field}: expected ${type}, given ${actual}`,
        type === 'string' ? 'put it in quotes' : '',
      );
  }
}

/** `{n}` in a text is the number of the repetition, so that repeated events can differ. */
function numbered(value: unknown, n: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', String(n));
  if (Array.isArray(value)) return value.map((item) => numbered(item, n));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, numbered(v, n)])) : value;
}

const withoutSubjects = (line: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(line).filter(([key]) => key !== 'subjects'));

type Subjects = EventView['subjects'];

function viewOf(name: EventName, event: Record<string, unknown>, at: number): EventView {
  const filled = (shape: Shape, given: unknown): Record<string, Scalar> => Object.assign(new shape.ctor(), given) as Record<string, Scalar>;
  const local = new Date(at + 8 * 3_600_000);
  const lines = (Array.isArray(event.lines) ? event.lines : []) as Record<string, unknown>[];
  const line = SHAPES.lines[name];
  return {
    name,
    common: filled(SHAPES.common, {
      type: name,
      zone: 'none',
      appType: 1,
      hour: local.getUTCHours(),
      weekday: local.getUTCDay() || 7,
      ...(isRecord(event.common) ? event.common : {}),
    }),
    fields: filled(SHAPES.events[name], event[name]),
    lines: line ? lines.map((given) => filled(line, withoutSubjects(given))) : [],
    subjects: (isRecord(event.subjects) ? event.subjects : {}) as Subjects,
    lineSubjects: lines.map((given) => (isRecord(given.subjects) ? given.subjects : {}) as Subjects),
  };
}
