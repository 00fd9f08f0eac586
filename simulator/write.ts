/**
 * Traffic as files instead of messages on the line. JSON and NDJSON are one text of flat documents, in the order of the traffic. XML and CSV are a folder, since a customs
 * message and a table hold documents of one type: XML one message a document, numbered in the order of the traffic; CSV one table a type, with the mapping that
 * `ingest --map` reads it by.
 */
import { type DocumentMessage, MESSAGE } from '../schemas/customs/messages.ts';
import { CONTRACTS } from '../schemas/trade/contracts.ts';
import type { Document } from './documents.ts';
import { toXml } from './files.ts';
import type { SimulatedEvent } from './traffic.ts';

export const FORMATS = ['json', 'ndjson', 'xml', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
export const isFolder = (format: Format): boolean => format === 'xml' || format === 'csv';

/** Appends text to a file; '' is the one file of a format that has only one. */
export type Put = (file: string, text: string) => void;
export interface Writer {
  add(events: readonly SimulatedEvent[]): void;
  end(): void;
  /** Documents that the format cannot hold: broken ones, and those that customs has no message for. */
  readonly leftOut: number;
}

export function createWriter(format: Format, put: Put): Writer {
  switch (format) {
    case 'ndjson': return plain((event) => put('', `${JSON.stringify(event)}\n`));
    case 'json': return new JsonArray(put);
    case 'xml': return new Messages(put);
    case 'csv': return new Tables(put);
  }
}

const plain = (write: (event: Document) => void): Writer => ({ leftOut: 0, add: (events) => { for (const { event } of events) write(event); }, end: () => undefined });

class JsonArray implements Writer {
  readonly leftOut = 0;
  #put: Put;
  #any = false;
  constructor(put: Put) {
    this.#put = put;
  }
  add(events: readonly SimulatedEvent[]): void {
    for (const { event } of events) {
      this.#put('', `${this.#any ? ',\n' : '[\n'}${JSON.stringify(event)}`);
      this.#any = true;
    }
  }
  end(): void {
    this.#put('', this.#any ? '\n]\n' : '[]\n');
  }
}

const typeOf = ({ event }: SimulatedEvent): DocumentMessage => event['type'] as DocumentMessage;

/** Documents with lines have a head by the name of their element, those without have none, but for these. */
const HEADS: Readonly<Record<number, string>> = { 411: 'PaymentHead', 511: 'LogisticsHead', 816: 'TaxHeadRd', 818: 'TaxHeadStatus' };

class Messages implements Writer {
  leftOut = 0;
  #count = 0;
  #put: Put;
  constructor(put: Put) {
    this.#put = put;
  }
  add(events: readonly SimulatedEvent[]): void {
    for (const event of events) {
      const { number, element } = MESSAGE[typeOf(event)];
      if (number === 0 || !isWhole(event.event)) this.leftOut++;
      else this.#put(`${String(++this.#count).padStart(7, '0')}-CEB${number}.xml`, toXml(event.event, { number: String(number), element, prefix: 'ceb', head: HEADS[number] ?? (CONTRACTS[typeOf(event)].lineOwn.size > 0 ? `${element}Head` : ''), list: number === 816 ? 'TaxListRd' : `${element}List` }));
    }
  }
  end(): void {}
}

const isWhole = (event: Document): boolean => CONTRACTS[event['type'] as DocumentMessage].whole.safeParse(event).success;

class Tables implements Writer {
  readonly leftOut = 0;
  #put: Put;
  #begun = new Set<DocumentMessage>();
  constructor(put: Put) {
    this.#put = put;
  }
  add(events: readonly SimulatedEvent[]): void {
    for (const event of events) {
      const type = typeOf(event);
      if (!this.#begun.has(type)) this.#begin(type);
      const { head, line } = fieldsOf(type);
      const items: unknown = event.event['items'];
      const lines = line.length === 0 || !Array.isArray(items) || items.length === 0 ? [{}] : (items as Document[]);
      for (const item of lines) this.#put(`${type}.csv`, csvLine([...head.map((name) => event.event[name]), ...line.map((name) => item[name])]));
    }
  }
  #begin(type: DocumentMessage): void {
    this.#begun.add(type);
    const { head, line } = fieldsOf(type);
    this.#put(`${type}.csv`, csvLine([...head, ...line.map((name) => `items.${name}`)]));
    const columns = (names: readonly string[], indent: string, prefix: string) => names.map((name) => `${indent}${name}: ${prefix}${name}\n`).join('');
    this.#put(`${type}.map.yaml`, `# npx fenghuo ingest ${type}.csv --map ${type}.map.yaml\ntype: ${type}\nfields:\n${columns(head, '  ', '')}${line.length === 0 ? '' : `items:\n  rows: [guid]\n  fields:\n${columns(line, '    ', 'items.')}`}`);
  }
  end(): void {}
}

const fieldsOf = (type: DocumentMessage): { head: string[]; line: string[] } => {
  const { own, lineOwn } = CONTRACTS[type];
  return { head: [...own].filter((name) => name !== 'type' && name !== 'items'), line: [...lineOwn] };
};

/** RFC 4180. */
const csvLine = (values: readonly unknown[]): string => `${values.map((value) => {
  const text = value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join(',')}\r\n`;
