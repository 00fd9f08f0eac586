/** What goes wrong around a running system: each is told in words (what, where, expected, given, next step) with the right exit code, and nothing accepted is lost. */
import { cpSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deal, EBP, NAMES } from './deal.ts';
import { freePort } from '../free-port.ts';
import { smallDisk } from './small-disk.ts';
import { command, pause, remove, start, temporary, type Ended, type System } from './system.ts';

interface Answered { accepted: number; events: string[] }
interface Refusal { error: { code: string; message: string; expected: string; given: string; next: string } }

/** A folder with events in it, cleanly stopped: every damaged folder is a copy of it. */
let whole = '';
const folders: string[] = [];
const events = (n: number): string => NAMES.map((name) => JSON.stringify(deal(n)[name])).join('\n');

beforeAll(async () => {
  whole = temporary();
  const system = await start(whole);
  for (let n = 1; n <= 20; n++) expect((await system.ask('POST', '/v1/events', events(n), 'application/x-ndjson')).status).toBe(202);
  await pause(1_500);
  await system.stop();
}, 40_000);
afterAll(() => { for (const folder of [whole, ...folders]) remove(folder); });

function damaged(harm: (folder: string) => void): string {
  const folder = temporary();
  folders.push(folder);
  // The store links its folders by relative paths: a copy must keep them as they are.
  cpSync(whole, folder, { recursive: true, verbatimSymlinks: true });
  harm(folder);
  return folder;
}

function overwrite(file: string, at: number, length: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(length, 0x5a), 0, length, at);
  closeSync(handle);
}

/** A refusal in words: what is wrong, where, what to do; no stack. */
function expectWords({ code, out, err }: Ended, exit: number, ...words: RegExp[]): void {
  for (const word of words) expect(err).toMatch(word);
  expect(err).not.toMatch(/^\s+at .*[:(]/m);
  expect(err.length).toBeLessThan(1_500);
  expect(out).not.toMatch(/is ready/);
  expect(code).toBe(exit);
}

describe('a start that cannot be', () => {
  test('port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const { port } = server.address() as { port: number };
    const ended = await command(['start'], { data: damaged(() => undefined), port });
    server.close();
    expectWords(ended, 1, new RegExp(`Port ${port} .*in use`), /FENGHUO_PORT=/);
  }, 30_000);

  test.concurrent.each<[string, Record<string, string>, number, RegExp[]]>([
    ['a port that is none', { FENGHUO_PORT: 'eighty' }, 2, [/FENGHUO_PORT: expected a number from 1 to 65535, given 'eighty'/]],
    ['two bad values, both named', { FENGHUO_PORT: '70000', FENGHUO_SIMULATE: '-1' }, 2, [/FENGHUO_PORT.*given '70000'/, /FENGHUO_SIMULATE.*given '-1'/]],
    ['a rules folder that is not there', { FENGHUO_RULES: '/nowhere/rules' }, 2, [/\/nowhere\/rules cannot be read/]],
    ['a seal key that is none', { FENGHUO_SEAL_KEY: 'short' }, 1, [/FENGHUO_SEAL_KEY: expected a key of 64 hexadecimal digits, found 5 characters/, /[Rr]estore/]],
    ['another linkage key', { FENGHUO_LINKAGE_KEY: 'ab'.repeat(32) }, 1, [/written under linkage key [0-9a-f]{12}, but the key given is [0-9a-f]{12}/, /Put the old key back/]],
  ])('%s', async (_name, env, exit, words) => {
    expectWords(await command(['start'], { data: damaged(() => undefined), port: await freePort(), env }), exit, ...words);
  }, 30_000);

  const damages: [string, (folder: string) => void, number, RegExp[]][] = [
    ['a log whose head is overwritten', (f) => overwrite(join(f, 'log', 'log.sqlite'), 0, 4_096), 1, [/log\.sqlite is damaged/, /[Rr]estore the data folder from its backup/]],
    ['a log that is damaged in its midst', (f) => overwrite(join(f, 'log', 'log.sqlite'), 4_096, statSync(join(f, 'log', 'log.sqlite')).size - 8_192), 1, [/log\.sqlite is damaged/, /[Rr]estore the data folder/]],
    ['keys.json cut off', (f) => writeFileSync(join(f, 'keys', 'keys.json'), '{"keys": [{'), 1, [/keys\.json cannot be read/, /[Rr]estore it from a copy, or move it away/]],
    ['a linkage key cut off', (f) => writeFileSync(join(f, 'keys', 'linkage.key'), 'ab12\n'), 1, [/linkage\.key: expected a key of 64 hexadecimal digits, found 4 characters/]],
    ['a file in place of the store', (f) => { rmSync(join(f, 'store'), { recursive: true }); writeFileSync(join(f, 'store'), 'x'); }, 1, [/store/]],
    ['a store whose tables are overwritten', (f) => spoil(join(f, 'store'), /\.sql$/), 1, [/the store in .*store does not open/, /move the folder away/]],
    ['the store of another log', (f) => { rmSync(join(f, 'log'), { recursive: true }); }, 1, [/the store holds rows of log [0-9a-f]{16}/, /put the log back|Next/]],
    ['a file in place of the data folder', (f) => { rmSync(f, { recursive: true }); writeFileSync(f, 'x'); }, 1, [/data folder/]],
  ];
  test.concurrent.each(damages)('%s', async (_name, harm, exit, words) => {
    expectWords(await command(['start'], { data: damaged(harm), port: await freePort() }), exit, ...words);
  }, 40_000);

  test('a rule with a wrong field: file, line and the name that was meant', async () => {
    const rules = temporary();
    folders.push(rules);
    cpSync(new URL('../../rules', import.meta.url), rules, { recursive: true });
    const file = join(rules, 'transaction', 'split-orders.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('where: order.paid', 'where: order.payed'));
    const env = { FENGHUO_RULES: rules };
    expectWords(await command(['start'], { data: damaged(() => undefined), port: await freePort(), env }), 1, /transaction\/split-orders\.yaml:\d+ .*payed/, /rules check/);
    const checked = await command(['rules', 'check'], { data: whole, env });
    expect(checked.code).toBe(1);
    expect(checked.out + checked.err).toMatch(/split-orders\.yaml:\d+.*payed[\s\S]*paid/);
  }, 40_000);

  test('damage inside the store costs nothing that lies in the log: with the folder moved away it is filled again', async () => {
    const folder = damaged((f) => rmSync(join(f, 'store'), { recursive: true }));
    const system = await start(folder);
    await system.caughtUp();
    expect((await system.rows<{ n: string }>('SELECT uniqExact(eventId) AS n FROM orders')).map(({ n }) => Number(n))).toEqual([20]);
    expect(await system.stop()).toMatchObject({ code: 0 });
  }, 40_000);
});

/** Overwrites every file below `folder` whose path is such. */
function spoil(folder: string, which: RegExp): void {
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    if (which.test(name) && statSync(path).isFile()) writeFileSync(path, 'damaged');
  }
}

describe('at the door of a running system', () => {
  let folder = '';
  let system: System;
  beforeAll(async () => {
    folder = damaged(() => undefined);
    system = await start(folder);
  }, 30_000);
  afterAll(async () => void await system.stop());

  test('a second start on its folder is refused and names the first', async () => {
    expectWords(await command(['start'], { data: folder, port: await freePort() }), 1, new RegExp(`in use by another Fenghuo \\(process ${system.child.pid}\\)`), /FENGHUO_DATA/);
    expect((await system.get('/readyz')).status).toBe(200);
  }, 30_000);

  const order = JSON.stringify(deal(30).order);
  type Ask = () => ReturnType<System['ask']>;
  test.each<[string, number, string, Ask]>([
    ['no key', 401, 'NO_ACCESS', () => system.ask('POST', '/v1/events', order, 'application/json', '')],
    ['a wrong key', 401, 'NO_ACCESS', () => system.ask('POST', '/v1/events', order, 'application/json', `${system.key.slice(0, -3)}abc`)],
    ['a key that may only read', 403, 'WRONG_ROLE', async () => system.ask('POST', '/v1/events', order, 'application/json', (await newKey('read')).key)],
    ['a revoked key', 401, 'NO_ACCESS', async () => {
      const { key, id } = await newKey('write');
      expect((await system.ask('POST', '/v1/events', order, 'application/json', key)).status).toBe(202);
      expect((await system.ask('DELETE', `/v1/keys/${id}`)).status).toBeLessThan(300);
      return system.ask('POST', '/v1/events', order, 'application/json', key);
    }],
    ['a body over the limit', 413, 'BODY_TOO_LARGE', () => system.ask('POST', '/v1/events', 'x'.repeat((8 << 20) + 1), 'application/x-ndjson')],
    ['a type of content that is not known', 415, 'MEDIA_TYPE', () => system.ask('POST', '/v1/events', 'a;b;c', 'text/csv')],
    ['no type of content', 415, 'MEDIA_TYPE', () => system.ask('POST', '/v1/events', new TextEncoder().encode(order), '')],
    ['an address where nothing is', 404, 'NOT_FOUND', () => system.get('/v1/nothing')],
    ['an order that is not there', 404, 'NOT_FOUND', () => system.get(`/v1/orders/${EBP}/none`)],
    ['SQL that writes', 400, 'QUERY_FAILED', () => system.ask('POST', '/v1/query', JSON.stringify({ sql: 'DROP TABLE fenghuo.orders' }))],
    ['a body that is no JSON', 400, 'BAD_BODY', () => system.ask('POST', '/v1/query', 'SELECT 1')],
    ['a parameter that is none', 400, 'BAD_PARAMETER', () => system.get('/v1/alerts?grade=purple')],
  ])('%s: %i %s', async (_name, status, code, ask) => {
    const answer = await ask();
    expect([answer.status, (answer.json as Refusal).error.code]).toEqual([status, code]);
    const { message, next } = (answer.json as Refusal).error;
    expect(message.length).toBeGreaterThan(10);
    expect(next.length).toBeGreaterThan(5);
    expect(answer.text).not.toMatch(/\.ts:|node_modules|at Object/);
  }, 20_000);

  async function newKey(role: string): Promise<{ key: string; id: string }> {
    const { key, info, id } = (await system.ask('POST', '/v1/keys', JSON.stringify({ name: `k-${role}`, role }))).json as { key: string; info?: { id: string }; id?: string };
    return { key, id: id ?? (info as { id: string }).id };
  }

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no gateway at the address', ['alerts'], { FENGHUO_PORT: '9' }, 3, /Cannot reach the gateway at http:\/\/127\.0\.0\.1:9/],
    ['a wrong key', ['alerts'], { FENGHUO_KEY: 'fh_000000000000_x' }, 5, /does not know the key/],
    ['a file that is not there', ['ingest', '/nowhere/order.xml'], {}, 2, /\/nowhere\/order\.xml/],
    ['a command that does not exist', ['ingets'], {}, 2, /unknown command/],
  ])('on the command line: %s', async (_name, args, env, exit, words) => {
    expectWords(await command(args, { data: folder, port: system.port, env }), exit, words);
  }, 20_000);

  test('told of none of it: the screen of the system is quiet', () => expect(system.said.err).toBe(''));
});

test('SIGTERM in the middle of traffic: stops in good order, and the next start goes on', async () => {
  const folder = temporary();
  folders.push(folder);
  const port = await freePort();
  let system = await start(folder, { port });
  const taken = new Set<string>();
  let refused = 0;
  let done = false;
  const sending = (async () => {
    for (let n = 1000; !done; n++) {
      const answer = await system.ask('POST', '/v1/events', events(n), 'application/x-ndjson').catch(() => undefined);
      if (answer?.status === 202) for (const id of (answer.json as Answered).events) taken.add(id);
      else {
        refused++;
        await pause(50);
      }
    }
  })();
  await pause(1_500);
  const { code, ms } = await system.stop('SIGTERM');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(system.said.out).toMatch(/Stopped\. Nothing is lost\./);
  expect(system.said.err).toBe('');
  const before = taken.size;
  system = await start(folder, { port });
  await pause(500);
  done = true;
  await sending;
  expect(taken.size).toBeGreaterThan(before);
  expect(refused).toBeGreaterThan(0);
  await system.caughtUp();
  await expectStored(system, taken);
  expect(await system.stop('SIGINT')).toMatchObject({ code: 0 });
}, 60_000);

async function expectStored(system: System, taken: ReadonlySet<string>): Promise<void> {
  const tables = ['orders', 'payments', 'waybills', 'declarations'];
  const rows = (await Promise.all(tables.map((t) => system.rows<{ eventId: string }>(`SELECT DISTINCT eventId FROM ${t} WHERE forwarded = 0`)))).flat();
  const stored = new Set(rows.map(({ eventId }) => eventId));
  expect([...taken].filter((id) => !stored.has(id))).toEqual([]);
}

test('a full disk: events are refused in words, nothing accepted is lost, and with room it goes on by itself', async (context) => {
  const disk = smallDisk(96);
  if (disk === undefined) return context.skip('this user may not mount a small disk');
  let system: System | undefined;
  try {
    const folder = join(disk.folder, 'data');
    mkdirSync(folder);
    system = await start(folder);
    const taken = new Set<string>();
    const post = async (n: number): Promise<{ status: number; text: string }> => {
      const answer = await (system as System).ask('POST', '/v1/events', events(n), 'application/x-ndjson');
      if (answer.status === 202) for (const id of (answer.json as Answered).events) taken.add(id);
      return answer;
    };
    for (let n = 1; n <= 30; n++) expect((await post(n)).status).toBe(202);
    disk.fill();
    let refusal: { status: number; text: string } | undefined;
    for (let n = 100; n < 900 && refusal === undefined; n++) {
      const answer = await post(n);
      if (answer.status !== 202) refusal = answer;
    }
    expect(refusal?.status, refusal?.text).toBeGreaterThanOrEqual(503);
    const { message, given, next } = (JSON.parse(refusal?.text ?? '') as Refusal).error;
    expect(`${message} ${given}`).toMatch(/no room on the disk|disk is full/i);
    expect(next).toMatch(/again/);
    await pause(1_000);
    expect(system.said.err).toMatch(/pipeline: .*(no room|full)/i);
    disk.makeRoom();
    let status = 0;
    for (let tries = 0; tries < 60 && status !== 202; tries++) {
      status = (await post(1_000)).status;
      if (status !== 202) await pause(250);
    }
    expect(status).toBe(202);
    await system.caughtUp();
    await expectStored(system, taken);
    expect(system.said.err).not.toMatch(/^\s+at /m);
    expect(await system.stop()).toMatchObject({ code: 0 });
  } finally {
    await system?.stop('SIGKILL');
    disk.remove();
  }
}, 90_000);
