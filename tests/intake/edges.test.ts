/** Odd but lawful input, and what becomes of it: defined here, one line a case. */
import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../schemas/registry.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import type { Manifest } from '../../schemas/trade/manifest.ts';
import type { Order } from '../../schemas/trade/order.ts';
import { bodyOf, documentXml, elements, messageXml, order, payment, take } from './fixtures.ts';
import { SAMPLES } from './messages.ts';

type Fields = Record<string, unknown>;
type Form = 'json' | 'ndjson' | 'xml';
const { type: _type, ...FIELDS } = order();
const [LINE] = order()['items'] as [Fields];
const xml = (change: (text: string) => string = (text) => text): string => change(messageXml(311, documentXml('Order', order(), 'ceb:'), 'ceb:'));

/** Node decodes GBK but does not encode it: the decoder turned round. */
const GBK = new Map<string, number[]>();
for (let high = 0x81; high <= 0xfe; high++) {
  for (let low = 0x40; low <= 0xfe; low++) if (low !== 0x7f) GBK.set(new TextDecoder('gbk').decode(Uint8Array.of(high, low)), [high, low]);
}
const gbk = (text: string): Buffer => Buffer.from([...text].flatMap((char) => (char < '\x80' ? [char.charCodeAt(0)] : (GBK.get(char) ?? [0x3f]))));
const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
const declared = (encoding: string) => (text: string): string => text.replace('UTF-8', encoding);

const comparable = (body: unknown) => ({ ...(body as Order), sealed: null, contentHash: '' });
const REFERENCE = comparable(take(order()).taken[0]?.body);

describe('read as the plain order is', () => {
  test.each<[string, string | Uint8Array, Form]>([
    ['GBK', gbk(xml(declared('GBK'))), 'xml'],
    ['GB2312, which is read as GB 18030', gbk(xml(declared('GB2312'))), 'xml'],
    ['XML with the mark of UTF-8', `\ufeff${xml()}`, 'xml'],
    ['XML bytes with the mark of UTF-8', Buffer.from(`\ufeff${xml()}`), 'xml'],
    ['UTF-16, low byte first', Buffer.from(`\ufeff${xml(declared('UTF-16'))}`, 'utf16le'), 'xml'],
    ['UTF-16, high byte first', utf16be(xml(declared('UTF-16'))), 'xml'],
    ['JSON with a mark', `\ufeff${JSON.stringify(order())}`, 'json'],
    ['JSON bytes with a mark', Buffer.from(`\ufeff${JSON.stringify(order())}`), 'json'],
    ['NDJSON with a mark', `\ufeff${JSON.stringify(order())}\n`, 'ndjson'],
    ['CDATA', xml((text) => text.replace(/>([^<>\s][^<>]*)<\/ceb:(\w+)>/g, '><![CDATA[$1]]></ceb:$2>')), 'xml'],
    ['CDATA in parts', xml((text) => text.replace('>测试平台<', '><![CDATA[测试]]><![CDATA[平台]]><')), 'xml'],
    ['empty elements for what is empty', xml((text) => text.replace(/<ceb:(\w+)><\/ceb:\1>/g, '<ceb:$1/>')), 'xml'],
    ['empty elements of fields that nobody knows', xml((text) => text.replace('<ceb:note>', '<ceb:vendorField/><ceb:note>')), 'xml'],
    ['version v1.0', xml((text) => text.replace('version="1.0" xmlns', 'version="v1.0" xmlns')), 'xml'],
    ['no version at all', xml((text) => text.replace('version="1.0" xmlns', 'xmlns')), 'xml'],
    ['another namespace', xml((text) => text.replace('http://www.chinaport.gov.cn/ceb', 'urn:other')), 'xml'],
    ['0.0 and 0.00000 for nothing', JSON.stringify({ ...order(), discount: '0.0', items: [{ ...LINE, gnum: '1.0', qty: '1.00000' }] }), 'json'],
    ['full-width digits in every number', JSON.stringify({ ...order(), goodsValue: '１９９．９０', acturalPaid: '２２９．０００９', currency: '１４２', appType: '１', appTime: '２０２６１１２０１１５９００' }), 'json'],
    ['spaces around everything', JSON.stringify(Object.fromEntries(Object.entries(order()).map(([name, value]) => [name, typeof value === 'string' && name !== 'type' ? ` ${value}\t\u3000` : value]))), 'json'],
    ['line breaks in elements', xml((text) => text.replace(/<ceb:orderNo>(.*?)<\//, '<ceb:orderNo>\n  $1\r\n</')), 'xml'],
    ['a guid in small letters', JSON.stringify({ ...order(), guid: String(FIELDS['guid']).toLowerCase() }), 'json'],
    ['a guid in braces', JSON.stringify({ ...order(), guid: `{${FIELDS['guid']}}` }), 'json'],
    ['a guid without hyphens', JSON.stringify({ ...order(), guid: String(FIELDS['guid']).replaceAll('-', '') }), 'json'],
    ['a guid without hyphens, in braces, full width', JSON.stringify({ ...order(), guid: `｛${String(FIELDS['guid']).replaceAll('-', '')}｝` }), 'json'],
  ])('%s', (_name, body, form) => {
    const { taken, rejected } = take(body, form);
    expect(rejected).toEqual([]);
    expect(taken.map((one) => comparable(one.body))).toEqual([REFERENCE]);
  });
});

describe('guids', () => {
  const guidOf = (guid: unknown) => {
    const result = take({ ...order(), guid });
    const [refused] = result.rejected;
    return refused ? `${refused.code} ${refused.path}` : bodyOf<Envelope>(result).guid;
  };
  test.each([
    ['36 characters that are no hexadecimal digits', 'z'.repeat(36), 'Z'.repeat(36)], ['a short one', 'm-1', 'M-1'], ['a number', 7, '7'],
    ['37 characters', 'A'.repeat(37), 'FIELD_TOO_LONG guid'], ['38 characters without braces', 'A'.repeat(38), 'FIELD_TOO_LONG guid'], ['braces around 37', `{${'A'.repeat(37)}}`, 'FIELD_TOO_LONG guid'],
    ['64 characters', 'A'.repeat(64), 'FIELD_TOO_LONG guid'],
  ])('%s', (_name, given, expected) => expect(guidOf(given)).toBe(expected));

  const without = messageXml(311, documentXml('Order', { ...order(), guid: '' }, ''), '');
  test('of the message, where the document has none: in all spellings, and refused by name where too long', () => {
    const of = (guid: string) => take(without.replace('guid="m-1"', `guid="${guid}"`), 'xml');
    expect(bodyOf<Envelope>(of(`{${String(FIELDS['guid']).toLowerCase()}}`)).guid).toBe(FIELDS['guid']);
    expect(of('A'.repeat(37)).rejected.map((one) => [one.code, one.path])).toEqual([['FIELD_TOO_LONG', 'guid']]);
  });
  const idsOf = (...documents: Fields[]) => take(documents).taken.map((one) => (one.body as Envelope).eventId);
  test('one in two messages of one document: one event; the later content is told by its hash', () => {
    const { taken } = take([order(), { ...order(), freight: '11' }]);
    const [first, second] = taken.map((one) => one.body as Envelope);
    expect(second?.eventId).toBe(first?.eventId);
    expect(second?.contentHash).not.toBe(first?.contentHash);
  });
  test('one for two documents, two types, or a change: events of their own', () => {
    const guid = FIELDS['guid'];
    const ids = idsOf(order(), { ...order(), orderNo: 'A-1002' }, { ...order(), appType: '2' }, { ...payment(), guid }, { ...SAMPLES.cancel.fields, type: 'cancel', guid }, { ...SAMPLES.return.fields, type: 'return', guid });
    expect(new Set(ids).size).toBe(6);
  });
});

test('the largest amounts there are, summed: the record still fits the log', () => {
  const most = '90071992547.4099';
  const { taken, rejected } = take([{ ...order(), goodsValue: most }, { ...SAMPLES['export-order'].fields, type: 'export-order', goodsValue: most, freight: most }]);
  expect(rejected).toEqual([]);
  for (const one of taken) expect(decode(encode(one.type, one.body))).toMatchObject({ goodsValue: 9_007_199_254_740_990 });
});

describe('lines', () => {
  const lineCount = (length: number, line: Fields = LINE) => take({ ...order(), items: Array.from({ length }, (_, i) => ({ ...line, gnum: i + 1 })) });
  test.each([[999, 'taken'], [1000, 'taken'], [1001, 'FIELD_TOO_LONG']])('%i of an order: %s', (length, expected) => {
    const { taken, rejected } = lineCount(length);
    expect(rejected[0]?.code ?? 'taken').toBe(expected);
    expect((taken[0]?.body as Order | undefined)?.lines.length ?? 0).toBe(expected === 'taken' ? length : 0);
  });
  test.each([[1001, 'taken'], [10_000, 'taken'], [10_001, 'FIELD_TOO_LONG']])('%i parcels of a departure: %s', (length, expected) => {
    const items = Array.from({ length }, (_, i) => ({ gnum: i + 1, logisticsNo: `W-${i}` }));
    const { taken, rejected } = take({ ...SAMPLES.departure.fields, type: 'departure', items });
    expect(rejected[0]?.code ?? 'taken').toBe(expected);
    expect((taken[0]?.body as Manifest | undefined)?.lines.length ?? 0).toBe(expected === 'taken' ? length : 0);
  });
  test('999 in XML', () => {
    const items = Array.from({ length: 999 }, (_, i) => ({ ...LINE, gnum: i + 1 }));
    expect(bodyOf<Order>(take(messageXml(311, documentXml('Order', { ...order(), items }, ''), ''), 'xml')).lines.map((line) => line.lineNo)).toEqual(items.map((line) => line.gnum));
  });
  test('the same one twice counts twice: the sums are the sender\'s, and the match compares them', () => {
    expect(bodyOf<Order>(take({ ...order(), items: [LINE, LINE] })).lines).toMatchObject([{ lineNo: 1, total: 19_990_000 }, { lineNo: 1, total: 19_990_000 }]);
  });
  test('one line that is no list counts as one; a line without a number has its place', () => {
    const { gnum: _gnum, ...line } = LINE;
    expect(bodyOf<Order>(take({ ...order(), items: line })).lines).toMatchObject([{ lineNo: 1 }]);
  });
});

test('two elements of one name in a document without a list are refused by name', () => {
  const status = SAMPLES['waybill-status'].fields;
  const text = messageXml(513, `<LogisticsStatus>${elements('', status)}<logisticsNo>W-2</logisticsNo></LogisticsStatus>`, '');
  expect(take(text, 'xml').rejected.map((one) => [one.code, one.path])).toEqual([['FIELD_TYPE', 'logisticsNo']]);
});
