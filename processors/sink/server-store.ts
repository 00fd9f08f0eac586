/** The store on a ClickHouse server or cluster: what the processes of a scaled-out system ask of it. */
import type { Membership } from '../../streams/membership.ts';
import type { SinkLog } from './resume.ts';
import type { ClickHouseSettings } from './settings.ts';
import type { Sink } from './sink.ts';
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
}

export interface ServerStore {
  /** For the gateway. Its `lag` is that of all sinks together, read from the tables. */
  store: Store;
  /** Inert until its `start`, which brings the tables to this version first. A gateway never starts it. */
  sink: Sink;
}

/** Opens nothing yet: the first query, or the sink's start, connects. `store.stop` closes what the store opened, `sink.stop` what the sink did. */
export function serverStore(_options: ServerStoreOptions): ServerStore {
  throw new Error('not there yet');
}
