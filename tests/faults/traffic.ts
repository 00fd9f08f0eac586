/** What senders send in one run: documents of a few orders with changes, deletions, repeats, reused guids, late and future times; in between ticks, leaps of the clock, another edition of the rules. */
import { createIntake } from '../../processors/intake/intake.ts';
import type { Random } from '../../simulator/random.ts';
import { partitionOf, type Entry } from '../../streams/log.ts';
import { beijing, CONFIG, declaration, declarationReceipt, idNumber, order, payment, T0, waybill } from '../trade.ts';
import { EDITIONS } from './rules.ts';

/** One request of a sender: goes to one partition of the intake topic, all or nothing. */
export interface Sent { partition: number; entries: Omit<Entry, 'source'>[] }

export const DOOR = 'intake.orders.v1';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const intake = createIntake(CONFIG);

type Document = Record<string, unknown>;
const goods = (items: unknown, over: Document): Document[] => [{ ...(items as Document[])[0], ...over }];

/** A document of order `n`, `version` 0 as it first came. Few buyers, phones and payers, so that rules have something to see. */
function document(kind: number, n: number, version: number, random: Random, now: number): Document {
  const at = beijing(now - (random.chance(0.1) ? 30 * HOUR : random.chance(0.1) ? -random.pick([4, 6]) * MINUTE : random.between(0, 20) * MINUTE));
  const buyer = n % 3;
  const value = [200, 4900, 4900, 5600][random.between(0, 3)] as number;
  const who = { buyerIdNumber: idNumber(400 + 2 * buyer), buyerName: `测试${'甲乙丙'[buyer]}`, buyerTelephone: '19900001111', consigneeTelephone: '19900001111', consignee: `测试${'甲乙丙'[buyer]}` };
  const common = { guid: `G-${kind}-${n}-${version}`, appType: version === 0 ? '1' : random.chance(0.2) ? '3' : '2', appTime: at };
  switch (kind) {
    case 0: return order({ ...common, ...who, orderNo: `NO-${n}`, goodsValue: value, acturalPaid: value + 28.2, items: goods(order().items, { itemName: random.chance(0.2) ? '象牙 摆件' : '面霜', price: value / 2, totalPrice: value }) });
    case 1: return payment({ ...common, orderNo: `NO-${n}`, payTransactionId: `TX-${random.chance(0.1) ? 0 : n}`, payerIdNumber: idNumber(400), payerName: '测试甲', amountPaid: value + (random.chance(0.2) ? 1 : 28.2), payTime: at });
    case 2: return waybill({ ...common, logisticsNo: `WB-${n}`, consignee: who.consignee });
    case 3: return declaration({ ...common, ...who, orderNo: `NO-${n}`, logisticsNo: `WB-${n}`, copNo: `COP-${n}`, ...(random.chance(0.3) && { agentCode: '3301SIMA01' }), items: goods(declaration().items, { price: value / 2, totalPrice: value }) });
    default: return declarationReceipt([300, 800, 899][random.between(0, 2)] as number, { guid: `G-${kind}-${n}-${version}`, copNo: `COP-${n}`, returnTime: `${at}000` });
  }
}

export function traffic(random: Random, partitions: number): Sent[] {
  const sent: Sent[] = [];
  const all: Document[] = [];
  const versions = new Map<string, number>();
  const orders = random.between(2, 5);
  let now = T0 + random.between(0, 14) * HOUR;
  // An order is closed after three days: in some runs what is for it comes later.
  let leaps = [31 * MINUTE, HOUR, 25 * HOUR, -HOUR, 25 * HOUR, ...(random.chance(0.3) ? [73 * HOUR] : [])];
  const put = (made: Document): void => {
    const { taken } = intake.take({ bytes: JSON.stringify(made), form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: true, replayOf: '' }, now);
    for (const { type, key, body, eventTime, aliases } of taken) {
      const entries: Sent['entries'] = [{ type, key, eventTime, arrival: now, body }, ...aliases.map((alias) => ({ type: 'alias' as const, key: alias.foreignKey, eventTime, arrival: now, body: alias }))];
      sent.push({ partition: partitionOf((body as { documentKey: string }).documentKey, partitions), entries });
    }
  };
  const everywhere = (type: 'tick' | 'control', key: string, body: (partition: number) => unknown): void => {
    for (let partition = 0; partition < partitions; partition++) sent.push({ partition, entries: [{ type, key, eventTime: now, arrival: now, body: body(partition) }] });
  };
  everywhere('tick', 'tick', (partition) => ({ intake: `door/${partition}`, time: now }));
  for (let n = random.between(8, 20); n > 0; n--) {
    const leap = leaps.length > 0 && random.chance(0.06) ? random.pick(leaps) : 0;
    leaps = leaps.filter((_, i) => i !== leaps.indexOf(leap));
    now += leap || random.between(0, 90_000);
    const kind = random.pick([0, 0, 1, 1, 2, 3, 3, 4]);
    const of = random.between(1, orders);
    const version = versions.get(`${kind}/${of}`) ?? 0;
    if (all.length > 0 && random.chance(0.1)) put(random.pick(all)); // a repeat
    else if (all.length > 0 && random.chance(0.05)) put({ ...random.pick(all), appTime: beijing(now) }); // a guid used again
    else {
      versions.set(`${kind}/${of}`, version + 1);
      const made = document(kind, of, version, random, now);
      all.push(made);
      put(made);
    }
    if (random.chance(0.4)) everywhere('tick', 'tick', (partition) => ({ intake: `door/${partition}`, time: now }));
    if (random.chance(0.02)) sent.push({ partition: 0, entries: [{ type: 'control', key: 'rule-set', eventTime: now, arrival: now, body: { name: 'rule-set', version: '2', hash: (EDITIONS[1] as typeof EDITIONS[0]).hash, by: 'test' } }] });
  }
  for (const later of [MINUTE, 31 * MINUTE, HOUR, 26 * HOUR, 73 * HOUR]) {
    now += later;
    everywhere('tick', 'tick', (partition) => ({ intake: `door/${partition}`, time: now }));
  }
  return sent;
}
