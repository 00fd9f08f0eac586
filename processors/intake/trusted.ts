/** The certificates that messages may be signed under: exactly these, chosen by what the signature says of its key. */
import { X509Certificate } from 'node:crypto';

export interface Trusted {
  kind: 'rsa' | 'sm2';
  /** PEM for RSA; the point in hexadecimal digits for SM2. */
  key: string;
  /** DER in base64. */
  der: string;
  serial: string;
  from: number;
  until: number;
}

/** 1.2.156.10197.1.301 as it stands in a public key. Node reads such a certificate, but has no name for its key. */
const SM2_CURVE = Buffer.from('06082a811ccf5501822d', 'hex');
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Throws where a text holds no certificate, or one that cannot be used: nothing is trusted by half. */
export function readTrusted(texts: readonly string[]): Trusted[] {
  return texts.flatMap((text, index) => {
    const found = text.match(PEM) ?? [];
    if (found.length === 0) throw new Error(`certificate file ${index + 1}: expected -----BEGIN CERTIFICATE----- (PEM), found none; convert DER with: openssl x509 -inform der -in FILE`);
    return found.map((pem) => trustedOf(new X509Certificate(pem), index));
  });
}

function trustedOf(certificate: X509Certificate, index: number): Trusted {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const kind = spki.includes(SM2_CURVE) ? 'sm2' : certificate.publicKey.asymmetricKeyType;
  if (kind !== 'rsa' && kind !== 'sm2') throw new Error(`certificate file ${index + 1}: expected an RSA or SM2 key, found ${kind ?? 'another'}; customs' messages are signed with one of those`);
  return {
    kind, key: kind === 'rsa' ? certificate.publicKey.export({ type: 'spki', format: 'pem' }) as string : spki.subarray(-65).toString('hex'), der: certificate.raw.toString('base64'),
    serial: plainSerial(certificate.serialNumber), from: Date.parse(certificate.validFrom), until: Date.parse(certificate.validTo),
  };
}

/** Serial numbers are written with and without leading zeros and colons, in either case. */
const plainSerial = (text: string): string => text.replace(/[\s:]/g, '').replace(/^0+/, '').toUpperCase();

export interface KeyInfo { certificates: string[]; name: string }

/** A certificate that is given must be a trusted one itself; else the name (the number of the card's certificate) finds it. */
export function findTrusted(trusted: readonly Trusted[], { certificates, name }: KeyInfo): Trusted | undefined {
  if (certificates.length > 0) return trusted.find(({ der }) => certificates.includes(der));
  const serial = plainSerial(name);
  const found = serial === '' ? [] : trusted.filter((one) => one.serial === serial);
  return found.length === 1 ? found[0] : undefined;
}
