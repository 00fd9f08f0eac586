/**
 * From a signer's certificate up to an anchor (RFC 5280 §6, as far as customs' cards need it), as of the message's arrival. Finding paths takes no cryptography; steps, paths and
 * their lengths are bounded: whoever sends certificates that vouch for each other in circles gets an answer as soon as anybody.
 */
import type { SignatureOutcome } from '../../schemas/signatures.ts';
import { isSignedBy, isStrong, type RevocationList, type X509 } from './x509.ts';

/** `hard`: a certificate counts only where its issuer's current list clears it. `soft`: a list that is missing or stale forbids nothing, what it lists is refused. */
export type Revocation = 'hard' | 'soft';
export interface Authorities { anchors: readonly X509[]; intermediates: readonly X509[]; lists: readonly RevocationList[]; revocation: Revocation }

export const LIMITS = { given: 10, authorities: 6, paths: 16, steps: 400 } as const;
const RSA_BITS = 2048;

/** Undefined: vouched for. */
export type Vouch = (leaf: X509, given: readonly X509[], now: number) => SignatureOutcome | undefined;

export function createVouch(authorities: Authorities): Vouch {
  const signed = signatureMemory();
  return (leaf, given, now) => {
    const found = findPaths(leaf, [...given, ...authorities.intermediates], authorities.anchors);
    if (found === 'too-complex') return 'cert-too-complex';
    let first: SignatureOutcome | undefined;
    for (const path of found) {
      const fault = judge(path, authorities, now, signed);
      if (fault === undefined) return undefined;
      first ??= fault;
    }
    return first ?? 'unknown-key';
  };
}

type IsSigned = (what: X509 | RevocationList, by: X509) => boolean;

/** Whether one signed the other never changes, and each message of a sender asks it again. Dates and lists are judged anew. */
function signatureMemory(): IsSigned {
  const known = new WeakMap<RevocationList, Map<string, boolean>>();
  let certificates = new Map<string, boolean>();
  return (what, by) => {
    if (!('der' in what)) {
      const of = known.get(what) ?? new Map<string, boolean>();
      known.set(what, of);
      return remembered(of, by.key, what, by);
    }
    if (certificates.size >= MEMORY) certificates = new Map();
    return remembered(certificates, `${what.der}|${by.key}`, what, by);
  };
}
const MEMORY = 500;

function remembered(memory: Map<string, boolean>, name: string, what: X509 | RevocationList, by: X509): boolean {
  const found = memory.get(name) ?? isSignedBy(what, by);
  memory.set(name, found);
  return found;
}

/** By names and key identifiers alone, the signer first, the anchor last; no key stands twice on a path. Shorter paths first: the fault of the first is told. */
function findPaths(leaf: X509, between: readonly X509[], anchors: readonly X509[]): X509[][] | 'too-complex' {
  const paths: X509[][] = [];
  let open: X509[][] = [[leaf]];
  let steps = 0;
  for (let depth = 0; depth <= LIMITS.authorities && open.length > 0; depth++) {
    const longer: X509[][] = [];
    for (const path of open) {
      const last = path.at(-1) as X509;
      for (const anchor of anchors) if (mayHaveIssued(anchor, last)) paths.push([...path, anchor]);
      steps += between.length;
      if (steps > LIMITS.steps || paths.length > LIMITS.paths) return 'too-complex';
      for (const next of between) {
        if (mayHaveIssued(next, last) && !path.some(({ key }) => key === next.key) && !anchors.some(({ der }) => der === next.der)) longer.push([...path, next]);
      }
    }
    open = longer;
  }
  return paths;
}

const mayHaveIssued = (issuer: X509, { issuer: name, authority }: X509): boolean => issuer.subject === name && (authority === '' || issuer.identifier === '' || authority === issuer.identifier);

function judge(path: readonly X509[], authorities: Authorities, now: number, signed: IsSigned): SignatureOutcome | undefined {
  const [leaf] = path as [X509];
  if (leaf.ca || !may(leaf, 'digitalSignature', 'nonRepudiation')) return 'cert-usage';
  let below = 0;
  for (const [i, one] of path.entries()) {
    const fault = faultOf(one, now) ?? (i > 0 ? authorityFault(one, below) : undefined);
    if (fault !== undefined) return fault;
    // What an authority issued to itself, to change its key, does not count.
    if (i > 0 && one.subject !== one.issuer) below++;
  }
  // From the anchor down: what anybody may make costs one check, and a list by a revoked authority proves nothing.
  for (let i = path.length - 2; i >= 0; i--) {
    const [one, issuer] = [path[i], path[i + 1]] as [X509, X509];
    const fault = !isStrong(one.algorithm) ? 'cert-weak' : !signed(one, issuer) ? 'cert-forged' : revocationOf(one, issuer, authorities, now, signed);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOf({ from, until, kind, bits, unknown }: X509, now: number): SignatureOutcome | undefined {
  if (now < from) return 'cert-not-yet';
  if (now > until) return 'cert-expired';
  if (kind === 'rsa' && bits < RSA_BITS) return 'cert-weak';
  return unknown === '' ? undefined : 'cert-extension';
}

function authorityFault(one: X509, below: number): SignatureOutcome | undefined {
  if (!one.ca) return 'cert-not-authority';
  if (!may(one, 'keyCertSign')) return 'cert-usage';
  return below > one.pathLength ? 'cert-path-length' : undefined;
}

const may = ({ usage }: X509, ...uses: string[]): boolean => usage === undefined || uses.some((use) => usage.includes(use));

/** By the newest list that covers the certificate and that its issuer itself signed. */
function revocationOf(one: X509, issuer: X509, { lists, revocation }: Authorities, now: number, signed: IsSigned): SignatureOutcome | undefined {
  const lenient = (fault: SignatureOutcome): SignatureOutcome | undefined => (revocation === 'hard' ? fault : undefined);
  const named = lists.filter((list) => list.issuer === issuer.subject && (list.authority === '' || issuer.identifier === '' || list.authority === issuer.identifier) && list.from <= now && covers(list, one));
  if (named.length === 0) return lenient('crl-missing');
  const own = may(issuer, 'crlSign') ? named.filter((list) => list.unusable === '' && signed(list, issuer)) : [];
  if (own.length === 0) return lenient('crl-forged');
  const newest = own.reduce((a, b) => (b.from > a.from ? b : a));
  if (newest.serials.has(one.serial)) return 'cert-revoked';
  return now > newest.until ? lenient('crl-stale') : undefined;
}

const covers = ({ scope, points }: RevocationList, { ca, points: named }: X509): boolean =>
  (scope === 'all' || (scope === 'authorities') === ca) && (points.length === 0 || points.some((point) => named.includes(point)));
