/** Embedded: every stage on one log in one process. Scaled out, each stage is run alone by `fenghuo run STAGE` over the same pieces. */
import type { LogRecord } from '../streams/log.ts';
import type { Suppression, Verdict } from '../schemas/risk/alert.ts';
import type { Operation } from '../schemas/risk/journal.ts';
import type { Submission, SubmissionResult } from './intake/intake.ts';

export interface StageStatus {
  stage: string;
  topic: string;
  partition: number;
  position: number;
  end: number;
  lastProgressAt: number;
  time: number;
  /** waiting: it failed and is tried again. */
  phase?: 'restoring' | 'running' | 'waiting';
  trouble?: Error | undefined;
  /** How long its state took to be read back. */
  restoreMs?: number;
  /** When the first record that it has still to read was appended (epoch ms), where that was asked for. */
  waitingSince?: number;
}

/** `from`: where offsets may have gaps, the records are of one partition and all that lies at or after it. Omitted: offsets are dense. */
export type Listener = (records: LogRecord[], from?: number) => void;

/** What an officer did, for the journal partition of its key. */
export interface Journalled { type: 'verdict' | 'suppression'; key: string; body: Verdict | Suppression }

/** Not taken: the sender may send the same again. */
export class BusyError extends Error {
  readonly code = 'BUSY';
}

export interface Pipeline {
  /** Durable once resolved. */
  submit(submission: Submission): Promise<SubmissionResult>;
  /** Called after commit with the records just appended to any of `topics`, in order. Returns the unsubscribe function. */
  subscribe(topics: readonly string[], listener: Listener): () => void;
  /** Durable once resolved. */
  journal(one: Journalled): Promise<void>;
  /** Journals what the gateway saw itself, e.g. a sensitive read. Not awaited: it goes with the next cycle. */
  note(operation: Operation): void;
  /** What keeps it from going on, while it lasts: a full disk, for example. It goes on by itself when that is mended. */
  readonly trouble: Error | undefined;
  status(): StageStatus[];
  /** The same, with `waitingSince` asked of the log. */
  unread?(): Promise<StageStatus[]>;
  /** Of a topic. */
  partitions(topic: string): number;
  /** Arrival of the oldest submission that has no answer yet; undefined: none waits. */
  oldestWaiting?(): number | undefined;
  /** Told how long each flush of state held up its stage. */
  onFlush?(hear: (stage: string, ms: number) => void): void;
  /** `stage.name` → how often. */
  readonly counts?: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}
