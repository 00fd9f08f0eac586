import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clickHouseSettings } from '../../processors/sink/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenghuo-settings-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
function read(env: NodeJS.ProcessEnv) {
  const problems: string[] = [];
  return { settings: clickHouseSettings(env, problems), problems };
}

test('nothing is set: ClickHouse runs in this process', () => expect(read({ CLICKHOUSE_USER: 'x' })).toEqual({ settings: undefined, problems: [] }));

test('one server; passwords from files; the reading user is the writer unless it is named', () => {
  const { settings, problems } = read({ CLICKHOUSE_URL: 'http://localhost:8123', CLICKHOUSE_USER: 'fenghuo', CLICKHOUSE_PASSWORD_FILE: file('p', 'a b\n') });
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({ cluster: '', writer: { username: 'fenghuo', password: 'a b' }, reader: { username: 'fenghuo', password: 'a b' } });
  expect(read({ CLICKHOUSE_URL: 'http://127.0.0.1:8123', CLICKHOUSE_READ_USER: 'r', CLICKHOUSE_READ_PASSWORD_FILE: file('r', 'x') }).settings).toMatchObject({ writer: { username: 'default', password: '' }, reader: { username: 'r', password: 'x' } });
});

test('the replicas of a cluster, with an authority and a certificate of its own', () => {
  const { settings, problems } = read({ CLICKHOUSE_URL: 'https://a:8443, https://b:8443', CLICKHOUSE_CLUSTER: 'main', CLICKHOUSE_CA_FILE: file('ca', 'CA'), CLICKHOUSE_CERT_FILE: file('cert', 'C'), CLICKHOUSE_KEY_FILE: file('key', 'K') });
  expect(problems).toEqual([]);
  expect(settings?.urls.map(({ host }) => host)).toEqual(['a:8443', 'b:8443']);
  expect(settings?.tls).toEqual({ ca_cert: Buffer.from('CA'), cert: Buffer.from('C'), key: Buffer.from('K') });
});

describe('what is wrong is named', () => {
  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['no address', { CLICKHOUSE_URL: 'clickhouse' }, /expected http\(s\):\/\/HOST:PORT .*given 'clickhouse'/],
    ['the native port\'s scheme', { CLICKHOUSE_URL: 'tcp://a:9000' }, /expected http/],
    ['clear text over the network', { CLICKHOUSE_URL: 'http://ch.example:8123' }, /would send rows and password in clear.*CLICKHOUSE_PLAINTEXT=1/],
    ['a password in the address', { CLICKHOUSE_URL: 'https://u:secret@a:8443' }, /no user or password/],
    ['parameters in the address', { CLICKHOUSE_URL: 'https://a:8443/?database=x' }, /neither path nor parameters/],
    ['several servers that are no cluster', { CLICKHOUSE_URL: 'https://a:8443,https://b:8443' }, /set CLICKHOUSE_CLUSTER/],
    ['a name that would end a statement', { CLICKHOUSE_URL: 'https://a:8443', CLICKHOUSE_CLUSTER: "x'" }, /CLICKHOUSE_CLUSTER: expected a name of letters/],
    ['a file that is not there', { CLICKHOUSE_URL: 'https://a:8443', CLICKHOUSE_PASSWORD_FILE: join(folder, 'none') }, /CLICKHOUSE_PASSWORD_FILE: expected a file .*ENOENT/],
    ['a certificate without its key', { CLICKHOUSE_URL: 'https://a:8443', CLICKHOUSE_CERT_FILE: join(folder, 'cert') }, /CLICKHOUSE_CERT_FILE: expected together with/],
  ])('%s', (_, env, problem) => {
    const { problems } = read(env);
    expect(problems.join('\n')).toMatch(problem);
    expect(problems.join('\n')).not.toContain('secret');
  });

  test('clear text where it was allowed, and on this machine', () => {
    for (const url of ['http://127.0.0.1:8123', 'http://[::1]:8123', 'http://localhost:8123']) expect(read({ CLICKHOUSE_URL: url }).problems).toEqual([]);
    expect(read({ CLICKHOUSE_URL: 'http://ch.example:8123', CLICKHOUSE_PLAINTEXT: '1' }).problems).toEqual([]);
  });
});
