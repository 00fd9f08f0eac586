import { describe, expect, test } from 'vitest';
import type { Order } from '../../schemas/trade/order.ts';
import { documentXml, intake, messageXml, order, take } from './fixtures.ts';
import { toGbk } from './gbk.ts';

const MESSAGE_ID = '11111111-AAAA-4AAA-8AAA-0000000000FF';
const message = (fields = order()): string => messageXml(311, documentXml('Order', fields, 'ceb:'), 'ceb:');
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const envelope = (data: string, ids = `<CopMsgId>${MESSAGE_ID}</CopMsgId><SenderId>DXPENT0000000001</SenderId>`): string => `<?xml version="1.0" encoding="UTF-8"?>
<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo>${ids}<ReceiverIds><ReceiverId>DXPEDCCEB0000002</ReceiverId></ReceiverIds><CreatTime>2026-11-20T11:59:00</CreatTime><MsgType>CEB311Message</MsgType></TransInfo>
${data}<AddInfo><FileName>CEB311Message_1.xml</FileName></AddInfo></DxpMsg>`;
const sent = (text: string | Uint8Array): string => envelope(`<Data>${base64(text)}</Data>`);
const bodyOf = (xml: string | Uint8Array): unknown => ({ ...(take(xml, 'xml').taken[0]?.body as Order), sealed: null, contentHash: '' });

describe('a message in its envelope is read as the message itself', () => {
  const plain = bodyOf(message());
  test.each([
    ['as it comes', sent(message())],
    ['in lines of 76 characters', envelope(`<Data>\n${base64(message()).replace(/(.{76})/g, '$1\r\n')}\n</Data>`)],
    ['with a prefix', sent(message()).replace(/<(\/?)(\w)/g, '<$1dxp:$2').replace('xmlns=', 'xmlns:dxp=')],
    ['the message in GBK', sent(toGbk(message().replace('UTF-8', 'GBK')))],
    ['the envelope in GBK too', toGbk(sent(message()).replace('UTF-8', 'GBK'))],
    ['with a byte order mark inside', sent(`\ufeff${message()}`)],
  ])('%s', (_how, xml) => expect(bodyOf(xml)).toEqual(plain));
  test('with several documents', () => {
    const two = messageXml(311, documentXml('Order', order(), '') + documentXml('Order', { ...order(), orderNo: 'A-2' }, ''), '');
    expect(take(sent(two), 'xml').taken.map((one) => one.key)).toEqual(['9999960001|A-1001', '9999960001|A-2']);
  });
});

describe('what is no message in an envelope is refused by name, whole, with the ids of the envelope', () => {
  test.each([
    ['no Data', envelope(''), 'BAD_ENVELOPE', 'none'],
    ['two', envelope('<Data>QQ==</Data><Data>QQ==</Data>'), 'BAD_ENVELOPE', '2'],
    ['empty Data', envelope('<Data> </Data>'), 'EMPTY_MESSAGE', 'nothing'],
    ['bad base64', envelope('<Data>not base64!</Data>'), 'BAD_ENVELOPE', '10 characters that are none'],
    ['base64 cut off', envelope(`<Data>${base64(message()).slice(0, -1)}</Data>`), 'BAD_ENVELOPE', 'base64'],
    ['the message not encoded', envelope(`<Data>${message().replace(/<\?.*?\?>/, '')}</Data>`), 'BAD_ENVELOPE', 'elements'],
    ['an envelope in an envelope', sent(sent(message())), 'BAD_ENVELOPE', 'another envelope'],
    ['broken XML inside', sent('<ceb:CEB311Message>'), 'UNREADABLE_XML', 'Data:'],
    ['a DOCTYPE inside', sent('<!DOCTYPE a><a/>'), 'XML_FORBIDDEN', 'Data:'],
    ['bytes of another encoding inside', sent(toGbk(message())), 'UNREADABLE_XML', 'Data:'],
    ['no document inside', sent(messageXml(311, '', '')), 'EMPTY_MESSAGE', 'document'],
  ])('%s', (_what, xml, code, said) => {
    const { taken, rejected, unreadable } = take(xml, 'xml');
    expect([taken, unreadable, rejected.map((r) => r.code)]).toEqual([[], true, [code]]);
    expect(rejected[0]?.message).toContain(said);
    expect(rejected[0]?.deadLetter).toMatchObject({ form: 'xml', message: expect.stringContaining(`(DXP message ${MESSAGE_ID} of DXPENT0000000001)`) as string });
    expect(Buffer.from(intake.unseal(rejected[0]?.deadLetter.sealed as Uint8Array)).toString()).toBe(xml);
  });

  test('a document refused inside names the envelope too', () => {
    const { rejected } = take(sent(message({ ...order(), orderNo: '' })), 'xml');
    expect(rejected.map((r) => [r.code, r.path, r.message.endsWith(`(DXP message ${MESSAGE_ID} of DXPENT0000000001)`)])).toEqual([['FIELD_MISSING', 'orderNo', true]]);
  });

  test('an id that is none, such as an identity number, is not repeated', () => {
    const xml = envelope('<Data>!</Data>', '<CopMsgId>990000199003074120</CopMsgId><SenderId>测试甲</SenderId>');
    expect(JSON.stringify(take(xml, 'xml').rejected.map((r) => [r.message, r.deadLetter.message]))).not.toMatch(/990000|测试甲/);
  });
});
