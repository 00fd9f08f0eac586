import { describe } from 'vitest';
import { KafkaMembership } from '../../streams/kafka/membership.ts';
import { brokersOf, sharedKafka, topicPrefix } from '../kafka/shared.ts';
import { MemberProcess } from './member-process.ts';
import { membershipContract } from './membership-contract.ts';

const kafka = await sharedKafka();
const PARTITIONS = 6;
const options = { sessionMs: 1_500, beatMs: 150 };

describe.skipIf('missing' in kafka)('membership on Kafka', () => {
  membershipContract('kafka', async () => {
    const settings = { brokers: [brokersOf(kafka)], prefix: topicPrefix(), partitions: PARTITIONS };
    return {
      partitions: PARTITIONS,
      process: async (mortal) => (mortal ? new MemberProcess({ settings, partitions: PARTITIONS, options }) : new KafkaMembership(settings, { partitions: () => PARTITIONS, ...options })),
      kill: (membership) => (membership as MemberProcess).kill(),
    };
  });
});
