/** What senders are known to do otherwise than the official message: each has an outcome that is chosen, read or refused by name, never guessed. */
import { describe, expect, test } from 'vitest';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import { declaration, documentXml, messageXml, NOW, order, payment, take, waybill } from './fixtures.ts';

type Fields = Record<string, unknown>;
const renamed = (fields: Fields, names: Record<string, string>): Fields => Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name] ?? name, value]));
const head = ({ type: _type, items: _items, ...fields }: Fields): Fields => fields;
const items = order()['items'] as Fields[];
const comparable = (body: unknown) => ({ ...(body as Order), sealed: null, contentHash: '' });
const bodyOf = <T>(body: unknown, form: 'json' | 'xml' = 'json'): T => take(body, form).taken[0]?.body as T;
const leaves = (fields: Fields): string => Object.entries(fields).map(([name, value]) => `<${name}>${String(value).replaceAll('&', '&amp;')}</${name}>`).join('');

describe('names', () => {
  test.each<[string, Fields, Fields]>([
    ['consingee in a waybill', waybill(), renamed(waybill(), { consingee: 'consignee' })],
    ['actualPaid, the right spelling', order(), renamed(order(), { acturalPaid: 'actualPaid' })],
    ['acutalPaid and goodValue', order(), renamed(order(), { acturalPaid: 'acutalPaid', goodsValue: 'goodValue' })],
    ['consigneeTelphone, buyerTelphone', order(), renamed(order(), { consigneeTelephone: 'consigneeTelphone', buyerTelephone: 'buyerTelphone' })],
    ['consigneeMobile', order(), renamed(order(), { consigneeTelephone: 'consigneeMobile' })],
    ['payerIdCode and payerMob', payment(), renamed(payment(), { payerIdNumber: 'payerIdCode', telephone: 'payerMob' })],
    ['all in capitals', order(), Object.fromEntries(Object.entries(order()).map(([name, value]) => [name === 'type' ? name : name.toUpperCase(), value]))],
    ['orderList, orderLists, goodsList for items', order(), renamed(order(), { items: 'orderLists' })],
    ['goodsList for items', order(), renamed(order(), { items: 'goodsList' })],
  ])('%s', (_what, official, variant) => {
    const [one, other] = [take(official), take(variant)];
    expect(other.rejected).toEqual([]);
    expect(comparable(other.taken[0]?.body)).toEqual(comparable(one.taken[0]?.body));
  });

  test('names with underscores belong to interfaces that count in fen: refused, not read a hundred times too large', () => {
    const { rejected } = take(Object.fromEntries(Object.entries(order()).map(([name, value]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value])));
    expect(rejected.map((r) => [r.code, r.path])).toEqual([['FIELD_MISSING', 'orderNo']]);
  });
});

describe('elements around the fields', () => {
  const reference = comparable(take(order()).taken[0]?.body);
  const line = leaves(items[0] as Fields);
  const xml = (inside: string): string => messageXml(311, `<Order>${inside}</Order>`, '');
  test.each<[string, unknown, 'json' | 'xml']>([
    ['fields without a head', xml(`${leaves(head(order()))}<OrderList>${line}</OrderList>`), 'xml'],
    ['OrderLists around the lines', xml(`<OrderHead>${leaves(head(order()))}</OrderHead><OrderLists><OrderList>${line}</OrderList></OrderLists>`), 'xml'],
    ['items in one OrderList', xml(`<OrderHead>${leaves(head(order()))}</OrderHead><OrderList><item>${line}</item></OrderList>`), 'xml'],
    ['lines before the head', xml(`<OrderList>${line}</OrderList><OrderHead>${leaves(head(order()))}</OrderHead>`), 'xml'],
    ['a local port\'s ENT311Message', xml(`<OrderHead>${leaves(head(order()))}</OrderHead><OrderList>${line}</OrderList>`).replaceAll('CEB311Message', 'ENT311Message').replace('/ceb"', '/ENT" sendCode="a" reciptCode="b"'), 'xml'],
    ['no message around the document', `<Order><OrderHead>${leaves(head(order()))}</OrderHead><OrderList>${line}</OrderList></Order>`, 'xml'],
    ['JSON: orderLists', { order: { orderHead: head(order()), orderLists: items } }, 'json'],
    ['JSON: a list in a list', { order: { orderHead: head(order()), orderLists: { orderList: items } } }, 'json'],
    ['JSON: one line that is no array', { order: { orderHead: head(order()), orderList: items[0] } }, 'json'],
    ['JSON: one line in a list', { order: { orderHead: head(order()), orderLists: { orderList: items[0] } } }, 'json'],
  ])('%s', (_what, body, form) => {
    const { taken, rejected } = take(body, form);
    expect(rejected).toEqual([]);
    expect(comparable(taken[0]?.body)).toMatchObject({ ...reference, guid: expect.any(String) as string, eventId: expect.any(String) as string });
  });
  test('a line of another document\'s message is refused', () => {
    expect(take(messageXml(311, documentXml('Payment', payment(), ''), ''), 'xml').rejected.map((r) => r.code)).toEqual(['UNKNOWN_TYPE']);
  });
});

describe('values', () => {
  const AT = Date.UTC(2026, 10, 20, 3, 59);
  test.each<[unknown, number]>([
    ['20261120115900', AT], [20261120115900, AT], ['2026-11-20 11:59:00', AT], ['2026/11/20 11:59:00', AT], ['2026-11-20T11:59:00', AT], ['2026-11-20T11:59:00.000', AT],
    ['2026-11-20T03:59:00Z', AT], ['2026-11-20T03:59:00.000Z', AT], ['2026-11-20T11:59:00+08:00', AT], ['2026-11-20T11:59:00.000+0800', AT], ['2026-11-19T22:59:00-05:00', AT], ['20261120', Date.UTC(2026, 10, 19, 16)],
  ])('the time %j is read', (appTime, at) => expect(take({ ...order(), appTime }).taken[0]?.eventTime).toBe(at));

  test.each([
    ['minutes only (yyyyMMddHHmm)', '202611201159'], ['hour 24 (kk)', '20261120240000'], ['DD that a formatter left', '202611DD115900'], ['epoch seconds', '1795147140'], ['epoch milliseconds', String(AT)],
    ['day before month', '20/11/2026 11:59:00'], ['a zone\'s name', '2026-11-20 11:59:00 CST'], ['Chinese', '2026年11月20日'], ['an hour of one digit', '2026-11-20 1:59:00'],
  ])('a time of %s is refused', (_what, appTime) => expect(take({ ...order(), appTime }).rejected.map((r) => [r.code, r.path])).toEqual([['BAD_TIME', 'appTime']]));

  test.each<[unknown, number]>([['199.90', 19_990_000], [199.9, 19_990_000], ['199.9000000', 19_990_000], ['+199.9', 19_990_000], [' 199.9 ', 19_990_000], ['１９９．９', 19_990_000], ['.5', 50_000], ['0199.90', 19_990_000]])(
    'the amount %j is read', (goodsValue, value) => expect(bodyOf<Order>({ ...order(), goodsValue }).goodsValue).toBe(value));
  test.each([['1,999.90'], ['1 999.90'], ['199,90'], ['¥199.90'], ['199.90元'], ['CNY 199.90'], ['1.999e3'], ['壹佰'], ['0x10'], ['1_000'], ['NaN'], ['null']])(
    'the amount %j is refused: a comma may be a point', (goodsValue) => expect(take({ ...order(), goodsValue }).rejected.map((r) => [r.code, r.path])).toEqual([['FIELD_TYPE', 'goodsValue']]));

  test('ieFlag and orderType in small letters are read', () => {
    expect(bodyOf<Declaration>({ ...declaration(), ieFlag: 'i' }).direction).toBe('I');
    expect(bodyOf<Declaration>({ ...declaration(), ieFlag: 'ｅ' }).direction).toBe('E');
  });
  test('a currency in letters is taken as it came: the match then names it against 142', () => {
    expect(take({ ...order(), currency: 'CNY' }).taken[0]?.body).toMatchObject({ currencyCode: 'CNY' });
  });
  test.each([['{11111111-aaaa-4aaa-8aaa-000000000001-x}', 'FIELD_TOO_LONG']])('a guid that is longer than one is refused', (guid, code) => {
    expect(take({ ...order(), guid }).rejected.map((r) => r.code)).toEqual([code]);
  });
  test('a guid of another pattern is a guid', () => expect(bodyOf<Order>({ ...order(), guid: 'ceb311_hnzb_20261120115900_0034' }).guid).toBe('CEB311_HNZB_20261120115900_0034'));
  test('a null, a missing and an empty optional field are one', () => {
    const bodies = [{ ...order(), payCode: null }, { ...order(), payCode: '' }, Object.fromEntries(Object.entries(order()).filter(([name]) => name !== 'payCode'))].map((body) => comparable(take(body).taken[0]?.body));
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
    expect(bodies[0]).toMatchObject({ payCode: '', arrival: NOW });
  });
});
