/** The messages that are understood, and the one shape to which XML, nested JSON and flat JSON all reduce. */
import type { Wire } from '../trade/contract.ts';

export const MESSAGE_TYPES = ['order', 'payment', 'waybill', 'declaration', 'order-receipt', 'payment-receipt', 'waybill-receipt', 'declaration-receipt', 'baseline'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

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

const BY_ELEMENT: Readonly<Record<string, MessageType>> = {
  order: 'order', payment: 'payment', logistics: 'waybill', inventory: 'declaration',
  orderreturn: 'order-receipt', paymentreturn: 'payment-receipt', logisticsreturn: 'waybill-receipt', inventoryreturn: 'declaration-receipt',
};
const BY_NUMBER: Readonly<Record<string, MessageType>> = {
  311: 'order', 312: 'order-receipt', 411: 'payment', 412: 'payment-receipt', 511: 'waybill', 512: 'waybill-receipt', 621: 'declaration', 622: 'declaration-receipt',
};

/** What a sender of an unknown type is told. */
export const KNOWN = `${MESSAGE_TYPES.join(', ')}; customs messages CEB${Object.keys(BY_NUMBER).join(', ')}`;

/** `ceb:OrderHead` → `OrderHead`: any namespace prefix or none. */
export const localName = (name: string): string => (name.includes(':') ? name.slice(name.lastIndexOf(':') + 1) : name);

/** Document element such as Order, InventoryReturn (any case). Plural forms are some senders' wrapper of an array. */
export const typeOfElement = (name: string): MessageType | undefined => BY_ELEMENT[localName(name).toLowerCase()];

/** Root such as CEB311Message: its number, or undefined where it is no customs message. */
export const numberOfRoot = (name: string): string | undefined => /^CEB(\d{3})Message$/i.exec(localName(name))?.[1];
export const typeOfNumber = (number: string): MessageType | undefined => BY_NUMBER[number];

const FLAT: ReadonlyMap<string, MessageType> = new Map([
  ...MESSAGE_TYPES.map((type): [string, MessageType] => [type, type]),
  ['logistics', 'waybill'], ['inventory', 'declaration'], ['logistics-receipt', 'waybill-receipt'], ['inventory-receipt', 'declaration-receipt'],
]);
export const typeOfFlat = (name: string): MessageType | undefined => FLAT.get(name) ?? FLAT.get(name.trim().toLowerCase());

export const isHead = (name: string): boolean => /Head$/i.test(name);
export const isList = (name: string): boolean => /List$/i.test(name);
