/**
 * The common part of CEL as plain closures, several times as fast as walking the tree. Where a closure is not sure of the answer (a field is missing, a type is
 * not the declared one, a function refuses) it throws, and the caller asks CEL itself: results and errors are CEL's, always.
 */
import type { ASTNode } from '@marcbachmann/cel-js';

type Variables = Record<string, unknown>;
export type Direct = (variables: Variables) => unknown;
export type Call = (...args: never[]) => unknown;

/** Made once: nobody reads where it was thrown. */
const UNSURE = new Error('not sure: ask CEL');
const unsure = (): never => {
  throw UNSURE;
};

/** What the closures are made with: functions by name and number of arguments, and what `typeof` says of a field that is as declared. */
export interface Known {
  call(name: string, args: number): Call | undefined;
  typeOf(owner: string, field: string): string;
}

/** undefined where some part of the expression has no closure. */
export function directly(node: ASTNode, known: Known): Direct | undefined {
  const inner = (n: ASTNode): Direct | undefined => directly(n, known);
  switch (node.op) {
    case 'value': return typeof node.args === 'bigint' ? undefined : constant(node.args);
    case 'id': return variable(node.args);
    case '.': return node.args[0].op === 'id' ? field(node.args[0].args, node.args[1], known.typeOf(node.args[0].args, node.args[1])) : undefined;
    case '!_': return withOne(inner(node.args), (a) => (typeof a === 'boolean' ? !a : unsure()));
    case '-_': return withOne(inner(node.args), (a) => (typeof a === 'number' ? -a : unsure()));
    case '&&': return shortCut(inner(node.args[0]), inner(node.args[1]), false);
    case '||': return shortCut(inner(node.args[0]), inner(node.args[1]), true);
    case '?:': return choice(inner(node.args[0]), inner(node.args[1]), inner(node.args[2]));
    case 'in': return member(inner(node.args[0]), node.args[1], inner);
    case 'call': return called(known.call(node.args[0], node.args[1].length), node.args[1].map(inner));
    case 'rcall': return ofText(node.args[0], inner(node.args[1]), node.args[2].map(inner));
    case '==': case '!=': case '<': case '<=': case '>': case '>=': case '+': case '-': case '*': {
      const [left, right] = [inner(node.args[0]), inner(node.args[1])];
      return left && right && BINARY[node.op](left, right);
    }
    default: return undefined;
  }
}

const constant = (value: unknown): Direct => () => value;
const variable = (name: string): Direct => (v) => v[name] ?? unsure();
const field = (owner: string, name: string, type: string): Direct => (v) => {
  const value = (v[owner] as Variables | undefined)?.[name];
  return typeof value === type ? value : unsure();
};

function withOne(a: Direct | undefined, then: (value: unknown) => unknown): Direct | undefined {
  return a && ((v) => then(a(v)));
}

type Binary = (left: Direct, right: Direct) => Direct;
const numbers = (then: (a: number, b: number) => unknown): Binary => (left, right) => (v) => {
  const a = left(v);
  const b = right(v);
  return typeof a === 'number' && typeof b === 'number' ? then(a, b) : unsure();
};
const equality = (equal: boolean): Binary => (left, right) => (v) => {
  const a = left(v);
  const b = right(v);
  return typeof a === typeof b && typeof a !== 'object' ? (a === b) === equal : unsure();
};
const BINARY = {
  '==': equality(true), '!=': equality(false),
  '<': numbers((a, b) => a < b), '<=': numbers((a, b) => a <= b), '>': numbers((a, b) => a > b), '>=': numbers((a, b) => a >= b),
  '+': numbers((a, b) => a + b), '-': numbers((a, b) => a - b), '*': numbers((a, b) => a * b),
};

/** `end` is the left side's value that settles it. CEL's rule that one side's error may be outweighed by the other side is left to CEL. */
function shortCut(left: Direct | undefined, right: Direct | undefined, end: boolean): Direct | undefined {
  if (!left || !right) return undefined;
  return (v) => {
    const a = left(v);
    if (a === end) return end;
    const b = right(v);
    return a === !end && typeof b === 'boolean' ? b : unsure();
  };
}

function choice(condition: Direct | undefined, yes: Direct | undefined, no: Direct | undefined): Direct | undefined {
  if (!condition || !yes || !no) return undefined;
  return (v) => {
    const is = condition(v);
    return is === true ? yes(v) : is === false ? no(v) : unsure();
  };
}

/** In a list of strings: one written out, or a field. */
function member(item: Direct | undefined, list: ASTNode, inner: (node: ASTNode) => Direct | undefined): Direct | undefined {
  if (!item) return undefined;
  if (list.op === 'list') {
    const texts = list.args.map((node) => (node.op === 'value' ? node.args : undefined));
    if (!texts.every((text) => typeof text === 'string')) return undefined;
    return (v) => {
      const a = item(v);
      return typeof a === 'string' ? texts.includes(a) : unsure();
    };
  }
  const given = list.op === '.' ? inner(list) : undefined;
  return given && ((v) => {
    const a = item(v);
    const texts = given(v);
    return typeof a === 'string' && Array.isArray(texts) ? texts.includes(a) : unsure();
  });
}

const OF_TEXT: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  startsWith: (text, part) => text.startsWith(part), endsWith: (text, part) => text.endsWith(part), contains: (text, part) => text.includes(part),
};

/** What is written behind a text. */
function ofText(name: string, text: Direct | undefined, [part, ...more]: readonly (Direct | undefined)[]): Direct | undefined {
  const holds = Object.hasOwn(OF_TEXT, name) ? OF_TEXT[name] : undefined;
  if (!holds || !text || !part || more.length > 0) return undefined;
  return (v) => {
    const a = text(v);
    const b = part(v);
    return typeof a === 'string' && typeof b === 'string' ? holds(a, b) : unsure();
  };
}

/** Arguments are numbers or strings of the declared types: the checker saw to it, and what is missing has thrown before. */
function called(run: Call | undefined, args: readonly (Direct | undefined)[]): Direct | undefined {
  const [a, b, c, d, e] = args;
  if (!run || args.length === 0 || args.length > 5 || args.some((arg) => arg === undefined)) return undefined;
  const one = run as (...args: unknown[]) => unknown;
  if (e && d && c && b && a) return (v) => one(a(v), b(v), c(v), d(v), e(v));
  if (d && c && b && a) return (v) => one(a(v), b(v), c(v), d(v));
  if (c && b && a) return (v) => one(a(v), b(v), c(v));
  if (b && a) return (v) => one(a(v), b(v));
  return a && ((v) => one(a(v)));
}
