/** The messages that are understood, and the one shape to which XML, nested JSON and flat JSON all reduce. */
import type { Bilingual } from '../risk/alert.ts';
import type { Wire } from '../trade/contract.ts';
import type { Direction, DocumentType } from '../trade/envelope.ts';

interface Entry {
  /** `type` of the flat JSON. */
  type: string;
  /** The customs message CEBnnn; 0 where the message is our own. */
  number: number;
  /** Document element of the official XML and key of the nested JSON; '' where the message has only the flat form. */
  element: string;
  direction: Direction | '';
  /** The journal record that it becomes. */
  record: DocumentType;
  title: Bilingual;
}
const message = <T extends string>(type: T, number: number, element: string, direction: Direction | '', record: DocumentType, en: string, zh: string) => ({ type, number, element, direction, record, title: { en, zh } });

/** Every message that intake takes. A receipt is the odd number's next one. */
export const MESSAGES = [
  message('order', 311, 'Order', 'I', 'order', 'Order', '电子订单'),
  message('order-receipt', 312, 'OrderReturn', 'I', 'receipt', 'Receipt of an order', '电子订单回执'),
  message('payment', 411, 'Payment', 'I', 'payment', 'Payment', '支付凭证'),
  message('payment-receipt', 412, 'PaymentReturn', 'I', 'receipt', 'Receipt of a payment', '支付凭证回执'),
  message('waybill', 511, 'Logistics', 'I', 'waybill', 'Waybill', '物流运单'),
  message('waybill-receipt', 512, 'LogisticsReturn', 'I', 'receipt', 'Receipt of a waybill', '物流运单回执'),
  message('declaration', 621, 'Inventory', 'I', 'declaration', 'Declaration list', '进口清单'),
  message('declaration-receipt', 622, 'InventoryReturn', 'I', 'receipt', 'Receipt of a declaration list', '进口清单回执'),
] as const satisfies readonly Entry[];
export type Message = Entry & { type: DocumentMessage };
/** Messages that are documents. */
export type DocumentMessage = (typeof MESSAGES)[number]['type'];
/** And reference records, which have no document form. */
export type MessageType = DocumentMessage | 'baseline';
export const MESSAGE_TYPES: readonly MessageType[] = [...MESSAGES.map((m) => m.type), 'baseline'];

/** One document as sent: field names and values untouched. `type` '' = not known, then `named` says what it was called ('' = no name). */
export interface Reduced {
  type: MessageType | '';
  named: string;
  /** The message's guid, used where the document has none. */
  guid: string;
  fields: Wire;
  /** undefined: the document has no list of lines. */
  lines: unknown;
  signed: boolean;
}

// Maps: an object would know `__proto__` and `constructor`, which senders may name an element.
const BY_ELEMENT: ReadonlyMap<string, MessageType> = new Map(MESSAGES.map((m) => [m.element.toLowerCase(), m.type]));
const BY_NUMBER: ReadonlyMap<string, MessageType> = new Map(MESSAGES.map((m) => [String(m.number), m.type]));

/** What a sender of an unknown type is told. */
export const KNOWN = `${MESSAGE_TYPES.join(', ')}; customs messages CEB${[...BY_NUMBER.keys()].join(', ')}`;

/** `ceb:OrderHead` → `OrderHead`: any namespace prefix or none. */
export const localName = (name: string): string => (name.includes(':') ? name.slice(name.lastIndexOf(':') + 1) : name);

/** Document element such as Order, InventoryReturn (any case). Plural forms are some senders' wrapper of an array. */
export const typeOfElement = (name: string): MessageType | undefined => BY_ELEMENT.get(localName(name).toLowerCase());

/** Root such as CEB311Message: its number, or undefined where it is no customs message. */
export const numberOfRoot = (name: string): string | undefined => /^CEB(\d{3})Message$/i.exec(localName(name))?.[1];
export const typeOfNumber = (number: string): MessageType | undefined => BY_NUMBER.get(number);

const FLAT: ReadonlyMap<string, MessageType> = new Map([
  ...MESSAGE_TYPES.map((type): [string, MessageType] => [type, type]),
  ['logistics', 'waybill'], ['inventory', 'declaration'], ['logistics-receipt', 'waybill-receipt'], ['inventory-receipt', 'declaration-receipt'],
]);
export const typeOfFlat = (name: string): MessageType | undefined => FLAT.get(name) ?? FLAT.get(name.trim().toLowerCase());

export const isHead = (name: string): boolean => /Head$/i.test(name);
export const isList = (name: string): boolean => /List$/i.test(name);
