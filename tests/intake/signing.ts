/** Keys and certificates made on the spot, and messages signed with them as senders' cards do. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { sm2, sm3 } from 'sm-crypto-v2';
import { SignedXml } from 'xml-crypto';
import { certificate, hex, rsaCard as makeRsa, RSA_SHA256, tlv, utcTime } from '../../simulator/score/signing.ts';

export { hex, RSA_SHA256, tlv, utcTime };
export const SM2_KEY = tlv(0x30, hex('06072a8648ce3d0201'), hex('06082a811ccf5501822d'));

/** `with`: certificates that a message of this card brings along. */
export interface Card { kind: 'rsa' | 'sm2'; pem: string; serial: string; key: string | KeyObject; with?: string[] }
const FROM = Date.UTC(2026, 0, 1);
const UNTIL = Date.UTC(2027, 0, 1);

export const rsaCard = (serial: number, from = FROM, until = UNTIL): Card => ({ kind: 'rsa', ...makeRsa(serial, from, until) });
export function sm2Card(serial: number): Card {
  const { publicKey, privateKey } = sm2.generateKeyPairHex();
  return { kind: 'sm2', pem: certificate(serial, tlv(0x30, SM2_KEY, tlv(0x03, Buffer.from([0]), hex(publicKey))), FROM, UNTIL), serial: `ab${serial.toString(16).padStart(2, '0')}`, key: privateKey };
}
export function ecCard(): Card {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kind: 'rsa', pem: certificate(99, publicKey.export({ type: 'spki', format: 'der' }), FROM, UNTIL), serial: 'ab63', key: privateKey };
}

const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
export const RSA_SHA1 = `${DS}rsa-sha1`;
export const SM2_SM3 = `${DS}sm2-sm3`;
export const ENVELOPED = `${DS}enveloped-signature`;

class Signer {
  getAlgorithmName = (): string => SM2_SM3;
  getSignature = (material: string, key: unknown): string => Buffer.from(sm2.doSignature(Buffer.from(material), String(key), { hash: true, der: false }), 'hex').toString('base64');
  verifySignature = (): boolean => false;
}
class Digester {
  getAlgorithmName = (): string => `${DS}sm3`;
  getHash = (xml: string): string => Buffer.from(sm3(Buffer.from(xml)), 'hex').toString('base64');
}

export interface How { method?: string; digest?: string; transforms?: string[]; xpath?: string; canonical?: string; keyInfo?: 'certificate' | 'name' | 'none' }

/** The signed message. `xpath`: what the reference covers, the whole where not given. */
export function sign(xml: string, card: Card, how: How = {}): string {
  const { method = card.kind === 'rsa' ? RSA_SHA1 : SM2_SM3, digest = `${DS}sha1`, transforms = [ENVELOPED], xpath, canonical = C14N, keyInfo = 'certificate' } = how;
  const content = {
    certificate: `<ds:X509Data>${[card.pem, ...(card.with ?? [])].map((pem) => `<ds:X509Certificate>${pem.replace(/-----.*-----|\s/g, '')}</ds:X509Certificate>`).join('')}</ds:X509Data>`, name: `<ds:KeyName>0${card.serial}</ds:KeyName>`, none: '',
  }[keyInfo];
  const signed = new SignedXml({ privateKey: card.key, signatureAlgorithm: method, canonicalizationAlgorithm: canonical, getKeyInfoContent: () => content || null });
  signed.SignatureAlgorithms = { ...signed.SignatureAlgorithms, [SM2_SM3]: Signer };
  signed.HashAlgorithms = { ...signed.HashAlgorithms, [`${DS}sm3`]: Digester };
  signed.addReference({ xpath: xpath ?? '/*', isEmptyUri: xpath === undefined, transforms, digestAlgorithm: digest });
  signed.computeSignature(xml, { prefix: 'ds', location: { reference: '/*', action: 'append' } });
  return signed.getSignedXml();
}
