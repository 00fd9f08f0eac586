/**
 * XML signatures as customs' cards make them: one enveloped signature in the message's root over the whole message, RSA (SHA-1, SHA-256) or SM2 (SM3).
 * Everything else is refused before any digest is taken, so that no signature can cover something other than what is read.
 */
import { DOMParser } from '@xmldom/xmldom';
import { sm2, sm3 } from 'sm-crypto-v2';
import { SignedXml } from 'xml-crypto';
import { type Element, readXml } from '../../schemas/customs/xml.ts';
import { SIGNATURE_OUTCOMES, type SignatureOutcome } from '../../schemas/signatures.ts';
import { type AuthorityConfig, NONE, type Verdict, type Verify } from './signature.ts';
import { createFindKey, type FindKey, type KeyInfo, readAuthorities, readTrusted } from './trusted.ts';
import type { PublicKey } from './x509.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const ENVELOPED = `${DS}enveloped-signature`;
const CANONICAL = new Set(['http://www.w3.org/TR/2001/REC-xml-c14n-20010315', 'http://www.w3.org/2001/10/xml-exc-c14n#'].flatMap((name) => [name, `${name}${name.endsWith('#') ? '' : '#'}WithComments`]));
const KINDS: Readonly<Record<string, PublicKey['kind']>> = {
  [`${DS}rsa-sha1`]: 'rsa', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'rsa', [`${DS}sm2-sm3`]: 'sm2', 'http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3': 'sm2',
};
const SM3_DIGESTS = [`${DS}sm3`, 'http://www.chinaport.gov.cn/2022/04/xmldsig#sm3'];
const DIGESTS = new Set([`${DS}sha1`, 'http://www.w3.org/2001/04/xmlenc#sha256', ...SM3_DIGESTS]);

class Sm3 {
  getAlgorithmName = (): string => SM3_DIGESTS[0] as string;
  getHash = (xml: string): string => Buffer.from(sm3(Buffer.from(xml)), 'hex').toString('base64');
}

/** Under the identity that all Chinese cards use (GM/T 0009); the value as r ‖ s, or in DER. */
class Sm2Sm3 {
  getAlgorithmName = (): string => `${DS}sm2-sm3`;
  getSignature = (): string => { throw new Error('signatures are only verified here'); };
  verifySignature(material: string, key: unknown, value: string): boolean {
    const bytes = Buffer.from(value, 'base64');
    return sm2.doVerifySignature(Buffer.from(material), bytes.toString('hex'), String(key), { hash: true, der: bytes.length !== 64 });
  }
}

export function createVerifier(certificates: readonly string[], authorities?: AuthorityConfig): Verify {
  const findKey = createFindKey(readTrusted(certificates), authorities && readAuthorities(authorities));
  return (text, root, now) => {
    const found = signaturesIn(root);
    const [signature] = found;
    if (signature === undefined) return NONE;
    if (found.length > 1) return invalid('more than one signature');
    if (!root.children.includes(signature)) return unsupported('the signature does not stand in the message\'s root');
    const misshapen = shapeOf(signature);
    if (misshapen !== undefined) return unsupported(misshapen);
    try {
      return verify(text, root, signature, findKey, now);
    } catch {
      // What the libraries say may quote the message.
      return invalid('digest or signature value do not fit');
    }
  };
}

const invalid = (why: string): Verdict => ({ outcome: 'invalid', why });
const refused = (outcome: SignatureOutcome): Verdict => ({ outcome, why: SIGNATURE_OUTCOMES[outcome].en });
const unsupported = (why: string): Verdict => ({ outcome: 'unsupported', why });

function signaturesIn(element: Element): Element[] {
  return element.children.flatMap((child) => (child.name === 'Signature' ? [child, ...signaturesIn(child)] : signaturesIn(child)));
}

const names = (element: Element | undefined): string => (element?.children ?? []).map((child) => child.name).join(' ');

/** Each part once and nothing besides: so whatever looks a part up by its name finds the only one. */
function shapeOf(signature: Element): string | undefined {
  if (!/^SignedInfo SignatureValue( KeyInfo)?$/.test(names(signature))) return 'the signature has other parts than SignedInfo, SignatureValue and KeyInfo';
  const [signedInfo] = signature.children;
  if (names(signedInfo) !== 'CanonicalizationMethod SignatureMethod Reference') return 'not exactly one reference is signed';
  const [, , reference] = signedInfo?.children ?? [];
  if (names(reference) !== 'Transforms DigestMethod DigestValue') return 'the reference has other parts than transforms and digest';
  const [transforms] = reference?.children ?? [];
  const fits = /^Transform( Transform)?$/.test(names(transforms)) && transforms?.children.every((one) => /^(InclusiveNamespaces)?$/.test(names(one)));
  return fits ? undefined : TRANSFORMS;
}
const TRANSFORMS = 'expected the enveloped-signature transform and at most a canonicalization';

function verify(text: string, root: Element, signature: Element, findKey: FindKey, now: number): Verdict {
  const fail = (): never => { throw new Error('not well-formed'); };
  const document = new DOMParser({ errorHandler: { warning: () => undefined, error: fail, fatalError: fail } }).parseFromString(text, 'text/xml');
  const nodes = document.getElementsByTagNameNS(DS, 'Signature');
  const node = nodes[0];
  if (node === undefined || nodes.length > 1) return unsupported('the element Signature is none of XML signatures');

  const signed = new SignedXml({ getCertFromKeyInfo: () => null });
  signed.SignatureAlgorithms = { ...signed.SignatureAlgorithms, ...Object.fromEntries(Object.keys(KINDS).filter((name) => KINDS[name] === 'sm2').map((name) => [name, Sm2Sm3])) };
  signed.HashAlgorithms = { ...signed.HashAlgorithms, ...Object.fromEntries(SM3_DIGESTS.map((name) => [name, Sm3])) };
  const odd = load(signed, node) ?? algorithmsOf(signed);
  if (odd !== undefined) return unsupported(odd);
  const key = findKey(keyInfoOf(signature), now);
  if (typeof key === 'string') return refused(key);
  if (KINDS[String(signed.signatureAlgorithm)] !== key.kind) return invalid('the certificate\'s key is of another kind than the signature');
  signed.publicCert = key.key;
  if (!signed.checkSignature(text)) return invalid('the content was changed after it was signed');
  // What is read must be what was signed, whatever two parsers may think of the same text.
  const canonical = readXml(signed.getSignedReferences()[0] ?? '');
  return canonical.ok && sameContent(root, canonical.root) ? { outcome: 'valid', why: '' } : invalid('what was signed is not what was read');
}

/** It canonicalizes SignedInfo at once, by an algorithm that it may not know. */
function load(signed: SignedXml, node: unknown): string | undefined {
  try {
    signed.loadSignature(node as Node);
    return undefined;
  } catch {
    return 'the signature names no canonicalization, digest or reference that is known';
  }
}

/** Why the signature is not one of customs', or undefined. */
function algorithmsOf(signed: SignedXml): string | undefined {
  const [reference] = signed.getReferences();
  if (reference === undefined || reference.uri !== '') return 'the reference does not cover the whole message (URI="")';
  if (KINDS[String(signed.signatureAlgorithm)] === undefined) return 'the signature algorithm is none of RSA with SHA-1 or SHA-256 and SM2 with SM3';
  if (!DIGESTS.has(reference.digestAlgorithm)) return 'the digest algorithm is none of SHA-1, SHA-256 and SM3';
  if (!CANONICAL.has(String(signed.canonicalizationAlgorithm))) return 'the canonicalization is none of Canonical XML 1.0 and its exclusive form';
  // The library adds a canonicalization where none is named.
  const [first, ...others] = reference.transforms;
  return first === ENVELOPED && others.every((name) => CANONICAL.has(name)) ? undefined : TRANSFORMS;
}

function keyInfoOf(signature: Element): KeyInfo {
  const info = signature.children[2];
  const texts = (element: Element | undefined, name: string): string[] => (element?.children ?? []).flatMap((child) => (child.name === name ? [child.text.replace(/\s+/g, '')] : texts(child, name)));
  return { certificates: texts(info, 'X509Certificate').map((one) => one.replace(/-----(BEGIN|END)CERTIFICATE-----/g, '')), name: texts(info, 'KeyName')[0] ?? '' };
}

/** Of two readings: names, order and leaves. The signature is in the first only. */
function sameContent(read: Element, signed: Element): boolean {
  const children = read.children.filter(({ name }) => name !== 'Signature');
  if (read.name !== signed.name || read.guid !== signed.guid || children.length !== signed.children.length) return false;
  if (read.children.length === 0) return read.text === signed.text;
  return children.every((child, i) => sameContent(child, signed.children[i] as Element));
}
