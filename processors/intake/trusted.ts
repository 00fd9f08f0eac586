/** Whom messages may be signed by: certificates known one by one, and those that an authority vouches for. What a signature says of its key finds the one. */
import type { SignatureOutcome } from '../../schemas/signatures.ts';
import { type Authorities, createVouch, LIMITS, type Vouch } from './chains.ts';
import type { AuthorityConfig } from './signature.ts';
import { plainSerial, type PublicKey, readCertificate, readRevocations, type X509 } from './x509.ts';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Throws where a text holds no certificate, or one that cannot be used: nothing is trusted by half. */
export function readTrusted(texts: readonly string[]): X509[] {
  return texts.flatMap((text, index) => {
    const found = text.match(PEM) ?? [];
    if (found.length === 0) throw new Error(`certificate file ${index + 1}: expected -----BEGIN CERTIFICATE----- (PEM), found none; convert DER with: openssl x509 -inform der -in FILE`);
    return found.map((pem) => read(`certificate file ${index + 1}`, () => readCertificate(Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64'))));
  });
}

export function readAuthorities({ anchors, intermediates, lists, revocation }: AuthorityConfig): Authorities {
  const authorities = (texts: readonly string[]): X509[] => readTrusted(texts).map((one, i) => {
    if (!one.ca) throw new Error(`certificate ${i + 1}: expected an authority's certificate (basic constraints: CA), found another; a sender's own belongs beside the folders, not into them`);
    return one;
  });
  return { anchors: authorities(anchors), intermediates: authorities(intermediates), lists: lists.map((list, i) => read(`revocation list ${i + 1}`, () => readRevocations(Buffer.from(list, 'base64')))), revocation };
}

function read<T>(what: string, reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

export interface KeyInfo { certificates: string[]; name: string }
/** The key under which a message must be signed, or why there is none. */
export type FindKey = (given: KeyInfo, now: number) => PublicKey | SignatureOutcome;

export function createFindKey(pinned: readonly X509[], authorities: Authorities | undefined): FindKey {
  const vouch = authorities && createVouch(authorities);
  return (given, now) => {
    const known = findPinned(pinned, given);
    if (known !== undefined) return now < known.from ? 'cert-not-yet' : now > known.until ? 'cert-expired' : known;
    return vouch === undefined || given.certificates.length === 0 ? 'unknown-key' : vouchedFor(vouch, given.certificates, now);
  };
}

/** One of the certificates that are given must be a pinned one itself; without any, the name (the number of the card's certificate) finds it. */
function findPinned(pinned: readonly X509[], { certificates, name }: KeyInfo): X509 | undefined {
  if (certificates.length > 0) return pinned.find(({ der }) => certificates.includes(der));
  const serial = plainSerial(name);
  const found = serial === '' ? [] : pinned.filter((one) => one.serial === serial);
  return found.length === 1 ? found[0] : undefined;
}

/** The order of certificates says nothing: the signer's is the one that issued none of the others. */
function vouchedFor(vouch: Vouch, certificates: readonly string[], now: number): PublicKey | SignatureOutcome {
  if (certificates.length > LIMITS.given) return 'cert-too-complex';
  let given: X509[];
  try {
    given = certificates.map((text) => readCertificate(Buffer.from(text, 'base64')));
  } catch {
    return 'cert-malformed';
  }
  const signers = given.filter((one) => !given.some((other) => other !== one && other.issuer === one.subject));
  const [signer] = signers;
  return signer === undefined || signers.length > 1 ? 'cert-too-complex' : vouch(signer, given, now) ?? signer;
}
