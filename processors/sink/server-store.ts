/** The store on a ClickHouse server or cluster: what the processes of a scaled-out system ask of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Membership } from '../../streams/membership.ts';
import { clickHouseTables } from './clickhouse.ts';
import type { Engine } from './engine.ts';
import { HOUSE_MS, keepHouse } from './house.ts';
import { migrate } from './migrate.ts';
import { SLICED } from './ownership.ts';
import type { SinkLog } from './resume.ts';
import { openServer, Unreachable } from './server.ts';
import { openReading } from './server-reading.ts';
import type { ClickHouseSettings } from './settings.ts';
import { createSink, type Sink, type SinkOptions } from './sink.ts';
import type { Store } from './store.ts';

export interface ServerStoreOptions {
  settings: ClickHouseSettings;
  /** Any log: read and bounds are enough. */
  log: SinkLog;
  /** Shares the topics among several sinks (group `sink`). Omitted: this one owns all of them. */
  membership?: Membership;
  /** One line for the operator. */
  report: (level: 'warn' | 'error', message: string) => void;
  /** Of the tables of a shard at most (FENGHUO_STORE_BYTES); 0 or omitted: no limit. */
  maxBytes?: number;
  /** The sink's pace. */
  sink?: Pick<SinkOptions, 'batchRows' | 'flushMs' | 'readRecords' | 'retryMs'>;
  /** A statement is given up after it. Default 70,000. */
  timeoutMs?: number;
}

export interface ServerStore {
  /** For the gateway. Its `lag` is that of all sinks together, as they last noted it in the tables (some seconds ago). */
  store: Store;
  /** Inert until its `start`, which waits for the server, brings the tables to this version and takes up what it owns. A gateway never starts it. */
  sink: Sink;
}

/** Opens nothing yet: the first query, or the sink's start, connects. `store.stop` closes what the store opened, `sink.stop` what the sink did. */
export const serverStore = (options: ServerStoreOptions): ServerStore => {
  const sink = serverSink(options);
  return { store: { ...openReading(options.settings, options.log), get trouble() { return sink.trouble; } }, sink };
};

const LONGEST_WAIT_MS = 30_000;
/** A gateway reads from the hints how far the sinks are. */
const IDLE_HINT_MS = 5_000;

function serverSink({ settings, log, membership, report, maxBytes = 0, sink: pace, timeoutMs }: ServerStoreOptions): Sink {
  const settled = Promise.withResolvers<void>();
  settled.promise.catch(() => undefined);
  let stopping = false;
  let running: { sink: Sink; engines: Engine[]; house: NodeJS.Timeout } | undefined;

  /** The shard whose number is a slice is kept by that slice's owner. */
  function keepHouses(engines: readonly Engine[], sink: Sink): void {
    for (const [shard, engine] of engines.entries()) if (sink.owns(shard % log.partitions(SLICED))) void keepHouse(engine, maxBytes, report);
  }

  /** A server that is not there yet is waited for; what it answers with is not. */
  async function open(): Promise<Engine[]> {
    for (let tries = 1; ; tries++) {
      let engines: Engine[] = [];
      try {
        engines = await openServer(settings, timeoutMs);
        await migrate(engines[0] as Engine);
        return engines;
      } catch (error) {
        for (const engine of engines) await engine.close();
        if (stopping || !(error instanceof Unreachable)) throw error;
        const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(tries, 8));
        report('error', `${error.message}. Nothing is lost, the log keeps the records; next attempt in ${wait / 1000} s.`);
        for (let waited = 0; waited < wait && !stopping; waited += 250) await sleep(250);
      }
    }
  }

  async function end(): Promise<void> {
    clearInterval(running?.house);
    for (const engine of running?.engines ?? []) await engine.close();
  }

  return {
    async start() {
      const engines = await open();
      const sink = createSink({ log, store: clickHouseTables(engines), membership, report, idleHintMs: IDLE_HINT_MS, ...pace });
      running = { sink, engines, house: setInterval(() => keepHouses(engines, sink), HOUSE_MS) };
      await (stopping ? Promise.reject(new Error('stopped before it had started')) : sink.start()).catch(async (error) => {
        await end();
        running = undefined;
        throw error;
      });
      sink.stopped.finally(end).then(settled.resolve, settled.reject);
    },
    stopped: settled.promise,
    async stop() {
      stopping = true;
      if (!running) return settled.resolve();
      await running.sink.stop();
      await settled.promise;
    },
    lag: async () => (await running?.sink.lag()) ?? {},
    kept: () => running?.sink.kept() ?? [],
    get trouble() { return running?.sink.trouble; },
    owns: (slice) => running?.sink.owns(slice) ?? false,
    counts: () => running?.sink.counts() ?? { rows: 0, repeats: 0, retries: 0 },
  };
}
