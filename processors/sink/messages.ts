/** What the store's process and its parent say to each other. Rows travel as JSON text: one string copies faster than a tree. */
import type { QueryOptions } from './store.ts';

/** In the data folder, or on Kafka as the environment says. */
export type LogPlace = 'embedded' | 'kafka';

export type Request =
  | { id: number; kind: 'query'; sql: string; params: Record<string, unknown>; options: QueryOptions }
  | { id: number; kind: 'lag' }
  | { id: number; kind: 'stop' };

export type Reply =
  | { kind: 'ready' }
  /** The process can't go on and ends. */
  | { kind: 'failed'; message: string }
  /** How far each topic partition is in the tables: the log may drop what lies before; and what keeps the sink from going on, '' for nothing. */
  | { kind: 'kept'; positions: [topic: string, partition: number, position: number][]; trouble: string }
  | { kind: 'report'; level: 'warn' | 'error'; message: string }
  | { kind: 'answer'; id: number; json: string }
  | { kind: 'refusal'; id: number; name: string; message: string };
