/** The messages that are understood, and the one shape to which XML, nested JSON and flat JSON all reduce. */
import type { Bilingual } from '../risk/alert.ts';
import type { Wire } from '../trade/contract.ts';
import type { Direction, DocumentType } from '../trade/envelope.ts';
import { plain } from '../trade/text.ts';

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
  message('waybill-status', 513, 'LogisticsStatus', 'I', 'tracking', 'Status of a waybill', '物流运单状态'),
  message('waybill-status-receipt', 514, 'LogisticsStatusReturn', 'I', 'receipt', "Receipt of a waybill's status", '物流运单状态回执'),
  message('declaration', 621, 'Inventory', 'I', 'declaration', 'Declaration list', '进口清单'),
  message('declaration-receipt', 622, 'InventoryReturn', 'I', 'receipt', 'Receipt of a declaration list', '进口清单回执'),
  message('cancel', 623, 'InvtCancel', 'I', 'reversal', 'Cancellation of a list', '撤销申请单'),
  message('cancel-receipt', 624, 'InvtCancelReturn', 'I', 'receipt', 'Receipt of a cancellation', '撤销申请单回执'),
  message('return', 625, 'InvtRefund', 'I', 'reversal', 'Return of goods', '退货申请单'),
  message('return-receipt', 626, 'InvtRefundReturn', 'I', 'receipt', 'Receipt of a return', '退货申请单回执'),
  message('warehouse-entry', 711, 'Delivery', 'I', 'manifest', 'Warehouse entry', '入库明细单'),
  message('warehouse-entry-receipt', 712, 'DeliveryReturn', 'I', 'receipt', 'Receipt of a warehouse entry', '入库明细单回执'),
  message('tax-bill', 816, 'Tax', 'I', 'tax-bill', 'Electronic tax bill', '电子税单'),
  message('tax-bill-status', 818, 'Tax', 'I', 'tax-bill', "Status of a tax bill", '电子税单状态'),
  message('export-order', 303, 'Order', 'E', 'order', 'Export order', '出口订单'),
  message('export-order-receipt', 304, 'OrderReturn', 'E', 'receipt', 'Receipt of an export order', '出口订单回执'),
  message('export-payment', 403, 'Receipts', 'E', 'payment', 'Collection receipt', '收款单'),
  message('export-payment-receipt', 404, 'ReceiptsReturn', 'E', 'receipt', 'Receipt of a collection receipt', '收款单回执'),
  message('export-waybill', 505, 'Logistics', 'E', 'waybill', 'Export waybill', '出口运单'),
  message('export-waybill-receipt', 506, 'LogisticsReturn', 'E', 'receipt', 'Receipt of an export waybill', '出口运单回执'),
  message('arrival', 507, 'Arrival', 'E', 'manifest', 'Arrival at the supervised site', '运抵单'),
  message('arrival-receipt', 508, 'ArrivalReturn', 'E', 'receipt', 'Receipt of an arrival', '运抵单回执'),
  message('departure', 509, 'Departure', 'E', 'manifest', 'Departure from the country', '离境单'),
  message('departure-receipt', 510, 'DepartureReturn', 'E', 'receipt', 'Receipt of a departure', '离境单回执'),
  message('export-declaration', 603, 'Inventory', 'E', 'declaration', 'Export declaration list', '出口清单'),
  message('export-declaration-receipt', 604, 'InventoryReturn', 'E', 'receipt', 'Receipt of an export declaration list', '出口清单回执'),
  message('export-cancel', 605, 'InvtCancel', 'E', 'reversal', 'Cancellation of an export list', '出口撤销申请单'),
  message('export-cancel-receipt', 606, 'InvtCancelReturn', 'E', 'receipt', 'Receipt of an export cancellation', '出口撤销申请单回执'),
  message('consolidation', 607, 'WayBill', 'E', 'manifest', 'List of lists', '清单总分单'),
  message('consolidation-receipt', 608, 'WayBillReturn', 'E', 'receipt', 'Receipt of a list of lists', '清单总分单回执'),
  message('summary', 701, 'SummaryApply', 'E', 'manifest', 'Application for a monthly summary', '汇总申请单'),
  message('summary-receipt', 702, 'SummaryReturn', 'E', 'receipt', 'Receipt of a summary application', '汇总申请单回执'),
  message('summary-result', 792, 'SummaryResult', 'E', 'manifest', 'Result of a summary', '汇总结果单'),
  message('format-error', 900, 'MessageReturn', '', 'receipt', 'Answer to a message that could not be read', '报文格式错误回执'),
  message('tracking', 0, '', '', 'tracking', 'Milestone of a parcel', '物流轨迹'),
  message('reading', 0, '', '', 'reading', 'Reading of a device', '物联网读数'),
  message('raw-payment', 0, '', '', 'raw-payment', 'Raw payment data', '支付原始数据'),
  message('observation', 0, '', '', 'observation', 'Observation from outside', '外部观测'),
] as const satisfies readonly Entry[];
export type Message = Entry & { type: DocumentMessage };
/** Messages that are documents. */
export type DocumentMessage = (typeof MESSAGES)[number]['type'];
/** And reference records, which have no document form. */
export type MessageType = DocumentMessage | 'baseline';
export const MESSAGE_TYPES: readonly MessageType[] = [...MESSAGES.map((m) => m.type), 'baseline'];
export const MESSAGE = Object.fromEntries(MESSAGES.map((m) => [m.type, m])) as unknown as Readonly<Record<DocumentMessage, Message>>;

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

const OF_CUSTOMS: readonly Message[] = MESSAGES.filter((m) => m.number > 0);
const BY_ELEMENT: ReadonlyMap<string, readonly Message[]> = Map.groupBy(OF_CUSTOMS, (m) => m.element.toLowerCase());
const BY_NUMBER: ReadonlyMap<number, Message> = new Map(OF_CUSTOMS.map((m) => [m.number, m]));

/** What a sender of an unknown type is told. */
export const KNOWN = `${MESSAGE_TYPES.join(', ')}; customs messages CEB${[...BY_NUMBER.keys()].join(', ')}`;

/** `ceb:OrderHead` → `OrderHead`: any namespace prefix or none. */
export const localName = (name: string): string => (name.includes(':') ? name.slice(name.lastIndexOf(':') + 1) : name);

/** Whether a document element such as Order or InventoryReturn (any case) has that name. */
export const isElement = (name: string): boolean => BY_ELEMENT.has(localName(name).toLowerCase());

/** Root such as CEB311Message (ENT311Message at local ports, with the same documents): its number, or undefined where it is no customs message. */
export function numberOfRoot(name: string): number | undefined {
  const found = /^(?:CEB|ENT)(\d{3})Message$/i.exec(localName(name));
  return found ? Number(found[1]) : undefined;
}

export const isMessage = (number: number): boolean => BY_NUMBER.has(number);

/** The type of a document element in a message of that number, or '' where that message has no such element. */
export function typeInMessage(number: number, element: string): MessageType | '' {
  const known = BY_NUMBER.get(number);
  return known?.element.toLowerCase() === localName(element).toLowerCase() ? known.type : '';
}

const saysExport = (value: unknown): boolean => typeof value === 'string' && plain(value).toUpperCase() === 'E';

/**
 * The type of a document element outside any numbered message. Some stand in import and export alike: then the document itself says which (orderType or ieFlag E), and
 * import is meant where it does not. A Tax without lines only tells a bill's status.
 */
export function typeOfBare(element: string, { fields, lines }: Pick<Reduced, 'fields' | 'lines'>): MessageType | '' {
  const candidates = BY_ELEMENT.get(localName(element).toLowerCase()) ?? [];
  const direction: Direction = saysExport(fields['orderType']) || saysExport(fields['ieFlag']) ? 'E' : 'I';
  const found = candidates.find((m) => m.direction === direction) ?? candidates[0];
  return found?.type === 'tax-bill' && lines === undefined ? 'tax-bill-status' : found?.type ?? '';
}

const FLAT: ReadonlyMap<string, MessageType> = new Map([
  ...MESSAGE_TYPES.map((type): [string, MessageType] => [type, type]),
  ['logistics', 'waybill'], ['inventory', 'declaration'], ['logistics-receipt', 'waybill-receipt'], ['inventory-receipt', 'declaration-receipt'],
]);
export const typeOfFlat = (name: string): MessageType | undefined => FLAT.get(name) ?? FLAT.get(name.trim().toLowerCase());

/** The tax bill's head and lines are called TaxHeadRd, TaxHeadStatus and TaxListRd. Some senders put the lines into one more element, OrderLists. */
const HEAD = /Head(?:Rd|Status)?$/i;
const LIST = /Lists?(?:Rd)?$/i;
export const isHead = (name: string): boolean => HEAD.test(name);
export const isList = (name: string): boolean => LIST.test(name);
/** `orderHead` → `order`. */
export const elementOfHead = (name: string): string => localName(name).replace(HEAD, '');
