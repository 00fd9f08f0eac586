/** The message types: their contract, what identifies a document, and its normalised form. */
import type { RecordType } from '../../schemas/registry.ts';
import type { MessageType } from '../../schemas/customs/messages.ts';
import type { Contract, Derive } from '../../schemas/trade/contract.ts';
import { DECLARATION, normaliseDeclaration } from '../../schemas/trade/declaration.ts';
import type { AppType, Envelope } from '../../schemas/trade/envelope.ts';
import { normaliseOrder, ORDER } from '../../schemas/trade/order.ts';
import { normalisePayment, PAYMENT } from '../../schemas/trade/payment.ts';
import { DECLARATION_RECEIPT, normaliseReceipt, ORDER_RECEIPT, PAYMENT_RECEIPT, WAYBILL_RECEIPT } from '../../schemas/trade/receipt.ts';
import { normaliseWaybill, WAYBILL } from '../../schemas/trade/waybill.ts';

export interface Identity {
  appType: AppType;
  /** 0 where the message has none. */
  appTime: number;
  eventTime: number;
  /** The field that the event time came from. */
  eventField: string;
  documentKey: string;
  orderKey: string;
  /** `p`, `w`, `d`: how the document's own number is written as a foreign key. Orders have none. */
  prefix: string;
  /** What sets two messages of one guid apart: customs answers a document several times under the document's guid. */
  occurrence: string;
  /** Foreign keys that belong to the order. */
  aliases: string[];
}

export interface Kind<W = unknown> {
  record: RecordType;
  contract: Contract<W>;
  identify(wire: W): Identity;
  normalise(wire: W, envelope: Envelope, derive: Derive): Envelope;
}

const orderKeyOf = (platform: string, orderNo: string): string => (platform === '' || orderNo === '' ? '' : `${platform}|${orderNo}`);
const foreign = (prefix: string, issuer: string, number: string): string[] => (issuer === '' || number === '' ? [] : [`${prefix}:${issuer}|${number}`]);

interface Submitted { appType: AppType; appTime: number }
const submitted = (wire: Submitted) => ({ appType: wire.appType, appTime: wire.appTime, eventTime: wire.appTime, eventField: 'appTime', occurrence: '' });

const order: Kind<typeof ORDER.whole._zod.output> = {
  record: 'order', contract: ORDER, normalise: normaliseOrder,
  identify(wire) {
    const key = `${wire.ebpCode}|${wire.orderNo}`;
    return { ...submitted(wire), documentKey: key, orderKey: key, prefix: '', aliases: [] };
  },
};

const payment: Kind<typeof PAYMENT.whole._zod.output> = {
  record: 'payment', contract: PAYMENT, normalise: normalisePayment,
  identify(wire) {
    const orderKey = orderKeyOf(wire.ebpCode, wire.orderNo);
    const paid = wire.payTime > 0 ? { eventTime: wire.payTime, eventField: 'payTime' } : {};
    return {
      ...submitted(wire), ...paid, documentKey: `${wire.payCode}|${wire.payTransactionId}`, orderKey, prefix: 'p',
      aliases: orderKey === '' ? [] : foreign('p', wire.payCode, wire.payTransactionId),
    };
  },
};

const waybill: Kind<typeof WAYBILL.whole._zod.output> = {
  record: 'waybill', contract: WAYBILL, normalise: normaliseWaybill,
  identify: (wire) => ({
    ...submitted(wire), documentKey: `${wire.logisticsCode}|${wire.logisticsNo}`, orderKey: orderKeyOf(wire.ebpCode, wire.orderNo), prefix: 'w', aliases: [],
  }),
};

const declaration: Kind<typeof DECLARATION.whole._zod.output> = {
  record: 'declaration', contract: DECLARATION, normalise: normaliseDeclaration,
  identify(wire) {
    const orderKey = orderKeyOf(wire.ebpCode, wire.orderNo);
    return {
      ...submitted(wire), documentKey: `${wire.agentCode}|${wire.copNo}`, orderKey, prefix: 'd',
      aliases: orderKey === '' ? [] : [...foreign('w', wire.logisticsCode, wire.logisticsNo), ...foreign('d', wire.agentCode, wire.copNo)],
    };
  },
};

type ReceiptWire = typeof ORDER_RECEIPT.whole._zod.output;

function receipt(answers: 'order' | 'payment' | 'waybill' | 'declaration', contract: Contract<ReceiptWire>, prefix: string, own: (wire: ReceiptWire) => string): Kind<ReceiptWire> {
  return {
    record: 'receipt', contract,
    normalise: (wire, envelope) => normaliseReceipt(answers, wire, envelope),
    identify: (wire) => ({
      appType: 1, appTime: wire.returnTime, eventTime: wire.returnTime, eventField: 'returnTime', documentKey: own(wire),
      orderKey: orderKeyOf(wire.ebpCode, wire.orderNo), prefix, occurrence: `|${wire.returnStatus}|${wire.returnTime}`, aliases: [],
    }),
  };
}

export const KINDS: Readonly<Record<Exclude<MessageType, 'baseline'>, Kind>> = {
  order, payment, waybill, declaration,
  'order-receipt': receipt('order', ORDER_RECEIPT, '', (wire) => `${wire.ebpCode}|${wire.orderNo}`),
  'payment-receipt': receipt('payment', PAYMENT_RECEIPT, 'p', (wire) => `${wire.payCode}|${wire.payTransactionId}`),
  'waybill-receipt': receipt('waybill', WAYBILL_RECEIPT, 'w', (wire) => `${wire.logisticsCode}|${wire.logisticsNo}`),
  'declaration-receipt': receipt('declaration', DECLARATION_RECEIPT, 'd', (wire) => `${wire.agentCode}|${wire.copNo}`),
};
