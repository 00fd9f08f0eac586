/** Authorities, certificates and revocation lists made on the spot, in DER by hand: a test says of each what is wrong with it. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { hex, RSA_SHA256, SM2_KEY, tlv, utcTime, type Card } from './signing.ts';

type Kind = 'rsa' | 'sm2';
export interface Party extends Card { name: string; spki: Buffer; der: Buffer; identifier: string }
export interface Wish {
  kind?: Kind;
  serial?: number;
  from?: number;
  until?: number;
  /** Undefined: a signer's certificate. */
  ca?: boolean;
  pathLength?: number;
  /** First byte of the bit string: 80 digitalSignature, 04 keyCertSign, 02 cRLSign. '' leaves it out. */
  usage?: string;
  point?: string;
  extensions?: Buffer[];
  algorithm?: Buffer;
  /** The name of the issuer that it claims. */
  issuerName?: string;
  /** The same key once more. */
  like?: Party | undefined;
  bits?: number;
  /** Without key identifiers: names alone are left to go by. */
  plain?: boolean;
}

const SM2_SM3 = tlv(0x30, hex('06082a811ccf55018375'));
export const RSA_SHA1_OID = tlv(0x30, hex('06092a864886f70d010105'), hex('0500'));
export const FROM = Date.UTC(2026, 0, 1);
export const UNTIL = Date.UTC(2036, 0, 1);
const nameOf = (text: string): Buffer => tlv(0x30, tlv(0x31, tlv(0x30, hex('0603550403'), tlv(0x0c, Buffer.from(text)))));
export const extension = (oid: string, critical: boolean, value: Buffer): Buffer => tlv(0x30, hex(oid), critical ? hex('0101ff') : hex(''), tlv(0x04, value));
const int = (value: number): Buffer => tlv(0x02, value < 128 ? Buffer.from([value]) : Buffer.from([0, value]));
const pem = (der: Buffer): string => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
export const pointAt = (url: string): Buffer => tlv(0xa0, tlv(0x86, Buffer.from(url)));

function keysOf(kind: Kind, bits: number): { key: string | KeyObject; spki: Buffer } {
  if (kind === 'rsa') {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    return { key: privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }) };
  }
  const { publicKey, privateKey } = sm2.generateKeyPairHex();
  return { key: privateKey, spki: tlv(0x30, SM2_KEY, tlv(0x03, Buffer.from([0]), hex(publicKey))) };
}

function sealed(body: Buffer, { kind, key }: Card, algorithm: Buffer): Buffer {
  const value = kind === 'rsa' ? sign(algorithm === RSA_SHA1_OID ? 'sha1' : 'sha256', body, key as KeyObject) : hex(sm2.doSignature(body, String(key), { hash: true, der: true }));
  return tlv(0x30, body, algorithm, tlv(0x03, Buffer.from([0]), value));
}
const algorithmOf = ({ kind }: Card): Buffer => (kind === 'rsa' ? RSA_SHA256 : SM2_SM3);

let count = 0;
/** By itself where no issuer is given. */
export function issue(name: string, issuer: Party | undefined, wish: Wish = {}): Party {
  const { kind = issuer?.kind ?? 'rsa', serial = ++count % 120 + 1, from = FROM, until = UNTIL, ca, pathLength, usage = ca ? '06' : '80', point, extensions = [], like, bits = 2048 } = wish;
  const made = like ?? keysOf(kind, bits);
  const identifier = `${name}:${made.spki.subarray(-8).toString('hex')}`;
  const signer = issuer ?? { kind, key: made.key, name, identifier, pem: '', serial: '' };
  const algorithm = wish.algorithm ?? algorithmOf(signer);
  const held = [
    ...(ca === undefined ? [] : [extension('0603551d13', true, tlv(0x30, ...(ca ? [hex('0101ff')] : []), ...(pathLength === undefined ? [] : [int(pathLength)])))]),
    ...(usage === '' ? [] : [extension('0603551d0f', true, tlv(0x03, hex(`01${usage}`)))]),
    ...(wish.plain ? [] : [extension('0603551d0e', false, tlv(0x04, Buffer.from(identifier))), extension('0603551d23', false, tlv(0x30, tlv(0x80, Buffer.from(signer.identifier))))]),
    ...(point ? [extension('0603551d1f', false, tlv(0x30, tlv(0x30, tlv(0xa0, pointAt(point)))))] : []), ...extensions,
  ];
  const body = tlv(0x30, hex('a003020102'), tlv(0x02, Buffer.from([0x4d, serial])), algorithm, nameOf(wish.issuerName ?? signer.name), tlv(0x30, utcTime(from), utcTime(until)), nameOf(name), made.spki, tlv(0xa3, tlv(0x30, ...held)));
  const der = sealed(body, signer as Card, algorithm);
  return { kind, name, key: made.key, spki: made.spki, der, pem: pem(der), serial: `4d${serial.toString(16).padStart(2, '0')}`, identifier };
}

export interface ListWish { from?: number; until?: number; name?: string; extensions?: Buffer[]; revoked?: Party[]; entryExtensions?: Buffer[] }
/** In DER, base64. `until` 0 leaves nextUpdate out. */
export function revocations(issuer: Party, { from = FROM, until = UNTIL, name = issuer.name, extensions = [], revoked = [], entryExtensions = [] }: ListWish = {}): string {
  const entries = revoked.map(({ serial }) => tlv(0x30, tlv(0x02, hex(serial)), utcTime(from), ...(entryExtensions.length > 0 ? [tlv(0x30, ...entryExtensions)] : [])));
  const body = tlv(0x30, hex('020101'), algorithmOf(issuer), nameOf(name), utcTime(from), ...(until === 0 ? [] : [utcTime(until)]), ...(entries.length > 0 ? [tlv(0x30, ...entries)] : []),
    ...(extensions.length > 0 ? [tlv(0xa0, tlv(0x30, ...extensions))] : []));
  return sealed(body, issuer, algorithmOf(issuer)).toString('base64');
}
