/**
 * Traffic as files instead of messages on the line. JSON and NDJSON are one text of flat documents, in the order of the traffic. XML and CSV are a folder, since a customs
 * message and a table hold documents of one type: XML one message a type and virtual minute, numbered; CSV one table a type, with the mapping that `ingest --map` reads it by.
 */
import { type DocumentMessage, MESSAGE } from '../schemas/customs/messages.ts';
import { writeXml } from '../schemas/customs/write-xml.ts';
import { CONTRACTS } from '../schemas/trade/contracts.ts';
import type { Document } from './documents.ts';
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

/** Of one message. */
const MOST_DOCUMENTS = 500;
const SENDER_BLOCK = { copCode: '3301SIM001', copName: '模拟商户杭州001', dxpId: 'DXPENTSIM0000001' };

/** What comes in one piece is one message a type. */
class Messages implements Writer {
  leftOut = 0;
  #count = 0;
  #put: Put;
  constructor(put: Put) {
    this.#put = put;
  }
  add(events: readonly SimulatedEvent[]): void {
    for (const [type, own] of Map.groupBy(events, typeOf)) {
      const { number } = MESSAGE[type];
      for (let i = 0; i < own.length && number > 0; i += MOST_DOCUMENTS) this.#message(number, own.slice(i, i + MOST_DOCUMENTS).map(({ event }) => event));
      if (number === 0) this.leftOut += own.length;
    }
  }
  #message(number: number, documents: Document[]): void {
    let whole = documents;
    let written = writeXml(whole, { sender: SENDER_BLOCK });
    while (!written.ok && whole.length > 1) {
      const { index } = written;
      whole = whole.filter((_, i) => i !== index);
      written = writeXml(whole, { sender: SENDER_BLOCK });
    }
    this.leftOut += documents.length - (written.ok ? whole.length : 0);
    if (written.ok) this.#put(`${String(++this.#count).padStart(7, '0')}-CEB${number}.xml`, written.text);
  }
  end(): void {}
}

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
