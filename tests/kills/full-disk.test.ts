/** No room on the brokers' disk. A broker whose log folder fails ends itself: the system waits and says so, and once there is room and a broker again, everything that was answered stands once. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startJavaBroker } from '../kafka/broker.ts';
import { whyNoJars } from '../kafka/jars.ts';
import { sharedKafka } from '../kafka/shared.ts';
import { smallDisk } from '../whole/small-disk.ts';
import type { System } from '../whole/system.ts';
import { hindrances, LIMIT, survives, taken, until } from './troubles.ts';
import { scaled } from './works.ts';

const answers = async (brokers: string): Promise<boolean> => {
  const [host, port] = brokers.split(':') as [string, string];
  const socket = connect(Number(port), host);
  return once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy());
};

test.skipIf('missing' in await sharedKafka() || await whyNoJars() !== undefined)("the brokers' disk is full", async (context) => {
  const disk = smallDisk(256);
  if (disk === undefined) return context.skip('this user may not mount a small disk');
  const broker = await startJavaBroker({ properties: { 'log.dirs': disk.folder } });
  try {
    const works = await scaled(broker, 'together');
    await survives(works, async (load) => {
      await taken(load);
      disk.fill();
      await until('the broker ends itself', async () => !(await answers(broker.brokers)));
      const before = load.posts;
      const stages = works.processes[1]?.current as System;
      await until('readiness says so', async () => (await hindrances(stages)).includes('trouble') && (await hindrances(works.door())).includes('trouble'));
      const answer = await works.door().ask('POST', '/v1/events', '{}');
      expect(answer.status, answer.text).toBe(503);
      expect(load.posts).toBe(before);
      disk.makeRoom();
      await broker.restart();
      await taken(load);
      return `the broker ended itself on a full disk; ${answer.text}`;
    });
  } finally {
    await broker.stop();
    disk.remove();
  }
}, LIMIT);
