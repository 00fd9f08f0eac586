import { type Direction, type Envelope, type Fixed5, NOBODY, type Person } from './envelope.ts';
import type { z } from 'zod';
import { contract, type Derive } from './contract.ts';
import { amount, appType, code, guid, key, submitted, text, time } from './fields.ts';

/** CEB411, and 403 (collection receipt of an export: no payer is named; no longer required since 2024-12-15). */
export interface Payment extends Envelope {
  payCode: string;
  payName: string;
  transactionId: string;
  orderNo: string;
  platformCode: string;
  platformName: string;
  payer: Person;
  amount: Fixed5;
  currency: string;
  currencyCode: string;
  /** accountingDate of a collection receipt: when the money came in. */
  payTime: number;
  direction: Direction;
  sellerCode: string;
}

/** The wire form of CEB411: PaymentHead. */
export const PAYMENT = contract({
  head: (needed) => ({
    guid: guid(), appType: appType(), appTime: time(), appStatus: code(3), payCode: key(18, true), payName: text(100), payTransactionId: key(60, true),
    orderNo: key(60), ebpCode: key(18), ebpName: text(100), payerIdType: code(2), payerIdNumber: code(60), payerName: text(100), telephone: code(30),
    amountPaid: amount(needed), currency: code(3), payTime: time(), note: text(1000),
  }),
  free: ['note'],
});

export function normalisePayment(sent: z.output<typeof PAYMENT.whole>, envelope: Envelope, derive: Derive): Payment {
  return {
    eventId: envelope.eventId, guid: envelope.guid, appType: envelope.appType, appTime: envelope.appTime, eventTime: envelope.eventTime, arrival: envelope.arrival,
    late: envelope.late, documentKey: envelope.documentKey, orderKey: envelope.orderKey, feed: envelope.feed, origin: envelope.origin, backfill: envelope.backfill,
    forwarded: envelope.forwarded, contentHash: envelope.contentHash, signed: envelope.signed, sealed: envelope.sealed, sealKeyId: envelope.sealKeyId,
    payCode: sent.payCode, payName: sent.payName, transactionId: sent.payTransactionId, orderNo: sent.orderNo, platformCode: sent.ebpCode,
    platformName: sent.ebpName,
    payer: derive.person({
      account: '', idType: sent.payerIdType, idNumber: sent.payerIdNumber, name: sent.payerName, phone: sent.telephone, address: '', district: '',
    }, envelope.eventTime),
    amount: sent.amountPaid, currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency, payTime: sent.payTime,
    direction: 'I', sellerCode: '',
  };
}

/** The wire form of CEB403, without a head of its own. Payment in cash has neither payCode nor payNo; the seller and the order are always named, in the receipt too. */
export const EXPORT_PAYMENT = contract({
  head: (needed) => ({
    ...submitted(), ebpCode: key(18, needed), ebpName: text(100), ebcCode: key(18, true), ebcName: text(100), orderNo: key(60, true), payCode: key(18), payName: text(100),
    payNo: key(60), charge: amount(needed), currency: code(3), accountingDate: time(), note: text(1000),
  }),
  free: ['note'],
});

export function normaliseExportPayment(sent: z.output<typeof EXPORT_PAYMENT.whole>, envelope: Envelope, derive: Derive): Payment {
  return {
    ...envelope, payCode: sent.payCode, payName: sent.payName, transactionId: sent.payNo, orderNo: sent.orderNo, platformCode: sent.ebpCode, platformName: sent.ebpName,
    payer: NOBODY, amount: sent.charge, currency: derive.currency(sent.currency, envelope.eventTime), currencyCode: sent.currency, payTime: sent.accountingDate, direction: 'E', sellerCode: sent.ebcCode,
  };
}
