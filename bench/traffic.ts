/** Events of the bench as bodies ready to send: the simulator's, or the lines of a file. */
import { readFileSync } from 'node:fs';
import { createTraffic } from '../simulator/traffic.ts';

export interface Batch { body: string; events: number }

/** `count` simulated events whose times end just before `until`, in NDJSON batches. */
export function simulated(seed: number, count: number, perBatch: number, until: number): Batch[] {
  const ordersPerSecond = 200;
  const seconds = Math.ceil(count / ordersPerSecond / 5) + 120;
  const start = until - seconds * 1000;
  const traffic = createTraffic({ seed, start, ordersPerSecond, episodes: true });
  const lines: string[] = [];
  for (let at = start; at <= until && lines.length < count; at += 1000) for (const { event } of traffic.next(at)) lines.push(JSON.stringify(event));
  return cut(lines.slice(0, count), perBatch);
}

/** Of the simulator's mix, its documents, answers and what follows: so simulated time goes as fast as the clock, whatever the hour, and an order's documents lie as far apart as they would. */
const EVENTS_PER_ORDER = 11;

/** Events without end, at least `rate` of them for each second of their own clock (which so runs behind the real one, never ahead). */
export function endless(seed: number, rate: number, start: number): (count: number) => string[] {
  let at = start;
  const traffic = createTraffic({ seed, start, ordersPerSecond: rate / EVENTS_PER_ORDER, episodes: true, even: true });
  let lines: string[] = [];
  return (count) => {
    while (lines.length < count) {
      at += 200;
      // Such events would be refused one by one, and the system seem fast.
      if (at > Date.now()) throw new Error('the load has overtaken the clock: the simulator makes fewer events an order than EVENTS_PER_ORDER says. Measure it anew');
      for (const { event } of traffic.next(at)) lines.push(JSON.stringify(event));
    }
    const taken = lines.slice(0, count);
    lines = lines.slice(count);
    return taken;
  };
}

export function fromFile(file: string, perBatch: number): Batch[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new Error(`${file}: expected NDJSON, one event a line; found no line`);
  return cut(lines, perBatch);
}

function cut(lines: string[], perBatch: number): Batch[] {
  const batches: Batch[] = [];
  for (let i = 0; i < lines.length; i += perBatch) {
    const slice = lines.slice(i, i + perBatch);
    batches.push({ body: slice.join('\n'), events: slice.length });
  }
  return batches;
}
