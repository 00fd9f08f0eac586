/** Intake in a thread of its own, answering in the order of the calls. If the thread dies, what it had in hand is refused and a new one is started. */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { IntakeConfig, Submission } from './intake.ts';
import { unpack, type Answered, type Batch, type IntakeService } from './service.ts';
import type { SignatureConfig } from './signature.ts';
import type { IntakeTables } from './tables.ts';
import type { Answer, Call } from './worker.ts';

/** MB of a half of the young generation: the process's own flag, made for the pipeline's thread, would give this one as much. Read when an isolate is made. */
const YOUNG = 16;

interface Pending { resolve: (given: Batch | Answered | undefined) => void; reject: (error: Error) => void }

/** Where signatures are verified, they can be by other certificates from then on. */
export interface IntakeThread extends IntakeService { trust(signatures: SignatureConfig): Promise<void> }

export function intakeThread(config: IntakeConfig): IntakeThread {
  const pending = new Map<number, Pending>();
  let next = 0;
  let stopping = false;
  /** What a thread that must be started anew begins with. */
  let tables: IntakeTables = config;
  let { signatures } = config;
  let worker = start();

  function start(): Worker {
    for (const bound of ['min', 'max']) setFlagsFromString(`--${bound}-semi-space-size=${YOUNG}`);
    const made = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { ...config, ...tables, signatures } });
    made.on('message', (answer: Answer) => {
      const { resolve, reject } = pending.get(answer.id) as Pending;
      pending.delete(answer.id);
      if ('error' in answer) reject(new Error(`intake failed: ${answer.error}`));
      else resolve('reply' in answer ? unpack(answer.reply) : 'answered' in answer ? answer.answered : undefined);
    });
    made.on('error', (error) => {
      refuse(`intake's thread died (${error instanceof Error ? error.message : String(error)})`);
      if (!stopping) worker = start();
    });
    return made;
  }

  function refuse(why: string): void {
    for (const { reject } of pending.values()) reject(new Error(`${why}; nothing of this submission was taken, send it again`));
    pending.clear();
  }

  function call<T>(make: (id: number) => Call, transfer: ArrayBuffer[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = next++;
      pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      worker.postMessage(make(id), transfer);
    });
  }

  function hand<T>(submission: Submission, now: number, answer: boolean): Promise<T> {
    // The gateway's buffer may be a view of a larger one: cloned, not transferred, unless it is whole.
    const { bytes } = submission;
    const whole = typeof bytes !== 'string' && bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
    return call<T>((id) => ({ id, submission, now, answer }), whole ? [bytes.buffer as ArrayBuffer] : []);
  }

  return {
    take: (submission, now) => hand<Batch>(submission, now, false),
    answer: (submission, now) => hand<Answered>(submission, now, true),
    use: async (given) => {
      await call((id) => ({ id, tables: given }));
      tables = given;
    },
    trust: async (given) => {
      await call((id) => ({ id, signatures: given }));
      signatures = given;
    },
    stop: async () => {
      stopping = true;
      await worker.terminate();
      refuse('Fenghuo is stopping');
    },
  };
}
