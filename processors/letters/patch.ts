/** Changes of a document as sent, by field path as refusals name them: `acturalPaid`, `items[0].qty`. Pure. */
import { typeOfFlat } from '../../schemas/customs/messages.ts';
import { safeName, shapeOf } from '../../schemas/reasons.ts';
import type { Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';

/** Path → the new value; null takes the field out. */
export type Changes = Readonly<Record<string, unknown>>;
export type Patched = { ok: true; text: string } | { ok: false; path: string; message: string };

type Names = ReadonlyMap<string, string>;
interface Step { name: string; index: number | undefined }
const NO_NAMES: Names = new Map();

const isRecord = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

function stepsOf(path: string): Step[] | undefined {
  const steps = path.split('.').map((part) => /^([^[\]]+?)(?:\[(\d{1,6})\])?$/.exec(part));
  return steps.every((step) => step !== null) ? steps.map((step) => ({ name: step[1] as string, index: step[2] === undefined ? undefined : Number(step[2]) })) : undefined;
}

/** Contracts go by customs' own names, senders by other spellings too: what is there already is changed under the name that it has. */
function keyIn(object: Wire, name: string, names: Names): string {
  if (Object.hasOwn(object, name)) return name;
  return Object.keys(object).find((key) => (names.get(key) ?? names.get(key.toLowerCase())) === name) ?? name;
}

/** JSON.parse makes `__proto__` a field like any other; an assignment would not. */
const put = (object: Wire, key: string, value: unknown): void => void Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });

export function patch(text: string, changes: Changes): Patched {
  const document: unknown = JSON.parse(text);
  if (!isRecord(document)) return { ok: false, path: '', message: `the letter holds ${shapeOf(document)}, not one document with fields: give the whole message instead` };
  for (const [path, value] of Object.entries(changes)) {
    const wrong = apply(document, path, value);
    if (wrong !== undefined) return { ok: false, path, message: `${safePath(path)}: ${wrong}` };
  }
  return { ok: true, text: JSON.stringify(document) };
}

function apply(document: Wire, path: string, value: unknown): string | undefined {
  const steps = stepsOf(path);
  if (!steps) return 'expected a field path such as acturalPaid or items[0].qty';
  const type = typeOfFlat(String(document['type'])) ?? '';
  const contract = type === '' || type === 'baseline' ? undefined : CONTRACTS[type];
  let at: Wire = document;
  for (const [i, { name, index }] of steps.entries()) {
    const key = keyIn(at, name, (i === 0 ? contract?.names : contract?.lineNames) ?? NO_NAMES);
    const last = i === steps.length - 1;
    const held = Object.hasOwn(at, key) ? at[key] : undefined;
    if (index === undefined) {
      if (last) return void (value === null ? delete at[key] : put(at, key, value));
      if (!isRecord(held)) return `there is ${shapeOf(held)} at ${safeName(name)}, not an object with fields`;
      at = held;
      continue;
    }
    const list = Array.isArray(held) ? held : isRecord(held) ? [held] : undefined;
    if (list === undefined || index >= list.length) return `${safeName(name)} has ${list === undefined ? `no lines (${shapeOf(held)})` : `${list.length} line(s), counted from 0`}; set ${safeName(name)} whole to add lines`;
    put(at, key, list);
    if (last) return void (value === null ? list.splice(index, 1) : (list[index] = value));
    if (!isRecord(list[index])) return `there is ${shapeOf(list[index])} in line ${index}, not an object with fields`;
    at = list[index];
  }
  return undefined;
}

/** What the sender of a change calls a field may be anything. */
export const safePath = (path: string): string => (/^[\w.[\]-]{1,120}$/.test(path) ? path : `(a path of ${path.length} characters)`);
