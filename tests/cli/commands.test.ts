/** The commands as users run them, in processes of their own, against the real gateway. Pipeline and store are in memory: they have their own tests. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../cli/exit.ts';
import type { SubmissionResult } from '../../processors/intake/intake.ts';
import { aLetter, anAlert, bench } from '../gateway/doubles.ts';
import { SMALL_RULE, smallSource } from '../language/sources.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'fenghuo-cli-'));
const b = bench();
let port = '';

interface Ended { code: number; out: string; err: string }

function fenghuo(args: string[], environment: Record<string, string> = {}, input = ''): Promise<Ended> {
  const env = { ...process.env, FENGHUO_DATA: folder, FENGHUO_PORT: port, FENGHUO_KEY: b.key.admin, LANG: 'C', NO_COLOR: '1', ...environment };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'cli', 'main.ts'), ...args], { env });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => { out += chunk; });
  child.stderr.on('data', (chunk) => { err += chunk; });
  child.stdin.end(input);
  return new Promise((resolve) => { child.once('close', (code) => resolve({ code: code ?? -1, out, err })); });
}

const taken = (over: Partial<SubmissionResult> = {}): SubmissionResult => ({ accepted: 1, rejected: [], unreadable: false, events: [], ...over });

const { answer } = b.pipeline;
afterEach(() => { b.pipeline.answer = answer; });
beforeAll(async () => { port = new URL(await b.gateway.start()).port; });
afterAll(() => b.gateway.stop());

// Processes of their own: they may as well run side by side.
describe.concurrent('usage', () => {
  test('run names everything that is missing at once, and what may be run', async () => {
    const missing = await fenghuo(['run', 'intake', 'gateway'], { KAFKA_BROKERS: '', CLICKHOUSE_URL: '', FENGHUO_LINKAGE_KEY: '', FENGHUO_SEAL_KEY: '' });
    expect([missing.code, missing.err.match(/^ {2}(KAFKA_BROKERS|CLICKHOUSE_URL|FENGHUO_\w+)(?=: is needed)/gm)]).toEqual([EXIT.usage, ['  KAFKA_BROKERS', '  FENGHUO_LINKAGE_KEY', '  FENGHUO_SEAL_KEY', '  CLICKHOUSE_URL']]);
    const unknown = await fenghuo(['run', 'everything']);
    expect([unknown.code, unknown.err]).toEqual([EXIT.usage, expect.stringContaining('intake, screening, assessment, warning, sink, gateway')]);
  });
  test('--help lists every command, and the exit codes', async () => {
    const { code, out } = await fenghuo(['--help']);
    expect(code).toBe(EXIT.ok);
    for (const name of ['start', 'run', 'ingest', 'check', 'simulate', 'rules', 'alerts', 'verdict', 'suppressions', 'query', 'dead-letters', 'keys', 'reference', 'backtest', 'doctor', 'secrets', 'standards', 'Exit codes']) expect(out).toContain(name);
  });
  test.each([['run'], ['ingest'], ['check'], ['simulate'], ['rules', 'check'], ['rules', 'test'], ['rules', 'list'], ['rules', 'propose'], ['rules', 'proposals'], ['rules', 'diff'], ['rules', 'approve'], ['rules', 'reject'], ['rules', 'history'], ['rules', 'show'], ['rules', 'stats'], ['verdict'], ['suppressions', 'list'], ['suppressions', 'propose'], ['suppressions', 'approve'], ['suppressions', 'reject'], ['suppressions', 'lift'], ['alerts'], ['query'], ['dead-letters', 'list'], ['dead-letters', 'show'], ['dead-letters', 'repair'], ['dead-letters', 'replay'], ['keys', 'add'],
    ['keys', 'list'], ['keys', 'revoke'], ['reference', 'list'], ['reference', 'show'], ['reference', 'load'], ['reference', 'diff'], ['reference', 'history'], ['reference', 'import'], ['backtest'], ['doctor'], ['secrets'], ['standards'], ['start']])('%s %s --help shows examples', async (...command) => {
    const { code, out } = await fenghuo([...command, '--help']);
    expect([code, out]).toEqual([EXIT.ok, expect.stringContaining('Examples:')]);
  });
  test.each([[['alarts'], 'alerts'], [['alerts', '--grade', 'pink'], 'pink'], [['alerts', '--limit', '0'], 'whole number'], [['ingest'], 'missing required argument'], [['keys', 'add', '--name', 'x'], '--role'],
    [['ingest', 'no-such-file.xml'], 'no-such-file.xml cannot be read']])('%j is wrong usage', async (args, said) => {
    const { code, err } = await fenghuo(args);
    expect([code, err]).toEqual([EXIT.usage, expect.stringContaining(said)]);
  });
  test('a bad environment is wrong usage', async () => expect((await fenghuo(['alerts'], { FENGHUO_PORT: 'x' })).code).toBe(EXIT.usage));
});

describe('the gateway', () => {
  test('away: says so and how to start it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const free = await new Promise<number>((up) => { server.once('listening', () => up((server.address() as { port: number }).port)); });
    await new Promise((closed) => { server.close(closed); });
    for (const args of [['alerts'], ['query', 'SELECT 1'], ['keys', 'list'], ['simulate']]) {
      const { code, err } = await fenghuo(args, { FENGHUO_PORT: String(free) });
      expect([code, err]).toEqual([EXIT.unreachable, expect.stringMatching(/Cannot reach the gateway at http:\/\/127.0.0.1:\d+ \(ECONNREFUSED\).*npm start/)]);
    }
  });
  test('refuses a wrong key, one of another role, and none', async () => {
    expect(await fenghuo(['alerts'], { FENGHUO_KEY: 'fh_0_wrong' })).toMatchObject({ code: EXIT.key, err: expect.stringContaining('does not know the key') });
    expect(await fenghuo(['query', 'SELECT 1', '--key', b.key.read])).toMatchObject({ code: EXIT.key, err: expect.stringContaining('role') });
    expect(await fenghuo(['alerts'], { FENGHUO_KEY: '' })).toMatchObject({ code: EXIT.key, err: expect.stringContaining('admin.key cannot be read') });
  });
});

describe('alerts', () => {
  beforeAll(() => { b.store.addAlert(b.pipeline.publish(anAlert())); });
  test('as lines, as Chinese lines, as JSON', async () => {
    expect((await fenghuo(['alerts'])).out).toMatch(/● orange II.*transaction\/split-orders.*2.4 ×/);
    expect((await fenghuo(['alerts', '--lang', 'zh'])).out).toMatch(/橙色 II.*单次限值/);
    expect(JSON.parse((await fenghuo(['alerts', '--json', '--category', 'transaction'])).out)).toMatchObject({ alerts: [{ alertId: 'a1' }] });
  });
  test('--follow prints what comes, until it is told to stop', async () => {
    const env = { ...process.env, FENGHUO_PORT: port, FENGHUO_KEY: b.key.read, NO_COLOR: '1' };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'cli', 'main.ts'), 'alerts', '--follow', '--lang', 'en'], { env });
    let out = '';
    const until = (text: string) => new Promise<void>((found) => { child.stdout.on('data', (chunk) => { out += chunk; if (out.includes(text)) found(); }); });
    await until('split-orders');
    const second = until('market/volume-shock');
    const timer = setInterval(() => b.pipeline.publish(anAlert({ alertId: `f${Date.now()}`, ruleId: 'market/volume-shock', category: 'market' })), 100);
    await second;
    clearInterval(timer);
    child.kill('SIGINT');
    expect(await new Promise((ended) => { child.once('exit', ended); })).toBe(0);
  });
});

describe('ingest', () => {
  test('tells what was taken, and what not and why', async () => {
    b.pipeline.answer = () => taken({ accepted: 1, rejected: [{ index: 1, code: 'FIELD_MISSING', path: 'order.orderNo', message: 'expected a text' }] });
    const file = join(folder, 'two.json');
    writeFileSync(file, '[{}, {}]');
    expect(await fenghuo(['ingest', file])).toMatchObject({ code: EXIT.refused, out: `${file}: accepted 1, rejected 1\n  [1] FIELD_MISSING at order.orderNo: expected a text\n` });
  });
  test('an unreadable body is told like any other rejection', async () => {
    b.pipeline.answer = () => taken({ accepted: 0, unreadable: true, rejected: [{ index: 0, code: 'UNREADABLE_XML', path: '', message: 'no end tag' }] });
    expect(await fenghuo(['ingest', '-'], {}, '<a>')).toMatchObject({ code: EXIT.refused, out: expect.stringContaining('UNREADABLE_XML: no end tag') });
  });
  test('NDJSON goes in batches; places are those of the file; a busy gateway is asked again', async () => {
    let requests = 0;
    b.pipeline.answer = () => {
      requests++;
      if (requests === 2) throw Object.assign(new Error('full'), { code: 'BUSY' });
      return taken({ accepted: 499, rejected: [{ index: 2, code: 'UNREADABLE_JSON', path: '', message: 'expected JSON in line 3' }] });
    };
    const file = join(folder, 'many.ndjson');
    writeFileSync(file, '{"type":"order"}\n'.repeat(1000));
    const { code, out } = await fenghuo(['ingest', file]);
    expect([code, requests]).toEqual([EXIT.refused, 3]);
    expect(out).toBe(`${file}: accepted 998, rejected 2\n  [2] UNREADABLE_JSON: expected JSON in line 3\n  [502] UNREADABLE_JSON: expected JSON in line 503\n`);
  });
  test('tables: a template, a dry run, rows named by file, row and column', async () => {
    const map = join(folder, 'map.yaml');
    writeFileSync(map, (await fenghuo(['ingest', '--map-template', 'payment'])).out);
    const file = join(folder, 'payments.csv');
    writeFileSync(file, '支付企业代码,支付流水号,订单编号,支付金额,支付时间\nSIMPAY,T1,A,10,2026-08-01 10:00\nSIMPAY,T2,B,10.5,1/8/2026\nSIMPAY,T3,C,x,2026-08-01 10:00\n');
    b.pipeline.answer = () => taken({ accepted: 1, rejected: [{ index: 1, code: 'FIELD_TYPE', path: 'amountPaid', message: 'amountPaid: expected a decimal number' }] });
    const dry = await fenghuo(['ingest', file, '--map', map, '--dry-run']);
    expect([dry.code, b.pipeline.submissions.length, dry.out]).toEqual([EXIT.refused, b.pipeline.submissions.length, expect.stringMatching(/✗ row 3, column 支付时间: payTime: .*\n.*✗ row 4, column 支付金额: amountPaid: .*\n.*3 documents read, 2 with something wrong; nothing was sent/)]);
    const { code, out } = await fenghuo(['ingest', file, '--map', map, '--no-wait']);
    expect([code, out]).toEqual([EXIT.refused, `${file}: accepted 1, rejected 2\n  [1] BAD_TIME at payTime: row 3, column 支付时间: ${/row 3, column 支付时间: payTime: (.*)\n/.exec(dry.out)?.[1]}\n  [2] FIELD_TYPE at amountPaid: row 4, column 支付金额: amountPaid: expected a decimal number\n`]);
    expect(JSON.parse(Buffer.from(b.pipeline.submissions.at(-1)!.bytes as Uint8Array).toString().split('\n')[0]!)).toEqual({ type: 'payment', payCode: 'SIMPAY', payTransactionId: 'T1', orderNo: 'A', amountPaid: '10', payTime: '20260801100000' });
  });
  test('the example tables fit their mapping, and hold the same', async () => {
    const { code, out } = await fenghuo(['ingest', join(root, 'examples', 'orders.csv'), join(root, 'examples', 'orders.xlsx'), '--map', join(root, 'examples', 'orders-map.yaml'), '--dry-run', '--json']);
    const { files } = JSON.parse(out) as { files: { documents: number; wrong: number; shown: { lines: { field: string; read: string }[] }[] }[] };
    expect([code, files.map((f) => [f.documents, f.wrong])]).toEqual([EXIT.ok, [[3, 0], [3, 0]]]);
    const values = (i: number) => files[i]!.shown.map((s) => s.lines.map((l) => [l.field, /^[\d.]+$/.test(l.read) ? Number(l.read) : l.read]));
    expect(values(1)).toEqual(values(0));
  });
  test('several files: one that cannot be read does not keep the next from being sent; a table sums up', async () => {
    b.pipeline.answer = () => taken();
    const inbox = mkdtempSync(join(tmpdir(), 'fenghuo-inbox-'));
    for (const [name, text] of [['a.json', '{}'], ['b.zip', 'no zip'], ['c.xml', '<x/>'], ['d.csv', 'a,b'], ['e.pdf', 'x']] as const) writeFileSync(join(inbox, name), text);
    const { code, out, err } = await fenghuo(['ingest', inbox, '--no-wait']);
    expect([code, err]).toEqual([EXIT.refused, expect.stringMatching(/b.zip cannot be read as a zip archive/)]);
    for (const part of [/a.json +1 +0/, /b.zip +0 +0 +not read to its end/, /3 files +2 +0/, /2 files left out:\n {2}1 × a table: give --map.*d.csv\n {2}1 × not a kind of file that is read \(.pdf\)/]) expect(out).toMatch(part);
    const json = JSON.parse((await fenghuo(['ingest', inbox, '--no-wait', '--json'])).out) as { files: { error?: string }[]; skipped: object[] };
    expect([json.files.length, json.skipped.length, json.files[1]?.error]).toEqual([3, 2, expect.stringContaining('b.zip')]);
  });
  test('--watch sends what comes, and ends with Ctrl-C', async () => {
    b.pipeline.answer = () => taken();
    const inbox = mkdtempSync(join(tmpdir(), 'fenghuo-inbox-'));
    const env = { ...process.env, FENGHUO_PORT: port, FENGHUO_KEY: b.key.write, NO_COLOR: '1' };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'cli', 'main.ts'), 'ingest', '--watch', inbox], { env });
    let out = '';
    const until = (text: string) => new Promise<void>((found) => { child.stdout.on('data', (chunk) => { out += chunk; if (out.includes(text)) found(); }); });
    await until('watching');
    const taking = until('accepted 1');
    writeFileSync(join(inbox, 'a.json'), '{}');
    await taking;
    child.kill('SIGINT');
    expect(await new Promise((ended) => { child.once('exit', ended); })).toBe(0);
  });
  test('shows the match and the alerts of each order that it touched', async () => {
    b.pipeline.answer = () => taken({ events: [{ eventId: 'e', type: 'order', key: 'E|1', orderKey: 'E|1' }] });
    b.store.add('orders', { eventId: 'e', orderKey: 'E|1' });
    b.store.add('matches', { orderKey: 'E|1', revision: 1, state: 'MISMATCHED', zone: '3302', platform: 'E', seller: 'S', documents: ['order', 'payment'], codes: ['AMOUNT_DIFF'], returnStatus: 0, at: 1,
      findings: JSON.stringify([{ code: 'AMOUNT_DIFF', outcome: 'fail', left: '100.00', right: '99.00', detail: 'paid is not what the order says', detailZh: '支付金额与订单不一致' }]) });
    b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'a9', ruleId: 'financial/amount-difference', category: 'financial', documents: ['E|1'] })));
    const { code, out } = await fenghuo(['ingest', '-', '--lang', 'en'], {}, '<x/>');
    expect(code).toBe(EXIT.ok);
    for (const part of ['order E|1: MISMATCHED (order, payment)', '✗ AMOUNT_DIFF: paid is not what the order says (100.00 / 99.00)', 'financial/amount-difference']) expect(out).toContain(part);
    expect((await fenghuo(['ingest', '-', '--lang', 'zh'], {}, '<x/>')).out).toContain('✗ AMOUNT_DIFF: 支付金额与订单不一致 (100.00 / 99.00)');
  });
});

describe('the rest', () => {
  test('query: table, JSON, CSV, and the words of the store', async () => {
    b.store.add('zones_seen', { zone: '3302', orders: 5 });
    expect((await fenghuo(['query', 'SELECT * FROM zones_seen'])).out).toBe('zone  orders\n3302       5\n');
    expect(JSON.parse((await fenghuo(['query', 'SELECT * FROM zones_seen', '--json'])).out)).toEqual([{ zone: '3302', orders: 5 }]);
    expect((await fenghuo(['query', 'SELECT * FROM zones_seen', '--format', 'csv'])).out).toBe('zone,orders\r\n3302,5\n');
    expect(await fenghuo(['query', 'broken'])).toMatchObject({ code: EXIT.refused, err: expect.stringContaining('Syntax error') });
  });
  test('dead letters: listed, shown, opened with masks, repaired, replayed by id and by reason', async () => {
    const text = JSON.stringify({ type: 'order', buyerName: '测试甲', ebpCode: '9999960001', items: [{ itemNo: '7' }], vendor: '测试甲' });
    b.store.add('dead_letters', aLetter({ id: 'd1', path: 'order.orderNo', text }));
    b.store.add('dead_letters', aLetter({ id: 'd2', status: 'taken' }));
    b.store.add('operations', { kind: 'repaired', letter: 'd2', at: '2026-06-01 04:00:00.000', operator: 'ann', messageType: 'order', code: '', fields: ['orderNo'], eventId: 'e7' });
    expect((await fenghuo(['dead-letters', 'list'])).out).toMatch(/d1 +open +FIELD_MISSING +order.orderNo/);
    expect((await fenghuo(['dead-letters', 'list', '--open'])).out).not.toContain('d2');
    expect((await fenghuo(['dead-letters', 'show', 'd2', '--lang', 'zh'])).out).toMatch(/d2 {2}taken\n[\s\S]*必填字段缺失或为空。 请填写该字段。[\s\S]*repaired +ann +orderNo +taken: e7/);
    const masked = (await fenghuo(['dead-letters', 'show', 'd1', '--message'])).out;
    expect(masked).not.toContain('测试甲');
    expect(masked).toMatch(/buyerName .*\(text of 3 characters \(Han characters\)\)[\s\S]*ebpCode .*9999960001[\s\S]*items\[0\]\.itemNo .*7[\s\S]*vendor .*\(text of 3/);
    expect((await fenghuo(['dead-letters', 'show', 'd1', '--clear'])).out).toMatch(/buyerName .*测试甲/);
    expect(b.pipeline.notes).toMatchObject(['masked', 'clear'].map((code) => ({ kind: 'sensitive-read', messageType: 'dead-letter', code, operator: 'the-admin', letter: 'd1' })));
    expect(await fenghuo(['dead-letters', 'repair', 'd1', '--set', 'orderNo=A=1', '--set', 'items[0].qty=2', '--remove', 'vendor'])).toMatchObject({ code: EXIT.ok, out: expect.stringContaining('taken 1, refused again 0\n') });
    const repaired = b.pipeline.submissions.at(-1)!;
    expect(repaired).toMatchObject({ form: 'json', sender: 'p', replayOf: 'd1', operator: 'the-admin', repaired: ['vendor', 'orderNo', 'items[0].qty'] });
    expect(JSON.parse(String(repaired.bytes))).toEqual({ type: 'order', buyerName: '测试甲', ebpCode: '9999960001', orderNo: 'A=1', items: [{ itemNo: '7', qty: '2' }] });
    expect(await fenghuo(['dead-letters', 'repair', 'd1', '--set', 'items[3].qty=2'])).toMatchObject({ code: EXIT.refused, err: expect.stringContaining('items has 1 line(s)') });
    expect(await fenghuo(['dead-letters', 'repair', 'd1', '--set', 'note=x', '--dry-run'])).toMatchObject({ code: EXIT.refused, out: expect.stringContaining('FIELD_MISSING') });
    b.replayed.length = 0;
    expect(await fenghuo(['dead-letters', 'replay', 'd1', 'd2', 'd3'])).toMatchObject({ code: EXIT.refused, out: 'taken 1, refused again 1, done before 1\n  [d3] NOT_FOUND : no dead letter d3; GET /v1/dead-letters lists them\norders: k\n' });
    expect((await fenghuo(['dead-letters', 'replay', '--reason', 'FIELD_MISSING', '--dry-run'])).out).toBe('1 open dead letter(s) fit. Nothing was sent.\n');
    expect(await fenghuo(['dead-letters', 'replay', '--reason', 'FIELD_MISSING'])).toMatchObject({ code: EXIT.ok, out: 'taken 1, refused again 0\norders: k\n' });
    expect(b.replayed).toEqual([['d1'], ['d1']]);
    expect((await fenghuo(['dead-letters', 'replay'])).code).toBe(EXIT.usage);
  }, 60_000);
  test('reference: compared, loaded, listed, its history, and a feed taken into it', async () => {
    const { files, tables } = smallSource({}, { 'recalls.csv': '# version: 1, complete: false, source: t\nsource,case_id\nown,K1\n' });
    expect(await b.reference.start(files, tables, {})).toEqual([]);
    const file = join(folder, 'positive-list.csv');
    writeFileSync(file, '# version: 2026-12, complete: true, source: t\nhs_prefix,status,valid_from\n04021000,excluded,2022-03-01\n93,excluded,\n');
    const seen = await fenghuo(['reference', 'diff', file]);
    expect(seen.out).toContain('~ 04021000 from 2022-03-01: status allowed → excluded');
    expect(seen.out).toMatch(/1 added, 1 changed, 1 removed.*\nNothing was changed/);
    expect((await fenghuo(['reference', 'load', file])).out).toContain('In force now.');
    expect((await fenghuo(['reference', 'list'])).out).toMatch(/positive-list +2026-12 +yes +2 .* the-admin/);
    expect((await fenghuo(['reference', 'history', 'positive-list'])).out).toMatch(/2026-12 +the-admin +1 +1 +1[\s\S]*2026-11 +start/);
    expect((await fenghuo(['reference', 'show', 'positive-list', '--at', '2022-02-28'])).out).toBe('# version: 2026-12, complete: true, source: t\nhs_prefix,status,valid_from\n93,excluded,\n');
    writeFileSync(join(folder, 'feed.json'), JSON.stringify([{ RecallNumber: '26001', Title: 'Ostervane Recalls Kettles', Products: [{ Name: 'Kettle' }] }, {}]));
    const taken = await fenghuo(['reference', 'import', 'cpsc', join(folder, 'feed.json'), '--label', 'r2']);
    expect([taken.err, taken.out]).toEqual([expect.stringContaining('record 2 is left out: no case number'), expect.stringContaining('recalls 1 → r2: 1 added, 0 changed, 0 removed, 1 unchanged')]);
    const bad = await fenghuo(['reference', 'load', file, '--table', 'colours']);
    expect([bad.code, bad.err]).toEqual([EXIT.refused, expect.stringContaining('Tables: positive-list')]);
  });
  test('rules: proposed from a file, compared, approved with another key, and found in the history', async () => {
    const { files, tables } = smallSource();
    expect(await b.reference.start(files, tables, {})).toEqual([]);
    mkdirSync(join(folder, 'transaction'));
    const file = join(folder, 'transaction', 'many-orders.yaml');
    writeFileSync(file, SMALL_RULE.replace('version: 1', 'version: 2').replace('red: 3', 'red: 2.5'));
    const proposed = await fenghuo(['rules', 'propose', file, '--why', 'notice 12', '--key', b.key.author]);
    expect([proposed.code, proposed.out, proposed.err]).toEqual([EXIT.ok, expect.stringMatching(/many-orders.yaml +changed +1 → 2 +live/), expect.stringContaining('no-shadow')]);
    const id = /rules approve (p\w+)/.exec(proposed.out)?.[1] as string;
    expect((await fenghuo(['rules', 'diff', id])).out).toMatch(/by the-author.*open: notice 12[\s\S]*-bands: .*red: 3 }\n\+bands: .*red: 2.5 }/);
    expect(await fenghuo(['rules', 'approve', id, '--key', b.key.author])).toMatchObject({ code: EXIT.key });
    expect((await fenghuo(['rules', 'approve', id, '--key', b.key.approver])).out).toContain('In force now.');
    expect((await fenghuo(['rules', 'proposals'])).out).toMatch(/the-author +approved +the-approver: notice 12/);
    expect((await fenghuo(['rules', 'history', 'transaction/many-orders'])).out).toMatch(/1 → 2 +live +the-author +the-approver +notice 12[\s\S]*\(none\) → 1 .*start +start/);
    expect((await fenghuo(['rules', 'show', 'transaction/many-orders', '--label', '1'])).out).toBe(SMALL_RULE);
    expect((await fenghuo(['rules', 'diff', 'transaction/many-orders', '--from', '1'])).out).toContain('+version: 2');
    expect(await fenghuo(['rules', 'propose', '--why', 'x'])).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('Nothing to propose') });
  }, 30_000);
  test('a verdict, and a suppression that two keys agree on', async () => {
    b.store.addAlert(b.pipeline.publish(anAlert({ alertId: 'judged' })));
    expect(await fenghuo(['verdict', 'judged', 'false', '--why', 'pick-up point', '--key', b.key.officer])).toMatchObject({ code: EXIT.ok, out: 'false: transaction/split-orders, revision 1, by the-officer.\n' });
    expect(b.pipeline.journalled.at(-1)).toMatchObject({ type: 'verdict', key: 'judged', body: { verdict: 'false', reason: 'pick-up point', officer: 'the-officer' } });
    expect(await fenghuo(['verdict', 'judged', 'maybe', '--why', 'x'])).toMatchObject({ code: EXIT.usage });
    expect(await fenghuo(['suppressions', 'propose', '--zone', '3301', '--why', 'expected', '--until', 'later'])).toMatchObject({ code: EXIT.usage, err: expect.stringContaining('expected a day') });
    const made = await fenghuo(['suppressions', 'propose', '--zone', '3301', '--until', '2d', '--why', 'Double Eleven, expected', '--key', b.key.author]);
    const id = /suppressions approve (p\w+)/.exec(made.out)?.[1] as string;
    expect((await fenghuo(['suppressions', 'approve', id, '--key', b.key.approver])).out).toMatch(/in force +\(all\) +\(all\) +3301 +orange/);
    expect((await fenghuo(['suppressions', 'list'])).out).toMatch(/in force[\s\S]*the-author +the-approver +Double Eleven, expected/);
    expect((await fenghuo(['suppressions', 'lift', id, '--why', 'over', '--key', b.key.author])).out).toContain('lifted');
  }, 30_000);
  test('keys: added once in clear, listed without, revoked', async () => {
    const made = await fenghuo(['keys', 'add', '--name', 'platform-a', '--role', 'write']);
    expect(made.out).toMatch(/^fh_[0-9a-f]{12}_\S+\n$/);
    const id = made.out.slice(3, 15);
    const { out } = await fenghuo(['keys', 'list']);
    expect(out).toContain('platform-a');
    expect(out).not.toContain(made.out.trim());
    expect((await fenghuo(['keys', 'revoke', id])).code).toBe(EXIT.ok);
    expect(await fenghuo(['keys', 'revoke', id])).toMatchObject({ code: EXIT.refused, err: expect.stringContaining('404') });
  });
});
