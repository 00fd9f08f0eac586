/** A user's own messages, through the door and through the command line, to match, mistakes named, alerts, dead letters; and no person in clear anywhere. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Alert } from '../../schemas/risk/alert.ts';
import { openEmbeddedReader } from '../../streams/embedded/reader.ts';
import { TOPICS } from '../../streams/topics.ts';
import { stamp14 } from '../../simulator/clock.ts';
import { ACCOUNT, ADDRESS, deal, EBP, ID, NAME, NAMES, nested, OTHER_ID, OTHER_NAME, PHONE, REMARK, SIGNATURE, xml, type Deal, type Fields, type Name } from './deal.ts';
import { command, pause, remove, start, temporary, type Answer, type Ended, type System } from './system.ts';

interface Dossier { match: { state: string; codes: string[]; documents: string[]; findings: { code: string; outcome: string }[] }; documents: Record<string, Fields[]>; alerts: Alert[] }
interface Answered { accepted: number; rejected: { index: number; code: string; path: string; message: string }[]; events: string[] }
interface Letter { id: string; reason: string; replayOf: string; status: string }

const SECRETS = [NAME, OTHER_ID, OTHER_NAME, PHONE, ID, ID.slice(6, 14), ADDRESS, '烟墩路', '1204室', ACCOUNT, REMARK];
let folder = '';
let files = '';
let system: System;
/** All that was ever answered or printed. */
const seen: string[] = [];

beforeAll(async () => {
  folder = temporary();
  files = temporary();
  system = await start(folder);
}, 40_000);
afterAll(async () => {
  await system?.stop();
  remove(folder);
  remove(files);
}, 30_000);

async function ask(...input: Parameters<System['ask']>): Promise<Answer> {
  const answer = await system.ask(...input);
  seen.push(answer.text);
  return answer;
}
async function post(body: string, type: string): Promise<Answered> {
  const answer = await ask('POST', '/v1/events', body, type);
  expect(answer.status, answer.text).toBe(202);
  return answer.json as Answered;
}
const lines = (...documents: unknown[]): string => documents.map((d) => JSON.stringify(d)).join('\n');
const postLines = (...documents: unknown[]): Promise<Answered> => post(lines(...documents), 'application/x-ndjson');
async function fenghuo(...args: string[]): Promise<Ended> {
  const ended = await command(args, { data: folder, port: system.port });
  seen.push(ended.out, ended.err);
  return ended;
}

/** Asks until it is as expected: the tables are at most some seconds behind. */
async function until<T>(look: () => Promise<T | undefined>, good: (value: T) => boolean): Promise<T> {
  let last: T | undefined;
  for (const end = Date.now() + 8_000; Date.now() < end; await pause(150)) {
    last = await look();
    if (last !== undefined && good(last)) return last;
  }
  throw new Error(`not seen within 8 s; the last look: ${JSON.stringify(last)?.slice(0, 3_000)}`);
}
async function dossier(n: number | string): Promise<Dossier | undefined> {
  const answer = await ask('GET', `/v1/orders/${EBP}/W-${n}`);
  return answer.status === 200 ? (answer.json as Dossier) : undefined;
}
const inState = (n: number | string, state: string, ...codes: string[]): Promise<Dossier> => until(() => dossier(n), ({ match }) => match.state === state && codes.every((code) => match.codes.includes(code)));

const flat = (d: Deal): string => JSON.stringify(NAMES.map((name) => d[name]));
const save = (file: string, text: string): string => {
  writeFileSync(join(files, file), text);
  return join(files, file);
};
const eachByPost = (type: string, write: (name: Name, fields: Fields) => string) => async (d: Deal): Promise<void> => {
  for (const name of NAMES) expect(await post(write(name, d[name]), type)).toMatchObject({ accepted: 1, rejected: [] });
};
const byCommand = (suffix: string, write: (name: Name, fields: Fields) => string) => async (d: Deal): Promise<void> => {
  const names = NAMES.map((name) => save(`${String(d.order.orderNo)}-${name}.${suffix}`, write(name, d[name])));
  const ended = await fenghuo('ingest', ...names);
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(ended.out).toContain('MATCHED');
};

describe('the four documents of one order are taken and matched', () => {
  const forms: [string, (d: Deal) => Promise<void>][] = [
    ['official XML with ceb:, signed', eachByPost('application/xml', (name, d) => xml(name, [d], 'ceb:', SIGNATURE))],
    ['official XML without a prefix', eachByPost('application/xml', (name, d) => xml(name, [d], ''))],
    ['official XML with ns2:', eachByPost('text/xml; charset=utf-8', (name, d) => xml(name, [d], 'ns2:'))],
    ['nested JSON, numbers as text', eachByPost('application/json', nested)],
    ['flat JSON, in one array', async (d) => void expect(await post(flat(d), 'application/json')).toMatchObject({ accepted: 4, rejected: [] })],
    ['NDJSON, the declaration first', async (d) => void expect(await postLines(...NAMES.toReversed().map((name) => d[name]))).toMatchObject({ accepted: 4, rejected: [] })],
    ['fenghuo ingest, XML', byCommand('xml', (name, d) => xml(name, [d], 'c:'))],
    ['fenghuo ingest, nested JSON', byCommand('json', nested)],
  ];
  test.concurrent.each(forms.map(([form, send], i) => [form, send, i + 1] as const))('%s', async (_form, send, n) => {
    await send(deal(n));
    // Tables are filled one after another: the match may be there a moment before the last document.
    const { match, documents } = await until(() => dossier(n), (d) => d.match.state === 'MATCHED' && Object.values(d.documents).filter((rows) => rows.length > 0).length === 4);
    expect(match).toMatchObject({ codes: [], documents: ['order', 'payment', 'waybill', 'declaration'] });
    expect(documents).toMatchObject({ orders: [{ goodsValue: 199.9, paid: 229.0009 }], payments: [{ amount: 229.0009 }], waybills: [{ weight: 1.05 }], declarations: [{ grossWeight: 1.05 }] });
  }, 30_000);

  test('several documents in one message', async () => {
    const deals = [20, 21, 22].map((n) => deal(n));
    for (const name of NAMES) expect(await post(xml(name, deals.map((d) => d[name]), 'ceb:'), 'application/xml')).toMatchObject({ accepted: 3, rejected: [] });
    for (const n of [20, 21, 22]) await inState(n, 'MATCHED');
  }, 15_000);
});

const line = (d: Fields): Fields => (d.items as Fields[])[0] as Fields;
const moreDeclared = deal(35);
line(moreDeclared.declaration).qty = '2';
const offList = deal(37);
line(offList.declaration).gcode = '0507100000';
const mistakes: [string, string, Deal][] = [
  ['a payment 0.02 short', 'AMOUNT_DIFF', deal(30, { payment: { amountPaid: '228.9809' } })],
  ['another consignee on the waybill', 'CONSIGNEE_DIFF', deal(31, { waybill: { consingee: OTHER_NAME } })],
  ['a masked identity number', 'ID_INVALID', deal(32, { order: { buyerIdNumber: `${ID.slice(0, 4)}**********${ID.slice(14)}` } })],
  ['another payer', 'BUYER_PAYER_DIFF', deal(33, { payment: { payerName: OTHER_NAME } })],
  ['a sum that is wrong', 'SUM_DIFF', deal(34, { order: { freight: '40' } })],
  ['more pieces declared than ordered', 'GOODS_DIFF', moreDeclared],
  ['a parcel twice as heavy', 'WEIGHT_DIFF', deal(36, { waybill: { weight: '2.4' } })],
  ['goods outside the list', 'NOT_ON_LIST', offList],
  ['a payment long after the declaration', 'TIME_ORDER', deal(38, { payment: { payTime: stamp14(Date.now() - 80 * 86_400_000) } })],
  ['two items above the single limit', 'OVER_SINGLE', deal(39, { order: { goodsValue: '6000', acturalPaid: '6029.1009', items: [{ ...line(deal(39).order), qty: '2', price: '3000', totalPrice: '6000' }] }, payment: { amountPaid: '6029.1009' } })],
];

describe('mistakes are named', () => {
  beforeAll(async () => void expect(await postLines(...mistakes.flatMap(([, , d]) => NAMES.map((name) => d[name])))).toMatchObject({ accepted: 4 * mistakes.length, rejected: [] }));

  test.each(mistakes)('%s: %s', async (_name, code, d) => {
    const { match } = await inState(String(d.order.orderNo).slice(2), 'MISMATCHED', code);
    expect(match.findings).toContainEqual(expect.objectContaining({ code, outcome: 'fail' }));
  }, 15_000);

  test('an order whose waybill does not come waits for it, and says so', async () => {
    const d = deal(45);
    await postLines(d.order, d.payment, d.declaration);
    expect((await inState(45, 'PARTIAL')).match.documents).toEqual(['order', 'payment', 'declaration']);
    await postLines(d.waybill);
    await inState(45, 'MATCHED');
  }, 20_000);

  test('a second new order under another guid', async () => {
    const d = deal(46);
    await postLines(d.order, { ...d.order, guid: '22222222-BBBB-4BBB-8BBB-FFFF00000046' });
    await inState(46, 'MISMATCHED', 'DUPLICATE');
  }, 15_000);
});

describe('alerts at once', () => {
  const alerts = async (rule: string, orderKey: string): Promise<Alert | undefined> => {
    const { alerts: found } = (await ask('GET', `/v1/alerts?rule=${encodeURIComponent(rule)}&limit=1000`)).json as { alerts: Alert[] };
    return found.find((a) => a.documents.includes(orderKey));
  };
  test('a prohibited word', async () => {
    const d = deal(50);
    line(d.order).itemName = '象牙摆件';
    await postLines(d.order);
    const alert = await until(() => alerts('public-security/prohibited-goods', `${EBP}|W-50`), () => true);
    expect(alert).toMatchObject({ grade: 'red', category: 'public-security', status: 'live' });
    expect(alert.reason.en).toMatch(/1/);
    expect(alert.reason.zh).not.toBe('');
  }, 15_000);

  test('a purchase that was split into four orders', async () => {
    // A buyer and an address of their own: every other order here is one person's.
    const own = { goodsValue: '4500', acturalPaid: '4529.1009', buyerIdNumber: OTHER_ID, buyerName: OTHER_NAME, consigneeAddress: '虚构省无名市烟墩路9001号' };
    const orders = [51, 52, 53, 54].map((n) => deal(n, { order: own }, 60_000).order);
    await postLines(...orders);
    const alert = await until(() => alerts('transaction/split-orders', `${EBP}|W-54`), ({ grade }) => grade === 'red');
    expect([51, 52, 53, 54].filter((n) => alert.documents.includes(`${EBP}|W-${n}`)).length).toBeGreaterThanOrEqual(3);
    const shown = await fenghuo('alerts', '--json');
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('transaction/split-orders');
  }, 20_000);
});

const sums = async (n: number): Promise<Record<string, number>> => {
  const rows = await system.rows<{ kind: string; n: number; yuan: number }>(`SELECT kind, sum(sign) AS n, toFloat64(sum(sign * amount)) AS yuan FROM facts WHERE orderKey = '${EBP}|W-${n}' GROUP BY kind`);
  return Object.fromEntries(rows.flatMap(({ kind, n: count, yuan }) => [[`${kind}s`, Number(count)], [kind, yuan]]));
};

describe('changes', () => {
  test('an amended order is matched again, a deleted one withdrawn, and its sums are nothing', async () => {
    const wrong = deal(60, { order: { acturalPaid: '228.0009', taxTotal: '18.1009' } });
    await postLines(...NAMES.map((name) => wrong[name]));
    await inState(60, 'MISMATCHED', 'AMOUNT_DIFF');
    const later = (fields: Fields, appType: string, document: number): Fields =>
      ({ ...fields, guid: `22222222-BBBB-4BBB-8BBB-EEEE000060${appType}${document}`, appType, appTime: String(BigInt(fields.appTime as string) + BigInt(appType)) });
    expect(await post(xml('order', [later(deal(60).order, '2', 1)], 'ceb:'), 'application/xml')).toMatchObject({ accepted: 1 });
    await inState(60, 'MATCHED');
    expect(await until(() => sums(60), (s) => s.order === 229.0009)).toMatchObject({ orders: 1, payments: 1, waybills: 1, declarations: 1, payment: 229.0009 });
    for (const [i, name] of NAMES.entries()) expect(await postLines(later(deal(60)[name], '3', i + 1))).toMatchObject({ accepted: 1, rejected: [] });
    await inState(60, 'WITHDRAWN');
    expect(await until(() => sums(60), (s) => s.declarations === 0)).toEqual({ order: 0, orders: 0, payment: 0, payments: 0, waybill: 0, waybills: 0, declaration: 0, declarations: 0 });
  }, 30_000);

  test('what is sent again is counted once', async () => {
    const d = deal(61);
    for (let i = 0; i < 3; i++) await postLines(...NAMES.map((name) => d[name]));
    await inState(61, 'MATCHED');
    expect(await sums(61)).toMatchObject({ orders: 1, payments: 1, waybills: 1, declarations: 1, order: 229.0009 });
    await pause(1_500);
    const rows = await system.rows<{ n: string }>(`SELECT count() AS n FROM orders WHERE orderKey = '${EBP}|W-61'`);
    expect(rows.map(({ n }) => Number(n)), 'rows of the one order in its table').toEqual([1]);
  }, 20_000);
});

const letters = async (): Promise<Letter[]> => ((await ask('GET', '/v1/dead-letters?limit=1000')).json as { deadLetters: Letter[] }).deadLetters;
const letter = (reason: string): Promise<Letter> => until(async () => (await letters()).find((l) => l.reason === reason && l.replayOf === ''), () => true);

describe('what cannot be taken', () => {
  test('a guid used again with other content becomes a dead letter, and the order stays as it was', async () => {
    await postLines(deal(70).order);
    await postLines({ ...deal(70).order, goodsValue: '299.90', acturalPaid: '329.0009' });
    const { id } = await letter('GUID_REUSED');
    expect(await sums(70)).toMatchObject({ orders: 1, order: 229.0009 });
    const replayed = await ask('POST', '/v1/dead-letters/replay', JSON.stringify({ ids: [id] }));
    expect((replayed.json as Answered).rejected).toMatchObject([{ code: 'NOT_REPLAYABLE' }]);
    await pause(1_500);
    expect((await dossier(70))?.documents.orders, 'the order that is shown').toMatchObject([{ paid: 229.0009 }]);
  }, 20_000);

  test('a document with a field missing: named, replayed through the API and the command line, named again', async () => {
    const { orderNo: _, ...without } = deal(71).order;
    expect((await postLines(without)).rejected).toMatchObject([{ index: 0, code: 'FIELD_MISSING', path: 'orderNo' }]);
    const { id } = await letter('FIELD_MISSING');
    const answer = await ask('POST', '/v1/dead-letters/replay', JSON.stringify({ ids: [id] }));
    expect((answer.json as Answered).rejected).toMatchObject([{ code: 'FIELD_MISSING', path: 'orderNo' }]);
    const next = (await until(letters, (all) => all.some((l) => l.replayOf === id) && all.some((l) => l.id === id && l.status === 'replaced'))).find((l) => l.replayOf === id)?.id as string;
    const ended = await fenghuo('dead-letters', 'replay', id, next);
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/taken 0, refused again 1, done before 1[\s\S]*FIELD_MISSING orderNo/);
    const last = (await until(letters, (all) => all.some((l) => l.replayOf === next))).find((l) => l.replayOf === next)?.id as string;
    const mended = await fenghuo('dead-letters', 'repair', last, '--set', `orderNo=${deal(71).order.orderNo}`);
    expect([mended.code, mended.out]).toEqual([0, `taken 1, refused again 0\norders: ${EBP}|W-71\n`]);
    expect((await until(() => dossier(71), (d) => d.documents.orders?.[0]?.replayOf !== undefined)).documents.orders).toMatchObject([{ replayOf: last }]);
    expect((await fenghuo('dead-letters', 'show', last)).out).toMatch(new RegExp(`taken[\\s\\S]*repaired +admin +orderNo +taken: ${EBP}.W-71`));
    expect((await fenghuo('dead-letters', 'list', '--open', '--reason', 'FIELD_MISSING')).out).not.toContain(last);
  }, 30_000);

  test('a document of the near future is refused, and its replay is taken once that time has come', async () => {
    const ahead = [72, 73].map((n) => deal(n, {}, -302_500).order);
    expect((await postLines(...ahead)).rejected).toMatchObject([{ code: 'TIME_IMPLAUSIBLE', path: 'appTime' }, { code: 'TIME_IMPLAUSIBLE', path: 'appTime' }]);
    const both = await until(async () => (await letters()).filter((l) => l.reason === 'TIME_IMPLAUSIBLE'), (found) => found.length === 2);
    await pause(3_000);
    const answer = await ask('POST', '/v1/dead-letters/replay', JSON.stringify({ ids: [both[0]?.id] }));
    expect(answer.json).toMatchObject({ accepted: 1, rejected: [] });
    // Again, before the tables can know of it: a repeat, counted once.
    expect((await ask('POST', '/v1/dead-letters/replay', JSON.stringify({ ids: [both[0]?.id] }))).status).toBe(202);
    const listed = await fenghuo('dead-letters', 'list', '--reason', 'TIME_IMPLAUSIBLE');
    expect(listed.out).toContain(both[1]?.id);
    expect(await fenghuo('dead-letters', 'replay', both[1]?.id as string)).toMatchObject({ code: 0, out: expect.stringMatching(/^taken 1, refused again 0\norders: /) });
    for (const n of [72, 73]) await inState(n, 'PENDING');
    await pause(1_500);
    for (const n of [72, 73]) expect(await sums(n)).toMatchObject({ orders: 1 });
  }, 30_000);

  test.each([
    ['XML that breaks off', 'application/xml', () => xml('order', [deal(74).order], 'ceb:').slice(0, -40)],
    ['JSON that breaks off', 'application/json', () => JSON.stringify(deal(74).order).slice(0, -3)],
    ['an entity of a file', 'application/xml', () => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml('order', [deal(74).order], '')}`],
  ])('%s is refused whole', async (_name, type, body) => {
    const answer = await ask('POST', '/v1/events', body(), type);
    expect(answer.status).toBe(400);
    expect((answer.json as Answered).rejected[0]).toMatchObject({ index: 0, message: expect.stringMatching(/.{20}/) });
  });
});

/** ClickHouse merges its parts at any moment: a folder that is gone since is in another one. */
function filesIn(folder: string): string[] {
  return unlessGone(() => readdirSync(folder, { withFileTypes: true }), []).flatMap((one) => (one.isDirectory() ? filesIn(join(folder, one.name)) : one.isFile() ? [join(folder, one.name)] : []));
}

function unlessGone<T>(read: () => T, gone: T): T {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return gone;
    throw error;
  }
}

describe('no person in clear', () => {
  test('neither in answers, nor on the screen', () => {
    const all = [...seen, system.said.out, system.said.err].join('\n');
    expect(all.length).toBeGreaterThan(20_000);
    expect(SECRETS.filter((secret) => all.includes(secret))).toEqual([]);
    expect(system.said.err).toBe('');
  });

  test('neither in any byte of the data folder', () => {
    const paths = filesIn(folder);
    expect(paths.length).toBeGreaterThan(20);
    const found = paths.flatMap((path) => {
      const bytes = unlessGone(() => readFileSync(path), Buffer.alloc(0));
      return SECRETS.filter((secret) => bytes.includes(secret)).map((secret) => `${path}: ${secret}`);
    });
    expect(found).toEqual([]);
  });

  test('nor in any row of any table, nor in any record of the log, where both are unpacked', async () => {
    const tables = (await system.rows<{ name: string }>('SHOW TABLES')).map(({ name }) => name).filter((name) => !name.endsWith('_next'));
    const texts = await Promise.all(tables.map(async (name) => JSON.stringify(await system.rows(`SELECT * FROM ${name}`))));
    const log = openEmbeddedReader(join(folder, 'log', 'log.sqlite'));
    for (const { name } of TOPICS) {
      for (let partition = 0; partition < log.partitions(name); partition++) {
        const { start: first, end } = await log.bounds(name, partition);
        for (let offset = first; offset < end;) {
          const records = await log.read(name, partition, offset, 1_000);
          for (const { key, bytes } of records) texts.push(key, Buffer.from(bytes).toString());
          offset += records.length;
        }
      }
    }
    await log.close();
    const all = texts.join('\n');
    expect(all).toContain(`${EBP}|W-1`);
    expect(SECRETS.filter((secret) => all.includes(secret))).toEqual([]);
  });
});
