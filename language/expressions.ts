/** CEL for gates, measures and values: types are declared, so that a wrong name or type fails when the rules are loaded. */
import { RE2JS } from 're2js';
import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { FIXED5 } from '../schemas/trade/envelope.ts';
import type { EventName, Tables, TaxRate } from './ruleset.ts';
import { COMMON, EVENTS, LINES } from './vocabulary.ts';
import type { CelType, Fields } from './vocabulary.ts';
import { directly } from './direct.ts';
import type { Call } from './direct.ts';
import { didYouMean } from './findings.ts';

/** CEL knows an object's type by its class. Gates read an event's plain objects; only where CEL itself is asked are they copied into instances. */
export interface Shape {
  ctor: new () => Record<string, unknown>;
  fields: Fields;
}

const DEFAULTS: Record<CelType, () => unknown> = { double: () => 0, string: () => '', bool: () => false, 'list<string>': () => [] };

export function shapeOf(fields: Fields): Shape {
  const ctor = class {
    constructor() {
      for (const name in fields) (this as Record<string, unknown>)[name] = DEFAULTS[fields[name]!]();
    }
  };
  return { ctor: ctor as unknown as new () => Record<string, unknown>, fields };
}

export const SHAPES = {
  common: shapeOf(COMMON),
  events: Object.fromEntries(Object.entries(EVENTS).map(([name, fields]) => [name, shapeOf(fields)])) as Record<EventName, Shape>,
  lines: Object.fromEntries(Object.entries(LINES).map(([name, fields]) => [name, shapeOf(fields!)])) as Partial<Record<EventName, Shape>>,
};

const JS_TYPES: Record<CelType, string> = { double: 'number', string: 'string', bool: 'boolean', 'list<string>': 'object' };

/** What functions read beside their arguments. `at`, the event's own time, is set before each event. */
export interface Scope {
  at: number;
  tables: Tables;
}

/** Why an evaluation gave no number; caught where the rule is evaluated, never shown as a value. */
class NoValue extends Error {}
/** Made once for each reason: where it was thrown nobody reads, and finding that out costs more than most rules. */
const refusals = new Map<string, NoValue>();
const refuse = (why: string): never => {
  const known = refusals.get(why) ?? new NoValue(why);
  refusals.set(why, known);
  throw known;
};

/** Lower bound of the rate behind `part` of `whole`, `z` deviations below (Wilson): with few observations far below their share, with many close to it. */
function rateAtLeast(part: number, whole: number, z: number): number {
  if (whole <= 0) return refuse('rateAtLeast: the whole is 0');
  const share = Math.min(1, part / whole);
  const zz = (z * z) / whole;
  return Math.max(0, (share + zz / 2 - z * Math.sqrt((share * (1 - share)) / whole + zz / (4 * whole))) / (1 + zz));
}

/** What a guarantor stands for, where anything is in force. */
const yuan = (found: ReturnType<Tables['guarantee']>): number | undefined => (typeof found === 'number' ? found / FIXED5 : undefined);

/** What an import within the limits pays of its value: 70 % of VAT and consumption tax. */
const composite = ({ vat, consumption }: TaxRate): number => (0.7 * (vat + consumption)) / (FIXED5 - consumption);

/** Patterns of rules, by their text: constants, so there are few. RE2 needs time in proportion to the text, whatever the pattern: none runs away. */
const patterns = new Map<string, RE2JS>();
const patternOf = (source: string): RE2JS => {
  const known = patterns.get(source) ?? RE2JS.compile(source);
  patterns.set(source, known);
  return known;
};
const LONGEST_TEXT = 1000;
const matches = (text: string, pattern: string): boolean => (text.length > LONGEST_TEXT ? refuse(`matches: the text is longer than ${LONGEST_TEXT} characters`) : patternOf(pattern).matcher(text).find());
/** What is written behind a text. `matches` of CEL's own is not among them: its patterns may run away. */
const OF_TEXTS: readonly string[] = ['startsWith', 'endsWith', 'contains'];
/** And behind a list, not one within another: lists are short, but their product is not. */
const OF_LISTS: readonly string[] = ['exists', 'all'];

const FUNCTIONS: readonly [signature: string, make: (scope: Scope) => (...args: never[]) => unknown][] = [
  ['ratio(double, double): double', () => (a: number, b: number) => (b === 0 ? refuse('ratio: the divisor is 0') : a / b)],
  ['rateAtLeast(double, double, double): double', () => rateAtLeast],
  ['abs(double): double', () => Math.abs],
  ['ln(double): double', () => (a: number) => (a > 0 ? Math.log(a) : refuse('ln: the number is not above 0'))],
  ['min(double, double): double', () => Math.min],
  ['min(double, double, double): double', () => Math.min],
  ['max(double, double): double', () => Math.max],
  ['max(double, double, double): double', () => Math.max],
  [
    'referencePrice(string, string): double',
    (s) => (hs: string, country: string) => s.tables.referencePrice(hs, country, s.at) ?? refuse('referencePrice: none for this code and country on that day'),
  ],
  ['hasReferencePrice(string, string): bool', (s) => (hs: string, country: string) => s.tables.referencePrice(hs, country, s.at) !== undefined],
  ['prohibitedHs(string): double', (s) => (hs: string) => s.tables.prohibitedHs(hs, s.at)],
  ['guarantee(string): double', (s) => (code: string) => yuan(s.tables.guarantee(code, s.at)) ?? refuse('guarantee: none in force of this guarantor on that day')],
  ['atSite(double, double): bool', (s) => (lat: number, lon: number) => s.tables.atSite(lat * FIXED5, lon * FIXED5, s.at)],
  ['hasGuarantee(string): bool', (s) => (code: string) => yuan(s.tables.guarantee(code, s.at)) !== undefined],
  ['exchangeRate(string): double', (s) => (currency: string) => s.tables.exchangeRate(currency, s.at) ?? refuse('exchangeRate: none for this currency on that day')],
  ['hasExchangeRate(string): bool', (s) => (currency: string) => s.tables.exchangeRate(currency, s.at) !== undefined],
  [
    'recallScore(string, string, string, string): double',
    (s) => (barcode: string, name: string, model: string, hs: string) => s.tables.recallScore({ barcode, name, model, hs, origin: '' }, s.at),
  ],
  [
    'recallScore(string, string, string, string, string): double',
    (s) => (barcode: string, name: string, model: string, hs: string, origin: string) => s.tables.recallScore({ barcode, name, model, hs, origin }, s.at),
  ],
  ['matches(string, string): bool', () => matches],
  ['text(double): string', () => (a: number) => String(a)],
  ['goodsTerm(string, string): bool', (s) => (name: string, list: string) => s.tables.goodsTerm(name, list, s.at)],
  ['likelyHs(string): string', (s) => (name: string) => s.tables.likelyHs(name, s.at)],
  ['controlled(string, string): bool', (s) => (list: string, hs: string) => s.tables.controlled(list, hs, s.at)],
  ['hasGoodsNorm(string): bool', (s) => (hs: string) => s.tables.goodsNorm(hs, s.at) !== undefined],
  ['unitWeight(string): double', (s) => (hs: string) => s.tables.goodsNorm(hs, s.at)?.unitKg ?? refuse('unitWeight: none for this code')],
  ['householdNorm(string): double', (s) => (hs: string) => s.tables.goodsNorm(hs, s.at)?.householdUnits ?? refuse('householdNorm: none for this code')],
  ['tradeMeasure(string, string): double', (s) => (country: string, hs: string) => s.tables.tradeMeasure(country, hs, s.at)],
  ['inScope(string, string): string', (s) => (code: string, hs: string) => s.tables.inScope(code, hs, s.at)],
  ['hasTaxRate(string): bool', (s) => (hs: string) => s.tables.taxRate(hs, s.at) !== undefined],
  ['taxRate(string): double', (s) => (hs: string) => composite(s.tables.taxRate(hs, s.at) ?? refuse('taxRate: none for this code'))],
  ['positiveList(string): string', (s) => (hs: string) => s.tables.positiveList(hs, s.at)],
  ['diseaseLevel(string, string): double', (s) => (country: string, hs: string) => s.tables.diseaseLevel(country, hs, s.at)],
];
const FUNCTION_NAMES = [...new Set(FUNCTIONS.map(([signature]) => signature.slice(0, signature.indexOf('('))))];

export interface Problem {
  check: 'expression' | 'expression-type' | 'unknown-field' | 'division';
  message: string;
  suggestion: string;
  offset: number;
}
export interface Expression {
  source: string;
  type: string;
  run(variables: object): unknown;
  ast: ASTNode;
  calls: ReadonlySet<string>;
}

/** One set of declared names. Expressions are cached: rules that share a gate share its compiled form. */
export class Language {
  #environment: Environment;
  #variables: Map<string, Fields | undefined>;
  #shapes: [name: string, shape: Shape][] = [];
  #functions = new Map<string, Call>();
  #cache = new Map<string, Expression | Problem>();

  constructor(variables: Record<string, Shape | CelType>, scope: Scope) {
    this.#environment = new Environment();
    this.#variables = new Map();
    for (const [signature, make] of FUNCTIONS) {
      const run = make(scope);
      this.#environment.registerFunction(signature, run);
      this.#functions.set(`${signature.slice(0, signature.indexOf('('))}/${signature.split(',').length}`, run);
    }
    for (const [name, shape] of Object.entries(variables)) {
      if (typeof shape === 'string') this.#environment.registerVariable(name, shape);
      else {
        const type = `The${name[0]!.toUpperCase()}${name.slice(1)}`;
        this.#environment.registerType(type, { ctor: shape.ctor, fields: { ...shape.fields } });
        this.#environment.registerVariable(name, type);
        this.#shapes.push([name, shape]);
      }
      this.#variables.set(name, typeof shape === 'string' ? undefined : shape.fields);
    }
  }

  compile(source: string): Expression | Problem {
    let result = this.#cache.get(source);
    if (!result) this.#cache.set(source, (result = this.#compile(source)));
    return result;
  }

  #compile(source: string): Expression | Problem {
    const { text, back } = asDoubles(source);
    let parsed: ParseResult;
    try {
      parsed = this.#environment.parse(text);
    } catch (error) {
      const { summary, range } = error as { summary?: string; range?: { start: number } };
      const offset = Math.min(back(range?.start ?? 0), Math.max(0, source.length - 1));
      return {
        check: 'expression',
        message: `\`${source}\`: ${summary ?? String(error)}`,
        suggestion: 'expressions are CEL: ==, !=, <, <=, >, >=, &&, ||, !, in, + - *, and functions',
        offset,
      };
    }
    const calls = new Set<string>();
    let division = -1;
    let unsafe: Unsafe | undefined;
    walk(parsed.ast, (node) => {
      if (node.op === 'call') calls.add(node.args[0]);
      unsafe ??= unsafeCall(node);
      if (node.op === '/' || node.op === '%') division = node.start;
    });
    if (division >= 0)
      return {
        check: 'division',
        message: `\`${source}\`: \`/\` and \`%\` are not part of the language`,
        suggestion: 'write ratio(a, b)',
        offset: back(division),
      };
    if (unsafe) return { check: 'expression', message: `\`${source}\`: ${unsafe.message}`, suggestion: unsafe.suggestion, offset: back(unsafe.at) };
    const checked = parsed.check();
    if (!checked.valid)
      return this.#typeProblem(source, text, checked.error as { summary?: string; range?: { start: number; end: number } } | undefined, back);
    return { source, type: checked.type!, run: this.#runnerOf(parsed), ast: parsed.ast, calls };
  }

  #runnerOf(parsed: ParseResult): Expression['run'] {
    const cel = (variables: object): unknown => parsed(this.#shaped(variables as Record<string, unknown>));
    const direct = directly(parsed.ast, {
      call: (name, args) => this.#functions.get(`${name}/${args}`),
      typeOf: (owner, field) => JS_TYPES[this.#variables.get(owner)?.[field] ?? 'list<string>'],
    });
    if (!direct) return cel;
    // Only && and || may outweigh an error of one side: without them CEL's answer is the same error.
    let strict = true;
    walk(parsed.ast, (node) => void (strict &&= node.op !== '&&' && node.op !== '||'));
    return (variables) => {
      try {
        return direct(variables as Record<string, unknown>);
      } catch (error) {
        if (strict && error instanceof NoValue) throw error;
        return cel(variables);
      }
    };
  }

  /** A field that the object lacks is left undefined: CEL then fails on it. */
  #shaped(variables: Record<string, unknown>): Record<string, unknown> {
    const shaped = { ...variables };
    for (const [name, { ctor, fields }] of this.#shapes) {
      const given = variables[name] as Record<string, unknown> | undefined;
      if (given === undefined || given instanceof ctor) continue;
      const copy = new ctor();
      for (const field in fields) copy[field] = given[field];
      shaped[name] = copy;
    }
    return shaped;
  }

  #typeProblem(
    source: string,
    text: string,
    error: { summary?: string; range?: { start: number; end: number } } | undefined,
    back: (offset: number) => number,
  ): Problem {
    const start = error?.range?.start ?? 0;
    const near = text.slice(start, error?.range?.end ?? text.length);
    const word = /[A-Za-z_]\w*/.exec(near)?.[0] ?? '';
    const owner = /([A-Za-z_]\w*)\s*\.\s*$/.exec(text.slice(0, start))?.[1];
    const fields = owner === undefined ? undefined : this.#variables.get(owner);
    const known = fields ? Object.keys(fields) : [...this.#variables.keys(), ...FUNCTION_NAMES];
    const signatures = FUNCTIONS.map(([s]) => s).filter((s) => s.startsWith(`${word}(`));
    const suggestion = known.includes(word) ? (signatures.length > 0 ? `use ${signatures.join(' or ')}` : '') : didYouMean(word, known);
    return {
      check: word !== '' && !known.includes(word) ? 'unknown-field' : 'expression-type',
      message: `\`${source}\`: ${error?.summary ?? 'wrong type'}`,
      suggestion: suggestion || `known here: ${known.join(', ')}`,
      offset: back(start),
    };
  }
}

interface Unsafe { message: string; suggestion: string; at: number }

/** What might take time without bound, or a pattern that is none. */
function unsafeCall(node: ASTNode): Unsafe | undefined {
  if (node.op === 'rcall' && OF_LISTS.includes(node.args[0])) {
    let depth = 0;
    walk(node, (part) => void (depth += Number(part.op === 'rcall' && OF_LISTS.includes(part.args[0]))));
    return depth > 1 ? { message: `\`.${node.args[0]}()\` within another is not part of the language`, suggestion: '', at: node.start } : undefined;
  }
  if (node.op === 'rcall' && !OF_TEXTS.includes(node.args[0]))
    return { message: `\`.${node.args[0]}()\` is not part of the language`, suggestion: node.args[0] === 'matches' ? "write matches(text, 'pattern')" : `known behind a text: ${OF_TEXTS.join(', ')}; behind a list: ${OF_LISTS.join(', ')}`, at: node.start };
  if (node.op !== 'call' || node.args[0] !== 'matches' || node.args[1].length !== 2) return undefined;
  const pattern = node.args[1][1];
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return { message: 'the pattern of matches() must be written out', suggestion: "e.g. matches(line.name, 'lot \\\\d+')", at: node.start };
  try {
    patternOf(pattern.args);
    return undefined;
  } catch (error) {
    return { message: `no pattern: ${error instanceof Error ? error.message : String(error)}`, suggestion: 'patterns are those of RE2: no look-ahead, no back references', at: pattern.start };
  }
}

export const isProblem = (result: Expression | Problem): result is Problem => 'check' in result;

/** Variables of the gates of one event. */
export function eventVariables(event: EventName, parameters: Shape, each: boolean): Record<string, Shape> {
  const line = SHAPES.lines[event];
  return { event: SHAPES.common, [event]: SHAPES.events[event], parameters, ...(each && line ? { line } : {}) };
}

/**
 * Writes every whole number as a double (`3` as `3.0`): the language has one kind of number. CEL's integers are BigInt at run time, slow, and have no
 * operators with doubles. `back` turns an offset into the rewritten text into one of the source.
 */
export function asDoubles(source: string): { text: string; back: (offset: number) => number } {
  const pieces = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w*/g;
  const ends: number[] = [];
  let text = '';
  let copied = 0;
  for (const match of source.matchAll(pieces)) {
    if (!/^\d+$/.test(match[0])) continue;
    const end = match.index + match[0].length;
    text += `${source.slice(copied, end)}.0`;
    copied = end;
    ends.push(text.length);
  }
  return { text: text + source.slice(copied), back: (offset) => offset - 2 * ends.filter((end) => end <= offset).length };
}

export function walk(node: ASTNode, visit: (node: ASTNode) => void): void {
  visit(node);
  const inner = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(inner);
    else if (typeof value === 'object' && value !== null && 'op' in value) walk(value as ASTNode, visit);
  };
  inner(node.args);
}
