/** Intake in a thread of its own, answering in the order of the calls. If the thread dies, what it had in hand is refused and a new one is started. */
import { Worker } from 'node:worker_threads';
import type { IntakeConfig, Submission } from './intake.ts';
import { unpack, type Batch, type IntakeService } from './service.ts';
import type { Answer, Call } from './worker.ts';

interface Pending { resolve: (batch: Batch) => void; reject: (error: Error) => void }

export function intakeThread(config: IntakeConfig): IntakeService {
  const pending = new Map<number, Pending>();
  let next = 0;
  let stopping = false;
  let worker = start();

  function start(): Worker {
    const made = new Worker(new URL('./worker.ts', import.meta.url), { workerData: config });
    made.on('message', (answer: Answer) => {
      const { resolve, reject } = pending.get(answer.id) as Pending;
      pending.delete(answer.id);
      if ('reply' in answer) resolve(unpack(answer.reply));
      else reject(new Error(`intake failed: ${answer.error}`));
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

  return {
    take: (submission: Submission, now: number) => new Promise((resolve, reject) => {
      const id = next++;
      pending.set(id, { resolve, reject });
      // The gateway's buffer may be a view of a larger one: cloned, not transferred, unless it is whole.
      const { bytes } = submission;
      const whole = typeof bytes !== 'string' && bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
      worker.postMessage({ id, submission, now } satisfies Call, whole ? [bytes.buffer as ArrayBuffer] : []);
    }),
    stop: async () => {
      stopping = true;
      await worker.terminate();
      refuse('Fenghuo is stopping');
    },
  };
}
