/**
 * `npm run bench -- --recovery`: so many minutes of events at a rate, handed in as fast as they are taken, so that the windows hold what they would after that time; then at that rate for longer than lies between two flushes, kill -9 amid it, and how
 * long until the next process is ready and emits. The last part several times.
 */
import { Door } from './door.ts';
import { probe } from './latency.ts';
import type { System } from './system.ts';
import { lag, send } from './throughput.ts';
import { endless } from './traffic.ts';

const CONNECTIONS = 8;
const PER_BATCH = 250;
/** Seconds of the rate that may wait before stages that read a log apart from the door. */
const WAITING_S = 1;
const LOOK_MS = 500;
const SAY_MS = 30_000;
/** Seconds at the rate before each kill. */
const BEFORE_S = 15;

/** Embedded, or on a Kafka that stays; a data folder that is given is one that was left. */
export type Start = (data?: string) => Promise<System>;
/** Seconds from the start of a new process after kill -9: until it is ready, and until an event sent then has raised its alert. */
export interface Recovery { ready: number; alert: number }
export interface RecoveryResult { events: number; minutes: number; rate: number; loadSeconds: number; rss: Record<string, number>; disk: Record<string, number>; recoveries: Recovery[] }

export async function recovery(start: Start, { rate, minutes, seed, repeat, say }: { rate: number; minutes: number; seed: number; repeat: number; say: (line: string) => void }): Promise<RecoveryResult> {
  const system = await start();
  const door = new Door(system.url, system.key, 64);
  try {
    const take = endless(seed, rate, Date.now() - minutes * 60_000);
    const events = rate * minutes * 60;
    const before = async (at: System, to: Door): Promise<void> => {
      await load(at, to, take, { events: BEFORE_S * rate, rate, paced: true, say });
      to.post('/v1/events', 'application/x-ndjson', take(PER_BATCH * CONNECTIONS).join('\n')).catch(() => undefined); // in hand when it is killed
    };
    const loadSeconds = await load(system, door, take, { events, rate, paced: false, say });
    const [rss, disk] = [system.rssByProcess(), system.diskBytes()];
    await before(system, door);
    await system.kill();
    const recoveries: Recovery[] = [];
    for (let n = 0; n < repeat; n++) {
      recoveries.push(await recover(start, system.data, before));
      say(`  ready after ${recoveries[n]?.ready.toFixed(1)} s, emitting after ${recoveries[n]?.alert.toFixed(1)} s`);
    }
    return { events, minutes, rate, loadSeconds, rss, disk, recoveries };
  } finally {
    door.close();
    await system.stop();
  }
}

/** `paced`: never ahead of the rate. */
async function load(system: System, door: Door, take: (count: number) => string[], { events, rate, paced, say }: { events: number; rate: number; paced: boolean; say: (line: string) => void }): Promise<number> {
  const began = performance.now();
  let sent = 0;
  let full = false;
  let over = false;
  const look = async (): Promise<void> => {
    for (let said = began; !over; await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); })) {
      // In one process the door itself waits for the stages.
      if (system.judges) full = await lag(door, system.judges, 'stage_lag').catch(() => Number.POSITIVE_INFINITY) > rate * WAITING_S;
      if (performance.now() < said + SAY_MS) continue;
      said = performance.now();
      say(`  ${sent} of ${events} events, ${Math.round(sent / ((said - began) / 1000))}/s`);
    }
  };
  const worker = async (): Promise<void> => {
    while (sent < events) {
      const ahead = paced ? (sent / rate) * 1000 - (performance.now() - began) : 0;
      if (full || ahead > 0) await new Promise((resolve) => { setTimeout(resolve, full ? LOOK_MS : ahead); });
      else {
        const lines = take(Math.min(PER_BATCH, events - sent));
        sent += lines.length;
        await send(door, { body: lines.join('\n'), events: lines.length });
      }
    }
  };
  const looking = look();
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  over = true;
  await looking;
  return (performance.now() - began) / 1000;
}

/** Ends with a kill, so that it can be done again; `before` it what is given. */
export async function recover(start: Start, data: string, before?: (system: System, door: Door) => Promise<void>): Promise<Recovery> {
  const began = performance.now();
  const system = await start(data);
  const door = new Door(system.url, system.key, CONNECTIONS + 4);
  try {
    const seller = `9903R${String(Date.now()).slice(-10)}`;
    const raised = Promise.withResolvers<void>();
    const stop = await door.listen('/v1/alerts/stream?category=public-security', (line) => { if (line.includes(seller)) raised.resolve(); });
    await door.post('/v1/events', 'application/x-ndjson', probe(seller, 0));
    await raised.promise;
    stop();
    const alert = (performance.now() - began) / 1000;
    await before?.(system, door);
    return { ready: system.readySeconds, alert };
  } finally {
    door.close();
    await system.kill();
  }
}

const megabytes = (parts: Record<string, number>): string => Object.entries(parts).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)} MB`).join(', ');

export function recoveryLines({ events, minutes, rate, loadSeconds, rss, disk, recoveries }: RecoveryResult): string[] {
  const spread = (of: keyof Recovery): string => recoveries.map((one) => one[of]).sort((a, b) => a - b).map((seconds) => seconds.toFixed(1)).join(', ');
  return [
    `${events} events, ${minutes} min at ${rate}/s, taken in ${loadSeconds.toFixed(0)} s; memory ${megabytes(rss)}; on disk ${megabytes(disk)}`,
    `after kill -9, ${recoveries.length} times: ready in ${spread('ready')} s, emitting in ${spread('alert')} s`,
  ];
}
