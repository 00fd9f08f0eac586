/** Certificates and revocation lists taken apart: only what a path is judged by (RFC 5280; GM/T 0015 for SM2). No library for either verifies SM2, so paths are judged in chains.ts. */
import { createPublicKey, verify } from 'node:crypto';
import { AsnConvert, AsnParser } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier, BasicConstraints, Certificate, CertificateList, CRLDistributionPoints, type Extension, Extensions, IssuingDistributionPoint, KeyUsage, SubjectKeyIdentifier, type SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';
import { sm2 } from 'sm-crypto-v2';
import { elementAt, elements, sequenceOf } from './der.ts';

/** What is signed, by which algorithm, as both certificates and lists hold it. */
interface Signed { issuer: string; algorithm: string; body: Uint8Array; signature: Uint8Array; authority: string }
export interface PublicKey { kind: 'rsa' | 'sm2'; /** PEM for RSA; the point in hexadecimal digits for SM2. */ key: string; bits: number }

export interface X509 extends Signed, PublicKey {
  /** DER in base64. */
  der: string;
  serial: string;
  subject: string;
  from: number;
  until: number;
  ca: boolean;
  /** How many authorities may stand below it. */
  pathLength: number;
  /** Undefined: any. */
  usage: readonly string[] | undefined;
  /** Its subject's key identifier, or ''. */
  identifier: string;
  /** Where its revocations are listed, each in DER. */
  points: readonly string[];
  /** An extension that would have to be understood and is not, or ''. */
  unknown: string;
}

export interface RevocationList extends Signed {
  from: number;
  /** 0: it does not say. */
  until: number;
  serials: ReadonlySet<string>;
  /** Which certificates it is for. */
  scope: 'all' | 'users' | 'authorities';
  /** A partial list is for certificates that name one of these points. */
  points: readonly string[];
  /** Why it cannot be used, or ''. */
  unusable: string;
}

const ID = { subjectKey: '2.5.29.14', usage: '2.5.29.15', basic: '2.5.29.19', crlNumber: '2.5.29.20', delta: '2.5.29.27', issuingPoint: '2.5.29.28', names: '2.5.29.30', points: '2.5.29.31', policies: '2.5.29.32', authorityKey: '2.5.29.35' } as const;
/** Understood, or without consequence here: no policy is asked for. What narrows names or policies must be understood wherever it stands. */
const KNOWN = new Set<string>([ID.subjectKey, ID.usage, ID.basic, ID.points, ID.policies, ID.authorityKey]);
const NARROWING = new Set<string>([ID.names, '2.5.29.36', '2.5.29.54']);
const KNOWN_OF_LISTS = new Set<string>([ID.crlNumber, ID.issuingPoint, ID.authorityKey]);
const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
/** 1.2.156.10197.1.301 in DER. */
const SM2_CURVE = '06082a811ccf5501822d';
/** Certificates by SHA-1 or MD5 can be forged: they count only where they are pinned. */
const ALGORITHMS: Readonly<Record<string, { kind: PublicKey['kind']; hash: string }>> = {
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: 'sha256' }, '1.2.840.113549.1.1.12': { kind: 'rsa', hash: 'sha384' }, '1.2.840.113549.1.1.13': { kind: 'rsa', hash: 'sha512' }, '1.2.156.10197.1.501': { kind: 'sm2', hash: 'sm3' },
};
export const isStrong = (algorithm: string): boolean => ALGORITHMS[algorithm] !== undefined;

const hex = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex');
const encoded = (value: unknown): string => hex(AsnConvert.serialize(value));
/** Serial numbers are written with and without leading zeros and colons, in either case. */
export const plainSerial = (text: string): string => text.replace(/[\s:]/g, '').replace(/^0+/, '').toUpperCase();

/** Throws where the bytes are no certificate, or one with a key of another kind. */
export function readCertificate(der: Uint8Array): X509 {
  const certificate = whole(der, Certificate);
  const { tbsCertificate: body } = certificate;
  if (!sameAlgorithm(body.signature, certificate.signatureAlgorithm)) throw new Error('it names two algorithms of its signature');
  const extensions = extensionsIn(der, 0xa3);
  const basic = part(extensions, ID.basic, BasicConstraints);
  const unknown = [...extensions.values()].find(({ extnID, critical }) => (critical && !KNOWN.has(extnID)) || NARROWING.has(extnID));
  return {
    ...keyOf(body.subjectPublicKeyInfo), der: Buffer.from(der).toString('base64'), serial: plainSerial(hex(body.serialNumber)), subject: encoded(body.subject), issuer: encoded(body.issuer),
    from: timeOf(body.validity.notBefore), until: timeOf(body.validity.notAfter), ca: basic?.cA === true, pathLength: basic?.pathLenConstraint ?? Number.POSITIVE_INFINITY,
    usage: part(extensions, ID.usage, KeyUsage)?.toJSON(), identifier: identifierOf(part(extensions, ID.subjectKey, SubjectKeyIdentifier)?.buffer), authority: authorityOf(extensions),
    points: (part(extensions, ID.points, CRLDistributionPoints) ?? []).flatMap((point) => (point.distributionPoint?.fullName ?? []).map(encoded)), unknown: unknown?.extnID ?? '',
    algorithm: certificate.signatureAlgorithm.algorithm, body: bytesOf(certificate.tbsCertificateRaw), signature: new Uint8Array(certificate.signatureValue),
  };
}

/** Throws where the bytes are no revocation list. */
export function readRevocations(der: Uint8Array): RevocationList {
  const { rest, body: signed, entries } = withoutEntries(der);
  const list = whole(rest, CertificateList);
  const { tbsCertList: body } = list;
  if (!sameAlgorithm(body.signature, list.signatureAlgorithm)) throw new Error('it names two algorithms of its signature');
  const extensions = extensionsIn(der, 0xa0);
  const odd = [...extensions.values()].find(({ extnID, critical }) => critical && !KNOWN_OF_LISTS.has(extnID))?.extnID ?? (entries.odd ? 'of an entry' : undefined);
  const point = part(extensions, ID.issuingPoint, IssuingDistributionPoint);
  const narrow = point !== undefined && (point.indirectCRL || point.onlyContainsAttributeCerts || point.onlySomeReasons !== undefined || point.distributionPoint?.nameRelativeToCRLIssuer !== undefined);
  return {
    issuer: encoded(body.issuer), from: timeOf(body.thisUpdate), until: body.nextUpdate ? timeOf(body.nextUpdate) : 0, serials: entries.serials,
    scope: point?.onlyContainsUserCerts ? 'users' : point?.onlyContainsCACerts ? 'authorities' : 'all', points: (point?.distributionPoint?.fullName ?? []).map(encoded), authority: authorityOf(extensions),
    unusable: odd !== undefined || extensions.has(ID.delta) ? `extension ${odd ?? ID.delta} is not understood` : narrow ? 'it is for some reasons or other issuers only' : '',
    algorithm: list.signatureAlgorithm.algorithm, body: signed, signature: new Uint8Array(list.signature),
  };
}

/** Whether the key's owner signed it. Never throws: what cannot be verified was not signed. */
export function isSignedBy({ algorithm, body, signature }: Signed, { kind, key }: PublicKey): boolean {
  const by = ALGORITHMS[algorithm];
  if (by?.kind !== kind) return false;
  try {
    return kind === 'rsa' ? verify(by.hash, body, key, signature) : sm2.doVerifySignature(body, Buffer.from(signature).toString('hex'), key, { hash: true, der: true });
  } catch {
    return false;
  }
}

/** The bytes and nothing behind them: trailing bytes are no part of what was signed. */
function whole<T>(der: Uint8Array, type: new () => T): T {
  const { tag, to } = elementAt(der, 0, der.length);
  if (tag !== SEQUENCE || to !== der.length || to > LIMITS.maxContentLength) throw new Error('it is no certificate and no list, is too long, or holds more than one');
  return AsnParser.parse(der, type, { berOptions: LIMITS });
}
const SEQUENCE = 0x30;
const LIMITS = { maxNodes: 2_000, maxDepth: 30, maxContentLength: 12_288 } as const;

interface Entries { serials: Set<string>; /** One of them holds a critical extension. */ odd: boolean }

/** A list taken apart: everything but its entries, what was signed, and the entries. */
function withoutEntries(der: Uint8Array): { rest: Uint8Array; body: Uint8Array; entries: Entries } {
  const slice = ({ start, to }: { start: number; to: number }): Uint8Array => der.subarray(start, to);
  const list = elementAt(der, 0, der.length);
  const [body, ...others] = elements(der, list.from, list.to);
  if (list.to !== der.length || body === undefined) throw new Error('it is no list, or holds more than one');
  const parts = elements(der, body.from, body.to);
  // Algorithm, issuer, entries: the third SEQUENCE, where there is one.
  const revoked = parts.filter(({ tag }) => tag === SEQUENCE)[2];
  const rest = sequenceOf([sequenceOf(parts.filter((part) => part !== revoked).map(slice)), ...others.map(slice)]);
  const entries: Entries = { serials: new Set(), odd: false };
  for (const entry of revoked ? elements(der, revoked.from, revoked.to) : []) {
    const [serial, , extensions] = elements(der, entry.from, entry.to);
    if (serial === undefined) throw new Error('an entry names no certificate');
    entries.serials.add(plainSerial(Buffer.from(der.subarray(serial.from, serial.to)).toString('hex')));
    // Each is id, whether it is critical (left out: no), value.
    if (extensions) for (const one of elements(der, extensions.from, extensions.to)) entries.odd ||= elements(der, one.from, one.to).some(({ tag, from }) => tag === BOOLEAN && der[from] !== 0);
  }
  return { rest, body: slice(body), entries };
}
const BOOLEAN = 0x01;

/** A date that is none would lie neither before nor after any day. */
function timeOf(time: { getTime(): Date }): number {
  const at = time.getTime().getTime();
  if (!Number.isFinite(at)) throw new Error('one of its dates is none');
  return at;
}

const bytesOf = (raw: ArrayBuffer | undefined): Uint8Array => new Uint8Array(raw ?? new ArrayBuffer(0));
const sameAlgorithm = (left: { algorithm: string }, right: { algorithm: string }): boolean => left.algorithm === right.algorithm;

/** Looked up by their tag: where an optional part before them is missing, the library passes over what follows, and a restriction that is not seen is none. */
function extensionsIn(der: Uint8Array, tag: number): Map<string, Extension> {
  const outer = elementAt(der, 0, der.length);
  const body = elementAt(der, outer.from, outer.to);
  const [held, ...others] = elements(der, body.from, body.to).filter((part) => part.tag === tag);
  if (held === undefined) return new Map();
  const extensions = AsnParser.parse(der.subarray(held.from, held.to), Extensions, { berOptions: LIMITS });
  const found = new Map(extensions.map((one) => [one.extnID, one]));
  if (found.size !== extensions.length || others.length > 0) throw new Error('an extension stands twice');
  return found;
}

function part<T>(extensions: Map<string, Extension>, id: string, type: new () => T): T | undefined {
  const extension = extensions.get(id);
  return extension && AsnParser.parse(extension.extnValue.buffer, type);
}

const identifierOf = (bytes: ArrayBuffer | undefined): string => (bytes ? hex(bytes) : '');
const authorityOf = (extensions: Map<string, Extension>): string => identifierOf(part(extensions, ID.authorityKey, AuthorityKeyIdentifier)?.keyIdentifier?.buffer);

function keyOf(info: SubjectPublicKeyInfo): PublicKey {
  const { algorithm, parameters } = info.algorithm;
  const point = hex(info.subjectPublicKey);
  if (algorithm === EC && parameters && hex(parameters) === SM2_CURVE && /^04[0-9a-f]{128}$/.test(point)) return { kind: 'sm2', key: point, bits: 256 };
  if (algorithm !== RSA) throw new Error(`expected an RSA or SM2 key, found ${algorithm === EC ? 'ec' : algorithm}; customs' messages are signed with one of those`);
  const key = createPublicKey({ key: Buffer.from(AsnConvert.serialize(info)), format: 'der', type: 'spki' });
  return { kind: 'rsa', key: key.export({ type: 'spki', format: 'pem' }) as string, bits: key.asymmetricKeyDetails?.modulusLength ?? 0 };
}
