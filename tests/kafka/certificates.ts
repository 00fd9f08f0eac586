/** An authority of one's own and what it vouches for, made by openssl for one test. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair { cert: string; key: string }

export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'fenghuo-tls-'));
  readonly cert = join(this.folder, 'ca.pem');
  readonly #key = join(this.folder, 'ca.key');

  constructor() {
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test authority', '-keyout', this.#key, '-out', this.cert);
  }

  issue(name: string): Pair {
    const file = (ending: string): string => join(this.folder, `${name}.${ending}`);
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', file('key'), '-out', file('csr'));
    writeFileSync(file('ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    openssl('x509', '-req', '-in', file('csr'), '-CA', this.cert, '-CAkey', this.#key, '-CAcreateserial', '-days', '2', '-extfile', file('ext'), '-out', file('crt'));
    return { cert: file('crt'), key: file('key') };
  }

  /** As Kafka's PEM stores take it: key and certificate in one file. */
  store({ cert, key }: Pair): string {
    const file = `${cert}.store.pem`;
    writeFileSync(file, `${readFileSync(key, 'utf8')}${readFileSync(cert, 'utf8')}`);
    return file;
  }
}

const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
