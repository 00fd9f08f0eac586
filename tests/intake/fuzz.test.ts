/**
 * Whatever comes: intake never throws, never fails by a fault of its own, never hangs, accounts for every document, and what it takes makes sense.
 * FENGHUO_FUZZ=N runs N cases instead of 100,000.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Taken } from '../../processors/intake/intake.ts';
import { decode, encode } from '../../schemas/registry.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import { EARLIEST, MOST_AHEAD_MS } from '../../schemas/trade/time.ts';
import { MESSAGES } from '../../schemas/customs/messages.ts';
import { declaration, documentXml, messageXml, NOW, order, payment, take, waybill } from './fixtures.ts';
import { rawBody, SAMPLES } from './messages.ts';

const CASES = Number(process.env['FENGHUO_FUZZ'] ?? 100_000);
/** A share of all cases, in percent. */
const share = (percent: number) => ({ numRuns: Math.ceil((CASES * percent) / 100), endOnFailure: true });
const LONGEST_MS = 1000;

type Form = 'json' | 'ndjson' | 'xml';

function timed<T>(work: () => T): { result: T; took: number } {
  const began = performance.now();
  const result = work();
  return { result, took: performance.now() - began };
}

/** A busy machine may hold a process for a second: what was slow must be slow three times. */
function patiently(body: unknown, form: Form) {
  for (let tries = 1; ; tries++) {
    const { result, took } = timed(() => take(body, form));
    if (took < LONGEST_MS || tries === 3) {
      expect(took).toBeLessThan(LONGEST_MS);
      return result;
    }
  }
}

function accounted(body: unknown, form: Form): void {
  const { taken, rejected } = patiently(body, form);
  if (taken.length + rejected.length === 0) throw new Error('nothing said of a submission');
  for (const one of rejected) {
    if (one.code === 'INTERNAL') throw new Error(`intake failed by itself: ${one.message}`);
    encode('dead-letter', one.deadLetter);
  }
  for (const one of taken) sensible(one);
  const indexes = [...taken, ...rejected].map((one) => one.index).sort((a, b) => a - b);
  for (const [i, index] of indexes.entries()) if (i !== index) throw new Error(`document ${i} is not accounted for: ${indexes.join()}`);
}

/** What holds of every key, time, number and text of what was taken. */
function sensible({ type, key, eventTime, body }: Taken): void {
  const bytes = encode(type, body);
  const back = decode(bytes);
  if (!encode(type, back).equals(bytes)) throw new Error(`a ${type} is not the same after Avro`);
  if (!('eventId' in body)) return;
  const { documentKey, orderKey, eventId, appTime, arrival } = body as Envelope;
  const faults = [
    key === '' && 'an empty key', documentKey.split('|').includes('') && 'a document key with an empty part',
    orderKey !== '' && orderKey.split('|').length !== 2 && 'an order key of other than two parts', eventId.length !== 22 && 'an event id of another length', arrival !== NOW && 'another arrival',
    !(eventTime >= EARLIEST && eventTime <= NOW + MOST_AHEAD_MS) && `an event at ${eventTime}`, !(appTime >= EARLIEST && appTime <= NOW + MOST_AHEAD_MS) && `submitted at ${appTime}`,
  ].filter(Boolean);
  if (faults.length > 0) throw new Error(`a ${type} was taken with ${faults.join(', ')}`);
  numbers(body, type);
}

/** Degrees and temperatures may lie below zero, status numbers of customs do, and days from which no event time is taken are kept as sent. */
const SIGNED = new Set(['lat', 'lon', 'temperature', 'speed', 'humidity', 'shock', 'battery', 'returnStatus', 'value', 'declTime', 'ieDate', 'startTime', 'endTime', 'leaveTime', 'tradingTime', 'serviceTime']);

function numbers(value: unknown, path: string): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER || (value < 0 && !SIGNED.has(path))) throw new Error(`${path} is ${value}`);
  } else if (typeof value === 'string') {
    if (!value.isWellFormed() || value.length > 3000) throw new Error(`${path} is a text of ${value.length} characters, well formed: ${value.isWellFormed()}`);
  } else if (Array.isArray(value)) for (const one of value) numbers(one, path);
  else if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) for (const [name, one] of Object.entries(value)) numbers(one, name);
}

/** The four that nearly all traffic is made of come as often as all others. */
const FOUR = [order(), payment(), waybill(), declaration()];
const documents = [...Array.from({ length: 10 }, () => FOUR).flat(), ...Object.entries(SAMPLES).map(([type, { fields }]) => ({ ...fields, type })), rawBody()];
/** What senders' programs write where a value is missing or wrong, beside anything at all. */
const sent = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>('', ' ', '0', '0.0', '-0', '-1', '1e5', '1e-9', '１２３', ' 12 ', '1,234.5', '99999999999999.99999', '100000000000000', 'null', 'NaN', 'Infinity', '0x10', '无', '20261120', '20261120115900',
    '20269999999999', '2026-11-20 11:59:00', '19700101080000', '\u0000', '\ud800', 'a|b', '\u202e', 'ＡＢ', null, true, [], {}, -0, 1e21, 0.1 + 0.2, Number.MAX_SAFE_INTEGER) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

test('any JSON value', () => fc.assert(fc.property(fc.json(), (text) => accounted(text, 'json')), share(6)), 120_000);

test('any value in any field of a document, under any name', () => {
  fc.assert(fc.property(fc.constantFrom(...documents), fc.nat(), sent, fc.string(), (fields, place, value, extra) => {
    const names = Object.keys(fields);
    accounted([{ ...fields, [names[place % names.length] as string]: value, [extra]: value }], 'json');
  }), share(40));
}, 120_000);

test('any line', () => {
  fc.assert(fc.property(sent, sent, (value, other) => accounted({ ...order(), items: [value, { qty: value, price: 1, totalPrice: other }, { ...(order()['items'] as object[])[0], price: value, country: other }] }, 'json')), share(12));
}, 120_000);

test('nested messages with anything inside', () => {
  fc.assert(fc.property(fc.constantFrom(...MESSAGES.map((m) => m.element), 'order', 'orderReturn', 'CEB311Message', 'CEB818Message', 'orderHead', 'payExchangeInfoHead', 'payExchangeInfoLists'), sent, (name, value) => {
    accounted({ [name]: value, guid: value }, 'json');
    accounted({ [name]: { [`${name}Head`]: value, [`${name}List`]: value } }, 'json');
    accounted({ ...rawBody(), [name]: value }, 'json');
  }), share(6));
}, 120_000);

test('lines of NDJSON, cut and joined anywhere', () => {
  const text = FOUR.map((d) => JSON.stringify(d)).join('\n');
  fc.assert(fc.property(fc.nat(text.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 6 }), (at, cut, more) => accounted(text.slice(0, at) + more + text.slice(at + cut), 'ndjson')), share(6));
}, 120_000);

const messages = [messageXml(311, documentXml('Order', order(), 'ceb:'), 'ceb:'), messageXml(411, documentXml('Payment', payment(), ''), ''), messageXml(621, documentXml('Inventory', declaration(), 'n:'), 'n:')].map((text) => Buffer.from(text));

test('an XML message with bytes changed, cut or doubled', () => {
  fc.assert(fc.property(fc.constantFrom(...messages), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(60), fc.uint8Array({ maxLength: 8 }), (message, place, cut, bytes) => {
    const at = Math.floor(place * message.length);
    accounted(Buffer.concat([message.subarray(0, at), bytes, message.subarray(at + cut)]), 'xml');
  }), share(20));
}, 120_000);

test('any value in any element of an XML message', () => {
  const written = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  fc.assert(fc.property(fc.constantFrom<[number, string, Record<string, unknown>]>([311, 'Order', order()], [411, 'Payment', payment()], [511, 'Logistics', waybill()], [621, 'Inventory', declaration()]), fc.nat(), sent, ([number, element, fields], place, value) => {
    const names = Object.keys(fields).filter((name) => name !== 'items');
    accounted(messageXml(number, documentXml(element, { ...fields, [names[place % names.length] as string]: written(value) }, ''), ''), 'xml');
  }), share(6));
}, 120_000);

test('any bytes as any form', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('json' as const, 'ndjson' as const, 'xml' as const), (bytes, form) => accounted(bytes, form)), share(4));
}, 120_000);
