/** Where ClickHouse is, by environment. CLICKHOUSE_URL omitted: it runs in the store's own process. */
import { readFileSync } from 'node:fs';

export interface ClickHouseSettings {
  /** CLICKHOUSE_URL: one server; of a cluster one or more replicas of every shard, separated by commas. */
  urls: readonly URL[];
  /** CLICKHOUSE_CLUSTER: its name in `remote_servers`; '' = a single server. */
  cluster: string;
  /** CLICKHOUSE_USER (default `default`), with CLICKHOUSE_PASSWORD_FILE. */
  writer: Login;
  /** CLICKHOUSE_READ_USER, with CLICKHOUSE_READ_PASSWORD_FILE: for the gateway's queries. Default: the writer's; what it may do is bounded by settings in either case. */
  reader: Login;
  /** CLICKHOUSE_CA_FILE; CLICKHOUSE_CERT_FILE with CLICKHOUSE_KEY_FILE for a server that asks for a certificate. */
  tls?: { ca_cert: Buffer; cert?: Buffer; key?: Buffer };
}

export interface Login { username: string; password: string }

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Adds to `problems` what is wrong. Undefined where CLICKHOUSE_URL is not set. */
export function clickHouseSettings(env: NodeJS.ProcessEnv, problems: string[]): ClickHouseSettings | undefined {
  if (!env.CLICKHOUSE_URL) return undefined;
  const file = (name: string): Buffer | undefined => {
    const path = env[name];
    if (!path) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      problems.push(`${name}: expected a file that this user may read, given '${path}' (${(error as NodeJS.ErrnoException).code})`);
      return undefined;
    }
  };
  const login = (user: string | undefined, password: string): Login => ({ username: user || 'default', password: file(password)?.toString('utf8').trimEnd() ?? '' });
  const urls = env.CLICKHOUSE_URL.split(',').flatMap((text) => url(text.trim(), env.CLICKHOUSE_PLAINTEXT === '1', problems));
  const cluster = env.CLICKHOUSE_CLUSTER ?? '';
  if (cluster === '' && urls.length > 1) problems.push(`CLICKHOUSE_URL: expected one address, given ${urls.length}. Several are the replicas of a cluster: set CLICKHOUSE_CLUSTER to its name in remote_servers.`);
  if (!/^[\w.-]*$/.test(cluster)) problems.push(`CLICKHOUSE_CLUSTER: expected a name of letters, digits, '.', '_' and '-', given '${cluster}'`);
  const [ca, cert, key] = [file('CLICKHOUSE_CA_FILE'), file('CLICKHOUSE_CERT_FILE'), file('CLICKHOUSE_KEY_FILE')];
  if (Boolean(env.CLICKHOUSE_CERT_FILE) !== Boolean(env.CLICKHOUSE_KEY_FILE) || (cert && !ca)) problems.push('CLICKHOUSE_CERT_FILE: expected together with CLICKHOUSE_KEY_FILE and CLICKHOUSE_CA_FILE');
  const writer = login(env.CLICKHOUSE_USER, 'CLICKHOUSE_PASSWORD_FILE');
  return { urls, cluster, writer, reader: env.CLICKHOUSE_READ_USER ? login(env.CLICKHOUSE_READ_USER, 'CLICKHOUSE_READ_PASSWORD_FILE') : writer, tls: ca && { ca_cert: ca, ...(cert && key ? { cert, key } : {}) } };
}

function url(text: string, plaintext: boolean, problems: string[]): URL[] {
  const given = URL.canParse(text) ? new URL(text) : undefined;
  if (!given || !/^https?:$/.test(given.protocol)) {
    problems.push(`CLICKHOUSE_URL: expected http(s)://HOST:PORT (ClickHouse's HTTP interface, 8123 or 8443), given '${text.replace(/\/\/.*@/, '//…@')}'`);
    return [];
  }
  if (given.username || given.password) problems.push('CLICKHOUSE_URL: expected no user or password in it (addresses are logged); use CLICKHOUSE_USER and CLICKHOUSE_PASSWORD_FILE');
  if (given.search || (given.pathname !== '/' && given.pathname !== '')) problems.push(`CLICKHOUSE_URL: expected neither path nor parameters, given '${given.pathname}${given.search}'`);
  if (given.protocol === 'http:' && !LOOPBACK.test(given.hostname) && !plaintext) {
    problems.push(`CLICKHOUSE_URL: http:// to ${given.hostname} would send rows and password in clear. Use https://, or allow it on a network that you trust with CLICKHOUSE_PLAINTEXT=1`);
  }
  return [given];
}
