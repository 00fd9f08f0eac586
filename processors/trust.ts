/** The folder of trusted certificates. Empty, nothing is verified; but then signatures cannot be required either. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SignatureConfig } from './intake/signature.ts';
import { readTrusted } from './intake/trusted.ts';

/**
 * FENGHUO_TRUST: folder of *.pem, else `$FENGHUO_DATA/trust`. FENGHUO_SIGNATURES: `record` (default) or `require`. Throws where either cannot be used; read once, at start.
 */
export function loadTrust(dataFolder: string, env: NodeJS.ProcessEnv): SignatureConfig | undefined {
  const mode = env.FENGHUO_SIGNATURES || 'record';
  if (mode !== 'record' && mode !== 'require') throw new Error(`FENGHUO_SIGNATURES: expected record or require, given '${mode}' (default record)`);
  const folder = env.FENGHUO_TRUST || join(dataFolder, 'trust');
  if (env.FENGHUO_TRUST && !existsSync(folder)) throw new Error(`FENGHUO_TRUST: expected a folder with certificates (*.pem), but ${folder} is not there`);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.pem')).sort() : [];
  if (files.length === 0) {
    if (mode === 'record') return undefined;
    throw new Error(`FENGHUO_SIGNATURES=require, but ${folder} holds no certificate (*.pem), so every message would be refused. Put the senders' certificates there, or leave FENGHUO_SIGNATURES out.`);
  }
  const certificates = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  for (const [i, text] of certificates.entries()) {
    try {
      readTrusted([text]);
    } catch (error) {
      throw new Error(`${join(folder, files[i] as string)}: ${(error as Error).message}`, { cause: error });
    }
  }
  return { mode, certificates };
}
