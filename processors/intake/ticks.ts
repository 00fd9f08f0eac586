/**
 * The watermark of one partition of an intake topic. A tick says: what came to this partition before its time stands in the journal before it. One a second of the partition's own time, to
 * every partition of the journal; whole seconds, so that the least of all sources moves once a second.
 */
import type { RecordType } from '../../schemas/registry.ts';
import type { Tick } from '../../schemas/risk/journal.ts';
import type { Log, Output } from '../../streams/log.ts';
import { INTAKE_TOPICS } from '../../streams/topics.ts';
import { LAG_TOLD_MS, lagKey, lagObservation } from '../lag.ts';

const SECOND = 1_000;
/** How far the clocks of brokers and of this machine may differ: the tick of an idle partition stays so far behind. */
const SKEW_MS = 500;
const JOURNAL = 'journal.v1';

export const intakeName = (topic: string, partition: number): string => `${topic}/${partition}`;
/** Every source of ticks of a scaled-out system: a time is none before all of them have told theirs. */
export const intakeNames = (partitions: (topic: string) => number): string[] => INTAKE_TOPICS.flatMap((topic) => Array.from({ length: partitions(topic) }, (_, partition) => intakeName(topic, partition)));

export class Ticks {
  /** The last one's. */
  time = 0;
  readonly #topic: string;
  readonly #partition: number;
  readonly #journal: number;
  #lagged = false;

  constructor(topic: string, partition: number, journalPartitions: number) {
    this.#topic = topic;
    this.#partition = partition;
    this.#journal = journalPartitions;
  }

  /** When a look at `position` that began at `asked` found nothing to read. The log says since when that is so: it may have answered from memory. */
  idle(log: Pick<Log, 'emptyAt'>, position: number, asked: number): Output[] {
    const seen = Math.min(asked, log.emptyAt?.(this.#topic, this.#partition, position) ?? asked);
    return this.at(seen - SKEW_MS, seen);
  }

  /** What is due before a record that arrived at `time`. `now`: the clock, to tell how far behind that is. */
  at(time: number, now: number): Output[] {
    const second = Math.floor(time / SECOND) * SECOND;
    if (second <= this.time) return [];
    this.time = second;
    const name = intakeName(this.#topic, this.#partition);
    const tick: Tick = { intake: name, time: second };
    const outputs = Array.from({ length: this.#journal }, (_, partition) => this.#output(partition, 'tick', name, second, 0, tick));
    const lagMs = now - second;
    const lags = lagMs >= LAG_TOLD_MS;
    if (lags || this.#lagged) outputs.push(this.#output(undefined, 'observation', lagKey(`fenghuo/${name}`), second, 1, lagObservation(second, lags ? lagMs : 0, `fenghuo/${name}`)));
    this.#lagged = lags;
    return outputs;
  }

  /** Ticks are a source of their own, in order of their time: which ones are written depends on the clock, so they must not stand between the outputs of records. */
  #output(partition: number | undefined, type: RecordType, key: string, time: number, index: number, body: unknown): Output {
    return { topic: JOURNAL, ...(partition !== undefined && { partition }), type, key, eventTime: time, arrival: time, source: { topic: `ticks.${this.#topic}`, partition: this.#partition, offset: time / SECOND, index }, body };
  }
}
