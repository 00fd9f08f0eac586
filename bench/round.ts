/** One round: a system of its own, latency at a fixed load, then as many events as it takes. */
import { Door } from './door.ts';
import { latency, type Latency } from './latency.ts';
import type { System } from './system.ts';
import { throughput, type Throughput } from './throughput.ts';
import { fromFile, simulated } from './traffic.ts';

export interface Rounds { input: string | undefined; seed: number; events: number; rate: number; seconds: number; connections: number; perBatch: number; say: (line: string) => void }
export interface Round { flow: Throughput; cpuMicros: Record<string, number>; measured: Latency; rssBytes: number; readySeconds: number }

/** `others`: CPU seconds by name, of processes that the system needs beside its own. */
export async function measured({ input, seed, events, rate, seconds, connections, perBatch, say }: Rounds, round: number, start: () => Promise<System>, others: () => Record<string, number> = () => ({})): Promise<Round> {
  say(`Preparing ${input ?? `${events} simulated events (seed ${seed})`} …`);
  const system = await start();
  const door = new Door(system.url, system.key, 64);
  try {
    say(`Ready after ${system.readySeconds.toFixed(1)} s.`);
    const load = simulated(seed + 1_000 + round, rate * seconds, perBatch, Date.now() - 1_000);
    say(`Latency: ${rate} events/s for ${seconds} s, open loop …`);
    const latencies = await latency(door, load, rate, seconds, String(round));
    const batches = input ? fromFile(input, perBatch) : simulated(seed + round, events, perBatch, Date.now() - 1_000);
    say('Throughput: closed loop …');
    const before = { ...system.cpuSeconds(), ...others() };
    const flow = await throughput(door, batches, connections, say, system.judges);
    const after = { ...system.cpuSeconds(), ...others() };
    const cpuMicros = Object.fromEntries(Object.entries(after).map(([name, s]) => [name, ((s - (before[name] ?? 0)) * 1e6) / flow.events]));
    return { flow, cpuMicros, measured: latencies, rssBytes: system.rssBytes(), readySeconds: system.readySeconds };
  } finally {
    door.close();
    await system.stop();
  }
}
