/**
 * What a test file does to use Kafka:
 *   const kafka = await sharedKafka();
 *   describe.skipIf('missing' in kafka)('…', () => { … kafkaOf(kafka) … });
 * All files of a run share one broker; each test keeps to topics with a prefix of its own.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { orRefuse, type Missing } from './choose.ts';

export interface SharedKafka { brokers: string; what: string }

export async function sharedKafka(): Promise<SharedKafka | Missing> {
  const answer = JSON.parse(await text(connect(process.env.FENGHUO_TEST_KAFKA as string))) as SharedKafka | Missing | { failed: string };
  if ('failed' in answer) throw new Error(answer.failed);
  return orRefuse(answer);
}

export function brokersOf(kafka: SharedKafka | Missing): string {
  if ('missing' in kafka) throw new Error(kafka.missing);
  return kafka.brokers;
}

export const topicPrefix = (): string => `t${randomBytes(4).toString('hex')}.`;
