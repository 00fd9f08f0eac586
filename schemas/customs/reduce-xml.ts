/** CEB XML → documents. Order{OrderHead, OrderList*}, Payment{PaymentHead}, …, and receipts, whose fields stand directly in OrderReturn and its like. */
import type { Wire } from '../trade/contract.ts';
import { isHead, isList, numberOfRoot, type Reduced, typeOfElement, typeOfNumber } from './messages.ts';
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

/** Fields are leaves of the head, or (receipts, some senders) of the document itself. */
function documentOf(element: Element, reduced: Reduced): Reduced {
  const own: Element[] = [];
  const lines: Wire[] = [];
  for (const child of element.children) {
    if (isSignature(child)) reduced.signed = true;
    else if (child.children.length > 0 && isHead(child.name)) own.push(...child.children);
    else if (isList(child.name)) lines.push(fieldsOf(child.children));
    else own.push(child);
  }
  reduced.fields = fieldsOf(own);
  reduced.lines = lines.length > 0 ? lines : undefined;
  return reduced;
}

export function reduceXml(root: Element): Reduced[] {
  const number = numberOfRoot(root.name);
  const byRoot = number === undefined ? undefined : typeOfNumber(number);
  const guid = root.guid || (root.children.find((child) => child.name.toLowerCase() === 'guid')?.text ?? '');
  const signed = root.children.some(isSignature);
  const empty = (named: string): Reduced => ({ type: '', named, guid, fields: {}, lines: undefined, signed });
  // Some senders leave out the message around a single document.
  if (number === undefined && typeOfElement(root.name)) return [documentOf(root, { ...empty(root.name), type: typeOfElement(root.name) ?? '' })];
  if (byRoot === undefined) return [{ ...empty(root.name), fields: fieldsOf(root.children) }];
  const documents = root.children.filter((child) => child.children.length > 0 && !TRANSPORT.has(child.name.toLowerCase()));
  return documents.map((child) => documentOf(child, { ...empty(child.name), type: typeOfElement(child.name) === byRoot ? byRoot : '' }));
}
