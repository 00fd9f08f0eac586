/** The embedded log seen from another process (the sink): read only, at any time, beside the writer. */
import { DatabaseSync } from 'node:sqlite';
import type { LogRecord } from '../log.ts';
import { topic as topicSpec } from '../topics.ts';
import { READ_BATCHES, readStored } from './file.ts';
import { Names } from './names.ts';
import { Wal } from './wal.ts';

export interface LogReader {
  readonly incarnation: string;
  partitions(topic: string): number;
  read(topic: string, partition: number, offset: number, limit: number): Promise<LogRecord[]>;
  bounds(topic: string, partition: number): Promise<{ start: number; end: number }>;
  /** Resolves when all that was read is durable: the writer shows a batch a moment before that. Omitted where nothing is shown before. */
  durable?(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a log that its writer has already created. Throws SQLite's error where there is none. */
export function openEmbeddedReader(file: string): LogReader {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const wal = new Wal(file);
  const names = new Names(db);
  const meta = db.prepare('SELECT value FROM meta WHERE name = ?');
  const incarnation = meta.get('incarnation')?.value as string;
  const batches = db.prepare(READ_BATCHES);
  const ends = db.prepare('SELECT base + count AS end FROM batches WHERE topic = ? AND partition = ? ORDER BY base DESC LIMIT 1');
  const starts = db.prepare('SELECT min(base) AS start FROM batches WHERE topic = ? AND partition = ?');
  const end = (topic: string, partition: number) => (ends.get(topic, partition)?.end as number | undefined) ?? 0;
  return {
    incarnation,
    partitions: (topic) => Number(meta.get(`partitions:${topic}`)?.value ?? topicSpec(topic).partitions.embedded),
    read: async (topic, partition, offset, limit) => readStored(batches, names, incarnation, topic, partition, offset, limit, end(topic, partition)),
    bounds: async (topic, partition) => ({ start: (starts.get(topic, partition)?.start as number | null) ?? end(topic, partition), end: end(topic, partition) }),
    durable: () => wal.sync(),
    close: async () => {
      db.close();
      wal.close();
    },
  };
}
