import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, describe, expect, test } from 'vitest';
import { Connection } from '../../streams/kafka/connection.ts';
import { KafkaLog } from '../../streams/kafka/log.ts';
import { Producer } from '../../streams/kafka/producer.ts';
import type { Log, Output } from '../../streams/log.ts';
import { brokersOf, sharedKafka, topicPrefix } from '../kafka/shared.ts';
import { entry, logContract } from './log-contract.ts';

const kafka = await sharedKafka();
const settings = (prefix: string, partitions = 2) => ({ brokers: [brokersOf(kafka)], prefix, partitions });

const opened: KafkaLog[] = [];
async function open(prefix: string, { partitions = 2, copies }: { partitions?: number; copies?: string } = {}): Promise<KafkaLog> {
  const log = await KafkaLog.open(settings(prefix, partitions), copies === undefined ? {} : { copies });
  opened.push(log);
  return log;
}
afterAll(async () => void await Promise.all(opened.map((log) => log.close())));

async function fresh(): Promise<{ prefix: string; log: KafkaLog }> {
  const prefix = topicPrefix();
  const log = await open(prefix);
  await log.ensureTopics();
  return { prefix, log };
}

const keys = async (log: Log, topic: string, partition: number, from = 0) => (await log.read(topic, partition, from, 1_000)).map((r) => r.key);
const alert = (key: string, offset: number, index = 0): Output => ({ ...entry(key), topic: 'alerts.market.v1', partition: 0, source: { topic: 'assessments.v1', partition: 0, offset, index } });
const flush = (position: number, value: string) => ({ changes: [{ key: 't/k', value, offset: position - 1 }], position, pass: { begins: true, ends: true } });
const OWNED = { group: 'warning', topic: 'assessments.v1', partition: 0 };

describe.skipIf('missing' in kafka)('the log on Kafka', () => {
  logContract('kafka', async () => {
    const prefix = topicPrefix();
    return { open: () => open(prefix), reopen: () => open(prefix) };
  }, { fences: true });

  const folder = (): string => mkdtempSync(join(tmpdir(), 'fenghuo-copies-'));
  logContract('kafka, state on disk', async () => {
    const prefix = topicPrefix();
    return { open: () => open(prefix, { copies: folder() }), reopen: () => open(prefix, { copies: folder() }) };
  }, { fences: true });

  test('over the same folder a start reads of the state topic only what came since, whoever flushed it; forgotten, all of it', async () => {
    const [prefix, mine, theirs] = [topicPrefix(), folder(), folder()];
    const restored = async (log: KafkaLog): Promise<Record<string, string>> => {
      await log.claim('warning', 'assessments.v1', 0);
      const changes = await Array.fromAsync(log.restore('warning', 'assessments.v1', 0));
      const rest = log.rest('warning', 'assessments.v1', 0, 't');
      for (const { key, value } of changes) if (value === null) rest.take(key.slice(2)); else rest.put(key.slice(2), value, 0);
      read = changes.length;
      return Object.fromEntries([...rest.entries()].map(([key, value]) => [key, String(value)]));
    };
    let read = 0;
    const flushed = (log: KafkaLog, position: number, values: Record<string, string | null>) => {
      const changes = Object.entries(values).map(([key, value]) => {
        const rest = log.rest('warning', 'assessments.v1', 0, 't');
        if (value === null) rest.take(key);
        else rest.put(key, value, 0);
        return { key: `t/${key}`, value, offset: position - 1, ...(value !== null && { dueSecond: 0 }) };
      });
      return log.commit({ ...OWNED, outputs: [], state: { changes, position, pass: { begins: true, ends: true } } });
    };
    const first = await open(prefix, { copies: mine });
    await first.ensureTopics();
    expect(await restored(first)).toEqual({});
    await flushed(first, 1, { a: '1', b: '1' });
    await flushed(first, 2, { b: '2', c: '2' });
    await first.close();

    const second = await open(prefix, { copies: mine });
    expect([await restored(second), read]).toEqual([{ a: '1', b: '2', c: '2' }, 0]);
    const other = await open(prefix, { copies: theirs });
    expect([await restored(other), read]).toEqual([{ a: '1', b: '2', c: '2' }, 4]);
    await flushed(other, 3, { a: null, d: '3' });
    await expect(flushed(second, 3, { a: 'of a zombie' })).rejects.toMatchObject({ code: 'FENCED' });
    expect([await restored(second), read]).toEqual([{ b: '2', c: '2', d: '3' }, 2]);
    expect(await second.position('warning', 'assessments.v1', 0)).toBe(3);
    await flushed(second, 4, { b: '4' });
    expect(second.forget('warning', 'assessments.v1', 0)).toBe(true);
    expect([await restored(second), read]).toEqual([{ b: '4', c: '2', d: '3' }, 7]);
    expect(second.forget('warning', 'assessments.v1', 0), 'nothing had come from a copy').toBe(false);
  });

  describe('an owner who has been replaced', () => {
    test('stays replaced until it claims again: a void claim refuses all', async () => {
      const { prefix, log } = await fresh();
      await log.claim('warning', 'assessments.v1', 0);
      const other = await open(prefix);
      await other.claim('warning', 'assessments.v1', 0);
      await expect(log.commit({ ...OWNED, outputs: [], state: flush(1, 'x') })).rejects.toThrow(/another owner has claimed the partition since/);
      await expect(log.commit({ ...OWNED, outputs: [{ ...entry('x'), topic: 'held.v1' }] })).rejects.toThrow(/only after claiming it again/);
      await log.claim('warning', 'assessments.v1', 0);
      await log.commit({ ...OWNED, outputs: [], state: flush(1, 'x') });
      await expect(other.commit({ ...OWNED, outputs: [], state: flush(7, 'y') })).rejects.toMatchObject({ code: 'FENCED' });
    });
  });

  test('what was committed behind another owner\'s open transaction is waited for, not published again', async () => {
    const { prefix, log } = await fresh();
    await log.claim('warning', 'assessments.v1', 0);
    await log.commit({ ...OWNED, outputs: [alert('a', 1)], state: flush(2, '') });
    // The owner of the other partition dies amid a transaction on the same topic.
    const dying = await Producer.open(new Connection(settings(prefix)), `${prefix}warning/assessments.v1/1`);
    await dying.begin([{ topic: `${prefix}alerts.market.v1`, partition: 0, records: [{ key: Buffer.from('left'), value: Buffer.from('left'), header: '' }] }]);
    await dying.close();
    await log.commit({ ...OWNED, outputs: [alert('b', 2)] });
    const heir = await open(prefix);
    await heir.claim('warning', 'assessments.v1', 0);
    let over = false;
    const replayed = heir.commit({ ...OWNED, outputs: [alert('b', 2), alert('c', 3)] }).then(() => { over = true; });
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    expect(over).toBe(false);
    await heir.claim('warning', 'assessments.v1', 1); // its own heir settles it
    await replayed;
    await expect.poll(() => keys(heir, 'alerts.market.v1', 0)).toEqual(['a', 'b', 'c']);
  });

  test('an empty read tells since when nothing can have come: nothing that came before is missing from it', async () => {
    const { prefix, log } = await fresh();
    const sender = await open(prefix);
    let next = 0;
    let fromMemory = 0;
    for (let n = 0; n < 60; n++) {
      const read = await log.read('journal.v1', 0, next, 10);
      next = (read.at(-1)?.offset ?? next - 1) + 1;
      if (n > 3) await sender.append('journal.v1', 0, [entry(`k${n}`)]);
      const [asked, found] = [Date.now(), await log.read('journal.v1', 0, next, 10)];
      if (found.length > 0) {
        next = (found.at(-1)?.offset as number) + 1;
        continue;
      }
      const emptyAt = log.emptyAt('journal.v1', 0, next);
      if (n > 3) fromMemory++;
      const first = (await sender.read('journal.v1', 0, next, 1))[0];
      expect(emptyAt, `look ${n}`).toBeLessThanOrEqual(first?.appendedAt ?? asked);
      await new Promise((resolve) => { setTimeout(resolve, 20 * (n % 3)); });
    }
    expect(fromMemory).toBeGreaterThan(0);
    // Once nothing comes any more it goes on.
    await expect.poll(async () => { await log.read('journal.v1', 0, next, 10).then((read) => { next = (read.at(-1)?.offset ?? next - 1) + 1; }); return log.emptyAt('journal.v1', 0, next) > Date.now() - 1_000; }).toBe(true);
  });

  test('state is compacted soon: a start reads little more than what stands', async () => {
    const { prefix, log } = await fresh();
    await log.claim('warning', 'assessments.v1', 0);
    const admin = new Kafka({ brokers: [brokersOf(kafka)], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: `${prefix}state.warning.assessments.v1`, configNames: ['cleanup.policy', 'segment.bytes', 'min.cleanable.dirty.ratio'] }] });
    await admin.disconnect();
    expect(Object.fromEntries((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]))).toEqual({ 'cleanup.policy': 'compact', 'segment.bytes': '33554432', 'min.cleanable.dirty.ratio': '0.1' });
  });

  test('a transaction that was begun and left is seen by nobody, and settled by the next claim', async () => {
    const { prefix, log } = await fresh();
    await log.claim('warning', 'assessments.v1', 0);
    await log.commit({ ...OWNED, outputs: [alert('before', 1)], state: flush(2, 'before') });
    // As an owner that died between its send and its commit leaves it.
    const dying = await Producer.open(new Connection(settings(prefix)), `${prefix}warning/assessments.v1/0`);
    const left = [{ topic: `${prefix}alerts.market.v1`, partition: 0 }, { topic: `${prefix}state.warning.assessments.v1`, partition: 0 }];
    await dying.begin(left.map((part) => ({ ...part, records: [{ key: Buffer.from('left'), value: Buffer.from('left'), header: '' }] })));
    await dying.close();
    const { end } = await log.bounds('alerts.market.v1', 0);
    await log.claim('warning', 'assessments.v1', 0);
    expect(await log.position('warning', 'assessments.v1', 0)).toBe(2);
    expect((await Array.fromAsync(log.restore('warning', 'assessments.v1', 0))).map(({ key }) => key)).toEqual(['t/k']);
    await log.commit({ ...OWNED, outputs: [alert('after', 2)] });
    await expect.poll(() => keys(log, 'alerts.market.v1', 0)).toEqual(['before', 'after']);
    const records = await log.read('alerts.market.v1', 0, 0, 10);
    expect((records[1]?.offset as number) - (records[0]?.offset as number), 'what was left lies between them').toBeGreaterThan(end - (records[0]?.offset as number) - 1);
    expect(await keys(log, 'alerts.market.v1', 0, (records[0]?.offset as number) + 1)).toEqual(['after']);
  });

  test('what a party writes itself is an original in clear, at its own place', async () => {
    const { prefix, log } = await fresh();
    const producer = new Kafka({ brokers: [brokersOf(kafka)], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic: `${prefix}intake.orders.v1`, compression: 1, messages: [{ key: 'k', value: '{"type":"order"}', partition: 1, headers: { trace: '1', sender: 'platform-1' } }] });
    await producer.disconnect();
    const [record] = await log.read('intake.orders.v1', 1, 0, 10);
    expect(record).toMatchObject({ type: 'original', key: 'k', source: { topic: 'intake.orders.v1', partition: 1, offset: 0, index: 0 }, incarnation: log.incarnation });
    expect(record?.body).toMatchObject({ feed: 'platform-1', sealed: Buffer.from('{"type":"order"}'), sealKeyId: '' });
  });

  test('topics that exist otherwise are named with both counts and settings', async () => {
    const { prefix } = await fresh();
    const other = await open(prefix, { partitions: 3 });
    await expect(other.ensureTopics()).rejects.toThrow(new RegExp(`${prefix}journal.v1 has 2 partitions, but 3 are asked for`));
    const admin = new Kafka({ brokers: [brokersOf(kafka)], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: `${prefix}facts.v1`, configEntries: [{ name: 'cleanup.policy', value: 'compact' }, { name: 'retention.ms', value: '604800000' }, { name: 'message.timestamp.type', value: 'LogAppendTime' }] }] });
    await admin.disconnect();
    const same = await open(prefix, { partitions: 2 });
    await expect.poll(() => same.ensureTopics().catch((error: Error) => error.message)).toMatch(/facts.v1 has cleanup.policy=compact, but delete is declared/); // It takes the broker a moment.
  });

  test('where retention has passed, a reader is told where the log starts', async () => {
    const { prefix, log } = await fresh();
    await log.append('journal.v1', 0, ['a', 'b', 'c'].map((key) => entry(key)));
    const admin = new Kafka({ brokers: [brokersOf(kafka)], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await expect.poll(() => admin.fetchTopicOffsets(`${prefix}journal.v1`).then(() => true, () => false)).toBe(true); // kafkajs finds the leader only in what it knows already.
    await admin.deleteTopicRecords({ topic: `${prefix}journal.v1`, partitions: [{ partition: 0, offset: '2' }] });
    await admin.disconnect();
    await expect(log.read('journal.v1', 0, 0, 1)).rejects.toThrow(/asked for offset 0, but the log starts at 2/);
    expect(await keys(log, 'journal.v1', 0, 2)).toEqual(['c']);
  });

  test('several processes that open a new log at once agree on its incarnation', async () => {
    const prefix = topicPrefix();
    const logs = await Promise.all(Array.from({ length: 12 }, () => open(prefix)));
    expect(new Set(logs.map((log) => log.incarnation)).size).toBe(1);
  });
});
