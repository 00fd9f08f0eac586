import type { z } from 'zod';
import { contract } from './contract.ts';
import type { Envelope, Fixed5 } from './envelope.ts';
import { amount, code, guid, key, lines, text, time, whole } from './fields.ts';

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

const line = { gnum: whole(0, 9999), gcode: code(10, true), taxPrice: amount(), customsTax: amount(), valueAddedTax: amount(), consumptionTax: amount() };
/** What a bill and its status share. */
const head = () => ({
  guid: guid(), returnTime: time(true), invtNo: key(60, true), taxNo: key(60, true), status: whole(1, 9, true), entDutyNo: code(60), assureCode: code(30), note: text(1000),
});

/** The wire form of CEB816: TaxHeadRd with its TaxListRd as `items`. */
export const TAX_BILL = contract({
  head: () => ({
    ...head(), customsTax: amount(), valueAddedTax: amount(), consumptionTax: amount(), ebcCode: code(18), logisticsCode: key(18), agentCode: code(18), customsCode: code(4),
    orderNo: key(60), logisticsNo: key(60), items: lines(line, true),
  }),
  line, free: ['note'],
});
/** The wire form of CEB818: TaxHeadStatus, one or several in a Tax. */
export const TAX_BILL_STATUS = contract({ head, free: ['note'] });

type StatusWire = z.output<typeof TAX_BILL_STATUS.whole>;
type BillWire = z.output<typeof TAX_BILL.whole>;

const taxLine = (sent: BillWire['items'][number], index: number): TaxLine => ({
  lineNo: sent.gnum || index + 1, hs: sent.gcode, taxPrice: sent.taxPrice, customsTax: sent.customsTax, valueAddedTax: sent.valueAddedTax, consumptionTax: sent.consumptionTax,
});

export function normaliseTaxBill(sent: BillWire, envelope: Envelope): TaxBill {
  return {
    ...normaliseTaxBillStatus(sent, envelope), kind: 'bill', customsTax: sent.customsTax, valueAddedTax: sent.valueAddedTax, consumptionTax: sent.consumptionTax, sellerCode: sent.ebcCode,
    carrierCode: sent.logisticsCode, agentCode: sent.agentCode, customsCode: sent.customsCode, orderNo: sent.orderNo, waybillNo: sent.logisticsNo, lines: sent.items.map(taxLine),
  };
}

export function normaliseTaxBillStatus(sent: StatusWire, envelope: Envelope): TaxBill {
  return {
    ...envelope, kind: 'status', returnTime: sent.returnTime, invtNo: sent.invtNo, taxNo: sent.taxNo, customsTax: 0, valueAddedTax: 0, consumptionTax: 0, status: sent.status,
    summaryNo: sent.entDutyNo, guarantorCode: sent.assureCode, sellerCode: '', carrierCode: '', agentCode: '', customsCode: '', orderNo: '', waybillNo: '', lines: [],
  };
}
