/** The doctor's look at the folder of trusted certificates: what there has run out, what leads nowhere, and which authorities nobody could be cleared under. */
import { X509Certificate } from 'node:crypto';
import type { RevocationList, X509 } from '../processors/intake/x509.ts';
import { loadTrust, trustFolder } from '../processors/trust.ts';
import { fine, wrong, type Finding } from './doctor-findings.ts';
import type { Settings } from './settings.ts';

export async function trust(settings: Settings, now = Date.now()): Promise<Finding> {
  const folder = trustFolder(settings.data, process.env);
  let config: Awaited<ReturnType<typeof loadTrust>>;
  try {
    config = await loadTrust(settings.data, process.env);
  } catch (error) {
    return wrong((error as Error).message, 'Mend what it names, or take the file out of the folder: a start with it is refused.');
  }
  if (config === undefined) return fine(`no certificates in ${folder}: signatures are not verified`);
  const { readAuthorities, readTrusted } = await import('../processors/intake/trusted.ts');
  const { isSignedBy } = await import('../processors/intake/x509.ts');
  const pinned = readTrusted(config.certificates);
  const { anchors, intermediates, lists, revocation } = config.authorities ? readAuthorities(config.authorities) : { anchors: [], intermediates: [], lists: [], revocation: 'hard' as const };
  const authorities = [...anchors, ...intermediates];
  const issuedBy = (what: X509 | RevocationList): X509 | undefined => authorities.find((one) => one.subject === what.issuer && isSignedBy(what, one));
  const troubles = [
    ...[...pinned, ...authorities].flatMap((one) => runOut(one, now)),
    ...intermediates.filter((one) => issuedBy(one) === undefined).map((one) => `${nameOf(one)} was issued by no authority here`),
    ...(revocation === 'soft' ? [] : authorities.flatMap((one) => uncleared(one, lists.filter((list) => list.issuer === one.subject && isSignedBy(list, one)), now))),
    ...lists.filter((list) => authorities.some((one) => one.subject === list.issuer) && issuedBy(list) === undefined).map(() => 'a revocation list was not signed by the authority that it names'),
  ];
  const detail = `${pinned.length} pinned certificates, ${anchors.length} anchors, ${intermediates.length} intermediates, ${lists.length} revocation lists (${revocation}), messages ${config.mode === 'require' ? 'must be signed' : 'may be signed'}`;
  if (troubles.length === 0) return fine(detail);
  return wrong(`${troubles.join('; ')} (of ${detail})`, `Get the current files from the authority and put them into ${folder}; a running Fenghuo reads them within a minute.`);
}

/** Authorities by their names; a sender's certificate may bear a person's, so it goes by its number. */
const nameOf = ({ ca, der, serial }: X509): string => (ca ? `authority ${new X509Certificate(Buffer.from(der, 'base64')).subject.replaceAll('\n', ', ')}` : `certificate ${serial}`);
const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

function runOut(one: X509, now: number): string[] {
  if (now < one.from) return [`${nameOf(one)} is in force from ${day(one.from)} UTC only`];
  return now > one.until ? [`${nameOf(one)} has expired on ${day(one.until)} UTC`] : [];
}

/** A list of its own that says nothing of the present clears nobody. */
function uncleared(one: X509, lists: readonly RevocationList[], now: number): string[] {
  if (lists.length === 0) return [`no revocation list of ${nameOf(one)}, so what it issued is refused (crl-missing)`];
  const until = Math.max(...lists.map((list) => list.until));
  return now > until ? [`the revocation list of ${nameOf(one)} ended on ${day(until)} UTC, so what it issued is refused (crl-stale)`] : [];
}
