import type { Direction, Envelope, Fixed5, Person } from './envelope.ts';

export interface ReversalLine { lineNo: number; hs: string; name: string; quantity: Fixed5; unit: string }

/** CEB623 and 605 (cancel, 撤销): a declaration is taken back. CEB625 (return, 退货): goods come back, all or some. Both only count once customs has agreed (receipt 624, 606, 626). */
export interface Reversal extends Envelope {
  kind: 'cancel' | 'return';
  direction: Direction;
  orderNo: string;
  platformCode: string;
  platformName: string;
  sellerCode: string;
  sellerName: string;
  carrierCode: string;
  carrierName: string;
  waybillNo: string;
  copNo: string;
  preNo: string;
  /** The list that is reversed. */
  invtNo: string;
  customsCode: string;
  agentCode: string;
  agentName: string;
  buyer: Person;
  /** Empty for a cancel: the whole list. */
  lines: ReversalLine[];
}
