/** A log read whole, while it goes on being written, and how far each stage had come before. */
import type { Recorded } from '../faults/fold.ts';
import type { LogReader } from '../../streams/embedded/reader.ts';
import type { LogRecord } from '../../streams/log.ts';
import { INTAKE_TOPICS, TOPICS } from '../../streams/topics.ts';
import { pause } from '../whole/system.ts';
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
const CHAIN: readonly (readonly [stage: string, topic: string])[] = [...INTAKE_TOPICS.map((topic) => ['intake', topic] as const), ['screening', 'journal.v1'], ['assessment', 'signals.v1'], ['warning', 'assessments.v1']];

/** Resolves once every stage has taken, and made durable, what lay in its input when the stage before it had done so: how far each then was, by `stage/partition`. */
export async function drained(works: Works, log: LogReader, limitMs: number): Promise<Map<string, number>> {
  const until = Date.now() + limitMs;
  const reached = new Map<string, number>();
  for (const [stage, topic] of CHAIN) {
    for (let partition = 0; partition < log.partitions(topic); partition++) {
      const { end } = await log.bounds(topic, partition);
      if (end > 0 || stage !== 'intake') await taken(works, { stage, topic, partition }, end, until);
      reached.set(`${stage}/${partition}`, end);
    }
  }
  return reached;
}

const STANDS_MS = 5_000;

interface Place { stage: string; topic: string; partition: number }

async function taken(works: Works, place: Place, end: number, until: number): Promise<void> {
  let there: { time: number; at: number } | undefined;
  for (let seen = { position: 0, time: 0 }; Date.now() < until; await pause(100)) {
    seen = await seenAt(works, place);
    // Whose time goes on has committed what it did before; a clock that was set back stands for long.
    if (there !== undefined && (seen.time > there.time || Date.now() > there.at + STANDS_MS)) return;
    if (seen.position >= end) there ??= { time: seen.time, at: Date.now() };
  }
  throw new Error(`not drained: ${place.stage} has not taken ${place.topic}/${place.partition} up to ${end}`);
}

/** As whoever runs it tells. */
async function seenAt({ processes }: Works, { stage, topic, partition }: Place): Promise<{ position: number; time: number }> {
  const told = await Promise.all(processes.map(({ current }) => current.get('/metrics').catch(() => current.ask('GET', '/metrics', undefined, '', '').catch(() => undefined))));
  const greatest = (name: string): number => {
    const line = new RegExp(`^${name}\\{stage="${stage}",topic="${topic}",partition="${partition}"\\} (\\S+)`, 'm');
    return Math.max(0, ...told.map((answer) => Number(line.exec(answer?.text ?? '')?.[1] ?? 0)));
  };
  return { position: greatest('fenghuo_stage_position'), time: greatest('fenghuo_stage_time_seconds') };
}
