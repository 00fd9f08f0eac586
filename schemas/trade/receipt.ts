import type { Envelope } from './envelope.ts';
import type { z } from 'zod';
import { contract } from './contract.ts';
import { code, guid, key, text, time, whole } from './fields.ts';

/** CEB312, 412, 512, 622: customs' answer to one document. */
export interface Receipt extends Envelope {
  answers: 'order' | 'payment' | 'waybill' | 'declaration';
  /** 1 stored … 800 released, 899 closed, below 0 a processing error. */
  returnStatus: number;
  returnTime: number;
  platformCode: string;
  sellerCode: string;
  orderNo: string;
  payCode: string;
  transactionId: string;
  carrierCode: string;
  waybillNo: string;
  customsCode: string;
  agentCode: string;
  copNo: string;
  preNo: string;
  invtNo: string;
}

/** What every receipt has; the key of the answered document is required in each contract below. */
const common = () => ({
  guid: guid(), returnStatus: whole(-2_147_483_648, 2_147_483_647, true), returnTime: time(), returnInfo: text(1000), ebpCode: key(18), ebcCode: code(18), orderNo: key(60),
  payCode: key(18), payTransactionId: key(60), logisticsCode: key(18), logisticsNo: key(60), customsCode: code(4), agentCode: key(18), copNo: key(60),
  preNo: code(60), invtNo: code(60),
});
const FREE = ['returnInfo'];

/** The wire forms of CEB312, 412, 512 and 622. */
export const ORDER_RECEIPT = contract({ head: () => ({ ...common(), ebpCode: key(18, true), orderNo: key(60, true) }), free: FREE });
export const PAYMENT_RECEIPT = contract({ head: () => ({ ...common(), payCode: key(18, true), payTransactionId: key(60, true) }), free: FREE });
export const WAYBILL_RECEIPT = contract({ head: () => ({ ...common(), logisticsCode: key(18, true), logisticsNo: key(60, true) }), free: FREE });
export const DECLARATION_RECEIPT = contract({ head: () => ({ ...common(), agentCode: key(18, true), copNo: key(60, true) }), free: FREE });

export function normaliseReceipt(answers: Receipt['answers'], sent: z.output<typeof ORDER_RECEIPT.whole>, envelope: Envelope): Receipt {
  return {
    eventId: envelope.eventId, guid: envelope.guid, appType: envelope.appType, appTime: envelope.appTime, eventTime: envelope.eventTime, arrival: envelope.arrival,
    late: envelope.late, documentKey: envelope.documentKey, orderKey: envelope.orderKey, feed: envelope.feed, origin: envelope.origin, backfill: envelope.backfill,
    forwarded: envelope.forwarded, contentHash: envelope.contentHash, signed: envelope.signed, sealed: envelope.sealed, sealKeyId: envelope.sealKeyId,
    answers, returnStatus: sent.returnStatus, returnTime: sent.returnTime, platformCode: sent.ebpCode, sellerCode: sent.ebcCode, orderNo: sent.orderNo,
    payCode: sent.payCode, transactionId: sent.payTransactionId, carrierCode: sent.logisticsCode, waybillNo: sent.logisticsNo, customsCode: sent.customsCode,
    agentCode: sent.agentCode, copNo: sent.copNo, preNo: sent.preNo, invtNo: sent.invtNo,
  };
}
