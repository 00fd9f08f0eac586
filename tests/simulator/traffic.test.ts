import { describe, expect, test } from 'vitest';
import { loadSeed } from '../../seeds/load.ts';
import { CATALOGUE, originPrice } from '../../simulator/catalogue.ts';
import { hourOfWeek } from '../../language/span.ts';
import { rhythm, stamp14, stamp17 } from '../../simulator/clock.ts';
import { checkDigit } from '../../simulator/people.ts';
import { createTraffic, type SimulatedEvent } from '../../simulator/traffic.ts';

const START = Date.UTC(2026, 10, 2, 4);
const run = (seed: number, seconds: number, options: { rate?: number; episodes?: boolean; start?: number; even?: boolean } = {}): SimulatedEvent[] => {
  const start = options.start ?? START;
  return createTraffic({ seed, start, ordersPerSecond: options.rate ?? 50, episodes: options.episodes ?? false, even: options.even ?? false }).next(start + seconds * 1000);
};
type Doc = Record<string, unknown>;
const of = (events: SimulatedEvent[], type: string): Doc[] => events.map(({ event }) => event).filter((event) => event['type'] === type);
const lines = (document: Doc) => document['items'] as Doc[];
const fen = (yuan: number) => Math.round(yuan * 100);

const honest = run(7, 90);

describe('determinism', () => {
  test('the same seed and start give the same events, byte for byte, however often they are asked for', () => {
    const whole = JSON.stringify(run(3, 40, { episodes: true }));
    const stream = createTraffic({ seed: 3, start: START, ordersPerSecond: 50, episodes: true });
    const pieces: SimulatedEvent[] = [];
    for (let ms = 0; ms < 40_000; ms += 137) pieces.push(...stream.next(START + ms));
    pieces.push(...stream.next(START + 40_000));
    expect(JSON.stringify(pieces)).toBe(whole);
  });

  test('another seed or another start is other traffic with other order numbers', () => {
    const numbers = (events: SimulatedEvent[]) => of(events, 'order').map((order) => order['orderNo']);
    const all = [run(3, 10), run(4, 10), run(3, 10, { start: START + 1000 })].flatMap(numbers);
    expect(new Set(all).size).toBe(all.length);
  });

  test('events come in the order of their time, none after the moment asked for', () => {
    const times = honest.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(START + 90_000);
  });
});

describe('documents', () => {
  test('sums are right to the fen and lines add up', () => {
    const orders = of(honest, 'order');
    expect(orders.length).toBeGreaterThan(3000);
    for (const order of orders) {
      expect(fen(order['acturalPaid'] as number)).toBe(fen(order['goodsValue'] as number) + fen(order['freight'] as number) + fen(order['taxTotal'] as number) - fen(order['discount'] as number));
      expect(lines(order).reduce((sum, line) => sum + fen(line['totalPrice'] as number), 0)).toBe(fen(order['goodsValue'] as number));
      for (const line of lines(order)) expect(fen(line['totalPrice'] as number)).toBe(fen(line['price'] as number) * (line['qty'] as number));
      expect((order['goodsValue'] as number) + (order['freight'] as number)).toBeLessThanOrEqual(5000);
    }
  });

  test('tax is 0.7 × value × (c + v) / (1 − c), within a fen a line', () => {
    const rates = new Map(CATALOGUE.map((good) => [`SIM${good.hs}`, (0.7 * (good.consumptionTax + good.vat)) / (1 - good.consumptionTax)]));
    for (const order of of(honest, 'order')) {
      const goodsValue = order['goodsValue'] as number;
      const expected = lines(order).reduce((sum, line) => {
        const value = line['totalPrice'] as number;
        return sum + (value + ((order['freight'] as number) * value) / goodsValue) * (rates.get(line['itemNo'] as string) as number);
      }, 0);
      expect(Math.abs((order['taxTotal'] as number) - expected)).toBeLessThan(0.01 * lines(order).length + 0.01);
    }
  });

  test('identity numbers have a valid check digit and a division that does not exist; phones and accounts are nobody\'s', () => {
    for (const order of of(honest, 'order')) {
      const id = order['buyerIdNumber'] as string;
      expect(id).toMatch(/^99\d{15}[\dX]$/);
      expect(checkDigit(id)).toBe(id[17]);
      expect(order['buyerTelephone']).toMatch(/^120\d{8}$/);
    }
    expect(checkDigit('11010519491231002')).toBe('X');
  });

  test('payment, waybill and declaration of an honest order agree with it', () => {
    const by = (type: string) => new Map(of(honest, type).filter((d) => d['appType'] === '1').map((d) => [d['orderNo'] as string, d]));
    const payments = by('payment');
    const waybills = new Map(of(honest, 'waybill').map((d) => [d['logisticsNo'] as string, d]));
    const orders = by('order');
    const declarations = [...by('declaration').values()].filter((d) => orders.has(d['orderNo'] as string) && payments.has(d['orderNo'] as string) && waybills.has(d['logisticsNo'] as string));
    expect(declarations.length).toBeGreaterThan(2000);
    for (const d of declarations) {
      const order = orders.get(d['orderNo'] as string) as Doc;
      const paid = payments.get(d['orderNo'] as string) as Doc;
      const waybill = waybills.get(d['logisticsNo'] as string) as Doc;
      expect([paid['amountPaid'], paid['payerIdNumber'], paid['payTransactionId'], d['buyerIdNumber'], d['ebpCode'], d['ebcCode']])
        .toEqual([order['acturalPaid'], order['buyerIdNumber'], order['payTransactionId'], order['buyerIdNumber'], order['ebpCode'], order['ebcCode']]);
      expect([waybill['consignee'], waybill['consigneeAddress'], d['consigneeAddress']]).toEqual([order['consignee'], order['consigneeAddress'], order['consigneeAddress']]);
      expect(d['grossWeight']).toBeGreaterThanOrEqual(d['netWeight'] as number);
      expect(waybill['weight']).toBe(d['grossWeight']);
      expect((d['appTime'] as string) >= (order['appTime'] as string) && (d['appTime'] as string) >= (paid['payTime'] as string)).toBe(true);
      expect(d['tradeMode'] === '1210' ? d['emsNo'] !== '' && d['areaCode'] !== '' : d['billNo'] !== '' && d['voyageNo'] !== '').toBe(true);
    }
  });

  test('a good share of waybills names no order, some documents overtake each other, and some are amended, cancelled or repeated', () => {
    const waybills = of(honest, 'waybill');
    const bare = waybills.filter((waybill) => waybill['orderNo'] === undefined).length / waybills.length;
    expect(bare).toBeGreaterThan(0.2);
    expect(bare).toBeLessThan(0.4);
    const position = new Map(of(honest, 'order').map((order, i) => [order['orderNo'], i]));
    const sentAt = new Map(honest.filter(({ event }) => event['type'] === 'order' && event['appType'] === '1').map(({ at, event }) => [event['orderNo'], at]));
    expect(honest.some(({ at, event }) => event['type'] === 'payment' && at < (sentAt.get(event['orderNo'] as string) ?? 0))).toBe(true);
    expect(position.size).toBe(of(honest, 'order').filter((order) => order['appType'] === '1').length);
    expect(new Set(of(honest, 'order').map((order) => order['appType']))).toEqual(new Set(['1', '2', '3']));
    const payments = of(honest, 'payment').filter((p) => p['appType'] === '1').map((p) => JSON.stringify(p));
    expect(new Set(payments).size).toBeLessThan(payments.length);
  });

  test('customs answers every document, and releases the declaration', () => {
    const statuses = new Set(of(honest, 'declaration-receipt').map((receipt) => receipt['returnStatus']));
    for (const status of ['2', '120', '800', '899']) expect(statuses).toContain(status);
    for (const type of ['order-receipt', 'payment-receipt', 'waybill-receipt']) expect(of(honest, type).length).toBeGreaterThan(1000);
    for (const receipt of of(honest, 'declaration-receipt')) expect([receipt['preNo'], receipt['invtNo'], receipt['returnTime']]).toEqual([
      expect.stringMatching(/^B\d{17}$/), expect.stringMatching(/^\d{8}I\d{9}$/), expect.stringMatching(/^\d{17}$/)]);
  });
});

describe('the world', () => {
  test('all 165 zones trade, and a declaration lies in the zone of its seller', () => {
    const zones = new Set(loadSeed('zones').rows.map((zone) => zone['division_code'] as string));
    const zoneOf = (code: string) => (zones.has(code.slice(0, 6)) ? code.slice(0, 6) : code.slice(0, 4));
    const seen = new Set<string>();
    for (const d of of(run(1, 60, { rate: 100 }), 'declaration')) {
      expect(zoneOf(d['agentCode'] as string)).toBe(zoneOf(d['ebcCode'] as string));
      seen.add(zoneOf(d['agentCode'] as string));
    }
    expect(seen).toEqual(zones);
  });

  test('reference prices and the positive list cover the catalogue', () => {
    const price = new Map(loadSeed('reference-prices').rows.map((row) => [`${row['hs10']}|${row['country']}`, Number(row['price_cny'])]));
    const listed = loadSeed('positive-list').rows.filter((row) => row['status'] === 'allowed').map((row) => row['hs_prefix'] as string);
    for (const good of CATALOGUE) {
      for (const country of good.origins) expect([good.hs, country, price.get(`${good.hs}|${country}`)]).toEqual([good.hs, country, originPrice(good, country)]);
      expect(listed.some((prefix) => good.hs.startsWith(prefix))).toBe(true);
    }
  });

  test('nights are quiet, evenings busy, and the mean over the week is the rate', () => {
    const week = Array.from({ length: 168 }, (_, hour) => rhythm(hour));
    expect(week.reduce((a, b) => a + b) / 168).toBeCloseTo(1, 6);
    const night = of(run(1, 60, { start: Date.UTC(2026, 10, 2, 19, 30) }), 'order').length;
    const evening = of(run(1, 60, { start: Date.UTC(2026, 10, 2, 13, 30) }), 'order').length;
    expect(evening).toBeGreaterThan(5 * night);
    const even = of(run(1, 60, { start: Date.UTC(2026, 10, 2, 19, 30), even: true }), 'order').length;
    expect(even / 3000).toBeCloseTo(1, 1);
  });

  test('times are Beijing times', () => {
    expect(stamp14(Date.UTC(2026, 11, 31, 16, 0, 5))).toBe('20270101000005');
    expect(stamp17(Date.UTC(2026, 0, 1, 0, 0, 0, 42))).toBe('20260101080000042');
    expect(hourOfWeek(Date.UTC(2026, 10, 1, 16))).toBe(0);
  });
});
