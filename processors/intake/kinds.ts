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

const order: Kind<typeof ORDER.whole._zod.output> = {
  record: 'order', contract: ORDER, normalise: normaliseOrder,
  identify({ appType, appTime, ebpCode, orderNo }) {
    const key = `${ebpCode}|${orderNo}`;
    return { appType, appTime, eventTime: appTime, eventField: 'appTime', documentKey: key, orderKey: key, prefix: '', occurrence: '', aliases: [] };
  },
};

const payment: Kind<typeof PAYMENT.whole._zod.output> = {
  record: 'payment', contract: PAYMENT, normalise: normalisePayment,
  identify({ appType, appTime, payTime, ebpCode, orderNo, payCode, payTransactionId }) {
    const orderKey = orderKeyOf(ebpCode, orderNo);
    const paid = payTime !== 0; // before 1970 it is below 0, and refused as any implausible time
    return {
      appType, appTime, eventTime: paid ? payTime : appTime, eventField: paid ? 'payTime' : 'appTime', documentKey: `${payCode}|${payTransactionId}`, orderKey, prefix: 'p',
      occurrence: '', aliases: orderKey === '' ? [] : foreign('p', payCode, payTransactionId),
    };
  },
};

const waybill: Kind<typeof WAYBILL.whole._zod.output> = {
  record: 'waybill', contract: WAYBILL, normalise: normaliseWaybill,
  identify: ({ appType, appTime, ebpCode, orderNo, logisticsCode, logisticsNo }) => ({
    appType, appTime, eventTime: appTime, eventField: 'appTime', documentKey: `${logisticsCode}|${logisticsNo}`, orderKey: orderKeyOf(ebpCode, orderNo), prefix: 'w',
    occurrence: '', aliases: [],
  }),
};

const declaration: Kind<typeof DECLARATION.whole._zod.output> = {
  record: 'declaration', contract: DECLARATION, normalise: normaliseDeclaration,
  identify({ appType, appTime, ebpCode, orderNo, agentCode, copNo, logisticsCode, logisticsNo }) {
    const orderKey = orderKeyOf(ebpCode, orderNo);
    return {
      appType, appTime, eventTime: appTime, eventField: 'appTime', documentKey: `${agentCode}|${copNo}`, orderKey, prefix: 'd', occurrence: '',
      aliases: orderKey === '' ? [] : [...foreign('w', logisticsCode, logisticsNo), ...foreign('d', agentCode, copNo)],
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
