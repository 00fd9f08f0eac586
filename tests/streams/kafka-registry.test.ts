import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { RELEASES } from '../../schemas/registry.ts';
import { KafkaLog } from '../../streams/kafka/log.ts';
import { registerSchemas } from '../../streams/kafka/registry.ts';
import { readKafkaSettings } from '../../streams/kafka/settings.ts';
import { TestRegistry } from '../kafka/registry.ts';
import { brokersOf, sharedKafka, topicPrefix } from '../kafka/shared.ts';
import { entry } from './log-contract.ts';

const kafka = await sharedKafka();
const registries: TestRegistry[] = [];
async function begin(firstId: number): Promise<{ registry: TestRegistry; url: string }> {
  const registry = new TestRegistry(firstId);
  registries.push(registry);
  return { registry, url: await registry.start() };
}
afterEach(() => { for (const registry of registries.splice(0)) registry.stop(); });

test('every release is registered under its record, in order, once; its subject is held to all earlier versions', async () => {
  const { registry, url } = await begin(500);
  const ids = await registerSchemas({ url });
  expect(ids).toEqual(RELEASES.map((_, i) => 500 + i));
  expect(await registerSchemas({ url })).toEqual(ids);
  expect(registry.subjects.get('fenghuo.Order')?.map(({ schema }) => JSON.parse(schema) as unknown)).toEqual(RELEASES.filter(({ type }) => type === 'order').map(({ schema }) => schema));
  expect(new Set(registry.compatibility.values())).toEqual(new Set(['BACKWARD_TRANSITIVE']));
});

test('several processes may register at once, and one that was killed half-way stops nobody, also where a subject without a level is told as NONE', async () => {
  const { registry, url } = await begin(1);
  registry.unset = 'NONE';
  registry.subjects.set('fenghuo.Order', [{ id: 9_000, schema: JSON.stringify(RELEASES.find(({ type }) => type === 'order')?.schema) }]); // registered, its level not yet set
  const ids = await Promise.all([registerSchemas({ url }), registerSchemas({ url }), registerSchemas({ url })]);
  expect(ids[1]).toEqual(ids[0]);
  expect(ids[2]).toEqual(ids[0]);
  expect(ids[0]?.[RELEASES.findIndex(({ type }) => type === 'order')]).toBe(9_000);
  expect([...registry.compatibility.values()].filter((level) => level !== 'BACKWARD_TRANSITIVE')).toEqual([]);
  expect(registry.compatibility.size).toBe(registry.subjects.size);
});

test('a registry that refuses a schema is told with subject and what is expected', async () => {
  const { registry, url } = await begin(1);
  registry.subjects.set('fenghuo.Tick', [{ id: 9_999, schema: '{"type":"record","name":"Tick","namespace":"fenghuo","fields":[{"name":"time","type":"string"}]}' }]);
  await expect(registerSchemas({ url })).rejects.toThrow(/does not take tick version 1 as subject fenghuo\.Tick: .*incompatible/);
});

test.each([
  ['ftp://registry', /expected http\(s\):\/\/host:port/], ['http://u:p@127.0.0.1:1', /credentials belong into/], ['http://registry:8081', /would be spoken to in clear/],
])('%s is refused', (url, expected) => {
  const problems: string[] = [];
  readKafkaSettings({ KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_REGISTRY_URL: url }, problems);
  expect(problems.join()).toMatch(expected);
});

describe.skipIf('missing' in kafka)('a log with a registry', () => {
  const opened: KafkaLog[] = [];
  const open = async (prefix: string, url?: string) => {
    const log = await KafkaLog.open({ brokers: [brokersOf(kafka)], prefix, partitions: 1, ...(url && { registry: { url } }) });
    opened.push(log);
    return log;
  };
  afterAll(async () => void await Promise.all(opened.map((log) => log.close())));

  test('writes the registry\'s ids and reads them as its own', async () => {
    const { registry, url } = await begin(70_000);
    const prefix = topicPrefix();
    const log = await open(prefix, url);
    await log.ensureTopics();
    await log.append('journal.v1', 0, [entry('a')]);
    const [record] = await log.read('journal.v1', 0, 0, 1);
    expect(record?.body).toEqual({ intake: 'a', time: 1_000 });

    const tick = registry.subjects.get('fenghuo.Tick')?.at(-1) as { id: number; schema: string };
    const consumer = new Kafka({ brokers: [brokersOf(kafka)], logLevel: logLevel.NOTHING }).consumer({ groupId: `${prefix}subscriber` });
    await consumer.connect();
    await consumer.subscribe({ topic: `${prefix}journal.v1`, fromBeginning: true });
    const value = await new Promise<Buffer>((resolve) => void consumer.run({ eachMessage: async ({ message }) => resolve(message.value as Buffer) }));
    await consumer.disconnect();
    expect(value.readUInt32BE(1)).toBe(tick.id);
    expect(await new SchemaRegistry({ host: url }).decode(value)).toMatchObject({ intake: 'a', time: 1_000 });
  });

  test('keeps to the ids that it was begun with', async () => {
    const prefix = topicPrefix();
    const first = await begin(100);
    await open(prefix, first.url);
    await expect(open(prefix)).rejects.toThrow(/was written with schema id 100 for order version 1, but without a registry it is 1\. Set SCHEMA_REGISTRY_URL/);
    const other = await begin(900);
    await expect(open(prefix, other.url)).rejects.toThrow(/gives 900/);
    await open(prefix, first.url);
  });
});
