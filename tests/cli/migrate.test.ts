/** A data folder with orders half told and alerts open, its log cut by retention, goes to a real Kafka and a ClickHouse, broken off on the way; what comes then leads to what the folder itself would have come to. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { membersOf, STAGES } from '../../cli/members.ts';
import { migrateFolder, type MigrateOptions, type Step } from '../../cli/migrate/run.ts';
import { refuseHalf } from '../../cli/migrate/mark.ts';
import { readRuleSource } from '../../cli/rule-source.ts';
import { compileOnce, compileOnceSteps } from '../../language/compile-once.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { Door } from '../../processors/door.ts';
import { EmbeddedPipeline } from '../../processors/embedded.ts';
import { createIntake } from '../../processors/intake/intake.ts';
import { createSeal } from '../../processors/intake/seal.ts';
import { here } from '../../processors/intake/service.ts';
import type { Pipeline } from '../../processors/pipeline.ts';
import { Reference } from '../../processors/reference.ts';
import { screening } from '../../processors/screening/stage.ts';
import { openChdb } from '../../processors/sink/chdb.ts';
import { clickHouseTables } from '../../processors/sink/clickhouse.ts';
import { migrate as migrateTables } from '../../processors/sink/migrate.ts';
import { serverStore } from '../../processors/sink/server-store.ts';
import { clickHouseSettings, type ClickHouseSettings } from '../../processors/sink/settings.ts';
import { createSink } from '../../processors/sink/sink.ts';
import { warning } from '../../processors/warning/stage.ts';
import type { Alert } from '../../schemas/risk/alert.ts';
import { Artifacts } from '../../streams/artifacts.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { lockDataFolder } from '../../streams/lock.ts';
import type { StageHost } from '../../streams/host.ts';
import { KafkaLog } from '../../streams/kafka/log.ts';
import type { Log } from '../../streams/log.ts';
import type { Membership } from '../../streams/membership.ts';
import { TOPICS } from '../../streams/topics.ts';
import { brokersOf, sharedKafka, topicPrefix } from '../kafka/shared.ts';
import { drain, newFolder, remove } from '../sink/fixture.ts';
import { entry } from '../streams/log-contract.ts';
import { CONFIG } from '../trade.ts';
import { deal, type Deal, type Fields, type Name } from '../whole/deal.ts';

const kafka = await sharedKafka();
const source = readRuleSource('');
const given = { files: source.files, seeds: source.tables, folder: {} };
const root = newFolder();
const data = join(root, 'data');
const kept = join(root, 'kept');
const log = (folder: string, now = Date.now) => new EmbeddedLog({ file: join(folder, 'log', 'log.sqlite'), now });

const deals: Deal[] = Array.from({ length: 24 }, (_, i) => [deal(i), deal(i, { payment: { amountPaid: '150' } }), deal(i, { waybill: { weight: '9.5' } }), deal(i, { declaration: { buyerIdNumber: '990000197903052168' } })][i % 4] as Deal);
const documents = (...names: Name[]): Fields[] => deals.flatMap((one) => names.map((name) => one[name]));
const submission = (given: readonly Fields[]) => ({ bytes: given.map((one) => JSON.stringify(one)).join('\n'), form: 'ndjson' as const, sender: 'tester', origin: 'live' as const, backfill: '', allowReference: false, replayOf: '' });
const send = async (to: Pick<Pipeline, 'submit'>, given: readonly Fields[]) => expect((await to.submit(submission(given))).rejected).toEqual([]);

async function embedded(folder: string): Promise<EmbeddedPipeline> {
  const pipeline = new EmbeddedPipeline({ file: join(folder, 'log', 'log.sqlite'), intake: here(createIntake(CONFIG)), stages: [screening(compileOnce), assessment(compileOnce), warning(compileOnce)], maxQueued: 1e9, maxIntakeBytes: 1e9, maxBatch: 1e3, flushEveryMs: 300, flushKeys: 1e9 });
  await pipeline.start();
  expect(await new Reference(pipeline, compileOnceSteps).start(given.files, given.seeds, given.folder)).toEqual([]);
  return pipeline;
}

/** As the store's process does. */
async function fillStore(folder: string): Promise<void> {
  mkdirSync(join(folder, 'store'), { recursive: true });
  const [of, engine] = [log(folder), await openChdb(join(folder, 'store'))];
  await migrateTables(engine);
  await drain(createSink({ log: of, store: clickHouseTables([engine]), report: () => undefined }));
  await engine.close();
  await of.close();
}

const ALERTS = TOPICS.map(({ name }) => name).filter((name) => name.startsWith('alerts.') || name === 'held.v1');
/** Every revision of every alert, but of those that tell of the system's own working. */
async function revisions(of: Log): Promise<string[]> {
  const told = new Set<string>();
  for (const topic of ALERTS) {
    for (let partition = 0; partition < of.partitions(topic); partition++) {
      const { start, end } = await of.bounds(topic, partition);
      for (let at = start; at < end;) {
        const records = await of.read(topic, partition, at, 1_000);
        for (const { body } of records) {
          const { alertId, revision, ruleId, subject, grade, status, change, count, category } = body as Alert;
          if (category !== 'technical') told.add([ruleId, subject.id, alertId, String(revision).padStart(3, '0'), grade, status, change, count].join(' '));
        }
        at = (records.at(-1)?.offset ?? end - 1) + 1;
      }
    }
  }
  return [...told].sort();
}

const idOf = (told: string): string => told.split(' ')[2] as string;

async function eventually(look: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 20_000; ; await sleep(200)) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

describe.skipIf('missing' in kafka)('a folder that outgrew its machine', () => {
  const prefix = topicPrefix();
  const settings = { brokers: [brokersOf(kafka)], prefix, partitions: 2 };
  let server: ChildProcess;
  let clickHouse: ClickHouseSettings;
  /** Alerts that were open, and what of them retention has left in the log. */
  const opened = new Set<string>();
  let left: string[];
  const carry = (over: Partial<MigrateOptions> = {}) => migrateFolder({ data, kafka: settings, clickHouse, dryRun: false, progress: () => undefined, ...over });
  /** Broken off in the middle of a step, as by a kill: all that was sent stays. */
  const carryUntil = (step: Step, calls: number) => {
    let left = calls;
    return expect(carry({ progress: (at) => { if (at === step && --left === 0) throw new Error(`killed in ${step}`); } })).rejects.toThrow(`killed in ${step}`);
  };

  beforeAll(async () => {
    server = fork(join(import.meta.dirname, '../sink/front-process.ts'), [join(root, 'server'), '0'], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const pipeline = await embedded(data);
    await send(pipeline, documents('order'));
    await send(pipeline, documents('payment').slice(0, 12));
    await sleep(1_100); // A tick goes through every stage.
    await send(pipeline, documents('waybill').slice(0, 8));
    await pipeline.stop();
    await fillStore(data);
    const of = log(data, () => Date.now() + 30 * 86_400_000);
    for (const told of await revisions(of)) opened.add(idOf(told));
    while (of.prune().more);
    left = await revisions(of);
    expect((await of.bounds('journal.v1', 0)).start).toBeGreaterThan(0);
    await of.close();
    cpSync(data, kept, { recursive: true });
    const [url] = await once(server, 'message') as [string];
    clickHouse = clickHouseSettings({ CLICKHOUSE_URL: url }, []) as ClickHouseSettings;
    expect(opened.size).toBeGreaterThan(1);
  });
  afterAll(() => {
    server.kill('SIGKILL');
    remove(root);
  });

  test('is refused in words while it is in use, or was not stopped in order', async () => {
    const lock = lockDataFolder(data);
    await expect(carry()).rejects.toThrow(/in use by another Fenghuo/);
    lock.release();
    const killed = join(root, 'killed');
    cpSync(kept, killed, { recursive: true });
    const of = log(killed);
    await of.append('journal.v1', 0, [entry('late')]);
    await of.close();
    await expect(carry({ data: killed })).rejects.toThrow(/was not stopped in order: screening is at \d+ of \d+ in journal.v1 partition 0/);
    await expect(carry({ data: join(root, 'nothing') })).rejects.toThrow(/holds no log/);
  });

  test('tells what it would do without asking the target', async () => {
    expect(await carry({ dryRun: true, kafka: { ...settings, brokers: ['127.0.0.1:1'] } })).toMatchObject({ before: false, partitions: 2, tables: { rows: expect.any(Number) } });
  });

  test('goes on where it stood, although the way there was broken off thrice: same findings, same revisions, each row once', async () => {
    await carryUntil('records', 3);
    // As `fenghuo run` does.
    const half = await KafkaLog.open(settings);
    await expect(refuseHalf(half)).rejects.toThrow(/that is not done/);
    await half.close();
    await carryUntil('state', 2);
    await carryUntil('tables', 2);
    const carried = await carry();
    expect(carried).toMatchObject({ before: false, notes: expect.arrayContaining(['rule-set', 'rules-folder']) });
    expect(carried.tables?.rows).toBeGreaterThan(50);
    expect(await carry()).toMatchObject({ before: true });

    const of = await KafkaLog.open(settings);
    await refuseHalf(of);
    expect(of.partitions('alerts.market.v1')).toBe(1);
    expect(await revisions(of)).toEqual(left);

    const everything: Membership = { join: async (_group, topic, owner) => {
      const all = Array.from({ length: of.partitions(topic) }, (_, i) => i);
      owner.gained(all);
      return { leave: () => owner.lost(all) };
    } };
    const told: string[] = [];
    const hosts: StageHost[] = membersOf(STAGES, { log: of, membership: everything, artifacts: new Artifacts(of), config: CONFIG, signatures: undefined, given, now: Date.now, clock: () => performance.now(), sleep: (ms) => sleep(ms), tell: (line) => told.push(line), flushEveryMs: 300 });
    for (const host of hosts) await host.start();
    const door = new Door({ log: of, artifacts: new Artifacts(of), intake: here(createIntake(CONFIG)), seal: createSeal(CONFIG.sealKey, CONFIG.sealKeyId), maxBytes: 1e9, now: Date.now, clock: () => performance.now(), sleep, stages: { status: () => [] }, onTrouble: (error) => told.push(error.message) });
    await door.start();
    await eventually(async () => expect(door.edition).toBeDefined());
    const one = await embedded(kept);

    for (const some of [documents('payment').slice(12), documents('waybill'), documents('declaration')]) {
      await send(one, some);
      await send(door, some);
    }
    await sleep(1_100);
    await eventually(async () => {
      const found = await revisions(one.log);
      // Alerts that were open have gone on, and others have come.
      expect(found.filter((told) => opened.has(idOf(told))).length).toBeGreaterThan(left.length);
      expect(found.length).toBeGreaterThan(left.length + 3);
      // Which of two partitions' events opens an alert, and so names it, is chance.
      const named = (told: string): string => (opened.has(idOf(told)) ? told : told.replace(idOf(told), 'new'));
      expect((await revisions(of)).map(named).sort()).toEqual(found.map(named).sort());
    });
    // What was in force is known to be: nothing was put in force anew.
    expect(door.edition?.hash).toBe(one.edition?.hash);
    await one.stop();

    // The new sink goes on from the rows that were copied: what lies before them is never written again.
    const { store, sink } = serverStore({ settings: clickHouse, log: of, report: (_, message) => told.push(message), sink: { flushMs: 5 } });
    await drain(sink);
    const count = async (sql: string): Promise<number> => Number((await store.query<{ n: number }>(`SELECT ${sql}`))[0]?.n);
    expect(await count('count() AS n FROM fenghuo.orders')).toBe(24);
    expect(await count("uniqExact(eventId) AS n FROM fenghuo.declarations")).toBe(24);
    expect(await count('count() - uniqExact(alertId, revision) AS n FROM fenghuo.alert_revisions')).toBe(0);
    expect(await count('uniqExact(incarnation) AS n FROM fenghuo.alert_revisions')).toBe(1);
    await store.stop();
    await door.stop();
    for (const host of hosts) await host.stop();
    await of.close();
    expect(told).toEqual([]);
  }, 60_000);

  test('is refused where the target holds another log, or other rows', async () => {
    const other = topicPrefix();
    await (await KafkaLog.open({ ...settings, prefix: other })).close();
    await expect(carry({ data: kept, kafka: { ...settings, prefix: other }, clickHouse: undefined })).rejects.toThrow(/holds another log/);
    await expect(carry({ kafka: { ...settings, prefix: topicPrefix() }, clickHouse: undefined })).rejects.toThrow(/goes on at .* since it was migrated/);
  });

  test('where retention has cut its log every record keeps its offset', async () => {
    const of = await KafkaLog.open({ ...settings, prefix: topicPrefix() });
    await of.ensureTopics();
    await of.beginAt('facts.v1', 1, 120_000);
    expect(await of.append('facts.v1', 1, [entry('first')])).toBe(120_000);
    await of.beginAt('facts.v1', 1, 120_000); // Done again after a kill.
    expect(await of.bounds('facts.v1', 1)).toEqual({ start: 120_000, end: 120_001 });
    expect((await of.read('facts.v1', 1, 120_000, 10)).map(({ key, offset }) => [key, offset])).toEqual([['first', 120_000]]);
    await of.close();
  });
});
