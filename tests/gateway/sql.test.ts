/** The gateway's own statements on ClickHouse with the real tables: filters, pages, the dossier, the stream's positions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeadLetters } from '../../processors/letters/letters.ts';
import { Batch } from '../../processors/sink/batch.ts';
import { openChdb, type ChdbEngine } from '../../processors/sink/chdb.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import type { Store } from '../../processors/sink/store.ts';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { compileOnceSteps } from '../../language/compile-once.ts';
import { Reference } from '../../processors/reference.ts';
import { Register } from '../../processors/register.ts';
import { RuleChanges } from '../../processors/rule-changes.ts';
import { Suppressions } from '../../processors/suppressions.ts';
import { MemoryPublisher } from '../reference/publisher.ts';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import { openKeys, type Keys } from '../../gateway/keys.ts';
import type { Level, Verdict } from '../../schemas/risk/alert.ts';
import type { Match } from '../../schemas/risk/fact.ts';
import { encode } from '../../schemas/registry.ts';
import { NOBODY } from '../../schemas/trade/envelope.ts';
import type { Payment } from '../../schemas/trade/payment.ts';
import type { LogRecord } from '../../streams/log.ts';
import { anAlert, FakePipeline, INCARNATION, NOTHING_CHECKED } from './doubles.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenghuo-sql-'));
const pipeline = new FakePipeline();
let engine: ChdbEngine;
let gateway: Gateway;
let keys: Keys;
let base: string;
let key: string;

const store: Store = {
  async query<T>(sql: string, params: Record<string, unknown> = {}): Promise<T[]> {
    return (await engine.readers[0]!.query({ query: sql, query_params: params, format: 'JSONEachRow' })).json<T>();
  },
  lag: async () => ({}),
  stop: async () => {},
};

async function write(name: string, records: LogRecord[]): Promise<void> {
  const table = TABLES.find((t) => t.name === name)!;
  const tables = clickHouseTables([engine]);
  const batch = new Batch(await tables.types(), 1);
  for (const r of records) batch.add(table, { ...r, bytes: encode(r.type, r.body) });
  await batch.insert(tables);
}
const record = <B>(topic: string, type: LogRecord['type'], body: B, offset: number): LogRecord<B> => ({
  topic,
  partition: 0,
  offset,
  appendedAt: Date.UTC(2026, 5, 1, 4, 0, offset),
  incarnation: INCARNATION,
  type,
  key: 'k',
  eventTime: 0,
  arrival: 0,
  source: { topic: 'x', partition: 0, offset, index: 0 },
  body,
  bytes: new Uint8Array(0),
});
const get = async (path: string) => (await fetch(base + path, { headers: { authorization: `Bearer ${key}` } })).json();
const ids = (answer: { alerts: { alertId: string; revision: number }[] }) => answer.alerts.map((a) => `${a.alertId}.${a.revision}`);

beforeAll(async () => {
  engine = await openChdb(join(folder, 'store'));
  await migrate(engine);
  keys = openKeys(join(folder, 'keys'));
  key = keys.add('reader', 'read').key;
  const letters = new DeadLetters({ store, unseal: (bytes) => bytes, submit: (submission) => pipeline.submit(submission), check: () => [], note: (operation) => pipeline.note(operation), now: Date.now });
  const publisher = new MemoryPublisher();
  const reference = new Reference(publisher, compileOnceSteps);
  const register = new Register(publisher, Date.now);
  const changes = new RuleChanges(publisher, reference, register, compileOnceSteps);
  gateway = createGateway({ reference, changes, suppressions: new Suppressions(register, Date.now), pipeline, store, keys, host: '127.0.0.1', port: 0, dataFolder: folder, version: '0', operations: { put: () => Promise.reject(new Error('none')) }, rules: () => undefined, check: () => NOTHING_CHECKED, letters });
  base = await gateway.start();
  const at = Date.UTC(2026, 5, 1, 4);
  await write('alert_revisions', [
    pipeline.publish(anAlert({ alertId: 'a', detectedAt: at })),
    pipeline.publish(anAlert({ alertId: 'b', detectedAt: at + 1, zone: '1100' })),
    pipeline.publish(anAlert({ alertId: 'c', detectedAt: at + 1, subject: { type: 'phone', id: 'p:1' } })),
    pipeline.publish(anAlert({ alertId: 'a', revision: 2, grade: 'red', change: 'escalated', detectedAt: at + 5 })),
  ]);
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  await engine.close();
  rmSync(folder, { recursive: true });
});

test('alerts: latest revision, every filter, pages without repeats', async () => {
  expect(ids(await get('/v1/alerts'))).toEqual(['a.2', 'c.1', 'b.1']);
  expect((await get('/v1/alerts?limit=1')).alerts[0]).toEqual(
    anAlert({ alertId: 'a', revision: 2, grade: 'red', change: 'escalated', detectedAt: Date.UTC(2026, 5, 1, 4) + 5 }),
  );
  const filters = {
    'grade=orange': ['c.1', 'b.1'],
    'grade=red,blue': ['a.2'],
    'zone=1100': ['b.1'],
    'subject=phone:p:1': ['c.1'],
    'category=market': [],
    'rule=transaction/split-orders&since=2026-06-01T04:00:00.002Z': ['a.2'],
    'status=held': [],
  };
  for (const [query, expected] of Object.entries(filters)) expect([query, ids(await get(`/v1/alerts?${query}`))]).toEqual([query, expected]);
  const pages: string[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const page = await get(`/v1/alerts?limit=1${next ? `&cursor=${next}` : ''}`);
    pages.push(...ids(page));
    next = page.next;
  }
  expect(pages).toEqual(['a.2', 'c.1', 'b.1']);
});

test('a verdict is journalled with what the store knows of its alert; the table gives it back, newest first', async () => {
  const given = await fetch(`${base}/v1/alerts/a/verdicts`, { method: 'POST', headers: { authorization: `Bearer ${keys.add('ann', 'officer').key}`, 'content-type': 'application/json' }, body: JSON.stringify({ verdict: 'false', reason: 'pick-up point' }) });
  expect(given.status).toBe(201);
  const body = pipeline.journalled.at(-1)?.body as Verdict;
  expect(body).toMatchObject({ alertId: 'a', revision: 2, ruleId: 'transaction/split-orders', ruleVersion: 3, category: 'transaction', grade: 'red', status: 'live', zone: '3302', verdict: 'false', officer: 'ann', raisedAt: Date.UTC(2026, 5, 1, 4) });
  expect((await fetch(`${base}/v1/alerts/nope/verdicts`, { method: 'POST', headers: { authorization: `Bearer ${keys.add('bob', 'officer').key}`, 'content-type': 'application/json' }, body: JSON.stringify({ verdict: 'false', reason: 'none' }) })).status).toBe(404);
  const at = Date.UTC(2026, 5, 1, 5);
  const said = (alertId: string, verdict: Verdict['verdict'], minutes: number, over: Partial<Verdict> = {}): Verdict => ({ ...body, alertId, verdict, raisedAt: at, at: at + minutes * 60_000, ...over });
  const verdicts = [said('a', 'confirmed', 5), said('a', 'false', 10), said('b', 'confirmed', 20), said('c', 'unclear', 60), said('d', 'confirmed', 1, { ruleId: 'market/gone' })];
  await write('verdicts', verdicts.map((verdict, i) => record('journal.v1', 'verdict', verdict, i)));
  await write('tallies', [7, 8].map((evaluated, i) => record('assessments.v1', 'tally', { rule: 'transaction/split-orders', evaluated, blue: 0, yellow: 0, orange: 0, red: 0, error: 1, warming: 0, suppressed: 2, at }, i)));
  expect((await get('/v1/alerts/a/verdicts')).verdicts.map((v: Verdict) => [v.verdict, v.officer])).toEqual([['false', 'ann'], ['confirmed', 'ann']]);
});

test('how each rule does: the latest verdict of an alert counts, precision without the unclear ones, median time', async () => {
  const since = '2026-06-01T04:00:00Z';
  const stats = (await get(`/v1/rules/stats?since=${since}`)).rules as { rule: string }[];
  expect(stats).toEqual([
    expect.objectContaining({ rule: 'market/gone', status: 'gone', alerts: 0, confirmed: 1, precision: 1, medianSeconds: 60, neverFired: true, lastAt: null }),
    expect.objectContaining({ rule: 'transaction/split-orders', alerts: 3, live: 3, held: 0, confirmed: 1, false: 1, unclear: 1, precision: 0.5, medianSeconds: 1_200, evaluated: 15, errors: 2, suppressed: 4, neverFired: false, lastAt: Date.UTC(2026, 5, 1, 4) + 5 }),
  ]);
  expect((await get('/v1/rules/stats?since=2027-01-01')).rules).toEqual([]);
});

test('a dossier is read from the tables', async () => {
  const orderKey = 'SIMEBP0001|ORD-1';
  const match: Match = {
    orderKey,
    revision: 1,
    state: 'MISMATCHED',
    zone: '3302',
    platform: 'P',
    seller: 'S',
    documents: ['payment'],
    codes: ['AMOUNT_DIFF'],
    findings: [{ code: 'AMOUNT_DIFF', outcome: 'fail', left: '1', right: '2', detail: '', detailZh: '' }],
    returnStatus: 0,
    origin: 'simulated',
    at: 5,
    delivered: Date.parse('2026-06-03T10:00:00Z'),
  };
  const payment: Payment = {
    eventId: 'e',
    guid: 'g',
    appType: 1,
    appTime: 1_000,
    eventTime: 1_000,
    arrival: 1_000,
    late: false,
    documentKey: 'PAY|1',
    orderKey,
    feed: 'f',
    origin: 'simulated',
    backfill: '',
    forwarded: false,
    contentHash: 'h',
    signed: false,
    sealed: null,
    sealKeyId: '',
    payCode: 'PAY',
    payName: 'Pay',
    transactionId: '1',
    orderNo: 'ORD-1',
    platformCode: 'SIMEBP0001',
    platformName: 'P',
    payer: { ...NOBODY, nameMasked: '李*' },
    amount: 1_000_001,
    currency: 'CNY',
    currencyCode: '142',
    payTime: 1_000,
    direction: 'I',
    sellerCode: '',
  };
  await write('payments', [
    record('journal.v1', 'payment', payment, 0),
    record('journal.v1', 'payment', { ...payment, eventId: 'e2', guid: 'g2', appType: 2, appTime: 2_000, amount: 1_100_000 }, 1),
  ]);
  await write('matches', [
    record('facts.v1', 'match', match, 0),
    record('facts.v1', 'match', { ...match, revision: 2, state: 'MATCHED', codes: [], findings: [] }, 1),
  ]);
  const d = await get('/v1/orders/SIMEBP0001/ORD-1');
  expect(d.match).toMatchObject({ state: 'MATCHED', codes: [], delivered: Date.parse('2026-06-03T10:00:00Z'), history: [{ revision: 1, codes: ['AMOUNT_DIFF'] }, { revision: 2 }] });
  expect(d.documents.payments).toHaveLength(1);
  expect(d.documents.payments[0]).toMatchObject({ appTime: 2_000, payer: { nameMasked: '李*', idCheck: 'missing' } });
  expect(Number(d.documents.payments[0].amount)).toBe(11);
  expect(ids(d)).toEqual(['a.2', 'c.1', 'b.1']);
});

test('levels, aggregates and dead letters answer', async () => {
  const level: Level = {
    subject: { type: 'zone', id: '3302' },
    category: 'market',
    grade: 'blue',
    score: 0.2,
    reasons: ['r'],
    zone: '3302',
    at: 1_000,
    before: '',
    escalated: true,
    parts: [{ rule: 'r', weight: 0.5, score: 0.4, open: true }],
    reason: { en: 'Raised', zh: '升级' },
  };
  await write('levels_now', [record('levels.v1', 'level', level, 0), record('levels.v1', 'level', { ...level, grade: 'red', at: 2_000 }, 1)]);
  expect((await get('/v1/levels?type=zone&category=market')).levels).toEqual([{ ...level, grade: 'red', at: 2_000 }]);
  const day = 'from=2026-06-01T00:00:00Z&to=2026-06-02T00:00:00Z';
  expect((await get(`/v1/aggregates?by=category&${day}`)).rows).toMatchObject([
    { bucket: Date.UTC(2026, 5, 1, 4), category: 'transaction', raised: 3, escalated: 1 },
  ]);
  for (const by of ['zone', 'platform', 'country', 'hs4']) expect((await get(`/v1/aggregates?by=${by}&bucket=minute&${day}`)).rows).toEqual([]);
  expect(await get('/v1/dead-letters?reason=FIELD_MISSING')).toEqual({ deadLetters: [] });
});

test('the stream resumes from the table', async () => {
  const stop = new AbortController();
  const headers = { authorization: `Bearer ${key}`, 'last-event-id': `${INCARNATION}~transaction/0=1,market/0=-1` };
  const answer = await fetch(`${base}/v1/alerts/stream`, { headers, signal: stop.signal });
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split('event: alert').length > 2) break;
  }
  stop.abort();
  expect([...text.matchAll(/^id: (.+)$/gm)].map((m) => m[1])).toEqual([
    `${INCARNATION}~transaction/0=2,market/0=-1`,
    `${INCARNATION}~transaction/0=3,market/0=-1`,
  ]);
});

test('what waits for a verdict: open alerts of which nobody has said anything', async () => {
  const at = Date.UTC(2026, 5, 1, 6);
  await write('alert_revisions', [
    pipeline.publish(anAlert({ alertId: 'w1', detectedAt: at })),
    pipeline.publish(anAlert({ alertId: 'w2', detectedAt: at + 1 })),
    pipeline.publish(anAlert({ alertId: 'w2', revision: 2, change: 'eased', score: 0, detectedAt: at + 2 })),
  ]);
  const of = async (query: string) => ids(await get(`/v1/alerts?since=${at}&${query}`));
  expect([await of('open=yes'), await of('open=no'), await of('open=yes&judged=no')]).toEqual([['w1.1'], ['w2.2'], ['w1.1']]);
  expect([ids(await get('/v1/alerts?judged=no&open=yes')), ids(await get('/v1/alerts?judged=yes')).sort()]).toEqual([['w1.1'], ['a.2', 'b.1', 'c.1']]);
});
