/**
 * JSON → documents: flat ({"type": "order", …}), nested ({"order": {"orderHead": {…}, "orderList": […]}, "guid", …}), arrays of either, or wrapped in
 * CEB311Message, whose number then says what the document is; and the official body of a raw payment. Only own keys are read, by name: a `__proto__` in the
 * text is a field like any other.
 */
import type { Wire } from '../trade/contract.ts';
import { elementOfHead, isElement, isHead, isList, localName, numberOfRoot, type Reduced, typeInMessage, typeOfBare, typeOfFlat } from './messages.ts';
import { isRawPayment, reduceRawPayment } from './raw-payment.ts';

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
  if (isRawPayment(value)) return reduceRawPayment(value);
  const flat = reduceFlat(value);
  return flat === undefined ? reduceNested(value) : [flat];
}

/** The form of nearly all JSON, on its own so that a line of NDJSON needs no array around its document. */
export function reduceFlat(value: unknown): Reduced | undefined {
  if (!isRecord(value)) return undefined;
  const named = value['type'];
  if (typeof named !== 'string') return undefined;
  const type = typeOfFlat(named) ?? '';
  return type === 'raw-payment' && isRawPayment(value) ? undefined : { type, named, guid: '', fields: value, lines: undefined, signed: false };
}

/** A message in a message in a message is no customs message. */
const MAX_WRAPPERS = 3;

/** `number`: of the message around it, if any. */
function reduceNested(value: Wire, wrappers = 0, number?: number): Reduced[] {
  const all: Reduced[] = [];
  let guid = '';
  let signed = false;
  for (const key of Object.keys(value)) {
    const name = localName(key);
    const inner = value[key];
    const inside = numberOfRoot(name);
    if (name.toLowerCase() === 'guid' && typeof inner === 'string') guid = inner;
    else if (name === 'Signature' || name === 'signature') signed = true;
    else if (inside !== undefined && isRecord(inner) && wrappers < MAX_WRAPPERS) all.push(...reduceNested(inner, wrappers + 1, inside));
    else if (isElement(name)) for (const one of Array.isArray(inner) ? inner : [inner]) all.push(...documentsOf(name, one, number));
  }
  if (all.length === 0) all.push(...bareHead(value, number));
  for (const one of all) {
    if (one.guid === '') one.guid = guid;
    one.signed ||= signed;
  }
  return all;
}

/** {"orderHead": {…}, "orderList": […]} without the document around it; else not a known document. */
function bareHead(value: Wire, number: number | undefined): Reduced[] {
  const head = Object.keys(value).find(isHead);
  const element = head === undefined ? '' : elementOfHead(head);
  return isElement(element) ? documentsOf(element, value, number) : [unknown('', value)];
}

/** One document, or several where its head is a list (CEB818 may tell several bills' status so). */
function documentsOf(element: string, given: unknown, number: number | undefined): Reduced[] {
  if (!isRecord(given)) return [unknown(element, { value: given })];
  const several = Object.keys(given).find((key) => isHead(localName(key)) && Array.isArray(given[key]));
  if (several === undefined) return [documentOf(element, given, number)];
  return (given[several] as unknown[]).map((head) => documentOf(element, { ...given, [several]: head }, number));
}

function documentOf(element: string, given: Wire, number: number | undefined): Reduced {
  const reduced = unknown(element, Object.create(null) as Wire);
  const { fields } = reduced;
  for (const key of Object.keys(given)) {
    const name = localName(key);
    const inner = given[key];
    if (isHead(name) && isRecord(inner)) for (const field of Object.keys(inner)) fields[localName(field)] = inner[field];
    else if (isList(name)) reduced.lines = withLocalNames(linesOf(inner));
    else if (name === 'Signature' || name === 'signature') reduced.signed = true;
    else fields[name] = inner;
  }
  reduced.type = number === undefined ? typeOfBare(element, reduced) : typeInMessage(number, element);
  return reduced;
}

/** {"orderLists": {"orderList": […]}}: a list in a list is the inner one. */
function linesOf(given: unknown): unknown {
  if (!isRecord(given)) return given;
  const [name, ...others] = Object.keys(given);
  const only = name === undefined || others.length > 0 ? undefined : given[name];
  return Array.isArray(only) || isRecord(only) ? only : given;
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
