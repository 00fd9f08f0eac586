/** docker-compose.yml and Dockerfile, which could not be run here: held to the Compose schema, to our own rules and to the files and settings that they name. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { makeSecrets } from '../../cli/secrets.ts';
import { readSecretFiles } from '../../cli/secret-files.ts';
import { openKeys } from '../../gateway/keys.ts';
import { loadSecrets } from '../../processors/secrets.ts';
import { READER } from '../../processors/sink/reading.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Service {
  image: string; build?: string; user?: string; read_only?: boolean; cap_drop?: string[]; security_opt?: string[]; ports?: string[]; networks: string[]; healthcheck?: { test: string[] }; command?: string[];
  environment?: Record<string, string>; secrets?: (string | { source: string; target: string })[]; volumes?: string[]; tmpfs?: string[]; deploy?: { resources: { limits: { cpus: string; memory: string; pids: number } } };
}
interface Compose { services: Record<string, Service>; networks: Record<string, { internal?: boolean }>; volumes: Record<string, object>; secrets: Record<string, { file: string }> }

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);

test('fits the Compose schema', () => {
  const { $schema: _, ...schema } = JSON.parse(read('tests/deploy/compose-spec.json')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { ports: true, expose: true, duration: true, subnet_ip_address: true, uint32: true, 'email': true, 'uri': true } });
  const fits = ajv.compile(schema);
  expect([fits(compose), fits.errors]).toEqual([true, null]);
  // The check itself.
  expect(fits({ services: { a: { image: 1 } } })).toBe(false);
});

describe.each(services)('%s', (name, service) => {
  test('is pinned, of a user of its own, cannot write, gain or use up', () => {
    expect(service.image).toMatch(/:v?\d+\.\d+(\.\d+)?$|^fenghuo:\$\{FENGHUO_VERSION:-\d+\.\d+\.\d+\}$/);
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.deploy?.resources.limits).toMatchObject({ cpus: expect.stringMatching(/^\d/), memory: expect.stringMatching(/^\d+[mg]$/), pids: expect.any(Number) });
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(JSON.stringify(service)).not.toMatch(/privileged":true|docker\.sock|network_mode|"pid"/);
  });

  test('publishes nothing but gateway and Grafana, on loopback', () => {
    expect(service.ports ?? []).toEqual(name === 'gateway' ? ['127.0.0.1:8080:8080'] : name === 'grafana' ? ['127.0.0.1:3000:3000'] : []);
    expect(service.networks).toEqual(service.ports ? ['inside', 'outside'] : ['inside']);
  });

  test('has secrets from files only', () => {
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      const secret = /PASSWORD|SECRET|TOKEN|_KEY(_|$)/.test(variable);
      if (secret) expect([variable, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\/secrets\//)]);
      expect(value, variable).not.toMatch(/:\/\/[^/]*:[^/]*@|^[0-9a-f]{32,}$/);
      if (value.startsWith('/run/secrets/')) expect(service.secrets).toContain(value.slice('/run/secrets/'.length));
    }
    for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(typeof secret === 'string' ? secret : secret.source);
  });

  test('mounts what is there', () => {
    for (const volume of service.volumes ?? []) {
      const [from = ''] = volume.split(':');
      if (from.startsWith('./')) expect([from, existsSync(join(root, from)), volume.endsWith(':ro')]).toEqual([from, true, true]);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
  });
});

test('the broker may run what it unpacks: topics of intake are kept with zstd, whose library it loads from /tmp', () => {
  expect(compose.services['kafka']?.tmpfs?.find((mount) => mount.startsWith('/tmp:'))).toMatch(/\bexec\b/);
});

test('limits fit a host of two cores, and V8 takes no more than its container may have', () => {
  for (const [, { deploy }] of services) expect(Number(deploy?.resources.limits.cpus)).toBeLessThanOrEqual(2);
  for (const [name, { environment, deploy }] of ours) {
    const heap = Number(/--max-old-space-size=(\d+)/.exec(environment?.['NODE_OPTIONS'] ?? '')?.[1] ?? 0);
    const [, amount, unit] = /^(\d+)([mg])$/.exec(deploy?.resources.limits.memory ?? '') ?? [];
    expect([name, heap < 0.75 * Number(amount) * (unit === 'g' ? 1024 : 1)]).toEqual([name, true]);
  }
});

test('only the network with published ports reaches out; each of our processes runs one stage, and knows no more than it needs', () => {
  expect(compose.networks).toEqual({ inside: { internal: true }, outside: {} });
  expect(ours.map(([name, { command }]) => [name, command])).toEqual(['intake', 'screening', 'assessment', 'warning', 'sink', 'gateway'].map((name) => [name, ['run', name]]));
  // Both judge signatures: with other certificates a gateway would answer what intake does not journal.
  expect(ours.filter(([, { environment }]) => environment?.['FENGHUO_TRUST'] !== undefined).map(([name]) => name)).toEqual(['intake', 'gateway']);
  const keyed = ours.filter(([, { secrets }]) => secrets?.includes('linkage-key')).map(([name]) => name);
  expect(keyed).toEqual(['intake', 'gateway']);
});

/** Variables of ours that a file of the source tree reads. */
test('sets only variables that the code reads', () => {
  const source = ['cli', 'gateway', 'processors', 'streams'].flatMap((top) => (readdirSync(join(root, top), { recursive: true }) as string[]).filter((file) => file.endsWith('.ts')).map((file) => read(join(top, file)))).join('\n');
  const set = new Set(ours.flatMap(([, { environment }]) => Object.keys(environment ?? {})).filter((name) => name !== 'NODE_OPTIONS'));
  for (const name of set) expect([name, source.includes(name) || (name.endsWith('_FILE') && source.includes(`'${name.slice(0, -5)}'`))]).toEqual([name, true]);
});

test('secrets: made once, closed, readable by containers, and good for what they are for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-secrets-'));
  const out = join(folder, 'secrets');
  expect(makeSecrets(out).sort()).toEqual(Object.keys(compose.secrets).sort());
  expect(statSync(out).mode & 0o777).toBe(0o700);
  for (const { file } of Object.values(compose.secrets)) expect([file, statSync(join(out, file.replace('./deploy/secrets/', ''))).mode & 0o777]).toEqual([file, 0o444]);
  const before = readFileSync(join(out, 'linkage-key'), 'utf8');
  expect([makeSecrets(out), readFileSync(join(out, 'linkage-key'), 'utf8')]).toEqual([[], before]);
  const env: NodeJS.ProcessEnv = { FENGHUO_LINKAGE_KEY_FILE: join(out, 'linkage-key'), FENGHUO_SEAL_KEY_FILE: join(out, 'seal-key') };
  readSecretFiles(env);
  expect(loadSecrets(folder, env).linkageKey.toString('hex')).toBe(before);
  const metrics = readFileSync(join(out, 'metrics-key'), 'utf8');
  for (let start = 0; start < 2; start++) expect(openKeys(join(folder, 'keys'), Date.now, join(out, 'metrics-key')).authenticate(metrics)).toMatchObject({ name: 'metrics', role: 'read' });
  const users = readFileSync(join(out, 'clickhouse-users.xml'), 'utf8');
  // In a read-only profile ClickHouse refuses queries that bring `readonly` with them, as ours do.
  expect([users.includes('<readonly>'), READER.readonly]).toEqual([false, '1']);
  // An older version's goes with the passwords that are there.
  chmodSync(join(out, 'clickhouse-users.xml'), 0o600);
  writeFileSync(join(out, 'clickhouse-users.xml'), users.replace('<constraints>', '<readonly>2</readonly><constraints>'));
  expect([makeSecrets(out), readFileSync(join(out, 'clickhouse-users.xml'), 'utf8')]).toEqual([['clickhouse-users.xml'], users]);
  for (const name of ['clickhouse-writer', 'clickhouse-reader']) {
    const secret = readFileSync(join(out, name), 'utf8');
    expect(users).toContain(createHash('sha256').update(secret).digest('hex'));
    expect(users).not.toContain(secret);
  }
  expect(() => readSecretFiles({ FENGHUO_SEAL_KEY_FILE: '/nowhere' })).toThrow(/FENGHUO_SEAL_KEY_FILE: \/nowhere cannot be read \(ENOENT\)/);
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };

  test('has the Node that package.json pins, in both stages, and no root', () => {
    expect([...dockerfile.matchAll(/^FROM node:(\S+?)-/gm)].map(([, version]) => version)).toEqual([dependencies['node'], dependencies['node']]);
    expect([...dockerfile.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user)).toEqual([compose.services['gateway']?.user]);
  });

  test('copies what is there, and every folder that the command line needs', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) => (names as string).split(' '));
    for (const name of copied) expect([name, existsSync(join(root, name)), read('.dockerignore').split('\n').includes(`!${name}`)]).toEqual([name, true, true]);
    const needed = new Set(['cli', 'rules', 'seeds']);
    for (const top of needed) {
      if (!existsSync(join(root, top))) continue;
      for (const file of readdirSync(join(root, top), { recursive: true }) as string[]) if (file.endsWith('.ts')) for (const [, to] of read(join(top, file)).matchAll(/(?:from|import\()\s*'(?:\.\.\/)+([a-z]+)\//g)) if (existsSync(join(root, to as string)) && !['tests', 'bench'].includes(to as string)) needed.add(to as string);
    }
    for (const name of needed) expect(copied).toContain(name);
  });
});
