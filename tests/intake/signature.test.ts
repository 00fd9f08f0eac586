import { createHash, type KeyObject, sign as signBytes } from 'node:crypto';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createIntake, type IntakeConfig, type IntakeResult, type Submission } from '../../processors/intake/intake.ts';
import { loadSignatures, type SignatureMode, type Verdict } from '../../processors/intake/signature.ts';
import { intakeThread } from '../../processors/intake/thread.ts';
import { createVerifier } from '../../processors/intake/xmldsig.ts';
import { loadTrust } from '../../processors/trust.ts';
import { readXml } from '../../schemas/customs/xml.ts';
import type { Order } from '../../schemas/trade/order.ts';
import { documentXml, LINKAGE, messageXml, NOW, order, submission } from './fixtures.ts';
import { toGbk } from './gbk.ts';
import { C14N, ecCard, ENVELOPED, rsaCard, RSA_SHA1, sign, sm2Card } from './signing.ts';

const rsa = rsaCard(1);
const sm2 = sm2Card(2);
const stranger = rsaCard(3);
const old = rsaCard(4, Date.UTC(2020, 0, 1), NOW - 1000);
const coming = rsaCard(5, NOW + 60_000, Date.UTC(2030, 0, 1));
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const trusted = createVerifier([rsa.pem + sm2.pem, old.pem, coming.pem]);
const MESSAGE = messageXml(311, documentXml('Order', order(), 'ceb:'), 'ceb:');

function verify(xml: string | Uint8Array, now = NOW): Verdict {
  const reading = readXml(xml);
  if (!reading.ok) throw new Error(reading.problem.message);
  return trusted(reading.text, reading.root, now);
}

describe('valid', () => {
  test.each([
    ['RSA with SHA-1, its certificate inside', sign(MESSAGE, rsa)],
    ['RSA with SHA-1, its number inside', sign(MESSAGE, rsa, { keyInfo: 'name' })],
    ['RSA with SHA-256', sign(MESSAGE, rsa, { method: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', digest: 'http://www.w3.org/2001/04/xmlenc#sha256' })],
    ['SM2 with SM3 over a SHA-1 digest, as customs\' cards do', sign(MESSAGE, sm2)],
    ['SM2 with SM3 over an SM3 digest', sign(MESSAGE, sm2, { digest: `${DS}sm3`, keyInfo: 'name' })],
    ['exclusive canonicalization', sign(MESSAGE, rsa, { canonical: 'http://www.w3.org/2001/10/xml-exc-c14n#', transforms: [ENVELOPED, 'http://www.w3.org/2001/10/xml-exc-c14n#'] })],
    ['canonicalization with comments', sign(MESSAGE, rsa, { canonical: `${C14N}#WithComments` })],
    ['no prefix', sign(messageXml(311, documentXml('Order', order(), ''), ''), rsa)],
    ['CDATA, comments and CRLF in the message', sign(MESSAGE.replace('>测试平台<', '><!-- c --><![CDATA[测试&平台]]><').replaceAll('\n', '\r\n'), rsa)],
    ['GBK', toGbk(sign(MESSAGE, rsa).replace('UTF-8', 'GBK'))],
  ])('%s', (_how, xml) => expect(verify(xml)).toEqual({ outcome: 'valid', why: '' }));

  test('made without any library: digest and value over the canonical text, written by hand', () => {
    const body = `<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="m-1" version="1.0">${documentXml('Order', order(), 'ceb:')}`;
    const end = '</ceb:CEB311Message>';
    const digest = createHash('sha1').update(body + end).digest('base64');
    const open = (spaces: string) => `<ds:SignedInfo${spaces}><ds:CanonicalizationMethod Algorithm="${C14N}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="${RSA_SHA1}"></ds:SignatureMethod><ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="${ENVELOPED}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="${DS}sha1"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
    const value = signBytes('sha1', Buffer.from(open(` xmlns:ceb="http://www.chinaport.gov.cn/ceb" xmlns:ds="${DS}"`)), rsa.key as KeyObject).toString('base64');
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${body}<ds:Signature xmlns:ds="${DS}">${open('')}<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo><ds:KeyName>${rsa.serial}</ds:KeyName></ds:KeyInfo></ds:Signature>${end}`;
    expect(verify(xml).outcome).toBe('valid');
    expect(verify(xml.replace('A-1001', 'A-1002')).outcome).toBe('invalid');
  });
});

const signed = sign(MESSAGE, rsa);
const SIGNATURE = /<ds:Signature [\s\S]*<\/ds:Signature>/;
const element = SIGNATURE.exec(signed)?.[0] as string;
const replaced = (from: string | RegExp, to: string): string => {
  const made = signed.replace(from, to);
  expect(made).not.toBe(signed);
  return made;
};
const inObject = (content: string): string => replaced('</ds:Signature>', `<ds:Object>${content}</ds:Object></ds:Signature>`);

describe('not valid', () => {
  test.each<[string, () => string, Verdict['outcome']]>([
    ['no signature', () => MESSAGE, 'none'],
    ['an amount changed', () => replaced('>199.90<', '>99.90<'), 'invalid'],
    ['a document added', () => replaced('<ceb:BaseTransfer>', `${documentXml('Order', { ...order(), orderNo: 'A-2' }, 'ceb:')}<ceb:BaseTransfer>`), 'invalid'],
    ['the guid of the message changed', () => replaced('guid="m-1"', 'guid="m-2"'), 'invalid'],
    ['the digest changed', () => replaced(/<ds:DigestValue>./, '<ds:DigestValue>Z'), 'invalid'],
    ['the signature value changed', () => replaced(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA'), 'invalid'],
    ['the signature of another message', () => sign(messageXml(311, documentXml('Order', { ...order(), orderNo: 'A-2' }, 'ceb:'), 'ceb:'), rsa).replace(SIGNATURE, element), 'invalid'],
    ['SM2: an amount changed', () => sign(MESSAGE, sm2).replace('>199.90<', '>99.90<'), 'invalid'],
    ['a certificate that has expired', () => sign(MESSAGE, old), 'cert-expired'],
    ['a certificate that is not yet in force', () => sign(MESSAGE, coming), 'cert-not-yet'],
    ['a certificate of another key', () => sign(MESSAGE, stranger).replace(/<ds:X509Certificate>.*<\/ds:X509Certificate>/, /<ds:X509Certificate>.*<\/ds:X509Certificate>/.exec(signed)?.[0] as string), 'invalid'],
    ['a key of another kind', () => sign(MESSAGE, sm2, { keyInfo: 'name' }).replace(`0${sm2.serial}`, rsa.serial), 'invalid'],
    ['a certificate that nobody trusts', () => sign(MESSAGE, stranger), 'unknown-key'],
    ['no word of the key', () => sign(MESSAGE, rsa, { keyInfo: 'none' }), 'unknown-key'],
    ['a number that nobody has', () => sign(MESSAGE, rsa, { keyInfo: 'name' }).replace(`0${rsa.serial}`, 'ff'), 'unknown-key'],
    ['two signatures', () => replaced(element, element + element), 'invalid'],
    ['a signature within a signature', () => inObject(element), 'invalid'],
    ['the signature in a document', () => replaced(element, '').replace('</ceb:Order>', `${element}</ceb:Order>`), 'unsupported'],
    ['a reference to an element by its id', () => sign(MESSAGE.replace('<ceb:Order>', '<ceb:Order Id="o">'), rsa, { xpath: "//*[local-name(.)='Order']" }), 'unsupported'],
    ['a reference elsewhere', () => replaced('URI=""', 'URI="http://example.invalid/a.xml"'), 'unsupported'],
    ['the URI taken away', () => replaced(' URI=""', ''), 'invalid'],
    ['two references', () => replaced(/<ds:Reference[\s\S]*<\/ds:Reference>/, '$&$&'), 'unsupported'],
    ['no reference', () => replaced(/<ds:Reference[\s\S]*<\/ds:Reference>/, ''), 'unsupported'],
    ['an XPath transform', () => replaced(`<ds:Transform Algorithm="${ENVELOPED}"/>`, `<ds:Transform Algorithm="${ENVELOPED}"/><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>`), 'unsupported'],
    ['an XPath transform with its expression', () => replaced(`<ds:Transform Algorithm="${ENVELOPED}"/>`, `<ds:Transform Algorithm="${ENVELOPED}"/><ds:Transform Algorithm="${C14N}"><ds:XPath>0</ds:XPath></ds:Transform>`), 'unsupported'],
    ['an XSLT transform', () => replaced(`Algorithm="${ENVELOPED}"`, 'Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"'), 'unsupported'],
    ['no enveloped-signature transform', () => replaced(`Algorithm="${ENVELOPED}"`, `Algorithm="${C14N}"`), 'unsupported'],
    ['three transforms', () => replaced(`<ds:Transform Algorithm="${ENVELOPED}"/>`, `<ds:Transform Algorithm="${ENVELOPED}"/>`.repeat(3)), 'unsupported'],
    ['an HMAC', () => replaced(`Algorithm="${RSA_SHA1}"`, `Algorithm="${DS}hmac-sha1"`), 'unsupported'],
    ['MD5', () => replaced(`Algorithm="${DS}sha1"`, 'Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"'), 'unsupported'],
    ['another canonicalization', () => replaced(`Algorithm="${C14N}"`, 'Algorithm="http://www.w3.org/2006/12/xml-c14n11"'), 'unsupported'],
    ['two SignedInfo', () => replaced(/<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/, '$&$&'), 'unsupported'],
    ['the signed message in an Object, another around it', () => inObject(MESSAGE.replace(/<\?.*\?>/, '')), 'unsupported'],
    ['the signed message within another', () => MESSAGE.replace('</ceb:CEB311Message>', `<ceb:Wrapper>${signed.replace(/<\?.*\?>/, '')}</ceb:Wrapper></ceb:CEB311Message>`), 'unsupported'],
    ['an element Signature of another namespace', () => replaced(`xmlns:ds="${DS}"`, 'xmlns:ds="urn:other"'), 'unsupported'],
    ['an empty Signature', () => replaced(element, '<Signature/>'), 'unsupported'],
  ])('%s', (_what, xml, outcome) => {
    const verdict = verify(xml());
    expect(verdict.outcome, verdict.why).toBe(outcome);
  });

  test('a certificate\'s days are those of the arrival', () => {
    expect([verify(signed, Date.UTC(2026, 0, 1) - 1).outcome, verify(signed, Date.UTC(2026, 0, 1)).outcome, verify(signed, Date.UTC(2027, 0, 1)).outcome, verify(signed, Date.UTC(2027, 0, 1) + 1).outcome])
      .toEqual(['cert-not-yet', 'valid', 'valid', 'cert-expired']);
  });

  test('whatever character of a signed message is changed, it is not valid any more', () => {
    // The signature's value in base64 may be spelt in several ways; what it covers may not.
    const end = signed.indexOf('</ds:SignedInfo>');
    fc.assert(fc.property(fc.integer({ min: 60, max: end }), fc.constantFrom('0', 'A', '中', ' ', '<!-- c -->', '&#65;'), (at, other) => {
      const changed = signed.slice(0, at) + other + signed.slice(at + 1);
      const reading = readXml(changed);
      if (!reading.ok || changed === signed) return true;
      const same = JSON.stringify(reading.root) === JSON.stringify((readXml(signed) as { root: unknown }).root);
      return same || trusted(reading.text, reading.root, NOW).outcome !== 'valid';
    }), { numRuns: 300 });
  });
});

const CONFIG: IntakeConfig = { linkageKey: LINKAGE, sealKey: Buffer.alloc(32, 9), sealKeyId: 'k', words: [], sanctions: { complete: false, names: [] } };
const intakeOf = async (mode: SignatureMode) => createIntake(CONFIG, await loadSignatures({ mode, certificates: [rsa.pem] }));
const tampered = signed.replace('>199.90<', '>99.90<');

describe('what follows', async () => {
  const recording = await intakeOf('record');
  const requiring = await intakeOf('require');
  const taking = (intake: typeof recording, body: unknown, form: Submission['form'], more: Partial<Submission> = {}): IntakeResult => intake.take(submission(body, form, more), NOW);
  const brief = ({ taken, rejected, noted }: IntakeResult) => ({ taken: taken.map((one) => (one.body as Order).signed), rejected: rejected.map((r) => r.code), noted: noted.map(({ kind, feed, code }) => `${kind} ${feed} ${code}`) });

  test.each<[string, unknown, Submission['form'], Partial<Submission>, ReturnType<typeof brief>, ReturnType<typeof brief>]>([
    ['valid', signed, 'xml', {}, { taken: [true], rejected: [], noted: [] }, { taken: [true], rejected: [], noted: [] }],
    ['invalid', tampered, 'xml', {}, { taken: [false], rejected: [], noted: ['signature-failed tester/order invalid'] }, { taken: [], rejected: ['SIGNATURE_INVALID'], noted: ['signature-failed tester/order invalid'] }],
    ['of an unknown key', sign(MESSAGE, stranger), 'xml', {}, { taken: [false], rejected: [], noted: ['signature-failed tester/order unknown-key'] }, { taken: [], rejected: ['SIGNATURE_INVALID'], noted: ['signature-failed tester/order unknown-key'] }],
    ['none', MESSAGE, 'xml', {}, { taken: [false], rejected: [], noted: [] }, { taken: [], rejected: ['SIGNATURE_INVALID'], noted: ['signature-failed tester/order none'] }],
    ['none, simulated', MESSAGE, 'xml', { origin: 'simulated' }, { taken: [false], rejected: [], noted: [] }, { taken: [false], rejected: [], noted: [] }],
    ['none, a backfill', MESSAGE, 'xml', { origin: 'backfill', backfill: 'b' }, { taken: [false], rejected: [], noted: [] }, { taken: [false], rejected: [], noted: [] }],
    ['flat JSON', [order(), { ...order(), orderNo: 'A-2' }], 'json', {}, { taken: [false, false], rejected: [], noted: [] }, { taken: [], rejected: ['SIGNATURE_INVALID', 'SIGNATURE_INVALID'], noted: ['signature-failed tester/order none'] }],
    ['JSON with a signature', { order: { orderHead: order(), orderList: order()['items'] }, signature: 'x' }, 'json', {}, { taken: [false], rejected: [], noted: ['signature-failed tester/order unsupported'] },
      { taken: [], rejected: ['SIGNATURE_INVALID'], noted: ['signature-failed tester/order unsupported'] }],
    ['a document of a verified message, mended and replayed', order(), 'json', { replayOf: 'dl-1', verified: true }, { taken: [false], rejected: [], noted: ['replayed tester/order '] }, { taken: [false], rejected: [], noted: ['replayed tester/order '] }],
  ])('%s: record, and require', (_what, body, form, more, recorded, required) => {
    expect(brief(taking(recording, body, form, more))).toEqual(recorded);
    expect(brief(taking(requiring, body, form, more))).toEqual(required);
  });

  test('in an envelope the message inside is verified', () => {
    const inEnvelope = (xml: string) => `<DxpMsg><TransInfo><CopMsgId>a1</CopMsgId></TransInfo><Data>${Buffer.from(xml).toString('base64')}</Data></DxpMsg>`;
    expect(brief(taking(requiring, inEnvelope(signed), 'xml'))).toEqual({ taken: [true], rejected: [], noted: [] });
    expect(brief(taking(requiring, inEnvelope(tampered), 'xml'))).toMatchObject({ taken: [], rejected: ['SIGNATURE_INVALID'] });
  });

  test('a refused message is kept whole, so that its replay is verified again', async () => {
    const { rejected } = taking(requiring, sign(MESSAGE, stranger), 'xml');
    expect(rejected[0]?.deadLetter).toMatchObject({ form: 'xml', messageType: 'order', reason: 'SIGNATURE_INVALID', path: 'Signature' });
    const whole = requiring.unseal(rejected[0]?.deadLetter.sealed as Uint8Array);
    const trusting = createIntake(CONFIG, await loadSignatures({ mode: 'require', certificates: [stranger.pem] }));
    expect(brief(trusting.take(submission(whole, 'xml', { replayOf: 'dl-1', verified: false }), NOW))).toMatchObject({ taken: [true] });
    expect(brief(taking(requiring, whole, 'xml', { replayOf: 'dl-1', verified: false }))).toMatchObject({ taken: [] });
  });

  test('a check tells the verdict and refuses nothing for it', () => {
    expect(requiring.check(submission(MESSAGE, 'xml'), NOW).map((one) => [one.verdict?.outcome, one.problems])).toEqual([['none', []]]);
    expect(requiring.check(submission(tampered, 'xml'), NOW).map((one) => [one.verdict?.outcome, one.signed, one.problems])).toEqual([['invalid', false, []]]);
  });

  test('not configured, nothing is verified: a record says that a signature was there', () => {
    expect(brief(createIntake(CONFIG).take(submission(tampered, 'xml'), NOW))).toEqual({ taken: [true], rejected: [], noted: [] });
  });

  test('intake\'s thread verifies as well', async () => {
    const thread = intakeThread({ ...CONFIG, signatures: { mode: 'record', certificates: [rsa.pem] } });
    try {
      const batch = await thread.take(submission(tampered, 'xml'), NOW);
      expect([batch.accepted.map((one) => (one.body as Order).signed), batch.noted.map((one) => one.code)]).toEqual([[false], ['invalid']]);
    } finally {
      await thread.stop();
    }
  });
});

describe('the folder of certificates', () => {
  const folder = (files: Record<string, string>): string => {
    const data = mkdtempSync(join(tmpdir(), 'fenghuo-trust-'));
    mkdirSync(join(data, 'trust'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(data, 'trust', name), text);
    return data;
  };
  test('nothing there: nothing is verified', async () => expect(await loadTrust(folder({ 'note.txt': 'x' }), {})).toBeUndefined());
  test('files of one or several certificates', async () => {
    const data = folder({ 'b.pem': sm2.pem, 'a.pem': rsa.pem + old.pem });
    expect(await loadTrust(data, {})).toEqual({ mode: 'record', certificates: [rsa.pem + old.pem, sm2.pem] });
    expect((await loadTrust('/nowhere', { FENGHUO_TRUST: join(data, 'trust'), FENGHUO_SIGNATURES: 'require' }))?.mode).toBe('require');
  });
  test.each<[string, Record<string, string>, NodeJS.ProcessEnv, RegExp]>([
    ['another mode', {}, { FENGHUO_SIGNATURES: 'yes' }, /FENGHUO_SIGNATURES: expected record or require, given 'yes'/],
    ['required without a certificate', {}, { FENGHUO_SIGNATURES: 'require' }, /holds no certificate .* leave FENGHUO_SIGNATURES out/],
    ['a folder that is not there', {}, { FENGHUO_TRUST: '/nowhere/at/all' }, /FENGHUO_TRUST: expected a folder/],
    ['no PEM', { 'a.pem': 'x' }, {}, /a\.pem: .*expected -----BEGIN CERTIFICATE-----/],
    ['a broken certificate', { 'a.pem': rsa.pem.replace(/\n[\s\S]{40}/, '\n') }, {}, /a\.pem: /],
    ['a key of another kind', { 'a.pem': ecCard().pem }, {}, /a\.pem: .*expected an RSA or SM2 key, found ec/],
  ])('%s stops the start, by name', (_what, files, env, said) => expect(loadTrust(folder(files), env)).rejects.toThrow(said));
});
