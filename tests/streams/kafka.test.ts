import { afterAll, describe } from 'vitest';
import { KafkaLog } from '../../streams/kafka/log.ts';
import { brokersOf, sharedKafka, topicPrefix } from '../kafka/shared.ts';
import { logContract } from './log-contract.ts';

const kafka = await sharedKafka();

const opened: KafkaLog[] = [];
async function open(prefix: string): Promise<KafkaLog> {
  const log = await KafkaLog.open({ brokers: [brokersOf(kafka)], prefix, partitions: 2, registry: '' });
  opened.push(log);
  return log;
}
afterAll(async () => void await Promise.all(opened.map((log) => log.close())));

describe.skipIf('missing' in kafka)('the log on Kafka', () => {
  logContract('kafka', async () => {
    const prefix = topicPrefix();
    return { open: () => open(prefix), reopen: () => open(prefix) };
  });
});
