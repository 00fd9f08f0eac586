/**
 * `npm run bench -- --size`: a data folder with so many open and closed orders, each with the links of its waybill and its declaration, then a start on it and load of new orders
 * and of documents for old ones. The values are screening's own: simulated orders go through the stage, and what it keeps of them is written again under other keys and times.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRuleSource } from '../cli/rule-source.ts';
import { compile } from '../language/compile.ts';
import { createIntake } from '../processors/intake/intake.ts';
import { here } from '../processors/intake/service.ts';
import { screening } from '../processors/screening/stage.ts';
import { CLOSED, DOSSIER, LINK } from '../processors/screening/stored.ts';
import { Artifacts } from '../streams/artifacts.ts';
import { EmbeddedLog } from '../streams/embedded/log.ts';
import { partitionOf, type Entry, type StateChange } from '../streams/log.ts';
import { PartitionRunner } from '../streams/runner.ts';
import type { Codec } from '../streams/stage.ts';
import { secondOf } from '../streams/timers.ts';
import { Door } from './door.ts';
import { newData, startSystem } from './system.ts';
import { throughput, type Throughput } from './throughput.ts';
import { simulated, type Batch } from './traffic.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** So long a closed order can still be taken back: it keeps what that needs. */
const REVERSIBLE = 45 * DAY;
const PER_COMMIT = 100_000;
/** One order of a day of traffic; what is in it does not matter here, only that it is real. */
const TEMPLATE_EVENTS = 20_000;
const NO_REST = Buffer.alloc(0);
/** One event in so many is for an old order. */
const TOUCH_EVERY = 5;

export interface SizeOptions { open: number; closed: number; links: number; events: number; seed: number; keep: string; say: (line: string) => void }
export interface SizeResult {
  open: number; closed: number; links: number; buildSeconds: number; readySeconds: number; rssAtReady: Record<string, number>; fileBytes: number; flow: Throughput; rssAfter: Record<string, number>; restartSeconds: number;
}
type Stored<V> = { key: string; value: V }[];
/** `names`: the numbers by which what was given names its features. */
interface Templates { dossiers: Stored<ReturnType<typeof DOSSIER.decode>>; closed: Stored<ReturnType<typeof CLOSED.decode>>; links: Stored<ReturnType<typeof LINK.decode>>; names: StateChange[] }

export async function size(options: SizeOptions): Promise<SizeResult> {
  const data = options.keep || newData();
  const began = performance.now();
  const touched = await build(data, options);
  const buildSeconds = (performance.now() - began) / 1000;
  options.say(`Built in ${buildSeconds.toFixed(0)} s; starting …`);
  let system = await startSystem([], data);
  options.say(`Ready after ${system.readySeconds.toFixed(1)} s; load …`);
  const { readySeconds } = system;
  const rssAtReady = system.rssByProcess();
  const door = new Door(system.url, system.key, 64);
  const flow = await throughput(door, load(options, touched), 8, options.say);
  const rssAfter = system.rssByProcess();
  const fileBytes = system.diskBytes().log as number;
  door.close();
  await system.end();
  system = await startSystem([], data);
  const restartSeconds = system.readySeconds;
  await (options.keep ? system.end() : system.stop());
  return { open: options.open, closed: options.closed, links: options.links, buildSeconds, readySeconds, rssAtReady, fileBytes, flow, rssAfter, restartSeconds };
}

/** Returns the keys of some orders, open and closed, to be touched under load. */
async function build(data: string, { open, closed, links, seed, say }: SizeOptions): Promise<string[]> {
  const templates = await templatesOf(seed);
  say(`${templates.dossiers.length} orders and ${templates.links.length} links serve as patterns.`);
  const log = new EmbeddedLog({ file: join(data, 'log', 'log.sqlite'), now: Date.now });
  await log.ensureTopics();
  const partitions = log.partitions('journal.v1');
  const now = Date.now();
  const touched: string[] = [];
  let written = 0;
  const put = <V extends { due: number }>(table: string, codec: Codec<V>, key: string, value: V): void =>
    log.rest('screening', 'journal.v1', partitionOf(key, partitions), table).put(key, codec.encode(value), secondOf(value.due));
  const commit = async (): Promise<void> => {
    await log.together(async () => {
      for (let partition = 0; partition < partitions; partition++) {
        await log.commit({ group: 'screening', topic: 'journal.v1', partition, outputs: [], state: { changes: templates.names, position: 0, pass: { begins: false, ends: false } } });
      }
    });
  };
  const total = open + closed;
  // Oldest first, as they would have come.
  for (let i = 0; i < total; i++) {
    const { key: pattern, value } = pick(templates.dossiers, i);
    const key = numbered(pattern, i);
    if (i < closed) {
      const closedAt = now - 3 * DAY - Math.floor(((closed - i) / closed) * 85 * DAY);
      const reversible = now < closedAt + REVERSIBLE;
      put('ended', CLOSED, key, { ...pick(templates.closed, i).value, closedAt, ...(reversible ? { due: closedAt + REVERSIBLE } : { rest: NO_REST, due: closedAt + 90 * DAY }) });
    } else {
      const arrival = now - Math.floor(((total - i) / open) * 71 * HOUR);
      const [noticed, expired] = [now - arrival > HOUR / 2, now - arrival > DAY];
      put('order', DOSSIER, key, { ...value, firstArrival: arrival, lastArrival: arrival, noticed, expired, due: arrival + (noticed ? (expired ? 72 : 24) : 0.5) * HOUR });
    }
    for (let n = 0; n < links; n++) {
      const link = pick(templates.links, i * links + n);
      put('link', LINK, numbered(link.key, i * links + n), { ...link.value, due: now + Math.floor(((i + 1) / total) * 88 * DAY) });
    }
    if (i % Math.ceil(total / 20_000) === 0) touched.push(key);
    if (++written % PER_COMMIT !== 0) continue;
    await commit();
    if (written % (10 * PER_COMMIT) === 0) say(`  ${written / 1e6} million orders written`);
  }
  await commit();
  await log.close();
  return touched;
}

const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;
/** The same length, another number. */
const numbered = (key: string, n: number): string => `${key.slice(0, -8)}${(n + 1e8).toString(36).toUpperCase().padStart(8, '0')}`;

/** What screening keeps of simulated orders. */
async function templatesOf(seed: number): Promise<Templates> {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-size-'));
  const log = new EmbeddedLog({ file: join(folder, 'log.sqlite'), now: Date.now, partitions: () => 1 });
  const rules = JSON.stringify(readRuleSource(''));
  let sequence = 0;
  const entry = (type: Entry['type'], key: string, body: unknown): Entry => ({ type, key, eventTime: Date.now(), arrival: Date.now(), source: { topic: 'http', partition: 0, offset: ++sequence, index: 0 }, body });
  await log.append('artifacts.v1', 0, [entry('artifact', 'rules', { name: 'rule-set', version: 'size', hash: 'rules', content: rules })]);
  await log.append('journal.v1', 0, [entry('control', 'rule-set', { name: 'rule-set', version: 'size', hash: 'rules', by: 'bench' })]);
  const intake = here(createIntake({ linkageKey: Buffer.alloc(32, 1), sealKey: Buffer.alloc(32, 2), sealKeyId: 'bench', words: [], sanctions: { complete: false, names: [] } }));
  for (const { body } of simulated(seed, TEMPLATE_EVENTS, 500, Date.now() - 1_000)) {
    const { accepted } = await intake.take({ bytes: body, form: 'ndjson', sender: 'bench', origin: 'simulated', backfill: '', allowReference: false, replayOf: '' }, Date.now());
    await log.append('journal.v1', 0, accepted.flatMap((record) => [entry(record.type, record.key, record.body), ...record.aliases.map((alias) => entry('alias', alias.foreignKey, alias))]));
  }
  const runner = new PartitionRunner(screening(compile), 0, log, new Artifacts(log), { flushEveryMs: Number.POSITIVE_INFINITY, flushKeys: Number.POSITIVE_INFINITY, clock: () => 0 });
  await runner.start();
  while ((await runner.advance(1_000)) > 0);
  await runner.flush();
  const templates: Templates = { dossiers: [], closed: [], links: [], names: [] };
  for (const [key, stored] of log.rest('screening', 'journal.v1', 0, 'order').entries()) {
    const value = DOSSIER.decode(stored);
    // Complete ones: the largest, and what nearly all orders come to.
    if (value.slots.length === 4) templates.dossiers.push({ key, value });
  }
  for await (const { key, value } of log.restore('screening', 'journal.v1', 0)) if (value !== null && key.startsWith('feature/')) templates.names.push({ key, value, offset: 0 });
  for (const [key, stored] of log.rest('screening', 'journal.v1', 0, 'link').entries()) templates.links.push({ key, value: LINK.decode(stored) });
  // Four days later all of them are closed.
  await log.append('journal.v1', 0, [entry('tick', 'size', { intake: 'size', time: Date.now() + 4 * DAY })]);
  while ((await runner.advance(1_000)) > 0);
  await runner.flush();
  for (const [key, stored] of log.rest('screening', 'journal.v1', 0, 'ended').entries()) templates.closed.push({ key, value: CLOSED.decode(stored) });
  await log.close();
  rmSync(folder, { recursive: true, force: true });
  return templates;
}

/** New traffic, and in each batch some payments for orders that were there before. */
function load({ events, seed }: SizeOptions, touched: readonly string[]): Batch[] {
  const batches = simulated(seed + 1, events, 250, Date.now() - 1_000);
  const payment = batches.flatMap(({ body }) => body.split('\n')).find((line) => line.includes('"type":"payment"'));
  if (!payment) return batches;
  const pattern = JSON.parse(payment) as Record<string, unknown>;
  let n = 0;
  return batches.map(({ body, events: count }) => {
    const old = Array.from({ length: Math.floor(count / TOUCH_EVERY) }, () => {
      const [ebpCode, orderNo] = (touched[(n * 7919) % touched.length] as string).split('|');
      return JSON.stringify({ ...pattern, guid: `${String(pattern.guid).slice(0, -8)}${String(n).padStart(8, '0')}`, payTransactionId: `TOUCH${n++}`, ebpCode, orderNo });
    });
    return { body: [body, ...old].join('\n'), events: count + old.length };
  });
}
