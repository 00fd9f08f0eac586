/**
 * The first oracle: what each stage gives for what was recorded in its input, in recorded order, without faults. It shares the stages' own code with the system and nothing else: no runner, no
 * flush, no filter by marks; a record counts once because its source is in a set.
 */
import { encode } from '../../schemas/registry.ts';
import { partitionOf, type LogRecord } from '../../streams/log.ts';
import type { Codec, KeyedState, Stage, StateTable } from '../../streams/stage.ts';
import { TOPICS } from '../../streams/topics.ts';
import { EDITIONS } from './rules.ts';

export type Told = Pick<LogRecord, 'topic' | 'partition' | 'type' | 'key' | 'eventTime' | 'arrival' | 'source' | 'bytes'>;

/** A log as it lies there: the model's, or a real one that was read whole. */
export interface Recorded {
  partitions(topic: string): number;
  part(topic: string, partition: number): { records: readonly LogRecord[] };
}

/** What else an oracle of stages goes by. */
export interface FoldOptions {
  artifact: (hash: string) => string | undefined;
  /** Topics of subscribers hold each record once. */
  publishedOnce: boolean;
  /** The first offset that the stage need not have taken yet. */
  upTo: (stage: string, partition: number) => number;
}

const DRAINED: FoldOptions = { artifact: (hash) => JSON.stringify(EDITIONS.find((edition) => edition.hash === hash)?.source), publishedOnce: true, upTo: () => Number.POSITIVE_INFINITY };

export const sourceText = ({ source: { topic, partition, offset, index } }: Pick<Told, 'source'>): string => `${topic}/${partition}:${offset}.${index}`;

/** Ticks are written as the clock goes, so another owner writes others: what is at or below the newest is passed over. */
const TICKS = 'ticks.';

/** The first of each source. Whoever sends it again must send the same: adds to `problems` where that is not so. */
export function once(records: readonly LogRecord[], problems: string[]): LogRecord[] {
  const first = new Map<string, LogRecord>();
  const newest = new Map<string, LogRecord>();
  for (const record of records) {
    const name = sourceText(record);
    const known = first.get(name);
    if (record.source.topic.startsWith(TICKS)) {
      const of = `${record.source.topic}/${record.source.partition}`;
      if (!isAfter(record, newest.get(of))) continue;
      newest.set(of, record);
      first.set(name, record);
    } else if (!known) first.set(name, record);
    else if (!same(known, record)) problems.push(`${record.topic}/${record.partition}:${record.offset} repeats ${name} with other content than at ${known.offset}`);
  }
  return [...first.values()];
}

const isAfter = ({ source }: Told, other: Told | undefined): boolean => !other || source.offset > other.source.offset || (source.offset === other.source.offset && source.index > other.source.index);

const same = (a: Told & { body?: unknown }, b: Told & { body?: unknown }): boolean => a.type === b.type && a.key === b.key && a.eventTime === b.eventTime && a.arrival === b.arrival
  && (Buffer.compare(a.bytes, b.bytes) === 0 || (a.body !== undefined && open(a.body) === open(b.body)));

/** What is sealed twice is sealed differently each time. */
const open = (body: unknown): string => JSON.stringify(body, (key, value: unknown) => (key === 'sealed' ? undefined : value));

/** All state in maps, for good. */
class NaiveState implements KeyedState {
  readonly #tables = new Map<string, StateTable<unknown>>();

  table<V>(name: string, codec?: Codec<V>): StateTable<V> {
    const known = this.#tables.get(name);
    if (known) return known as StateTable<V>;
    const values = new Map<string, V>();
    const table: StateTable<V> = {
      get: (key) => values.get(key),
      set: (key, value) => void values.set(key, value),
      delete: (key) => void values.delete(key),
      entries: () => values.entries(),
      due: (now, limit) => [...values].map(([key, value]): [string, number] => [key, codec?.due?.(value) ?? 0]).filter(([, at]) => Math.ceil(at / 1000) <= Math.floor(now / 1000))
        .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).slice(0, limit),
      get size() { return values.size; },
    };
    this.#tables.set(name, table as StateTable<unknown>);
    return table;
  }
}

/** What the stage gives for these records of one partition. */
function fold(stage: Stage, partition: number, records: readonly LogRecord[], partitions: (topic: string) => number, artifact: FoldOptions['artifact']): Told[] {
  const told: Told[] = [];
  let hand: LogRecord | undefined;
  let index = 0;
  const step = stage.open({
    partition, partitions, state: new NaiveState(), count: () => undefined,
    artifact: (hash) => artifact(hash) ?? '',
    emit({ topic, partition: to, type, key, eventTime, arrival, body }) {
      const { topic: from, partition: fromPartition, offset } = hand as LogRecord;
      told.push({ topic, partition: to ?? partitionOf(key, partitions(topic)), type, key, eventTime, arrival, source: { topic: from, partition: fromPartition, offset, index: index++ }, bytes: encode(type, body) });
    },
  });
  for (const record of records) {
    hand = record;
    index = 0;
    step.apply(record);
  }
  return told;
}

/** What a partition holds of one source partition, against what it should hold: both ways, in order. */
function compare(where: string, expected: readonly Told[], given: readonly Told[], problems: string[]): void {
  for (let i = 0; i < Math.max(expected.length, given.length); i++) {
    const [want, got] = [expected[i], given[i]];
    if (want && got && sourceText(want) === sourceText(got) && same(want, got)) continue;
    const tell = (one: Told | undefined): string => (one ? `${one.type} ${one.key} from ${sourceText(one)}` : 'nothing');
    problems.push(`${where}, record ${i} of ${given.length} (expected ${expected.length}): expected ${tell(want)}, given ${tell(got)}${want && got && sourceText(want) === sourceText(got) ? ' with other content' : ''}`);
    return;
  }
}

/** Every record of every topic is what some stage gives for what was recorded before it, and the other way round; in published topics it stands once. */
export function againstFolds(log: Recorded, stages: readonly Stage[], { artifact, publishedOnce, upTo }: FoldOptions = DRAINED): string[] {
  const problems: string[] = [];
  const partitions = (topic: string): number => log.partitions(topic);
  const held = new Map<string, LogRecord[]>();
  for (const { name, published } of TOPICS) {
    for (let p = 0; p < partitions(name); p++) {
      const { records } = log.part(name, p);
      const unique = once(records, problems);
      held.set(`${name}/${p}`, unique);
      if (published && publishedOnce && unique.length !== records.length) problems.push(`${name}/${p} is published and holds ${records.length - unique.length} records twice`);
      let last = 0;
      for (const record of records) {
        if (record.appendedAt < last) problems.push(`${name}/${p}:${record.offset} was appended before the record in front of it`);
        last = record.appendedAt;
      }
    }
  }
  for (const stage of stages) {
    for (let p = 0; p < partitions(stage.input); p++) {
      const end = upTo(stage.name, p);
      const input = (held.get(`${stage.input}/${p}`) ?? []).filter(({ offset }) => offset < end);
      const told = Map.groupBy(fold(stage, p, input, partitions, artifact), ({ topic, partition }) => `${topic}/${partition}`);
      for (const topic of stage.outputs) {
        for (let to = 0; to < partitions(topic); to++) {
          const name = `${topic}/${to}`;
          const given = (held.get(name) ?? []).filter(({ source }) => source.topic === stage.input && source.partition === p && source.offset < end);
          compare(`${stage.name}: ${stage.input}/${p} → ${name}`, told.get(name) ?? [], given, problems);
        }
      }
    }
  }
  return problems;
}
