/** What a process of a scaled-out system measures of the stages that it runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pipeline, StageStatus } from '../processors/pipeline.ts';
import { withUnread } from '../processors/unread.ts';
import type { StageHost } from '../streams/host.ts';
import type { Log } from '../streams/log.ts';

/** Who asks how this process is gets an answer, whether the log gives one or not. */
export const LOG_ANSWERS_MS = 3_000;

type Hear = (stage: string, ms: number) => void;

type Measures = Required<Pick<Pipeline, 'status' | 'unread' | 'counts' | 'onFlush'>>;

/** What the stages of this process tell of themselves, for /metrics and /readyz. */
export class MeasuredStages implements Measures {
  hosts: readonly StageHost[] = [];
  readonly counts = new Map<string, number>();
  readonly #log: Log;
  readonly #hear: Hear[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  status(): StageStatus[] {
    return this.hosts.flatMap((host) => host.status());
  }

  unread(): Promise<StageStatus[]> {
    const stages = this.status();
    return Promise.race([withUnread(this.#log, stages), sleep(LOG_ANSWERS_MS, stages)]);
  }

  onFlush(hear: Hear): void {
    this.#hear.push(hear);
  }

  readonly flushed: Hear = (stage, ms) => { for (const hear of this.#hear) hear(stage, ms); };

  readonly count = (stage: string, name: string, by: number): void => {
    const key = `${stage}.${name}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  };
}
