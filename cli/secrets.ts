/** `fenghuo secrets`: makes what docker-compose.yml mounts as secrets. What is there already stays: a new linkage or seal key would part the system from its own past. */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { print, withExamples } from './output.ts';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const password = (): string => randomBytes(24).toString('base64url');

/** Each with who reads it. */
const MADE: Readonly<Record<string, { make: () => string; of: string }>> = {
  'linkage-key': { make: () => hex(32), of: 'intake, gateway' },
  'seal-key': { make: () => hex(32), of: 'intake, gateway' },
  'metrics-key': { make: () => `fh_${hex(6)}_${randomBytes(32).toString('base64url')}`, of: 'gateway (takes it as a key of role read), Prometheus' },
  'clickhouse-writer': { make: password, of: 'sink, gateway' },
  'clickhouse-reader': { make: password, of: 'gateway, Grafana' },
  'grafana-admin': { make: password, of: 'Grafana' },
};

const USERS = 'clickhouse-users.xml';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** ClickHouse is given hashes only. The reader can neither write nor see other databases. Not by a read-only profile: within one no query could bring `readonly = 1` with it, as ours do (processors/sink/reading.ts). */
const usersXml = (writer: string, reader: string): string => `<clickhouse>
  <profiles><fenghuo_reader>
    <max_execution_time>30</max_execution_time><max_memory_usage>2000000000</max_memory_usage>
    <constraints><max_execution_time><max>30</max></max_execution_time><max_memory_usage><max>2000000000</max></max_memory_usage></constraints>
  </fenghuo_reader></profiles>
  <users>
    <default remove="remove"/>
    <fenghuo><password_sha256_hex>${sha256(writer)}</password_sha256_hex><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></fenghuo>
    <fenghuo_reader><password_sha256_hex>${sha256(reader)}</password_sha256_hex><networks><ip>::/0</ip></networks><profile>fenghuo_reader</profile><quota>default</quota><grants><query>GRANT SELECT ON fenghuo.*</query></grants></fenghuo_reader>
  </users>
</clickhouse>
`;

/** Files that were made. The folder is closed to others; the files in it are readable, since containers read them under users of their own. */
export function makeSecrets(folder: string): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const made: string[] = [];
  const keep = (name: string, make: () => string): string => {
    const file = join(folder, name);
    if (!existsSync(file)) {
      writeFileSync(file, make(), { mode: 0o444, flag: 'wx' });
      made.push(name);
    }
    return readFileSync(file, 'utf8').trim();
  };
  const values = Object.fromEntries(Object.entries(MADE).map(([name, { make }]) => [name, keep(name, make)]));
  // Follows from the passwords, so it is kept as this version writes it.
  const users = usersXml(values['clickhouse-writer'] as string, values['clickhouse-reader'] as string);
  if (keep(USERS, () => users) !== users.trim()) {
    rmSync(join(folder, USERS));
    keep(USERS, () => users);
  }
  return made;
}

export function secretsCommand(program: Command): void {
  withExamples(program.command('secrets').description('make the secrets that docker-compose.yml mounts; what is there stays').option('--out <folder>', 'folder, closed to other users', 'deploy/secrets'), ['secrets', 'secrets --out /srv/fenghuo/secrets'])
    .action(({ out }: { out: string }) => {
      const made = makeSecrets(out);
      print(made.length === 0 ? `All secrets are in ${out} already.` : `Made in ${out}: ${made.join(', ')}.`);
      print('Keep copies of linkage-key and seal-key apart from the data: without the first the same person gets other tokens, without the second sealed originals cannot be opened.');
    });
}
