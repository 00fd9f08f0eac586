import type { z } from 'zod';
import { contract, type Derive } from './contract.ts';
import { type Direction, type Envelope, type Fixed5, NOBODY, type Person } from './envelope.ts';
import { amount, code, key, lines, submitted, text, whole } from './fields.ts';

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

const line = { gnum: whole(0, 9999), gcode: code(10, true), gname: text(250), qty: amount(true), unit: code(3), note: text(1000) };
const FREE = ['reason', 'note'];

/** What CEB623 and 625 share. The list's number is how customs knows what is meant. */
const head = (needed: boolean) => ({
  ...submitted(), customsCode: code(4), orderNo: key(60, needed), ebpCode: key(18, needed), ebpName: text(100), ebcCode: code(18), ebcName: text(100), logisticsNo: key(60),
  logisticsCode: key(18), logisticsName: text(100), copNo: key(60, true), preNo: code(60), invtNo: key(60, needed), buyerIdType: code(2), buyerIdNumber: code(60),
  buyerName: text(100), buyerTelephone: code(30), agentCode: key(18, true), agentName: text(100), reason: text(1000), note: text(1000),
});

/** The wire forms of CEB623 (without a head of its own) and CEB625: InvtRefundHead with its InvtRefundList as `items`. */
export const CANCEL = contract({ head, free: FREE });
export const RETURN = contract({ head: (needed) => ({ ...head(needed), items: lines(line, needed) }), line, free: FREE, lineFree: ['note'] });

/** The wire form of CEB605: it names the list and no order. */
export const EXPORT_CANCEL = contract({
  head: (needed) => ({
    ...submitted(), customsCode: code(4), copNo: key(60, true), preNo: code(60), invtNo: key(60, needed), reason: text(1000), agentCode: key(18, true), agentName: text(100),
    ebcCode: code(18), ebcName: text(100), note: text(1000),
  }),
  free: FREE,
});

type CancelWire = z.output<typeof CANCEL.whole>;
type ReturnLine = z.output<typeof RETURN.whole>['items'][number];

const reversalLine = (sent: ReturnLine, index: number): ReversalLine => ({ lineNo: sent.gnum || index + 1, hs: sent.gcode, name: sent.gname, quantity: sent.qty, unit: sent.unit });

export function normaliseReversal(kind: Reversal['kind'], sent: CancelWire & { items?: ReturnLine[] }, envelope: Envelope, derive: Derive): Reversal {
  return {
    ...envelope, kind, direction: 'I', orderNo: sent.orderNo, platformCode: sent.ebpCode, platformName: sent.ebpName, sellerCode: sent.ebcCode, sellerName: sent.ebcName,
    carrierCode: sent.logisticsCode, carrierName: sent.logisticsName, waybillNo: sent.logisticsNo, copNo: sent.copNo, preNo: sent.preNo, invtNo: sent.invtNo,
    customsCode: sent.customsCode, agentCode: sent.agentCode, agentName: sent.agentName,
    buyer: derive.person({
      account: '', idType: sent.buyerIdType, idNumber: sent.buyerIdNumber, name: sent.buyerName, phone: sent.buyerTelephone, address: '', district: '',
    }, envelope.eventTime),
    lines: (sent.items ?? []).map(reversalLine),
  };
}

export function normaliseExportCancel(sent: z.output<typeof EXPORT_CANCEL.whole>, envelope: Envelope): Reversal {
  return {
    ...envelope, kind: 'cancel', direction: 'E', orderNo: '', platformCode: '', platformName: '', sellerCode: sent.ebcCode, sellerName: sent.ebcName, carrierCode: '',
    carrierName: '', waybillNo: '', copNo: sent.copNo, preNo: sent.preNo, invtNo: sent.invtNo, customsCode: sent.customsCode, agentCode: sent.agentCode, agentName: sent.agentName,
    buyer: NOBODY, lines: [],
  };
}
