import type { Envelope, Fixed5 } from './envelope.ts';

export interface TaxLine { lineNo: number; hs: string; taxPrice: Fixed5; customsTax: Fixed5; valueAddedTax: Fixed5; consumptionTax: Fixed5 }

/** CEB816 (electronic tax bill), and 818, which only tells its new status: then amounts and lines are empty. Both come from customs. */
export interface TaxBill extends Envelope {
  kind: 'bill' | 'status';
  returnTime: number;
  invtNo: string;
  taxNo: string;
  customsTax: Fixed5;
  valueAddedTax: Fixed5;
  consumptionTax: Fixed5;
  /** 1 generated, 2 summarised, 3 void. */
  status: number;
  /** Number of the summary bill that it went into. */
  summaryNo: string;
  guarantorCode: string;
  sellerCode: string;
  carrierCode: string;
  agentCode: string;
  customsCode: string;
  orderNo: string;
  waybillNo: string;
  lines: TaxLine[];
}
