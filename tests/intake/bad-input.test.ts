/** What is refused, with which code and at which path. Each also becomes a dead letter that opens again, and an operation that is counted. */
import { describe, expect, test } from 'vitest';
import { encode } from '../../schemas/registry.ts';
import { REASONS } from '../../schemas/reasons.ts';
import { declaration, documentXml, intake, messageXml, order, payment, take, waybill } from './fixtures.ts';
import { rawBody, SAMPLES } from './messages.ts';

type Case = [name: string, body: unknown, code: string, path: string, form?: 'json' | 'ndjson' | 'xml'];
const line = (more: object) => ({ ...order(), items: [{ ...(order()['items'] as object[])[0], ...more }] });
const second = (more: object) => ({ ...order(), items: [(order()['items'] as object[])[0], { ...(order()['items'] as object[])[0], ...more }] });
const declared = (more: object) => ({ ...declaration(), items: [{ ...(declaration()['items'] as object[])[0], ...more }] });
const xml = (inner: string) => messageXml(311, inner, '');
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const deepExtra = (levels: number) => JSON.stringify(order()).replace('{', `{"vendor":${deep(levels)},`);

const of = (type: keyof typeof SAMPLES, more: object) => ({ ...SAMPLES[type].fields, type, ...more });

const CASES: Case[] = [
  // Unreadable as a whole
  ['nothing', '', 'EMPTY_MESSAGE', ''],
  ['only spaces', ' \n ', 'EMPTY_MESSAGE', ''],
  ['an empty array', '[]', 'EMPTY_MESSAGE', ''],
  ['cut JSON', '{"type":"order","orderNo":"A', 'UNREADABLE_JSON', ''],
  ['no JSON at all', 'orderNo=1', 'UNREADABLE_JSON', ''],
  ['a number that JSON lacks', '{"type":"order","goodsValue":NaN}', 'UNREADABLE_JSON', ''],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'UNREADABLE_JSON', ''],
  ['one bad NDJSON line', '{"type":', 'UNREADABLE_JSON', '', 'ndjson'],
  ['NDJSON without lines', '\n\n', 'EMPTY_MESSAGE', '', 'ndjson'],
  // Type
  ['a text instead of a document', '"order"', 'UNKNOWN_TYPE', 'type'],
  ['null', 'null', 'UNKNOWN_TYPE', 'type'],
  ['an array in an array', '[[1]]', 'UNKNOWN_TYPE', 'type'],
  ['no type', { orderNo: '1' }, 'UNKNOWN_TYPE', 'type'],
  ['an unknown type', { ...order(), type: 'invoice' }, 'UNKNOWN_TYPE', 'type'],
  ['a type that every object has', { ...order(), type: 'constructor' }, 'UNKNOWN_TYPE', 'type'],
  ['type __proto__', '{"type":"__proto__"}', 'UNKNOWN_TYPE', 'type'],
  ['an element __proto__', '{"__proto__":{"orderNo":"1"}}', 'UNKNOWN_TYPE', 'type'],
  ['an element constructor', { constructor: { orderNo: '1' } }, 'UNKNOWN_TYPE', 'type'],
  ['type is a number', { ...order(), type: 311 }, 'UNKNOWN_TYPE', 'type'],
  ['an XML message of another number', messageXml(999, '<Tax><TaxHead><guid>1</guid></TaxHead></Tax>', ''), 'UNKNOWN_TYPE', 'type', 'xml'],
  ['XML that is no customs message', '<html><body/></html>', 'UNKNOWN_TYPE', 'type', 'xml'],
  ['a payment in an order message', xml(documentXml('Payment', payment(), '')), 'UNKNOWN_TYPE', 'type', 'xml'],
  // Missing
  ['order without number', { ...order(), orderNo: undefined }, 'FIELD_MISSING', 'orderNo'],
  ['order number of spaces', { ...order(), orderNo: '  ' }, 'FIELD_MISSING', 'orderNo'],
  ['order number null', { ...order(), orderNo: null }, 'FIELD_MISSING', 'orderNo'],
  ['order without platform', { ...order(), ebpCode: '' }, 'FIELD_MISSING', 'ebpCode'],
  ['order without seller', { ...order(), ebcCode: '' }, 'FIELD_MISSING', 'ebcCode'],
  ['order without value', { ...order(), goodsValue: undefined }, 'FIELD_MISSING', 'goodsValue'],
  ['order without paid amount', { ...order(), acturalPaid: '' }, 'FIELD_MISSING', 'acturalPaid'],
  ['order without lines', { ...order(), items: undefined }, 'FIELD_MISSING', 'items'],
  ['order with no line', { ...order(), items: [] }, 'FIELD_MISSING', 'items'],
  ['line without quantity', line({ qty: undefined }), 'FIELD_MISSING', 'items[0].qty'],
  ['second line without price', second({ price: '' }), 'FIELD_MISSING', 'items[1].price'],
  ['payment without number', { ...payment(), payTransactionId: '' }, 'FIELD_MISSING', 'payTransactionId'],
  ['payment without amount', { ...payment(), amountPaid: null }, 'FIELD_MISSING', 'amountPaid'],
  ['waybill without number', { ...waybill(), logisticsNo: '' }, 'FIELD_MISSING', 'logisticsNo'],
  ['waybill without weight', { ...waybill(), weight: '' }, 'FIELD_MISSING', 'weight'],
  ['declaration without copNo', { ...declaration(), copNo: '' }, 'FIELD_MISSING', 'copNo'],
  ['declaration without order', { ...declaration(), orderNo: '' }, 'FIELD_MISSING', 'orderNo'],
  ['declaration line without commodity code', declared({ gcode: '' }), 'FIELD_MISSING', 'items[0].gcode'],
  ['receipt without status', { type: 'order-receipt', ebpCode: 'E', orderNo: 'O', returnTime: '20261120115959123' }, 'FIELD_MISSING', 'returnStatus'],
  ['receipt without the document', { type: 'declaration-receipt', returnStatus: 800, returnTime: '20261120115959123' }, 'FIELD_MISSING', 'agentCode'],
  ['deletion without number', { type: 'order', appType: '3', ebpCode: 'E' }, 'FIELD_MISSING', 'orderNo'],
  ['empty XML field', xml(documentXml('Order', { ...order(), orderNo: '' }, '')), 'FIELD_MISSING', 'orderNo', 'xml'],
  ['empty head', xml('<Order><OrderHead></OrderHead></Order>'), 'FIELD_MISSING', 'orderNo', 'xml'],
  // Type of a field
  ['number is an object', { ...order(), orderNo: { a: 1 } }, 'FIELD_TYPE', 'orderNo'],
  ['number is true', { ...order(), orderNo: true }, 'FIELD_TYPE', 'orderNo'],
  ['number is an array', { ...order(), orderNo: ['A'] }, 'FIELD_TYPE', 'orderNo'],
  ['number with the keys\' separator', { ...order(), orderNo: 'A|1' }, 'FIELD_TYPE', 'orderNo'],
  ['number with a control character', { ...order(), orderNo: 'A\u00001' }, 'FIELD_TYPE', 'orderNo'],
  ['amount in words', { ...order(), goodsValue: 'ten' }, 'FIELD_TYPE', 'goodsValue'],
  ['amount with thousands commas', { ...order(), goodsValue: '1,299.00' }, 'FIELD_TYPE', 'goodsValue'],
  ['amount with exponent', { ...order(), goodsValue: '1e3' }, 'FIELD_TYPE', 'goodsValue'],
  ['amount 1e30 as JSON number', JSON.stringify(order()).replace('"199.90"', '1e30'), 'FIELD_TYPE', 'goodsValue'],
  ['amount in hexadecimal', { ...order(), goodsValue: '0x10' }, 'FIELD_TYPE', 'goodsValue'],
  ['amount NaN', { ...order(), goodsValue: 'NaN' }, 'FIELD_TYPE', 'goodsValue'],
  ['amount with two points', { ...order(), goodsValue: '1.2.3' }, 'FIELD_TYPE', 'goodsValue'],
  ['amount with currency', { ...order(), goodsValue: '¥199' }, 'FIELD_TYPE', 'goodsValue'],
  ['lines are a text', { ...order(), items: 'none' }, 'FIELD_TYPE', 'items'],
  ['a line is a text', { ...order(), items: ['x'] }, 'FIELD_TYPE', 'items[0]'],
  ['a line is null', { ...order(), items: [null] }, 'FIELD_TYPE', 'items[0]'],
  ['status in words', { type: 'order-receipt', ebpCode: 'E', orderNo: 'O', returnStatus: 'ok' }, 'FIELD_TYPE', 'returnStatus'],
  ['line number with fraction', line({ gnum: '1.5' }), 'FIELD_TYPE', 'items[0].gnum'],
  ['the same XML field twice', xml(documentXml('Order', order(), '').replace('<orderNo>', '<orderNo>B</orderNo><orderNo>')), 'FIELD_TYPE', 'orderNo', 'xml'],
  // Length
  ['number over 60', { ...order(), orderNo: 'A'.repeat(61) }, 'FIELD_TOO_LONG', 'orderNo'],
  ['platform code over 18', { ...order(), ebpCode: '9'.repeat(19) }, 'FIELD_TOO_LONG', 'ebpCode'],
  ['currency over 3', { ...order(), currency: '1420' }, 'FIELD_TOO_LONG', 'currency'],
  ['address over 200', { ...order(), consigneeAddress: '路'.repeat(201) }, 'FIELD_TOO_LONG', 'consigneeAddress'],
  ['guid over 36', { ...order(), guid: 'A'.repeat(37) }, 'FIELD_TOO_LONG', 'guid'],
  ['line name over 250', line({ itemName: '名'.repeat(251) }), 'FIELD_TOO_LONG', 'items[0].itemName'],
  ['note over 1000', { ...order(), note: 'n'.repeat(1001) }, 'FIELD_TOO_LONG', 'note'],
  ['1,001 lines', { ...order(), items: Array(1001).fill((order()['items'] as object[])[0]) }, 'FIELD_TOO_LONG', 'items'],
  // Amounts
  ['negative value', { ...order(), goodsValue: '-0.01' }, 'NEGATIVE_AMOUNT', 'goodsValue'],
  ['negative number', { ...order(), freight: -1 }, 'NEGATIVE_AMOUNT', 'freight'],
  ['negative quantity', line({ qty: '-1' }), 'NEGATIVE_AMOUNT', 'items[0].qty'],
  ['negative weight', { ...waybill(), weight: -0.5 }, 'NEGATIVE_AMOUNT', 'weight'],
  ['negative payment', { ...payment(), amountPaid: '-229' }, 'NEGATIVE_AMOUNT', 'amountPaid'],
  ['negative packages', { ...waybill(), packNo: -1 }, 'NEGATIVE_AMOUNT', 'packNo'],
  ['six decimals', { ...order(), goodsValue: '1.234567' }, 'MONEY_PRECISION', 'goodsValue'],
  ['six decimals as number', { ...order(), freight: 0.123456 }, 'MONEY_PRECISION', 'freight'],
  ['15 digits', { ...order(), goodsValue: '123456789012345' }, 'AMOUNT_TOO_LARGE', 'goodsValue'],
  ['beyond exact sums by its fraction', { ...order(), goodsValue: '90071992547.40991' }, 'AMOUNT_TOO_LARGE', 'goodsValue'],
  ['a reading whose number no log can hold', of('reading', { seq: Number.MAX_SAFE_INTEGER }), 'FIELD_TYPE', 'seq'],
  ['beyond exact sums', { ...order(), goodsValue: '90071992548' }, 'AMOUNT_TOO_LARGE', 'goodsValue'],
  // Times
  ['30 February', { ...order(), appTime: '20260230080000' }, 'BAD_TIME', 'appTime'],
  ['29 February of a common year', { ...order(), appTime: '20250229080000' }, 'BAD_TIME', 'appTime'],
  ['month 13', { ...order(), appTime: '20261320080000' }, 'BAD_TIME', 'appTime'],
  ['hour 24', { ...order(), appTime: '20261119240000' }, 'BAD_TIME', 'appTime'],
  ['second 60', { ...order(), appTime: '20261119235960' }, 'BAD_TIME', 'appTime'],
  ['epoch milliseconds', { ...order(), appTime: 1795147199000 }, 'BAD_TIME', 'appTime'],
  ['a word', { ...payment(), payTime: 'yesterday' }, 'BAD_TIME', 'payTime'],
  ['date of declaration', { ...declaration(), ieDate: '20261132' }, 'BAD_TIME', 'ieDate'],
  ['1970', { ...order(), appTime: '19700101080000' }, 'TIME_IMPLAUSIBLE', 'appTime'],
  ['paid in 1970, at the very second 0', { ...payment(), payTime: '19700101080000' }, 'TIME_IMPLAUSIBLE', 'payTime'],
  ['paid in 1969', { ...payment(), payTime: '19690101080000' }, 'TIME_IMPLAUSIBLE', 'payTime'],
  ['a second before 2014', { ...order(), appTime: '20131231235959' }, 'TIME_IMPLAUSIBLE', 'appTime'],
  ['six minutes ahead', { ...order(), appTime: '20261120120600' }, 'TIME_IMPLAUSIBLE', 'appTime'],
  ['payment time ahead', { ...payment(), payTime: '20261120130000' }, 'TIME_IMPLAUSIBLE', 'payTime'],
  ['application time of 2099 beside a plausible payment time', { ...payment(), appTime: '20990101000000' }, 'TIME_IMPLAUSIBLE', 'appTime'],
  ['receipt of tomorrow', { type: 'order-receipt', ebpCode: 'E', orderNo: 'O', returnStatus: 120, returnTime: '20261121115959123' }, 'TIME_IMPLAUSIBLE', 'returnTime'],
  // appType, depth, reference
  ['appType 4', { ...order(), appType: '4' }, 'BAD_APP_TYPE', 'appType'],
  ['appType in words', { ...order(), appType: 'new' }, 'BAD_APP_TYPE', 'appType'],
  ['an extra nested too deep', deepExtra(40), 'TOO_DEEP', 'vendor'],
  ['an extra nested 100,000 deep', deepExtra(100_000), 'TOO_DEEP', 'vendor'],
  ['the lag of the system, from a sender', { type: 'observation', kind: 'consumer-lag', subjectType: 'feed', subject: 'fenghuo/pipeline', value: 999, at: '20260731120000', source: 'x' }, 'KIND_RESERVED', 'kind'],
  ['a baseline from a sender', { type: 'baseline', rule: 'r' }, 'REFERENCE_NOT_ALLOWED', 'type'],
  // Further messages
  ['an export order without platform', of('export-order', { ebpCode: '' }), 'FIELD_MISSING', 'ebpCode'],
  ['an export order with a negative line', of('export-order', { items: [{ qty: 1, price: -1, totalPrice: 1 }] }), 'NEGATIVE_AMOUNT', 'items[0].price'],
  ['a collection receipt without seller', of('export-payment', { ebcCode: '' }), 'FIELD_MISSING', 'ebcCode'],
  ['an export waybill without weight', of('export-waybill', { grossWeight: '' }), 'FIELD_MISSING', 'grossWeight'],
  ['an export declaration without lines', of('export-declaration', { items: [] }), 'FIELD_MISSING', 'items'],
  ['an import order in an export message', messageXml(303, documentXml('Order', { ...order(), ebcCode: '' }, ''), ''), 'FIELD_MISSING', 'ebcCode', 'xml'],
  ['a cancel without list', of('cancel', { invtNo: '' }), 'FIELD_MISSING', 'invtNo'],
  ['a cancel whose buyer\'s number is an object', of('cancel', { buyerIdNumber: {} }), 'FIELD_TYPE', 'buyerIdNumber'],
  ['a return without lines', of('return', { items: undefined }), 'FIELD_MISSING', 'items'],
  ['an export cancel without agent', of('export-cancel', { agentCode: null }), 'FIELD_MISSING', 'agentCode'],
  ['a receipt of a cancel without its number', of('cancel-receipt', { copNo: '' }), 'FIELD_MISSING', 'copNo'],
  ['a status without time', of('waybill-status', { logisticsTime: '' }), 'FIELD_MISSING', 'logisticsTime'],
  ['a status of tomorrow', of('waybill-status', { logisticsTime: '20261121120000' }), 'TIME_IMPLAUSIBLE', 'logisticsTime'],
  ['a departure without parcels', of('departure', { items: [] }), 'FIELD_MISSING', 'items'],
  ['an arrival with a nameless parcel', of('arrival', { items: [{ gnum: 1 }] }), 'FIELD_MISSING', 'items[0].logisticsNo'],
  ['a part that is no number', of('arrival', { msgSeqNo: 'one' }), 'FIELD_TYPE', 'msgSeqNo'],
  ['a part below zero', of('arrival', { msgSeqNo: -1 }), 'NEGATIVE_AMOUNT', 'msgSeqNo'],
  ['a summary\'s result without its number', of('summary-result', { sumNo: '' }), 'FIELD_MISSING', 'sumNo'],
  ['a tax bill without lines', of('tax-bill', { items: [] }), 'FIELD_MISSING', 'items'],
  ['a tax bill of a state that there is not', of('tax-bill', { status: '0' }), 'FIELD_TYPE', 'status'],
  ['a tax bill of tomorrow', of('tax-bill', { returnTime: '20261121120000000' }), 'TIME_IMPLAUSIBLE', 'returnTime'],
  ['a format error without its message', of('format-error', { oriCopMsgId: '' }), 'FIELD_MISSING', 'oriCopMsgId'],
  ['a format error that returns 100,000 levels', JSON.stringify(of('format-error', { oriBizMessage: 0 })).replace('"oriBizMessage":0', `"oriBizMessage":${deep(100_000)}`), 'TOO_DEEP', 'oriBizMessage'],
  ['a milestone without waybill', of('tracking', { logisticsNo: '' }), 'FIELD_MISSING', 'logisticsNo'],
  ['a milestone without code', of('tracking', { code: '' }), 'FIELD_MISSING', 'code'],
  ['a milestone north of the pole', of('tracking', { lat: 90.5 }), 'FIELD_TYPE', 'lat'],
  ['a milestone in a zone that there is not', of('tracking', { tz: '+25:00' }), 'BAD_TIME', 'tz'],
  ['a milestone at an impossible hour', of('tracking', { eventTime: '2026-11-20T25:00:00Z' }), 'BAD_TIME', 'eventTime'],
  ['a milestone of 1970', of('tracking', { eventTime: '1970-01-01T00:00:00Z' }), 'TIME_IMPLAUSIBLE', 'eventTime'],
  ['a milestone without time', of('tracking', { eventTime: '' }), 'FIELD_MISSING', 'eventTime'],
  ['a reading without device', of('reading', { deviceId: '' }), 'FIELD_MISSING', 'deviceId'],
  ['a reading without number', of('reading', { seq: undefined }), 'FIELD_MISSING', 'seq'],
  ['a reading with half a number', of('reading', { seq: 1.5 }), 'FIELD_TYPE', 'seq'],
  ['a reading in seconds', of('reading', { ts: 1_795_145_400 }), 'BAD_TIME', 'ts'],
  ['a reading colder than can be', of('reading', { tempC: -300 }), 'FIELD_TYPE', 'tempC'],
  ['a reading in words', of('reading', { tempC: 'cold' }), 'FIELD_TYPE', 'tempC'],
  ['a temperature with exponent', of('reading', { tempC: '1e1' }), 'FIELD_TYPE', 'tempC'],
  ['a seal in a state that nobody knows', of('reading', { sealState: 'constructor' }), 'FIELD_TYPE', 'sealState'],
  ['a battery of 101 %', of('reading', { battery: 101 }), 'FIELD_TYPE', 'battery'],
  ['a raw payment without session', { ...rawBody(), sessionID: '', payExchangeInfoLists: [{ orderNo: 'A-1001' }] }, 'FIELD_MISSING', 'sessionID'],
  ['a raw payment without orders', { ...rawBody(), payExchangeInfoLists: null }, 'FIELD_MISSING', 'orderNo'],
  ['a raw payment whose head is a text', { ...rawBody(), payExchangeInfoHead: 'x' }, 'UNKNOWN_TYPE', 'type'],
  // XML
  ['no XML', 'orderNo', 'UNREADABLE_XML', '', 'xml'],
  ['empty XML body', '', 'EMPTY_MESSAGE', '', 'xml'],
  ['cut XML', xml(documentXml('Order', order(), '')).slice(0, 300), 'UNREADABLE_XML', '', 'xml'],
  ['crossed tags', '<CEB311Message><a><b></a></b></CEB311Message>', 'UNREADABLE_XML', '', 'xml'],
  ['bare ampersand', xml(documentXml('Order', order(), '').replace('测试平台', 'A & B')), 'UNREADABLE_XML', '', 'xml'],
  ['two roots', '<a/><b/>', 'UNREADABLE_XML', '', 'xml'],
  ['XML that is no UTF-8', Buffer.concat([Buffer.from('<CEB311Message>'), Buffer.from([0xff, 0xc0]), Buffer.from('</CEB311Message>')]), 'UNREADABLE_XML', '', 'xml'],
  ['an encoding that is not read', '<?xml version="1.0" encoding="EBCDIC-X"?><CEB311Message/>', 'EMPTY_MESSAGE', '', 'xml'],
  ['DOCTYPE', '<!DOCTYPE CEB311Message><CEB311Message/>', 'XML_FORBIDDEN', '', 'xml'],
  ['external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><CEB311Message>&x;</CEB311Message>', 'XML_FORBIDDEN', '', 'xml'],
  ['undefined entity', '<CEB311Message>&nbsp;</CEB311Message>', 'XML_FORBIDDEN', '', 'xml'],
  ['message without documents', messageXml(311, '', ''), 'EMPTY_MESSAGE', '', 'xml'],
  ['17 levels', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`, 'TOO_DEEP', '', 'xml'],
];

describe('refused', () => {
  test.each(CASES)('%s', (_name, body, code, path, form = 'json') => {
    const { taken, rejected } = take(body, form);
    expect(taken).toEqual([]);
    expect(rejected.map((one) => [one.code, one.path])).toEqual([[code, path]]);
    const [{ message, deadLetter, operation }] = rejected as [(typeof rejected)[number]];
    expect(message.length).toBeGreaterThan(20);
    expect(REASONS).toHaveProperty(code);
    expect(deadLetter.id, 'is pasted behind a command').toMatch(/^dl-/);
    encode('dead-letter', deadLetter);
    encode('operation', operation);
    expect(operation).toMatchObject({ kind: 'rejected', code, feed: deadLetter.feed });
    const sent = typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body).toString() : JSON.stringify(body);
    const kept = Buffer.from(intake.unseal(deadLetter.sealed)).toString();
    if (sent.includes('A-1001')) expect(kept).toContain('A-1001');
  });
  test('there are enough of them', () => expect(CASES.length).toBeGreaterThanOrEqual(60));
});

test('bytes of another encoding than the named ones are refused by name', () => {
  expect(take(Buffer.from('<?xml version="1.0" encoding="EBCDIC-X"?><CEB311Message/>'), 'xml').rejected[0]).toMatchObject({ code: 'UNREADABLE_XML' });
});

test('in a batch each bad record is named by its index, and the good ones are taken', () => {
  const { taken, rejected, unreadable } = take([order(), { ...order(), orderNo: '' }, payment(), { type: 'x' }]);
  expect(taken.map((one) => one.index)).toEqual([0, 2]);
  expect(rejected.map((one) => [one.index, one.code])).toEqual([[1, 'FIELD_MISSING'], [3, 'UNKNOWN_TYPE']]);
  expect(unreadable).toBe(false);
});

test('a bad NDJSON line rejects only itself, and names its line', () => {
  const { taken, rejected } = take(`${JSON.stringify(order())}\n{"broken\n\n${JSON.stringify(payment())}`, 'ndjson');
  expect(taken.map((one) => one.index)).toEqual([0, 2]);
  expect(rejected[0]).toMatchObject({ index: 1, code: 'UNREADABLE_JSON' });
  expect(rejected[0]?.message).toContain('line 2');
});

test('nothing readable at all is told apart: HTTP answers 400', () => {
  expect(take('{').unreadable).toBe(true);
  expect(take('[]').unreadable).toBe(true);
  expect(take('{}\n{', 'ndjson').unreadable).toBe(false);
});

test('dead letters have ids of their own, and a replay names its origin', () => {
  const [a, b] = take([{ type: 'x' }, { type: 'x' }], 'json', { replayOf: 'letter-1' }).rejected;
  expect(a?.deadLetter.id).not.toBe(b?.deadLetter.id);
  expect(a?.deadLetter.replayOf).toBe('letter-1');
});

test('a broken line of NDJSON is named by its number, empty lines counted', () => {
  const { taken, rejected } = take(`${JSON.stringify(order())}\r\n\n \n{"type":\n${JSON.stringify(order())}\n`, 'ndjson');
  expect(taken.map((one) => one.index)).toEqual([0, 2]);
  expect(rejected.map((one) => [one.index, one.code])).toEqual([[1, 'UNREADABLE_JSON']]);
  expect(rejected[0]?.message).toContain('in line 4;');
});
