/** What lasts: brokers or the store away, the log cut under a reader, a clock that jumps. The system waits or does less, says so, and catches up without loss (docs/operations.md, "What works degraded"). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OwnBroker } from '../kafka/broker.ts';
import { orRefuse, startBroker } from '../kafka/choose.ts';
import { sharedKafka } from '../kafka/shared.ts';
import { pause, remove, type System, temporary } from '../whole/system.ts';
import type { Storm } from './run.ts';
import { content, hindrances, LIMIT, LONG_MS, survives, taken, until } from './troubles.ts';
import { embedded, scaled, type Works } from './works.ts';

const HOUR = 3_600_000;

const storeOf = ({ aims }: Works) => (aims.find(({ victim }) => victim.name.startsWith('store')) as Works['aims'][0]).victim;

/** The store stands still: events go on being taken and judged. */
const storeAway = (works: Works): Storm => async (load) => {
  const store = storeOf(works);
  store.halt();
  const [began, before] = [Date.now(), load.accepted.size];
  await until('readiness says so', async () => (await hindrances(works.door())).includes('store no-answer'));
  await pause(Math.max(0, LONG_MS - (Date.now() - began)));
  await load.goesOn(60_000);
  const taken = load.accepted.size - before;
  store.resume();
  await content(works.door());
  expect(taken).toBeGreaterThan(0);
  return `the store stood still, ${taken} events were taken meanwhile`;
};

/** A clock for the processes of a test, and how to set it. */
function clock(): { env: Record<string, string>; set(ms: number): void; remove(): void } {
  const folder = temporary();
  const file = join(folder, 'shift');
  const set = (ms: number) => writeFileSync(file, String(ms));
  set(0);
  return { env: { SHIFTED_CLOCK: file, NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href}` }, set, remove: () => remove(folder) };
}

/** Time of the stages goes on with the clock and never back. What is taken stands. */
const clockJumps = (set: (ms: number) => void, shifts: readonly number[]): Storm => async (load) => {
  for (const shift of shifts) {
    set(shift);
    for (let n = 0; n < 3; n++) await load.goesOn(60_000);
  }
  await taken(load);
  return `the clock went by ${shifts.map((shift) => shift / HOUR).join(', ')} h`;
};

describe.concurrent('in one process', () => {
  test('the store is away', async () => {
    const works = await embedded();
    await survives(works, storeAway(works));
  }, LIMIT);

  test('the clock jumps', async () => {
    const { env, set, remove } = clock();
    await survives(await embedded(env), clockJumps(set, [-HOUR, HOUR, -HOUR, 0])).finally(remove);
  }, LIMIT);
});

describe.skipIf('missing' in await sharedKafka())('on a Kafka', () => {
  let broker: OwnBroker;
  beforeAll(async () => { broker = orRefuse(await startBroker()) as OwnBroker; });
  afterAll(() => broker?.stop());

  test('the broker is away, the store too, the clock jumps', async () => {
    const { env, set, remove } = clock();
    const works = await scaled(broker, 'together', env);
    await survives(works, async (load) => {
      const said: string[] = [];
      for (const [away, back] of [[() => broker.kill('SIGKILL'), () => broker.restart()], [() => broker.pause(), () => broker.resume()]] as const) {
        await away();
        const before = load.posts;
        await pause(LONG_MS);
        const stages = works.processes[1]?.current as System;
        if (said.length === 0) await until('readiness says so', async () => (await hindrances(stages)).includes('trouble'));
        said.push(`${load.posts - before} posts answered without a broker`);
        await back();
        await taken(load);
      }
      return [...said, await storeAway(works)(load), await clockJumps(set, [HOUR, -HOUR, 0])(load)].join('; ');
    }).finally(remove);
  }, 2 * LIMIT);

  test('the log is cut under a stage: it says what is missing and goes on, and all the others have all of it', async () => {
    const prefix = 'cut.';
    const works = await scaled(broker, 'together', { KAFKA_PREFIX: prefix });
    const admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const ends = async () => (await admin.fetchTopicOffsets(`${prefix}signals.v1`)).map(({ partition, high }) => ({ partition, offset: high }));
    // Of what was cut, and of the stage that has lost it, nothing can be reckoned from the log any more: that stage tells so itself.
    const others = { ...works, stages: works.stages.filter(({ name }) => name !== 'assessment').map((stage) => ({ ...stage, outputs: stage.outputs.filter((topic) => topic !== 'signals.v1') })) };
    await survives(others, async (load) => {
      const [, stages] = works.processes as [Works['processes'][0], Works['processes'][0]];
      await until('signals flow', async () => (await ends()).every(({ offset }) => Number(offset) > 50));
      await stages.kill();
      const cut = await ends();
      await admin.deleteTopicRecords({ topic: `${prefix}signals.v1`, partitions: cut });
      await stages.revive();
      await until('it says so', () => stages.current.said.err.includes('It goes on with its state where the log begins now'));
      await taken(load);
      await until('it goes on behind the cut', async () => {
        const { text } = await stages.current.ask('GET', '/metrics', undefined, '', '');
        const positions = new Map([...text.matchAll(/^fenghuo_stage_position\{stage="assessment",topic="signals.v1",partition="(\d+)"\} (\d+)/gm)].map(([, partition, at]) => [Number(partition), Number(at)]));
        return cut.every(({ partition, offset }) => (positions.get(partition) ?? 0) > Number(offset));
      });
      await content(stages.current);
      return `signals were cut at ${cut.map(({ offset }) => offset).join(' and ')}`;
    }).finally(() => admin.disconnect());
  }, LIMIT);
});
