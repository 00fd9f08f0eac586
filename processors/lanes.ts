/** Appends of many callers, one request at a time in each partition: what comes while one is under way goes together with the next. */
import type { Entry, Log } from '../streams/log.ts';

interface Waiting { entry: Entry; size: number; resolve: (offset: number) => void; reject: (error: Error) => void }
interface Lane { waiting: Waiting[]; running: Promise<void> | undefined }

/** Of one request. A single entry may be larger. */
const ENTRIES = 500;
const BYTES = 400_000;

export class Lanes {
  readonly #log: Pick<Log, 'append'>;
  readonly #lanes = new Map<string, Lane>();

  constructor(log: Pick<Log, 'append'>) {
    this.#log = log;
  }

  /** Resolves to the entry's offset once it is durable. */
  append(topic: string, partition: number, entry: Entry, size: number): Promise<number> {
    const name = `${topic}/${partition}`;
    let lane = this.#lanes.get(name);
    if (!lane) this.#lanes.set(name, (lane = { waiting: [], running: undefined }));
    const { waiting } = lane;
    return new Promise((resolve, reject) => {
      waiting.push({ entry, size, resolve, reject });
      lane.running ??= this.#run(topic, partition, lane);
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    for (const { running } of this.#lanes.values()) await running;
  }

  async #run(topic: string, partition: number, lane: Lane): Promise<void> {
    await Promise.resolve(); // what comes in the same turn goes together
    while (lane.waiting.length > 0) {
      const batch = lane.waiting.splice(0, fitting(lane.waiting));
      try {
        const offset = await this.#log.append(topic, partition, batch.map(({ entry }) => entry));
        for (const [i, { resolve }] of batch.entries()) resolve(offset + i);
      } catch (error) {
        for (const { reject } of batch) reject(error as Error);
      }
    }
    lane.running = undefined;
  }
}

function fitting(waiting: readonly Waiting[]): number {
  let bytes = 0;
  let n = 0;
  while (n < waiting.length && n < ENTRIES && (n === 0 || bytes + (waiting[n] as Waiting).size <= BYTES)) bytes += (waiting[n++] as Waiting).size;
  return n;
}
