/** The stopped data folder that is carried over: what it holds, and whether it may be. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compileOnce } from '../../language/compile-once.ts';
import { assessment } from '../../processors/assessment/stage.ts';
import { INTAKE } from '../../processors/intake/partition.ts';
import { OPERATIONS, READER } from '../../processors/operations.ts';
import { screening } from '../../processors/screening/stage.ts';
import { warning } from '../../processors/warning/stage.ts';
import { EmbeddedLog } from '../../streams/embedded/log.ts';
import { lockDataFolder } from '../../streams/lock.ts';
import type { StateChange } from '../../streams/log.ts';
import { INTAKE_TOPICS, TOPICS } from '../../streams/topics.ts';
import { CommandError, EXIT } from '../exit.ts';

interface Span { topic: string; partition: number; start: number; end: number }
/** A group's partition with its position; `stored` gives its state, of one key the last holds. */
export interface Owned { group: string; topic: string; partition: number; position: number; stored: () => AsyncIterable<StateChange> }

export interface Folder {
  data: string;
  log: EmbeddedLog;
  /** Of every topic's partitions that hold records or ever did. */
  spans: readonly Span[];
  owned: readonly Owned[];
  /** What a log has beside its records that goes on with it. */
  notes: Readonly<Record<string, string>>;
  /** Counts that hold on at the target: keys lie where they lie. Intake's topics are empty, so they are spread as Kafka's are. */
  partitions: Readonly<Record<string, number>>;
  /** Of all that is read here: a folder that has gone on since has another. */
  fingerprint: string;
  close(): Promise<void>;
}

/** Each reads the words that it must know, as intake keeps them (processors/commands/partition.ts). */
const WORDS = ['rule-set', 'register', 'rules-folder'];
const OWN_NOTES = /^(format|incarnation|http-sequence|moved|partitions:.*)$/;

export async function openFolder(data: string): Promise<Folder> {
  const file = join(data, 'log', 'log.sqlite');
  if (!existsSync(file)) throw new CommandError(EXIT.refused, `${data} holds no log (${file}). Expected the data folder of \`fenghuo start\`: set FENGHUO_DATA to it.`);
  const lock = lockDataFolder(data);
  const log = new EmbeddedLog({ file, now: Date.now });
  const close = async (): Promise<void> => { await log.close(); lock.release(); };
  try {
    await log.ensureTopics();
    const spans = await spansOf(log);
    const owned = await ownedOf(log);
    await checkStopped(log, data, owned);
    const notes = Object.fromEntries(Object.entries(log.notes()).filter(([name]) => !OWN_NOTES.test(name)));
    const used = new Set(spans.map(({ topic }) => topic));
    const partitions = Object.fromEntries(TOPICS.filter(({ name }) => used.has(name) || !INTAKE_TOPICS.includes(name)).map(({ name }) => [name, log.partitions(name)]));
    const fingerprint = createHash('sha256').update(JSON.stringify([log.incarnation, spans, owned, notes])).digest('hex').slice(0, 16);
    return { data, log, spans, owned, notes, partitions, fingerprint, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function spansOf(log: EmbeddedLog): Promise<Span[]> {
  const spans: Span[] = [];
  for (const { name: topic } of TOPICS) for (let partition = 0; partition < log.partitions(topic); partition++) spans.push({ topic, partition, ...(await log.bounds(topic, partition)) });
  return spans.filter(({ end }) => end > 0);
}

async function ownedOf(log: EmbeddedLog): Promise<Owned[]> {
  const owned: Owned[] = [];
  for (const { name: group, input: topic } of [screening(compileOnce), assessment(compileOnce), warning(compileOnce)]) {
    for (let partition = 0; partition < log.partitions(topic); partition++) {
      const position = await log.position(group, topic, partition);
      owned.push({ group, topic, partition, position, stored: () => stored(log, group, topic, partition, position) });
    }
  }
  // Embedded, a reader of its own has this position and notes have the words; scaled out they are the state of intake's partition.
  const position = await log.position(READER, OPERATIONS, 0);
  return [...owned, { group: INTAKE, topic: OPERATIONS, partition: 0, position, stored: () => words(log, position) }];
}

/** Resting tables lie beside the flushes; where a log has no such place all is in the flushes. */
async function* stored(log: EmbeddedLog, group: string, topic: string, partition: number, position: number): AsyncIterable<StateChange> {
  for (const table of log.resting(group, partition)) for (const [key, value] of log.rest(group, topic, partition, table).entries()) yield { key: `${table}/${key}`, value, offset: position - 1 };
  yield* log.restore(group, topic, partition);
}

async function* words(log: EmbeddedLog, position: number): AsyncIterable<StateChange> {
  for (const name of WORDS) {
    const value = await log.note(name);
    if (value !== undefined) yield { key: `word/${name}`, value, offset: position - 1 };
  }
}

/** Then nothing of the log is still to be done by anyone: no output comes twice, no document waits. */
async function checkStopped(log: EmbeddedLog, data: string, owned: readonly Owned[]): Promise<void> {
  for (const { group, topic, partition, position } of owned) {
    const { end } = await log.bounds(topic, partition);
    if (position === end) continue;
    throw new CommandError(EXIT.refused, `${data} was not stopped in order: ${group} is at ${position} of ${end} in ${topic} partition ${partition}. Likely the process was killed. Next: start it once more (FENGHUO_SIMULATE=0 npx fenghuo start), wait until /readyz answers 200, and stop it with Ctrl-C.`);
  }
}
