/** No room: on the brokers' disk, on the store's (of log and store together: tests/whole/trouble.test.ts), or in a ClickHouse that answers and takes no rows. The system waits, says so, and afterwards everything that was answered stands once. */
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type OwnBroker, startJavaBroker } from '../kafka/broker.ts';
import { orRefuse, startBroker } from '../kafka/choose.ts';
import { whyNoJars } from '../kafka/jars.ts';
import { sharedKafka } from '../kafka/shared.ts';
import { type Front, startFront } from '../sink/front.ts';
import { smallDisk } from '../whole/small-disk.ts';
import { pause, remove, type System, temporary } from '../whole/system.ts';
import { figures } from './recorded.ts';
import type { Storm } from './run.ts';
import { content, hindrances, LIMIT, LONG_MS, survives, taken, until } from './troubles.ts';
import { embedded, scaled, type Works } from './works.ts';

const NO_DISK = 'this user may not mount a small disk';
const MEGABYTES = 256;
const stagesOf = ({ processes }: Works): System => (processes[1] ?? processes[0])?.current as System;

/** One refusal after the other, of INSERTs only. */
function refuse(front: Front): void {
  const kinds = [{ code: '252', type: 'TOO_MANY_PARTS' }, { code: '242', type: 'TABLE_IS_READ_ONLY' }, { code: '241', type: 'MEMORY_LIMIT_EXCEEDED' }] as const;
  let n = 0;
  front.fault = ({ sql }) => (/^\s*INSERT/.test(sql) ? kinds[n++ % kinds.length] : undefined);
}

/** Summed over its labels. */
const figure = async (system: System, name: RegExp): Promise<number> => [...(await figures(system)).matchAll(name)].reduce((sum, [, value]) => sum + Number(value), 0);
const rows = async (system: System): Promise<number> => Number((await system.rows<{ n: number }>('SELECT count() AS n FROM fenghuo.orders'))[0]?.n);

/** Events go on being taken and judged. */
const storeTakesNoRows = (works: Works, begins: () => void, ends: () => void): Storm => async (load) => {
  // The sink may still be making its tables.
  await until('rows come', async () => (await rows(works.door()).catch(() => 0)) > 0);
  begins();
  await until('readiness says so', async () => (await hindrances(works.door())).includes('store trouble'));
  const judged = (): Promise<number> => figure(stagesOf(works), /^fenghuo_stage_position\{stage="warning",\S* (\S+)$/gm);
  const behind = (): Promise<number> => figure(works.door(), /^fenghuo_store_lag_records\{\S* (\S+)$/gm);
  const [stood, before, lag] = [await rows(works.door()), await judged(), await behind()];
  await pause(LONG_MS);
  await taken(load);
  expect((await works.door().get('/readyz')).text).toMatch(/not filled: it takes no rows( \([A-Z_]+\))?, \d+ attempts? so far/);
  expect(await figure(works.door(), /^fenghuo_hindrances\{part="store",state="trouble"\} (\S+)$/gm)).toBe(1);
  await until('alerts are judged', async () => (await judged()) > before);
  expect(await rows(works.door())).toBe(stood);
  expect(await behind()).toBeGreaterThan(lag);
  ends();
  await content(works.door());
  return 'the store took no rows';
};

test.concurrent("the store's disk is full", async (context) => {
  const disk = smallDisk(MEGABYTES);
  if (disk === undefined) return context.skip(NO_DISK);
  const folder = temporary();
  symlinkSync(disk.folder, join(folder, 'store'));
  try {
    const works = await embedded({}, folder);
    await survives(works, storeTakesNoRows(works, disk.fill, disk.makeRoom));
  } finally {
    disk.remove();
  }
}, LIMIT);

const noJars = await whyNoJars();

describe.skipIf('missing' in await sharedKafka())('on a Kafka', { concurrent: true }, () => {
  test('the store refuses rows', async () => {
    const broker = orRefuse(await startBroker()) as OwnBroker;
    const folder = temporary();
    const front = await startFront({ folder: join(folder, 'store') });
    try {
      const works = await scaled(broker, 'together', { CLICKHOUSE_URL: front.url });
      await survives(works, storeTakesNoRows(works, () => refuse(front), () => { front.fault = () => undefined; }));
    } finally {
      await front.close();
      await broker.stop();
      remove(folder);
    }
  }, LIMIT);

  /** A broker whose log folder fails ends itself. */
  test.skipIf(noJars !== undefined)("the brokers' disk is full: events are refused until there is room and a broker again", async (context) => {
    const disk = smallDisk(MEGABYTES);
    if (disk === undefined) return context.skip(NO_DISK);
    const broker = await startJavaBroker({ properties: { 'log.dirs': disk.folder } });
    try {
      const works = await scaled(broker, 'together');
      await survives(works, async (load) => {
        await taken(load);
        disk.fill();
        await until('the broker ends itself', async () => !(await answers(broker.brokers)));
        const before = load.posts;
        for (const process of [stagesOf(works), works.door()]) await until('readiness says so', async () => (await hindrances(process)).includes('trouble'));
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
});

async function answers(brokers: string): Promise<boolean> {
  const [host, port] = brokers.split(':') as [string, string];
  const socket = connect(Number(port), host);
  return once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy());
}
