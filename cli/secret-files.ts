/** Secrets from files: where NAME is not set and NAME_FILE is, the file's text stands for it. An environment is shown by many tools, a mounted file by none. */
import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from './exit.ts';

const SECRETS = ['FENGHUO_LINKAGE_KEY', 'FENGHUO_SEAL_KEY', 'FENGHUO_KEY'] as const;

export function readSecretFiles(env: NodeJS.ProcessEnv): void {
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (!file || env[name]) continue;
    try {
      env[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw new CommandError(EXIT.usage, `${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Expected a file that holds the key; \`npx fenghuo secrets\` makes one.`);
    }
  }
}
