/** Where to go on: read from the tables themselves (law 3). The position is only a hint that saves reading. */
import type { LogReader } from '../../streams/embedded/reader.ts';
import { SUNK_TOPICS, TABLES } from './rows.ts';
import type { Mark, Place, Slices, TableStore } from './table-store.ts';

/** What the sink needs of a log. */
export type SinkLog = Pick<LogReader, 'incarnation' | 'read' | 'bounds' | 'partitions' | 'durable'>;

/** The store and the log do not belong together, or records are gone. Waiting does not mend it, so it is never retried. */
export class StoreMismatch extends Error {
  override readonly name = 'StoreMismatch';
}

/** High-water marks by source partition: the last (offset, index) whose row was taken. */
export type Marks = Map<string, { offset: number; index: number }>;

/** One topic partition as the sink reads it. */
export interface Cursor {
  topic: string;
  partition: number;
  /** Next offset to read. */
  position: number;
  /** What lies before it is in the tables. */
  kept: number;
  /** Where the partition ended when it was last looked at. */
  end: number;
  lookedAt: number;
  /** Of the last record before `position`, 0 = none was read yet. */
  appendedAt: number;
  /** Greatest stored offset by table: at or below it a record is in the table already. */
  stored: Map<string, number>;
  marks: Marks;
}

export const sourceKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Cursors of the slices' partitions, once nobody else can move what their tables hold. */
export async function resume(log: SinkLog, store: TableStore, slices: Slices): Promise<Cursor[]> {
  await store.claim(log.incarnation, slices);
  const places = SUNK_TOPICS.flatMap((topic) => Array.from({ length: log.partitions(topic) }, (_, partition) => ({ topic, partition }))).filter(({ partition }) => slices.which.includes(partition % slices.of));
  const { rows, hints } = await store.stored(places);
  const stranger = [...rows, ...hints].find((row) => row.incarnation !== log.incarnation);
  if (stranger) {
    throw new StoreMismatch(`the store holds rows of log ${stranger.incarnation} (topic ${stranger.topic}), but the log is ${log.incarnation}. Likely the log folder was replaced or `
      + 'one of the two comes from another data folder. Next: put the log back that belongs to this store, or move the store folder away; it is then filled again from this log.');
  }
  const cursors: Cursor[] = [];
  const unmarked: Cursor[] = [];
  for (const { topic, partition } of places) {
    const here = (row: Place) => row.topic === topic && row.partition === partition;
    const stored = new Map(rows.filter(here).map((row) => [row.table, row.last]));
    const hint = hints.find(here);
    const position = startAt(topic, partition, await log.bounds(topic, partition), stored, hint?.position);
    const cursor: Cursor = { topic, partition, position, kept: position, end: position, lookedAt: Number.NEGATIVE_INFINITY, appendedAt: hint?.appendedAt ?? 0, stored, marks: new Map() };
    cursors.push(cursor);
    for (const mark of hint?.marks ?? []) raise(cursor.marks, sourceKey(mark.topic, mark.partition), mark.offset, mark.index);
    if (cursor.marks.size === 0 && position > 0) unmarked.push(cursor);
  }
  await restoreMarks(log.incarnation, store, unmarked);
  return cursors;
}

function startAt(topic: string, partition: number, bounds: { start: number; end: number }, stored: Map<string, number>, hint: number | undefined): number {
  const where = `${topic} partition ${partition}`;
  const reached = Math.max(hint ?? 0, ...[...stored.values()].map((last) => last + 1));
  if (reached > bounds.end) {
    throw new StoreMismatch(`${where}: the store has records up to offset ${reached - 1}, but the log ends at ${bounds.end}. Likely the log was restored from an older backup. `
      + 'Next: restore the newer log, or move the store folder away; it is then filled again from this log.');
  }
  if (hint === undefined) return bounds.start;
  if (hint < bounds.start) {
    throw new StoreMismatch(`${where}: records ${hint} to ${bounds.start - 1} left the log (retention) before they were stored. Expected to go on at ${hint}. `
      + 'Next: restore the log from a backup that still has them, or move the store folder away to fill a new one from what the log holds.');
  }
  return hint;
}

/**
 * Marks as they stood just before each cursor's position, where its hint has none. What lies after it is read again, stored or not, and moves them as it did the first time;
 * marks over all rows would take a record, lost between two tables' inserts, for a repeat.
 */
async function restoreMarks(incarnation: string, store: TableStore, cursors: readonly Cursor[]): Promise<void> {
  for (const { name, topics } of TABLES) {
    const before = cursors.filter(({ topic }) => topics.includes(topic));
    if (before.length === 0) continue;
    for (const { place, mark } of await store.marks(incarnation, name, before.map(({ topic, partition, position }) => ({ topic, partition, position })))) {
      const cursor = before.find(({ topic, partition }) => topic === place.topic && partition === place.partition) as Cursor;
      raise(cursor.marks, sourceKey(mark.topic, mark.partition), mark.offset, mark.index);
    }
  }
}

/** As a hint keeps them. */
export const marksOf = (marks: Marks): Mark[] => [...marks].map(([key, { offset, index }]) => {
  const at = key.lastIndexOf('/');
  return { topic: key.slice(0, at), partition: Number(key.slice(at + 1)), offset, index };
});

/** False where the source is at or below its mark: a repeat. Else the mark moves up to it. */
export function raise(marks: Marks, key: string, offset: number, index: number): boolean {
  const mark = marks.get(key);
  if (mark === undefined) {
    marks.set(key, { offset, index });
    return true;
  }
  if (offset < mark.offset || (offset === mark.offset && index <= mark.index)) return false;
  mark.offset = offset;
  mark.index = index;
  return true;
}
