/** The folder of trusted certificates. Empty, nothing is verified; but then signatures cannot be required either. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthorityConfig, SignatureConfig } from './intake/signature.ts';

/** Senders' own certificates lie in the folder itself; in folders of it what others are vouched for by. */
const ANCHORS = 'anchors';
const INTERMEDIATES = 'intermediates';
const LISTS = 'crls';
const PEM = /\.pem$/;
const LIST = /\.(crl|pem)$/;

export const trustFolder = (dataFolder: string, env: NodeJS.ProcessEnv): string => env.FENGHUO_TRUST || join(dataFolder, 'trust');

/**
 * FENGHUO_TRUST: the folder, else `$FENGHUO_DATA/trust`. FENGHUO_SIGNATURES: `record` (default) or `require`. FENGHUO_REVOCATION: `hard` (default) or `soft`.
 * Throws where one cannot be used. Only where there is a certificate is the library loaded that reads it.
 */
export async function loadTrust(dataFolder: string, env: NodeJS.ProcessEnv): Promise<SignatureConfig | undefined> {
  const mode = oneOf('FENGHUO_SIGNATURES', env, ['record', 'require'] as const);
  const revocation = oneOf('FENGHUO_REVOCATION', env, ['hard', 'soft'] as const);
  const folder = trustFolder(dataFolder, env);
  if (env.FENGHUO_TRUST && !existsSync(folder)) throw new Error(`FENGHUO_TRUST: expected a folder with certificates (*.pem), but ${folder} is not there`);
  const [pinned, anchors, intermediates, lists] = [files(folder, PEM), files(join(folder, ANCHORS), PEM), files(join(folder, INTERMEDIATES), PEM), files(join(folder, LISTS), LIST)];
  if (anchors.length === 0 && intermediates.length + lists.length > 0) throw new Error(`${join(folder, ANCHORS)}: expected the certificate (*.pem) of an authority that is trusted, found none; without it ${intermediates.length > 0 ? INTERMEDIATES : LISTS} mean nothing`);
  if (pinned.length + anchors.length === 0) {
    if (mode === 'record') return undefined;
    throw new Error(`FENGHUO_SIGNATURES=require, but ${folder} holds no certificate (*.pem), so every message would be refused. Put the senders' certificates there, or their authority's into ${ANCHORS}, or leave FENGHUO_SIGNATURES out.`);
  }
  const { readAuthorities, readTrusted } = await import('./intake/trusted.ts');
  const texts = (of: readonly string[], check: (text: string) => void): string[] => of.map((file) => checked(file, readFileSync(file, 'utf8'), check));
  const none: AuthorityConfig = { anchors: [], intermediates: [], lists: [], revocation };
  const certificates = texts(pinned, (text) => readTrusted([text]));
  if (anchors.length === 0) return { mode, certificates };
  const authority = (text: string): unknown => readAuthorities({ ...none, anchors: [text] });
  const authorities = {
    anchors: texts(anchors, authority), intermediates: texts(intermediates, authority), revocation,
    lists: lists.flatMap((file) => listsIn(file).map((list) => checked(file, list, () => readAuthorities({ ...none, lists: [list] })))),
  };
  return { mode, certificates, authorities };
}

const FOLLOW_MS = 60_000;

/**
 * Authorities publish new lists each day or sooner, so the folder is read again when its files have changed. What cannot be used changes nothing and is told. An emptied folder
 * trusts nobody; that signatures are verified at all is decided at start.
 */
export function followTrust(dataFolder: string, env: NodeJS.ProcessEnv, use: (config: SignatureConfig) => Promise<void>, tell: (line: string) => void, everyMs = FOLLOW_MS): () => void {
  let known = stateOf(trustFolder(dataFolder, env));
  const look = async (): Promise<void> => {
    const now = stateOf(trustFolder(dataFolder, env));
    if (now === known) return;
    known = now;
    try {
      await use((await loadTrust(dataFolder, env)) ?? { mode: 'record', certificates: [] });
      tell('trust: certificates and revocation lists were read again');
    } catch (error) {
      tell(`trust: ${(error as Error).message}; what was read before stays in force`);
    }
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return () => clearInterval(timer);
}

/** Names, sizes and times of what would be read. */
const stateOf = (folder: string): string => [files(folder, PEM), ...[ANCHORS, INTERMEDIATES, LISTS].map((name) => files(join(folder, name), LIST))].flat()
  .map((file) => { const stat = statSync(file, { throwIfNoEntry: false }); return `${file} ${stat?.size} ${stat?.mtimeMs}`; }).join('\n');

function oneOf<T extends string>(name: string, env: NodeJS.ProcessEnv, values: readonly [T, T]): T {
  const given = env[name] || values[0];
  const found = values.find((value) => value === given);
  if (found === undefined) throw new Error(`${name}: expected ${values.join(' or ')}, given '${given}' (default ${values[0]})`);
  return found;
}

const files = (folder: string, ending: RegExp): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => ending.test(name)).sort().map((name) => join(folder, name)) : []);

/** Authorities publish lists in DER; in PEM there may be several. Each in base64. */
function listsIn(file: string): string[] {
  const bytes = readFileSync(file);
  const found = [...bytes.toString('latin1').matchAll(/-----BEGIN X509 CRL-----([\s\S]*?)-----END X509 CRL-----/g)].map(([, body]) => (body as string).replace(/\s/g, ''));
  return found.length > 0 ? found : [bytes.toString('base64')];
}

function checked(file: string, text: string, check: (text: string) => unknown): string {
  try {
    check(text);
    return text;
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
