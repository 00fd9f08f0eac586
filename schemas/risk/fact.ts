import type { Fixed5 } from '../trade/envelope.ts';

/** A signed fact: +1 as a document's share of the aggregates is taken, −1 as it is given back. Sums over facts are always true. */
export interface Fact {
  kind: 'order' | 'payment' | 'waybill' | 'declaration';
  sign: number;
  orderKey: string;
  eventId: string;
  zone: string;
  platform: string;
  seller: string;
  /** Origin (order, declaration line) ISO alpha-3, or ''. */
  country: string;
  hs4: string;
  mode: string;
  amount: Fixed5;
  weight: Fixed5;
  quantity: Fixed5;
  eventTime: number;
  origin: string;
}

export const MATCH_STATES = ['PENDING', 'PARTIAL', 'MATCHED', 'MISMATCHED', 'EXPIRED', 'WITHDRAWN'] as const;
export type MatchState = (typeof MATCH_STATES)[number];
export const MATCH_CODES = ['MISSING_DOC', 'KEY_UNMATCHED', 'AMOUNT_DIFF', 'SUM_DIFF', 'TAX_DIFF', 'ID_INVALID', 'BUYER_PAYER_DIFF', 'CONSIGNEE_DIFF',
  'GOODS_DIFF', 'WEIGHT_DIFF', 'NOT_ON_LIST', 'OVER_SINGLE', 'OVER_ANNUAL', 'TIME_ORDER', 'DUPLICATE', 'PAY_REUSED', 'PARTY_UNREGISTERED',
  'GUARANTEE_SHORT', 'NO_RAW_PAYMENT'] as const;
export type MatchCode = (typeof MATCH_CODES)[number];

/** One failed, soft or unchecked comparison, with both sides, so that a reader needs nothing else. `detail` is in English, `detailZh` the same in Chinese ('' of findings written before there was one). */
export interface MatchFinding { code: MatchCode; outcome: 'fail' | 'soft' | 'not-checked'; left: string; right: string; detail: string; detailZh: string }

/** The match of one order after a change. */
export interface Match {
  orderKey: string;
  revision: number;
  state: MatchState;
  zone: string;
  platform: string;
  seller: string;
  /** Which documents are there. */
  documents: string[];
  codes: MatchCode[];
  findings: MatchFinding[];
  /** Last customs return status of the declaration, or 0. */
  returnStatus: number;
  origin: string;
  at: number;
  /** When the parcel was signed for, or 0. */
  delivered: number;
}
