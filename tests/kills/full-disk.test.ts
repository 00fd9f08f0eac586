/** No room on the disk of the store, or of the brokers (of log and store together: tests/whole/trouble.test.ts). The system waits, says so, and once there is room everything that was answered stands once. */
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startJavaBroker } from '../kafka/broker.ts';
import { whyNoJars } from '../kafka/jars.ts';
import { sharedKafka } from '../kafka/shared.ts';
import { smallDisk } from '../whole/small-disk.ts';
import { pause, type System, temporary } from '../whole/system.ts';
import { content, hindrances, LIMIT, LONG_MS, survives, taken, until } from './troubles.ts';
import { embedded, scaled } from './works.ts';

test("the store's disk is full: events go on being taken and judged", async (context) => {
  const disk = smallDisk(256);
  if (disk === undefined) return context.skip('this user may not mount a small disk');
  const folder = temporary();
  symlinkSync(disk.folder, join(folder, 'store'));
  try {
    const works = await embedded({}, folder);
    await survives(works, async (load) => {
      await taken(load);
      disk.fill();
      await until('readiness says so', async () => (await hindrances(works.door())).includes('store trouble'));
      await pause(LONG_MS);
      await taken(load);
      expect((await works.door().get('/readyz')).text).toMatch(/not filled: it takes no rows \([A-Z_]+\)/);
      disk.makeRoom();
      await content(works.door());
      return 'no room for the store';
    });
  } finally {
    disk.remove();
  }
}, LIMIT);

const answers = async (brokers: string): Promise<boolean> => {
  const [host, port] = brokers.split(':') as [string, string];
  const socket = connect(Number(port), host);
  return once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy());
};

/** A broker whose log folder fails ends itself. */
test.skipIf('missing' in await sharedKafka() || await whyNoJars() !== undefined)("the brokers' disk is full: events are refused until there is room and a broker again", async (context) => {
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
      expect((await works.door().ask('POST', '/v1/events', '{}')).status).toBe(503);
      await pause(LONG_MS);
      expect(load.posts).toBe(before);
      disk.makeRoom();
      await broker.restart();
      await taken(load);
      return 'the broker ended itself on a full disk';
    });
  } finally {
    await broker.stop();
    disk.remove();
  }
}, LIMIT);
