/**
 * Moves the log's write-ahead file into the database from a thread of its own, so that the pipeline does not wait for it between two commits. The writer
 * itself checkpoints only when the file has grown long all the same (then little is left to do), which lets it start over from its beginning.
 */
import { DatabaseSync } from 'node:sqlite';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const EVERY_MS = 500;

export function startCheckpointer(file: string): { stop(): Promise<void> } {
  const worker = new Worker(new URL(import.meta.url), { workerData: file });
  // Without it the writer checkpoints by itself: slower, but nothing is lost.
  worker.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => { worker.once('exit', () => resolve()); });
  return {
    stop: () => {
      worker.postMessage('stop');
      return gone;
    },
  };
}

function run(file: string): void {
  const db = new DatabaseSync(file, { timeout: 1_000 });
  const timer = setInterval(() => {
    try {
      db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // A full disk: the writer tells of it, and the next turn may find room.
    }
  }, EVERY_MS);
  parentPort?.once('message', () => {
    clearInterval(timer);
    db.close();
  });
}

if (!isMainThread && typeof workerData === 'string') run(workerData);
