/** A log read whole, while it goes on being written, and how far each stage had come before. */
import type { Recorded } from '../faults/fold.ts';
import type { LogReader } from '../../streams/embedded/reader.ts';
import type { LogRecord } from '../../streams/log.ts';
import { TOPICS } from '../../streams/topics.ts';
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

const CHAIN = [['screening', 'journal.v1'], ['assessment', 'signals.v1'], ['warning', 'assessments.v1']] as const;

/** Resolves once every stage has taken, and made durable, what lay in its input when the stage before it had done so: how far each then was, by `stage/partition`. */
export async function drained(works: Works, log: LogReader, limitMs: number): Promise<Map<string, number>> {
  const until = Date.now() + limitMs;
  const reached = new Map<string, number>();
  for (const [stage, topic] of CHAIN) {
    for (let partition = 0; partition < log.partitions(topic); partition++) {
      const { end } = await log.bounds(topic, partition);
      // What has moved on since it was there has committed what lay before.
      await waitFor(`${stage} takes ${topic}/${partition} up to ${end}`, until, async () => (await positionOf(works, stage, partition)) > end);
      reached.set(`${stage}/${partition}`, end);
    }
  }
  return reached;
}

async function waitFor(what: string, until: number, look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) {
    if (Date.now() > until) throw new Error(`not drained: ${what}`);
    await pause(200);
  }
  await pause(300);
}

/** Of whoever runs it. */
async function positionOf({ processes }: Works, stage: string, partition: number): Promise<number> {
  const found = await Promise.all(processes.map(async ({ current }) => {
    const metrics = await current.get('/metrics').catch(() => current.ask('GET', '/metrics', undefined, '', '').catch(() => undefined));
    const line = new RegExp(`^fenghuo_stage_position\\{[^}]*stage="${stage}"[^}]*partition="${partition}"[^}]*\\} (\\d+)`, 'm').exec(metrics?.text ?? '');
    return Number(line?.[1] ?? 0);
  }));
  return Math.max(0, ...found);
}
