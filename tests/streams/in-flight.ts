/** Batches of a stage over a real log whose disk is held: what is synced is known to the byte. Run as a program it is killed with one batch in flight and one gathered behind it. */
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { EmbeddedLog, type Written } from '../../streams/embedded/log.ts';
import type { MapState } from '../../streams/state.ts';
import { entry } from './log-contract.ts';
import { flushOf, openState, step, tablesOf } from './state-writer.ts';

interface Held { bytes: number; resolve: () => void; reject: (error: Error) => void }

/** Each sync waits until it is let go or fails. */
export class Disk {
  /** Bytes of the write-ahead file that a power cut can no longer take. */
  safe = 0;
  readonly #waiting: Held[] = [];
  readonly #wal: string;

  constructor(file: string) {
    this.#wal = `${file}-wal`;
  }

  sync = (): Promise<void> => new Promise((resolve, reject) => { this.#waiting.push({ bytes: this.size, resolve, reject }); });

  get size(): number {
    return statSync(this.#wal).size;
  }

  get held(): number {
    return this.#waiting.length;
  }

  letGo(): void {
    const { bytes, resolve } = this.#waiting.shift() as Held;
    this.safe = bytes;
    resolve();
  }

  fail(): void {
    this.#waiting.shift()?.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
  }
}

export class Works {
  readonly file: string;
  readonly disk: Disk;
  readonly log: EmbeddedLog;
  readonly told: string[] = [];
  state!: MapState;
  n = 0;

  constructor(file: string) {
    this.file = file;
    this.disk = new Disk(file);
    this.log = new EmbeddedLog({ file, now: () => 0, roomBytes: 2_000, sync: this.disk.sync, onCommitted: (records) => { for (const { topic, key } of records) if (topic === 'journal.v1') this.told.push(key); } });
  }

  /** From the committed position. */
  async restore(): Promise<void> {
    this.state = await openState(this.log, true);
    this.n = await this.log.position('stage', 'journal.v1', 0);
  }

  /** One record, one output, state and position. */
  batch(): Promise<Written<void>> {
    return this.log.written(async () => {
      const at = this.n++;
      await this.log.append('journal.v1', 0, [entry(String(at))]);
      step(tablesOf(this.state).orders, at);
      await this.log.commit({ group: 'stage', topic: 'journal.v1', partition: 0, outputs: [{ ...entry(String(at)), topic: 'facts.v1', partition: 0 }], state: { ...flushOf(this.state, at), position: at + 1 } });
    });
  }

  /** What the disk holds after a power cut now: of what was not synced this share, and where it ends what was there before. */
  cut(to: string, share: number): void {
    copyFileSync(this.file, to);
    const wal = readFileSync(`${this.file}-wal`);
    const kept = Math.min(wal.length, this.disk.safe) + Math.floor(Math.max(0, wal.length - this.disk.safe) * share);
    writeFileSync(`${to}-wal`, Buffer.concat([wal.subarray(0, kept), Buffer.alloc(wal.length - kept, 0x5a)]));
  }
}

/** What a log holds that was opened anew: its parts must be of one position. */
export async function found(file: string): Promise<{ position: number; journal: string[]; facts: string[]; orders: Map<string, unknown> }> {
  const log = new EmbeddedLog({ file, now: () => 0, roomBytes: 2_000 });
  const keys = async (topic: string) => (await log.read(topic, 0, 0, 10_000)).map(({ key }) => key);
  const all = { position: await log.position('stage', 'journal.v1', 0), journal: await keys('journal.v1'), facts: await keys('facts.v1'), orders: new Map<string, unknown>(tablesOf(await openState(log, true)).orders.entries()) };
  await log.close();
  return all;
}

if (import.meta.main) {
  const works = new Works(process.argv[2] as string);
  await works.restore();
  for (let i = 0; i < 10; i++) {
    const { durable } = await works.batch();
    setImmediate(() => works.disk.letGo());
    await durable;
  }
  await works.batch();
  void works.batch();
  setImmediate(() => process.stdout.write(`${works.told.length} told, ${works.disk.held} in flight\n`));
  setInterval(() => undefined, 1_000);
}
