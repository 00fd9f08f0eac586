/**
 * The two keys of law 6. The linkage key ties one person's tokens together for the life of the log: its id is written into the log, and a start with another
 * key is refused, since every counter would silently fall apart. The seal key encrypts what is kept of originals.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../streams/log.ts';

export interface Secrets { linkageKey: Buffer; linkageKeyId: string; sealKey: Buffer; sealKeyId: string }

/** Reads both keys from the environment (64 hex digits), else from `$FENGHUO_DATA/keys`, where a first start writes them (mode 0600). */
export function loadSecrets(dataFolder: string, env: NodeJS.ProcessEnv): Secrets {
  const linkageKey = load(dataFolder, 'linkage.key', env.FENGHUO_LINKAGE_KEY, 'FENGHUO_LINKAGE_KEY');
  const sealKey = load(dataFolder, 'seal.key', env.FENGHUO_SEAL_KEY, 'FENGHUO_SEAL_KEY');
  return { linkageKey, linkageKeyId: keyId(linkageKey), sealKey, sealKeyId: keyId(sealKey) };
}

/** Throws where the log was written under another linkage key. */
export async function bindToLog(log: Pick<Log, 'note' | 'setNote'>, secrets: Secrets): Promise<void> {
  const known = await log.note('linkage-key-id');
  if (known === undefined) await log.setNote('linkage-key-id', secrets.linkageKeyId);
  else if (known !== secrets.linkageKeyId) {
    throw new Error(`the log was written under linkage key ${known}, but the key given is ${secrets.linkageKeyId}. With another key the same person gets other tokens and every counter starts anew. Put the old key back (keys/linkage.key or FENGHUO_LINKAGE_KEY), or start with an empty data folder.`);
  }
}

const keyId = (key: Buffer): string => createHash('sha256').update('fenghuo key id').update(key).digest('hex').slice(0, 12);

function load(dataFolder: string, name: string, given: string | undefined, variable: string): Buffer {
  const file = join(dataFolder, 'keys', name);
  const where = given === undefined ? file : variable;
  if (given === undefined && !existsSync(file)) {
    mkdirSync(join(dataFolder, 'keys'), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  }
  const text = (given ?? readFileSync(file, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new Error(`${where}: expected a key of 64 hexadecimal digits, found ${text.length} characters. Restore it from the backup; a new key cannot read what the old one wrote.`);
  return Buffer.from(text, 'hex');
}
