/** How to reach Kafka, from the environment. Secrets come from files only: an environment is shown by too many tools. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { SASLOptions } from 'kafkajs';

export interface KafkaSettings {
  /** KAFKA_BROKERS: host:port, by commas. */
  brokers: readonly string[];
  /** KAFKA_PREFIX: before the names of topics, groups and transactional ids, where several installations share a cluster. Default none. */
  prefix: string;
  /** FENGHUO_PARTITIONS: partitions that a topic gets at most when it is created, 1–256; 0 = as streams/topics.ts says. */
  partitions: number;
  /** SCHEMA_REGISTRY_URL; omitted: the ids of schemas/released alone. */
  registry?: RegistrySettings;
  ssl?: ConnectionOptions;
  sasl?: SASLOptions;
}

export interface RegistrySettings { url: string; /** SCHEMA_REGISTRY_USERNAME_FILE, SCHEMA_REGISTRY_PASSWORD_FILE. */ auth?: { username: string; password: string } }

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;
const MECHANISMS = ['scram-sha-512', 'scram-sha-256', 'plain', 'oauthbearer'];

/** undefined where KAFKA_BROKERS is not set. What is wrong is added to `problems`. */
export function readKafkaSettings(env: NodeJS.ProcessEnv, problems: string[]): KafkaSettings | undefined {
  if (!env.KAFKA_BROKERS) return undefined;
  const brokers = env.KAFKA_BROKERS.split(',').map((broker) => broker.trim());
  for (const broker of brokers) if (!/^.+:\d{1,5}$/.test(broker)) problems.push(`KAFKA_BROKERS: expected host:port, by commas, given '${broker}'`);
  const partitions = env.FENGHUO_PARTITIONS ? Number(env.FENGHUO_PARTITIONS) : 0;
  if (!Number.isInteger(partitions) || partitions < 0 || partitions > 256) problems.push(`FENGHUO_PARTITIONS: expected a whole number from 1 to 256, given '${env.FENGHUO_PARTITIONS}'`);
  const prefix = env.KAFKA_PREFIX ?? '';
  if (!/^[A-Za-z0-9._-]{0,64}$/.test(prefix)) problems.push(`KAFKA_PREFIX: expected at most 64 of A–Z a–z 0–9 . _ -, given '${prefix}'`);
  const read = (name: string): string | undefined => secret(env, name, problems);
  const ssl = tls(env, read, problems);
  const sasl = credentials(env, read, problems);
  const open = brokers.filter((broker) => !LOOPBACK.test(broker.replace(/:\d+$/, '')));
  if (!ssl && open.length > 0 && env.KAFKA_PLAINTEXT !== 'yes') {
    problems.push(`KAFKA_BROKERS: ${open.join(', ')} would be spoken to in clear, credentials${sasl ? ' too' : ''}. Set KAFKA_TLS=yes (KAFKA_CA_FILE for an authority of your own), or KAFKA_PLAINTEXT=yes where the network itself is trusted`);
  }
  const registry = env.SCHEMA_REGISTRY_URL ? schemaRegistry(env.SCHEMA_REGISTRY_URL, env, read, problems) : undefined;
  return { brokers, prefix, partitions, ...(registry && { registry }), ...(ssl && { ssl }), ...(sasl && { sasl }) };
}

function secret(env: NodeJS.ProcessEnv, name: string, problems: string[]): string | undefined {
  const file = env[name];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    problems.push(`${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}

type Read = (name: string) => string | undefined;

function schemaRegistry(given: string, env: NodeJS.ProcessEnv, read: Read, problems: string[]): RegistrySettings | undefined {
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol)) problems.push(`SCHEMA_REGISTRY_URL: expected http(s)://host:port, given '${given.replace(/\/\/.*@/, '//…@')}'`);
  else if (url.username || url.password) problems.push('SCHEMA_REGISTRY_URL: credentials belong into SCHEMA_REGISTRY_USERNAME_FILE and SCHEMA_REGISTRY_PASSWORD_FILE');
  else if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && env.KAFKA_PLAINTEXT !== 'yes') problems.push(`SCHEMA_REGISTRY_URL: ${url.host} would be spoken to in clear. Use https, or KAFKA_PLAINTEXT=yes where the network itself is trusted`);
  const username = read('SCHEMA_REGISTRY_USERNAME_FILE');
  const password = read('SCHEMA_REGISTRY_PASSWORD_FILE');
  return { url: given.replace(/\/+$/, ''), ...(username !== undefined && password !== undefined && { auth: { username, password } }) };
}

function tls(env: NodeJS.ProcessEnv, read: Read, problems: string[]): ConnectionOptions | undefined {
  const ca = read('KAFKA_CA_FILE');
  const cert = read('KAFKA_CERT_FILE');
  const key = read('KAFKA_KEY_FILE');
  if ((env.KAFKA_CERT_FILE === undefined) !== (env.KAFKA_KEY_FILE === undefined)) problems.push('KAFKA_CERT_FILE and KAFKA_KEY_FILE: one without the other; a client certificate needs both');
  if (env.KAFKA_TLS !== 'yes' && !ca && !cert) return undefined;
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function credentials(env: NodeJS.ProcessEnv, read: Read, problems: string[]): SASLOptions | undefined {
  const mechanism = env.KAFKA_SASL_MECHANISM?.toLowerCase();
  if (!mechanism) return undefined;
  if (!MECHANISMS.includes(mechanism)) {
    problems.push(`KAFKA_SASL_MECHANISM: expected one of ${MECHANISMS.join(', ')}, given '${env.KAFKA_SASL_MECHANISM}'`);
    return undefined;
  }
  const needs = (name: string): void => void (env[name] || problems.push(`${name}: is needed for KAFKA_SASL_MECHANISM=${mechanism}`));
  if (mechanism === 'oauthbearer') {
    needs('KAFKA_TOKEN_FILE');
    // Read at each connection: whoever renews the token writes the file anew.
    return { mechanism, oauthBearerProvider: async () => ({ value: readFileSync(env.KAFKA_TOKEN_FILE as string, 'utf8').trim() }) };
  }
  needs('KAFKA_USERNAME_FILE');
  needs('KAFKA_PASSWORD_FILE');
  return { mechanism: mechanism as 'plain', username: read('KAFKA_USERNAME_FILE') ?? '', password: read('KAFKA_PASSWORD_FILE') ?? '' };
}
