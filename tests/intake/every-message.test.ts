/** Every message in every form gives one record: normalised, known by its number, waiting where others name it. */
import { describe, expect, test } from 'vitest';
import { type Message, MESSAGE, MESSAGES } from '../../schemas/customs/messages.ts';
import { decode, encode } from '../../schemas/registry.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import { parseBeijing } from '../../schemas/trade/time.ts';
import { bodyOf, elements, intake, messageXml, take } from './fixtures.ts';
import { rawBody, type Sample, SAMPLES } from './messages.ts';

type Fields = Record<string, unknown>;
const all = MESSAGES.map((m): [Message['type'], Message, Sample] => [m.type, m, SAMPLES[m.type]]);
const ofCustoms = all.filter(([, m]) => m.number > 0);

/** As customs' schemas have it: some documents have a head, the others their fields directly. */
const HEADS: Readonly<Record<string, string>> = {
  'tax-bill': 'TaxHeadRd', 'tax-bill-status': 'TaxHeadStatus', payment: 'PaymentHead', waybill: 'LogisticsHead',
  ...Object.fromEntries(['order', 'declaration', 'return', 'warehouse-entry', 'export-order', 'export-declaration', 'arrival', 'departure', 'consolidation', 'summary', 'summary-result'].map((type) => [type, `${MESSAGE[type as Message['type']].element}Head`])),
};
const listOf = (m: Message): string => (m.element === 'Tax' ? 'TaxListRd' : `${m.element}List`);

function parts({ fields }: Sample): { own: Fields; items: Fields[] | undefined } {
  const { type: _type, items, ...own } = fields;
  return { own, items: items as Fields[] | undefined };
}

function xmlOf(m: Message, sample: Sample, prefix: string): string {
  const { own, items } = parts(sample);
  const head = HEADS[m.type];
  const inner = elements(prefix, own);
  const lines = (items ?? []).map((line) => `<${prefix}${listOf(m)}>${elements(prefix, line)}</${prefix}${listOf(m)}>`).join('');
  return `<${prefix}${m.element}>${head ? `<${prefix}${head}>${inner}</${prefix}${head}>` : inner}${lines}</${prefix}${m.element}>`;
}

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function nestedOf(m: Message, sample: Sample): Fields {
  const { own, items } = parts(sample);
  const head = HEADS[m.type];
  return { [lower(m.element)]: { ...(head ? { [lower(head)]: own } : own), ...(items ? { [lower(listOf(m))]: items } : {}) } };
}

const flatOf = (m: Message, sample: Sample): Fields => ({ ...sample.fields, type: m.type });
const comparable = (body: unknown) => ({ ...(body as Envelope), sealed: null, contentHash: '' });
const opened = (body: unknown): Fields => {
  const { sealed } = body as Envelope;
  return sealed === null ? {} : (JSON.parse(Buffer.from(intake.unseal(sealed)).toString()) as Fields);
};

describe.each(all)('%s', (_type, m, sample) => {
  const { taken, rejected } = take(flatOf(m, sample));
  const [one] = taken;
  test('is taken, known by its keys, and normalised', () => {
    expect(rejected).toEqual([]);
    expect(one).toMatchObject({ type: m.record, key: sample.key, aliases: sample.aliases.map((foreignKey) => ({ foreignKey, orderKey: sample.key })) });
    const at = parseBeijing(sample.eventTime) ?? 0;
    expect(one?.body).toMatchObject({ ...sample.body, documentKey: sample.documentKey, feed: `tester/${m.type}`, late: false });
    expect(Math.floor((one?.eventTime ?? 0) / 1000) * 1000).toBe(at);
  });
  test('fits its Avro schema', () => {
    const body = one?.body as Envelope;
    const { sealed: _sealed, ...rest } = body as Envelope & Fields;
    expect(decode(encode(m.record, body))).toMatchObject(JSON.parse(JSON.stringify(rest, (_k, v) => (typeof v === 'object' && v !== null && 'type' in v && v.type === 'Buffer' ? undefined : v))));
  });
});

describe.each(ofCustoms)('%s in customs\' own forms', (_type, m, sample) => {
  const reference = take(flatOf(m, sample)).taken[0]?.body;
  const same = (body: unknown, form: 'json' | 'xml') => {
    const { taken, rejected } = take(body, form);
    expect(rejected).toEqual([]);
    expect(taken.map((one) => comparable(one.body))).toEqual([comparable(reference)]);
    expect(opened(taken[0]?.body)).toEqual(opened(reference));
  };
  test.each(['ceb:', 'ns2:', ''])('XML with the prefix "%s"', (prefix) => same(messageXml(m.number, xmlOf(m, sample, prefix), prefix), 'xml'));
  test('nested JSON in its wrapper', () => {
    same({ [`CEB${m.number}Message`]: nestedOf(m, sample) }, 'json');
    same({ [`ceb:CEB${m.number}Message`]: { 'ceb:guid': 'M', ...Object.fromEntries(Object.entries(nestedOf(m, sample)).map(([name, value]) => [`ceb:${name}`, value])) } }, 'json');
  });
  test('bare, where it says itself what it is', () => {
    const bare = m.direction !== 'E' || sample.fields['ieFlag'] === 'E' || sample.fields['orderType'] === 'E' || MESSAGES.filter((other) => other.element === m.element).length === 1;
    if (!bare) return expect(take(nestedOf(m, sample)).taken.map((one) => (one.body as Envelope).feed)).not.toContain(`tester/${m.type}`);
    same(nestedOf(m, sample), 'json');
    return same(xmlOf(m, sample, ''), 'xml');
  });
  test('not as the element of another message', () => {
    const other = m.number === 311 ? 411 : 311;
    if (m.element === 'Order') return;
    expect(take(messageXml(other, xmlOf(m, sample, ''), ''), 'xml').rejected.map((one) => one.code)).toEqual(['UNKNOWN_TYPE']);
    expect(take({ [`CEB${other}Message`]: nestedOf(m, sample) }).rejected.map((one) => one.code)).toEqual(['UNKNOWN_TYPE']);
  });
});

test('free texts are kept sealed, and nothing else is', () => {
  const free = /^(note|reason|returnInfo|goodsInfo|itemDescribe|ebcTelephone|oriBizMessage|initalRe(quest|sponse)|signValue|recpName)$/;
  const filled = (fields: Fields, prefix: string) => Object.entries(fields).filter(([name, value]) => free.test(name) && value !== '').map(([name]) => prefix + name);
  for (const [type, m, sample] of all) {
    const { own, items } = parts(sample);
    const expected = [...filled(own, ''), ...(items ?? []).flatMap((line, i) => filled(line, `items[${i}].`))];
    expect([type, Object.keys(opened(take(flatOf(m, sample)).taken[0]?.body)).sort()]).toEqual([type, expected.sort()]);
  }
});

describe('a deletion need only name its document', () => {
  const submitted = all.filter(([, , { fields }]) => 'appType' in fields);
  test.each(submitted)('%s', (_type, m, sample) => {
    const names = ['guid', 'orderNo', 'ebpCode', 'ebcCode', 'payCode', 'payTransactionId', 'payNo', 'logisticsCode', 'logisticsNo', 'agentCode', 'copNo', 'invtNo', 'operatorCode', 'msgSeqNo', 'logisticsStatus'];
    const named = Object.fromEntries(names.filter((name) => name in sample.fields).map((name) => [name, sample.fields[name]]));
    const { taken, rejected } = take({ ...named, type: m.type, appType: '3' });
    expect(rejected).toEqual([]);
    expect(taken[0]?.body).toMatchObject({ appType: 3, documentKey: sample.documentKey });
  });
});

describe('raw payment', () => {
  const official = take(rawBody());
  test('the official body has no type and becomes one document an order', () => {
    expect(official.rejected).toEqual([]);
    expect(official.taken.map(({ type, key, aliases }) => ({ type, key, aliases }))).toEqual(['A-1001', 'A-1002'].map((no) => ({ type: 'raw-payment', key: `9999960001|${no}`, aliases: [] })));
    expect(official.taken.map((one) => one.body)).toMatchObject(['A-1001', 'A-1002'].map((orderNo) => ({
      orderNo, orders: 2, sessionId: 'S-1', total: 45_800_180, hasRequest: true, hasResponse: true, hasSignature: true, recipientCode: '9999960002', recipientName: '测试商家',
      eventTime: 1_795_147_140_000, tradingTime: Date.UTC(2026, 10, 20, 3, 58), documentKey: `9999960003|P-1|${orderNo}`,
    })));
    const [a, b] = official.taken.map((one) => one.body as Envelope);
    expect(a?.eventId).not.toBe(b?.eventId);
    expect(opened(a)).toMatchObject({ initalRequest: expect.stringContaining('id='), signValue: expect.any(String), goodsInfo: [{ gname: '象牙白罐' }] });
  });
  test('also with the type beside it, in an array, and in NDJSON', () => {
    const ids = (result: ReturnType<typeof take>) => result.taken.map((one) => (one.body as Envelope).eventId);
    expect(ids(take({ ...rawBody(), type: 'raw-payment' }))).toEqual(ids(official));
    expect(ids(take([rawBody()]))).toEqual(ids(official));
    expect(ids(take(JSON.stringify(rawBody()), 'ndjson'))).toEqual(ids(official));
  });
  test('another session is another upload; the same session again is a repeat', () => {
    const ids = (session: string) => take({ ...rawBody(), sessionID: session }).taken.map((one) => (one.body as Envelope).eventId);
    expect(ids('S-1')).toEqual(ids('S-1'));
    expect(ids('S-2')).not.toEqual(ids('S-1'));
  });
  test('without orders, or with one that is none, it is refused by name, and the dead letter can be repaired', () => {
    expect(take({ ...rawBody(), payExchangeInfoLists: [] }).rejected.map((one) => [one.code, one.path])).toEqual([['FIELD_MISSING', 'orderNo']]);
    const { taken, rejected } = take({ ...rawBody(), payExchangeInfoLists: [{ orderNo: 'A-1001' }, 'x'] });
    expect([taken.length, rejected.map((one) => one.path)]).toEqual([1, ['orderNo']]);
    const letter = rejected[0]?.deadLetter;
    const kept = JSON.parse(Buffer.from(intake.unseal(letter?.sealed as Uint8Array)).toString()) as Fields;
    expect(take({ ...kept, orderNo: 'A-1002' }, letter?.form as 'json').taken[0]).toMatchObject({ type: 'raw-payment', key: '9999960001|A-1002', body: { orders: 2 } });
  });
  test('a recipient without an enterprise code may be a person: the name is masked', () => {
    const lists = [{ orderNo: 'A-1001', recpAccount: 'tester01', recpName: '测试甲' }];
    expect(take({ ...rawBody(), payExchangeInfoLists: lists }).taken[0]?.body).toMatchObject({ recipientName: '测*', recipientCode: '', recipientToken: expect.stringMatching(/^.{22}$/) });
  });
});

describe('a device\'s reading is known by device and number alone', () => {
  const idOf = (more: Fields) => bodyOf<Envelope>(take({ ...SAMPLES.reading.fields, type: 'reading', ...more })).eventId;
  test('whatever guid, feed or content comes with it', () => {
    expect(idOf({ tempC: 4, guid: 'X' })).toBe(idOf({}));
    expect(idOf({ seq: 8 })).not.toBe(idOf({}));
    expect(idOf({ deviceId: 'DEV-2' })).not.toBe(idOf({}));
  });
  test('what it does not give is told apart from zero', () => {
    expect(take({ type: 'reading', deviceId: 'DEV-1', seq: '9007199254740990', ts: '20261120113000' }).taken[0]?.body).toMatchObject({
      lat: 100_000_000, lon: 100_000_000, speed: -100_000_000, temperature: -100_000_000, humidity: -100_000_000, shock: -100_000_000, battery: -100_000_000, seal: '', sequence: 9_007_199_254_740_990,
    });
  });
});

describe('tracking', () => {
  const at = (more: Fields) => take({ ...SAMPLES.tracking.fields, type: 'tracking', ...more }).taken[0]?.eventTime;
  test.each([
    ['a zone of its own', '2026-11-20T12:30:00+09:00', ''], ['universal time', '2026-11-20T03:30:00Z', ''], ['universal time beside another zone', '2026-11-20T03:30:00Z', '+09:00'],
    ['Beijing time', '20261120113000', ''], ['Beijing time with hyphens', '2026-11-20 11:30:00', ''], ['the zone in its own field', '20261120123000', '+09:00'],
    ['west of Greenwich', '2026-11-19T22:30:00', '-0500'], ['compact with zone', '20261120123000+0900', ''], ['fractions of a second', '2026-11-20T03:30:00.123456Z', ''], ['epoch milliseconds', '1795145400000', ''],
    ['epoch milliseconds as a number', 1_795_145_400_000, ''],
  ])('%s', (_name, eventTime, tz) => expect(Math.floor((at({ eventTime, tz }) ?? 0) / 1000) * 1000).toBe(Date.UTC(2026, 10, 20, 3, 30)));
  test('an unknown code is kept as sent; with its order it goes to the order', () => {
    expect(take({ ...SAMPLES.tracking.fields, type: 'tracking', code: 'XYZ', orderNo: 'A-1001', ebpCode: '9999960001' }).taken[0]).toMatchObject({
      key: '9999960001|A-1001', body: { code: '', codeGiven: 'XYZ', orderNo: 'A-1001' },
    });
  });
});

test('several bills\' status in one Tax are several documents', () => {
  const { own } = parts(SAMPLES['tax-bill-status']);
  const heads = ['T-1', 'T-2'].map((taxNo) => `<TaxHeadStatus>${elements('', { ...own, taxNo })}</TaxHeadStatus>`).join('');
  expect(take(messageXml(818, `<Tax>${heads}</Tax>`, ''), 'xml').taken.map((one) => (one.body as Envelope).documentKey)).toEqual(['T-1', 'T-2']);
  const json = take({ CEB818Message: { tax: { taxHeadStatus: [own, { ...own, taxNo: 'T-2' }] } } });
  expect(json.taken.map((one) => (one.body as Envelope).documentKey)).toEqual(['T-1', 'T-2']);
});

test('a cash collection has neither payment number nor provider, and its receipt finds it', () => {
  const { payNo: _no, payCode: _code, ...cash } = SAMPLES['export-payment'].fields;
  const { payNo: _answered, ...answer } = SAMPLES['export-payment-receipt'].fields;
  const { taken } = take([{ ...cash, type: 'export-payment' }, { ...answer, type: 'export-payment-receipt' }]);
  expect(taken[0]?.aliases.map((alias) => alias.foreignKey)).toEqual(['p:9999960002|E-2001']);
  expect(taken[1]?.key).toBe('p:9999960002|E-2001');
});
