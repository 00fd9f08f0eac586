/** A check through the real gateway, intake, screening and rules: whoever asks gets every problem, the match, and the documents back; the pipeline hears of nothing. */
import { afterAll, describe, expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compile } from '../../language/compile.ts';
import { type CheckAnswer, createCheck } from '../../processors/check.ts';
import { screening } from '../../processors/screening/stage.ts';
import { REASONS } from '../../schemas/reasons.ts';
import { declaration, documentXml, ID, intake, messageXml, order, payment, waybill } from '../intake/fixtures.ts';
import { bench } from './doubles.ts';

const source = readRuleSource('');
const compiled = compile(source);
const b = bench({}, () => undefined, createCheck(intake, screening(() => compiled), JSON.stringify(source), compiled));
afterAll(() => b.gateway.stop());

/** Fresh documents: the gateway reads the real clock. */
const beijing = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000 + 8 * 3_600_000).toISOString().replace(/[-:T]|\..*/g, '');
const fresh = (document: Record<string, unknown>, minutesAgo: number): Record<string, unknown> => ({ ...document, appTime: beijing(minutesAgo), ...('payTime' in document ? { payTime: beijing(minutesAgo) } : {}) });
const DEAL = [fresh(order(), 9), fresh(payment(), 8), fresh(waybill(), 7), fresh(declaration(), 5)];

async function post(payload: string, type = 'application/json', query = '', role: 'read' | 'write' | 'admin' | 'simulator' = 'write') {
  const answer = await b.gateway.app.inject({ method: 'POST', url: `/v1/check${query}`, payload, headers: { host: '127.0.0.1:8080', 'content-type': type, ...b.bearer(role) } });
  return { status: answer.statusCode, text: answer.payload, body: answer.json() as CheckAnswer & { error: { code: string } } };
}

describe('documents in order', () => {
  test('are named, and matched with each other as screening would', async () => {
    const { status, body } = await post(JSON.stringify(DEAL));
    expect([status, body.ok, body.written]).toEqual([200, true, []]);
    expect(body.documents.map((d) => [d.index, d.type, d.documentKey, d.lines, d.problems])).toEqual([
      [0, 'order', '9999960001|A-1001', 1, []], [1, 'payment', '9999960003|P-1', 0, []], [2, 'waybill', '9999960004|W-1', 0, []], [3, 'declaration', '9999960005|C-1', 1, []],
    ]);
    // The waybill names no order: the declaration joined them.
    expect(body.matches).toMatchObject([{ orderKey: '9999960001|A-1001', documents: ['order', 'payment', 'waybill', 'declaration'] }]);
    expect(body.matches[0]?.codes).toEqual([]);
  });
  test('what does not fit together is found', async () => {
    const { body } = await post(JSON.stringify([DEAL[0], { ...DEAL[1], amountPaid: '1', payerName: '别人' }]));
    expect([body.ok, body.matches[0]?.codes]).toEqual([true, ['AMOUNT_DIFF', 'BUYER_PAYER_DIFF']]);
  });
  test.each(['xml', 'json'] as const)('are written back as %s, one message a type, and read again without a problem', async (form) => {
    const { body } = await post(`${DEAL.map((d) => JSON.stringify(d)).join('\n')}\n${JSON.stringify({ ...order(), orderNo: '' })}`, 'application/x-ndjson', `?as=${form}`);
    expect(body.written.map(({ type, indexes }) => [type, indexes])).toEqual([['order', [0]], ['payment', [1]], ['waybill', [2]], ['declaration', [3]]]);
    for (const { text } of body.written) expect((await post(text, `application/${form}`)).body).toMatchObject({ ok: true });
  });
});

describe('every problem of a document', () => {
  const spoiled = { ...DEAL[0], goodsValue: '-1', appTime: 'yesterday', currency: '1420', Surprise: 'x', items: [{ qty: 'many', price: '1', totalPrice: '1' }] };
  test('is told at once: code, path, expected, given in shape, and what to do in both languages', async () => {
    const { body } = await post(JSON.stringify(spoiled));
    expect(body.ok).toBe(false);
    expect(body.documents[0]?.problems.map(({ code, path, given }) => [code, path, given])).toEqual([
      ['BAD_TIME', 'appTime', 'text of 9 characters (Latin letters)'], ['NEGATIVE_AMOUNT', 'goodsValue', 'text of 2 characters (digits, signs)'],
      ['FIELD_TOO_LONG', 'currency', 'text of 4 characters (digits)'], ['FIELD_TYPE', 'items[0].qty', 'text of 4 characters (Latin letters)'],
    ]);
    for (const { expected, what, fix } of body.documents[0]?.problems ?? []) for (const text of [expected, what.en, what.zh, fix.en, fix.zh]) expect(text).not.toBe('');
    expect(body.documents[0]?.unknown).toEqual(['Surprise']);
  });
  test('holds no value of a person', async () => {
    const { text } = await post(JSON.stringify({ ...spoiled, buyerIdNumber: `${ID}`.repeat(9), buyerName: '测试甲'.repeat(99) }));
    expect(text).toContain('FIELD_TOO_LONG');
    expect(text).not.toMatch(new RegExp(`${ID}|测试甲`));
  });
  test.each([
    ['a time ahead of the clock', JSON.stringify(fresh(order(), -60)), 'application/json', 'TIME_IMPLAUSIBLE'],
    ['an unknown type', '{"type":"order-ish"}', 'application/json', 'UNKNOWN_TYPE'],
    ['no JSON', '{', 'application/json', 'UNREADABLE_JSON'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'application/xml', 'XML_FORBIDDEN'],
    ['a reference record of a sender', '{"type":"baseline"}', 'application/json', 'REFERENCE_NOT_ALLOWED'],
  ])('%s', async (_what, payload, type, code) => {
    const { status, body } = await post(payload, type);
    expect([status, body.ok, body.documents.map((d) => d.problems.map((p) => p.code))]).toEqual([200, false, [[code]]]);
    expect(body.documents[0]?.problems[0]?.what).toEqual(REASONS[code as keyof typeof REASONS]);
  });
  test('in XML too, beside documents that are in order', async () => {
    const { body } = await post(messageXml(311, documentXml('Order', { ...DEAL[0], orderNo: '', ebcCode: '' }, '') + documentXml('Order', DEAL[0] as Record<string, unknown>, ''), ''), 'application/xml');
    expect(body.documents.map((d) => d.problems.map((p) => p.path))).toEqual([['orderNo', 'ebcCode'], []]);
  });
});

test('every role may ask, no key may not; bad questions are refused; the pipeline hears of nothing', async () => {
  for (const role of ['read', 'write', 'admin', 'simulator'] as const) expect((await post('[]', 'application/json', '', role)).status).toBe(200);
  expect((await b.gateway.app.inject({ method: 'POST', url: '/v1/check', payload: '[]', headers: { host: '127.0.0.1:8080', 'content-type': 'application/json' } })).statusCode).toBe(401);
  expect((await post('[]', 'application/json', '?as=pdf')).body.error.code).toBe('WRITTEN_FORM');
  expect((await post('a', 'text/csv')).status).toBe(415);
  expect((await post(`"${'x'.repeat(2 << 20)}"`)).status).toBe(413);
  expect(b.pipeline.submissions).toEqual([]);
  expect(b.pipeline.notes).toEqual([]);
});

describe('a simplified export list (A)', () => {
  const list = (over: Record<string, unknown>, totalPrice: number, currency = '142') => ({
    type: 'export-declaration', guid: 'E-D', appType: '1', appTime: beijing(5), customsCode: '2900', ebpCode: '3301SIM001', ebpName: '平台', ebcCode: '3302SIM002', ebcName: '商家', orderNo: 'EX-1', logisticsCode: '3301SIML01', logisticsName: '物流', logisticsNo: 'EW-1',
    copNo: 'EC-1', invtNo: '', ieFlag: 'E', portCode: '2900', ieDate: beijing(5).slice(0, 8), statisticsFlag: 'A', agentCode: '3303SIMA01', agentName: '报关', tradeMode: '9610', trafMode: '5', country: '502', freight: 1, fCurrency: '142', fFlag: '3', grossWeight: 8, netWeight: 7,
    items: [{ gnum: 1, itemNo: 'I1', gcode: '6204430090', gname: '连衣裙', country: '142', currency, qty: 2, unit: '011', price: totalPrice / 2, totalPrice }], ...over,
  });
  test.each<[string, Record<string, unknown>, number, string, string[]]>([
    ['at the limit', {}, 5000, '142', []],
    ['above it', {}, 5000.02, '142', ['statisticsFlag']],
    ['above it in dollars', {}, 900, '502', ['statisticsFlag']],
    ['below it in dollars', {}, 500, '502', []],
    ['in a currency without a rate', {}, 90_000, '129', []],
    ['with a licence', { licenseNo: 'L-1' }, 100, '142', ['licenseNo']],
    ['of another mode', { tradeMode: '1210' }, 100, '142', ['tradeMode']],
    ['summed up monthly (B) above it', { statisticsFlag: 'B' }, 9000, '142', []],
  ])('%s', async (_what, over, total, currency, paths) => {
    const { body } = await post(JSON.stringify(list(over, total, currency)));
    expect([body.ok, body.documents[0]?.problems, body.documents[0]?.doubts.map(({ path }) => path)]).toEqual([true, [], paths]);
    for (const { what } of body.documents[0]?.doubts ?? []) expect([what.en, what.zh].every((text) => text !== '')).toBe(true);
  });
});
