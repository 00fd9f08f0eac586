/**
 * The second oracle: plain maps over the documents that the journal took, in their order. It shares no code with the system: which events there are, every cell of the sums that facts must give,
 * and that of each alert every revision was told once. What the traffic does not send (reversals, exports, orders that come back after they were closed) it does not know.
 */
import type { Alert, DeadLetter } from '../../schemas/risk/alert.ts';
import type { Fact } from '../../schemas/risk/fact.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import type { LogRecord } from '../../streams/log.ts';
import type { Sent } from './traffic.ts';

type Cell = { documents: number; amount: number; quantity: number; weight: number };
/** Sums by kind, zone, platform, seller, country, heading, mode and minute. */
export type Cells = Map<string, Cell>;
type Share = Pick<Fact, 'kind' | 'zone' | 'platform' | 'seller' | 'country' | 'hs4' | 'mode' | 'amount' | 'quantity' | 'weight' | 'eventTime'>;

function add(cells: Cells, share: Share, sign: number): void {
  const name = [share.kind, share.zone, share.platform, share.seller, share.country, share.hs4, share.mode, Math.floor(share.eventTime / 60_000)].join('|');
  const cell = cells.get(name) ?? { documents: 0, amount: 0, quantity: 0, weight: 0 };
  cells.set(name, { documents: cell.documents + sign, amount: cell.amount + sign * share.amount, quantity: cell.quantity + sign * share.quantity, weight: cell.weight + sign * share.weight });
}

export function summed(facts: readonly Fact[]): Cells {
  const cells: Cells = new Map();
  for (const fact of facts) add(cells, fact, fact.sign);
  for (const [name, { documents, amount, quantity, weight }] of cells) if (documents === 0 && amount === 0 && quantity === 0 && weight === 0) cells.delete(name);
  return cells;
}

interface Standing { type: string; body: Envelope }

/** What stands of one order's documents, and its zone. */
function shares(orderKey: string, standing: readonly Standing[], zone: string): Share[] {
  const seller = (standing.find(({ type }) => type === 'order')?.body as Order | undefined)?.sellerCode ?? '';
  const [platform] = orderKey.split('|') as [string];
  return standing.flatMap(({ type, body }): Share[] => {
    const base = { zone, platform, seller, country: '', hs4: '', mode: '', amount: 0, quantity: 0, weight: 0, eventTime: body.eventTime };
    switch (type) {
      case 'order': {
        const { lines, paid } = body as Order;
        return [{ ...base, kind: 'order', country: lines[0]?.country ?? '', amount: paid, quantity: lines.reduce((sum, line) => sum + line.quantity, 0) }];
      }
      case 'payment': return [{ ...base, kind: 'payment', amount: (body as Payment).amount }];
      case 'waybill': return [{ ...base, kind: 'waybill', weight: (body as Waybill).weight }];
      default: return listed(body as Declaration, base);
    }
  });
}

/** What a list says of each heading and origin; its weight stands at the first. */
function listed({ lines, sellerCode, tradeMode, grossWeight }: Declaration, base: Omit<Share, 'kind'>): Share[] {
  const groups = [...Map.groupBy(lines, ({ country, hs }) => `${country} ${hs.slice(0, 4)}`).values()];
  const sum = (of: readonly { [K in 'total' | 'quantity']: number }[], what: 'total' | 'quantity') => of.reduce((n, line) => n + line[what], 0);
  return groups.map((of, i) => ({ ...base, kind: 'declaration', seller: sellerCode, country: of[0]?.country ?? '', hs4: of[0]?.hs.slice(0, 4) ?? '', mode: tradeMode,
    amount: sum(of, 'total'), quantity: sum(of, 'quantity'), weight: i === 0 ? grossWeight : 0 }));
}

const COUNTED = ['order', 'payment', 'waybill', 'declaration'];

/** Journal records of all partitions, each once; one order's are in one of them. What came after its order was closed is put aside, which the dead letters tell. */
export function counted(journal: readonly LogRecord[], letters: readonly LogRecord[], zoneOf = (code: string) => code.slice(0, 4)): Cells {
  const cells: Cells = new Map();
  const place = (partition: number, offset: number): string => `${partition}:${offset}`;
  const late = new Set(letters.filter(({ body }) => (body as DeadLetter).reason === 'DOSSIER_CLOSED').map(({ source }) => place(source.partition, source.offset)));
  const documents = journal.filter(({ type, body, partition, offset }) => COUNTED.includes(type) && (body as Envelope).orderKey !== '' && !late.has(place(partition, offset)));
  for (const [orderKey, records] of Map.groupBy(documents, ({ body }) => (body as Envelope).orderKey)) {
    const seen = new Set<string>();
    const latest = new Map<string, Standing>();
    let zone = 'none';
    for (const { type, body: given } of records) {
      const body = given as Envelope;
      if (seen.has(body.eventId)) continue; // a repeat, or a guid used again
      seen.add(body.eventId);
      const number = type === 'order' ? type : `${type} ${body.documentKey}`;
      if (body.appTime < (latest.get(number)?.body.appTime ?? 0)) continue;
      latest.set(number, { type, body });
      // The agent's place before the seller's; a zone is kept where nothing tells of another.
      const stands = (wanted: string) => [...latest.values()].find((one) => one.type === wanted && one.body.appType !== 3)?.body;
      const code = (stands('declaration') as Declaration | undefined)?.agentCode ?? (stands('order') as Order | undefined)?.sellerCode;
      if (code !== undefined) zone = zoneOf(code);
    }
    for (const share of shares(orderKey, [...latest.values()].filter(({ body }) => body.appType !== 3), zone)) add(cells, share, 1);
  }
  return cells;
}

export function differences(what: string, expected: Cells, given: Cells): string[] {
  const names = new Set([...expected.keys(), ...given.keys()]);
  return [...names].filter((name) => JSON.stringify(expected.get(name)) !== JSON.stringify(given.get(name)))
    .map((name) => `${what}: cell ${name}: expected ${JSON.stringify(expected.get(name))}, given ${JSON.stringify(given.get(name))}`);
}

/** By what makes an event one: message, number, kind of submission, guid. */
const eventName = (type: string, { documentKey, appType, guid }: Envelope): string => `${type} ${documentKey} ${appType} ${guid}`;
const isDocument = (body: unknown): body is Envelope => typeof (body as Envelope).eventId === 'string';

/** Events that were sent and acknowledged, against those that the records hold, by their ids: both ways. */
export function eventDifferences(what: string, sent: readonly Sent[], records: readonly { type: string; body: unknown }[]): string[] {
  const expected = new Map<string, string>();
  for (const { entries } of sent) for (const { type, body } of entries) if (isDocument(body) && type !== 'alias') expected.set(body.eventId, eventName(type, body));
  const given = new Set(records.flatMap(({ body }) => (isDocument(body) ? [body.eventId] : [])));
  return [
    ...(new Set(expected.values()).size === expected.size ? [] : ['one event has several ids']),
    ...[...expected].filter(([id]) => !given.has(id)).map(([, name]) => `${what}: event ${name} is missing`),
    ...[...given].filter((id) => !expected.has(id)).map((id) => `${what}: nobody sent event ${id}`),
  ];
}

/** Each alert's revisions are 1 to n, each told once. */
export function revisionGaps(what: string, alerts: readonly Alert[]): string[] {
  return [...Map.groupBy(alerts, ({ alertId }) => alertId)].flatMap(([id, told]) => {
    const revisions = told.map(({ revision }) => revision).sort((a, b) => a - b);
    return revisions.every((revision, i) => revision === i + 1) ? [] : [`${what}: alert ${id} has the revisions ${revisions.join()}`];
  });
}
