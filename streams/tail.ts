/** Follows topics from where they end when it begins: for those that look on. What they miss they read elsewhere; nothing is committed. */
import { LogError } from './errors.ts';
import type { Log, LogRecord } from './log.ts';

export interface TailOptions {
  sleep: (ms: number) => Promise<void>;
  /** Between two rounds that found nothing, ms. Default 50. */
  idleMs?: number;
  /** After a failure, ms. Default 1,000. */
  againMs?: number;
  onTrouble: (error: Error) => void;
}

const BATCH = 500;

/** `hear` gets records of one partition, all that lie at or after `from`. Resolves once the ends are known; gives what ends it. */
export async function tail(log: Pick<Log, 'partitions' | 'read' | 'bounds'>, topics: readonly string[], hear: (records: LogRecord[], from: number) => void, { sleep, idleMs = 50, againMs = 1_000, onTrouble }: TailOptions): Promise<() => Promise<void>> {
  const places = topics.flatMap((topic) => Array.from({ length: log.partitions(topic) }, (_, partition) => ({ topic, partition, position: 0 })));
  for (const place of places) place.position = (await log.bounds(place.topic, place.partition)).end;
  let ended = false;

  async function look(place: (typeof places)[0]): Promise<number> {
    const from = place.position;
    try {
      const records = await log.read(place.topic, place.partition, from, BATCH);
      place.position = (records.at(-1)?.offset ?? from - 1) + 1;
      if (records.length > 0) hear(records, from);
      return records.length;
    } catch (error) {
      // Retention passed it while it could not read.
      if (error instanceof LogError && error.code === 'OUT_OF_RANGE') place.position = (await log.bounds(place.topic, place.partition)).start;
      throw error;
    }
  }

  async function run(): Promise<void> {
    while (!ended) {
      try {
        const read = await Promise.all(places.map(look));
        if (read.every((n) => n === 0)) await sleep(idleMs);
      } catch (error) {
        if (ended) return;
        onTrouble(error as Error);
        await sleep(againMs);
      }
    }
  }

  const running = run();
  return async () => {
    ended = true;
    await running;
  };
}
