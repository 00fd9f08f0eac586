import { describe, expect, test } from 'vitest';
import { encode, decode } from '../../schemas/registry.ts';
import type { Declaration } from '../../schemas/trade/declaration.ts';
import type { Order } from '../../schemas/trade/order.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { Receipt } from '../../schemas/trade/receipt.ts';
import type { Waybill } from '../../schemas/trade/waybill.ts';
import { bodyOf, declaration, documentXml, ID, intake, messageXml, NOW, order, payment, take, waybill } from './fixtures.ts';

const SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI=""/></ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue></ds:Signature>';
const without = (fields: Record<string, unknown>, ...names: string[]) => Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const renamed = (fields: Record<string, unknown>, names: Record<string, string>) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name] ?? name, value]));
const nested = (fields: Record<string, unknown>, name: string, list = true) => {
  const head = without(fields, 'type', 'items');
  return { [name]: { [`${name}Head`]: head, ...(list ? { [`${name}List`]: fields['items'] } : {}) }, guid: 'M-GUID', version: '1.0', baseTransfer: { copCode: '9999960001' } };
};
const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Every way in which the same order may come: each must give the same record. */
const sameOrder: [string, unknown, 'json' | 'ndjson' | 'xml'][] = [
  ['flat JSON', order(), 'json'],
  ['flat JSON in an array', [order()], 'json'],
  ['NDJSON with blank lines and CRLF', `\r\n${JSON.stringify(order())}\r\n\n`, 'ndjson'],
  ['bytes with a byte order mark', Buffer.from(`\ufeff${JSON.stringify(order())}`), 'json'],
  ['nested JSON', nested(order(), 'order'), 'json'],
  ['nested JSON, upper case', { Order: { OrderHead: without(order(), 'type', 'items'), OrderList: order()['items'] } }, 'json'],
  ['nested JSON, array of documents', { order: [{ orderHead: without(order(), 'type', 'items'), orderList: order()['items'] }] }, 'json'],
  ['wrapped in CEB311Message', { CEB311Message: nested(order(), 'order') }, 'json'],
  ['XML converted with prefixes', { 'ceb:CEB311Message': { 'ceb:Order': { 'ceb:OrderHead': renamed(without(order(), 'type', 'items'), { orderNo: 'ceb:orderNo' }), 'ceb:OrderList': order()['items'] } } }, 'json'],
  ['head and list without the document', { orderHead: without(order(), 'type', 'items'), orderList: order()['items'] }, 'json'],
  ['XML with ceb:', messageXml(311, documentXml('Order', order(), 'ceb:'), 'ceb:'), 'xml'],
  ['XML with ns2:', messageXml(311, documentXml('Order', order(), 'ns2:'), 'ns2:'), 'xml'],
  ['XML without prefix', messageXml(311, documentXml('Order', order(), ''), ''), 'xml'],
  ['XML as bytes', Buffer.from(messageXml(311, documentXml('Order', order(), 'n:'), 'n:')), 'xml'],
  ['XML with CDATA and comments', messageXml(311, documentXml('Order', order(), '').replace('>测试平台<', '><!-- c --><![CDATA[测试平台]]><'), ''), 'xml'],
  ['misspelt paid amount', renamed(order(), { acturalPaid: 'actualPaid', consignee: 'consingee' }), 'json'],
  ['other case of the names', renamed(order(), { acturalPaid: 'acturalpaid', orderNo: 'ORDERNO', ebpCode: 'EbpCode', items: 'Items' }), 'json'],
  ['full-width digits and spaces', { ...order(), orderNo: ' Ａ－１００１ ', goodsValue: '１９９．９０', appTime: '２０２６１１２０１１５９００' }, 'json'],
  ['numbers for codes and times', { ...order(), appType: 1, currency: 142, ebpCode: 9999960001, appTime: 20261120115900 }, 'json'],
  ['ISO-like time', { ...order(), appTime: '2026-11-20 11:59:00' }, 'json'],
  ['another order of the fields', Object.fromEntries(Object.entries(order()).reverse()), 'json'],
];

const first = bodyOf<Order>;
const comparable = (body: unknown) => ({ ...(body as Order), sealed: null, contentHash: '' });

describe('one order in every form', () => {
  const reference = take(order()).taken[0]?.body as Order;
  test.each(sameOrder)('%s', (_name, body, form) => {
    const result = take(body, form);
    expect(result.rejected).toEqual([]);
    expect(result.taken).toHaveLength(1);
    expect(comparable(result.taken[0]?.body)).toEqual(comparable(reference));
  });

  test('its values', () => {
    expect(reference).toMatchObject({
      orderNo: 'A-1001', platformCode: '9999960001', goodsValue: 19_990_000, freight: 1_000_000, tax: 1_910_090, paid: 22_900_090, currency: 'CNY', appType: 1,
      eventTime: Date.UTC(2026, 10, 20, 3, 59), arrival: NOW, late: false, orderKey: '9999960001|A-1001', documentKey: '9999960001|A-1001', feed: 'tester/order', origin: 'live',
      lines: [{ lineNo: 1, quantity: 100_000, price: 19_990_000, country: 'NZL', countryCode: '609', wordScore: 0.9, word: '象牙' }],
      buyer: { idCheck: 'valid', idMasked: `9900************${ID.slice(-2)}`, nameMasked: '测*', phoneMasked: '100****5678', nameScreen: 'not-checked', minor: false },
      consignee: { district: '990101' },
    });
    expect(reference.consignee.phoneToken).toBe(reference.buyer.phoneToken);
    expect(reference.consignee.nameToken).toBe(reference.buyer.nameToken);
    expect(JSON.parse(Buffer.from(intake.unseal(reference.sealed as Uint8Array)).toString())).toEqual({ note: '请放门卫处', 'items[0].itemDescribe': '象牙白罐' });
  });
});

test('the four documents fit their Avro schemas, and their keys and aliases are those that join them', () => {
  const { taken, rejected } = take([order(), payment(), waybill(), declaration()]);
  expect(rejected).toEqual([]);
  for (const one of taken) expect(decode(encode(one.type, one.body))).toMatchObject({ eventId: (one.body as Order).eventId });
  expect(taken.map(({ type, key, aliases }) => ({ type, key, aliases: aliases.map((alias) => `${alias.foreignKey} → ${alias.orderKey}`) }))).toEqual([
    { type: 'order', key: '9999960001|A-1001', aliases: [] },
    { type: 'payment', key: '9999960001|A-1001', aliases: ['p:9999960003|P-1 → 9999960001|A-1001'] },
    { type: 'waybill', key: 'w:9999960004|W-1', aliases: [] },
    { type: 'declaration', key: '9999960001|A-1001', aliases: ['w:9999960004|W-1 → 9999960001|A-1001', 'd:9999960005|C-1 → 9999960001|A-1001'] },
  ]);
  const [, paid, way, declared] = taken.map((one) => one.body) as [Order, Payment, Waybill, Declaration];
  expect(paid).toMatchObject({ amount: 22_900_090, eventTime: Date.UTC(2026, 10, 20, 3, 58), documentKey: '9999960003|P-1', payer: { idCheck: 'valid' } });
  expect(way).toMatchObject({ weight: 105_000, packages: 1, consignee: { nameMasked: '测*' }, orderKey: '' });
  expect(declared).toMatchObject({ grossWeight: 105_000, netWeight: 80_000, ieDate: Date.UTC(2026, 10, 19, 16), lines: [{ hs: '1901101000', quantity1: 80_000, unit1: '035' }] });
});

test('a waybill that names order and platform, and a payment that names none, are keyed accordingly', () => {
  const { taken } = take([{ ...waybill(), orderNo: 'A-1001', ebpCode: '9999960001' }, without(payment(), 'orderNo')]);
  expect(taken.map((one) => one.key)).toEqual(['9999960001|A-1001', 'p:9999960003|P-1']);
  expect(taken[1]?.aliases).toEqual([]);
});

describe('XML messages', () => {
  test('several documents in one message, signed: each is one record with its own index', () => {
    const second = { ...order(), orderNo: 'A-1002', guid: '' };
    const result = take(messageXml(311, documentXml('Order', order(), 'ceb:') + documentXml('Order', second, 'ceb:'), 'ceb:', SIGNATURE), 'xml');
    expect(result.taken.map((one) => [one.index, one.key, (one.body as Order).signed, (one.body as Order).guid])).toEqual([
      [0, '9999960001|A-1001', true, '11111111-AAAA-4AAA-8AAA-000000000001'], [1, '9999960001|A-1002', true, 'M-1'],
    ]);
  });
  test('signed inside the document', () => {
    const inside = documentXml('Order', order(), '').replace('</Order>', `${SIGNATURE}</Order>`);
    expect(take(messageXml(311, inside + documentXml('Order', { ...order(), orderNo: 'A-1002' }, ''), ''), 'xml').taken.map((one) => (one.body as Order).signed)).toEqual([true, false]);
  });
  test.each([
    [411, 'Payment', payment, 'payment'], [511, 'Logistics', waybill, 'waybill'], [621, 'Inventory', declaration, 'declaration'],
  ] as const)('CEB%i', (number, element, make, type) => {
    const flat = take(make()).taken[0];
    const result = take(messageXml(number, documentXml(element, make(), 'tns:'), 'tns:'), 'xml');
    expect(result.rejected).toEqual([]);
    expect(result.taken[0]?.type).toBe(type);
    expect(comparable(result.taken[0]?.body)).toEqual(comparable(flat?.body));
    const json = take({ [upper(element)]: { [`${element}Head`]: without(make(), 'type', 'items'), [`${element}List`]: make()['items'] } });
    expect(comparable(json.taken[0]?.body)).toEqual(comparable(flat?.body));
  });
  test('one bad document does not cost the others', () => {
    const result = take(messageXml(311, documentXml('Order', { ...order(), orderNo: '' }, 'ceb:') + documentXml('Order', order(), 'ceb:'), 'ceb:'), 'xml');
    expect(result.rejected.map((one) => [one.index, one.code, one.path])).toEqual([[0, 'FIELD_MISSING', 'orderNo']]);
    expect(result.taken.map((one) => one.index)).toEqual([1]);
    expect(result.unreadable).toBe(false);
    const letter = result.rejected[0]?.deadLetter;
    const repaired = { ...JSON.parse(Buffer.from(intake.unseal(letter?.sealed as Uint8Array)).toString()), orderNo: 'A-1001' };
    expect(comparable(take(repaired, letter?.form as 'json').taken[0]?.body)).toEqual(comparable(take(order()).taken[0]?.body));
  });
  test('GB 18030 as the declaration says', () => {
    const bytes = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="GBK"?><CEB311Message>'), Buffer.from(documentXml('Order', { ...order(), ebpName: 'X' }, '').replace(/[^\0-\x7f]+/g, 'n')), Buffer.from('</CEB311Message>')]);
    const named = Buffer.concat([bytes.subarray(0, bytes.indexOf('<ebpName>X') + 9), Buffer.from([0xb2, 0xe2]), bytes.subarray(bytes.indexOf('<ebpName>X') + 10)]);
    expect(first(take(named, 'xml')).platformName).toBe('测');
  });
});

describe('receipts', () => {
  const base = { guid: 'R-1', returnStatus: '120', returnTime: '20261120115959123', returnInfo: '[Code:0]' };
  test.each([
    [312, 'Order', { ebpCode: '9999960001', ebcCode: '9999960002', orderNo: 'A-1001' }, '9999960001|A-1001'],
    [412, 'Payment', { payCode: '9999960003', payTransactionId: 'P-1' }, 'p:9999960003|P-1'],
    [512, 'Logistics', { logisticsCode: '9999960004', logisticsNo: 'W-1' }, 'w:9999960004|W-1'],
    [622, 'Inventory', { customsCode: '2900', ebpCode: '9999960001', ebcCode: '9999960002', agentCode: '9999960005', copNo: 'C-1', preNo: 'B1', invtNo: 'I1' }, 'd:9999960005|C-1'],
  ])('CEB%i in XML and flat JSON', (number, element, own, key) => {
    const fields = { ...base, ...own };
    const inner = Object.entries(fields).map(([name, value]) => `<c:${name}>${value}</c:${name}>`).join('');
    const xml = take(messageXml(number, `<c:${element}Return>${inner}</c:${element}Return>`, 'c:'), 'xml');
    expect(xml.rejected).toEqual([]);
    expect(xml.taken[0]).toMatchObject({ type: 'receipt', key, eventTime: Date.UTC(2026, 10, 20, 3, 59, 59, 123) });
    const body = xml.taken[0]?.body as Receipt;
    expect(body.returnStatus).toBe(120);
    expect(decode(encode('receipt', body))).toMatchObject({ answers: body.answers });
    expect(comparable(take({ type: `${body.answers}-receipt`, ...fields }).taken[0]?.body)).toEqual(comparable(body));
  });
  test('several receipts under one guid are several events; a processing error is a status below zero', () => {
    const one = { type: 'order-receipt', ...base, ebpCode: 'E', orderNo: 'O' };
    const { taken } = take([one, { ...one, returnStatus: -301018 }, one]);
    const ids = taken.map((each) => (each.body as Receipt).eventId);
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[0]).toBe(ids[2]);
    expect(taken[1]?.body).toMatchObject({ returnStatus: -301018 });
  });
});

describe('identity of events', () => {
  const bodyOf = (fields: unknown) => take(fields).taken[0]?.body as Order;
  test('without a guid the content gives it: a repeat has the same id, a change another', () => {
    const plain = without(order(), 'guid');
    expect(bodyOf(plain).eventId).toBe(bodyOf(plain).eventId);
    expect(bodyOf({ ...plain, freight: '11' }).eventId).not.toBe(bodyOf(plain).eventId);
  });
  test('the same guid with other content: same id, other content hash', () => {
    const changed = bodyOf({ ...order(), freight: '11' });
    expect(changed.eventId).toBe(bodyOf(order()).eventId);
    expect(changed.contentHash).not.toBe(bodyOf(order()).contentHash);
    expect(bodyOf({ ...order(), note: 'other' }).contentHash).not.toBe(bodyOf(order()).contentHash);
  });
  test('content hash knows no arrival, feed, sender or form', () => {
    const other = intake.take({ bytes: messageXml(311, documentXml('Order', order(), ''), ''), form: 'xml', sender: 'someone', origin: 'backfill', backfill: 'b1', allowReference: false, replayOf: '' }, NOW + 1000);
    expect(first(other).contentHash).toBe(bodyOf(order()).contentHash);
  });
  test('without appTime the event time is the arrival, and a repeat stays a repeat', () => {
    const timeless = without(order(), 'appTime', 'guid');
    const later = intake.take({ bytes: JSON.stringify(timeless), form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '' }, NOW + 5000).taken[0]?.body as Order;
    expect(later.eventTime).toBe(NOW + 5000);
    expect([later.eventId, later.contentHash]).toEqual([bodyOf(timeless).eventId, bodyOf(timeless).contentHash]);
  });
  test('a deletion need only name its document', () => {
    expect(bodyOf({ type: 'order', appType: 3, guid: 'D', orderNo: 'A-1001', ebpCode: '9999960001' })).toMatchObject({ appType: 3, lines: [], orderKey: '9999960001|A-1001' });
  });
  test('months old is taken and marked late', () => {
    expect(bodyOf({ ...order(), appTime: '20260301080000' })).toMatchObject({ late: true, eventTime: Date.UTC(2026, 2, 1) });
  });
});

describe('readable but wrong in meaning: accepted and flagged', () => {
  const buyerOf = (more: object) => first(take({ ...order(), ...more })).buyer;
  test.each([
    ['masked ID', { buyerIdNumber: '9900************12' }, { idCheck: 'masked', idToken: '' }],
    ['bad check digit', { buyerIdNumber: ID.slice(0, 17) + (ID.endsWith('1') ? '2' : '1') }, { idCheck: 'bad-checksum' }],
    ['impossible birthday', { buyerIdNumber: '990000199002304123' }, { idCheck: 'bad-date' }],
    ['too short', { buyerIdNumber: '12345' }, { idCheck: 'malformed', idMasked: '*****' }],
    ['a passport', { buyerIdType: '2', buyerIdNumber: 'E12345678' }, { idCheck: 'other-type' }],
    ['no ID at all', { buyerIdNumber: '' }, { idCheck: 'missing', idToken: '' }],
    ['listed name', { buyerName: 'evil  person' }, { nameScreen: 'hit' }],
    ['a digit too few', { buyerIdNumber: ID.slice(0, 17) }, { idCheck: 'malformed' }],
    ['spaces, full-width digits and a small x', { buyerIdNumber: ' 990000 ' + '１９９００１０１００４x' }, { idCheck: 'bad-checksum' }],
  ])('%s', (_name, more, expected) => expect(buyerOf(more)).toMatchObject(expected));

  test('unknown currency, country and unit codes keep the raw code', () => {
    const line = { ...(order()['items'] as object[])[0], country: '998', currency: 'XX', unit: '999' };
    expect(take({ ...order(), currency: '999', items: [line] }).taken[0]?.body).toMatchObject({
      currency: '', currencyCode: '999', lines: [{ country: '', countryCode: '998', currency: '', currencyCode: 'XX', unit: '999' }],
    });
  });
  test('unknown extra fields are kept sealed, even one called __proto__', () => {
    const text = JSON.stringify(order()).replace('{', '{"__proto__":{"polluted":true},"vendorField":{"deep":[1,2]},');
    const body = take(text).taken[0]?.body as Order;
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(JSON.parse(Buffer.from(intake.unseal(body.sealed as Uint8Array)).toString())).toHaveProperty('vendorField', { deep: [1, 2] });
  });
});

test('the lag of the system is taken only from those who may send reference data, other observations from anybody', () => {
  const observed = (kind: string) => ({ type: 'observation', kind, subjectType: 'feed', subject: 'fenghuo/pipeline', value: 30, unit: 's', at: '20260731120000', source: 'drill' });
  expect(take(observed('consumer-lag'), 'json', { allowReference: true }).rejected).toEqual([]);
  expect(take(observed('backlog')).rejected).toEqual([]);
  expect(take(observed('consumer-lag')).rejected[0]).toMatchObject({ code: 'KIND_RESERVED', path: 'kind', deadLetter: { reason: 'KIND_RESERVED' } });
});

test('a baseline goes to every partition, and only from those who may send reference data', () => {
  const baseline = { type: 'baseline', rule: 'market/volume', feature: 'f1', subjectType: 'zone', subjectId: '3301', median: Array(168).fill(10), mad: Array(168).fill(1), label: 'simulated' };
  const { taken, rejected } = take(baseline, 'json', { allowReference: true });
  expect(rejected).toEqual([]);
  expect(taken[0]).toMatchObject({ type: 'baseline', everyPartition: true, eventTime: NOW });
  expect(decode(encode('baseline', taken[0]?.body))).toMatchObject({ subjectId: '3301' });
  expect(take(baseline).rejected[0]?.code).toBe('REFERENCE_NOT_ALLOWED');
});
