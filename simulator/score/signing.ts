/** Signed messages as senders' cards make them, under keys and certificates made for the run: nothing here is anybody's. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { writeXml } from '../../schemas/customs/write-xml.ts';
import type { Document } from '../documents.ts';

/** altered: changed after it was signed. stranger: signed well, under a certificate that nobody entered. */
export type Signing = 'valid' | 'altered' | 'stranger';
export interface Signer {
  /** Those that are trusted, PEM. */
  certificates: string[];
  sign(document: Document, how: Signing): string;
}

/** DER: tag, length, value. */
export const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : body.length < 65_536 ? [0x82, body.length >> 8, body.length & 255] : [0x83, body.length >> 16, (body.length >> 8) & 255, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
export const hex = (text: string): Buffer => Buffer.from(text, 'hex');
export const RSA_SHA256 = tlv(0x30, hex('06092a864886f70d01010b'), hex('0500'));
export const utcTime = (at: number): Buffer => tlv(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '').slice(2)}`));
const name = tlv(0x30, tlv(0x31, tlv(0x30, hex('0603550403'), tlv(0x0c, Buffer.from('synthetic')))));

/** What nobody verifies here, the issuer's signature, is a byte of zeros: trusted certificates are known one by one. */
export function certificate(serial: number, spki: Uint8Array, from: number, until: number): string {
  const body = tlv(0x30, hex('a003020102'), tlv(0x02, Buffer.from([0, 0xab, serial])), RSA_SHA256, name, tlv(0x30, utcTime(from), utcTime(until)), name, spki);
  const der = tlv(0x30, body, RSA_SHA256, tlv(0x03, Buffer.from([0, 0])));
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}

export interface RsaCard { pem: string; serial: string; key: KeyObject }
export function rsaCard(serial: number, from: number, until: number): RsaCard {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { pem: certificate(serial, publicKey.export({ type: 'spki', format: 'der' }), from, until), serial: `ab${serial.toString(16).padStart(2, '0')}`, key: privateKey };
}

const DS = 'http://www.w3.org/2000/09/xmldsig#';

export function createSigner(from: number, until: number): Signer {
  const [trusted, stranger] = [rsaCard(1, from, until), rsaCard(2, from, until)];
  return {
    certificates: [trusted.pem],
    sign(document, how) {
      const written = writeXml([document]);
      if (!written.ok) throw new Error(`a simulated ${String(document['type'])} has no official form: ${JSON.stringify(written)}`);
      const signed = signedBy(how === 'stranger' ? stranger : trusted, written.text);
      // What a program does that lays out anew what had been signed: the same content, other blanks.
      return how === 'altered' ? signed.replaceAll('\n      <ceb:', '\n\t\t<ceb:').replaceAll('\n    <ceb:', '\n\t<ceb:') : signed;
    },
  };
}

/** Digest SHA-1 under RSA with SHA-1, enveloped, the certificate inside: what customs' messages are signed with. */
function signedBy({ key, pem }: RsaCard, xml: string): string {
  const signed = new SignedXml({
    privateKey: key, signatureAlgorithm: `${DS}rsa-sha1`, canonicalizationAlgorithm: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
    getKeyInfoContent: () => `<ds:X509Data><ds:X509Certificate>${pem.replace(/-----.*-----|\s/g, '')}</ds:X509Certificate></ds:X509Data>`,
  });
  signed.addReference({ xpath: '/*', isEmptyUri: true, transforms: [`${DS}enveloped-signature`], digestAlgorithm: `${DS}sha1` });
  signed.computeSignature(xml, { prefix: 'ds', location: { reference: '/*', action: 'append' } });
  return signed.getSignedXml();
}
