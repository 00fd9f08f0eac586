import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clickHouse } from '../../cli/doctor-clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { clusterConfig } from '../sink/cluster-config.ts';
import { startFront, type Front } from '../sink/front.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenghuo-doctor-'));
const password = join(folder, 'password');
let front: Front;

beforeAll(async () => {
  writeFileSync(password, 'secret\n');
  front = await startFront({ folder: join(folder, 'store'), user: 'fenghuo', password: 'secret', engineArguments: clusterConfig(join(folder, 'store'), 0) });
});
beforeEach(() => { front.replies = {}; });
afterAll(async () => {
  await front.close();
  rmSync(folder, { recursive: true });
});

const check = (env: Record<string, string> = {}) => clickHouse({ CLICKHOUSE_URL: front.url, CLICKHOUSE_USER: 'fenghuo', CLICKHOUSE_PASSWORD_FILE: password, ...env });

test('a server that is fit is told with its version, before and after its tables are made', async () => {
  expect(await check()).toMatchObject({ ok: true, detail: expect.stringMatching(/^127\.0\.0\.1:\d+ is 26\.7.*; no tables yet, the first sink makes them$/) });
  await migrate(front.engine);
  expect(await check()).toMatchObject({ ok: true, detail: expect.stringMatching(/tables of version \d+$/) });
  expect(await check({ CLICKHOUSE_CLUSTER: 'one' })).toMatchObject({ ok: false }); // its tables are those of one server
  expect(await clickHouse({})).toMatchObject({ ok: true, detail: expect.stringContaining('in this process') });
});

describe('what is wrong is named, with the next step', () => {
  test.each<[string, Record<string, string>, Front['replies'], RegExp, RegExp]>([
    ['nobody there', { CLICKHOUSE_URL: 'http://127.0.0.1:1' }, {}, /127\.0\.0\.1:1: does not answer \(.*ECONNREFUSED/, /8123/],
    ['a setting', { CLICKHOUSE_URL: 'http://ch.example:8123' }, {}, /would send rows and password in clear/, /docs\/clickhouse\.md/],
    ['the password', { CLICKHOUSE_PASSWORD_FILE: '' }, {}, /refuses the user or the password/, /CLICKHOUSE_PASSWORD_FILE/],
    ['the reading user', { CLICKHOUSE_READ_USER: 'reader' }, {}, /refuses the user or the password/, /CLICKHOUSE_READ_USER/],
    ['an old version', {}, { 'version()': '{"version":"24.8.1.1","at":1}\n' }, /ClickHouse 24\.8\.1\.1, expected 25\.3 or later/, /Upgrade/],
    ['the clock', {}, { 'version()': `{"version":"26.7.2.1","at":${Date.now() + 3_600_000}}\n` }, /its clock is 3\d{3}.* s ahead of this machine's/, /Set the clock/],
    ['a missing right', {}, { 'CHECK GRANT': '0\n' }, /its user may not SELECT, INSERT/, /GRANT SELECT, INSERT/],
    ['a cluster that is not there', { CLICKHOUSE_CLUSTER: 'three' }, { 'FROM system.tables': '' }, /knows no cluster three/, /remote_servers/],
    ['a shard without an address', { CLICKHOUSE_CLUSTER: 'two' }, { 'FROM system.tables': '' }, /shard 2 of cluster two/, /remote_servers/],
    ['newer tables', {}, { 'max(version)': '{"last":99}\n' }, /tables are of version 99, this program knows versions up to/, /newer version/],
  ])('%s', async (_, env, replies, detail, next) => {
    await migrate(front.engine);
    front.replies = replies;
    expect(await check(env)).toEqual({ ok: false, detail: expect.stringMatching(detail), next: expect.stringMatching(next) });
  });
});
