import { contract } from './contract.ts';
import type { Direction, Envelope } from './envelope.ts';
import type { ManifestKind } from './manifest.ts';
import type { z } from 'zod';
import { code, guid, key, sealed, text, time, whole } from './fields.ts';

/** What a receipt can be of: a document, or (CEB900) a message that was no document at all. */
export type Answered = 'order' | 'payment' | 'waybill' | 'declaration' | 'tracking' | 'cancel' | 'return' | Exclude<ManifestKind, 'summary-result'> | 'message';

/** Customs' answer to one document: the even number after the document's. */
export interface Receipt extends Envelope {
  answers: Answered;
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
  direction: Direction | '';
  /** Of a manifest: who runs the site, the list's own number, its part. */
  operatorCode: string;
  listNo: string;
  part: number;
  /** Of a message that was no document: what it was called (CEB311Message), and its id. */
  messageType: string;
  messageId: string;
}

/** What every receipt begins with. */
const answer = () => ({ guid: guid(), returnStatus: whole(-2_147_483_648, 2_147_483_647, true), returnTime: time(), returnInfo: text(1000) });

/** What the receipts of an order's own documents have; the key of the answered document is required in each contract below. */
const common = () => ({
  ...answer(), ebpCode: key(18), ebcCode: code(18), orderNo: key(60),
  payCode: key(18), payTransactionId: key(60), logisticsCode: key(18), logisticsNo: key(60), customsCode: code(4), agentCode: key(18), copNo: key(60),
  preNo: code(60), invtNo: key(60),
});
const FREE = ['returnInfo'];

/** The wire forms of CEB312, 412, 512 and 622, of which 304, 506 and 604 have parts. */
export const ORDER_RECEIPT = contract({ head: () => ({ ...common(), ebpCode: key(18, true), orderNo: key(60, true) }), free: FREE });
export const PAYMENT_RECEIPT = contract({ head: () => ({ ...common(), payCode: key(18, true), payTransactionId: key(60, true) }), free: FREE });
export const WAYBILL_RECEIPT = contract({ head: () => ({ ...common(), logisticsCode: key(18, true), logisticsNo: key(60, true) }), free: FREE });
export const DECLARATION_RECEIPT = contract({ head: () => ({ ...common(), agentCode: key(18, true), copNo: key(60, true) }), free: FREE });

/** CEB404 names seller, order and payment, but not the platform. */
export const EXPORT_PAYMENT_RECEIPT = contract({ head: () => ({ ...answer(), ebpCode: key(18), ebcCode: key(18, true), orderNo: key(60, true), payNo: key(60) }), free: FREE });
/** CEB604. */
export const EXPORT_DECLARATION_RECEIPT = contract({
  head: () => ({
    ...answer(), customsCode: code(4), agentCode: key(18, true), copNo: key(60, true), preNo: code(60), invtNo: key(60), ebcCode: code(18), ebpCode: key(18), orderNo: key(60),
    statisticsFlag: code(1),
  }),
  free: FREE,
});
/** CEB514. */
export const WAYBILL_STATUS_RECEIPT = contract({ head: () => ({ ...answer(), logisticsCode: key(18, true), logisticsNo: key(60, true), logisticsStatus: key(20, true) }), free: FREE });
/** CEB624, 626 and 606. */
export const REVERSAL_RECEIPT = contract({
  head: () => ({
    ...answer(), customsCode: code(4), agentCode: key(18, true), ebpCode: key(18), ebcCode: code(18), copNo: key(60, true), preNo: code(60), invtNo: key(60), orderNo: key(60),
    msgSeqNo: whole(0, 10_000),
  }),
  free: FREE,
});

/** The receipts of manifests: 712 and 508 name the operator, 510 the carrier, 608 and 702 the agent who declared it. */
const ofManifest = () => ({ ...answer(), customsCode: code(4), copNo: key(60, true), preNo: code(60), msgSeqNo: whole(0, 10_000) });
export const WAREHOUSE_ENTRY_RECEIPT = contract({ head: () => ({ ...ofManifest(), operatorCode: key(18, true), rkdNo: code(60) }), free: FREE });
export const ARRIVAL_RECEIPT = contract({ head: () => ({ ...ofManifest(), operatorCode: key(18, true), logisticsCode: key(18), billNo: code(60) }), free: FREE });
export const DEPARTURE_RECEIPT = contract({ head: () => ({ ...ofManifest(), logisticsCode: key(18, true) }), free: FREE });
export const CONSOLIDATION_RECEIPT = contract({ head: () => ({ ...ofManifest(), agentCode: key(18, true), logisticsCode: key(18), billNo: code(60) }), free: FREE });
export const SUMMARY_RECEIPT = contract({ head: () => ({ ...ofManifest(), agentCode: key(18, true), ebcCode: code(18), sumNo: code(60) }), free: FREE });

/** CEB900. The message that could not be read comes back whole, persons and all: sealed. */
export const FORMAT_ERROR = contract({
  head: () => ({ ...answer(), oriCopMsgId: key(255, true), oriMessageType: code(60), oriBizMessage: sealed() }), free: ['returnInfo', 'oriBizMessage'],
});

/** What a receipt may say; each kind says some of it. */
type ReceiptWire = Pick<z.output<typeof ORDER_RECEIPT.whole>, 'returnStatus' | 'returnTime'> & Partial<z.output<typeof ORDER_RECEIPT.whole> & {
  payNo: string; operatorCode: string; rkdNo: string; sumNo: string; msgSeqNo: number; oriMessageType: string; oriCopMsgId: string;
}>;

export function normaliseReceipt(answers: Answered, direction: Direction | '', sent: ReceiptWire, envelope: Envelope): Receipt {
  return {
    eventId: envelope.eventId, guid: envelope.guid, appType: envelope.appType, appTime: envelope.appTime, eventTime: envelope.eventTime, arrival: envelope.arrival,
    late: envelope.late, documentKey: envelope.documentKey, orderKey: envelope.orderKey, feed: envelope.feed, origin: envelope.origin, backfill: envelope.backfill,
    forwarded: envelope.forwarded, contentHash: envelope.contentHash, signed: envelope.signed, sealed: envelope.sealed, sealKeyId: envelope.sealKeyId,
    answers, returnStatus: sent.returnStatus, returnTime: sent.returnTime, platformCode: sent.ebpCode ?? '', sellerCode: sent.ebcCode ?? '', orderNo: sent.orderNo ?? '',
    payCode: sent.payCode ?? '', transactionId: sent.payTransactionId ?? sent.payNo ?? '', carrierCode: sent.logisticsCode ?? '', waybillNo: sent.logisticsNo ?? '',
    customsCode: sent.customsCode ?? '', agentCode: sent.agentCode ?? '', copNo: sent.copNo ?? '', preNo: sent.preNo ?? '', invtNo: sent.invtNo ?? '', direction,
    operatorCode: sent.operatorCode ?? '', listNo: sent.rkdNo ?? sent.sumNo ?? '', part: sent.msgSeqNo ?? 0, messageType: sent.oriMessageType ?? '', messageId: sent.oriCopMsgId ?? '',
  };
}
