/** A flat document → names and values as the official message holds them, in its order: what the XML and the nested JSON writer share. */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import type { Problem } from '../reasons.ts';
import { read, renamed, type Wire } from '../trade/contract.ts';
import { CONTRACTS } from '../trade/contracts.ts';
import { aboutOf, readOf, UNWORDED } from '../trade/fields.ts';
import { FIELD_ORDER, LINE_ORDER } from './field-order.ts';
import { MESSAGES, type Message, typeOfFlat } from './messages.ts';

/** The block BaseTransfer: who hands the message in. */
export interface Sender { copCode: string; copName: string; dxpId: string; note?: string }
export interface Frame { sender?: Sender; /** Derived from the content where not given. */ guid?: string }
export type Named = [name: string, value: string];
/** One document. `head`, `list`: names of the elements around its fields; '' = they stand in the document itself, or it has no lines. */
export interface Official { head: string; list: string; fields: Named[]; lines: Named[][] }
/** Documents of one type in one message. */
export interface OfficialMessage { message: Message; guid: string; documents: Official[] }
export type Layout = { ok: true; laid: OfficialMessage } | { ok: false; index: number; problem: Problem };
export type Written = { ok: true; text: string } | { ok: false; index: number; problem: Problem };

/** Where the official name is not `…Head`: documents with lines have one around their fields, those without have none, but for these. */
const HEADS: Readonly<Record<number, string>> = { 411: 'PaymentHead', 511: 'LogisticsHead', 816: 'TaxHeadRd', 818: 'TaxHeadStatus' };
const LISTS: Readonly<Record<number, string>> = { 816: 'TaxListRd' };

/** Where a message's fields stand: see Official. */
export function placesOf({ type, number, element }: Message): Pick<Official, 'head' | 'list'> {
  const hasLines = 'items' in CONTRACTS[type].shape;
  return { head: HEADS[number] ?? (hasLines ? `${element}Head` : ''), list: hasLines ? LISTS[number] ?? `${element}List` : '' };
}

export function layOut(documents: readonly Wire[], frame: Frame): Layout {
  const [first] = documents;
  const message = first === undefined ? undefined : messageOf(first);
  if (message === undefined) return refused(0, 'UNKNOWN_TYPE', 'expected documents of a type that customs has a message for; given: none, or another');
  const laid: Official[] = [];
  for (let i = 0; i < documents.length; i++) {
    const document = documents[i] as Wire;
    if (messageOf(document) !== message) return refused(i, 'UNKNOWN_TYPE', `expected documents of one type in a message, here ${message.type}; given: another`);
    const one = official(message, document);
    if ('code' in one) return { ok: false, index: i, problem: one };
    laid.push(one);
  }
  const guid = frame.guid ?? guidOf(JSON.stringify(laid));
  return { ok: true, laid: { message, guid, documents: laid } };
}

const refused = (index: number, code: Problem['code'], message: string): Layout => ({ ok: false, index, problem: { code, path: 'type', message: `type: ${message}` } });

const CATALOGUE: readonly Message[] = MESSAGES;
function messageOf(document: Wire): Message | undefined {
  const type = typeof document['type'] === 'string' ? typeOfFlat(document['type']) : undefined;
  return CATALOGUE.find((m) => m.type === type && m.element !== '');
}

function official(message: Message, document: Wire): Official | Problem {
  const contract = CONTRACTS[message.type];
  // What is not in order is not written: a message that looks official must be one.
  const reading = read<unknown>(contract, document, undefined);
  if (!reading.ok) return reading.problem;
  const { head } = renamed<unknown>(contract, document, undefined);
  const fields = namedOf(contract.shape, FIELD_ORDER[message.number], head);
  const items = Array.isArray(head['items']) ? head['items'] as Wire[] : [];
  const lines = items.map((item) => namedOf(contract.lineShape, LINE_ORDER[message.number], item));
  if ('guid' in contract.shape && !fields.some(([name]) => name === 'guid')) fields.unshift(['guid', guidOf(JSON.stringify([message.type, fields, lines]))]);
  return { ...placesOf(message), fields, lines };
}

/** Clean values of what was sent, nothing for what was not; appType alone has a value of its own. */
function namedOf(shape: z.ZodRawShape, order: readonly string[] = [], sent: Wire): Named[] {
  const named: Named[] = [];
  for (const name of new Set([...order, ...Object.keys(shape)])) {
    const schema = shape[name] as z.core.$ZodType | undefined;
    if (schema === undefined) continue;
    const given = sent[name];
    const about = aboutOf(schema);
    if (name === 'items' || (isNothing(given) && about.kind !== 'appType')) continue;
    const value = about.write(readOf(schema)(given, UNWORDED), given);
    if (value !== '' && !(isBlank(given) && about.kind !== 'appType')) named.push([name, value]);
  }
  return named;
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '';
const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** Customs' guids are uppercase UUIDs. The same content gives the same one, so that sending it again is a repeat. */
function guidOf(text: string): string {
  const digits = hash('sha256', text).slice(0, 32).toUpperCase();
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
