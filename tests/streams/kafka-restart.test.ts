/** A broker that is killed in the middle of everything and comes back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KafkaLog } from '../../streams/kafka/log.ts';
import { KafkaMembership } from '../../streams/kafka/membership.ts';
import type { OwnBroker } from '../kafka/broker.ts';
import { orRefuse, startBroker } from '../kafka/choose.ts';
import { sharedKafka } from '../kafka/shared.ts';
import { entry } from './log-contract.ts';
import { Recorder } from './membership-contract.ts';

const missing = 'missing' in await sharedKafka();

describe.skipIf(missing)('a broker that is killed and comes back', () => {
  let broker: OwnBroker;
  let log: KafkaLog;
  beforeAll(async () => {
    broker = orRefuse(await startBroker()) as OwnBroker;
    log = await KafkaLog.open({ brokers: [broker.brokers], prefix: '', partitions: 1 });
    await log.ensureTopics();
  }, 120_000);
  afterAll(async () => {
    await log.close();
    await broker.stop();
  });

  test('costs no record that was answered and doubles none; readers and flushes go on', async () => {
    const owner = new Recorder();
    const membership = new KafkaMembership({ brokers: [broker.brokers], prefix: '', partitions: 1 }, { partitions: () => 1, sessionMs: 6_000, beatMs: 200 });
    const member = await membership.join('screening', 'journal.v1', owner);
    await log.claim('screening', 'journal.v1', 0);

    const answered: string[] = [];
    const sent: string[] = [];
    let writing = true;
    const writer = (async () => {
      for (let i = 0; writing; i++) {
        sent.push(`k${i}`);
        await log.append('journal.v1', 0, [entry(`k${i}`)]).then(() => answered.push(`k${i}`), () => undefined);
      }
    })();
    const read: string[] = [];
    let next = 0;
    const follow = async () => {
      const records = await log.read('journal.v1', 0, next, 500);
      for (const record of records) read.push(record.key);
      next = (records.at(-1)?.offset ?? next - 1) + 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    let position = 0;
    const flush = async () => {
      const wanted = position + 1;
      try {
        await log.commit({ group: 'screening', topic: 'journal.v1', partition: 0, outputs: [], state: { changes: [{ key: 't/k', value: String(wanted), offset: wanted }], position: wanted, pass: { begins: true, ends: true } } });
        position = wanted;
      } catch {
        // While the broker is away a claim fails too: its owner tries again.
        if (!(await log.claim('screening', 'journal.v1', 0).then(() => true, () => false))) return;
        const now = await log.position('screening', 'journal.v1', 0);
        expect([position, wanted]).toContain(now);
        position = now;
      }
    };
    const until = async (enough: () => boolean) => {
      while (!enough()) {
        await follow();
        await flush();
      }
    };
    await until(() => answered.length > 50);
    const before = answered.length;
    const positionBefore = position;
    const back = broker.restart();
    await until(() => answered.length > before + 50 && position > positionBefore + 3);
    await back;
    writing = false;
    await writer;
    const { end } = await log.bounds('journal.v1', 0);
    while (next < end) await follow();

    expect(new Set(read).size, 'nothing twice').toBe(read.length);
    expect(answered.filter((key) => !read.includes(key)), 'nothing lost').toEqual([]);
    expect(read, 'in order').toEqual(sent.filter((key) => read.includes(key)));
    await log.claim('screening', 'journal.v1', 0);
    const state = await Array.fromAsync(log.restore('screening', 'journal.v1', 0));
    expect(state.at(-1)?.value).toBe(String(position));
    await expect.poll(() => [...owner.held], { timeout: 20_000 }).toEqual([0]);
    await member.leave();
  }, 120_000);
});
