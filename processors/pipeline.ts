/** Embedded: every stage on one log in one process. Scaled out, each stage is run alone by `fenghuo run STAGE` over the same pieces. */
import type { LogRecord } from '../streams/log.ts';
import type { Submission, SubmissionResult } from './intake/intake.ts';

export interface StageStatus { stage: string; topic: string; partition: number; position: number; end: number; lastProgressAt: number; time: number }

export interface Pipeline {
  /** Durable once resolved. */
  submit(submission: Submission): Promise<SubmissionResult>;
  /** Called after commit with the records just appended to any of `topics`, in order. Returns the unsubscribe function. */
  subscribe(topics: readonly string[], listener: (records: LogRecord[]) => void): () => void;
  status(): StageStatus[];
  stop(): Promise<void>;
}
