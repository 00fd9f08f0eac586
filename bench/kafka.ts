/**
 * `npm run bench -- --kafka`: the scaled-out system on a local Kafka beside the embedded one, in few processes: gateway and intake in one, the stages that judge in another, the sink with its tables in a third, the broker.
 * Broker, system and load share the machine.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '../tests/kafka/choose.ts';
import { measured, type Round, type Rounds } from './round.ts';
import { cpu, newData, startSystem, type System, text, tree } from './system.ts';

const DOOR = ['intake', 'sink', 'gateway'];
const JUDGES = ['screening', 'assessment', 'warning'];
const PARTITIONS = '2';
const KEYS = { FENGHUO_LINKAGE_KEY: '1'.repeat(64), FENGHUO_SEAL_KEY: '2'.repeat(64) };

export interface Beside { embedded: Round; kafka: Round }

export async function besideKafka(rounds: Rounds, nodeArguments: string[]): Promise<Beside> {
  rounds.say('Embedded:');
  const embedded = await measured(rounds, 0, () => startSystem(nodeArguments), load);
  return onKafka(rounds.say, nodeArguments, async (start) => {
    const others = () => ({ ...load(), broker: tree(process.pid).filter((pid) => text(`/proc/${pid}/comm`).trim() === 'java').reduce((sum, pid) => sum + cpu(pid), 0) });
    return { embedded, kafka: await measured(rounds, 0, start, others) };
  });
}

/** `start` begins the system, on a folder of its own or one that was left. */
export async function onKafka<R>(say: (line: string) => void, nodeArguments: string[], work: (start: (data?: string) => Promise<System>) => Promise<R>): Promise<R> {
  const broker = await startBroker();
  if ('missing' in broker) throw new Error(`${broker.missing}. Install Java 17 and Maven, or start Docker.`);
  try {
    say(`${broker.what}:`);
    const env = { ...KEYS, KAFKA_BROKERS: broker.brokers, FENGHUO_PARTITIONS: PARTITIONS };
    return await work((data = newData()) => startScaled(nodeArguments, env, data));
  } finally {
    await broker.stop();
  }
}

/** Two processes as one system: what waits before the judges counts as on its way, as what waits before the tables does. */
async function startScaled(nodeArguments: string[], env: Record<string, string>, data: string): Promise<System> {
  const own = join(data, 'judges');
  mkdirSync(own, { recursive: true });
  const [door, judges] = await Promise.all([startSystem(nodeArguments, data, { run: DOOR, env }), startSystem(nodeArguments, own, { run: JUDGES, env })]);
  return {
    ...door, judges: judges.url,
    rssBytes: () => door.rssBytes() + judges.rssBytes(),
    rssByProcess: () => ({ ...door.rssByProcess(), judges: judges.rssByProcess().pipeline ?? 0 }),
    cpuSeconds: () => ({ ...door.cpuSeconds(), judges: judges.cpuSeconds().pipeline ?? 0 }),
    end: async () => void await Promise.all([door.end(), judges.end()]),
    kill: async () => void await Promise.all([door.kill(), judges.kill()]),
    stop: async () => {
      await judges.end();
      await door.stop();
    },
  };
}

const load = (): Record<string, number> => ({ load: cpu(process.pid) });

export const besideLines = ({ embedded, kafka }: Beside): string[] => ['', ...Object.entries({ embedded, kafka }).flatMap(([name, { flow, measured: m, cpuMicros, rssBytes }]) => [
  `${name.padEnd(10)} door to ClickHouse row ${Math.round(flow.eventsPerSecond)} events/s (${flow.events} events, ${Math.round(flow.events / flow.toAcceptSeconds)}/s to the answer); event to alert p50 ${m.p50.toFixed(1)} ms, p99 ${m.p99.toFixed(1)} ms, to the answer p50 ${m.answerP50.toFixed(1)} ms, p99 ${m.answerP99.toFixed(1)} ms at ${m.offeredPerSecond} events/s (${m.missing} of ${m.probes + m.missing} probes missing, ${m.refused} posts refused)`,
  `           CPU per event ${Object.entries(cpuMicros).map(([part, micros]) => `${part} ${micros.toFixed(0)} µs`).join(', ')}, ${Object.values(cpuMicros).reduce((a, b) => a + b, 0).toFixed(0)} µs together; memory ${(rssBytes / 1e6).toFixed(0)} MB`,
])];
