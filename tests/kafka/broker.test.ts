import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { orRefuse, startBroker } from './choose.ts';
import { brokersOf, sharedKafka, topicPrefix } from './shared.ts';

const kafka = await sharedKafka();

describe.skipIf('missing' in kafka)('a local broker', () => {
  test('takes a record and gives it back', async () => {
    const client = new Kafka({ brokers: [brokersOf(kafka)], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    const topic = `${topicPrefix()}first`;
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    const producer = client.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'a' }, { value: 'b' }] });
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ partition: 0, low: '0', high: '2' }]);
    await producer.disconnect();
    await admin.disconnect();
  });

  test('is the same for all who ask', async () => expect(await sharedKafka()).toEqual(kafka));
});

describe.skipIf('missing' in kafka)('a broker of one\'s own', () => {
  test('keeps port and data through a kill, and stands still while it is paused', async () => {
    const broker = orRefuse(await startBroker());
    if ('missing' in broker) return;
    const admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING, retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 500 } }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }] });
    await broker.kill('SIGKILL');
    await broker.restart();
    expect(await admin.listTopics()).toContain('kept');
    await broker.pause();
    let answered = false;
    const answer = admin.listTopics().then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answered).toBe(false);
    await broker.resume();
    await answer;
    await admin.disconnect();
    await broker.stop();
  }, 120_000); // Two starts of a JVM, on a machine that may be busy.
});

test('where none is to be had, FENGHUO_REQUIRE_KAFKA=1 makes a failure of it', () => {
  const before = process.env.FENGHUO_REQUIRE_KAFKA;
  try {
    process.env.FENGHUO_REQUIRE_KAFKA = '';
    expect(orRefuse({ missing: 'no Kafka' })).toEqual({ missing: 'no Kafka' });
    process.env.FENGHUO_REQUIRE_KAFKA = '1';
    expect(() => orRefuse({ missing: 'no Kafka' })).toThrow('FENGHUO_REQUIRE_KAFKA=1, but there is no Kafka');
  } finally {
    process.env.FENGHUO_REQUIRE_KAFKA = before ?? '';
  }
});
