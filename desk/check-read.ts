/** What was pasted, laid out beside the gateway's answer: names and values in the order of the documents. The gateway alone says what is right. */
export type Form = 'xml' | 'json' | 'ndjson';
export interface Text {
  form: Form;
  text: string;
}
export interface Given {
  path: string;
  value: string;
}

/** Of an XML declaration: what a browser holds as text is sent as UTF-8, whatever its file was. */
const DECLARED = /^(\s*<\?xml[^>]*?encoding\s*=\s*["'])([\w-]+)/;
const asUtf8 = (xml: string): string => xml.replace(DECLARED, '$1UTF-8');

/** A file's text, in the encoding that its XML declaration names: many senders write GBK. */
export async function textOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  const text = new TextDecoder().decode(bytes);
  return /^gb/i.test(DECLARED.exec(text.slice(0, 200))?.[2] ?? '') ? asUtf8(new TextDecoder('gb18030').decode(bytes)) : text;
}

/** One paste may hold several XML messages, one after another. */
export function textsOf(pasted: string): Text[] {
  const text = pasted.replace(/^\uFEFF/, '').trim();
  if (text === '') return [];
  if (text.startsWith('<')) return text.split(/(?=<\?xml\b)/).flatMap((one) => (one.trim() === '' ? [] : [{ form: 'xml' as const, text: asUtf8(one.trim()) }]));
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const ndjson = lines.length > 1 && lines.every((line) => /^\s*[{[].*[}\]]\s*$/.test(line));
  return [{ form: ndjson ? 'ndjson' : 'json', text }];
}

export const MEDIA: Record<Form, string> = { xml: 'application/xml', json: 'application/json', ndjson: 'application/x-ndjson' };

/** Given fields of each document; [] where the text cannot be read (then the gateway says why). */
export function layOut({ form, text }: Text): Given[][] {
  try {
    if (form === 'xml') return layOutXml(text);
    return form === 'json' ? layOutJson(JSON.parse(text)) : text.split('\n').filter((line) => line.trim() !== '').flatMap((line) => layOutJson(JSON.parse(line)));
  } catch {
    return [];
  }
}

const TRANSPORT = /^(BaseTransfer|Signature|ExtendMessage|BaseSubscribe)$/i;
const leaves = (parent: Element, prefix: string): Given[] =>
  [...parent.children].filter((e) => e.children.length === 0).map((e) => ({ path: prefix + e.localName, value: e.textContent?.trim() ?? '' }));

function layOutXml(text: string): Given[][] {
  const root = new DOMParser().parseFromString(text, 'application/xml').documentElement;
  if (root.querySelector('parsererror') || root.localName === 'parsererror') return [];
  const documents = /^CEB\d{3}Message$/i.test(root.localName) ? [...root.children].filter((e) => e.children.length > 0 && !TRANSPORT.test(e.localName)) : [root];
  return documents.map((document) => {
    let line = 0;
    return [...document.children].flatMap((part) => {
      if (/List(Rd)?$/.test(part.localName)) return leaves(part, `items[${line++}].`);
      return part.children.length > 0 ? leaves(part, '') : [{ path: part.localName, value: part.textContent?.trim() ?? '' }];
    });
  });
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const local = (name: string): string => name.slice(name.lastIndexOf(':') + 1);

function layOutJson(value: unknown): Given[][] {
  if (Array.isArray(value)) return value.flatMap(layOutJson);
  if (!isObject(value)) return [[]];
  if (typeof value.type === 'string') return [document(value)];
  const nested = Object.entries(value).flatMap(([name, inner]) => {
    if (/^CEB\d{3}Message$/i.test(local(name))) return layOutJson(inner);
    const list = Array.isArray(inner) ? inner : [inner];
    return list.filter((one) => isObject(one) && !TRANSPORT.test(local(name)) && Object.keys(one).length > 0).map((one) => document(one as Json));
  });
  return nested.length > 0 ? nested : [document(value)];
}

function document(given: Json): Given[] {
  return Object.entries(given).flatMap(([key, value]): Given[] => {
    const name = local(key);
    if (/Head(Rd)?$/i.test(name) && isObject(value)) return document(value);
    if (name === 'type') return [];
    const isList = /List(Rd)?$/i.test(name) || name === 'items' || name === 'lines';
    if (!isList) return [{ path: name, value: shown(value) }];
    return (Array.isArray(value) ? value : [value]).flatMap((line, i) => (isObject(line) ? Object.entries(line).map(([field, inner]) => ({ path: `items[${i}].${local(field)}`, value: shown(inner) })) : []));
  });
}
