import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KafkaLog } from '../../streams/kafka/log.ts';
import { readKafkaSettings, type KafkaSettings } from '../../streams/kafka/settings.ts';
import { freePort } from '../free-port.ts';
import { startJavaBroker, type OwnBroker } from '../kafka/broker.ts';
import { Authority } from '../kafka/certificates.ts';
import { orRefuse } from '../kafka/choose.ts';
import { whyNoJars } from '../kafka/jars.ts';
import { entry } from './log-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenghuo-secrets-'));
const file = (name: string, text: string): string => (writeFileSync(join(folder, name), text), join(folder, name));
const problemsOf = (env: NodeJS.ProcessEnv): string[] => {
  const problems: string[] = [];
  readKafkaSettings(env, problems);
  return problems;
};

describe('settings', () => {
  test('without brokers there is no Kafka', () => expect(readKafkaSettings({}, [])).toBeUndefined());

  test.each([
    [{ KAFKA_BROKERS: 'kafka-1:9092,127.0.0.1:9092' }, /kafka-1:9092 would be spoken to in clear, credentials\. Set KAFKA_TLS=yes/],
    [{ KAFKA_BROKERS: 'kafka-1:9092', KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_USERNAME_FILE: file('u', 'u'), KAFKA_PASSWORD_FILE: file('p', 'p') }, /in clear, credentials too/],
    [{ KAFKA_BROKERS: 'localhost' }, /KAFKA_BROKERS: expected host:port, by commas, given 'localhost'/],
    [{ KAFKA_BROKERS: 'localhost:1', FENGHUO_PARTITIONS: '0.5' }, /FENGHUO_PARTITIONS: expected a whole number from 1 to 256, given '0.5'/],
    [{ KAFKA_BROKERS: 'localhost:1', KAFKA_PREFIX: 'a/b' }, /KAFKA_PREFIX: expected at most 64 of/],
    [{ KAFKA_BROKERS: 'localhost:1', KAFKA_SASL_MECHANISM: 'kerberos' }, /KAFKA_SASL_MECHANISM: expected one of scram-sha-512, .*, given 'kerberos'/],
    [{ KAFKA_BROKERS: 'localhost:1', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_USERNAME_FILE: file('user', 'u') }, /KAFKA_PASSWORD_FILE: is needed for KAFKA_SASL_MECHANISM=scram-sha-512/],
    [{ KAFKA_BROKERS: 'localhost:1', KAFKA_SASL_MECHANISM: 'oauthbearer' }, /KAFKA_TOKEN_FILE: is needed/],
    [{ KAFKA_BROKERS: 'localhost:1', KAFKA_CA_FILE: '/nowhere/ca.pem' }, /KAFKA_CA_FILE: \/nowhere\/ca.pem cannot be read \(ENOENT\)/],
    [{ KAFKA_BROKERS: 'localhost:1', KAFKA_CERT_FILE: file('cert', 'x') }, /a client certificate needs both/],
  ])('%o is refused with what to do', (env, expected) => expect(problemsOf(env).join('\n')).toMatch(expected));

  test.each([
    { KAFKA_BROKERS: '127.0.0.1:9092,localhost:9093' }, { KAFKA_BROKERS: 'kafka-1:9092', KAFKA_PLAINTEXT: 'yes' }, { KAFKA_BROKERS: 'kafka-1:9092', KAFKA_TLS: 'yes' },
    { KAFKA_BROKERS: 'kafka-1:9092', KAFKA_CA_FILE: file('ca', 'x') },
  ])('%o is taken', (env) => expect(problemsOf(env)).toEqual([]));

  test('a secret is never in a problem', () => expect(problemsOf({ KAFKA_BROKERS: 'k:1', KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME_FILE: file('u2', 'name'), KAFKA_PASSWORD_FILE: file('p2', 'hunter2') }).join()).not.toMatch(/hunter2|name/));
});

const missing = await whyNoJars();
if (missing) orRefuse({ missing });

describe.skipIf(missing)('a broker that asks who comes', () => {
  let broker: OwnBroker;
  let ports: Record<'SCRAM' | 'OAUTH' | 'TLS', number>;
  const authority = new Authority();
  const client = authority.issue('fenghuo');

  beforeAll(async () => {
    ports = { SCRAM: await freePort(), OAUTH: await freePort(), TLS: await freePort() };
    const [plain, controller] = [await freePort(), await freePort()];
    const security = 'org.apache.kafka.common.security';
    broker = await startJavaBroker({
      port: plain,
      format: ['--add-scram', 'SCRAM-SHA-512=[name=fenghuo,password=a-long-secret]'],
      properties: {
        listeners: `PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},${Object.entries(ports).map(([name, port]) => `${name}://127.0.0.1:${port}`).join()}`,
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SCRAM:SASL_PLAINTEXT,OAUTH:SASL_PLAINTEXT,TLS:SSL',
        'inter.broker.listener.name': 'PLAINTEXT',
        'listener.name.scram.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
        'listener.name.scram.scram-sha-512.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
        'listener.name.oauth.sasl.enabled.mechanisms': 'OAUTHBEARER',
        'listener.name.oauth.oauthbearer.sasl.jaas.config': `${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
        'listener.name.tls.ssl.client.auth': 'required',
        'listener.name.tls.ssl.keystore.type': 'PEM',
        'listener.name.tls.ssl.keystore.location': authority.store(authority.issue('broker')),
        'listener.name.tls.ssl.truststore.type': 'PEM',
        'listener.name.tls.ssl.truststore.location': authority.cert,
      },
    });
  }, 120_000);
  afterAll(() => broker.stop());

  /** Writes and reads one record under these settings. */
  async function works(env: Record<string, string>, prefix: string): Promise<string[]> {
    const problems: string[] = [];
    const settings = readKafkaSettings({ KAFKA_PREFIX: prefix, FENGHUO_PARTITIONS: '1', ...env }, problems) as KafkaSettings;
    expect(problems).toEqual([]);
    const log = await KafkaLog.open(settings);
    try {
      await log.ensureTopics();
      await log.append('journal.v1', 0, [entry('in')]);
      return (await log.read('journal.v1', 0, 0, 10)).map((r) => r.key);
    } finally {
      await log.close();
    }
  }
  const scram = (password: string): Record<string, string> => ({ KAFKA_BROKERS: `127.0.0.1:${ports.SCRAM}`, KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_USERNAME_FILE: file('name', 'fenghuo\n'), KAFKA_PASSWORD_FILE: file(`password-${password.length}`, `${password}\n`) });
  const token = (expires: number): string => [{ alg: 'none' }, { sub: 'fenghuo', iat: Math.floor(Date.now() / 1000) - 60, exp: expires }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.').concat('.');

  test('SCRAM-SHA-512: by name and password from files', async () => {
    expect(await works(scram('a-long-secret'), 's.')).toEqual(['in']);
  });

  test('another password is told as such, without it', async () => {
    const told = await works(scram('wrong'), 's.').catch((error: Error) => error.message);
    expect(told).toMatch(/Kafka at 127\.0\.0\.1:\d+ cannot be used: .*[Aa]uthentication failed/);
    expect(told).not.toMatch(/wrong/);
  });

  test('OAUTHBEARER: by a token from a file', async () => {
    expect(await works({ KAFKA_BROKERS: `127.0.0.1:${ports.OAUTH}`, KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_TOKEN_FILE: file('token', token(Math.floor(Date.now() / 1000) + 600)) }, 'o.')).toEqual(['in']);
  });

  test('mutual TLS: by a certificate, and the broker by its authority', async () => {
    const tls = { KAFKA_BROKERS: `127.0.0.1:${ports.TLS}`, KAFKA_CA_FILE: authority.cert };
    expect(await works({ ...tls, KAFKA_CERT_FILE: client.cert, KAFKA_KEY_FILE: client.key }, 't.')).toEqual(['in']);
    await expect(works({ ...tls, KAFKA_CA_FILE: new Authority().cert, KAFKA_CERT_FILE: client.cert, KAFKA_KEY_FILE: client.key }, 't.')).rejects.toThrow(/cannot be used: .*(self-signed|unable to verify|certificate)/);
  });
});
