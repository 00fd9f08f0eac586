/** Where a value rests must not show: the whole run gives the same records byte for byte with everything in memory and with next to nothing in it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compile } from '../../language/compile.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { here } from '../../processors/intake/service.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { createTraffic } from '../../simulator/traffic.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { partitionOf, type Entry } from '../../streams/log.ts';
import { PartitionRunner, RepeatFilter, type Mark } from '../../streams/runner.ts';
import { TOPICS } from '../../streams/topics.ts';
import { CONFIG } from '../trade.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-02T10:00:00+08:00');
const compiled = compile(readRuleSource(''));
const stages = [screening(() => compiled), assessment(() => compiled), warning(() => compiled)];

/** What is journalled, partition by partition, cycle by cycle: traffic of an hour, ticks far beyond every deadline in between, and some documents once more and some changed. */
async function cycles(): Promise<Entry[][][]> {
  const intake = here(createIntake(CONFIG));
  const events = createTraffic({ seed: 7, start: START, ordersPerSecond: 0.06, episodes: true }).next(START + 40 * 60_000).slice(0, 900).map(({ event }) => event);
  let sequence = 0;
  const entry = (type: Entry['type'], key: string, at: number, body: unknown): Entry => ({ type, key, eventTime: at, arrival: at, source: { topic: 'http', partition: 0, offset: ++sequence, index: 0 }, body });
  const all: Entry[][][] = [];
  const cycle = async (documents: unknown[], now: number) => {
    const partitions: Entry[][] = [[], []];
    const put = (one: Entry) => (partitions[partitionOf(one.key, 2)] as Entry[]).push(one);
    const { accepted } = await intake.take({ bytes: JSON.stringify(documents), form: 'json', sender: 'simulator', origin: 'simulated', backfill: '', allowReference: true, replayOf: '' }, now);
    for (const record of accepted) {
      put(entry(record.type, record.key, now, record.body));
      for (const alias of record.aliases) put(entry('alias', alias.foreignKey, now, alias));
    }
    for (const partition of partitions) partition.push(entry('tick', 'http', now, { intake: 'http', time: now }));
    all.push(partitions);
  };
  all.push([0, 1].map(() => [entry('control', 'rule-set', START, { name: 'rule-set', version: '1', hash: 'rules', by: 'test' })]));
  for (let i = 0; i < events.length; i += 60) await cycle(events.slice(i, i + 60), START + 41 * 60_000 + i * 100);
  for (const hours of [1, 2, 25, 26, 80, 81]) await cycle(hours === 26 ? events.slice(0, 40) : [], START + hours * HOUR);
  await cycle(events.slice(100, 140).map((event) => ({ ...event, guid: `${String(event.guid).slice(0, -4)}0000`, appType: '2' })), START + 82 * HOUR);
  for (const days of [4, 5, 100]) await cycle([], START + days * 24 * HOUR);
  return all;
}

interface Plan { rests: boolean; flushKeys: number; /** Of the process, after every third cycle. */ ending: 'none' | 'stop' | 'crash' }

async function run(all: Entry[][][], { rests, flushKeys, ending }: Plan): Promise<{ records: string[]; rested: number }> {
  const file = join(mkdtempSync(join(tmpdir(), 'fenghuo-rest-')), 'log.sqlite');
  const openLog = (): EmbeddedLog => {
    const log = new EmbeddedLog({ file, now: () => 0, roomBytes: 1 });
    // As an adapter that has no place for it.
    if (!rests) Object.defineProperty(log, 'rest', { value: undefined });
    return log;
  };
  let log = openLog();
  await log.ensureTopics();
  await log.append('artifacts.v1', 0, [{ type: 'artifact', key: 'rules', eventTime: 0, arrival: 0, source: { topic: 'http', partition: 0, offset: 0, index: 0 }, body: { name: 'rule-set', version: '1', hash: 'rules', content: JSON.stringify(readRuleSource('')) } }]);
  const open = async () => {
    const artifacts = new Artifacts(log);
    const runners = stages.flatMap((stage) => Array.from({ length: log.partitions(stage.input) }, (_, p) => new PartitionRunner(stage, p, log, artifacts, { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys, clock: () => 0 })));
    for (const runner of runners) await runner.start();
    return runners;
  };
  let runners = await open();
  let rested = 0;
  for (const [i, partitions] of all.entries()) {
    await log.together(async () => {
      for (const [p, entries] of partitions.entries()) if (entries.length > 0) await log.append('journal.v1', p, entries);
      for (let read = 1; read > 0;) {
        read = 0;
        for (const runner of runners) read += await runner.advance(500);
      }
    });
    if (rests) rested = Math.max(rested, log.rest('screening', 'journal.v1', 0, 'order').size + log.rest('assessment', 'signals.v1', 0, 'subjects').size);
    if (ending === 'none' || i % 3 !== 2) continue;
    // What a crash makes the stages forward again moves the offsets behind it: such runs are compared with such.
    if (ending === 'stop') for (const runner of runners) await runner.flush();
    await log.close();
    log = openLog();
    runners = await open();
  }
  const records: string[] = [];
  for (const { name } of TOPICS) {
    for (let p = 0; p < log.partitions(name); p++) {
      const filter = new RepeatFilter(new Map<string, Mark>());
      const { end } = await log.bounds(name, p);
      for (let at = 0; at < end;) {
        const batch = await log.read(name, p, at, 1_000);
        at += batch.length;
        for (const record of batch) if (!filter.seen(record)) records.push(`${name}/${p} ${JSON.stringify(record.source)} ${record.key} ${Buffer.from(record.bytes).toString('base64')}`);
      }
    }
  }
  await log.close();
  return { records, rested };
}

test('the same input gives the same records wherever the state is, also across restarts and crashes between flushes', async () => {
  const all = await cycles();
  const inMemory = await run(all, { rests: false, flushKeys: 1_000_000, ending: 'none' });
  const atRest = await run(all, { rests: true, flushKeys: 60, ending: 'stop' });
  expect(inMemory.rested).toBe(0);
  expect(atRest.rested).toBeGreaterThan(100);
  expect(inMemory.records.length).toBeGreaterThan(2_000);
  for (const told of ['DOSSIER_CLOSED', 'EXPIRED']) expect(inMemory.records.some((r) => Buffer.from(r.split(' ').at(-1) as string, 'base64').includes(told)), told).toBe(true);
  same(atRest.records, inMemory.records);
  same((await run(all, { rests: true, flushKeys: 350, ending: 'crash' })).records, (await run(all, { rests: false, flushKeys: 350, ending: 'crash' })).records);
}, 120_000);

function same(given: readonly string[], expected: readonly string[]): void {
  expect(given.length).toBe(expected.length);
  expect(given.findIndex((record, i) => record !== expected[i])).toBe(-1);
}
