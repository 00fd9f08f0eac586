/**
 * Runs a stage over records in memory, as a runner would over one partition: only keys that were `set` are kept, as text; every `restoreEvery`
 * records the stage is opened anew from that text, in another key order. What a stage forgets to mark, or cannot write as text, shows as a difference.
 */
import { decode, encode } from '../schemas/registry.ts';
import type { RecordType } from '../schemas/registry.ts';
import { partitionOf } from '../streams/log.ts';
import type { LogRecord, Output, StateValue } from '../streams/log.ts';
import type { Codec, KeyedState, Stage, StageContext, StateTable, Step } from '../streams/stage.ts';
import { secondOf } from '../streams/timers.ts';
import { topic } from '../streams/topics.ts';

export interface HarnessOptions {
  /** Which partition of its input the stage runs on. */
  partition?: number;
  /** Partition counts by topic; else the embedded count of streams/topics.ts. */
  partitions?: Record<string, number>;
  /** Artifact contents by hash. */
  artifacts?: Record<string, string>;
  /** Restart with restored state after each so many records. 0 = never. */
  restoreEvery?: number;
  /** Leave out the check that every output fits its Avro schema (for timing). */
  unchecked?: boolean;
}

export interface Emitted extends Output { partition: number }
export interface HarnessResult { outputs: Emitted[]; counts: Record<string, number>; state: Map<string, StateValue> }

/** A record of a stage's input. An offset of −1, its source's too, is filled with its place in the array. */
export function record(part: Partial<LogRecord> & { type: RecordType; body: unknown }): LogRecord {
  const arrival = part.arrival ?? 0;
  return {
    topic: 'signals.v1', partition: 0, offset: -1, appendedAt: arrival, incarnation: 'test', key: '', eventTime: arrival, arrival,
    source: { topic: 'journal.v1', partition: 0, offset: 0, index: 0 }, bytes: new Uint8Array(0), ...part,
  };
}

const JSON_CODEC: Codec<unknown> = { encode: (value) => JSON.stringify(value), decode: (stored) => JSON.parse(stored as string) as unknown };

/** Keyed state whose durable half is a map of texts: what a runner would have flushed. */
class TextState implements KeyedState {
  readonly #durable: Map<string, StateValue>;
  readonly #tables = new Map<string, { values: Map<string, unknown>; dirty: Set<string>; codec: Codec<unknown> }>();

  constructor(durable: Map<string, StateValue>) {
    this.#durable = durable;
  }

  table<V>(name: string, codec?: Codec<V>): StateTable<V> {
    const use = (codec as Codec<unknown> | undefined) ?? JSON_CODEC;
    const values = new Map<string, unknown>();
    const prefix = `${name}/`;
    for (const key of [...this.#durable.keys()].filter((k) => k.startsWith(prefix)).sort().reverse()) {
      values.set(key.slice(prefix.length), use.decode(this.#durable.get(key) as StateValue));
    }
    const dirty = new Set<string>();
    this.#tables.set(name, { values, dirty, codec: use });
    return {
      get: (key) => values.get(key) as V | undefined,
      set: (key, value) => { values.set(key, value); dirty.add(key); },
      delete: (key) => { values.delete(key); dirty.add(key); },
      entries: () => values.entries() as MapIterator<[string, V]>,
      due: (now, limit) => [...values].map(([key, value]): [string, number] => [key, codec?.due?.(value as V) ?? 0]).filter(([, due]) => secondOf(due) <= Math.floor(now / 1000))
        .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).slice(0, limit),
      get size() { return values.size; },
    };
  }

  flush(): void {
    for (const [name, { values, dirty, codec }] of this.#tables) {
      for (const key of dirty) {
        if (values.has(key)) this.#durable.set(`${name}/${key}`, codec.encode(values.get(key)));
        else this.#durable.delete(`${name}/${key}`);
      }
      dirty.clear();
    }
  }
}

export function runStage(stage: Stage, records: readonly LogRecord[], options: HarnessOptions = {}): HarnessResult {
  const result: HarnessResult = { outputs: [], counts: {}, state: new Map() };
  const partitions = (name: string): number => options.partitions?.[name] ?? topic(name).partitions.embedded;
  let hand: LogRecord | undefined;
  let index = 0;
  const emit: StageContext['emit'] = (output) => {
    if (!hand) throw new Error(`${stage.name} emitted outside of apply`);
    if (!stage.outputs.includes(output.topic)) throw new Error(`${stage.name} emitted to ${output.topic}; declared: ${stage.outputs.join(', ')}`);
    // Through the bytes, as a log would hand it on; a later change of the stage's own object must not reach a reader.
    const body = options.unchecked ? structuredClone(output.body) : decode(encode(output.type, output.body));
    const source = { topic: hand.topic, partition: hand.partition, offset: hand.offset, index: index++ };
    result.outputs.push({ ...output, body, partition: output.partition ?? partitionOf(output.key, partitions(output.topic)), source });
  };
  const artifact = (hash: string): string => {
    const content = options.artifacts?.[hash];
    if (content === undefined) throw new Error(`no artifact ${hash}; given: ${Object.keys(options.artifacts ?? {}).join(', ')}`);
    return content;
  };
  const count = (name: string, by = 1): void => { result.counts[name] = (result.counts[name] ?? 0) + by; };
  const open = (): [Step, TextState] => {
    const state = new TextState(result.state);
    return [stage.open({ partition: options.partition ?? 0, state, partitions, artifact, emit, count }), state];
  };
  let [step, state] = open();
  records.forEach((given, i) => {
    hand = given.offset < 0 ? { ...given, offset: i, source: given.source.offset < 0 ? { ...given.source, offset: i } : given.source } : given;
    index = 0;
    step.apply(hand);
    hand = undefined;
    if (options.restoreEvery && (i + 1) % options.restoreEvery === 0) {
      state.flush();
      [step, state] = open();
    }
  });
  state.flush();
  return result;
}
