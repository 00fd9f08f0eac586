/** A ClickHouse that answers queries and takes no rows, for as long as its own troubles last: all else goes on, readiness and figures say so, and afterwards every row stands once. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OwnBroker } from '../kafka/broker.ts';
import { orRefuse, startBroker } from '../kafka/choose.ts';
import { sharedKafka } from '../kafka/shared.ts';
import { type Front, startFront } from '../sink/front.ts';
import { pause, remove, type System, temporary } from '../whole/system.ts';
import { figures } from './recorded.ts';
import type { Storm } from './run.ts';
import { content, hindrances, LIMIT, LONG_MS, survives, until } from './troubles.ts';
import { scaled } from './works.ts';

const REFUSALS = [{ code: '252', type: 'TOO_MANY_PARTS' }, { code: '242', type: 'TABLE_IS_READ_ONLY' }, { code: '241', type: 'MEMORY_LIMIT_EXCEEDED' }] as const;

/** Summed over its labels. */
const figure = async (system: System, name: RegExp): Promise<number> => [...(await figures(system)).matchAll(name)].reduce((sum, [, value]) => sum + Number(value), 0);
const BEHIND = /^fenghuo_store_lag_records\{\S* (\S+)$/gm;
const JUDGED = /^fenghuo_stage_position\{stage="warning",\S* (\S+)$/gm;
const rows = async (system: System): Promise<number> => Number((await system.rows<{ n: number }>('SELECT count() AS n FROM fenghuo.orders'))[0]?.n);

/** One kind of refusal after the other. */
const takesNoRows = (front: Front, door: () => System, stages: () => System): Storm => async (load) => {
  await until('rows come', async () => (await rows(door())) > 0);
  for (const refusal of REFUSALS) {
    front.fault = ({ sql }) => (/^\s*INSERT/.test(sql) ? refusal : undefined);
    await until('readiness says so', async () => (await door().get('/readyz')).text.includes(`not filled: it takes no rows (${refusal.type})`));
    expect(await hindrances(door())).toBe('store trouble');
    expect(await figure(door(), /^fenghuo_hindrances\{part="store",state="trouble"\} (\S+)$/gm)).toBe(1);
    const [stood, behind, judged] = [await rows(door()), await figure(door(), BEHIND), await figure(stages(), JUDGED)];
    await pause(LONG_MS / REFUSALS.length);
    for (let n = 0; n < 2; n++) await load.goesOn(60_000);
    await until('alerts are judged', async () => (await figure(stages(), JUDGED)) > judged);
    expect(await rows(door())).toBe(stood);
    expect(await figure(door(), BEHIND)).toBeGreaterThan(behind);
  }
  front.fault = () => undefined;
  await content(door());
  return `the store took no rows (${REFUSALS.map(({ type }) => type).join(', ')})`;
};

test.skipIf('missing' in await sharedKafka())('the store takes no rows', async () => {
  const broker = orRefuse(await startBroker()) as OwnBroker;
  const folder = temporary();
  const front = await startFront({ folder: join(folder, 'store') });
  try {
    const works = await scaled(broker, 'together', { CLICKHOUSE_URL: front.url });
    await survives(works, takesNoRows(front, works.door, () => works.processes[1]?.current as System));
  } finally {
    await front.close();
    await broker.stop();
    remove(folder);
  }
}, LIMIT);
