import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHECKS } from '../../cli/doctor-checks.ts';
import type { Finding } from '../../cli/doctor-findings.ts';
import type { Settings } from '../../cli/settings.ts';
import { openKeys } from '../../gateway/keys.ts';
import { bindToLog, loadSecrets } from '../../processors/secrets.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { lockDataFolder } from '../../streams/lock.ts';
import { issue, revocations } from '../intake/authority.ts';

let settings: Settings;
const check = (name: string): Promise<Finding> => (CHECKS[name] as (s: Settings) => Promise<Finding>)(settings);
const mended = (finding: Finding): void => expect([finding.ok, finding.next]).toEqual([true, '']);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  const port = await new Promise<number>((up) => { server.once('listening', () => up((server.address() as { port: number }).port)); });
  await new Promise((closed) => { server.close(closed); });
  return port;
}

/** A data folder as a start leaves it, but for the store. */
async function started(): Promise<void> {
  const log = new EmbeddedLog({ file: join(settings.data, 'log', 'log.sqlite'), now: Date.now });
  await log.ensureTopics();
  openKeys(join(settings.data, 'keys'));
  await bindToLog(log, loadSecrets(settings.data, {}));
  await log.close();
}

const root = issue('test root', undefined, { kind: 'sm2', ca: true });
const signer = issue('signer', root);
function trusted(files: Record<string, string | Buffer>): void {
  for (const name of ['anchors', 'intermediates', 'crls']) mkdirSync(join(settings.data, 'trust', name), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(settings.data, 'trust', name), text);
}

beforeEach(async () => {
  settings = { data: join(mkdtempSync(join(tmpdir(), 'fenghuo-doctor-')), 'data'), host: '127.0.0.1', port: await freePort(), simulate: 0, rules: '', reference: '', logBytes: 6e9, storeBytes: 10e9 };
});

describe('before the first start', () => {
  test.each(['node', 'packages', 'data', 'disk', 'keys', 'trust', 'log', 'linkage', 'store', 'owner', 'port', 'clock'])('%s is fine', async (name) => mended(await check(name)));
});

describe('on a data folder that is whole', () => {
  test('all is fine', async () => {
    await started();
    mkdirSync(join(settings.data, 'store'));
    for (const name of ['data', 'keys', 'trust', 'log', 'linkage', 'store', 'owner', 'clock']) mended(await check(name));
  });
});

test('certificates in order are counted', async () => {
  trusted({ 'a.pem': signer.pem, 'anchors/r.pem': root.pem, 'crls/r.crl': Buffer.from(revocations(root), 'base64') });
  expect(await check('trust')).toEqual({ ok: true, next: '', detail: '1 pinned certificates, 1 anchors, 0 intermediates, 1 revocation lists (hard), messages may be signed' });
});

describe('what is wrong is named, with the next step', () => {
  const wrong: [string, string, () => void | Promise<void>, RegExp, RegExp][] = [
    ['a file for a folder', 'data', () => writeFileSync(settings.data, ''), /is no folder/, /FENGHUO_DATA/],
    ['a key that others can read', 'keys', () => chmodSync(join(settings.data, 'keys', 'seal.key'), 0o644), /seal.key can be read by others \(mode 644\)/, /chmod 600/],
    ['a key that is gone', 'keys', () => rmSync(join(settings.data, 'keys', 'linkage.key')), /linkage.key is missing, though a log is there/, /backup/],
    ['another linkage key', 'linkage', () => writeFileSync(join(settings.data, 'keys', 'linkage.key'), 'ab'.repeat(32)), /written under linkage key/, /old key back/],
    ['a key cut short', 'linkage', () => truncateSync(join(settings.data, 'keys', 'linkage.key'), 10), /64 hexadecimal digits/, /backup/],
    ['a damaged log', 'log', () => writeFileSync(join(settings.data, 'log', 'log.sqlite'), 'x'.repeat(50_000)), /is damaged/, /backup/],
    ['a log without its store', 'store', () => {}, /store is missing, though there is a log/, /filled again/],
    ['a certificate cut short', 'trust', () => trusted({ 'a.pem': signer.pem.slice(0, 300) }), /a\.pem: certificate file 1: /, /take the file out/],
    ['a pinned certificate that has expired', 'trust', () => trusted({ 'a.pem': issue('x', undefined, { until: Date.now() - 1000 }).pem }), /certificate 4D\w+ has expired on 20/, /within a minute/],
    ['an authority without a list', 'trust', () => trusted({ 'anchors/r.pem': root.pem }), /no revocation list of authority CN=test root, so what it issued is refused \(crl-missing\)/, /within a minute/],
    ['a list that has run out', 'trust', () => trusted({ 'anchors/r.pem': root.pem, 'crls/r.crl': Buffer.from(revocations(root, { until: Date.now() - 1000 }), 'base64') }), /the revocation list of authority CN=test root ended on 20.* \(crl-stale\)/, /within a minute/],
    ['an intermediate of others', 'trust', () => trusted({ 'anchors/r.pem': root.pem, 'intermediates/o.pem': issue('other', undefined, { kind: 'sm2', ca: true }).pem }), /authority CN=other was issued by no authority here|no revocation list/, /within a minute/],
    ['a list by another key', 'trust', () => trusted({ 'anchors/r.pem': root.pem, 'crls/r.crl': Buffer.from(revocations({ ...root, key: signer.key }), 'base64') }), /was not signed by the authority that it names/, /within a minute/],
    ['a store without its log', 'log', () => { rmSync(join(settings.data, 'log'), { recursive: true }); mkdirSync(join(settings.data, 'store')); }, /is missing, but there is a store/, /backup/],
  ];
  test.each(wrong)('%s', async (_, name, spoil, detail, next) => {
    if (name !== 'data') await started();
    await spoil();
    expect(await check(name)).toEqual({ ok: false, detail: expect.stringMatching(detail), next: expect.stringMatching(next) });
  });

  let taken: Server | undefined;
  afterEach(() => taken?.close());
  test('a port that another program has', async () => {
    taken = createServer((socket) => socket.end('no')).listen(settings.port, settings.host);
    await new Promise((up) => { taken?.once('listening', up); });
    expect(await check('port')).toMatchObject({ ok: false, detail: expect.stringContaining('taken by another program'), next: expect.stringContaining('FENGHUO_PORT') });
  });
  test('a host that is not this machine', async () => {
    settings.host = '192.0.2.1';
    expect(await check('port')).toMatchObject({ ok: false, next: expect.stringContaining('FENGHUO_HOST') });
  });
  test('a process that holds the folder without answering', async () => {
    const lock = lockDataFolder(settings.data);
    expect(await check('owner')).toMatchObject({ ok: false, detail: expect.stringContaining(`process ${process.pid} holds`), next: expect.stringContaining('kill') });
    lock.release();
    mended(await check('owner'));
  });
  test('a clock behind the log', async () => {
    const log = new EmbeddedLog({ file: join(settings.data, 'log', 'log.sqlite'), now: () => Date.now() + 3_600_000 });
    await log.ensureTopics();
    await log.append('held.v1', 0, [{ type: 'tick', key: 'k', eventTime: 0, arrival: 0, source: { topic: 'http', partition: 0, offset: 1, index: 0 }, body: { intake: 'http', time: 0 } }]);
    await log.close();
    expect(await check('clock')).toMatchObject({ ok: false, detail: expect.stringContaining('the log\'s last record'), next: expect.stringContaining('Set the clock') });
  });
  test('rules that do not compile', async () => {
    settings.rules = mkdtempSync(join(tmpdir(), 'fenghuo-rules-'));
    writeFileSync(join(settings.rules, 'bad.yaml'), 'id: nonsense\n');
    expect(await check('rules')).toMatchObject({ ok: false, next: expect.stringContaining('rules check') });
  });
  test('the modes of a first start are safe', async () => {
    await started();
    expect(statSync(join(settings.data, 'keys', 'seal.key')).mode & 0o777).toBe(0o600);
  });
});
