/** The sink and the gateway's queries over HTTP: the client's own code, and ClickHouse behind it. */
import { fork } from 'node:child_process';
import { once as nodeOnce } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate } from '../../processors/sink/migrate.ts';
import { openServer } from '../../processors/sink/server.ts';
import { serverStore, type ServerStore } from '../../processors/sink/server-store.ts';
import { TABLES } from '../../processors/sink/rows.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../../processors/sink/settings.ts';
import { Random } from '../../simulator/random.ts';
import type { EmbeddedLog } from '../../streams/embedded/log.ts';
import type { Entry } from '../../streams/log.ts';
import { drain, newFolder, newLog, remove, select } from './fixture.ts';
import { startFront, type Fault, type Front, type Request } from './front.ts';
import { Group } from './group.ts';
import * as sample from './samples.ts';
import { storeContract } from './store-contract.ts';

const SEED = Number(process.env.FENGHUO_TEST_SEED ?? Date.now() % 1_000_000);
const folder = newFolder();
let front: Front;
let log: EmbeddedLog;
let settings: ClickHouseSettings;
const reports: string[] = [];
const stores: ServerStore[] = [];

function open(over: Partial<Parameters<typeof serverStore>[0]> = {}): ServerStore {
  const made = serverStore({ settings, log, report: (_, message) => reports.push(message), sink: { flushMs: 5 }, ...over });
  stores.push(made);
  return made;
}

beforeAll(async () => {
  front = await startFront({ folder: join(folder, 'store') });
  const problems: string[] = [];
  settings = clickHouseSettings({ CLICKHOUSE_URL: front.url }, problems) as ClickHouseSettings;
  expect(problems).toEqual([]);
});
let logs = 0;
beforeEach(async () => {
  log = await newLog(join(folder, `log-${++logs}`), () => sample.AT);
});
afterEach(async () => {
  front.fault = () => undefined;
  front.letGo();
  for (const { store, sink } of stores.splice(0)) {
    await sink.stop().catch(() => undefined);
    await store.stop();
  }
  for (const name of [...TABLES.map((t) => t.name), 'positions']) await front.engine.writer.command({ query: `TRUNCATE TABLE IF EXISTS fenghuo.${name}` });
  await log.close();
});
afterAll(async () => {
  await front.close();
  remove(folder);
});

storeContract('ClickHouse server', async () => {
  await migrate(front.engine);
  await front.engine.command('TRUNCATE TABLE fenghuo.owners');
  const open = async () => {
    const opened = await openServer(settings);
    onTestFinished(async () => { for (const engine of opened) await engine.close(); });
    return clickHouseTables(opened);
  };
  return { open, fences: true };
});

test('every table takes its record, and the gateway reads it back', async () => {
  const journal: [Entry['type'], unknown][] = [['order', sample.order(1)], ['payment', sample.payment(1)], ['waybill', sample.waybill(1)], ['declaration', sample.declaration(1)], ['receipt', sample.receipt(1)], ['tracking', sample.tracking(1)],
    ['reading', sample.reading(1)], ['reversal', sample.reversal(1)], ['manifest', sample.manifest(1)], ['tax-bill', sample.taxBill(1)], ['raw-payment', sample.rawPayment(1)], ['observation', sample.observation(1)],
    ['operation', { kind: 'rejected', feed: 'f', messageType: 'order', code: 'FIELD_MISSING', operator: '', origin: 'live', at: sample.AT }], ['verdict', sample.verdict], ['suppression', sample.suppression], ['tick', { intake: 'http', time: 1 }]];
  await log.append('journal.v1', 1, journal.map(([type, body], i) => sample.entry(type, body, i)));
  await log.append('facts.v1', 0, [sample.entry('fact', sample.fact(1), 1), sample.entry('match', sample.match(1), 1, { index: 1 })]);
  await log.append('alerts.transaction.v1', 0, [sample.entry('alert', sample.alert(1, { subject: { type: 'buyer', id: "o'x\t\\" } }), 1)]);
  await log.append('levels.v1', 0, [sample.entry('level', sample.level, 1)]);
  await log.append('assessments.v1', 0, [sample.entry('tally', sample.tally, 1)]);
  await log.append('dead-letters.v1', 0, [sample.entry('dead-letter', sample.deadLetter, 1)]);
  const { store, sink } = open();
  await drain(sink);
  for (const { name } of TABLES) expect(await select(front.engine.writer, `SELECT count() AS n FROM fenghuo.${name}`), name).toEqual([{ n: 1 }]);
  expect(await store.query('SELECT sellerName, goodsValue, `lines.name` AS names FROM orders', {}, { readonly: true })).toEqual([{ sellerName: 'a\tb\n\\c\'"', goodsValue: 123.45678, names: ['奶粉', '奶粉'] }]);
  expect(await store.query('SELECT alertId FROM alert_revisions WHERE subjectId = {id:String} AND category IN {c:Array(String)}', { id: "o'x\t\\", c: ['transaction'] }, { readonly: true })).toEqual([{ alertId: 'alert-1' }]);
  expect(Object.values(await store.lag()).reduce((a, b) => a + b)).toBe(0);
  await log.append('facts.v1', 1, [sample.entry('fact', sample.fact(2), 2)]);
  expect((await store.lag())['facts.v1']).toBe(1);
  await expect(store.query('SELECT * FROM system.settings', {}, { readonly: true })).rejects.toThrow(/the table system\.settings\. Expected one of fenghuo\.orders/);
  await expect(store.query('SELECT * FROM facts_local', {}, { readonly: true })).rejects.toThrow(/the table facts_local/);
  await expect(store.query('SELECT zonne FROM facts', {}, { readonly: true })).rejects.toThrow(/zonne/);
  await expect(store.query('INSERT INTO fenghuo.retention (name) VALUES (1)')).rejects.toThrow(/readonly/i);
  await expect(store.query('SELECT number FROM numbers(200)', {}, { maxRows: 10 })).rejects.toThrow(/at most 10 are taken/);
});

test('a server that is not there yet is waited for, and a start that was given up ends', async () => {
  front.fault = () => 'cut-before';
  const first = open();
  const starting = first.sink.start();
  await expect.poll(() => reports.at(-1), { timeout: 20_000 }).toMatch(/ClickHouse at http:.* does not answer: .* Nothing is lost, the log keeps the records; next attempt in 1 s/);
  front.fault = () => undefined;
  await starting;
  front.fault = () => 'cut-before';
  const second = open();
  const given = second.sink.start();
  await sleep(50);
  await second.sink.stop();
  await expect(given).rejects.toThrow(/does not answer|stopped before/);
});

/** Both partitions; orders and payments mixed, and facts: a batch lies in several INSERTs. */
async function append(from: number, to: number): Promise<void> {
  for (const partition of [0, 1]) {
    const numbers = Array.from({ length: to - from }, (_, i) => 1_000_000 * partition + from + i);
    await log.append('journal.v1', partition, numbers.map((n) => (n % 2 === 0 ? sample.entry('order', sample.order(n), n) : sample.entry('payment', sample.payment(n), n))));
    await log.append('facts.v1', partition, numbers.map((n) => sample.entry('fact', sample.fact(n), n)));
  }
}

/** `each` of either partition. */
async function once(each: number): Promise<void> {
  for (const [table, wanted] of [['orders', each], ['payments', each], ['facts', each * 2]] as const) {
    const [row] = await select(front.engine.writer, `SELECT count() AS rows, uniqExact(logPartition, logOffset) AS different, uniqExact(logPartition, sourceOffset) AS sources FROM fenghuo.${table}`);
    expect(row, table).toEqual({ rows: wanted, different: wanted, sources: wanted });
  }
}

const isInsert = ({ sql }: Request): boolean => sql.includes('FORMAT Native');
const behind = async ({ sink }: ServerStore): Promise<number> => Object.values(await sink.lag()).reduce((sum, one) => sum + one, 0);
const caughtUp = (made: ServerStore) => expect.poll(() => behind(made), { timeout: 20_000, interval: 20 }).toBe(0);

describe('nothing is lost and nothing stands twice', { timeout: 60_000 }, () => {
  test('whatever befalls the requests', async () => {
    const random = new Random(SEED);
    const kinds: (Fault | undefined)[] = ['refuse', 'unavailable', 'cut-before', 'cut-after', 'cut-after', 'silent', undefined, undefined];
    let faults = 0;
    front.fault = (request) => {
      const kind = random.chance(isInsert(request) ? 0.5 : 0.02) ? random.pick(kinds) : undefined;
      if (kind) faults += 1;
      return kind;
    };
    let last = 0;
    // However few requests a fast machine needs, some of them fail.
    for (let round = 0; ; round++) {
      const made = open({ timeoutMs: 800, sink: { flushMs: 5, retryMs: 5, batchRows: 200, readRecords: 100 } });
      // A start may be refused as well.
      while (await made.sink.start().then(() => false, () => true));
      for (let part = 0; part < 2; part++, last += 100) {
        const seen = front.requests.length;
        await append(last, last + 100);
        // At some moment between its first inserts and their repeats.
        await expect.poll(() => front.requests.slice(seen).filter(isInsert).length, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(random.between(1, 3));
      }
      if (round < 3 || faults < 6) {
        await made.sink.stop().catch(() => undefined);
        continue;
      }
      front.fault = () => undefined;
      await caughtUp(made);
      break;
    }
    console.log(`FENGHUO_TEST_SEED=${SEED}: ${faults} faults in ${front.requests.length} requests`);
    await once(last);
  });

  test('an insert of an earlier owner that still runs is ended before the next owner looks where to go on', async () => {
    const group = new Group();
    const [a, b] = [group.one(), group.one()];
    await group.give(a, [0, 1]);
    await append(0, 50);
    front.fault = (request) => (isInsert(request) && request.sql.includes('fenghuo.facts') ? 'hold' : undefined);
    const first = open({ membership: a, sink: { flushMs: 5, retryMs: 20 } });
    await first.sink.start();
    await expect.poll(() => front.held().length, { timeout: 20_000 }).toBe(1);
    front.fault = () => undefined;
    const second = open({ membership: b });
    await second.sink.start();
    await group.give(b, [0], false);
    await expect.poll(() => reports.join(), { timeout: 20_000 }).toMatch(/Query was cancelled/);
    await group.tell();
    await caughtUp(first);
    await caughtUp(second);
    await once(50);
  });

  test('an owner that comes back after others took over writes nothing of theirs', async () => {
    const group = new Group();
    const [a, b] = [group.one(), group.one()];
    await group.give(a, [0, 1]);
    await append(0, 50);
    const first = open({ membership: a, sink: { flushMs: 60_000 } });
    await first.sink.start();
    await expect.poll(() => behind(first), { timeout: 20_000 }).toBe(200);
    await sleep(100); // read, and not yet due
    const second = open({ membership: b });
    await second.sink.start();
    await group.give(b, [0, 1], false);
    await expect.poll(() => second.sink.counts().rows, { timeout: 20_000 }).toBe(200);
    await expect(first.sink.stop()).rejects.toThrow(/another sink has taken over/);
    await once(50);
  });

  test('several share the topics, however they are moved between them, with word of it or without', async () => {
    const random = new Random(SEED + 1);
    const group = new Group();
    const made = Array.from({ length: 3 }, () => {
      const membership = group.one();
      return { membership, ...open({ membership, timeoutMs: 800, sink: { flushMs: 5, retryMs: 5, batchRows: 200, readRecords: 100 } }) };
    });
    await group.give(made[0]!.membership, [0, 1]);
    for (const { sink } of made) await sink.start();
    front.fault = (request) => (isInsert(request) && random.chance(0.15) ? random.pick<Fault>(['cut-after', 'silent', 'refuse']) : undefined);
    for (let move = 0; move < 20; move++) {
      await append(move * 40, move * 40 + 40);
      await group.give(random.pick(made).membership, random.pick([[0], [1], [0, 1]]), random.chance(0.5));
      await sleep(random.between(0, 50));
      if (random.chance(0.5)) await group.tell();
    }
    front.fault = () => undefined;
    await group.tell();
    for (const one of made) await caughtUp(one);
    await once(800);
  });

  test('six kills amid the writing', async () => {
    const PER_ROUND = 400;
    const start = () => fork(join(import.meta.dirname, 'sink-process.ts'), [join(folder, `log-${logs}`, 'log', 'log.sqlite'), front.url], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
    let child = start();
    for (let round = 0; round < 6; round++) {
      await nodeOnce(child, 'message');
      await append(round * PER_ROUND, (round + 1) * PER_ROUND);
      const seen = front.requests.length;
      await expect.poll(() => front.requests.slice(seen).filter(isInsert).length, { interval: 2, timeout: 10_000 }).toBeGreaterThan(round % 3);
      child.kill('SIGKILL');
      await nodeOnce(child, 'exit');
      child = start();
    }
    await nodeOnce(child, 'message');
    child.kill('SIGKILL');
    const rest = open();
    await rest.sink.start();
    await caughtUp(rest);
    await once(6 * PER_ROUND);
  });
});
