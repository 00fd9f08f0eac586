import { type Direction, type Envelope, type Fixed5, NOBODY, type Person } from './envelope.ts';
import type { z } from 'zod';
import { contract, type Derive } from './contract.ts';
import { amount, appType, code, guid, key, submitted, text, time, whole } from './fields.ts';

/** CEB511, and 505 (export: the seller instead of the consignee). Weight is gross, in 0.00001 kg. */
export interface Waybill extends Envelope {
  carrierCode: string;
  carrierName: string;
  waybillNo: string;
  masterBill: string;
  /** Present in newer senders only: never depended on, compared where given. */
  orderNo: string;
  freight: Fixed5;
  insurance: Fixed5;
  currency: string;
  currencyCode: string;
  weight: Fixed5;
  packages: number;
  consignee: Person;
  /** Prohibited-word score of goodsInfo, whose text is sealed. */
  wordScore: number;
  word: string;
  direction: Direction;
  sellerCode: string;
  sellerName: string;
}

/** The wire form of CEB511: LogisticsHead. orderNo and ebpCode only in newer senders. */
export const WAYBILL = contract({
  head: (needed) => ({
    guid: guid(), appType: appType(), appTime: time(), appStatus: code(3), logisticsCode: key(18, true), logisticsName: text(100), logisticsNo: key(60, true),
    billNo: code(60), orderNo: key(60), ebpCode: key(18), freight: amount(), insuredFee: amount(), currency: code(3), weight: amount(needed),
    packNo: whole(0, 1_000_000), goodsInfo: text(2000), consignee: text(100), consigneeTelephone: code(50), consigneeAddress: text(200), consigneeDistrict: code(6),
    note: text(1000),
  }),
  free: ['goodsInfo', 'note'],
});

export function normaliseWaybill(sent: z.output<typeof WAYBILL.whole>, envelope: Envelope, derive: Derive): Waybill {
  const found = derive.words(sent.goodsInfo);
  return {
    eventId: envelope.eventId, guid: envelope.guid, appType: envelope.appType, appTime: envelope.appTime, eventTime: envelope.eventTime, arrival: envelope.arrival,
    late: envelope.late, documentKey: envelope.documentKey, orderKey: envelope.orderKey, feed: envelope.feed, origin: envelope.origin, backfill: envelope.backfill,
    forwarded: envelope.forwarded, contentHash: envelope.contentHash, signed: envelope.signed, sealed: envelope.sealed, sealKeyId: envelope.sealKeyId,
    carrierCode: sent.logisticsCode, carrierName: sent.logisticsName, waybillNo: sent.logisticsNo, masterBill: sent.billNo, orderNo: sent.orderNo,
    freight: sent.freight, insurance: sent.insuredFee, currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency, weight: sent.weight,
    packages: sent.packNo,
    consignee: derive.person({
      account: '', idType: '', idNumber: '', name: sent.consignee, phone: sent.consigneeTelephone, address: sent.consigneeAddress, district: sent.consigneeDistrict,
    }, envelope.eventTime),
    wordScore: found.score, word: found.word, direction: 'I', sellerCode: '', sellerName: '',
  };
}

/** The wire form of CEB505, without a head of its own. The seller's telephone may be a person's: it is kept sealed. */
export const EXPORT_WAYBILL = contract({
  head: (needed) => ({
    ...submitted(), logisticsCode: key(18, true), logisticsName: text(100), logisticsNo: key(60, true), freight: amount(), insuredFee: amount(), currency: code(3),
    grossWeight: amount(needed), packNo: whole(0, 1_000_000), goodsInfo: text(2000), ebcCode: code(18), ebcName: text(100), ebcTelephone: text(50), note: text(1000),
  }),
  free: ['goodsInfo', 'ebcTelephone', 'note'],
});

export function normaliseExportWaybill(sent: z.output<typeof EXPORT_WAYBILL.whole>, envelope: Envelope, derive: Derive): Waybill {
  const found = derive.words(sent.goodsInfo);
  return {
    ...envelope, carrierCode: sent.logisticsCode, carrierName: sent.logisticsName, waybillNo: sent.logisticsNo, masterBill: '', orderNo: '', freight: sent.freight,
    insurance: sent.insuredFee, currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency, weight: sent.grossWeight, packages: sent.packNo, consignee: NOBODY,
    wordScore: found.score, word: found.word, direction: 'E', sellerCode: sent.ebcCode, sellerName: sent.ebcName,
  };
}
