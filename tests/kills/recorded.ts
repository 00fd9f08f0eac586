/** A log read whole, while it goes on being written, and how far each stage had come before. */
import type { Recorded } from '../faults/fold.ts';
import type { LogReader } from '../../streams/embedded/reader.ts';
import type { LogRecord } from '../../streams/log.ts';
import { INTAKE_TOPICS, TOPICS } from '../../streams/topics.ts';
import { pause, type System } from '../whole/system.ts';
import type { Works } from './works.ts';

/** Outputs are read before what they came of, so that the cause of each is there. */
const READ = TOPICS.map(({ name }) => name).filter((name) => !name.startsWith('intake.')).reverse();
const AT_ONCE = 2_000;

export interface Whole extends Recorded {
  readonly ends: ReadonlyMap<string, number>;
  artifact(hash: string): string | undefined;
}

export async function readWhole(log: LogReader): Promise<Whole> {
  const held = new Map<string, readonly LogRecord[]>();
  const ends = new Map<string, number>();
  for (const topic of READ) {
    for (let partition = 0; partition < log.partitions(topic); partition++) {
      const { end } = await log.bounds(topic, partition);
      held.set(`${topic}/${partition}`, await readUpTo(log, topic, partition, end));
      ends.set(`${topic}/${partition}`, end);
    }
  }
  const contents = new Map((held.get('artifacts.v1/0') ?? []).map(({ body }) => [(body as { hash: string }).hash, (body as { content: string }).content]));
  return { partitions: (topic) => log.partitions(topic), part: (topic, partition) => ({ records: held.get(`${topic}/${partition}`) ?? [] }), ends, artifact: (hash) => contents.get(hash) };
}

async function readUpTo(log: LogReader, topic: string, partition: number, end: number): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for (let next = (await log.bounds(topic, partition)).start; next < end;) {
    const some = (await log.read(topic, partition, next, AT_ONCE)).filter(({ offset }) => offset < end);
    if (some.length === 0) break; // markers of Kafka's transactions
    for (const record of some) found.push(record);
    next = (some.at(-1) as LogRecord).offset + 1;
  }
  return found;
}

/** Each stage after those before it. The embedded system has nothing on the topics in front. */
const CHAIN: readonly (readonly [stage: string, topics: readonly string[]])[] = [['intake', INTAKE_TOPICS], ['screening', ['journal.v1']], ['assessment', ['signals.v1']], ['warning', ['assessments.v1']]];

interface Place { stage: string; topic: string; partition: number; end: number }

/** Resolves once every stage has taken, and made durable, what lay in its input when the stage before it had done so: how far each then was, by `stage/partition`. */
export async function drained(works: Works, log: LogReader, limitMs: number): Promise<Map<string, number>> {
  const until = Date.now() + limitMs;
  const reached = new Map<string, number>();
  for (const [stage, topics] of CHAIN) {
    const places = await Promise.all(topics.flatMap((topic) => Array.from({ length: log.partitions(topic) }, async (_, partition): Promise<Place> => ({ stage, topic, partition, end: (await log.bounds(topic, partition)).end }))));
    await taken(works, places.filter(({ end }) => end > 0 || stage !== 'intake'), until);
    for (const { partition, end } of places) reached.set(`${stage}/${partition}`, end);
  }
  return reached;
}

const STANDS_MS = 5_000;

async function taken(works: Works, places: readonly Place[], until: number): Promise<void> {
  const there = new Map<Place, { time: number; at: number }>();
  for (let open = places; open.length > 0; await pause(100)) {
    if (Date.now() > until) throw new Error(`not drained: ${open.map(({ stage, topic, partition, end }) => `${stage} has not taken ${topic}/${partition} up to ${end}`).join(', ')}`);
    const told = await Promise.all(works.processes.map(({ current }) => figures(current)));
    open = open.filter((place) => {
      const [position, time] = seenAt(told, place);
      const since = there.get(place);
      if (since === undefined && position >= place.end) there.set(place, { time, at: Date.now() });
      // Whose time goes on has committed what it did before; a clock that was set back stands for long.
      return since === undefined || (time <= since.time && Date.now() <= since.at + STANDS_MS);
    });
  }
}

/** What a process tells of itself; only a gateway asks for a key. '' where it does not answer. */
export const figures = async (system: System): Promise<string> => system.get('/metrics').catch(() => system.ask('GET', '/metrics', undefined, '', '')).then(({ text }) => text, () => '');

/** As whoever runs it tells. */
function seenAt(told: readonly string[], { stage, topic, partition }: Place): [position: number, time: number] {
  const greatest = (name: string): number => {
    const line = new RegExp(`^${name}\\{stage="${stage}",topic="${topic}",partition="${partition}"\\} (\\S+)`, 'm');
    return Math.max(0, ...told.map((text) => Number(line.exec(text)?.[1] ?? 0)));
  };
  return [greatest('fenghuo_stage_position'), greatest('fenghuo_stage_time_seconds')];
}
