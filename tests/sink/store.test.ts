import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStore, type StoreProcess } from '../../processors/sink/spawn.ts';
import type { EmbeddedLog } from '../../streams/embedded/log.ts';
import { newFolder, newLog, remove } from './fixture.ts';
import * as sample from './samples.ts';

const folder = newFolder();
const lines: string[] = [];
let log: EmbeddedLog;
let store: StoreProcess;

beforeAll(async () => {
  log = await newLog(folder, () => sample.AT);
  store = await startStore({ dataFolder: folder, log: (_, message) => lines.push(message), restartMs: 1 });
});
afterAll(async () => {
  await store.stop();
  await log.close();
  remove(folder);
});

/** Both journal partitions, orders and payments mixed, and facts: a batch lies in several INSERTs. */
async function append(from: number, to: number): Promise<void> {
  for (const partition of [0, 1]) {
    const numbers = Array.from({ length: to - from }, (_, i) => 1_000_000 * partition + from + i);
    await log.append('journal.v1', partition, numbers.map((n) => (n % 2 === 0 ? sample.entry('order', sample.order(n), n) : sample.entry('payment', sample.payment(n), n))));
    await log.append('facts.v1', partition, numbers.map((n) => sample.entry('fact', sample.fact(n), n)));
  }
}

async function settled(): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const lag = await store.lag().catch(() => ({ starting: 1 }));
    if (Object.keys(lag).length > 0 && Object.values(lag).every((behind) => behind === 0)) return;
    await sleep(25);
  }
  throw new Error('the store does not catch up');
}

test('ten kills amid the writing: each record once', async () => {
  const PER_ROUND = 1_500;
  for (let round = 0; round < 10; round++) {
    const killed = store.child;
    await append(round * PER_ROUND, (round + 1) * PER_ROUND);
    // From just after the fork (opening, resuming) to the middle of its second flush.
    await sleep(450 + round * 110);
    killed.kill('SIGKILL');
    while (store.child === killed) await sleep(5);
  }
  await settled();
  const total = 10 * PER_ROUND;
  for (const [table, wanted] of [['orders', total], ['payments', total], ['facts', total * 2]] as const) {
    const [row] = await store.query(`SELECT count() AS rows, uniqExact(logPartition, logOffset) AS different, uniqExact(logPartition, sourceOffset) AS sources FROM ${table}`);
    expect(row, table).toEqual({ rows: wanted, different: wanted, sources: wanted });
  }
  expect(lines.filter((line) => /SIGKILL/.test(line))).toHaveLength(10);
}, 60_000);

test.runIf(process.platform === 'linux')('a process that is killed while it first starts is started again, so often', async () => {
  const own = newFolder();
  const ownLog = await newLog(own, () => sample.AT);
  const said: string[] = [];
  const starting = startStore({ dataFolder: own, log: (_, message) => said.push(message) });
  let killed = 0;
  const strike = async (times: number): Promise<void> => {
    for (const seen = new Set<number>(); seen.size < times; await sleep(5)) for (const pid of childrenOn(own)) if (!seen.has(pid)) {
      process.kill(pid, 'SIGKILL');
      seen.add(pid);
      killed++;
    }
  };
  await strike(2);
  const opened = await starting;
  expect(said).toEqual(Array(2).fill("the store's process ended (SIGKILL) while it started; it is started again."));
  await opened.stop();
  const refused = startStore({ dataFolder: own, log: () => undefined });
  await Promise.all([strike(3), expect(refused).rejects.toThrow("the store's process ended (SIGKILL)")]);
  expect(killed).toBe(5);
  await ownLog.close();
  remove(own);
});

/** Linux tells what a process has started, and with which words. */
function childrenOn(data: string): number[] {
  const read = (file: string): string => { try { return readFileSync(file, 'utf8'); } catch { return ''; } };
  return read(`/proc/${process.pid}/task/${process.pid}/children`).split(' ').filter((pid) => pid !== '' && read(`/proc/${pid}/cmdline`).split('\0').includes(data)).map(Number);
}

test('rows are there a second or so after they were appended; parameters are bound', async () => {
  await log.append('alerts.market.v1', 0, [sample.entry('alert', sample.alert(1, { category: 'market', subject: { type: 'seller', id: "o'x" } }), 1)]);
  const started = performance.now();
  await expect.poll(() => store.query('SELECT alertId, grade FROM alert_revisions WHERE subjectId = {id:String} AND category IN {c:Array(String)}', { id: "o'x", c: ['market'] }, { readonly: true }), { timeout: 5_000 })
    .toEqual([{ alertId: 'alert-1', grade: 'red' }]);
  expect(performance.now() - started).toBeLessThan(3_000);
});

test('a query is refused with words that help: a table that is not published, wrong SQL, too many rows', async () => {
  await expect(store.query('SELECT * FROM system.settings', {}, { readonly: true })).rejects.toThrow(/the table system\.settings\. Expected one of fenghuo\.orders/);
  await expect(store.query('SELECT zonne FROM facts', {}, { readonly: true })).rejects.toThrow(/zonne/);
  await expect(store.query('SELECT logOffset FROM facts', {}, { maxRows: 10 })).rejects.toThrow(/at most 10 are taken/);
  await expect(store.query('SELECT 1 FROM facts LIMIT {a:UInt8}', { a: 1 }, { readonly: true })).resolves.toHaveLength(1);
});

test('a slow query does not hold up the others', async () => {
  const slow = store.query('SELECT sleep(2)');
  await sleep(50);
  const started = performance.now();
  await store.query('SELECT count() FROM facts', {}, { readonly: true });
  expect(performance.now() - started).toBeLessThan(1_500);
  await slow;
});

test('the process ends with its parent, whatever it is at', async () => {
  const { pid } = store.child;
  for (let i = 0; i < 8; i++) store.query('SELECT count() FROM (SELECT cityHash64(number) AS h FROM system.numbers LIMIT 1000000000) WHERE h % 7 = 0').catch(() => undefined);
  await sleep(200);
  store.child.disconnect();
  await expect.poll(() => { try { process.kill(pid as number, 0); return true; } catch { return false; } }, { timeout: 1_000, interval: 20 }).toBe(false);
});
