/** Is the ClickHouse server, or each address of the cluster, fit for the sink and the gateway? Changes nothing. */
import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { READER } from '../processors/sink/reading.ts';
import { connect, openServer } from '../processors/sink/server.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../processors/sink/settings.ts';
import { localName, steps } from '../processors/sink/tables.ts';
import { fine, wrong, type Finding } from './doctor-findings.ts';

const TIMEOUT_MS = 5_000;
/** The oldest that all of its statements are known to run on; the tests run on 26.7. */
const OLDEST = [25, 3] as const;
const MOST_SKEW_MS = 5_000;
const RIGHTS = 'SELECT, INSERT, CREATE DATABASE, CREATE TABLE, DROP TABLE, TRUNCATE, ALTER ON fenghuo.*';
const CLUSTER_RIGHTS = ['CLUSTER, REMOTE ON *.*', 'SYSTEM SYNC REPLICA ON fenghuo.*', 'KILL QUERY ON *.*'];

export async function clickHouse(env: NodeJS.ProcessEnv): Promise<Finding> {
  const problems: string[] = [];
  const settings = clickHouseSettings(env, problems);
  if (problems.length > 0) return wrong(problems.join('; '), 'Set the variables as docs/clickhouse.md says.');
  if (!settings) return fine('in this process (CLICKHOUSE_URL is not set)');
  const found: string[] = [];
  for (const url of settings.urls) {
    const client = connect({ url, login: settings.writer, tls: settings.tls, timeoutMs: TIMEOUT_MS });
    const reading = connect({ url, login: settings.reader, tls: settings.tls, timeoutMs: TIMEOUT_MS, settings: READER });
    const finding = await atServer(client, reading, settings).catch((error: Error & { type?: string }) => refusal(error)).finally(() => Promise.all([client.close(), reading.close()]));
    if (!finding.ok) return { ...finding, detail: `${url.origin}: ${finding.detail}` };
    found.push(`${url.host} ${finding.detail}`);
  }
  if (settings.cluster === '') return fine(found.join(', '));
  try {
    const engines = await openServer(settings, TIMEOUT_MS);
    for (const engine of engines) await engine.close();
    return fine(`cluster ${settings.cluster} of ${engines.length} shards: ${found.join(', ')}`);
  } catch (error) {
    return wrong((error as Error).message, 'Compare CLICKHOUSE_URL and CLICKHOUSE_CLUSTER with remote_servers.');
  }
}

function refusal(error: Error & { type?: string; code?: string }): Finding {
  if (error.type === 'AUTHENTICATION_FAILED') return wrong(`refuses the user or the password: ${error.message.trim()}`, 'Set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD_FILE (and CLICKHOUSE_READ_USER, CLICKHOUSE_READ_PASSWORD_FILE, where set).');
  if (error.type) return wrong(`${error.message.trim()} (${error.type})`, 'Mend what it names.');
  return wrong(`does not answer (${error.message || error.code})`, 'See whether it runs and whether the address is that of its HTTP interface (8123, with TLS 8443). For a certificate of your own authority set CLICKHOUSE_CA_FILE.');
}

async function atServer(client: ClickHouseClient, reading: ClickHouseClient, { cluster }: ClickHouseSettings): Promise<Finding> {
  const asked = Date.now();
  const [about] = await rows<{ version: string; at: number }>(client, 'SELECT version() AS version, toUnixTimestamp64Milli(now64(3)) AS at');
  if (!about) return wrong('answers without a row', 'See what listens there: it is no ClickHouse.');
  const [major = 0, minor = 0] = about.version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) return wrong(`ClickHouse ${about.version}, expected ${OLDEST.join('.')} or later`, 'Upgrade it.');
  const skew = Math.round(about.at - (asked + Date.now()) / 2);
  if (Math.abs(skew) > MOST_SKEW_MS) return wrong(`its clock is ${Math.abs(skew) / 1000} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's`, 'Set the clock there or here (timedatectl set-ntp true).');
  for (const right of [RIGHTS, ...(cluster === '' ? [] : CLUSTER_RIGHTS)]) {
    if (!(await granted(client, right))) return wrong(`its user may not ${right}`, `GRANT ${right} TO the user of CLICKHOUSE_USER`);
  }
  await rows(reading, 'SELECT 1');
  return version(client, cluster, about.version);
}

async function version(client: ClickHouseClient, cluster: string, server: string): Promise<Finding> {
  const there = await rows(client, "SELECT 1 FROM system.tables WHERE database = 'fenghuo' AND name = 'migrations'");
  if (there.length === 0) return fine(`is ${server}; no tables yet, the first sink makes them`);
  const [row] = await rows<{ last: number }>(client, `SELECT max(version) AS last FROM ${localName('migrations', cluster)}`);
  const known = steps().length;
  if (row && row.last > known) return wrong(`its tables are of version ${row.last}, this program knows versions up to ${known}`, 'Run the newer version of Fenghuo.');
  return fine(`is ${server}, tables of version ${row?.last ?? 0}${row && row.last < known ? ` (the next sink brings them to ${known})` : ''}`);
}

const rows = async <T>(client: ClickHouseClient, query: string): Promise<T[]> => (await client.query({ query, format: 'JSONEachRow' })).json<T>() as Promise<T[]>;
const granted = async (client: ClickHouseClient, right: string): Promise<boolean> => (await text((await client.exec({ query: `CHECK GRANT ${right}` })).stream)).trim() === '1';
