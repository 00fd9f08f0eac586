import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MemberIds } from '../../streams/kafka/member-ids.ts';
import { KafkaMembership } from '../../streams/kafka/membership.ts';
import { brokersOf, sharedKafka, topicPrefix } from '../kafka/shared.ts';
import { MemberProcess } from './member-process.ts';
import { membershipContract, Recorder } from './membership-contract.ts';

const kafka = await sharedKafka();
const PARTITIONS = 6;
const options = { sessionMs: 1_500, beatMs: 150 };
const home = mkdtempSync(join(tmpdir(), 'fenghuo-members-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.skipIf('missing' in kafka)('membership on Kafka', () => {
  membershipContract('kafka', async () => {
    const settings = { brokers: [brokersOf(kafka)], prefix: topicPrefix(), partitions: PARTITIONS };
    return {
      partitions: PARTITIONS,
      process: async (mortal) => (mortal ? new MemberProcess({ settings, partitions: PARTITIONS, options }) : new KafkaMembership(settings, { partitions: () => PARTITIONS, ...options })),
      kill: (membership) => (membership as MemberProcess).kill(),
    };
  });

  test('a killed process is not waited for by its next life over the same folder, and one beside it is left alone', async () => {
    const settings = { brokers: [brokersOf(kafka)], prefix: topicPrefix(), partitions: PARTITIONS };
    // The session does not end here, and a group waits 10 s for a member to join again.
    const start = { settings, partitions: PARTITIONS, options: { sessionMs: 60_000, beatMs: 150 }, folder: join(home, 'group') };
    const [beside, killed, next] = [new Recorder(), new Recorder(), new Recorder()];
    const other = await new MemberProcess(start).join('g', 'journal.v1', beside);
    const mortal = new MemberProcess(start);
    await mortal.join('g', 'journal.v1', killed);
    const sizes = (...owners: Recorder[]) => expect.poll(() => owners.map(({ held }) => held.size), { timeout: 15_000 }).toEqual(owners.map(() => PARTITIONS / owners.length));
    await sizes(beside, killed);
    const told = beside.told.length;
    await mortal.kill();
    const began = performance.now();
    const member = await new MemberProcess(start).join('g', 'journal.v1', next);
    await sizes(beside, next);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(beside.told.slice(told).filter((word) => word.startsWith('lost')), 'nobody threw it out').toEqual([]);
    await Promise.all([member.leave(), other.leave()]);
  }, 60_000);
});

describe('the names of a process', () => {
  test('are those of its place, which one living process at a time has', () => {
    const folder = join(home, 'places');
    const first = MemberIds.open(folder, 'screening') as MemberIds;
    const second = MemberIds.open(folder, 'screening') as MemberIds;
    first.note('g', 'one');
    second.note('g', 'two');
    expect([first.last('g'), second.last('g'), first.last('h')]).toEqual(['one', 'two', undefined]);
    first.release();
    const next = MemberIds.open(folder, 'screening') as MemberIds;
    expect(next.last('g')).toBe('one');
    expect((MemberIds.open(folder, 'warning') as MemberIds).last('g'), 'of another role').toBeUndefined();
    second.release();
    next.release();
  });

  test('are none where the folder cannot be written', () => {
    writeFileSync(join(home, 'file'), '');
    expect(MemberIds.open(join(home, 'file'), 'screening')).toBeUndefined();
  });
});
