/**
 * Rules that change amid traffic that nobody waits for: every partition switches at one place of its own, nothing is lost or counted twice, shadow reaches no alert topic, and a replay
 * gives the same bytes. FENGHUO_EVENTS sets how many orders (default 2,000).
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compileOnce, compileOnceSteps } from '../../language/compile-once.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import type { Submission } from '../../processors/intake/intake.ts';
import { intakeThread } from '../../processors/intake/thread.ts';
import { Reference } from '../../processors/reference.ts';
import { Register } from '../../processors/register.ts';
import { RuleChanges } from '../../processors/rule-changes.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import type { Alert, Tally } from '../../schemas/risk/alert.ts';
import { RepeatFilter, type Mark } from '../../streams/runner.ts';
import type { LogRecord } from '../../streams/log.ts';
import { TOPICS } from '../../streams/topics.ts';
import { CONFIG, order, T0 } from '../trade.ts';

const ORDERS = Number(process.env.FENGHUO_EVENTS ?? 2_000);
const PER_SUBMISSION = 5;
const SELLERS = 20;
const shipped = readRuleSource('');

const rule = (name: string, version: number, status: string, bands: string): string => `id: transaction/${name}
indicator: T1
version: ${version}
status: ${status}
title: { en: Many orders, zh: 多单 }
description: { en: Many orders., zh: 多单。 }
basis: own
falsePositives: { en: none known, zh: 无 }
on: order
subject: seller
features:
  ${name}: { kind: count, window: ${name === 'many' ? '24h' : '12h'} }
bands: ${bands}
cooldown: 1s
reason: { en: '{${name}|count} orders', zh: '{${name}|count}单' }
action: { en: Look., zh: 查看。 }
examples:
  - { name: six, events: [{ order: { paid: 1 }, subjects: { seller: s }, repeat: 60 }], grade: yellow }
  - { name: one, events: [{ order: { paid: 1 }, subjects: { seller: s } }], grade: none }
`;
const [V1, V2] = [rule('many', 1, 'live', '{ blue: 10, yellow: 50 }'), rule('many', 2, 'live', '{ blue: 5, yellow: 40 }')];
const [SHADOW, LIVE] = [rule('watched', 1, 'shadow', '{ blue: 3, yellow: 50 }'), rule('watched', 1, 'live', '{ blue: 3, yellow: 50 }')];
const files = { 'parameters.yaml': shipped.files['parameters.yaml'] as string, 'transaction/many.yaml': V1, 'transaction/watched.yaml': SHADOW };

const ALERTS = TOPICS.map(({ name }) => name).filter((name) => name.startsWith('alerts.'));
let now = T0 + 600_000;

async function open(file: string): Promise<{ pipeline: EmbeddedPipeline; changes: RuleChanges }> {
  const pipeline = new EmbeddedPipeline({
    file, intake: intakeThread(CONFIG), stages: [screening(compileOnce), assessment(compileOnce), warning(compileOnce)], maxQueued: 10 * ORDERS, maxIntakeBytes: 1 << 30, maxBatch: 50, flushEveryMs: 1e12, flushKeys: 2_000, now: () => now,
  });
  await pipeline.start();
  const reference = new Reference(pipeline, compileOnceSteps);
  expect(await reference.start(files, shipped.tables, {})).toEqual([]);
  return { pipeline, changes: new RuleChanges(pipeline, reference, new Register(pipeline, () => now), compileOnceSteps) };
}

const submission = (n: number): Submission => {
  const documents = Array.from({ length: PER_SUBMISSION }, (_, i) => {
    const id = n * PER_SUBMISSION + i;
    return order({ orderNo: `NO-${id}`, guid: `G-${id}`, ebcCode: `3302SIM${String(id % SELLERS).padStart(3, '0')}` });
  });
  return { bytes: JSON.stringify(documents), form: 'json', sender: 't', origin: 'live', backfill: '', allowReference: false, replayOf: '' };
};

/** Each record once, in its partition's order, read as it is asked for: a million orders' records do not fit a heap at once. */
async function* taken({ log }: EmbeddedPipeline, topic: string): AsyncGenerator<LogRecord> {
  for (let partition = 0; partition < log.partitions(topic); partition++) {
    const marks = new Map<string, Mark>();
    const filter = new RepeatFilter({ get: (key) => marks.get(key), set: (key, mark) => void marks.set(key, mark) });
    const { start, end } = await log.bounds(topic, partition);
    for (let at = start; at < end;) {
      const batch = await log.read(topic, partition, at, 1_000);
      for (const record of batch) if (!filter.seen(record)) yield record;
      at += batch.length;
    }
  }
}

/** The alerts of some topics as `id.revision`, in order. */
async function revisions(pipeline: EmbeddedPipeline, topics: string[], status: string): Promise<string[]> {
  const list: string[] = [];
  for (const topic of topics) {
    for await (const { body } of taken(pipeline, topic)) {
      const alert = body as Alert;
      if (alert.status !== status) throw new Error(`${topic} holds an alert of status ${alert.status}`);
      list.push(`${alert.alertId}.${alert.revision}`);
    }
  }
  return list.sort();
}

/** Of each partition one number a record, made of it and all before it. */
async function traces(pipeline: EmbeddedPipeline, topic: string): Promise<number[][]> {
  const told: number[][] = [[], []];
  for await (const { partition, source, bytes } of taken(pipeline, topic)) {
    const list = told[partition] as number[];
    list.push(crc32(bytes, crc32(`${source.topic} ${source.partition} ${source.offset}.${source.index} ${bytes.length}`, list.at(-1))));
  }
  return told;
}

/** Takes every stage's state and position out of a log that nobody has open. */
function loseState(file: string): void {
  const db = new DatabaseSync(file);
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%/%'").all();
  db.exec(['DELETE FROM state', 'DELETE FROM positions', ...tables.map(({ name }) => `DROP TABLE "${String(name)}"`)].join(';'));
  db.close();
}

test('a threshold and shadow → live, in the middle of it', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'fenghuo-rules-')), 'log.sqlite');
  const { pipeline, changes } = await open(file);
  const [ann, bob] = [{ id: 'k1', name: 'ann' }, { id: 'k2', name: 'bob' }];
  const proposed = await changes.propose({ 'transaction/many.yaml': V2, 'transaction/watched.yaml': LIVE }, ann, 'sharper', false);
  if (!proposed.ok) throw new Error(JSON.stringify(proposed.findings));
  const answers: Promise<unknown>[] = [];
  const submissions = ORDERS / PER_SUBMISSION;
  let approved: Promise<{ ok: boolean }> | undefined;
  for (let n = 0; n < submissions; n++) {
    now += 40;
    answers.push(pipeline.submit(submission(n)));
    // The first half is in; the second comes while the change is checked, put in force and switched to.
    if (n === submissions / 2) {
      await Promise.all(answers.splice(0));
      approved = changes.approve(proposed.proposal.id, bob, '');
    }
    if (n % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
    if (n % 40 === 0) await Promise.all(answers.splice(0));
  }
  await Promise.all(answers);
  expect((await approved)?.ok).toBe(true);
  // Two more seconds pass, so that what was counted is told.
  for (let n = submissions; n < submissions + 3; n++) {
    now += 1_500;
    await pipeline.submit(submission(n));
  }
  const total = ORDERS + 3 * PER_SUBMISSION;

  let orders = 0;
  for await (const { type } of taken(pipeline, 'journal.v1')) if (type === 'order') orders++;
  expect(orders).toBe(total);

  // Assessment tells its switch at the place where it switches; each of its partitions has one beside the start's.
  const switches = new Map<number, number>();
  for await (const { type, source } of taken(pipeline, 'assessments.v1')) if (type === 'control') switches.set(source.partition, source.offset);
  expect(switches.size).toBe(pipeline.log.partitions('signals.v1'));

  const evaluated = new Map<string, number>();
  const seen = new Map<string, number>();
  const wrong: unknown[] = [];
  const last = new Map<string, number>();
  const [live, shadow]: [string[], string[]] = [[], []];
  for await (const { type, body, source } of taken(pipeline, 'assessments.v1')) {
    if (type === 'tally') {
      const tally = body as Tally;
      evaluated.set(tally.rule, (evaluated.get(tally.rule) ?? 0) + tally.evaluated);
    }
    if (type !== 'alert') continue;
    const alert = body as Alert;
    const { ruleId, ruleVersion, status, change } = alert;
    (status === 'live' ? live : shadow).push(`${alert.alertId}.${alert.revision}`);
    if (ruleId === 'transaction/watched') last.set(alert.subject.id, alert.evidence.values.watched ?? 0);
    if (change === 'eased' || change === 'withdrawn') continue;
    const after = source.offset > (switches.get(source.partition) as number);
    const due = ruleId === 'transaction/many' ? [after ? 2 : 1, 'live'] : [1, after ? 'live' : 'shadow'];
    if (ruleVersion !== due[0] || status !== due[1]) wrong.push({ ruleId, ruleVersion, status, after });
    seen.set(`${ruleId} ${after}`, (seen.get(`${ruleId} ${after}`) ?? 0) + 1);
  }
  expect([evaluated.get('transaction/many'), evaluated.get('transaction/watched')]).toEqual([total, total]);
  expect(wrong).toEqual([]);
  expect([...seen.keys()].sort()).toEqual(['transaction/many false', 'transaction/many true', 'transaction/watched false', 'transaction/watched true']);
  // The windows went on over the change: each seller's last count is that of all its orders.
  expect([last.size, [...last.values()].every((n) => n > total / SELLERS - 2 * PER_SUBMISSION && n <= Math.ceil(total / SELLERS))]).toEqual([SELLERS, true]);
  expect(await revisions(pipeline, ALERTS, 'live')).toEqual(live.sort());
  expect(await revisions(pipeline, ['held.v1'], 'shadow')).toEqual(shadow.sort());

  const topics = ['journal.v1', 'signals.v1', 'facts.v1', 'assessments.v1', 'held.v1', ...ALERTS];
  const before: number[][][] = [];
  for (const topic of topics) before.push(await traces(pipeline, topic));
  expect(before.flat(2).length).toBeGreaterThan(3 * total);
  await pipeline.log.close();
  loseState(file); // so that all of it is replayed
  const again = await open(file);
  expect(again.pipeline.log.endOf('signals.v1', 0)).toBeGreaterThanOrEqual(2 * (before[1]?.[0]?.length ?? 0));
  for (const [i, topic] of topics.entries()) {
    const after = await traces(again.pipeline, topic);
    for (const p of [0, 1]) expect([topic, p, before[i]?.[p]?.findIndex((trace, n) => trace !== after[p]?.[n])]).toEqual([topic, p, -1]);
  }
  expect((await again.changes.history(undefined, 10)).map(({ by, approval }) => [by, approval?.approver])).toEqual([['ann', 'bob'], ['start', 'start']]);
  await again.pipeline.stop();
}, 120_000 + 2 * ORDERS);
