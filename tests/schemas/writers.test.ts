import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toFlat } from '../../schemas/customs/flat.ts';
import { FIELD_ORDER, LINE_ORDER } from '../../schemas/customs/field-order.ts';
import type { DocumentMessage, Reduced } from '../../schemas/customs/messages.ts';
import type { Written } from '../../schemas/customs/official.ts';
import { reduceFlat, reduceJson } from '../../schemas/customs/reduce-json.ts';
import { reduceXml } from '../../schemas/customs/reduce-xml.ts';
import { writeJson } from '../../schemas/customs/write-json.ts';
import { writeXml } from '../../schemas/customs/write-xml.ts';
import { readXml } from '../../schemas/customs/xml.ts';
import { problemsOf, read, type Wire } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import { ORDER } from '../../schemas/trade/order.ts';
import { declaration, order, payment, waybill } from '../intake/fixtures.ts';
import { documentOf, OFFICIAL } from './arbitrary.ts';

const SENDER = { copCode: '9999960001', copName: '测试 & 平台', dxpId: 'DXPENT0000000001' };

function textOf(written: Written): string {
  if (!written.ok) throw new Error(`not written: ${written.problem.message}`);
  return written.text;
}
function fromXml(text: string): Reduced[] {
  const reading = readXml(text);
  if (!reading.ok) throw new Error(reading.problem.message);
  return reduceXml(reading.root);
}
/** What intake makes of it: the clean document. */
function wireOf({ type, fields, lines }: Reduced): unknown {
  const reading = read<unknown>(CONTRACTS[type as DocumentMessage], fields, lines);
  return reading.ok ? { type, wire: reading.wire } : reading.problem;
}
const wireOfFlat = (flat: Wire): unknown => wireOf(reduceFlat(flat) as Reduced);

describe.each(OFFICIAL.map((m) => [m.type, m.number] as const))('%s (CEB%i)', (type) => {
  const documents = fc.array(documentOf(type), { minLength: 1, maxLength: 3 });

  test('flat → XML → the same document', () => {
    fc.assert(fc.property(documents, (flat) => {
      expect(fromXml(textOf(writeXml(flat, { sender: SENDER }))).map(wireOf)).toEqual(flat.map(wireOfFlat));
    }), { numRuns: 40 });
  });

  test('flat → nested JSON → the same document', () => {
    fc.assert(fc.property(documents, (flat) => {
      expect(reduceJson(JSON.parse(textOf(writeJson(flat, { sender: SENDER })))).map(wireOf)).toEqual(flat.map(wireOfFlat));
    }), { numRuns: 40 });
  });

  test('XML → flat → XML, and through nested JSON, change nothing any more', () => {
    fc.assert(fc.property(documents, (flat) => {
      const xml = textOf(writeXml(flat));
      const guid = /guid="([^"]*)"/.exec(xml)?.[1] as string;
      expect(textOf(writeXml(fromXml(xml).map(toFlat), { guid }))).toBe(xml);
      const json = textOf(writeJson(flat));
      expect(textOf(writeXml(reduceJson(JSON.parse(json)).map(toFlat)))).toBe(xml);
    }), { numRuns: 25 });
  });
});

describe.each(OFFICIAL.map((m) => [m.type, m] as const))('%s', (type, { number }) => {
  const { shape, lineShape } = CONTRACTS[type];
  test('has the official order of its fields, and every field of it is in the contract', () => {
    expect(Object.keys(FIELD_ORDER)).toContain(String(number));
    expect((FIELD_ORDER[number] ?? []).filter((name) => !(name in shape))).toEqual([]);
    expect((LINE_ORDER[number] ?? []).filter((name) => !(name in lineShape))).toEqual([]);
    expect(number in LINE_ORDER).toBe('items' in shape);
  });
  test('is written in that order', () => {
    const order = [...(FIELD_ORDER[number] ?? []), ...Object.keys(shape)];
    fc.assert(fc.property(documentOf(type), (flat) => {
      const { fields, lines } = fromXml(textOf(writeXml([flat])))[0] as Reduced;
      const places = Object.keys(fields).map((name) => order.indexOf(name));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      for (const line of (lines ?? []) as Wire[]) {
        const inLine = Object.keys(line).map((name) => (LINE_ORDER[number] ?? []).indexOf(name)).filter((place) => place >= 0);
        expect(inLine).toEqual([...inLine].sort((a, b) => a - b));
      }
    }), { numRuns: 10 });
  });
});

describe('the official order message', () => {
  const text = textOf(writeXml([{ ...order(), goodsValue: '１９９．９０', note: 'a <b> & "c"\r\nd\u0001', payCode: ' ' }], { sender: SENDER }));
  test.each([
    ['namespace, root, guid and version', /<ceb:CEB311Message xmlns:ceb="http:\/\/www\.chinaport\.gov\.cn\/ceb" guid="[0-9A-F-]{36}" version="1\.0">/],
    ['head, then lines, then the sender', /<ceb:Order>\s+<ceb:OrderHead>[\s\S]*<\/ceb:OrderHead>\s+<ceb:OrderList>[\s\S]*<\/ceb:OrderList>\s+<\/ceb:Order>\s+<ceb:BaseTransfer>\s+<ceb:copCode>9999960001<[\s\S]*<ceb:dxpMode>DXP</],
    ['the official order of fields', /<ceb:guid>.*\s+<ceb:appType>.*\s+<ceb:appTime>.*\s+<ceb:appStatus>.*\s+<ceb:orderType>.*\s+<ceb:orderNo>/],
    ['exact decimals', /<ceb:goodsValue>199\.9<[\s\S]*<ceb:acturalPaid>229\.0009</],
    ['Beijing times as sent', /<ceb:appTime>20261120115900</],
    ['escapes; what XML cannot hold is shown', /<ceb:note>a &lt;b&gt; &amp; &quot;c&quot;&#13;\nd\ufffd</],
    ['escapes in the sender', /<ceb:copName>测试 &amp; 平台</],
  ])('has %s', (_what, pattern) => expect(text).toMatch(pattern));
  test('has no element for what was not sent', () => expect(text).not.toMatch(/<ceb:(payCode|batchNumbers)>|><\/ceb:/));
});

test('fields stand in the document itself where official messages have no head, in a head where they have one', () => {
  expect(textOf(writeXml([payment()]))).toMatch(/<ceb:Payment>\s+<ceb:PaymentHead>\s+<ceb:guid>/);
  expect(textOf(writeXml([waybill()]))).toMatch(/<ceb:Logistics>\s+<ceb:LogisticsHead>\s+<ceb:guid>/);
  expect(textOf(writeXml([{ type: 'order-receipt', ebpCode: '9', orderNo: 'A', returnStatus: -1 }]))).toMatch(/<ceb:OrderReturn>\s+<ceb:guid>/);
  expect(textOf(writeXml([declaration()]))).toMatch(/<ceb:ieDate>20261120</);
});

test('a missing guid is derived from the content: the same document gets the same one', () => {
  const bare = { ...payment(), guid: '' };
  const [first, again, other] = [bare, { ...bare }, { ...bare, amountPaid: '1' }].map((flat) => /<ceb:guid>([0-9A-F-]{36})</.exec(textOf(writeXml([flat])))?.[1]);
  expect(first).toBe(again);
  expect(first).not.toBe(other);
});

test.each([
  ['no document', [], 0, 'UNKNOWN_TYPE'],
  ['a document that breaks its contract', [order(), { ...order(), orderNo: '' }], 1, 'FIELD_MISSING'],
  ['documents of two types', [order(), payment()], 1, 'UNKNOWN_TYPE'],
  ['a reference record', [{ type: 'baseline' }], 0, 'UNKNOWN_TYPE'],
] as [string, Wire[], number, string][])('%s is not written', (_what, documents, index, code) => {
  expect(writeXml(documents)).toMatchObject({ ok: false, index, problem: { code } });
  expect(writeJson(documents)).toMatchObject({ ok: false, index, problem: { code } });
});

test('all problems of a document are listed, in the order of its fields', () => {
  const bad = { ...order(), orderNo: '', goodsValue: '-1', appTime: '20261399', currency: '1420', items: [{ qty: '1', price: '1.123456', totalPrice: '' }] };
  expect(problemsOf(ORDER, bad, undefined).map(({ code, path }) => [code, path])).toEqual([
    ['BAD_TIME', 'appTime'], ['FIELD_MISSING', 'orderNo'], ['NEGATIVE_AMOUNT', 'goodsValue'], ['FIELD_TOO_LONG', 'currency'],
    ['MONEY_PRECISION', 'items[0].price'], ['FIELD_MISSING', 'items[0].totalPrice'],
  ]);
  expect(problemsOf(ORDER, { ...order(), orderNo: '', items: 7 }, undefined).map(({ path }) => path)).toEqual(['items', 'orderNo']);
  expect(problemsOf(ORDER, order(), undefined)).toEqual([]);
});
