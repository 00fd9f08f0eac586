import { describe, expect, test } from 'vitest';
import type { Match } from '../../schemas/risk/fact.ts';
import { compileOnce } from '../../language/compile-once.ts';
import { screening } from '../../processors/screening/stage.ts';
import { runStage } from '../stage-harness.ts';
import { declaration, declarationReceipt, idNumber, Journal, order, payment, shippedRules, T0, waybill } from '../trade.ts';
import { balance, lastMatch, of, run, totals } from './running.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const whole = (): Journal => new Journal().document(order(), T0).document(payment(), T0 + MINUTE).document(waybill(), T0 + 2 * MINUTE).document(declaration(), T0 + 3 * MINUTE);

describe('the match', () => {
  test('four consistent documents match, the waybill joined through the declaration', () => {
    const match = lastMatch(run(whole()));
    expect(match).toMatchObject({ state: 'MATCHED', codes: [], documents: ['order', 'payment', 'waybill', 'declaration'], seller: '3302SIM002', zone: '3303' });
  });

  const ways: (() => Record<string, unknown>)[] = [order, payment, waybill, declaration];
  const permutations = (list: number[]): number[][] => (list.length < 2 ? [list] : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest])));
  test.each(permutations([0, 1, 2, 3]).map((p) => [p.join('')]))('documents in order %s come to the same match and the same facts', (way) => {
    const journal = new Journal();
    for (const i of way) journal.document((ways[Number(i)] as () => Record<string, unknown>)(), T0 + 5 * MINUTE);
    const outputs = run(journal);
    expect(lastMatch(outputs)).toMatchObject({ state: 'MATCHED', codes: [] });
    expect(totals(outputs)).toMatchObject({ 'order@3303': 22_820_000, 'payment@3303': 22_820_000, 'declaration@3303': 20_000_000 });
    expect(Object.entries(totals(outputs)).filter(([cell]) => !cell.endsWith('@3303')).every(([, sum]) => sum === 0)).toBe(true);
  });

  const mistakes: [name: string, code: string, documents: Record<string, unknown>[]][] = [
    ['a payment of 0.02 less', 'AMOUNT_DIFF', [order(), payment({ amountPaid: 228.18 })]],
    ['an order in dollars', 'AMOUNT_DIFF', [order({ currency: '502' }), payment({ currency: '502' })]],
    ['a sum that is far off', 'SUM_DIFF', [order({ acturalPaid: 300 })]],
    ['lines that do not add up', 'SUM_DIFF', [order({ goodsValue: 400, acturalPaid: 428.2 })]],
    ['a declared value of half', 'AMOUNT_DIFF', [order(), declaration({ items: [{ ...(declaration().items as object[])[0], price: 50, totalPrice: 100 }] })]],
    ['a wrong check digit', 'ID_INVALID', [order({ buyerIdNumber: `${idNumber(407).slice(0, 17)}${idNumber(407).endsWith('1') ? '2' : '1'}` })]],
    ['a masked ID number', 'ID_INVALID', [order({ buyerIdNumber: '9900************34' })]],
    ['another payer', 'BUYER_PAYER_DIFF', [order(), payment({ payerName: '测试乙', payerIdNumber: idNumber(613) })]],
    ['another consignee on the waybill', 'CONSIGNEE_DIFF', [order(), declaration(), waybill({ consignee: '测试丙' })]],
    ['another address on the waybill', 'CONSIGNEE_DIFF', [order(), declaration(), waybill({ consigneeAddress: '广东省广州市别的区别的路九号' })]],
    ['three pieces declared for two', 'GOODS_DIFF', [order(), declaration({ items: [{ ...(declaration().items as object[])[0], qty: 3, totalPrice: 200 }] })]],
    ['another barcode declared', 'GOODS_DIFF', [order(), declaration({ items: [{ ...(declaration().items as object[])[0], barCode: '6900000000099' }] })]],
    ['a waybill of twice the weight', 'WEIGHT_DIFF', [declaration(), waybill({ weight: 1.2 })]],
    ['net above gross', 'WEIGHT_DIFF', [declaration({ grossWeight: 0.4, netWeight: 0.5 })]],
    ['an order above 5,000', 'OVER_SINGLE', [order({ goodsValue: 5200, freight: 0, taxTotal: 0, acturalPaid: 5200, items: [{ ...(order().items as object[])[0], qty: 2, price: 2600, totalPrice: 5200 }] })]],
    ['a payment after the declaration', 'TIME_ORDER', [declaration(), payment({ payTime: '20261102110000' })]],
    ['a waybill that names another order', 'KEY_UNMATCHED', [order(), declaration(), waybill({ orderNo: 'NO-2' })]],
    ['a second new order under the same number', 'DUPLICATE', [order(), order({ guid: 'G-ORDER-2' })]],
  ];
  test.each(mistakes)('%s is named %s', (_name, code, documents) => {
    const journal = new Journal();
    for (const document of documents) journal.document(document, T0 + 65 * MINUTE);
    expect(lastMatch(run(journal))).toMatchObject({ state: 'MISMATCHED', codes: [code] });
  });

  const harmless: [string, Record<string, unknown>[]][] = [
    ['0.01 of difference', [order(), payment({ amountPaid: 228.19 })]],
    ['a sum 4 % off is only a remark', [order({ acturalPaid: 220 })]],
    ['one indivisible item above 5,000', [order({ goodsValue: 5200, freight: 0, taxTotal: 0, acturalPaid: 5200, items: [{ ...(order().items as object[])[0], qty: 1, price: 5200, totalPrice: 5200 }] })]],
    ['an address with another space and width', [order(), declaration(), waybill({ consigneeAddress: '浙江省 杭州市虚构区无名路一百二十三号四单元五零六室' })]],
    ['a payment four minutes after the declaration', [declaration(), payment({ payTime: '20261102100700' })]],
  ];
  test.each(harmless)('%s is no mismatch', (_name, documents) => {
    const journal = new Journal();
    for (const document of documents) journal.document(document, T0 + 65 * MINUTE);
    expect(lastMatch(run(journal))?.codes).toEqual([]);
  });
});

describe('changes', () => {
  test('an amended order is matched again and its facts are replaced', () => {
    const outputs = run(whole().document(order({ guid: 'G-ORDER-2', appType: '2', appTime: '20261102100500', acturalPaid: 300, taxTotal: 90 }), T0 + 6 * MINUTE));
    expect(lastMatch(outputs)).toMatchObject({ state: 'MISMATCHED', codes: ['AMOUNT_DIFF'] });
    expect(totals(outputs)['order@3303']).toBe(30_000_000);
  });

  test('an order changed after its declaration is not out of order', () => {
    const outputs = run(whole().document(order({ guid: 'G-ORDER-2', appType: '2', appTime: '20261102103000' }), T0 + 31 * MINUTE));
    expect(lastMatch(outputs)).toMatchObject({ state: 'MATCHED', codes: [] });
  });

  test('a deleted order is withdrawn: facts and counters are given back', () => {
    const deleted = order({ guid: 'G-ORDER-3', appType: '3', appTime: '20261102100500' });
    const outputs = run(new Journal().document(order(), T0).document(deleted, T0 + 6 * MINUTE));
    expect(lastMatch(outputs)).toMatchObject({ state: 'WITHDRAWN' });
    expect(totals(outputs)).toEqual({ 'order@3302': 0 });
    const left = [...balance(outputs)].filter(([key, n]) => n !== 0 && key.startsWith('buyer|'));
    expect(left).toEqual([]);
  });

  test('an older change that arrives late does not replace a newer one', () => {
    const outputs = run(new Journal().document(order({ appTime: '20261102100500' }), T0 + 6 * MINUTE).document(order({ guid: 'G-OLD', appType: '2', appTime: '20261102100100', acturalPaid: 999 }), T0 + 7 * MINUTE));
    expect(totals(outputs)).toEqual({ 'order@3302': 22_820_000 });
  });

  test('a repeat is counted once, and a guid with other content is put aside', () => {
    const outputs = run(new Journal().document(order(), T0).document(order(), T0 + MINUTE).document(order({ acturalPaid: 1 }), T0 + 2 * MINUTE));
    expect(totals(outputs)).toEqual({ 'order@3302': 22_820_000 });
    expect(of<{ reason: string }>(outputs, 'dead-letter').map((d) => d.reason)).toEqual(['GUID_REUSED']);
    expect(of<Match>(outputs, 'match')).toHaveLength(1);
  });
});

describe('time', () => {
  test('a missing document is told at the first notice, and the order expires after a day', () => {
    const journal = new Journal().document(order(), T0).document(payment(), T0).tick(T0 + 29 * MINUTE).tick(T0 + 31 * MINUTE).tick(T0 + 24 * HOUR + MINUTE);
    const states = of<Match>(run(journal), 'match').map((m) => [m.state, m.codes.join()]);
    expect(states).toEqual([['PENDING', ''], ['PARTIAL', ''], ['PARTIAL', 'MISSING_DOC'], ['EXPIRED', 'MISSING_DOC']]);
  });

  test('a closed order refuses a change by name and knows its repeats', () => {
    const late = T0 + 80 * HOUR;
    const journal = whole().tick(late).document(order({ guid: 'G-LATE', appType: '2' }), late + MINUTE).document(order(), late + 2 * MINUTE);
    expect(of<{ reason: string }>(run(journal), 'dead-letter').map((d) => d.reason)).toEqual(['DOSSIER_CLOSED']);
  });

  test('a waybill that no declaration names is told after three days', () => {
    const journal = new Journal().document(waybill(), T0).tick(T0 + 73 * HOUR);
    expect(of<Match>(run(journal), 'match')).toMatchObject([{ orderKey: 'w:3301SIML01|WB-1', codes: ['KEY_UNMATCHED'], state: 'EXPIRED' }]);
  });

  test('ticks go on to every partition of the signals, never backwards', () => {
    const outputs = run(new Journal().tick(2_000).tick(1_000).tick(3_000));
    expect(of<{ time: number }>(outputs, 'tick').map((t) => t.time)).toEqual([2_000, 3_000]);
  });

  test('of several intakes the last one counts, and there is no time before each has told its own', () => {
    const journal = new Journal();
    const tell = (intake: string, time: number) => journal.add({ type: 'tick', key: intake, eventTime: time, arrival: time, body: { intake, time } });
    for (const [intake, time] of [['a/0', 1_000], ['a/1', 9_000], ['stranger', 1], ['b/0', 4_000], ['a/0', 5_000], ['b/0', 6_000]] as const) tell(intake, time);
    const { outputs } = runStage(screening(compileOnce, () => ['a/0', 'a/1', 'b/0']), journal.records, { artifacts: shippedRules(), partitions: { 'signals.v1': 1 } });
    expect(outputs.filter((o) => o.type === 'tick').map((o) => (o.body as { time: number }).time)).toEqual([1_000, 4_000, 5_000]);
  });
});

test('an answer that comes ten days later finds its order, closed by then, and is no unmatched document', () => {
  const late = T0 + 240 * HOUR;
  const outputs = run(whole().tick(T0 + 80 * HOUR).document(declarationReceipt(899), late).tick(late + 100 * HOUR));
  expect(of<{ reason: string }>(outputs, 'dead-letter')).toEqual([]);
  expect(of<Match>(outputs, 'match').filter((m) => m.codes.includes('KEY_UNMATCHED'))).toEqual([]);
});

test('customs\' answer joins the order through the declaration', () => {
  const outputs = run(whole().document(declarationReceipt(800), T0 + 5 * MINUTE));
  expect(lastMatch(outputs)?.returnStatus).toBe(800);
});

test('a replay, and a restart after every few records, give the same outputs byte for byte', () => {
  const journal = whole().document(declarationReceipt(800), T0 + 5 * MINUTE).document(order(), T0 + 6 * MINUTE)
    .document(order({ guid: 'G2', appType: '2', appTime: '20261102100900', acturalPaid: 300 }), T0 + 7 * MINUTE).tick(T0 + HOUR).tick(T0 + 100 * HOUR);
  const outputs = JSON.stringify(run(journal));
  for (const restoreEvery of [0, 1, 2, 5]) expect(JSON.stringify(run(journal, restoreEvery))).toBe(outputs);
});
