/**
 * Rules that change amid traffic that nobody waits for: every partition switches at one place of its own, nothing is lost or counted twice, shadow reaches no alert topic, and a replay
 * gives the same bytes. FENGHUO_EVENTS sets how many orders (default 2,000).
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    file, intake: intakeThread(CONFIG), stages: [screening(compileOnce), assessment(compileOnce), warning(compileOnce)], maxQueued: 10 * ORDERS, maxIntakeBytes: 1 << 30, maxBatch: 50, flushEveryMs: 1e12, flushKeys: 1e9, now: () => now,
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

async function taken({ log }: EmbeddedPipeline, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let partition = 0; partition < log.partitions(topic); partition++) {
    const marks = new Map<string, Mark>();
    const filter = new RepeatFilter({ get: (key) => marks.get(key), set: (key, mark) => void marks.set(key, mark) });
    const { start, end } = await log.bounds(topic, partition);
    for (let at = start; at < end;) {
      const batch = await log.read(topic, partition, at, 1_000);
      records.push(...batch.filter((r) => !filter.seen(r)));
      at += batch.length;
    }
  }
  return records;
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

  const journal = await taken(pipeline, 'journal.v1');
  expect(journal.filter((r) => r.type === 'order')).toHaveLength(total);
  const assessments = await taken(pipeline, 'assessments.v1');
  const evaluated = (name: string): number => assessments.filter((r) => r.type === 'tally').map((r) => r.body as Tally).filter((t) => t.rule === `transaction/${name}`).reduce((sum, t) => sum + t.evaluated, 0);
  expect([evaluated('many'), evaluated('watched')]).toEqual([total, total]);

  // Assessment tells its switch at the place where it switches; each of its partitions has one beside the start's.
  const switches = new Map(assessments.filter((r) => r.type === 'control').map((r) => [r.source.partition, r.source.offset]));
  expect(switches.size).toBe(pipeline.log.partitions('signals.v1'));
  const alerts = assessments.filter((r) => r.type === 'alert').map((r) => ({ after: r.source.offset > (switches.get(r.source.partition) as number), alert: r.body as Alert }));
  const seen = new Map<string, number>();
  for (const { after, alert } of alerts) {
    const { ruleId, ruleVersion, status } = alert;
    if (alert.change === 'eased' || alert.change === 'withdrawn') continue;
    expect([ruleId, ruleVersion, status]).toEqual(ruleId === 'transaction/many' ? [ruleId, after ? 2 : 1, 'live'] : [ruleId, 1, after ? 'live' : 'shadow']);
    seen.set(`${ruleId} ${after}`, (seen.get(`${ruleId} ${after}`) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['transaction/many false', 'transaction/many true', 'transaction/watched false', 'transaction/watched true']);
  // The windows went on over the change: each seller's last count is that of all its orders.
  const last = new Map(alerts.filter(({ alert }) => alert.ruleId === 'transaction/watched').map(({ alert }) => [alert.subject.id, alert.evidence.values.watched ?? 0]));
  expect([last.size, [...last.values()].every((n) => n > total / SELLERS - 2 * PER_SUBMISSION && n <= Math.ceil(total / SELLERS))]).toEqual([SELLERS, true]);

  const published = (await Promise.all(ALERTS.map((topic) => taken(pipeline, topic)))).flat().map((r) => r.body as Alert);
  const held = (await taken(pipeline, 'held.v1')).map((r) => r.body as Alert);
  const revisions = (list: Alert[]): string[] => list.map((a) => `${a.alertId}.${a.revision}`).sort();
  expect(published.every(({ status }) => status === 'live')).toBe(true);
  expect(revisions(published)).toEqual(revisions(alerts.map(({ alert }) => alert).filter(({ status }) => status === 'live')));
  expect(revisions(held)).toEqual(revisions(alerts.map(({ alert }) => alert).filter(({ status }) => status === 'shadow')));

  const topics = ['journal.v1', 'signals.v1', 'facts.v1', 'assessments.v1', 'held.v1', ...ALERTS];
  const shown = (records: LogRecord[]): string[][] => [0, 1].map((p) => records.filter((r) => r.partition === p).map((r) => `${r.source.topic} ${r.source.partition} ${r.source.offset}.${r.source.index} ${Buffer.from(r.bytes).toString('base64')}`));
  const before = await Promise.all(topics.map(async (topic) => shown(await taken(pipeline, topic))));
  await pipeline.log.close(); // as a kill would: no state was flushed, so all of it is replayed
  const again = await open(file);
  const after = await Promise.all(topics.map(async (topic) => shown(await taken(again.pipeline, topic))));
  for (const [i, topic] of topics.entries()) for (const p of [0, 1]) expect([topic, after[i]?.[p]?.slice(0, before[i]?.[p]?.length)]).toEqual([topic, before[i]?.[p]]);
  expect((await again.changes.history(undefined, 10)).map(({ by, approval }) => [by, approval?.approver])).toEqual([['ann', 'bob'], ['start', 'start']]);
  await again.pipeline.stop();
}, 120_000 + ORDERS);
