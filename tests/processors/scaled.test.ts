/** The scaled-out system on one embedded log in one process: door, intake, stages, each hosted, the clock told by the test. What it journals and finds is what the embedded pipeline does. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { membersOf, STAGES, type StageName } from '../../cli/members.ts';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compileOnce, compileOnceSteps } from '../../language/compile-once.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { deskOf, type Desk } from '../../processors/commands/desk.ts';
import { Door } from '../../processors/door.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake, type Submission } from '../../processors/intake/intake.ts';
import { createSeal } from '../../processors/intake/seal.ts';
import { here } from '../../processors/intake/service.ts';
import { Reference } from '../../processors/reference.ts';
import { Register } from '../../processors/register.ts';
import { RuleChanges } from '../../processors/rule-changes.ts';
import { screening } from '../../processors/screening/stage.ts';
import { Suppressions } from '../../processors/suppressions.ts';
import { warning } from '../../processors/warning/stage.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import type { StageHost } from '../../streams/host.ts';
import type { Log, LogRecord } from '../../streams/log.ts';
import type { Membership } from '../../streams/membership.ts';
import { RepeatFilter, type Mark } from '../../streams/runner.ts';
import { INTAKE_TOPICS } from '../../streams/topics.ts';
import { type Fault, SharedLog } from '../streams/owned.ts';
import { beijing, CONFIG, declaration, declarationReceipt, order, payment, T0, waybill } from '../trade.ts';

const source = readRuleSource('');
const given = { files: source.files, seeds: source.tables, folder: {} };
/** One turn of the event loop; what waits for an answer waits for good. */
const sleep = (ms = 0): Promise<void> => new Promise((resolve) => { if (ms < 1e8) setImmediate(resolve); });
const until = async (what: () => boolean | Promise<boolean>): Promise<void> => { while (!(await what())) await sleep(); };
const submission = (documents: readonly unknown[], over: Partial<Submission> = {}): Submission => ({ bytes: JSON.stringify(documents), form: 'json', sender: 'tester', origin: 'live', backfill: '', allowReference: false, replayOf: '', ...over });

/** Each member owns everything; `Log.claim` settles it. */
const everything = (log: Log): Membership => ({ join: async (_group, topic, owner) => {
  const all = Array.from({ length: log.partitions(topic) }, (_, i) => i);
  owner.gained(all);
  return { leave: () => owner.lost(all) };
} });

/** Everything in a topic as a reader with a repeat filter takes it. */
async function taken(log: Log, topic: string): Promise<LogRecord[]> {
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

class Scaled {
  now = T0 + 600_000;
  /** How far the gateway's clock is ahead. */
  ahead = 0;
  readonly log: EmbeddedLog;
  readonly shared: SharedLog;
  readonly told: string[] = [];
  door!: Door;
  desk!: Desk;
  reference!: Reference;
  #hosts: StageHost[] = [];

  constructor() {
    this.log = new EmbeddedLog({ file: join(mkdtempSync(join(tmpdir(), 'fenghuo-scaled-')), 'log.sqlite'), now: () => this.now, partitions: (topic) => (topic === 'artifacts.v1' || topic === 'intake.operations.v1' ? 1 : 2), sync: async () => undefined }); // waiting takes no time either
    this.shared = new SharedLog(this.log);
  }

  async member(names: readonly StageName[], fault?: (call: string) => Fault): Promise<StageHost[]> {
    const log = this.shared.owner(fault);
    const hosts = membersOf(names, { log, membership: everything(log), artifacts: new Artifacts(log), config: CONFIG, signatures: undefined, given, now: () => this.now, clock: () => performance.now(), sleep, tell: (line) => this.told.push(line), flushKeys: 20, maxBatch: 50 });
    this.#hosts.push(...hosts);
    for (const host of hosts) await host.start();
    return hosts;
  }

  async open(names: readonly StageName[] = STAGES): Promise<this> {
    await this.log.ensureTopics();
    await this.member(names);
    const log = this.shared.owner();
    this.door = new Door({ log, artifacts: new Artifacts(log), intake: here(createIntake(CONFIG)), seal: createSeal(CONFIG.sealKey, CONFIG.sealKeyId), maxBytes: 1e9, now: () => this.now + this.ahead, clock: () => this.now, sleep, stages: { status: () => [] }, onTrouble: (error) => this.told.push(error.message), answerMs: 1e9 });
    this.reference = new Reference(this.door, compileOnceSteps);
    const register = new Register(this.door, () => this.now);
    this.desk = deskOf(this.door, this.reference, new RuleChanges(this.door, this.reference, register, compileOnceSteps), new Suppressions(register, () => this.now));
    this.door.onEdition = () => this.reference.follow();
    await this.door.start();
    await until(() => this.door.edition !== undefined);
    return this;
  }

  taken(topic: string): Promise<LogRecord[]> {
    return taken(this.log, topic);
  }

  /** The clock goes on until ticks of that time have come through every stage. */
  async through(hosts = this.#hosts): Promise<void> {
    this.now += 2_000;
    const time = Math.floor((this.now - 600) / 1_000) * 1_000;
    await until(() => hosts.every((host) => host.status().every((s) => s.time >= time && s.position === s.end)));
  }

  async close(): Promise<void> {
    await this.door.stop();
    for (const host of this.#hosts) await host.stop();
    await this.log.close();
  }
}

const opened: Scaled[] = [];
afterEach(async () => { for (const one of opened.splice(0)) await one.close(); });
const scaled = async (names?: readonly StageName[]): Promise<Scaled> => {
  const made = await new Scaled().open(names);
  opened.push(made);
  return made;
};

const NO_DOCUMENTS = new Set(['tick', 'control', 'observation']);
/** Of a record what does not tell where and when it was journalled. Sealed bytes begin with chance. */
const bodyOf = ({ type, key, body }: LogRecord): string => JSON.stringify([type, key, body], (name, value: unknown) => (name === 'sealed' ? null : name === 'message' ? String(value).length : value));

async function embedded(stages = [screening(compileOnce), assessment(compileOnce), warning(compileOnce)]): Promise<EmbeddedPipeline> {
  const pipeline = new EmbeddedPipeline({ file: join(mkdtempSync(join(tmpdir(), 'fenghuo-scaled-')), 'log.sqlite'), intake: here(createIntake(CONFIG)), stages,
    maxQueued: 1e9, maxIntakeBytes: 1e9, maxBatch: 1e3, flushEveryMs: 1e9, flushKeys: 1e9, now: () => T0 + 600_000 });
  await pipeline.start();
  await pipeline.publishRules(source, 'first', 'test');
  return pipeline;
}
const journalOf = async (log: Log): Promise<string[]> => [...(await taken(log, 'journal.v1')), ...(await taken(log, 'dead-letters.v1'))].filter((r) => !NO_DOCUMENTS.has(r.type)).map(bodyOf).sort();

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const document = fc.oneof(
  fc.nat(3).map((n) => order({ orderNo: `NO-${n}`, guid: `G-${n}` })), fc.nat(3).map((n) => payment({ orderNo: `NO-${n}`, payTransactionId: `T-${n}`, guid: `P-${n}` })),
  fc.nat(3).map((n) => waybill({ logisticsNo: `W-${n}`, guid: `W-${n}` })), fc.nat(3).map((n) => declaration({ orderNo: `NO-${n}`, copNo: `C-${n}`, logisticsNo: `W-${n}`, guid: `D-${n}` })),
  fc.constant(declarationReceipt(800)), fc.constant(order({ orderNo: '' })), fc.constant({ type: 'unheard-of' }), fc.constant(payment({ amountPaid: -1 })), fc.constant(7),
);
const handed = fc.record({
  documents: fc.array(document, { maxLength: 5 }), how: pick(['json', 'ndjson', 'broken'] as const), sender: pick(['tester', 'platform']), origin: pick(['live', 'simulated', 'backfill'] as const),
}).map(({ documents, how, sender, origin }): Submission => submission([], {
  bytes: how === 'json' ? JSON.stringify(documents) : how === 'ndjson' ? documents.map((d) => JSON.stringify(d)).join('\n') : '{"type":', form: how === 'ndjson' ? 'ndjson' : 'json', sender, origin, backfill: origin === 'backfill' ? 'old' : '',
}));

test('whatever is handed in: the gateway answers as the embedded pipeline does, and the journal gets the same records', async () => {
  const [one, other] = [await embedded([]), await scaled(['intake'])];
  await fc.assert(fc.asyncProperty(handed, async (given) => { expect(await other.door.submit(given)).toEqual(await one.submit(given)); }), { numRuns: 120, endOnFailure: true });
  await other.through();
  await one.stop();
  const log = new EmbeddedLog({ file: one.file, now: () => 0 });
  expect(await journalOf(other.log)).toEqual(await journalOf(log));
  await log.close();
});

test.each([-3_600_000, 3_600_000])('a gateway whose clock is off by %i ms answers what intake does, by the time of the log', async (ahead) => {
  const run = await scaled(['intake']);
  run.ahead = ahead;
  let sent = 0;
  /** Of an order so many minutes ahead of the log. */
  const hand = async (minutes: number): Promise<string> => {
    const n = sent++;
    const { rejected } = await run.door.submit(submission([order({ appTime: beijing(run.now + minutes * 60_000), orderNo: `NO-${n}`, guid: `G-${n}` })]));
    return rejected[0]?.code ?? 'taken';
  };
  const [taken, refused] = ['taken', 'TIME_IMPLAUSIBLE'];
  // The first ones, when nothing is known yet, all at once.
  expect(await Promise.all([hand(0), hand(4), hand(6), hand(40)])).toEqual([taken, taken, refused, refused]);
  run.ahead = 0; // its own clock says nothing any more
  expect([await hand(4), await hand(6)]).toEqual([taken, refused]);
  await run.through();
  expect((await run.taken('journal.v1')).filter(({ type }) => type === 'order').map(({ body }) => (body as { orderNo: string }).orderNo).sort()).toEqual(['NO-0', 'NO-1', 'NO-4']);
  expect((await run.taken('dead-letters.v1')).map(({ body }) => (body as { reason: string }).reason)).toEqual([refused, refused, refused]);
});

test('what an order\'s documents tell is found by hosted stages as by the embedded pipeline', async () => {
  const run = await scaled();
  const pair = [submission([order(), payment({ amountPaid: 100 })]), submission([waybill(), declaration()])];
  const one = await embedded();
  for (const given of pair) {
    await one.submit(given);
    await run.door.submit(given);
    await run.through();
  }
  const states = (records: LogRecord[]) => records.filter((r) => r.type === 'match').map(({ body }) => [(body as { state: string }).state, (body as { codes: string[] }).codes]);
  await one.stop();
  const log = new EmbeddedLog({ file: one.file, now: () => 0 });
  const expected = await taken(log, 'facts.v1');
  expect(states(await run.taken('facts.v1')).at(-1)).toEqual(states(expected).at(-1));
  expect(states(await run.taken('facts.v1')).at(-1)?.[1]).toContain('AMOUNT_DIFF');
  await log.close();
  expect(run.told).toEqual([]);
});

test('intake changes hands amid failures: each document stands once in the journal for whoever reads it', async () => {
  const run = await scaled(['intake']);
  for (let i = 0; i < 30; i++) {
    await run.door.submit(submission([order({ orderNo: `NO-${i}`, guid: `G-${i}` }), payment({ orderNo: `NO-${i}`, payTransactionId: `T-${i}`, guid: `P-${i}` })]));
    if (i % 10 !== 5) continue;
    let calls = 0;
    // Another member that believes it owns everything as well; it fails now and then, and stays.
    await run.member(['intake'], (call) => (call === 'commit' && calls++ % 5 === 1 ? 'after' : 'none'));
  }
  await until(async () => (await run.taken('journal.v1')).filter((r) => r.type === 'payment').length === 30);
  const counts = Map.groupBy((await run.taken('journal.v1')).filter((r) => !NO_DOCUMENTS.has(r.type)), bodyOf);
  expect([...counts.values()].map((same) => same.length).filter((n) => n > 1)).toEqual([]);
  expect(counts.size).toBe(90); // an order, a payment and what links them
});

test('rules change by two keys through any gateway, one process publishes, and intake reads by the new tables', async () => {
  const run = await scaled(['intake']);
  const [author, approver] = [{ id: 'a', name: 'ann' }, { id: 'b', name: 'bob' }];
  const file = 'transaction/split-orders.yaml';
  const next = (source.files[file] as string).replace(/^version: \d+/m, 'version: 99').replace(/^bands: \{ blue: [\d.]+/m, 'bands: { blue: 1.05');
  const proposed = await run.desk.changes.propose({ [file]: next }, author, 'tighter', false);
  if (!proposed.ok) throw new Error(JSON.stringify(proposed));
  expect(await run.desk.changes.approve(proposed.proposal.id, author, 'mine')).toMatchObject({ ok: false, code: 'SAME_KEY' });
  expect(await run.desk.changes.approve(proposed.proposal.id, approver, 'yes')).toMatchObject({ ok: true, proposal: { state: 'approved', decision: { by: 'bob' } } });
  const before = run.door.edition?.hash;
  await until(() => run.door.edition?.hash !== before);
  expect((await run.desk.changes.history('transaction/split-orders', 5))[0]).toMatchObject({ by: 'ann', approval: { approver: 'bob' } });
  expect(run.reference.source.files[file]).toBe(next);

  const words = '# version: mine-1, complete: false, source: test\nword,score,category\n面霜,0.9,test\n';
  expect(await run.desk.reference.load('words', words, 'ann', true)).toMatchObject({ ok: true, loaded: { inForce: false } });
  const loaded = await run.desk.reference.load('words', words, 'ann', false);
  expect(loaded).toMatchObject({ ok: true, loaded: { inForce: true, version: 'mine-1' } });
  await until(async () => {
    await run.door.submit(submission([order({ guid: `G-${run.now}` })]));
    run.now += 1_000;
    await sleep();
    return (await run.taken('journal.v1')).some((r) => r.type === 'order' && JSON.stringify(r.body).includes('"word":"面霜"'));
  });
  const controls = (await run.taken('journal.v1')).filter((r) => r.type === 'control');
  expect(controls.map((r) => r.partition)).toEqual([0, 0, 0, 1, 1, 1]);
  for (const topic of INTAKE_TOPICS.slice(0, -1)) expect((await run.taken(topic)).filter((r) => r.type === 'control').map((r) => [r.partition, r.body])).toEqual(controls.map((r) => [r.partition, r.body]));
  expect(await run.desk.reference.load('words', 'nonsense', 'ann', false)).toMatchObject({ ok: false, code: 'TABLE_REFUSED' });
});

test('a second process with the same folders puts nothing in force again, and one that takes over knows what was', async () => {
  const run = await scaled(['intake']);
  const before = run.door.edition?.hash;
  await run.member(['intake']);
  const ends = await run.desk.suppressions.propose({ ruleId: '', subjectType: 'seller', subjectId: 's', zone: '', upTo: 'red', begins: run.now, ends: run.now + 1e6 }, { id: 'a', name: 'ann' }, 'a fair');
  expect(await run.desk.suppressions.approve(ends.id, { id: 'b', name: 'bob' }, '')).toMatchObject({ ok: true, suppression: { state: 'in force' } });
  expect(await run.desk.suppressions.list()).toMatchObject([{ id: ends.id, by: 'ann', state: 'in force' }]);
  expect((await run.taken('journal.v1')).filter((r) => r.type === 'control')).toHaveLength(2);
  expect((await run.taken('journal.v1')).filter((r) => r.type === 'suppression')).toHaveLength(1);
  const { end } = await run.log.bounds('intake.operations.v1', 0);
  const commands = (await Promise.all(Array.from({ length: end }, async (_, offset) => (await run.log.read('intake.operations.v1', 0, offset, 1))[0] as LogRecord))).filter((r) => r.type === 'command');
  expect(commands.map((r) => (r.body as { name: string }).name)).toEqual(['start', 'propose-suppression', 'approve-suppression']);
  expect(run.door.edition?.hash).toBe(before);
});

test('a party that writes to an intake topic itself is read as its sender', async () => {
  const run = await scaled(['intake']);
  // As the Kafka log hands on what has no header of ours: an original in clear.
  await run.log.append('intake.orders.v1', 0, [{ type: 'original', key: 'party', eventTime: 0, arrival: 0, source: { topic: 'intake.orders.v1', partition: 0, offset: 0, index: 0 },
    body: { feed: 'platform-1', form: '', origin: '', sealed: Buffer.from(JSON.stringify(order())), sealKeyId: '', at: 0, backfill: 'sly', allowReference: true, replayOf: '', verified: true, operator: '', repaired: [] } }]);
  await until(async () => (await run.taken('journal.v1')).some((r) => r.type === 'order'));
  expect((await run.taken('journal.v1')).find((r) => r.type === 'order')?.body).toMatchObject({ feed: 'platform-1/order', origin: 'live', backfill: '' });
});
