/** CEB XML → documents. Order{OrderHead, OrderList*}, Payment{PaymentHead}, …, and receipts, whose fields stand directly in OrderReturn and its like. */
import type { Wire } from '../trade/contract.ts';
import { isElement, isHead, isList, isMessage, numberOfRoot, type Reduced, typeInMessage, typeOfBare } from './messages.ts';
import type { Element } from './xml.ts';

/** The sender block and the signature are no documents. */
const TRANSPORT = new Set(['basetransfer', 'signature', 'extendmessage', 'basesubscribe', 'guid', 'version']);

const isSignature = (element: Element): boolean => element.name === 'Signature';

/** Leaf → text; nested elements (no customs field has any) → an object, kept as an extra. */
function contentOf(element: Element): unknown {
  return element.children.length === 0 ? element.text : fieldsOf(element.children);
}

function fieldsOf(children: readonly Element[]): Wire {
  const fields: Wire = Object.create(null) as Wire;
  for (const child of children) {
    const before = fields[child.name];
    if (before === undefined) fields[child.name] = contentOf(child);
    else if (Array.isArray(before)) before.push(contentOf(child));
    else fields[child.name] = [before, contentOf(child)];
  }
  return fields;
}

/** One list around all lines. A line itself has leaves only. */
const holdsLines = (list: Element): boolean => list.children.length > 0 && list.children.every((line) => line.children.length > 0);
const isFilledHead = (element: Element): boolean => element.children.length > 0 && isHead(element.name);

/** One document; several where the element has several heads (CEB818 tells several bills' status so). `number`: of the message around it, if any. */
function documentsOf(element: Element, about: Pick<Reduced, 'guid' | 'signed'>, number: number | undefined): Reduced[] {
  let heads = 0;
  for (const child of element.children) if (isFilledHead(child)) heads++;
  if (heads < 2) return [documentOf(element.name, element.children, about, number)];
  const others = element.children.filter((child) => !isFilledHead(child));
  return element.children.filter(isFilledHead).map((head) => documentOf(element.name, [head, ...others], about, number));
}

/** Fields are leaves of the head, or (receipts, some documents) of the document itself. */
function documentOf(named: string, children: readonly Element[], about: Pick<Reduced, 'guid' | 'signed'>, number: number | undefined): Reduced {
  const own: Element[] = [];
  const lines: Wire[] = [];
  let { signed } = about;
  for (const child of children) {
    if (isSignature(child)) signed = true;
    else if (isFilledHead(child)) own.push(...child.children);
    else if (isList(child.name) && holdsLines(child)) for (const line of child.children) lines.push(fieldsOf(line.children));
    else if (isList(child.name)) lines.push(fieldsOf(child.children));
    else own.push(child);
  }
  const reduced: Reduced = { type: '', named, guid: about.guid, fields: fieldsOf(own), lines: lines.length > 0 ? lines : undefined, signed };
  reduced.type = number === undefined ? typeOfBare(named, reduced) : typeInMessage(number, named);
  return reduced;
}

export function reduceXml(root: Element): Reduced[] {
  const number = numberOfRoot(root.name);
  const about = { guid: root.guid || (root.children.find((child) => child.name.toLowerCase() === 'guid')?.text ?? ''), signed: root.children.some(isSignature) };
  // Some senders leave out the message around a single document.
  if (number === undefined && isElement(root.name)) return documentsOf(root, about, undefined);
  if (number === undefined || !isMessage(number)) return [{ type: '', named: root.name, ...about, fields: fieldsOf(root.children), lines: undefined }];
  const documents = root.children.filter((child) => child.children.length > 0 && !TRANSPORT.has(child.name.toLowerCase()));
  return documents.flatMap((child) => documentsOf(child, about, number));
}
