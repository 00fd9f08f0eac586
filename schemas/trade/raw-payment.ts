import type { Envelope, Fixed5 } from './envelope.ts';

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
  recipientName: string;
  recipientToken: string;
  /** Request and response of the payment were given, and the whole was signed. */
  hasRequest: boolean;
  hasResponse: boolean;
  certNo: string;
  hasSignature: boolean;
}
