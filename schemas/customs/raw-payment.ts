/** The official body of a raw-payment upload → one flat document an order of its lists. It has no `type`: its head tells what it is. */
import type { Wire } from '../trade/contract.ts';
import type { Reduced } from './messages.ts';

const HEAD = 'payExchangeInfoHead';
const LISTS = 'payExchangeInfoLists';

const isRecord = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

export const isRawPayment = (value: Wire): boolean => isRecord(value[HEAD]);

/** Every order's document carries the whole of the body that is not another order's. Without orders there is one document, which its contract will refuse. */
export function reduceRawPayment(value: Wire): Reduced[] {
  const { [HEAD]: head, [LISTS]: given, type: _type, ...rest } = value;
  const lists = Array.isArray(given) ? given : given === undefined || given === null ? [] : [given];
  const orders = lists.length === 0 ? [{}] : lists;
  return orders.map((order): Reduced => {
    const fields: Wire = Object.create(null) as Wire;
    Object.assign(fields, rest, head, { orders: orders.length }, isRecord(order) ? order : { [LISTS]: order });
    return { type: 'raw-payment', named: 'raw-payment', guid: '', fields, lines: undefined, signed: false };
  });
}
