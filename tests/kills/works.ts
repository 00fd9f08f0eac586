/** The system as its operators run it, in one process or in many on a Kafka, each process kept alive and open to be hurt. */
import { join } from 'node:path';
import { compileOnce } from '../../language/compile-once.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { intakeNames } from '../../processors/intake/ticks.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { openEmbeddedReader, type LogReader } from '../../streams/embedded/reader.ts';
import { KafkaLog } from '../../streams/kafka/log.ts';
import type { Stage } from '../../streams/stage.ts';
import { freePort } from '../free-port.ts';
import type { OwnBroker } from '../kafka/broker.ts';
import { type Front, startFront } from '../sink/front.ts';
import { launch, remove, run, type System, temporary } from '../whole/system.ts';
import { Kept, ServerOf, StoreOf } from './kept.ts';
import type { Aim } from './storm.ts';

export interface Works {
  /** Where events are sent and tables asked. */
  door(): System;
  readonly processes: readonly Kept[];
  readonly aims: readonly Aim[];
  /** As this way to run makes them, for the oracle. */
  readonly stages: readonly Stage[];
  /** Published topics hold each record once, so that subscribers need no filter. */
  readonly publishesOnce: boolean;
  /** Others take over what a process held that stands still. */
  readonly takesOver: boolean;
  openLog(): Promise<LogReader>;
  /** With all that it left. */
  stop(): Promise<void>;
}

const KEYS = { FENGHUO_LINKAGE_KEY: '1'.repeat(64), FENGHUO_SEAL_KEY: '2'.repeat(64) };
const SHORT = [50, 1_500] as const;

export async function embedded(env: Record<string, string> = {}, folder = temporary()): Promise<Works> {
  const port = await freePort();
  const all = new Kept('pipeline', () => launch(folder, { port, env }));
  return {
    door: () => all.current,
    processes: [all],
    aims: [{ victim: all, weight: 3, halts: 0.2, down: SHORT }, { victim: new StoreOf(all), weight: 1, halts: 0.3, down: SHORT }],
    stages: [screening(compileOnce), assessment(compileOnce), warning(compileOnce)],
    publishesOnce: false,
    takesOver: false,
    openLog: async () => openEmbeddedReader(join(folder, 'log', 'log.sqlite')),
    stop: async () => {
      await all.stop();
      remove(folder);
    },
  };
}

const NAMES = ['intake', 'screening', 'assessment', 'warning'];
/** Beside sink and gateway, which are one process. */
const LAYOUTS = {
  together: [NAMES],
  /** Two members of each stage. */
  pairs: [['intake', 'screening'], ['assessment', 'warning'], NAMES],
  /** A process for each, as on many machines. */
  singly: NAMES.flatMap((stage) => [[stage], [stage]]),
};

/** With a ClickHouse server, which two sinks share. */
export async function scaledWithServer(broker: OwnBroker, layout: keyof typeof LAYOUTS): Promise<Works> {
  const folder = temporary();
  const front = await startFront({ folder: join(folder, 'tables'), remember: false });
  const works = await scaled(broker, layout, {}, front);
  return {
    ...works,
    stop: async () => {
      await works.stop();
      await front.close();
      remove(folder);
    },
  };
}

export async function scaled(broker: OwnBroker, layout: keyof typeof LAYOUTS, env: Record<string, string> = {}, front?: Front): Promise<Works> {
  const folders: string[] = [];
  const settings = { ...KEYS, KAFKA_BROKERS: broker.brokers, FENGHUO_PARTITIONS: '2', ...(front && { CLICKHOUSE_URL: front.url }), ...env };
  const member = async (roles: readonly string[], name: string): Promise<Kept> => {
    const folder = temporary();
    folders.push(folder);
    const port = await freePort();
    return new Kept(name, () => run(roles, folder, { port, env: settings }));
  };
  const door = await member(['sink', 'gateway'], 'sink and gateway');
  const processes = [door];
  for (const [i, roles] of LAYOUTS[layout].entries()) processes.push(await member(roles, `${roles.join('+')} ${i + 1}`));
  if (front) processes.push(await member(['sink'], 'second sink'));
  const kept = front ? new ServerOf(front) : new StoreOf(door);
  const kafka = { name: 'broker', kill: () => broker.kill('SIGKILL'), revive: () => broker.restart(), halt: () => void broker.pause(), resume: () => void broker.resume() };
  return {
    door: () => door.current,
    processes,
    aims: [...processes.map((victim): Aim => ({ victim, weight: 1, halts: 0.3, down: SHORT })), { victim: kept, weight: 0.5, halts: 0.3, down: SHORT }, { victim: kafka, weight: processes.length / 8, halts: 0.4, down: SHORT }],
    stages: [screening(compileOnce, intakeNames), assessment(compileOnce), warning(compileOnce)],
    publishesOnce: true,
    takesOver: true,
    openLog: () => KafkaLog.open({ brokers: [broker.brokers], prefix: env.KAFKA_PREFIX ?? '', partitions: 2 }),
    stop: async () => {
      await Promise.all(processes.map((one) => one.stop()));
      for (const folder of folders) remove(folder);
    },
  };
}
