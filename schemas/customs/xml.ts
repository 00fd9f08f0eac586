/** Safe reading of XML: strict, no DOCTYPE, no entities beyond the five and numeric ones, bounded in bytes, depth, elements and attributes. */
import { SaxesParser } from 'saxes';
import type { Problem, Reason } from '../reasons.ts';

export interface Element {
  /** Local name: prefixes are the sender's choice. */
  name: string;
  children: Element[];
  text: string;
  /** Attribute of that name: customs' messages carry their guid so, on the root. */
  guid: string;
}

export const XML_LIMITS = { bytes: 8 * 1024 * 1024, depth: 16, elements: 200_000, attributes: 2_000 };
export type XmlLimits = typeof XML_LIMITS;

class Refusal extends Error {
  readonly reason: Reason;
  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

const ENCODINGS: Readonly<Record<string, string>> = { 'utf-8': 'utf-8', utf8: 'utf-8', 'us-ascii': 'utf-8', gbk: 'gb18030', gb2312: 'gb18030', gb18030: 'gb18030' };

/** UTF-8 unless the byte order mark or the declaration names another encoding of Chinese senders. Throws on bytes that do not fit it. */
function decodeXml(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le', { fatal: true }).decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be', { fatal: true }).decode(bytes);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 200)).toString('latin1');
  const named = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w-]+)["']/.exec(head.replace('\xef\xbb\xbf', ''))?.[1] ?? 'utf-8';
  const encoding = ENCODINGS[named.toLowerCase()];
  if (!encoding) throw new Refusal('UNREADABLE_XML', 'expected the encoding UTF-8, GBK or GB18030; given: another one in the XML declaration');
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

/** Builds a light tree. But for the guid, attributes carry nothing in customs messages: they are counted and dropped. */
function parse(text: string, limits: XmlLimits): Element {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const stack: Element[] = [];
  let root: Element | undefined;
  let elements = 0;
  let attributes = 0;
  parser.on('doctype', () => { throw new Refusal('XML_FORBIDDEN', 'expected no DOCTYPE; given: one. Send the plain message without it'); });
  parser.on('attribute', () => {
    if (++attributes > limits.attributes) throw new Refusal('TOO_LARGE', `expected at most ${limits.attributes} attributes; given: more`);
  });
  parser.on('opentag', (tag) => {
    if (++elements > limits.elements) throw new Refusal('TOO_LARGE', `expected at most ${limits.elements} elements; given: more`);
    if (stack.length >= limits.depth) throw new Refusal('TOO_DEEP', `expected at most ${limits.depth} levels; given: more`);
    const colon = tag.name.lastIndexOf(':');
    const element: Element = { name: colon < 0 ? tag.name : tag.name.slice(colon + 1), children: [], text: '', guid: stack.length === 0 ? (tag.attributes['guid'] ?? '') : '' };
    const parent = stack[stack.length - 1];
    if (parent) parent.children.push(element);
    else root = element;
    stack.push(element);
  });
  const addText = (more: string): void => {
    const open = stack[stack.length - 1];
    if (open) open.text = open.text === '' ? more : open.text + more;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => { stack.pop(); });
  parser.write(text).close();
  if (!root) throw new Refusal('UNREADABLE_XML', 'expected one root element; given: none');
  return root;
}

/** `text`: the bytes decoded. */
export type XmlReading = { ok: true; root: Element; text: string } | { ok: false; problem: Problem };

/** Never throws for bad input. The parser's own messages may quote the text, so only line, column and kind are told. */
export function readXml(given: Uint8Array | string, limits: XmlLimits = XML_LIMITS): XmlReading {
  const size = typeof given === 'string' ? Buffer.byteLength(given) : given.byteLength;
  if (size > limits.bytes) return failed('TOO_LARGE', `expected at most ${limits.bytes} bytes; given: ${size}`);
  try {
    const decoded = typeof given === 'string' ? given : decodeXml(given);
    const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded;
    return { ok: true, root: parse(text, limits), text };
  } catch (error) {
    if (error instanceof Refusal) return failed(error.reason, error.message);
    const message = error instanceof Error ? error.message : '';
    const where = /^(\d+):(\d+): /.exec(message);
    const place = where ? `line ${where[1]}, column ${where[2]}` : 'the bytes (expected UTF-8, or the encoding that the XML declaration names)';
    if (/undefined entity/i.test(message)) return failed('XML_FORBIDDEN', `expected only the five predefined entities and numeric ones; given: another one at ${place}`);
    return failed('UNREADABLE_XML', `expected well-formed XML; the fault is at ${place}. Check the tags, quotes and & there`);
  }
}

const failed = (code: Reason, message: string): XmlReading => ({ ok: false, problem: { code, path: '', message } });
