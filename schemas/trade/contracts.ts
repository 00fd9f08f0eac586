/** The wire contract of every message, by its type. What intake, writers, standards and the validator all read. */
import type { DocumentMessage } from '../customs/messages.ts';
import type { Contract } from './contract.ts';
import { DECLARATION, EXPORT_DECLARATION } from './declaration.ts';
import { ARRIVAL, CONSOLIDATION, DEPARTURE, SUMMARY, SUMMARY_RESULT, WAREHOUSE_ENTRY } from './manifest.ts';
import { EXPORT_ORDER, ORDER } from './order.ts';
import { EXPORT_PAYMENT, PAYMENT } from './payment.ts';
import { OBSERVATION } from './observation.ts';
import { RAW_PAYMENT } from './raw-payment.ts';
import { READING } from './reading.ts';
import {
  ARRIVAL_RECEIPT, CONSOLIDATION_RECEIPT, DECLARATION_RECEIPT, DEPARTURE_RECEIPT, EXPORT_DECLARATION_RECEIPT, EXPORT_PAYMENT_RECEIPT, FORMAT_ERROR, ORDER_RECEIPT,
  PAYMENT_RECEIPT, REVERSAL_RECEIPT, SUMMARY_RECEIPT, WAREHOUSE_ENTRY_RECEIPT, WAYBILL_RECEIPT, WAYBILL_STATUS_RECEIPT,
} from './receipt.ts';
import { CANCEL, EXPORT_CANCEL, RETURN } from './reversal.ts';
import { TAX_BILL, TAX_BILL_STATUS } from './tax-bill.ts';
import { TRACKING, WAYBILL_STATUS } from './tracking.ts';
import { EXPORT_WAYBILL, WAYBILL } from './waybill.ts';

export const CONTRACTS = {
  order: ORDER, 'order-receipt': ORDER_RECEIPT, payment: PAYMENT, 'payment-receipt': PAYMENT_RECEIPT, waybill: WAYBILL, 'waybill-receipt': WAYBILL_RECEIPT,
  'waybill-status': WAYBILL_STATUS, 'waybill-status-receipt': WAYBILL_STATUS_RECEIPT, declaration: DECLARATION, 'declaration-receipt': DECLARATION_RECEIPT,
  cancel: CANCEL, 'cancel-receipt': REVERSAL_RECEIPT, return: RETURN, 'return-receipt': REVERSAL_RECEIPT,
  'warehouse-entry': WAREHOUSE_ENTRY, 'warehouse-entry-receipt': WAREHOUSE_ENTRY_RECEIPT, 'tax-bill': TAX_BILL, 'tax-bill-status': TAX_BILL_STATUS,
  'export-order': EXPORT_ORDER, 'export-order-receipt': ORDER_RECEIPT, 'export-payment': EXPORT_PAYMENT, 'export-payment-receipt': EXPORT_PAYMENT_RECEIPT,
  'export-waybill': EXPORT_WAYBILL, 'export-waybill-receipt': WAYBILL_RECEIPT, arrival: ARRIVAL, 'arrival-receipt': ARRIVAL_RECEIPT,
  departure: DEPARTURE, 'departure-receipt': DEPARTURE_RECEIPT, 'export-declaration': EXPORT_DECLARATION, 'export-declaration-receipt': EXPORT_DECLARATION_RECEIPT,
  'export-cancel': EXPORT_CANCEL, 'export-cancel-receipt': REVERSAL_RECEIPT, consolidation: CONSOLIDATION, 'consolidation-receipt': CONSOLIDATION_RECEIPT,
  summary: SUMMARY, 'summary-receipt': SUMMARY_RECEIPT, 'summary-result': SUMMARY_RESULT, 'format-error': FORMAT_ERROR,
  tracking: TRACKING, reading: READING, 'raw-payment': RAW_PAYMENT, observation: OBSERVATION,
} as const satisfies Record<DocumentMessage, Contract<unknown>>;

/** What a message of a type reads as. */
export type WireOf<T extends DocumentMessage> = (typeof CONTRACTS)[T] extends Contract<infer W> ? W : never;
