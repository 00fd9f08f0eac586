/** What became of the orders that were touched: their match and alerts, once the store has them. */
import type { Alert } from '../../schemas/risk/alert.ts';
import type { MatchFinding } from '../../schemas/risk/fact.ts';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { alertLine, findingLine, plain, type Lang } from '../format.ts';
import { note } from '../output.ts';

export interface OrderView { orderKey: string; match: { state: string; codes: string[]; findings: MatchFinding[]; documents: string[] }; alerts: Alert[] }

const SHOWN = 20;
const WAIT_MS = 5_000;
/** The store is at most a second behind the log; an alert may come in the flush after its document. */
const SETTLE_MS = 1_200;
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

const ORDERS_OF = `SELECT DISTINCT orderKey FROM (${['orders', 'payments', 'waybills', 'declarations', 'receipts', 'tracking', 'reversals', 'tax_bills', 'raw_payments'].map((t) => `SELECT eventId, orderKey FROM ${t}`).join(' UNION ALL ')})
  WHERE eventId IN {ids:Array(String)} AND orderKey != '' LIMIT ${SHOWN}`;

/** A document may name no order of its own, so the store tells which orders the events belong to. Only an admin key may ask. */
export async function orderKeys(client: Client, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  await pause(SETTLE_MS);
  try {
    const { rows } = await client.send<{ rows: { orderKey: string }[] }>('POST', '/v1/query', { sql: ORDERS_OF, params: { ids } });
    return rows.map((row) => row.orderKey);
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== EXIT.key) throw error;
    note('Taken. Match and alerts are shown to an admin key only (--key).');
    return [];
  }
}

/** Waits until each order is in the store, and then once more for what follows from it. An order that does not show up in time is left out. */
export async function watchOrders(client: Client, keys: string[]): Promise<OrderView[]> {
  const until = Date.now() + WAIT_MS;
  const path = (key: string): string => `/v1/orders/${key.split('|').map(encodeURIComponent).join('/')}`;
  const missing = new Set(keys);
  while (missing.size > 0 && Date.now() < until) {
    for (const key of missing) if (await client.find<OrderView>(path(key))) missing.delete(key);
    if (missing.size > 0) await pause(200);
  }
  if (keys.length > 0) await pause(Math.min(SETTLE_MS, Math.max(0, until - Date.now())));
  const orders: OrderView[] = [];
  for (const key of keys) {
    const order = await client.find<OrderView>(path(key));
    if (order) orders.push(order);
  }
  return orders;
}

export function orderLines(orders: OrderView[], lang: Lang): string[] {
  return orders.flatMap(({ orderKey, match, alerts }) => [
    '', `order ${plain(orderKey)}: ${match.state}${match.documents.length > 0 ? ` (${match.documents.join(', ')})` : ''}`,
    ...match.findings.map((f) => findingLine(f, lang)),
    ...alerts.map((alert) => `  ${alertLine(alert, lang)}`),
    ...(alerts.length === 0 ? ['  no alert'] : []),
  ]);
}
