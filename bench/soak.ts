/**
 * `npm run bench -- --soak`: load at a fixed rate on a schedule (open loop) for minutes, a sample of memory, latency, disk and lag every ten seconds, and a verdict: over the
 * last two thirds neither memory nor latency may climb by more than the tolerance. The first third fills caches and rooms. Then, under load still, the system is killed and started
 * again over the windows that it has by then: how long until it emits.
 */
import { build, type Histogram } from 'hdr-histogram-js';
import { Door } from './door.ts';
import { probe } from './latency.ts';
import { flushPauses, type Pause, pauseLine } from './pauses.ts';
import { recover, type Recovery, type Start } from './recovery.ts';
import type { System } from './system.ts';
import { storeLag } from './throughput.ts';
import { endless } from './traffic.ts';

const SLICE_MS = 20;
const SAMPLE_MS = 10_000;
/** Slices from one probe to the next: each probe raises an alert. */
const PROBE_EVERY = 10;
/** By so much of its mean a figure may climb (by its regression line) over the judged span; a latency in ms below the floor never counts. */
const TOLERANCE = { memory: 0.1, latency: 0.5, latencyFloorMs: 20, lagSeconds: 10 };

export interface Sample { second: number; rss: Record<string, number>; p50: number; p99: number; probes: number; refused: number; disk: Record<string, number>; lag: number }
export interface SoakResult { rate: number; achieved: number; minutes: number; samples: Sample[]; verdict: Verdict; pauses: Pause[]; recovery: Recovery }
interface Verdict { steady: boolean; tolerance: typeof TOLERANCE; memoryClimb: number; p50Climb: number; p99Climb: number; refused: number; missing: number; lag: number }

const histogram = (): Histogram => build({ lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: 3 });

export async function soak(start: Start, { rate, minutes, seed, say }: { rate: number; minutes: number; seed: number; say: (line: string) => void }): Promise<SoakResult> {
  const system = await start();
  const door = new Door(system.url, system.key, 64);
  try {
    const result = await run(system, door, { rate, minutes, seed, say });
    say('Killed; started again …');
    await system.kill();
    return { ...result, recovery: await recover(start, system.data) };
  } finally {
    door.close();
    await system.stop();
  }
}

async function run(system: System, door: Door, { rate, minutes, seed, say }: { rate: number; minutes: number; seed: number; say: (line: string) => void }): Promise<Omit<SoakResult, 'recovery'>> {
  const take = endless(seed, rate, Date.now() - 3_600_000);
  const waiting = new Map<string, number>();
  let window = histogram();
  let refused = 0;
  const stop = await door.listen('/v1/alerts/stream?category=public-security', (data) => {
    const id = (JSON.parse(data) as { subject?: { id: string } }).subject?.id ?? '';
    const due = waiting.get(id);
    if (due === undefined) return;
    waiting.delete(id);
    window.recordValue(Math.max(1, Math.round((performance.now() - due) * 1000)));
  });
  const samples: Sample[] = [];
  const sample = async (second: number): Promise<void> => {
    const seen = window;
    window = histogram();
    const lag = await storeLag(door).catch(() => -1);
    const of = (p: number) => (seen.totalCount > 0 ? seen.getValueAtPercentile(p) / 1000 : 0);
    samples.push({ second, rss: system.rssByProcess(), p50: of(50), p99: of(99), probes: seen.totalCount, refused, disk: system.diskBytes(), lag });
    say(line(samples.at(-1) as Sample));
  };
  const began = performance.now();
  const slices = (minutes * 60_000) / SLICE_MS;
  let sent = 0;
  for (let slice = 0; slice < slices; slice++) {
    const due = began + slice * SLICE_MS;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => { setTimeout(resolve, wait); });
    else if (slice % 10 === 0) await new Promise(setImmediate);
    const upTo = Math.round(((slice + 1) * SLICE_MS * rate) / 1000);
    const body = take(upTo - sent);
    sent = upTo;
    if (slice % PROBE_EVERY === 0) {
      const seller = `9903S${String(slice).padStart(10, '0')}`;
      body.push(probe(seller, slice));
      waiting.set(seller, due);
    }
    // A refusal (503) is load that the system could not take: it is counted and not sent again, as the schedule goes on.
    door.post('/v1/events', 'application/x-ndjson', body.join('\n')).then(({ status }) => { if (status !== 202) refused++; }, () => { refused++; });
    if (slice > 0 && slice % (SAMPLE_MS / SLICE_MS) === 0) void sample((slice * SLICE_MS) / 1000);
  }
  const achieved = sent / ((performance.now() - began) / 1000);
  for (let i = 0; i < 100 && waiting.size > 0; i++) await new Promise((resolve) => { setTimeout(resolve, 100); });
  await sample(minutes * 60);
  stop();
  const pauses = await flushPauses(door, system.judges === undefined ? [system.url] : [system.url, system.judges]);
  const last = take(rate).join('\n');
  door.post('/v1/events', 'application/x-ndjson', last).catch(() => undefined); // in hand when it is killed
  return { rate, achieved, minutes, samples, verdict: judge(samples, rate, waiting.size), pauses };
}

function judge(samples: readonly Sample[], rate: number, missing: number): Verdict {
  const judged = samples.slice(Math.floor(samples.length / 3));
  const memoryClimb = climb(judged.map(({ rss }) => sum(rss)));
  const latencyClimb = (values: number[]): number => (Math.max(...values) < TOLERANCE.latencyFloorMs ? 0 : climb(values));
  const [p50Climb, p99Climb] = [latencyClimb(judged.map(({ p50 }) => p50)), latencyClimb(judged.map(({ p99 }) => p99))];
  const { lag, refused } = samples.at(-1) as Sample;
  const steady = memoryClimb <= TOLERANCE.memory && p50Climb <= TOLERANCE.latency && p99Climb <= TOLERANCE.latency && refused === 0 && missing === 0 && lag <= rate * TOLERANCE.lagSeconds;
  return { steady, tolerance: TOLERANCE, memoryClimb, p50Climb, p99Climb, refused, missing, lag };
}

/** How far the regression line climbs from the first to the last value, as a share of the mean. */
export function climb(values: readonly number[]): number {
  const n = values.length;
  if (n < 2) return 0;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const middle = (n - 1) / 2;
  let over = 0;
  let under = 0;
  for (const [i, value] of values.entries()) {
    over += (i - middle) * (value - mean);
    under += (i - middle) ** 2;
  }
  return mean === 0 ? 0 : ((over / under) * (n - 1)) / mean;
}

const sum = (parts: Record<string, number>): number => Object.values(parts).reduce((a, b) => a + b, 0);
const megabytes = (parts: Record<string, number>): string => Object.entries(parts).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)}`).join(', ');
const line = (s: Sample): string => `${String(s.second).padStart(5)} s  p50 ${s.p50.toFixed(1)} ms, p99 ${s.p99.toFixed(1)} ms   memory (MB) ${megabytes(s.rss)}   disk (MB) ${megabytes(s.disk)}   lag ${s.lag}${s.refused > 0 ? `   refused ${s.refused}` : ''}`;

export function verdictLines({ verdict: v, achieved, rate, minutes, pauses, recovery }: SoakResult): string[] {
  const percent = (share: number) => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
  return [
    `${v.steady ? 'STEADY' : 'NOT STEADY'}: ${achieved.toFixed(0)} of ${rate} events/s offered for ${minutes} min`,
    `over the last two thirds: memory ${percent(v.memoryClimb)} (allowed ${percent(v.tolerance.memory)}), p50 ${percent(v.p50Climb)}, p99 ${percent(v.p99Climb)} (allowed ${percent(v.tolerance.latency)}, none below ${v.tolerance.latencyFloorMs} ms)`,
    `refused posts ${v.refused}, probes without an alert ${v.missing}, store behind by ${v.lag} records (allowed ${v.tolerance.lagSeconds} s of the rate)`,
    pauseLine(pauses),
    `after kill -9: ready in ${recovery.ready.toFixed(1)} s, emitting in ${recovery.alert.toFixed(1)} s`,
  ];
}
