import { describe, expect, test } from 'vitest';
import type { Fact } from '../../schemas/risk/fact.ts';
import { keep } from '../../processors/screening/kept.ts';
import { viewOf } from '../../processors/screening/view.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import { beijing, Journal, T0, take } from '../trade.ts';
import { lastMatch, of, run, totals } from './running.ts';

const MINUTE = 60_000;
type Fields = Record<string, unknown>;
const KEY = '3301SIM001|EX-1';
const party = { ebpCode: '3301SIM001', ebpName: '平台一', ebcCode: '3302SIM002', ebcName: '商家二' };
const order = (over: Fields = {}): Fields => ({
  type: 'export-order', guid: 'E-O', appType: '1', appTime: beijing(T0), orderType: 'E', orderNo: 'EX-1', ...party, goodsValue: 6400, freight: 100, currency: '142',
  items: [{ gnum: 1, itemNo: 'I1', itemName: '连衣裙', barCode: '6900000000017', unit: '011', qty: 20, price: 320, totalPrice: 6400, currency: '142' }], ...over,
});
const payment = (over: Fields = {}): Fields => ({ type: 'export-payment', guid: 'E-P', appType: '1', appTime: beijing(T0 + MINUTE), ...party, orderNo: 'EX-1', payCode: '1101SIMP01', payNo: 'TX-9', charge: 6500, currency: '142', accountingDate: beijing(T0 + MINUTE), ...over });
const waybill = (over: Fields = {}): Fields => ({
  type: 'export-waybill', guid: 'E-W', appType: '1', appTime: beijing(T0 + 2 * MINUTE), logisticsCode: '3301SIML01', logisticsName: '物流', logisticsNo: 'EW-1', freight: 100, currency: '142', grossWeight: 8, packNo: 1,
  goodsInfo: '连衣裙', ebcCode: '3302SIM002', ebcName: '商家二', ...over,
});
const declaration = (over: Fields = {}, line: Fields = {}): Fields => ({
  type: 'export-declaration', guid: 'E-D', appType: '1', appTime: beijing(T0 + 3 * MINUTE), customsCode: '2900', ...party, orderNo: 'EX-1', logisticsCode: '3301SIML01', logisticsNo: 'EW-1', copNo: 'EC-1', invtNo: '', ieFlag: 'E',
  portCode: '2900', ieDate: '20261102', statisticsFlag: 'A', agentCode: '3303SIMA01', agentName: '报关', tradeMode: '9610', trafMode: '5', country: '502', freight: 100, fCurrency: '142', fFlag: '3', grossWeight: 8, netWeight: 7,
  items: [{ gnum: 1, itemNo: 'I1', gcode: '6204430090', gname: '连衣裙', barCode: '6900000000017', country: '142', currency: '142', qty: 20, unit: '011', price: 320, totalPrice: 6400, ...line }], ...over,
});
function after(...documents: Fields[]) {
  const journal = new Journal();
  for (const document of documents) journal.document(document, T0 + 65 * MINUTE);
  return run(journal.tick(T0 + 120 * MINUTE));
}

describe('the match of an export', () => {
  const cases: [string, Fields[], string, string[]][] = [
    ['is whole without a receipt of the money, a buyer or a consignee, above 5,000 yuan and off the positive list', [order(), declaration(), waybill()], 'MATCHED', []],
    ['is whole with it', [order(), payment(), declaration(), waybill()], 'MATCHED', []],
    ['misses its waybill', [order(), declaration()], 'PARTIAL', ['MISSING_DOC']],
    ['received another amount', [order(), payment({ charge: 6000 }), declaration(), waybill()], 'MISMATCHED', ['AMOUNT_DIFF']],
    ['declares another value', [order(), declaration({}, { price: 100, totalPrice: 2000 }), waybill()], 'MISMATCHED', ['AMOUNT_DIFF']],
    ['sold in dollars and declared in yuan is not compared', [order({ currency: '502', goodsValue: 900, freight: 0, items: [{ ...(order().items as object[])[0], price: 45, totalPrice: 900 }] }), declaration(), waybill()], 'MATCHED', []],
    ['declares other pieces', [order(), declaration({}, { qty: 10 }), waybill()], 'MISMATCHED', ['GOODS_DIFF']],
    ['weighs otherwise', [order(), declaration(), waybill({ grossWeight: 12 })], 'MISMATCHED', ['WEIGHT_DIFF']],
    ['has a waybill of another seller', [order(), declaration(), waybill({ ebcCode: '3302SIM009' })], 'MISMATCHED', ['KEY_UNMATCHED']],
    ['was declared before it was sold', [order({ appTime: beijing(T0 + 30 * MINUTE) }), declaration(), waybill()], 'MISMATCHED', ['TIME_ORDER']],
  ];
  test.each(cases)('%s', (_name, documents, state, codes) => {
    expect(lastMatch(after(...documents), KEY)).toMatchObject({ state, codes });
  });
});

test.each([['A', '6204', '', ''], ['B', '6204430090', '620443', '6204430090|CHN']])('a list of kind %s is known as %s: its facts and rules hold no more, and no price of a product is formed of four digits', (flag, hs, hs6, product) => {
  const list = declaration({ statisticsFlag: flag });
  expect(of<Fact>(after(order(), list), 'fact').filter((f) => f.kind === 'declaration').map((f) => f.hs4)).toEqual(['6204']);
  const { body } = take(list, T0);
  const view = viewOf('declaration', body as Envelope, 'none', T0);
  expect([view.lines[0]?.hs, view.lines[0]?.hs4, view.lines[0]?.hs6, view.lineSubjects[0]?.product, view.common.direction]).toEqual([hs, '6204', hs6, product, 'E']);
  expect(keep('declaration', body as Envelope).lines[0]?.hs).toBe(hs);
});

test('a cancel that names the list only finds its order and gives back once customs agrees', () => {
  const answer = { type: 'export-declaration-receipt', guid: 'E-R', customsCode: '2900', ...party, agentCode: '3303SIMA01', copNo: 'EC-1', preNo: 'P', invtNo: '29002026E000000001', orderNo: 'EX-1', returnStatus: '800', returnTime: `${beijing(T0 + 5 * MINUTE)}000` };
  const cancel = { type: 'export-cancel', guid: 'E-C', appType: '1', appTime: beijing(T0 + 9 * MINUTE), customsCode: '2900', copNo: 'ECAN-1', invtNo: '29002026E000000001', reason: '撤', agentCode: '3303SIMA01', ebcCode: '3302SIM002' };
  const agreed = { type: 'export-cancel-receipt', guid: 'E-CR', customsCode: '2900', agentCode: '3303SIMA01', copNo: 'ECAN-1', invtNo: '29002026E000000001', returnStatus: '399', returnTime: `${beijing(T0 + 11 * MINUTE)}000` };
  const outputs = after(order(), waybill(), declaration(), answer, cancel, agreed);
  expect(totals(outputs)).toMatchObject({ 'order@3303': 0, 'declaration@3303': 0 });
  expect(lastMatch(outputs, KEY)).toMatchObject({ state: 'WITHDRAWN', codes: [] });
});
