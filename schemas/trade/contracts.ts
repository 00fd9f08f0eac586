/** The wire contract of every message, by its type. What intake, writers, standards and the validator all read. */
import type { DocumentMessage } from '../customs/messages.ts';
import type { Contract } from './contract.ts';
import { DECLARATION } from './declaration.ts';
import { ORDER } from './order.ts';
import { PAYMENT } from './payment.ts';
import { DECLARATION_RECEIPT, ORDER_RECEIPT, PAYMENT_RECEIPT, WAYBILL_RECEIPT } from './receipt.ts';
import { WAYBILL } from './waybill.ts';

export const CONTRACTS: Readonly<Record<DocumentMessage, Contract<unknown>>> = {
  order: ORDER, payment: PAYMENT, waybill: WAYBILL, declaration: DECLARATION,
  'order-receipt': ORDER_RECEIPT, 'payment-receipt': PAYMENT_RECEIPT, 'waybill-receipt': WAYBILL_RECEIPT, 'declaration-receipt': DECLARATION_RECEIPT,
};
