/** Records, state and positions of a folder's log into the log on Kafka that goes on from it: the same offsets, the same sources, the same positions. */
import { createHash } from 'node:crypto';
import type { KafkaLog } from '../../streams/kafka/log.ts';
import type { LogRecord, StateChange } from '../../streams/log.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { Folder } from './folder.ts';

const READ = 2_000;
/** Of one flush: far below what a transaction may take. */
const FLUSH_BYTES = 4_000_000;

/** Goes on behind what has arrived. */
export async function copyRecords({ log: from, spans }: Folder, to: KafkaLog, copied: (records: number) => void): Promise<void> {
  for (const { topic, partition, start, end } of spans) {
    const there = await to.bounds(topic, partition);
    // What retention took here is missing there as well: without it each offset would be another one.
    if (there.start < start) await to.beginAt(topic, partition, start);
    let next = Math.max(start, there.end);
    copied(next - start);
    while (next < end) {
      const records = await from.read(topic, partition, next, READ);
      const at = await to.append(topic, partition, records);
      if (at !== next) throw differs(topic, partition, `the record of offset ${next} arrived at offset ${at}`);
      next += records.length;
      copied(records.length);
    }
  }
}

/** Each partition's last flush has the position: where it stands, all of the state stands. */
export async function copyState({ owned }: Folder, to: KafkaLog, copied: (keys: number) => void): Promise<void> {
  for (const { group, topic, partition, position, stored } of owned) {
    await to.claim(group, topic, partition);
    if (position > 0 && (await to.position(group, topic, partition)) === position) continue;
    let changes: StateChange[] = [];
    let bytes = 0;
    const flush = async (at: number): Promise<void> => {
      await to.commit({ group, topic, partition, outputs: [], state: { changes, position: at, pass: { begins: false, ends: false } } });
      copied(changes.length);
      changes = [];
      bytes = 0;
    };
    for await (const change of stored()) {
      changes.push(change);
      bytes += change.key.length + (change.value?.length ?? 0);
      if (bytes >= FLUSH_BYTES) await flush(0);
    }
    if (position > 0 || changes.length > 0) await flush(position);
  }
}

/** Record by record and key by key, as read back. */
export async function compareLogs({ log: from, spans, owned }: Folder, to: KafkaLog, compared: (records: number) => void): Promise<void> {
  for (const { topic, partition, start, end } of spans) {
    const there = await to.bounds(topic, partition);
    if (there.start !== start || there.end !== end) throw differs(topic, partition, `the folder has offsets ${start} to ${end - 1}, Kafka ${there.start} to ${there.end - 1}`);
    for (let next = start; next < end;) {
      const [mine, theirs] = [await from.read(topic, partition, next, READ), await to.read(topic, partition, next, READ)];
      const count = Math.min(mine.length, theirs.length);
      for (let i = 0; i < count; i++) if (!alike(mine[i] as LogRecord, theirs[i] as LogRecord)) throw differs(topic, partition, `the records at offset ${next + i} are not the same`);
      if (count === 0) throw differs(topic, partition, `nothing can be read at offset ${next}`);
      next += count;
      compared(count);
    }
  }
  for (const one of owned) {
    const { group, topic, partition, position } = one;
    const [at, mine, theirs] = [await to.position(group, topic, partition), await hashesOf(one.stored()), await hashesOf(to.restore(group, topic, partition))];
    if (at !== position || mine.size !== theirs.size || [...mine].some(([key, hash]) => theirs.get(key) !== hash)) throw differs(topic, partition, `the state of ${group} is ${mine.size} keys at ${position} in the folder, ${theirs.size} keys at ${at} on Kafka, and they are not the same`);
  }
}

const words = ({ offset, type, key, eventTime, arrival, source, incarnation }: LogRecord): string => JSON.stringify([offset, type, key, eventTime, arrival, source.topic, source.partition, source.offset, source.index, incarnation]);
const alike = (mine: LogRecord, theirs: LogRecord): boolean => words(mine) === words(theirs) && Buffer.compare(mine.bytes, theirs.bytes) === 0;

/** Of each key that is there, its last value's. */
async function hashesOf(changes: AsyncIterable<StateChange>): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for await (const { key, value } of changes) {
    if (value === null) hashes.delete(key);
    else hashes.set(key, createHash('sha256').update(typeof value === 'string' ? 'text' : 'bytes').update(value).digest('base64').slice(0, 22));
  }
  return hashes;
}

const differs = (topic: string, partition: number, what: string): CommandError =>
  new CommandError(EXIT.refused, `${topic} partition ${partition}: ${what}. Likely something else writes to these topics. Expected nobody there until the migration is done. Next: stop it, delete the topics of this KAFKA_PREFIX (or take another) and run the migration again; the folder is as it was.`);

