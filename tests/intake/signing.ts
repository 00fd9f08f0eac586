/** Keys and certificates made on the spot, and messages signed with them as senders' cards do. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { sm2, sm3 } from 'sm-crypto-v2';
import { SignedXml } from 'xml-crypto';

export const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : body.length < 65_536 ? [0x82, body.length >> 8, body.length & 255] : [0x83, body.length >> 16, (body.length >> 8) & 255, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
export const hex = (text: string): Buffer => Buffer.from(text, 'hex');
export const RSA_SHA256 = tlv(0x30, hex('06092a864886f70d01010b'), hex('0500'));
export const SM2_KEY = tlv(0x30, hex('06072a8648ce3d0201'), hex('06082a811ccf5501822d'));
export const utcTime = (at: number): Buffer => tlv(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '').slice(2)}`));
const name = tlv(0x30, tlv(0x31, tlv(0x30, hex('0603550403'), tlv(0x0c, Buffer.from('synthetic')))));

/** What nobody verifies here, the issuer's signature, is a byte of zeros: trusted certificates are known one by one. */
function certificate(serial: number, spki: Uint8Array, from: number, until: number): string {
  const body = tlv(0x30, hex('a003020102'), tlv(0x02, Buffer.from([0, 0xab, serial])), RSA_SHA256, name, tlv(0x30, utcTime(from), utcTime(until)), name, spki);
  const der = tlv(0x30, body, RSA_SHA256, tlv(0x03, Buffer.from([0, 0])));
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}

/** `with`: certificates that a message of this card brings along. */
export interface Card { kind: 'rsa' | 'sm2'; pem: string; serial: string; key: string | KeyObject; with?: string[] }
const FROM = Date.UTC(2026, 0, 1);
const UNTIL = Date.UTC(2027, 0, 1);

export function rsaCard(serial: number, from = FROM, until = UNTIL): Card {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kind: 'rsa', pem: certificate(serial, publicKey.export({ type: 'spki', format: 'der' }), from, until), serial: `ab${serial.toString(16).padStart(2, '0')}`, key: privateKey };
}
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
