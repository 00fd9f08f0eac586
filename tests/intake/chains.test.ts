import { AsnParser } from '@peculiar/asn1-schema';
import { CertificateList } from '@peculiar/asn1-x509';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createVouch, LIMITS } from '../../processors/intake/chains.ts';
import { createIntake, type IntakeConfig } from '../../processors/intake/intake.ts';
import { type AuthorityConfig, loadSignatures } from '../../processors/intake/signature.ts';
import { createFindKey, readAuthorities, readTrusted } from '../../processors/intake/trusted.ts';
import { readCertificate, readRevocations } from '../../processors/intake/x509.ts';
import { createVerifier } from '../../processors/intake/xmldsig.ts';
import { intakeThread } from '../../processors/intake/thread.ts';
import { followTrust, loadTrust } from '../../processors/trust.ts';
import { readXml } from '../../schemas/customs/xml.ts';
import { REASONS } from '../../schemas/reasons.ts';
import { SIGNATURE_OUTCOMES, type SignatureOutcome } from '../../schemas/signatures.ts';
import type { Order } from '../../schemas/trade/order.ts';
import { extension, issue, type ListWish, type Party, pointAt, revocations, RSA_SHA1_OID, type Wish } from './authority.ts';
import { documentXml, LINKAGE, messageXml, NOW, order, submission } from './fixtures.ts';
import { ecCard, hex, rsaCard, sign, tlv } from './signing.ts';


const MESSAGE = messageXml(311, documentXml('Order', order(), 'ceb:'), 'ceb:');
const base64 = ({ der }: Party): string => der.toString('base64');

const root = issue('root', undefined, { ca: true });
const middle = issue('middle', root, { ca: true });
const signer = issue('signer', middle);
const sm2Root = issue('sm2 root', undefined, { kind: 'sm2', ca: true });
const sm2Middle = issue('sm2 middle', sm2Root, { ca: true, pathLength: 0 });
const sm2Signer = issue('sm2 signer', sm2Middle);
const lists = [root, middle, sm2Root, sm2Middle].map((one) => revocations(one));

interface Given { anchors?: Party[]; intermediates?: Party[]; lists?: string[]; revocation?: AuthorityConfig['revocation'] }
const authorities = (given: Given = {}): AuthorityConfig => ({
  anchors: (given.anchors ?? [root, sm2Root]).map(({ pem }) => pem), intermediates: (given.intermediates ?? []).map(({ pem }) => pem), lists: given.lists ?? lists, revocation: given.revocation ?? 'hard',
});
const judged = (certificates: string[], given: Given = {}, now = NOW): SignatureOutcome => {
  const key = createFindKey([], readAuthorities(authorities(given)))({ certificates, name: '' }, now);
  return typeof key === 'string' ? key : 'valid';
};

describe('vouched for', () => {
  const verify = (card: Party, brought: Party[], given: Given = {}): SignatureOutcome => {
    const reading = readXml(sign(MESSAGE, { ...card, with: brought.map(({ pem }) => pem) }));
    if (!reading.ok) throw new Error(reading.problem.message);
    return createVerifier([], authorities(given))(reading.text, reading.root, NOW).outcome;
  };
  const rsaUnderSm2 = issue('rsa under sm2', sm2Middle, { kind: 'rsa' });
  test.each<[string, () => SignatureOutcome]>([
    ['RSA, the intermediate brought along', () => verify(signer, [middle])],
    ['SM2, the intermediate brought along', () => verify(sm2Signer, [sm2Middle])],
    ['SM2, the whole chain brought along', () => verify(sm2Signer, [sm2Root, sm2Middle])],
    ['the intermediate in the folder', () => verify(signer, [], { intermediates: [sm2Middle, middle] })],
    ['an RSA key under SM2 authorities', () => verify(rsaUnderSm2, [sm2Middle])],
    ['directly under the anchor', () => verify(issue('direct', root), [])],
    ['an anchor that is itself an intermediate', () => verify(signer, [middle, root], { anchors: [middle] })],
  ])('%s', (_what, outcome) => expect(outcome()).toBe('valid'));

  test('the order of what is brought says nothing, and what does not belong harms nothing', () => {
    const all = [base64(middle), base64(signer), base64(root)];
    expect(judged(all)).toBe('valid');
    expect(judged(all.reverse())).toBe('valid');
    expect(judged([base64(signer), base64(middle), base64(issue('of others', sm2Root, { ca: true }))])).toBe('cert-too-complex');
  });
  test('a certificate without any key identifiers or uses is followed by names', () => expect(judged([base64(issue('plain', root, { usage: '', plain: true }))])).toBe('valid'));
  test('pinned, no authority is asked', () => {
    const alone = rsaCard(7);
    const find = createFindKey(readTrusted([alone.pem]), readAuthorities(authorities()));
    const given = (pem: string) => ({ certificates: [pem.replace(/-----.*-----|\s/g, '')], name: '' });
    expect([find(given(alone.pem), NOW), find({ certificates: [], name: alone.serial }, NOW), find(given(rsaCard(7).pem), NOW)]).toEqual([expect.objectContaining({ kind: 'rsa' }), expect.objectContaining({ kind: 'rsa' }), 'unknown-key']);
  });
  test('changing the content, or signing by another key, is still invalid', () => {
    const verifier = createVerifier([], authorities());
    const outcome = (xml: string): SignatureOutcome => {
      const reading = readXml(xml);
      return reading.ok ? verifier(reading.text, reading.root, NOW).outcome : 'none';
    };
    const good = sign(MESSAGE, { ...sm2Signer, with: [sm2Middle.pem] });
    expect([outcome(good), outcome(good.replace('>199.90<', '>99.90<')), outcome(sign(MESSAGE, { ...sm2Signer, key: issue('thief', undefined, { kind: 'sm2' }).key, with: [sm2Middle.pem] }))]).toEqual(['valid', 'invalid', 'invalid']);
    expect(outcome(sign(MESSAGE, { ...sm2Signer, pem: signer.pem, with: [middle.pem] }))).toBe('invalid');
  });
});

/** A chain of `root → middle → signer` with something wrong with one of them. */
const chain = (wrong: { middle?: Wish; signer?: Wish; between?: Wish }): string[] => {
  const first = issue('middle', root, { ca: true, like: middle, ...wrong.middle });
  const second = wrong.between === undefined ? [] : [issue('between', first, { ca: true, ...wrong.between })];
  return [issue('signer', second[0] ?? first, { like: signer, ...wrong.signer }), first, ...second].map(base64);
};
const NAME_CONSTRAINTS = extension('0603551d1e', false, tlv(0x30, tlv(0xa0, tlv(0x30, tlv(0x82, Buffer.from('a'))))));
const expired = issue('old root', undefined, { ca: true, until: NOW - 1000 });
const UNKNOWN = extension('06032a0304', true, hex('0500'));

describe('refused, each by a code of its own', () => {
  test.each<[string, () => string[], SignatureOutcome, Given?]>([
    ['an anchor that nobody knows', () => [base64(signer), base64(middle)], 'unknown-key', { anchors: [sm2Root] }],
    ['the intermediate is missing', () => [base64(signer)], 'unknown-key'],
    ['another authority of the same name', () => { const other = issue('root', undefined, { ca: true }); return [base64(issue('s', other)), base64(other)]; }, 'unknown-key'],
    ['another authority of the same name and identifier', () => [base64(issue('s', { ...root, key: rsaCard(9).key }))], 'cert-forged'],
    ['an intermediate that has expired', () => chain({ middle: { until: NOW - 1000 } }), 'cert-expired'],
    ['a signer that has expired', () => chain({ signer: { until: NOW - 1000 } }), 'cert-expired'],
    ['an anchor that has expired', () => [base64(issue('s', expired))], 'cert-expired', { anchors: [expired] }],
    ['an intermediate that is not yet in force', () => chain({ middle: { from: NOW + 60_000 } }), 'cert-not-yet'],
    ['issued under a signer', () => { const under = issue('under', signer); return [base64(under), base64(signer), base64(middle)]; }, 'cert-not-authority'],
    ['issued under one that says that it is no authority', () => chain({ middle: { ca: false, usage: '06' } }), 'cert-not-authority'],
    ['an authority signs messages itself', () => [base64(issue('both', root, { ca: true, usage: '86' }))], 'cert-usage'],
    ['a certificate for encrypting', () => chain({ signer: { usage: '20' } }), 'cert-usage'],
    ['an authority that may not issue', () => chain({ middle: { usage: '02' } }), 'cert-usage'],
    ['one authority more than allowed', () => chain({ middle: { pathLength: 0 }, between: {} }), 'cert-path-length'],
    ['no authority below it, as it says', () => chain({ middle: { pathLength: 0 } }), 'valid'],
    ['its own new key is no authority more', () => {
      const renewed = issue('middle', middle, { ca: true, pathLength: 0 });
      const old = issue('middle', root, { ca: true, pathLength: 0, like: middle });
      return [base64(issue('s', renewed)), base64(renewed), base64(old)];
    }, 'valid', { revocation: 'soft', lists: [] }],
    ['one below it, as it says', () => chain({ middle: { pathLength: 1 }, between: {} }), 'crl-missing'],
    ['an unknown critical extension of the signer', () => chain({ signer: { extensions: [UNKNOWN] } }), 'cert-extension'],
    ['an unknown critical extension above', () => chain({ middle: { extensions: [UNKNOWN] } }), 'cert-extension'],
    ['names are constrained', () => chain({ middle: { extensions: [NAME_CONSTRAINTS] } }), 'cert-extension'],
    ['signed by SHA-1', () => chain({ signer: { algorithm: RSA_SHA1_OID } }), 'cert-weak'],
    ['an RSA key of 1,024 bits', () => chain({ signer: { like: undefined, bits: 1024 } }), 'cert-weak'],
    ['SM2: signed by another key', () => [base64(issue('s', { ...sm2Middle, key: issue('x', undefined, { kind: 'sm2' }).key })), base64(sm2Middle)], 'cert-forged'],
    ['no certificate', () => [Buffer.from('nonsense').toString('base64')], 'cert-malformed'],
    ['bytes behind the certificate', () => [Buffer.concat([signer.der, Buffer.from([0])]).toString('base64'), base64(middle)], 'cert-malformed'],
    ['a key of another kind', () => [ecCard().pem.replace(/-----.*-----|\s/g, '')], 'cert-malformed'],
    ['an extension that stands twice', () => chain({ signer: { extensions: [extension('0603551d0f', true, tlv(0x03, hex('0102')))] } }), 'cert-malformed'],
    ['more certificates than are looked at', () => Array.from({ length: LIMITS.given + 1 }, () => base64(middle)), 'cert-too-complex'],
  ])('%s', (_what, certificates, outcome, given) => expect(judged(certificates(), given)).toBe(outcome));

  test('every outcome has its words in both languages', () => {
    for (const { en, zh } of Object.values(SIGNATURE_OUTCOMES)) expect([en, zh]).toEqual([expect.stringMatching(/^[A-Z].*\.$/), expect.stringMatching(/\p{Script=Han}.*。$/u)]);
    expect(REASONS.SIGNATURE_INVALID.zh).not.toBe('');
  });
});

describe('revocation', () => {
  const given = [base64(signer), base64(middle)];
  const list = (of: Party, wish?: ListWish): string => revocations(of, wish);
  const critical = (oid: string, value: Buffer): Buffer => extension(oid, true, value);
  const issuing = (...parts: Buffer[]): Buffer => critical('0603551d1c', tlv(0x30, ...parts));
  const thief: Party = { ...middle, key: rsaCard(8).key };
  const [first, second] = [NOW - 2 * 86_400_000, NOW - 86_400_000];
  test.each<[string, string[], SignatureOutcome, SignatureOutcome]>([
    ['both lists are there and clear', [list(root), list(middle)], 'valid', 'valid'],
    ['the signer is listed', [list(root), list(middle, { revoked: [issue('other', middle, { serial: 99 }), signer] })], 'cert-revoked', 'cert-revoked'],
    ['the signer is listed with a reason', [list(root), list(middle, { revoked: [signer], entryExtensions: [extension('0603551d15', false, hex('0a0101'))] })], 'cert-revoked', 'cert-revoked'],
    ['the authority is listed', [list(root, { revoked: [middle] }), list(middle)], 'cert-revoked', 'cert-revoked'],
    ['the number is listed by another authority', [list(root, { revoked: [{ ...signer, serial: '4d7f' }] }), list(middle), list(sm2Root, { revoked: [signer, middle] })], 'valid', 'valid'],
    ['no list of the signer\'s authority', [list(root)], 'crl-missing', 'valid'],
    ['no list of the anchor', [list(middle)], 'crl-missing', 'valid'],
    ['a list past its next update', [list(root), list(middle, { until: NOW - 1000 })], 'crl-stale', 'valid'],
    ['a list past its next update that names the signer', [list(root), list(middle, { until: NOW - 1000, revoked: [signer] })], 'cert-revoked', 'cert-revoked'],
    ['a list that names no next update', [list(root), list(middle, { until: 0 })], 'crl-stale', 'valid'],
    ['a list that names the signer and no next update', [list(root), list(middle, { until: 0, revoked: [signer] })], 'cert-revoked', 'cert-revoked'],
    ['a restricted list that names no next update', [list(root), list(middle, { until: 0, extensions: [UNKNOWN] })], 'crl-forged', 'valid'],
    ['a list of tomorrow', [list(root), list(middle, { from: NOW + 86_400_000 })], 'crl-missing', 'valid'],
    ['a list by another key', [list(root), list(thief)], 'crl-forged', 'valid'],
    ['a list by another key, beside the true one', [list(root), list(middle), list(thief, { revoked: [signer] })], 'valid', 'valid'],
    ['an older list named it, a newer one does not any more', [list(root), list(middle, { from: first, revoked: [signer] }), list(middle, { from: second })], 'valid', 'valid'],
    ['the newest list names it', [list(root), list(middle, { from: second, revoked: [signer] }), list(middle, { from: first })], 'cert-revoked', 'cert-revoked'],
    ['a list of differences alone', [list(root), list(middle, { extensions: [extension('0603551d1b', false, hex('020101'))] })], 'crl-forged', 'valid'],
    ['a critical extension of the list', [list(root), list(middle, { extensions: [UNKNOWN] })], 'crl-forged', 'valid'],
    ['a critical extension of an entry', [list(root), list(middle, { revoked: [middle], entryExtensions: [UNKNOWN] })], 'crl-forged', 'valid'],
    ['a list for signers', [list(root), list(middle, { extensions: [issuing(hex('8101ff'))] })], 'valid', 'valid'],
    ['a list for authorities', [list(root), list(middle, { extensions: [issuing(hex('8201ff'))] })], 'crl-missing', 'valid'],
    ['a list of other authorities\' certificates as well', [list(root), list(middle, { extensions: [issuing(hex('8401ff'))] })], 'crl-forged', 'valid'],
    ['a part of the list for other certificates', [list(root), list(middle, { extensions: [issuing(tlv(0xa0, pointAt('http://ca.invalid/1.crl')))] })], 'crl-missing', 'valid'],
  ])('%s', (_what, of, hard, soft) => expect([judged(given, { lists: of }), judged(given, { lists: of, revocation: 'soft' })]).toEqual([hard, soft]));

  test('of a list in parts, the part that the certificate names', () => {
    const pointed = issue('pointed', middle, { point: 'http://ca.invalid/2.crl' });
    const part = (name: string, revoked: Party[] = []): string => list(middle, { revoked, extensions: [issuing(tlv(0xa0, pointAt(`http://ca.invalid/${name}.crl`)))] });
    const of = [base64(pointed), base64(middle)];
    expect([judged(of, { lists: [list(root), part('1', [pointed]), part('2')] }), judged(of, { lists: [list(root), part('1'), part('2', [pointed])] }), judged(of, { lists: [list(root), part('1')] })]).toEqual(['valid', 'cert-revoked', 'crl-missing']);
  });
  test('an authority that may not sign lists', () => {
    const issuing2 = issue('issuing only', root, { ca: true, usage: '04' });
    expect(judged([base64(issue('s', issuing2)), base64(issuing2)], { lists: [list(root), list(issuing2)] })).toBe('crl-forged');
  });
  test('SM2 lists count as well', () => {
    const of = [base64(sm2Signer), base64(sm2Middle)];
    expect([judged(of, { lists: [list(sm2Root), list(sm2Middle)] }), judged(of, { lists: [list(sm2Root), list(sm2Middle, { revoked: [sm2Signer] })] }), judged(of, { lists: [list(sm2Root), list({ ...sm2Middle, key: sm2Root.key })] })]).toEqual(['valid', 'cert-revoked', 'crl-forged']);
  });
  test('stale from the moment after its next update, as of the arrival', () => {
    const until = NOW + 3_600_000;
    const of = { lists: [list(root), list(middle, { until })] };
    expect([judged(given, of, until), judged(given, of, until + 1000)]).toEqual(['valid', 'crl-stale']);
  });
});

describe('bounded', () => {
  test('authorities that vouch for each other in circles end at once, with or without a way out', () => {
    const a = issue('a', undefined, { ca: true });
    const b = issue('b', undefined, { ca: true });
    const [aByB, bByA] = [issue('a', b, { ca: true, like: a }), issue('b', a, { ca: true, like: b })];
    const leaf = issue('leaf', a);
    expect(judged([aByB, bByA, leaf].map(base64), { anchors: [root] })).toBe('unknown-key');
    const out = issue('b', root, { ca: true, like: b });
    const clear = [root, a, b].map((one) => revocations(one));
    expect(judged([leaf].map(base64), { anchors: [root], intermediates: [aByB, bByA, out], lists: clear })).toBe('valid');
  });

  test('three authorities that all vouch for each other are followed to the one way out', () => {
    const three = ['p', 'q', 'r'].map((name) => issue(name, undefined, { ca: true }));
    const mesh = three.flatMap((issuer) => three.filter((one) => one !== issuer).map((one) => issue(one.name, issuer, { ca: true, like: one })));
    const out = issue('r', root, { ca: true, like: three[2] });
    expect(judged([base64(issue('leaf', three[0]))], { anchors: [root], intermediates: [...mesh, out], revocation: 'soft', lists: [] })).toBe('valid');
  });

  test('whatever a sender brings, no more ways are followed than the limit says', () => {
    // Each of these may have issued each other one: without a bound, 9! ways.
    const anchor = issue('x', undefined, { kind: 'sm2', ca: true, plain: true });
    const many = Array.from({ length: 9 }, () => issue('x', undefined, { kind: 'sm2', ca: true, plain: true }));
    const brought = [issue('leaf', many[0], { plain: true }), ...many].map(base64);
    expect([judged(brought, { anchors: [root] }), judged(brought, { anchors: [anchor] })]).toEqual(['cert-too-complex', 'cert-too-complex']);
    const anchors = (count: number) => ({ anchors: Array.from({ length: count }, () => issue('x', undefined, { kind: 'sm2', ca: true, plain: true })) });
    expect([judged(brought.slice(0, 1), anchors(LIMITS.paths)), judged(brought.slice(0, 1), anchors(LIMITS.paths + 1))]).toEqual(['cert-forged', 'cert-too-complex']);
  });

  test('an authority too many for the limit of depth is not followed', () => {
    const line = [root];
    for (let i = 0; i < LIMITS.authorities + 1; i++) line.push(issue(`deep ${i}`, line.at(-1), { ca: true }));
    const ends = (n: number): SignatureOutcome => judged([base64(issue('leaf', line[n]))], { intermediates: line.slice(1, n + 1), revocation: 'soft' });
    expect([ends(LIMITS.authorities), ends(LIMITS.authorities + 1)]).toEqual(['valid', 'unknown-key']);
  });
});

describe('whatever bytes come', () => {
  const vouch = createVouch(readAuthorities(authorities({ intermediates: [middle, sm2Middle] })));
  const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;
  test.each([['RSA', signer], ['SM2', sm2Signer]])('%s: a mutated certificate is refused, or is the same but for its envelope', (_kind, { der }) => {
    const { body } = readCertificate(der);
    fc.assert(fc.property(fc.array(fc.record({ at: fc.nat(der.length - 1), to: fc.nat(255), how: fc.constantFrom('set', 'cut', 'add') }), { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes: Uint8Array = Uint8Array.from(der);
      for (const { at, to, how } of changes) {
        if (how === 'set') bytes[at % bytes.length] = to;
        else if (how === 'cut') bytes = bytes.slice(0, Math.max(1, at));
        else bytes = Buffer.concat([bytes.slice(0, at), Buffer.from([to]), bytes.slice(at)]);
      }
      let read: ReturnType<typeof readCertificate>;
      try {
        read = readCertificate(bytes);
      } catch {
        return true;
      }
      return vouch(read, [], NOW) !== undefined || same(read.body, body);
    }), { numRuns: 1500 });
  });
  test('a mutated list is no list, is not its authority\'s, or says the same', () => {
    const der = Buffer.from(revocations(sm2Middle, { revoked: [sm2Signer] }), 'base64');
    const { body } = readRevocations(der);
    const of = [base64(sm2Signer), base64(sm2Middle)];
    fc.assert(fc.property(fc.nat(der.length - 1), fc.nat(255), (at, to) => {
      const bytes = Buffer.from(der);
      bytes[at] = to;
      try {
        if (same(readRevocations(bytes).body, body)) return true;
      } catch {
        return true;
      }
      return ['crl-forged', 'crl-missing'].includes(judged(of, { lists: [revocations(sm2Root), bytes.toString('base64')] }));
    }), { numRuns: 300 });
  });
  test('a list is read as the library reads it, however many it names', () => {
    const one = extension('0603551d15', false, hex('0a0101'));
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 0xffffff }), { maxLength: 40 }), fc.boolean(), (numbers, reasons) => {
      const revoked = numbers.map((n) => ({ ...sm2Root, serial: `01${n.toString(16).padStart(6, '0')}` }));
      const made = Buffer.from(revocations(sm2Root, { revoked, entryExtensions: reasons ? [one] : [], extensions: [extension('0603551d14', false, hex('020101'))] }), 'base64');
      const library = AsnParser.parse(made, CertificateList).tbsCertList;
      const ours = readRevocations(made);
      expect([...ours.serials].sort()).toEqual([...new Set((library.revokedCertificates ?? []).map(({ userCertificate }) => Buffer.from(userCertificate).toString('hex').replace(/^0+/, '').toUpperCase()))].sort());
      expect([ours.from, ours.until, ours.unusable]).toEqual([library.thisUpdate.getTime().getTime(), library.nextUpdate?.getTime().getTime() ?? 0, '']);
    }), { numRuns: 60 });
  });
  test('random bytes are refused by a word, not by a crash', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => judged([Buffer.from(bytes).toString('base64')]) === 'cert-malformed'), { numRuns: 300 });
  });
});

const CONFIG: IntakeConfig = { linkageKey: LINKAGE, sealKey: Buffer.alloc(32, 9), sealKeyId: 'k', words: [], sanctions: { complete: false, names: [] } };

test('a refusal by its certificate is a dead letter where signatures are required, with words in both languages, and an operation for K7', async () => {
  const signatures = await loadSignatures({ mode: 'require', certificates: [], authorities: authorities({ lists: [...lists, revocations(middle, { from: NOW - 1000, revoked: [signer] })] }) });
  const intake = createIntake(CONFIG, signatures);
  const { taken, rejected, noted } = intake.take(submission(sign(MESSAGE, { ...signer, with: [middle.pem] }), 'xml'), NOW);
  expect([taken, rejected.map(({ code }) => code), noted.map(({ kind, feed, code }) => [kind, feed, code])]).toEqual([[], ['SIGNATURE_INVALID'], [['signature-failed', 'tester/order', 'cert-revoked']]]);
  expect(rejected[0]?.message).toMatch(/given: cert-revoked \(A certificate was revoked.*吊销/);
  const good = intake.take(submission(sign(MESSAGE, { ...sm2Signer, with: [sm2Middle.pem] }), 'xml'), NOW);
  expect(good.taken.map((one) => (one.body as Order).signed)).toEqual([true]);
});

describe('the folder', () => {
  const folder = (files: Record<string, string | Buffer>): string => {
    const data = mkdtempSync(join(tmpdir(), 'fenghuo-chains-'));
    for (const name of ['anchors', 'intermediates', 'crls']) mkdirSync(join(data, 'trust', name), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(data, 'trust', name), text);
    return data;
  };
  const der = Buffer.from(lists[0] as string, 'base64');
  const pem = (list: string): string => `-----BEGIN X509 CRL-----\n${list}\n-----END X509 CRL-----\n`;
  test('anchors, intermediates and lists, in DER and PEM', async () => {
    const data = folder({ 'anchors/r.pem': root.pem, 'intermediates/m.pem': middle.pem, 'crls/r.crl': der, 'crls/s.pem': pem(lists[1] as string) + pem(lists[2] as string), 'crls/readme.txt': 'x' });
    expect(await loadTrust(data, { FENGHUO_REVOCATION: 'soft' })).toEqual({ mode: 'record', certificates: [], authorities: { anchors: [root.pem], intermediates: [middle.pem], lists: lists.slice(0, 3), revocation: 'soft' } });
    expect((await loadTrust(data, { FENGHUO_SIGNATURES: 'require' }))?.authorities?.revocation).toBe('hard');
  });
  test.each<[string, Record<string, string | Buffer>, NodeJS.ProcessEnv, RegExp]>([
    ['another way of revocation', {}, { FENGHUO_REVOCATION: 'no' }, /FENGHUO_REVOCATION: expected hard or soft, given 'no'/],
    ['lists without an anchor', { 'a.pem': signer.pem, 'crls/r.crl': der }, {}, /anchors: expected the certificate .* crls mean nothing/],
    ['a signer for an anchor', { 'anchors/s.pem': signer.pem }, {}, /anchors\/s\.pem: .*expected an authority's certificate/],
    ['a signer for an intermediate', { 'anchors/r.pem': root.pem, 'intermediates/s.pem': signer.pem }, {}, /intermediates\/s\.pem: .*expected an authority's certificate/],
    ['a list that is none', { 'anchors/r.pem': root.pem, 'crls/x.crl': 'nothing' }, {}, /x\.crl: revocation list 1: it is no DER/],
    ['a list cut short', { 'anchors/r.pem': root.pem, 'crls/x.crl': der.subarray(0, 100) }, {}, /x\.crl: .*cut short/],
  ])('%s stops the start, by name', (_what, files, env, said) => expect(loadTrust(folder(files), env)).rejects.toThrow(said));
});

test('the folder is read again when it has changed; what cannot be used is told and changes nothing', async () => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-follow-'));
  const put = (name: string, text: string | Buffer): void => writeFileSync(join(data, 'trust', name), text);
  for (const name of ['anchors', 'crls']) mkdirSync(join(data, 'trust', name), { recursive: true });
  put('anchors/root.pem', sm2Root.pem);
  for (const [i, one] of [sm2Root, sm2Middle].entries()) put(`crls/${i}.crl`, Buffer.from(revocations(one), 'base64'));
  const signatures = await loadTrust(data, {});
  const thread = intakeThread({ ...CONFIG, signatures });
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  const stop = followTrust(data, {}, (config) => thread.trust(config), (line) => { told.push(line); waiting.shift()?.(); }, 20);
  const change = (name: string, text: string | Buffer): Promise<void> => new Promise((seen) => { waiting.push(seen); put(name, text); });
  const message = sign(MESSAGE, { ...sm2Signer, with: [sm2Middle.pem] });
  const codes = async (): Promise<string[]> => (await thread.take(submission(message, 'xml'), NOW)).noted.map(({ code }) => code);
  try {
    expect(await codes()).toEqual([]);
    await change('crls/2.crl', Buffer.from(revocations(sm2Middle, { from: NOW - 1000, revoked: [sm2Signer] }), 'base64'));
    expect(await codes()).toEqual(['cert-revoked']);
    await change('crls/3.crl', 'nothing');
    expect(await codes()).toEqual(['cert-revoked']);
    expect(told).toEqual(['trust: certificates and revocation lists were read again', expect.stringMatching(/3\.crl: .*what was read before stays in force/)]);
  } finally {
    stop();
    await thread.stop();
  }
});

test('nothing of it is loaded where no certificate is trusted', () => {
  const root = join(import.meta.dirname, '..', '..');
  const seen = new Map<string, string>();
  const follow = (file: string, by: string): void => {
    if (seen.has(file)) return;
    seen.set(file, by);
    if (!file.endsWith('.ts')) return;
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']+)';$/gms)) follow((target as string).startsWith('.') ? join(file, '..', target as string) : (target as string), file);
  };
  for (const entry of ['cli/app.ts', 'cli/doctor.ts', 'processors/intake/worker.ts']) follow(join(root, entry), '');
  expect(seen.size).toBeGreaterThan(100);
  expect([...seen].filter(([file]) => /^(xml-crypto|sm-crypto-v2|@peculiar\/)/.test(file) || /intake\/(xmldsig|chains|x509|trusted)\.ts$/.test(file))).toEqual([]);
});
