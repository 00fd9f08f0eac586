/** The watcher, look by look, against the real gateway (pipeline and store in memory). */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../../../cli/client.ts';
import { Watcher, type Watching } from '../../../cli/ingest/watch.ts';
import { readSettings } from '../../../cli/settings.ts';
import type { SubmissionResult } from '../../../processors/intake/intake.ts';
import { bench } from '../../gateway/doubles.ts';
import { mappingOf } from '../mapping/read.ts';

const b = bench();
let client: Client;
let said: string[] = [];
let folder = '';
beforeAll(async () => {
  const { port } = new URL(await b.gateway.start());
  client = new Client({ ...readSettings({}), port: Number(port) }, b.key.admin);
});
afterAll(() => b.gateway.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fenghuo-watch-'));
  said = [];
  b.pipeline.submissions.length = 0;
  b.pipeline.answer = taken();
});

const taken = (over: Partial<SubmissionResult> = {}) => (): SubmissionResult => ({ accepted: 1, rejected: [], unreadable: false, events: [], ...over });
const refused = taken({ accepted: 1, rejected: [{ index: 1, code: 'FIELD_MISSING', path: 'orderNo', message: 'expected a code' }] });
const options = (over: Partial<Watching> = {}): Watching => ({ folder, done: undefined, failed: undefined, backfill: undefined, how: { warn: (m) => said.push(m) }, say: (m) => said.push(m), ...over });
const open = (over: Partial<Watching> = {}) => Watcher.open(client, options(over));
const put = (name: string, text = '{"type":"order"}'): void => writeFileSync(join(folder, name), text);
const looks = async (watcher: Watcher, n = 3): Promise<void> => { for (let i = 0; i < n; i++) await watcher.look(); };
const sent = (): string[] => b.pipeline.submissions.map((s) => Buffer.from(s.bytes as Uint8Array).toString());

describe('what is taken', () => {
  test('a file is sent once, when it has stopped growing; a new one under its name is sent too', async () => {
    const watcher = await open();
    put('a.json');
    await watcher.look();
    appendFileSync(join(folder, 'a.json'), ' ');
    await looks(watcher, 2);
    expect(sent()).toEqual([]);
    await watcher.look();
    expect(sent()).toEqual(['{"type":"order"} ']);
    await looks(watcher, 5);
    expect(sent()).toHaveLength(1);
    writeFileSync(join(folder, 'next'), '{"type":"order","n":2}');
    renameSync(join(folder, 'next'), join(folder, 'a.json'));
    await looks(watcher);
    expect(sent()).toHaveLength(2);
    expect(said).toEqual([`${join(folder, 'a.json')}: accepted 1, rejected 0`, `${join(folder, 'a.json')}: accepted 1, rejected 0`]);
  });
  test('after a restart nothing is sent again; a line of the list that a crash cut short counts as not written', async () => {
    put('a.json');
    put('b.json');
    await looks(await open());
    await looks(await open());
    expect(sent()).toHaveLength(2);
    const list = join(folder, '.fenghuo-taken.ndjson');
    truncateSync(list, readFileSync(list).length - 9);
    await looks(await open());
    expect(sent()).toHaveLength(3);
    await looks(await open());
    expect(sent()).toHaveLength(3);
  });
  test('hidden and unfinished files stay out; a table without a mapping is left alone, and said once', async () => {
    for (const name of ['.a.json', 'a.json.part', 'b.csv', 'c.pdf']) put(name);
    await looks(await open(), 6);
    expect(sent()).toEqual([]);
    expect(said).toEqual([expect.stringMatching(/b.csv: left alone: a table: give --map/), expect.stringMatching(/c.pdf: left alone/)]);
  });
  test('tables go through the mapping, under a backfill', async () => {
    const mapping = mappingOf('type: payment\nfields: { payCode: { constant: x }, payTransactionId: 流水号, amountPaid: 金额 }');
    put('p.csv', '流水号,金额\nT1,1\n');
    await looks(await open({ backfill: 'b1', how: { mapping, warn() {} } }));
    expect(b.pipeline.submissions).toMatchObject([{ form: 'ndjson', origin: 'backfill', backfill: 'b1' }]);
    expect(sent()).toEqual(['{"type":"payment","payCode":"x","payTransactionId":"T1","amountPaid":"1"}']);
  });
});

describe('--done and --failed', () => {
  const targets = () => ({ done: join(folder, 'done'), failed: join(folder, 'failed') });
  test('files are moved by how they fared, also from folders within; nothing is written over', async () => {
    const watcher = await open(targets());
    mkdirSync(join(folder, 'sub'));
    put('sub/a.json');
    await looks(watcher);
    put('sub/a.json', '{"type":"order","n":2}');
    await looks(watcher);
    expect(readdirSync(join(folder, 'done', 'sub')).sort()).toEqual(['a-2.json', 'a.json']);
    b.pipeline.answer = refused;
    put('bad.json');
    await looks(watcher, 6);
    expect(readdirSync(join(folder, 'failed')).sort()).toEqual(['bad.json', 'bad.json.reasons.json']);
    expect(JSON.parse(readFileSync(join(folder, 'failed', 'bad.json.reasons.json'), 'utf8'))).toEqual([{ file: join(folder, 'bad.json'), accepted: 1, rejected: 1, rejections: [{ index: 1, code: 'FIELD_MISSING', path: 'orderNo', message: 'expected a code' }] }]);
    expect(sent()).toHaveLength(3);
    expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toEqual([]);
  });
  test('a file that was taken before a crash kept it from being moved is moved by the next start, and not sent again', async () => {
    put('a.json');
    await looks(await open());
    await looks(await open(targets()), 1);
    expect([sent().length, existsSync(join(folder, 'done', 'a.json'))]).toEqual([1, true]);
  });
  test('a damaged archive fails by name', async () => {
    put('x.zip', 'no zip');
    await looks(await open(targets()));
    expect(readFileSync(join(folder, 'failed', 'x.zip.reasons.json'), 'utf8')).toMatch(/x.zip cannot be read as a zip archive/);
  });
});

describe('when the gateway does not answer', () => {
  test('away: the file stays, and goes when it is back', async () => {
    put('a.json');
    const away = await Watcher.open(new Client({ ...readSettings({}), port: 1 }, 'x'), options());
    await looks(away, 9);
    expect(said).toEqual([expect.stringMatching(/a.json: waiting; it is tried again until it goes: Cannot reach the gateway/)]);
    await looks(await open());
    expect(sent()).toHaveLength(1);
  });
  test('a key that it refuses ends the watch', async () => {
    put('a.json');
    const watcher = await Watcher.open(new Client({ ...readSettings({}), port: Number(new URL(client.url).port) }, 'fh_0_wrong'), options());
    await expect(looks(watcher)).rejects.toThrow(/does not know the key/);
  });
  test('a folder that is none', async () => { await expect(open({ folder: join(folder, 'none') })).rejects.toThrow(/--watch .*none: .*Expected a folder in which this user may write/); });
});
