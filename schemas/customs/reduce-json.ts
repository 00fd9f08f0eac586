/**
 * JSON → documents: flat ({"type": "order", …}), nested ({"order": {"orderHead": {…}, "orderList": […]}, "guid", …}), arrays of either, or wrapped in
 * CEB311Message. Only own keys are read, by name: a `__proto__` in the text is a field like any other.
 */
import type { Wire } from '../trade/contract.ts';
import { isHead, isList, localName, numberOfRoot, type Reduced, typeOfElement, typeOfFlat } from './messages.ts';

const isRecord = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

export function reduceJson(value: unknown): Reduced[] {
  if (!Array.isArray(value)) return reduceOne(value);
  const all: Reduced[] = [];
  for (const item of value) {
    const reduced = reduceOne(item);
    for (const one of reduced) all.push(one);
  }
  return all;
}

const unknown = (named: string, fields: Wire): Reduced => ({ type: '', named, guid: '', fields, lines: undefined, signed: false });

function reduceOne(value: unknown): Reduced[] {
  if (!isRecord(value)) return [unknown('', { value })];
  const flat = reduceFlat(value);
  return flat === undefined ? reduceNested(value) : [flat];
}

/** The form of nearly all JSON, on its own so that a line of NDJSON needs no array around its document. */
export function reduceFlat(value: unknown): Reduced | undefined {
  if (!isRecord(value)) return undefined;
  const named = value['type'];
  return typeof named === 'string' ? { type: typeOfFlat(named) ?? '', named, guid: '', fields: value, lines: undefined, signed: false } : undefined;
}

/** A message in a message in a message is no customs message. */
const MAX_WRAPPERS = 3;

function reduceNested(value: Wire, wrappers = 0): Reduced[] {
  const all: Reduced[] = [];
  let guid = '';
  let signed = false;
  for (const key of Object.keys(value)) {
    const name = localName(key);
    const inner = value[key];
    if (name.toLowerCase() === 'guid' && typeof inner === 'string') guid = inner;
    else if (name === 'Signature' || name === 'signature') signed = true;
    else if (numberOfRoot(name) !== undefined && isRecord(inner) && wrappers < MAX_WRAPPERS) all.push(...reduceNested(inner, wrappers + 1));
    else {
      const type = typeOfElement(name);
      if (type) for (const one of Array.isArray(inner) ? inner : [inner]) all.push(documentOf({ ...unknown(name, {}), type }, one));
    }
  }
  if (all.length === 0) all.push(bareHead(value));
  for (const one of all) {
    if (one.guid === '') one.guid = guid;
    one.signed ||= signed;
  }
  return all;
}

/** {"orderHead": {…}, "orderList": […]} without the document around it; else not a known document. */
function bareHead(value: Wire): Reduced {
  const head = Object.keys(value).find(isHead);
  const type = head === undefined ? undefined : typeOfElement(localName(head).slice(0, -'Head'.length));
  return type ? documentOf({ ...unknown(head ?? '', {}), type }, value) : unknown('', value);
}

function documentOf(reduced: Reduced, given: unknown): Reduced {
  if (!isRecord(given)) return { ...unknown(reduced.named, { value: given }) };
  const fields: Wire = Object.create(null) as Wire;
  for (const key of Object.keys(given)) {
    const name = localName(key);
    const inner = given[key];
    if (isHead(name) && isRecord(inner)) for (const field of Object.keys(inner)) fields[localName(field)] = inner[field];
    else if (isList(name)) reduced.lines = withLocalNames(inner);
    else if (name === 'Signature' || name === 'signature') reduced.signed = true;
    else fields[name] = inner;
  }
  reduced.fields = fields;
  return reduced;
}

function withLocalNames(lines: unknown): unknown {
  const list = Array.isArray(lines) ? lines : [lines];
  return list.map((line) => {
    if (!isRecord(line) || !Object.keys(line).some((name) => name.includes(':'))) return line;
    const plain: Wire = Object.create(null) as Wire;
    for (const name of Object.keys(line)) plain[localName(name)] = line[name];
    return plain;
  });
}
