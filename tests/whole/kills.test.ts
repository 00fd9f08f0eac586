/**
 * Power cuts. A sender posts simulated traffic and repeats what was not answered, byte for byte, while the system is killed again and again at random
 * moments. Afterwards nothing that was answered is missing, nothing stands twice, and the sums are those of the documents themselves.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TABLES } from '../../processors/sink/rows.ts';
import { DOCUMENT_TYPES } from '../../schemas/trade/envelope.ts';
import { TOPICS } from '../../streams/topics.ts';
import { openEmbeddedReader } from '../../streams/embedded/reader.ts';
import type { LogRecord } from '../../streams/log.ts';
import { RepeatFilter, type Mark } from '../../streams/runner.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import type { Fact } from '../../schemas/risk/fact.ts';
import type { Document } from '../../simulator/documents.ts';
import { Random } from '../../simulator/random.ts';
import { createTraffic } from '../../simulator/traffic.ts';
import { freePort, launch, pause, remove, temporary, type System } from './system.ts';

const SEED = Number(process.env.FENGHUO_TEST_SEED ?? Date.now() % 1_000_000);
const ROUNDS = 20;
const EVENTS_PER_POST = 40;
/** Those of documents. */
const DOCUMENTS = TABLES.filter(({ type }) => (DOCUMENT_TYPES as readonly string[]).includes(type)).map(({ name }) => name);
const ALERT_TOPICS = TOPICS.map(({ name }) => name).filter((name) => name.startsWith('alerts.') || name === 'held.v1');

/** Documents that were answered with 202, in order, by event id. What came again under a known id counts for nothing. */
const accepted = new Map<string, Document>();
let unanswered = 0;
/** Set when the rounds have ended, well or not: the sender must not try for ever. */
let over = false;
let folder = '';
let port = 0;
let system: System;

interface Answered { accepted: number; rejected: { index: number }[]; events: string[] }

function remember(events: readonly Document[], answer: Answered): void {
  const refused = new Set(answer.rejected.map(({ index }) => index));
  const taken = events.filter((_, index) => !refused.has(index));
  if (taken.length !== answer.events.length) throw new Error(`${taken.length} events were taken, but ${answer.events.length} ids were answered`);
  for (const [i, eventId] of answer.events.entries()) if (!accepted.has(eventId)) accepted.set(eventId, taken[i] as Document);
}

/** Posts everything in order, each body until it is answered. */
async function send(queue: Document[][]): Promise<void> {
  for (const events of queue) {
    const body = events.map((event) => JSON.stringify(event)).join('\n');
    while (!over) {
      const answer = await system.ask('POST', '/v1/events', body, 'application/x-ndjson').catch(() => undefined);
      if (answer?.status === 202) {
        remember(events, answer.json as Answered);
        break;
      }
      if (answer && answer.status !== 503) throw new Error(`answered ${answer.status}: ${answer.text}`);
      unanswered++;
      await pause(50);
    }
    await pause(15);
  }
}

/** Kills it at a random moment, also while it starts, with or without the store's process, and starts it again. */
async function cut(random: Random, round: number): Promise<void> {
  if (round % 2 === 0) {
    await system.ready();
    await pause(random.between(30, random.chance(0.3) ? 1_500 : 400));
  } else await pause(random.between(100, 2_500));
  const store = system.storePid;
  if (store !== undefined && random.chance(0.5)) {
    process.kill(store, 'SIGKILL');
    // Sometimes the store's process alone: it is started again, until the rest goes as well.
    if (random.chance(0.4)) await pause(random.between(50, 1_500));
  }
  await system.kill();
  system = launch(folder, { port });
}

/** What a reader of the log takes: each record once. */
async function readLog(topics: readonly string[]): Promise<{ records: LogRecord[]; repeats: number; ends: Map<string, number> }> {
  const log = openEmbeddedReader(join(folder, 'log', 'log.sqlite'));
  const records: LogRecord[] = [];
  const ends = new Map<string, number>();
  let repeats = 0;
  for (const topic of topics) {
    for (let partition = 0; partition < log.partitions(topic); partition++) {
      const filter = new RepeatFilter(new Map<string, Mark>());
      const { end } = await log.bounds(topic, partition);
      ends.set(`${topic}/${partition}`, end);
      for (let offset = 0; offset < end;) {
        const some = await log.read(topic, partition, offset, Math.min(1_000, end - offset));
        for (const record of some) filter.seen(record) ? repeats++ : records.push(record);
        offset += some.length;
      }
    }
  }
  await log.close();
  return { records, repeats, ends };
}

/** Only rows of records that had been read from the log: ticks may raise alerts at any moment. */
const readSoFar = (ends: Map<string, number>): string =>
  [...ends].map(([place, end]) => `(logTopic = '${place.split('/')[0]}' AND logPartition = ${place.split('/')[1]} AND logOffset < ${end})`).join(' OR ');

beforeAll(async () => {
  folder = temporary();
  port = await freePort();
  const random = new Random(SEED);
  const traffic = createTraffic({ seed: SEED, start: Date.now() - 300_000, ordersPerSecond: 2, episodes: true }).next(Date.now() - 60_000).map(({ event }) => event);
  const queue = Array.from({ length: Math.ceil(traffic.length / EVENTS_PER_POST) }, (_, i) => traffic.slice(i * EVENTS_PER_POST, (i + 1) * EVENTS_PER_POST));
  system = await launch(folder, { port }).ready();
  const sending = send(queue);
  let rounds = 0;
  for (; rounds < ROUNDS; rounds++) await Promise.race([cut(random, rounds), sending.then(() => new Promise<never>(() => undefined))]);
  const whileKilling = accepted.size;
  await system.ready();
  await sending;
  await system.caughtUp();
  console.log(`FENGHUO_TEST_SEED=${SEED}: ${rounds} kills, ${accepted.size} of ${traffic.length} events accepted (${whileKilling} while killing), ${unanswered} posts unanswered`);
}, 180_000);

afterAll(async () => {
  over = true;
  await system?.stop('SIGKILL');
  remove(folder);
});

describe('after twenty kills', () => {
  test('every accepted event is in its table once', async () => {
    const rows = (await Promise.all(DOCUMENTS.map((table) => system.rows<{ eventId: string; n: string }>(`SELECT eventId, count() AS n FROM ${table} WHERE forwarded = 0 GROUP BY eventId`)))).flat();
    const counts = new Map(rows.map(({ eventId, n }) => [eventId, Number(n)]));
    expect([...accepted.keys()].filter((id) => !counts.has(id))).toEqual([]);
    expect([...counts.keys()].filter((id) => !accepted.has(id))).toEqual([]);
    const twice = [...counts].filter(([, n]) => n > 1);
    expect(twice.length, `of ${counts.size} events stand more than once`).toBe(0);
  });

  test('every revision of every alert is there once, numbered without a gap', async () => {
    const { records, ends } = await readLog(ALERT_TOPICS);
    await system.caughtUp();
    const name = (a: Pick<Alert, 'alertId' | 'revision' | 'status'>) => `${a.alertId}/${a.revision}/${a.status}`;
    const inLog = records.map((record) => name(record.body as Alert)).sort();
    const stored = (await system.rows<Alert>(`SELECT alertId, revision, status FROM alert_revisions WHERE ${readSoFar(ends)}`)).map(name).sort();
    expect(inLog.length).toBeGreaterThan(10);
    expect(new Set(inLog).size).toBe(inLog.length);
    expect(stored).toEqual(inLog);
    const highest = new Map<string, number[]>();
    for (const { body } of records as LogRecord<Alert>[]) highest.set(body.alertId, [...(highest.get(body.alertId) ?? []), body.revision]);
    for (const [alertId, revisions] of highest) expect([alertId, ...revisions.sort((a, b) => a - b)]).toEqual([alertId, ...revisions.map((_, i) => i + 1)]);
  });

  test('the sums of facts are those of the log and those of the documents in force', async () => {
    const { records, ends } = await readLog(['facts.v1']);
    await system.caughtUp();
    const inLog: Record<string, number> = {};
    for (const { type, body } of records as LogRecord<Fact>[]) if (type === 'fact') inLog[body.kind] = (inLog[body.kind] ?? 0) + body.sign * body.amount;
    const rows = await system.rows<{ kind: string; total: string }>(`SELECT kind, toString(toInt64(sum(sign * toDecimal128(amount, 5)) * 100000)) AS total FROM facts WHERE ${readSoFar(ends)} GROUP BY kind`);
    expect(Object.fromEntries(rows.map(({ kind, total }) => [kind, Number(total)]))).toEqual(inLog);
    expect({ order: inLog.order, payment: inLog.payment, declaration: inLog.declaration }).toEqual(inForce());
  });
});

const AMOUNT: Record<string, (d: Document) => number> = {
  order: (d) => fixed(d.acturalPaid),
  payment: (d) => fixed(d.amountPaid),
  declaration: (d) => (d.items as Document[]).reduce((sum, item) => sum + fixed(item.totalPrice), 0),
};
const NUMBER: Record<string, (d: Document) => string> = {
  order: (d) => `${d.ebpCode}|${d.orderNo}`, payment: (d) => `${d.payCode}|${d.payTransactionId}`, declaration: (d) => `${d.agentCode}|${d.copNo}`,
};
const fixed = (value: unknown): number => Math.round(Number(value) * 100_000);

/** The same sums from the documents alone: of one document the latest time wins, then the later arrival; appType 3 takes it out. */
function inForce(): Record<string, number> {
  const documents = new Map<string, Document>();
  for (const document of accepted.values()) {
    const number = NUMBER[document.type as string]?.(document);
    if (number === undefined) continue;
    const slot = `${document.type}:${document.ebpCode}|${document.orderNo}:${number}`;
    const old = documents.get(slot);
    if (!old || String(document.appTime) >= String(old.appTime)) documents.set(slot, document);
  }
  const sums: Record<string, number> = { order: 0, payment: 0, declaration: 0 };
  for (const document of documents.values()) if (document.appType !== '3') sums[document.type as string] = (sums[document.type as string] ?? 0) + (AMOUNT[document.type as string] as (d: Document) => number)(document);
  return sums;
}
