/** Law 6: no personal value of the input is in anything that leaves intake, but sealed. */
import { describe, expect, test } from 'vitest';
import { bodyOf, declaration, documentXml, ID, intake, messageXml, NOW, order, payment, submission, take, waybill } from './fixtures.ts';
import { rawBody, SAMPLES } from './messages.ts';

const SECRETS = [ID, ID.slice(6, 14), '测试甲', '10012345678', '100 1234 5678', '烽火路1号', '303室', 'tester01', '请放门卫处', '象牙白罐', 'vendor-secret'];

/** Sealed bytes and shingles as latin1, as they would show on disk. */
const asText = (value: unknown): string => JSON.stringify(value, (_key, inner: unknown) => {
  const buffer = inner as { type?: string; data?: number[] } | null;
  return buffer?.type === 'Buffer' ? Buffer.from(buffer.data ?? []).toString('latin1') : inner;
});

const spoiled = (fields: Record<string, unknown>): Record<string, unknown>[] => Object.keys(fields).filter((name) => name !== 'type' && name !== 'items').flatMap((name) => [
  { ...fields, [name]: { nested: fields[name] } }, { ...fields, [name]: `${fields[name]}`.padEnd(3000, String(fields[name]) || 'x') }, { ...fields, [name]: `|\u0001${fields[name]}` },
]);

/** Every message, its personal fields and free texts filled. */
const EVERY: Record<string, unknown>[] = Object.entries(SAMPLES).map(([type, { fields }]) => ({ ...fields, type, vendorField: 'vendor-secret' }));

describe('clear text does not leak', () => {
  test.each(EVERY.map((fields) => [fields['type'], fields] as const))('from %s', (_type, fields) => {
    const { taken } = take(fields);
    expect(taken).toHaveLength(1);
    for (const secret of SECRETS) expect(asText(taken)).not.toContain(secret);
    for (const spoilt of spoiled(fields)) {
      const result = asText(take(spoilt));
      for (const secret of SECRETS) expect(result).not.toContain(secret);
    }
  });
  test('from the official body of a raw payment, and from one whose recipient is a person', () => {
    const person = { orderNo: 'A-1001', recpAccount: 'tester01', recpName: '测试甲', goodsInfo: [{ gname: '象牙白罐' }] };
    for (const body of [rawBody(), { ...rawBody(), payExchangeInfoLists: [person, '测试甲', null] }, { ...rawBody(), payExchangeInfoHead: { note: '请放门卫处', guid: ID } }]) {
      for (const secret of SECRETS) expect(asText(take(body))).not.toContain(secret);
    }
  });
  test('from a format error whose original came as elements, text or JSON', () => {
    const original = documentXml('Order', order(), '');
    const xml = (inner: string) => take(messageXml(900, `<MessageReturn><guid>G</guid><returnStatus>-1</returnStatus><returnTime>20261120114500</returnTime><returnInfo>测试甲</returnInfo><oriCopMsgId>M</oriCopMsgId><oriMessageType>CEB311Message</oriMessageType><oriBizMessage>${inner}</oriBizMessage></MessageReturn>`, ''), 'xml');
    for (const result of [xml(original), xml(`<![CDATA[${original}]]>`), take({ ...SAMPLES['format-error'].fields, type: 'format-error', oriBizMessage: order() })]) {
      expect(result.taken).toHaveLength(1);
      for (const secret of SECRETS) expect(asText(result)).not.toContain(secret);
      expect(Buffer.from(intake.unseal(bodyOf<{ sealed: Uint8Array }>(result).sealed)).toString()).toContain(ID);
    }
  });
  test('from documents that are taken', () => {
    const { taken } = take([{ ...order(), vendorField: 'vendor-secret' }, payment(), waybill(), declaration()]);
    expect(taken).toHaveLength(4);
    for (const secret of SECRETS) expect(asText(taken)).not.toContain(secret);
  });
  test('from rejections of documents spoiled in every field, in JSON and XML', () => {
    let refused = 0;
    for (const fields of [order(), payment(), waybill(), declaration()].flatMap(spoiled)) {
      const result = take(fields);
      refused += result.rejected.length;
      for (const secret of SECRETS) expect(asText(result)).not.toContain(secret);
    }
    expect(refused).toBeGreaterThan(150);
    const cut = take(messageXml(311, documentXml('Order', order(), ''), '').replace('</buyerName>', '</buyer'), 'xml');
    expect(cut.rejected).toHaveLength(1);
    for (const secret of SECRETS) expect(asText(cut)).not.toContain(secret);
  });
  test.each([[`{"type":"order","buyerName":"测试甲" "${ID}"}`], [`${ID}`], [`{"type":"${ID}"}`], [`{"type":"测试甲"}`], [`{"测试甲":{"${ID}":1}}`], [`[{"type":"order"}, 测试甲]`]])('from what is no document: case %#', (text) => {
    const result = take(text);
    expect(result.rejected.length).toBeGreaterThan(0);
    for (const secret of SECRETS) expect(asText(result)).not.toContain(secret);
  });
  test('from the name of an extra field', () => {
    const result = take(JSON.stringify(order()).replace('{', `{"测试甲${ID}":${'['.repeat(30)}${']'.repeat(30)},`));
    expect(result.rejected[0]?.code).toBe('TOO_DEEP');
    for (const secret of SECRETS) expect(asText(result)).not.toContain(secret);
  });
});

test('sealing the same text twice gives different bytes, and a changed byte does not open', () => {
  const sealed = () => intake.take(submission('{'), NOW).rejected[0]?.deadLetter.sealed as Uint8Array;
  const one = Buffer.from(sealed());
  expect(one.equals(Buffer.from(sealed()))).toBe(false);
  one[one.length - 1] = (one[one.length - 1] as number) ^ 1;
  expect(() => intake.unseal(one)).toThrow(/do not open with seal key test-key/);
});
