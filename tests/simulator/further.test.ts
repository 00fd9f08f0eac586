import { describe, expect, test } from 'vitest';
import { compile } from '../../language/compile.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { screening } from '../../processors/screening/stage.ts';
import { matchTogether } from '../../processors/together.ts';
import { MESSAGES } from '../../schemas/customs/messages.ts';
import type { Document } from '../../simulator/documents.ts';
import { createTraffic } from '../../simulator/traffic.ts';
import { CONFIG, shippedRules } from '../trade.ts';

const START = Date.UTC(2026, 10, 2, 4);
const RATE = 1.5;
const run = (seconds: number) => createTraffic({ seed: 3, start: START, ordersPerSecond: RATE, episodes: false, further: true }).next(START + seconds * 1000);
const events = run(5400);
const byType = Map.groupBy(events.map(({ event }) => event), (event) => String(event['type']));
const of = (type: string): Document[] => byType.get(type) ?? [];
const isCommon = (event: Document): boolean => /^(order|payment|waybill|declaration)(-receipt)?$/.test(String(event['type']));
const sumOf = (documents: Document[], field: string) => documents.reduce((sum, document) => sum + Math.round((document[field] as number) * 100), 0);
const lines = (document: Document) => document['items'] as Document[];

const rules = shippedRules()['rules'] as string;
/** The matches of all orders, as screening tells them. */
function matchesOf(which: (event: Document) => boolean) {
  const { taken } = createIntake(CONFIG).take({ bytes: events.filter(({ event }) => which(event)).map(({ event }) => JSON.stringify(event)).join('\n'), form: 'ndjson', sender: 'simulator', origin: 'simulated', backfill: '', allowReference: false, replayOf: '' }, START + 5_400_000);
  return matchTogether(screening(compile), rules, taken, START + 5_400_000);
}

test('every message is there; none is refused at intake', () => {
  const types = new Set(events.map(({ event }) => event['type']));
  const missing = MESSAGES.map(({ type }) => type as string).filter((type) => !types.has(type));
  expect(missing).toEqual([]);
  const intake = createIntake(CONFIG);
  const further = events.filter(({ event }) => !isCommon(event));
  const { taken, rejected } = intake.take({ bytes: further.map(({ event }) => JSON.stringify(event)).join('\n'), form: 'ndjson', sender: 'simulator', origin: 'simulated', backfill: '', allowReference: false, replayOf: '' }, START + 5_400_000);
  expect([...new Set(rejected.map(({ path, message }) => `${path} ${message}`))]).toEqual([]);
  expect(taken).toHaveLength(further.length);
});

test('the four documents and their receipts stay nearly all of it', () => {
  const common = events.filter(({ event }) => isCommon(event)).length;
  expect(common / events.length).toBeGreaterThan(0.9);
  expect(of('export-order').length / of('order').length).toBeCloseTo(0.02, 2);
  expect(of('export-payment').length / of('export-order').length).toBeCloseTo(0.7, 0);
});

test('the same seed gives the same bytes, however often it is asked', () => {
  const stream = createTraffic({ seed: 3, start: START, ordersPerSecond: RATE, episodes: false, further: true });
  const pieces = [];
  for (let ms = 0; ms <= 300_000; ms += 997) pieces.push(...stream.next(START + ms));
  pieces.push(...stream.next(START + 300_000));
  expect(JSON.stringify(pieces)).toBe(JSON.stringify(run(300)));
});

describe('they agree with each other', () => {
  const byNumber = <T>(documents: Document[], field: string) => new Map(documents.map((document) => [document[field] as T, document]));
  const orders = byNumber<string>(of('order').filter((order) => order['appType'] === '1'), 'orderNo');

  test('a tax bill is what the order withheld, line by line', () => {
    const bills = of('tax-bill');
    expect(bills.length).toBeGreaterThan(100);
    for (const bill of bills) {
      const order = orders.get(bill['orderNo'] as string) as Document;
      const billed = sumOf([bill], 'valueAddedTax') + sumOf([bill], 'consumptionTax');
      expect(billed).toBe(Math.round((order['taxTotal'] as number) * 100));
      expect(sumOf(lines(bill), 'valueAddedTax')).toBe(sumOf([bill], 'valueAddedTax'));
      expect(sumOf(lines(bill), 'consumptionTax')).toBe(sumOf([bill], 'consumptionTax'));
      expect(sumOf(lines(bill), 'taxPrice')).toBe(sumOf([order], 'goodsValue') + sumOf([order], 'freight'));
    }
  });

  test('reversals name a list that customs has answered, and are answered', () => {
    const lists = new Set(of('declaration-receipt').map((receipt) => receipt['invtNo']));
    const asked = [...of('cancel'), ...of('return')];
    expect(asked.length).toBeGreaterThan(10);
    for (const reversal of asked) expect(lists).toContain(reversal['invtNo']);
    const released = new Set(of('declaration-receipt').filter((receipt) => receipt['returnStatus'] === '800').map((receipt) => receipt['invtNo']));
    for (const cancel of of('cancel')) expect(released).not.toContain(cancel['invtNo']);
    for (const back of of('return')) expect(released).toContain(back['invtNo']);
  });

  test('an export is declared, weighed and collected as it was sold, and leaves by a list that names it', () => {
    const declarations = byNumber<string>(of('export-declaration'), 'orderNo');
    const waybills = byNumber<string>(of('export-waybill'), 'logisticsNo');
    const sold = byNumber<string>(of('export-order'), 'orderNo');
    for (const order of sold.values()) {
      const declaration = declarations.get(order['orderNo'] as string);
      if (!declaration) continue;
      expect(sumOf(lines(declaration), 'totalPrice')).toBe(sumOf([order], 'goodsValue'));
      expect(waybills.get(declaration['logisticsNo'] as string)?.['grossWeight']).toBe(declaration['grossWeight']);
    }
    for (const payment of of('export-payment')) {
      const order = sold.get(payment['orderNo'] as string) as Document;
      expect(sumOf([payment], 'charge')).toBe(sumOf([order], 'goodsValue') + sumOf([order], 'freight'));
    }
    for (const list of of('departure')) for (const line of lines(list)) expect(waybills.has(line['logisticsNo'] as string)).toBe(true);
    expect(new Set(of('export-declaration').map((declaration) => declaration['tradeMode']))).toEqual(new Set(['9610', '9710', '9810', '1210']));
  });

  test('an export that was cancelled is neither released nor leaves', () => {
    const cancelled = new Set(of('export-cancel').map((cancel) => cancel['invtNo']));
    expect(cancelled.size).toBeGreaterThan(2);
    expect(new Set(of('export-cancel-receipt').map((receipt) => receipt['invtNo']))).toEqual(cancelled);
    const orders = new Set(of('export-declaration-receipt').filter((receipt) => cancelled.has(receipt['invtNo'])).map((receipt) => `${receipt['ebpCode'] as string}|${receipt['orderNo'] as string}`));
    expect(matchesOf((event) => /^export-/.test(String(event['type']))).filter(({ state }) => state === 'WITHDRAWN').map(({ orderKey }) => orderKey).sort()).toEqual([...orders].sort());
    const answers = of('export-declaration-receipt').filter((receipt) => cancelled.has(receipt['invtNo']));
    expect(new Set(answers.map((receipt) => receipt['invtNo']))).toEqual(cancelled);
    expect(new Set(answers.map((receipt) => receipt['returnStatus']))).toEqual(new Set(['2', '120']));
    const left = new Set(of('consolidation').flatMap((list) => lines(list).map((line) => line['invtNo'])));
    expect(left.size).toBeGreaterThan(20);
    expect([...left].filter((list) => cancelled.has(list))).toEqual([]);
  });

  test('a van keeps its cold, its seal and a van\'s speed', () => {
    const readings = Map.groupBy(of('reading'), (reading) => reading['deviceId']);
    expect(readings.size).toBe(3);
    for (const own of readings.values()) {
      for (const reading of own) expect(reading['tempC']).toBeGreaterThan(2);
      for (const reading of own) expect(reading['tempC']).toBeLessThan(8);
      expect(own.every((reading) => reading['sealState'] === 'closed')).toBe(true);
      expect(own.map((reading) => reading['seq'])).toEqual(own.map((_, i) => i + 1));
    }
  });
});
