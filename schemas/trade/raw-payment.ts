import type { z } from 'zod';
import { contract, type Derive, UNNAMED } from './contract.ts';
import type { Envelope, Fixed5 } from './envelope.ts';
import { amount, code, guid, instant, key, sealed, text, whole } from './fields.ts';

/**
 * The platform's original payment data for one order, as customs may ask for it (GAC 2018 No. 165 and 179). A payment for several orders becomes one record an order.
 * Requests, responses, goods and the recipient's account stay sealed; what is compared is here.
 */
export interface RawPayment extends Envelope {
  sessionId: string;
  orderNo: string;
  platformCode: string;
  payCode: string;
  transactionId: string;
  /** Of the whole payment, over all its orders. */
  total: Fixed5;
  currency: string;
  currencyCode: string;
  /** How many orders the payment is for. */
  orders: number;
  /** 1 UnionPay, 2 NetsUnion, 3 other. */
  verifiedBy: string;
  payType: string;
  tradingTime: number;
  serviceTime: number;
  recipientCode: string;
  /** In clear where a code says that it is an enterprise; else it may be a person's, and is masked. */
  recipientName: string;
  /** Of the account that the money went to. */
  recipientToken: string;
  /** Request and response of the payment were given, and the whole was signed. */
  hasRequest: boolean;
  hasResponse: boolean;
  certNo: string;
  hasSignature: boolean;
}

/**
 * The wire form: one order of the official body (schemas/customs/raw-payment.ts takes that apart). `initalRequest` and `initalResponse` are spelt as customs spells them;
 * they, the signature and the goods are personal or nobody's business after intake.
 */
export const RAW_PAYMENT = contract({
  head: () => ({
    guid: guid(), sessionID: key(60, true), ebpCode: key(18, true), payCode: key(18, true), payTransactionId: key(60, true), totalAmount: amount(true), currency: code(3), verDept: code(2),
    payType: code(10), tradingTime: instant(), note: text(4000), initalRequest: sealed(), initalResponse: sealed(), orders: whole(0, 10_000), orderNo: key(60, true), goodsInfo: sealed(),
    recpAccount: code(100), recpCode: code(30), recpName: text(100), serviceTime: instant(), certNo: code(100), signValue: sealed(),
  }),
  free: ['note', 'initalRequest', 'initalResponse', 'goodsInfo', 'recpName', 'signValue'],
});

export function normaliseRawPayment(sent: z.output<typeof RAW_PAYMENT.whole>, envelope: Envelope, derive: Derive): RawPayment {
  const recipient = derive.person({ ...UNNAMED, account: sent.recpAccount, name: sent.recpName }, envelope.eventTime);
  return {
    ...envelope, sessionId: sent.sessionID, orderNo: sent.orderNo, platformCode: sent.ebpCode, payCode: sent.payCode, transactionId: sent.payTransactionId, total: sent.totalAmount,
    currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency, orders: sent.orders || 1, verifiedBy: sent.verDept, payType: sent.payType, tradingTime: sent.tradingTime,
    serviceTime: sent.serviceTime, recipientCode: sent.recpCode, recipientName: sent.recpCode === '' ? recipient.nameMasked : sent.recpName, recipientToken: recipient.accountToken,
    hasRequest: sent.initalRequest, hasResponse: sent.initalResponse, certNo: sent.certNo, hasSignature: sent.signValue,
  };
}
