import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHECKS, type Finding } from '../../cli/doctor-checks.ts';
import type { Settings } from '../../cli/settings.ts';
import { openKeys } from '../../gateway/keys.ts';
import { bindToLog, loadSecrets } from '../../processors/secrets.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { lockDataFolder } from '../../streams/embedded/lock.ts';

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

beforeEach(async () => {
  settings = { data: join(mkdtempSync(join(tmpdir(), 'fenghuo-doctor-')), 'data'), host: '127.0.0.1', port: await freePort(), simulate: 0, rules: '', reference: '', logBytes: 6e9, storeBytes: 10e9 };
});

describe('before the first start', () => {
  test.each(['node', 'packages', 'data', 'disk', 'keys', 'log', 'linkage', 'store', 'owner', 'port', 'clock'])('%s is fine', async (name) => mended(await check(name)));
});

describe('on a data folder that is whole', () => {
  test('all is fine', async () => {
    await started();
    mkdirSync(join(settings.data, 'store'));
    for (const name of ['data', 'keys', 'log', 'linkage', 'store', 'owner', 'clock']) mended(await check(name));
  });
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
